"""Rate, surge and insulation: `python experiments/run_incidents.py`."""

from __future__ import annotations

from matplotlib.figure import Figure

from experiments.factor_plots import draw_fan, draw_heatmap
from experiments.results import Results


def draw(results: Results) -> dict[str, Figure]:
    """Draw rounds held and ceasefires over rate and surge by insulation, and the spread of postponements."""
    axes = {"x": "rate", "y": "surge", "panel": "insulation"}
    return {
        "incidents-rounds": draw_heatmap(results, "Rounds held in a run, on average", **axes, measure="rounds_held"),
        "incidents-ceasefire": draw_heatmap(
            results, "Runs that end with a ceasefire or more", **axes, measure="outcome_at_least", level="ceasefire"
        ),
        "incidents-fan": draw_fan(
            results,
            "Rounds postponed, over the rate of incidents",
            "rate",
            "rounds_postponed",
            "Rounds postponed in a run",
        ),
    }


if __name__ == "__main__":
    from experiments.script import run_script

    run_script("incidents", draw)
