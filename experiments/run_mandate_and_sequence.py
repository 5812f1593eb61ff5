"""Mandates and preconditions: `python experiments/run_mandate_and_sequence.py`."""

from __future__ import annotations

from matplotlib.figure import Figure

from experiments.plots import plot_blocking, plot_shares
from experiments.results import Results


def draw(results: Results) -> dict[str, Figure]:
    """How the talks end, and what stands in the way of each of the three large packages."""
    baskets = ["ceasefire", "status", "territory"]
    return {
        "mandate-shares": plot_shares(results, "How the talks end, by mandates and preconditions"),
        "mandate-blocking": plot_blocking(results, "What stands in the way, by mandates and preconditions", baskets),
    }


if __name__ == "__main__":
    from experiments.script import run_script

    run_script("mandate-and-sequence", draw)
