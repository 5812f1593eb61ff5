"""Mandates and preconditions: `python experiments/run_mandate_and_sequence.py`."""

from __future__ import annotations

from matplotlib.figure import Figure

from experiments.outcome_plots import draw_blocking, draw_outcome_shares
from experiments.results import Results


def draw(results: Results) -> dict[str, Figure]:
    """Draw how the talks end, and what blocks each of the three large packages."""
    baskets = ["ceasefire", "status", "territory"]
    return {
        "mandate-shares": draw_outcome_shares(results, "How the talks end, by mandates and preconditions"),
        "mandate-blocking": draw_blocking(results, "What stands in the way, by mandates and preconditions", baskets),
    }


if __name__ == "__main__":
    from experiments.script import run_script

    run_script("mandate-and-sequence", draw)
