"""A small dense simplex for bounded variables, in tables passed in: the linear programmes of coalitions.

Kept as a dictionary (Chvátal 1983, ch. 2 and 8): each basic variable, and the objective in the last row, is a constant
(last column) plus a combination of the nonbasic variables, all of which are at 0. A variable that belongs at its upper
end is counted from there instead (`flipped`). Largest coefficient first; after many steps Bland's rule, which ends.
"""

from __future__ import annotations

import numpy as np

from sim.core.jit import inline_part
from sim.core.layout import Floats, Ints

_TINY = 1e-12


@inline_part
def flip_column(
    c: int,
    rows: int,
    columns: int,
    tableau: Floats,
    width: Floats,
    names: Ints,
    flipped: Ints,
) -> None:
    """Count the nonbasic variable of column c from its other end."""
    name = names[rows + c]
    for i in range(rows + 1):
        tableau[i, columns] += tableau[i, c] * width[name]
        tableau[i, c] = -tableau[i, c]
    flipped[name] = 1 - flipped[name]


@inline_part
def flip_row(
    r: int,
    columns: int,
    tableau: Floats,
    width: Floats,
    names: Ints,
    flipped: Ints,
) -> None:
    """Count the basic variable of row r from its other end."""
    name = names[r]
    for j in range(columns + 1):
        tableau[r, j] = -tableau[r, j]
    tableau[r, columns] += width[name]
    flipped[name] = 1 - flipped[name]


@inline_part
def pivot(r: int, c: int, rows: int, columns: int, tableau: Floats, names: Ints) -> None:
    """Exchange the basic variable of row r with the nonbasic one of column c."""
    reciprocal = 1.0 / tableau[r, c]
    for j in range(columns + 1):
        tableau[r, j] *= -reciprocal
    tableau[r, c] = reciprocal
    for i in range(rows + 1):
        factor = tableau[i, c]
        if i != r and factor != 0.0:
            tableau[i, c] = 0.0
            for j in range(columns + 1):
                tableau[i, j] += factor * tableau[r, j]
    names[r], names[rows + c] = names[rows + c], names[r]


@inline_part
def choose_column(careful: bool, rows: int, columns: int, tableau: Floats, names: Ints) -> int:
    """Choose the column of the nonbasic variable to raise: largest coefficient, or Bland's first; -1 at the optimum."""
    best, c = _TINY, -1
    for j in range(columns):
        gain = tableau[rows, j]
        if gain > _TINY and (c < 0 or (names[rows + j] < names[rows + c] if careful else gain > best)):
            best, c = gain, j
    return c


@inline_part
def choose_row(
    c: int,
    rows: int,
    columns: int,
    tableau: Floats,
    width: Floats,
    names: Ints,
) -> int:
    """Choose the row of the basic variable that first reaches an end; -1 if the entering one does so before."""
    far, r = width[names[rows + c]], -1
    for i in range(rows):
        slope = tableau[i, c]
        distance = np.inf
        if slope < -_TINY:
            distance = max(tableau[i, columns], 0.0) / -slope
        elif slope > _TINY:
            distance = max(width[names[i]] - tableau[i, columns], 0.0) / slope
        if distance < far or (distance == far and r >= 0 and names[i] < names[r]):
            far, r = distance, i
    return r


@inline_part
def maximise(
    rows: int,
    columns: int,
    tableau: Floats,
    width: Floats,
    names: Ints,
    flipped: Ints,
) -> float:
    """Raise a bounded objective from a feasible dictionary to its maximum.

    Parameters
    ----------
    rows, columns : int
        Numbers of basic and nonbasic variables.
    tableau : (rows + 1, columns + 1) float
        The dictionary, the objective in the last row; may be larger.
    width : (rows + columns,) float
        Upper ends of the variables; inf where there is none.
    names : (rows + columns,) int
        Variables of the rows, then of the columns.
    flipped : (rows + columns,) int
        1 where a variable is counted from its upper end; all 0 on entry.

    Returns
    -------
    float
        The maximum.
    """
    steps, most = 0, 200 * (rows + columns + 1)
    c = choose_column(False, rows, columns, tableau, names)
    while c >= 0 and steps < most:
        r = choose_row(c, rows, columns, tableau, width, names)
        if r < 0:
            flip_column(c, rows, columns, tableau, width, names, flipped)
        else:
            if tableau[r, c] > 0.0:
                flip_row(r, columns, tableau, width, names, flipped)
            pivot(r, c, rows, columns, tableau, names)
        steps += 1
        c = choose_column(steps > 10 * (rows + columns), rows, columns, tableau, names)
    return tableau[rows, columns]
