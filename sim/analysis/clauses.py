"""Acceptability by clause: over the assumed ranges, how often each party could live with a labelled option.

A party could live with an option if its value to the party is at least 0, the reservation value (`interests`), and at
least the party's floor on the basket, which counts what it fears to lose if the others do not comply (`floors`). It
could live with a package if the utility of the package is at least its floor and no red line is crossed. Reservation
values and floors are those of the first day of the talks.

References
----------
Raiffa, H. (1982). The Art and Science of Negotiation.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from sim.analysis.acceptability import ALL, Acceptability, Clause, Package
from sim.analysis.game import Game, build_games, compute_utilities, start_talks
from sim.core.errors import ParleyError
from sim.core.layout import Floats, Ints
from sim.scenario.load import Loaded
from sim.scenario.resolve import Problem, resolve

MOST_PACKAGES = 100_000
"""The most packages of one basket that are compared; of a larger basket, every issue keeps its best options."""
BEST = 5
"""Packages that are listed by basket."""
_TIE = 1e-9


def assess_clauses(loaded: Loaded, n: int = 1000, seed: int = 0, most: int = MOST_PACKAGES) -> Acceptability:
    """Assess every labelled option and the best packages of a scenario over draws of its assumed ranges.

    Packages are ranked by the share of draws in which the party that could live with them least often can (least
    acceptability), then by the share in which all can at once, then by the mean share of the parties. Of packages that
    some party could never live with, only the first is listed. All packages of a basket are compared if there are at
    most `most`. Otherwise every issue keeps the options with the highest least acceptability as a clause: the issue
    with most options left gives up its worst one until no more than `most` packages remain.

    Parameters
    ----------
    loaded : Loaded
        The scenario.
    n : int
        Number of draws.
    seed : int
        Seed of the draws.
    most : int
        The most packages of a basket to compare.

    Returns
    -------
    Acceptability
        Clauses and packages.

    Raises
    ------
    ParleyError
        `n` or `most` is below 1, or no basket has two parties.
    """
    if min(n, most) < 1:
        raise ParleyError(f"n is {n} and most is {most}; both are 1 or more")
    problem = resolve(loaded.scenario, seed)
    issues = loaded.scenario.issues
    labels = {name: [(option.at, option.label) for option in issue.options] for name, issue in issues.items()}
    return assess_games(lambda: iterate_games(problem, n), labels, n, most)


def iterate_games(problem: Problem, n: int) -> Iterator[list[Game]]:
    """Yield the games of all baskets on the first day at assumption indices 0 to n - 1."""
    for k in range(n):
        yield build_games(start_talks(problem, k), whole=False)


def assess_games(draw: Any, labels: dict[str, list[tuple[float, str]]], n: int, most: int) -> Acceptability:
    """Assess clauses and packages of games.

    Parameters
    ----------
    draw : callable
        Returns an iterator over n lists of games, one a basket; it is called once or twice.
    labels : dict of str to list of (float, str)
        Point and label of every option, by issue.
    n, most : int
        Number of draws, and the most packages of a basket to compare.

    Returns
    -------
    Acceptability
        Clauses and packages.
    """
    first = next(iter(draw()))
    counts = [_ClauseCounts(game, labels) for game in first]
    tables = [_PackageCounts(game, labels, _all_options(game, labels)) for game in first]
    small = [table.size <= most for table in tables]
    for games in draw():
        for b, game in enumerate(games):
            values = [_value_options(game, i, labels) for i in range(len(game.issues))]
            counts[b].add(game, values)
            if small[b]:
                tables[b].add(game, values)
    if not all(small):
        for b, game in enumerate(first):
            if not small[b]:
                tables[b] = _PackageCounts(game, labels, _choose_options(counts[b], most))
        for games in draw():
            for b, game in enumerate(games):
                if not small[b]:
                    tables[b].add(game, [_value_options(game, i, labels) for i in range(len(game.issues))])
    total = {game.name: int(np.prod([len(labels[i]) for i in game.issues])) for game in first}
    return Acceptability(
        n,
        [clause for count in counts for clause in count.list_clauses(n)],
        [package for table in tables for package in table.list_best(n)],
        {game.name: table.size for game, table in zip(first, tables, strict=True)},
        total,
    )


def _value_options(game: Game, i: int, labels: dict[str, list[tuple[float, str]]]) -> Floats:
    """Values (P, options) of the options of issue `i`; -inf where one crosses a party's red line."""
    one = np.ones((game.floor.size, 1))
    alone = replace(
        game,
        issues=(game.issues[i],),
        demand=game.demand[:, [i]],
        reservation=game.reservation[:, [i]],
        salience=one,
        red=game.red[:, [i]],
    )
    points = np.array([[at] for at, _ in labels[game.issues[i]]])
    return compute_utilities(alone, points).T


def _all_options(game: Game, labels: dict[str, list[tuple[float, str]]]) -> list[list[int]]:
    """Indices of all options of every issue."""
    return [list(range(len(labels[issue]))) for issue in game.issues]


class _ClauseCounts:
    """Counts of the options of one basket; the last row of each array is that of all parties together."""

    def __init__(self, game: Game, labels: dict[str, list[tuple[float, str]]]):
        self.game, self.labels = game, labels
        shapes = [(game.floor.size + 1, len(labels[issue])) for issue in game.issues]
        self.interests: list[Ints] = [np.zeros(shape, dtype=np.int64) for shape in shapes]
        self.floors: list[Ints] = [np.zeros(shape, dtype=np.int64) for shape in shapes]

    def add(self, game: Game, values: Sequence[Floats]) -> None:
        """Count one draw."""
        for i, value in enumerate(values):
            for counts, limit in ((self.interests[i], 0.0), (self.floors[i], game.floor[:, None])):
                content = value >= limit - _TIE
                counts[:-1] += content
                counts[-1] += content.all(axis=0)

    def list_clauses(self, n: int) -> Iterator[Clause]:
        """Yield the rows of the basket."""
        for i, issue in enumerate(self.game.issues):
            for k, (at, label) in enumerate(self.labels[issue]):
                for p, party in enumerate((*self.game.parties, ALL)):
                    numbers = int(self.interests[i][p, k]), int(self.floors[i][p, k])
                    yield Clause(self.game.name, issue, label, at, party, n, *numbers)


def _choose_options(counts: _ClauseCounts, most: int) -> list[list[int]]:
    """Choose the options of every issue that make at most `most` packages; ties go to the option named first."""
    least = [floors[:-1].min(axis=0) for floors in counts.floors]
    order = [np.argsort(-own, kind="stable").tolist() for own in least]
    while np.prod([float(len(own)) for own in order]) > most and max(map(len, order)) > 1:
        max(order, key=len).pop()
    return [sorted(own) for own in order]


class _PackageCounts:
    """Counts of the packages of one basket over the options in `choices`."""

    def __init__(self, game: Game, labels: dict[str, list[tuple[float, str]]], choices: list[list[int]]):
        self.game, self.labels, self.choices = game, labels, choices
        self.shape = tuple(len(own) for own in choices)
        self.size = int(np.prod(self.shape))
        self._ready = False

    def _create_arrays(self) -> None:
        """Create the arrays, which a basket with too many packages never needs."""
        parties = self.game.floor.size
        self.accepted: Ints = np.zeros((parties, *self.shape), dtype=np.int64)
        self.joint: Ints = np.zeros(self.shape, dtype=np.int64)
        shapes = [(*self.shape[:i], 1, *self.shape[i + 1 :]) for i in range(len(self.shape))]
        self.without: list[Ints] = [np.zeros((parties, *shape), dtype=np.int64) for shape in shapes]
        self._ready = True

    def add(self, game: Game, values: Sequence[Floats]) -> None:
        """Count one draw."""
        if not self._ready:
            self._create_arrays()
        issues = len(self.shape)
        parts = []
        for i, (value, own) in enumerate(zip(values, self.choices, strict=True)):
            chosen = value[:, own]
            weighted = np.where(np.isneginf(chosen), -np.inf, chosen * game.salience[:, [i]])
            parts.append(weighted.reshape(-1, *(len(own) if k == i else 1 for k in range(issues))))
        column = (-1,) + (1,) * issues
        content = sum(parts) >= game.floor.reshape(column) - _TIE
        self.accepted += content
        self.joint += content.all(axis=0)
        for i in range(issues):
            rest = sum((part for k, part in enumerate(parts) if k != i), np.zeros_like(parts[i][..., :1]))
            share = 1.0 - game.salience[:, i]
            self.without[i] += _drop_axis(rest, i) >= (game.floor * share).reshape(column) - _TIE

    def list_best(self, n: int) -> Iterator[Package]:
        """Yield the best packages, best first."""
        least, total = self.accepted.min(axis=0).ravel(), self.accepted.sum(axis=0).ravel()
        order = np.lexsort([np.arange(self.size), -total, -self.joint.ravel(), -least])[:BEST]
        for rank, k in enumerate(order, start=1):
            if rank > 1 and not least[k]:
                return  # the parties agree on none of the others in any draw: their order says nothing
            place = tuple(int(index) for index in np.unravel_index(k, self.shape))
            options = [
                self.labels[issue][own[at]]
                for issue, own, at in zip(self.game.issues, self.choices, place, strict=True)
            ]
            without = []
            for i, counts in enumerate(self.without):
                rest = int(np.ravel_multi_index((*place[:i], 0, *place[i + 1 :]), counts.shape[1:]))
                without.append(int(counts.reshape(len(counts), -1)[:, rest].min()))
            yield Package(
                basket=self.game.name,
                rank=rank,
                issues=self.game.issues,
                options=tuple(label for _, label in options),
                points=tuple(at for at, _ in options),
                n=n,
                parties=self.game.parties,
                accepted=tuple(self.accepted.reshape(len(self.accepted), -1)[:, k].tolist()),
                joint=int(self.joint.ravel()[k]),
                without=tuple(without),
            )


def _drop_axis(values: Floats, i: int) -> Floats:
    """Take one entry along the axis of issue `i`; nothing varies along it."""
    return np.take(values, [0], axis=i + 1)
