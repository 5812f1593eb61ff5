"""Linear programmes over the packages of a game: all solutions but Nash are one, utilities being piecewise linear.

The variables are the points x (n,), the values v (P·n,) with v ≤ 1 and v ≤ (x - r)/(d - r), and one scalar t. HiGHS
solves them through SciPy (at vertices, to about 1e-9).
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import coo_matrix, csr_matrix, vstack

from sim.analysis.game import Game
from sim.core.layout import Floats

_SLACK = 1e-10  # slack between stages of a lexicographic programme, so that rounding cannot make one infeasible


@dataclass
class Programme:
    """Linear programme over the packages that cross no red line.

    Attributes
    ----------
    game : Game
        The game.
    rational : bool
        Whether to admit only packages that leave every party at or above its floor.
    rows : csr_matrix, shape (constraints, variables)
        Left sides of the constraints.
    limits : ndarray of float, shape (constraints,)
        Their right sides.
    utility : ndarray of float, shape (P, variables)
        Row i times the variables is the utility of party i.
    """

    game: Game
    rational: bool = True
    rows: csr_matrix = field(init=False)
    limits: Floats = field(init=False)
    utility: Floats = field(init=False)

    def __post_init__(self) -> None:
        g = self.game
        parties, issues = g.demand.shape
        size = issues + parties * issues + 1
        rise = 1.0 / (g.demand - g.reservation)
        lines = np.arange(parties * issues)
        entries = np.concatenate([np.ones(lines.size), -rise.ravel()])
        columns = np.concatenate([issues + lines, np.tile(np.arange(issues), parties)])
        self.rows = coo_matrix((entries, (np.tile(lines, 2), columns)), (lines.size, size)).tocsr()
        self.limits = -(g.reservation * rise).ravel()
        self.utility = np.zeros((parties, size))
        for i in range(parties):
            self.utility[i, issues + i * issues : issues + (i + 1) * issues] = g.salience[i]
        for i, k in zip(*np.nonzero(g.red), strict=True):
            line = np.zeros(size)
            line[k] = -rise[i, k]
            self.add_constraint(line, -g.reservation[i, k] * rise[i, k])
        if self.rational:
            for i in range(parties):
                self.add_constraint(-self.utility[i], -g.floor[i])

    def add_constraint(self, line: Floats, limit: float) -> None:
        """Add the constraint `line · variables ≤ limit`."""
        self.rows = vstack([self.rows, csr_matrix(line)]).tocsr()
        self.limits = np.append(self.limits, limit)

    def maximise(self, goal: Floats) -> tuple[float, Floats] | None:
        """Maximise `goal · variables`; return the value and a package (n,) that attains it, or None without one."""
        issues = self.game.demand.shape[1]
        bounds = [(0.0, 1.0)] * issues + [(None, 1.0)] * self.game.demand.size + [(None, None)]
        solved = linprog(-goal, A_ub=self.rows, b_ub=self.limits, bounds=bounds, method="highs")
        if solved.status != 0:
            return None
        return -float(solved.fun), np.clip(solved.x[:issues], 0.0, 1.0) + 0.0  # no -0.0

    def copy(self) -> Programme:
        """Copy the programme, so that constraints can be added without changing this one."""
        twin = Programme(self.game, self.rational)
        twin.rows, twin.limits = self.rows, self.limits
        return twin


def maximise_utility(game: Game, party: int) -> float | None:
    """Compute the most that a party can get while every party is at or above its floor; None without a zone."""
    programme = Programme(game)
    best = programme.maximise(programme.utility[party])
    return None if best is None else best[0]


def maximise_equal_gain(game: Game, scale: Floats, rational: bool = True) -> tuple[float, Floats] | None:
    """Maximise t with `U_i - F_i ≥ t·scale_i` for all parties, then lexicographically (leximin).

    Once t cannot rise, the parties that bind it are fixed and the others raised further, so that the package is Pareto
    efficient with more than two parties too.

    Parameters
    ----------
    game : Game
        The game.
    scale : ndarray of float, shape (P,)
        Gain of each party for t = 1, above 0.
    rational : bool
        Whether to admit only packages at or above the floors.

    Returns
    -------
    tuple of float and ndarray, or None
        The greatest t and the package (n,); None where there is no package.

    References
    ----------
    Imai, H. (1983). Individual monotonicity and lexicographic maxmin solution. Econometrica 51, 389-401.
    """
    programme, parties = Programme(game, rational), game.floor.size
    free = set(range(parties))
    result: tuple[float, Floats] | None = None
    while free:
        stage = programme.copy()
        for i in free:
            line = -programme.utility[i].copy()
            line[-1] = scale[i]
            stage.add_constraint(line, -game.floor[i])
        goal = np.zeros(programme.utility.shape[1])
        goal[-1] = 1.0
        best = stage.maximise(goal)
        if best is None:
            break
        t, package = best
        result = (t if result is None else result[0], package)
        fixed = _find_binding(stage, free, scale, game, t)
        for i in fixed:
            programme.add_constraint(-programme.utility[i], -(game.floor[i] + t * scale[i]) + _SLACK)
        free -= fixed
    return result


def _find_binding(stage: Programme, free: set[int], scale: Floats, game: Game, t: float) -> set[int]:
    """Find the free parties that cannot get more than t once all of them get t."""
    if len(free) == 1:
        return set(free)
    binding = set()
    level = stage.copy()
    for i in free:
        level.add_constraint(-stage.utility[i], -(game.floor[i] + t * scale[i]) + _SLACK)
    for i in free:
        best = level.maximise(stage.utility[i])
        if best is None or best[0] <= game.floor[i] + t * scale[i] + 1e-8:
            binding.add(i)
    return binding or set(free)
