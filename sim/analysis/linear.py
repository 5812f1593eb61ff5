"""Linear programmes over the packages of a game: utilities are concave and piecewise linear, so all but Nash is one.

Variables are the points x (n,), the values v (P·n,) with v ≤ 1 and v ≤ (x - r)/(d - r), and one scalar t. Solved by
HiGHS through SciPy (vertices, to about 1e-9).
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import coo_matrix, csr_matrix, vstack

from sim.analysis.game import Game
from sim.core.layout import Floats

_SLACK = 1e-10  # what a stage of a lexicographic programme gives the next, so that rounding cannot make it infeasible


@dataclass
class Programme:
    """The packages of a game that cross no red line and, with `rational`, leave everyone at or above the floor."""

    game: Game
    rational: bool = True
    rows: csr_matrix = field(init=False)
    limits: Floats = field(init=False)
    utility: Floats = field(init=False)
    """(P, variables): row i times the variables is party i's utility."""

    def __post_init__(self) -> None:
        g = self.game
        parties, issues = g.demand.shape
        size = issues + parties * issues + 1
        rise = 1.0 / (g.demand - g.reservation)
        lines = np.arange(parties * issues)
        entries = np.concatenate([np.ones(lines.size), -rise.ravel()])
        places = np.concatenate([issues + lines, np.tile(np.arange(issues), parties)])
        self.rows = coo_matrix((entries, (np.tile(lines, 2), places)), (lines.size, size)).tocsr()
        self.limits = -(g.reservation * rise).ravel()
        self.utility = np.zeros((parties, size))
        for i in range(parties):
            self.utility[i, issues + i * issues : issues + (i + 1) * issues] = g.salience[i]
        for i, k in zip(*np.nonzero(g.red), strict=True):
            line = np.zeros(size)
            line[k] = -rise[i, k]
            self.require(line, -g.reservation[i, k] * rise[i, k])
        if self.rational:
            for i in range(parties):
                self.require(-self.utility[i], -g.floor[i])

    def require(self, line: Floats, limit: float) -> None:
        """Add the constraint `line · variables ≤ limit`."""
        self.rows = vstack([self.rows, csr_matrix(line)]).tocsr()
        self.limits = np.append(self.limits, limit)

    def maximise(self, goal: Floats) -> tuple[float, Floats] | None:
        """Greatest value of `goal · variables` and a package (n,) that attains it; None where there is no package."""
        issues = self.game.demand.shape[1]
        bounds = [(0.0, 1.0)] * issues + [(None, 1.0)] * self.game.demand.size + [(None, None)]
        solved = linprog(-goal, A_ub=self.rows, b_ub=self.limits, bounds=bounds, method="highs")
        if solved.status != 0:
            return None
        return -float(solved.fun), np.clip(solved.x[:issues], 0.0, 1.0) + 0.0  # no -0.0

    def copy(self) -> Programme:
        """The same programme, to which constraints can be added without changing this one."""
        twin = Programme(self.game, self.rational)
        twin.rows, twin.limits = self.rows, self.limits
        return twin


def best_for(game: Game, party: int) -> float | None:
    """The most a party can get where everyone stays at or above the floor; None without a zone of agreement."""
    programme = Programme(game)
    found = programme.maximise(programme.utility[party])
    return None if found is None else found[0]


def raise_together(game: Game, scale: Floats, rational: bool = True) -> tuple[float, Floats] | None:
    """The greatest t with `U_i - F_i ≥ t·scale_i` for all, then (among several) the package that leaves nobody short.

    `scale` (P,) > 0. Leximin: once t cannot rise, those it binds are held and the others raised further, so that the
    package is Pareto efficient with more than two parties too (Imai 1983 for Kalai-Smorodinsky).
    """
    programme, parties = Programme(game, rational), game.floor.size
    free = set(range(parties))
    found: tuple[float, Floats] | None = None
    while free:
        stage = programme.copy()
        for i in free:
            line = -programme.utility[i].copy()
            line[-1] = scale[i]
            stage.require(line, -game.floor[i])
        goal = np.zeros(programme.utility.shape[1])
        goal[-1] = 1.0
        best = stage.maximise(goal)
        if best is None:
            break
        t, package = best
        found = (t if found is None else found[0], package)
        held = _binding(stage, free, scale, game, t)
        for i in held:
            programme.require(-programme.utility[i], -(game.floor[i] + t * scale[i]) + _SLACK)
        free -= held
    return found


def _binding(stage: Programme, free: set[int], scale: Floats, game: Game, t: float) -> set[int]:
    """Of the parties still free, those that cannot get more than t once all of them get t."""
    if len(free) == 1:
        return set(free)
    held = set()
    reached = stage.copy()
    for i in free:
        reached.require(-stage.utility[i], -(game.floor[i] + t * scale[i]) + _SLACK)
    for i in free:
        best = reached.maximise(stage.utility[i])
        if best is None or best[0] <= game.floor[i] + t * scale[i] + 1e-8:
            held.add(i)
    return held or set(free)
