"""The ladder of outcomes: eight rungs in order, three of which a scenario may name itself."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from sim.core.layout import Floats
from sim.rules.outcome import CEASEFIRE, CODES, COMPREHENSIVE, HUMANITARIAN, PROCEDURAL

if TYPE_CHECKING:
    from sim.scenario.schema import Scenario
    from sim.scenario.settlement import Rung

CODE_TITLES = {
    "postponed": "postponed: never met",
    "none": "none: met without result",
    "procedural": "procedural: to meet again",
    "texts": "texts, nothing agreed",
    "humanitarian": "humanitarian settlement",
    "ceasefire": "ceasefire",
    "partial": "partial settlement",
    "comprehensive": "comprehensive: all settled",
}
"""Titles of the shipped ladder, whose codes are shared by all scenarios: records and scores are written in them."""
OWN = slice(HUMANITARIAN, COMPREHENSIVE)
"""Places of the rungs that a scenario may name: the kinds of settlement short of all."""


class Ladder(NamedTuple):
    """A ladder of outcomes; places are those of `sim.rules.outcome.CODES`.

    Attributes
    ----------
    codes, titles : tuple of str
        Code and title of each rung, lowest first.
    shared : tuple of int
        Place of the shared code that each rung counts as in pooled scores.
    spoilers : int
        Place of the rung from which spoilers respond to a settlement in sight.
    """

    codes: tuple[str, ...] = CODES
    titles: tuple[str, ...] = tuple(CODE_TITLES.values())
    shared: tuple[int, ...] = tuple(range(len(CODES)))
    spoilers: int = CEASEFIRE

    @property
    def by_code(self) -> dict[str, str]:
        """Titles by code, lowest first."""
        return dict(zip(self.codes, self.titles, strict=True))

    @property
    def basket_codes(self) -> tuple[str, ...]:
        """Codes that a basket may yield."""
        return (self.codes[PROCEDURAL], *self.codes[OWN])

    def share(self, places: Floats) -> Floats:
        """Return the places of the shared codes, for places of this ladder; NaN stays."""
        table = np.array([*self.shared, np.nan])
        index = np.where(np.isnan(places), len(self.shared), places).astype(np.int64)
        return np.asarray(table[index], dtype=np.float64)


SHIPPED = Ladder()
"""The ladder of every scenario that names none."""


def build_ladder(rungs: list[Rung] | None) -> Ladder:
    """Build the ladder of a scenario from the rungs that it names; the shipped ladder where it names none."""
    if rungs is None:
        return SHIPPED
    codes, titles, shared = list(CODES), list(CODE_TITLES.values()), list(range(len(CODES)))
    codes[OWN] = [rung.code for rung in rungs]
    titles[OWN] = [rung.title for rung in rungs]
    shared[OWN] = [CODES.index(rung.shared) for rung in rungs]
    spoilers = next((k for k, rung in enumerate(rungs) if rung.spoilers), len(rungs))
    return Ladder(tuple(codes), tuple(titles), tuple(shared), HUMANITARIAN + spoilers)


def list_reachable(scenario: Scenario) -> tuple[str, ...]:
    """List the outcome codes that a scenario can reach, lowest first.

    The codes of its baskets are settlements short of all; the settlement of an only basket is `comprehensive`. A
    settlement that collapses leaves a text, so that all codes below settlements can be reached.
    """
    ladder = build_ladder(scenario.outcomes)
    codes = {*ladder.codes[:HUMANITARIAN], ladder.codes[COMPREHENSIVE]}
    if len(scenario.baskets) > 1:
        codes |= {basket.code for basket in scenario.baskets.values()}
    return tuple(code for code in ladder.codes if code in codes)


def read_titles(scenario: Mapping[str, Any]) -> dict[str, str]:
    """Read the titles of outcomes by code, lowest first, from a scenario as plain data."""
    rungs = scenario.get("outcomes") or []
    titles = list(CODE_TITLES.items())
    titles[OWN] = [(rung["code"], rung["title"]) for rung in rungs] or titles[OWN]
    return dict(titles)


def join_titles(ladders: Iterable[Mapping[str, str]]) -> dict[str, str]:
    """Join titles by code of several ladders, rung by rung."""
    rungs = zip(*(ladder.items() for ladder in ladders), strict=True)
    return {code: title for rung in rungs for code, title in rung}
