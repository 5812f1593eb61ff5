"""Which documents are admitted: `python experiments/run_source_sensitivity.py`."""

from __future__ import annotations

from matplotlib.figure import Figure

from experiments.compare import between_points
from experiments.figure_layout import note
from experiments.forest_plots import forest
from experiments.plots import blocking, shares
from experiments.results import Results


def draw(results: Results) -> dict[str, Figure]:
    """Outcomes by evidence, differences from all documents, what blocks."""
    return {
        "sources-shares": shares(results, "How the talks end, by the documents admitted"),
        "sources-differences": forest(between_points(results), note(results), "What leaving documents out changes"),
        "sources-blocking": blocking(
            results, "What stands in the way, by the documents admitted", ["ceasefire", "status", "territory"]
        ),
    }


if __name__ == "__main__":
    from experiments.script import carry_out

    carry_out("source-sensitivity", draw)
