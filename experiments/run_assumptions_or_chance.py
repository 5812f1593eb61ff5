"""Assumption or chance: `python experiments/run_assumptions_or_chance.py`."""

from __future__ import annotations

from matplotlib.figure import Figure

from experiments.figure_layout import note
from experiments.forest_plots import splits
from experiments.results import Results
from experiments.variance import layout, split_variance

MEASURES = {
    "outcome": "outcome, all codes",
    "settled_ceasefire": "ceasefire stands",
    "settled_prisoners": "exchange of prisoners stands",
    "rounds_held": "rounds held",
    "rounds_postponed": "rounds postponed",
    "gap": "gap at the end",
}


def draw(results: Results) -> dict[str, Figure]:
    """The split of the variance between runs, for several results."""
    found = {title: split_variance(layout(results, name)) for name, title in MEASURES.items()}
    return {"assumptions-or-chance": splits(found, note(results), "How much is assumption, how much chance")}


if __name__ == "__main__":
    from experiments.script import carry_out

    carry_out("assumptions-or-chance", draw)
