"""Where the talks are held: `python experiments/run_venue.py`, figures into docs/experiments/figures."""

from __future__ import annotations

from matplotlib.figure import Figure

from experiments.compare import compare_points
from experiments.figure_layout import build_note
from experiments.forest_plots import draw_forest
from experiments.outcome_plots import draw_outcome_shares, draw_settlement_days
from experiments.results import Results


def draw(results: Results) -> dict[str, Figure]:
    """Draw shares by venue, days to the ceasefires, and differences from Istanbul."""
    frame = compare_points(results, first=1)
    frame = frame[~frame["contrast"].str.startswith("as coded")]
    return {
        "venue-shares": draw_outcome_shares(results, "How the talks end, by where they are held"),
        "venue-days": draw_settlement_days(results, "Time to ceasefires that stand at the end, by venue", "ceasefire"),
        "venue-differences": draw_forest(frame, build_note(results), "What moving the talks changes"),
    }


if __name__ == "__main__":
    from experiments.script import run_script

    run_script("venue", draw)
