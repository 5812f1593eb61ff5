"""Where the talks are held: `python experiments/run_venue.py`, figures into docs/experiments/figures."""

from __future__ import annotations

from matplotlib.figure import Figure

from experiments.compare import between_points
from experiments.figure_layout import note
from experiments.forest_plots import forest
from experiments.plots import settled_days, shares
from experiments.results import Results


def draw(results: Results) -> dict[str, Figure]:
    """Shares by venue, days to the ceasefires, differences from Istanbul."""
    frame = between_points(results, first=1)
    frame = frame[~frame["contrast"].str.startswith("as coded")]
    return {
        "venue-shares": shares(results, "How the talks end, by where they are held"),
        "venue-days": settled_days(results, "Time to ceasefires that stand at the end, by venue", "ceasefire"),
        "venue-differences": forest(frame, note(results), "What moving the talks changes"),
    }


if __name__ == "__main__":
    from experiments.script import carry_out

    carry_out("venue", draw)
