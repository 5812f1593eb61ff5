"""Style of mediation against leaning: `python experiments/run_mediation.py`."""

from __future__ import annotations

from typing import Any

from matplotlib.figure import Figure

from experiments.factor_plots import draw_heatmap
from experiments.outcome_plots import draw_outcome_shares
from experiments.results import Results


def draw(results: Results) -> dict[str, Figure]:
    """Draw ceasefires, rounds and each party's utility over style and leaning."""
    axes: dict[str, Any] = {"x": "leaning", "y": "style"}
    ceasefire = {"measure": "outcome_at_least", "level": "ceasefire"}
    whose = {"russia": "Russia's", "ukraine": "Ukraine's"}
    both = [f"utility_{party}" for party in whose]
    return {
        "mediation-shares": draw_outcome_shares(
            results, "How the talks end, by style and leaning of the host", ["style", "leaning"]
        ),
        "mediation-ceasefire": draw_heatmap(results, "Runs that end with a ceasefire or more", **axes, **ceasefire),
        "mediation-rounds": draw_heatmap(results, "Rounds held in a run, on average", **axes, measure="rounds_held"),
    } | {
        f"mediation-{party}": draw_heatmap(
            results, f"{own} utility at the end, on average", **axes, measure=f"utility_{party}", also_span=both
        )
        for party, own in whose.items()
    }


if __name__ == "__main__":
    from experiments.script import run_script

    run_script("mediation", draw)
