"""How much each document matters: how runs end without the entries that rest on it alone, on the same draws."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from sim.app.explore import Result, simulate
from sim.core.errors import ParleyError
from sim.evidence.acts import Act
from sim.evidence.positions import Position
from sim.scenario.load import Loaded

RUNS = 300
"""Runs for each document."""
_WHY = "left out to see how far the outcome depends on it"


class Effect(NamedTuple):
    """What leaving out one document does.

    Attributes
    ----------
    entries : int
        Coded positions and acts that rest on it alone.
    share : float
        Share of runs that end with another outcome; NaN where the scenario cannot do without the document.
    closed : float
        Mean size of the change of the share of the distance closed at the end, over runs.
    """

    entries: int
    share: float
    closed: float


def list_entries(loaded: Loaded) -> dict[str, list[str]]:
    """List the coded positions and acts that rest on a single document, by document, where they count."""
    record, evidence = loaded.load_record(), loaded.scenario.evidence
    entries = defaultdict[str, list[str]](list)
    if record is not None and evidence is not None:
        coded: list[Position | Act] = [*record.positions, *record.acts]
        for entry in coded:
            names = {cited.id for cited in entry.sources}
            if len(names) == 1 and entry.id not in evidence.left_out:
                entries[names.pop()].append(entry.id)
    return dict(entries)


def compute_effects(loaded: Loaded, seed: int, progress: Callable[[float], object]) -> dict[str, Effect]:
    """Compute the effect of every document on how runs end.

    Parameters
    ----------
    loaded : Loaded
        A scenario with documents.
    seed : int
        Seed of all draws.
    progress : callable
        Called with the share of documents that are done.

    Returns
    -------
    dict of str to Effect
        By id of the document: first those that the scenario cannot do without, then by the share of runs.
    """
    evidence = loaded.scenario.evidence
    gone = dict(evidence.left_out) if evidence else {}
    base, effects, groups = simulate(loaded, RUNS, seed), dict[str, Effect](), list_entries(loaded)
    for n, (document, entries) in enumerate(groups.items()):
        # The key may be missing, and `with_changes` puts values only where one stands.
        data = {**loaded.data["evidence"], "left_out": gone | dict.fromkeys(entries, _WHY)}
        try:
            without = simulate(replace(loaded, data={**loaded.data, "evidence": data}).with_changes({}), RUNS, seed)
        except ParleyError:
            effects[document] = Effect(len(entries), math.nan, math.nan)
        else:
            effects[document] = Effect(len(entries), *_compare(base, without))
        progress((n + 1) / len(groups))
    return dict(sorted(effects.items(), key=lambda item: _rank(item[1])))


def _compare(base: Result, without: Result) -> tuple[float, float]:
    """Share of runs that end otherwise, and the mean size of the change of the closed share."""
    otherwise = [a != b for a, b in zip(base.codes("outcome"), without.codes("outcome"), strict=True)]
    change = np.abs(without.values("closed") - base.values("closed"))
    return float(np.mean(otherwise)), float(np.nanmean(change)) if np.isfinite(change).any() else 0.0


def _rank(effect: Effect) -> tuple[bool, float, float]:
    """Order of effects: the largest ones first."""
    return not math.isnan(effect.share), -effect.share, -effect.closed
