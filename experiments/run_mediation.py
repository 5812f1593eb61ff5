"""Style of mediation against leaning: `python experiments/run_mediation.py`."""

from __future__ import annotations

from typing import Any

from matplotlib.figure import Figure

from experiments.plots import plot_heatmap, plot_shares
from experiments.results import Results


def draw(results: Results) -> dict[str, Figure]:
    """Ceasefires, rounds and what each party gets, over style and leaning."""
    axes: dict[str, Any] = {"x": "leaning", "y": "style"}
    ceasefire = {"measure": "outcome_at_least", "level": "ceasefire"}
    whose = {"russia": "Russia's", "ukraine": "Ukraine's"}
    both = [f"utility_{party}" for party in whose]
    return {
        "mediation-shares": plot_shares(
            results, "How the talks end, by style and leaning of the host", ["style", "leaning"]
        ),
        "mediation-ceasefire": plot_heatmap(results, "Runs that end with a ceasefire or more", **axes, **ceasefire),
        "mediation-rounds": plot_heatmap(results, "Rounds held in a run, on average", **axes, measure="rounds_held"),
    } | {
        f"mediation-{party}": plot_heatmap(
            results, f"{own} utility at the end, on average", **axes, measure=f"utility_{party}", beside=both
        )
        for party, own in whose.items()
    }


if __name__ == "__main__":
    from experiments.script import run_script

    run_script("mediation", draw)
