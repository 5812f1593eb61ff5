"""Scenario discovery: under which conditions does something come about? PRIM over a sweep.

The patient rule induction method (Friedman & Fisher 1999, Statistics and Computing 9; for policy models Bryant &
Lempert 2010, Technological Forecasting and Social Change 77) peels the space of factors to a box in which the share of
cases of interest (density) is high while few of them are left outside (coverage).
"""

from __future__ import annotations

import contextlib
import logging
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from experiments.results import Results
from experiments.sensitivity import collect_point_means
from sim.core.errors import ParleyError
from sim.core.extras import describe_missing

if TYPE_CHECKING:
    import pandas as pd

PEEL = 0.05


@dataclass(frozen=True)
class Boxes:
    """The boxes of a peeling trajectory, and the one chosen.

    Attributes
    ----------
    path : pd.DataFrame
        Coverage, density and mass after each step.
    limits : pd.DataFrame
        One row a factor that the chosen box bounds: `low` and `high`, within the range `from` … `to`.
    chosen : int
        Step of the chosen box.
    interesting, cases : int
        Numbers of cases of interest and of all cases.
    """

    path: pd.DataFrame
    limits: pd.DataFrame
    chosen: int
    interesting: int
    cases: int

    @property
    def coverage(self) -> float:
        """Share of all cases of interest that lie in the box."""
        return float(self.path["coverage"].iloc[self.chosen])

    @property
    def density(self) -> float:
        """Share of the cases in the box that are of interest."""
        return float(self.path["density"].iloc[self.chosen])


def discover(
    results: Results, target: str, above: float, least_density: float = 0.8, least_mass: float = 0.05
) -> Boxes:
    """Find the box of a sweep's points at which a measure is above a limit.

    A factor whose levels are not numbers counts as one factor of 0 or 1 for each level.

    Parameters
    ----------
    results : Results
        A finished sweep.
    target : str
        Label of a measure, such as `outcome_at_least=ceasefire`.
    above : float
        Points with a larger value are of interest.
    least_density, least_mass : float
        See `find_boxes`.

    Returns
    -------
    Boxes

    Raises
    ------
    ParleyError
        No or only points are of interest, the measure is unknown, or the extra `discover` is not installed.
    """
    frame = encode_words(results.points[results.factors])
    return find_boxes(frame, collect_point_means(results, target) > above, least_density, least_mass)


def encode_words(frame: pd.DataFrame) -> pd.DataFrame:
    """Encode factors as numbers: a column with words becomes one of 0 or 1 a word, `venue = lake_hall`."""
    import pandas as pd

    columns = {}
    for name in frame.columns:
        if frame[name].dtype.kind in "if":
            columns[name] = frame[name]
            continue
        texts = frame[name].map(str)
        for value in sorted(set(texts)):
            # Of whole numbers the workbench makes no box.
            columns[f"{name} = {value}"] = (texts == value).astype("float64")
    return pd.DataFrame(columns)


def find_boxes(frame: pd.DataFrame, interesting: Any, least_density: float = 0.8, least_mass: float = 0.05) -> Boxes:
    """Run PRIM on cases and choose a box.

    Of the boxes of at least `least_density`, the one with the largest coverage is chosen; where there is none, the
    densest.

    Parameters
    ----------
    frame : pd.DataFrame (cases, factors)
        Numbers.
    interesting : array of bool (cases,)
        Whether each case is of interest.
    least_density : float
        Least share of cases of interest in the box.
    least_mass : float
        Least share of all cases in a box.

    Returns
    -------
    Boxes

    Raises
    ------
    ParleyError
        No or only cases are of interest, no box is denser than the whole, or the extra `discover` is not installed.

    References
    ----------
    Friedman & Fisher 1999, Statistics and Computing 9, 123-143.
    """
    of_interest = np.asarray(interesting, dtype=bool)
    if not 0 < of_interest.sum() < of_interest.size:
        raise ParleyError(
            f"{int(of_interest.sum())} of {of_interest.size} points are of interest; choose another threshold"
        )
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # on import it tells which of its other extras are missing
            from ema_workbench.analysis import prim as ema
    except ModuleNotFoundError as error:
        raise describe_missing("discover", f"discovery needs {error.name}") from None
    # Release 3 dropped `threshold`, below which release 2 gives up; the choice of a box is ours in any case.
    options = {"peel_alpha": PEEL, "mass_min": least_mass}
    with _quiet():
        if "threshold" in ema.Prim.__init__.__code__.co_varnames:
            options["threshold"] = 1e-9  # of interest is what lies above it, and no box is refused
        box = ema.Prim(frame, of_interest, **options).find_box()
    if box is None:
        raise ParleyError("no box is denser than the whole")
    path = box.peeling_trajectory.reset_index(drop=True)
    dense = path[path["density"] >= least_density]
    chosen = int(dense["coverage"].idxmax()) if len(dense) else int(path["density"].idxmax())
    limits = _limits(box.box_lims[0], box.box_lims[chosen])
    for row in limits.index:  # a limit half-way between 0 and 1, where nothing lies, is one of them
        if set(frame[limits.loc[row, "factor"]]) <= {0.0, 1.0}:
            limits.loc[row, ["low", "high"]] = np.ceil(limits.loc[row, "low"]), np.floor(limits.loc[row, "high"])
    return Boxes(path, limits, chosen, int(of_interest.sum()), of_interest.size)


def _limits(whole: pd.DataFrame, box: pd.DataFrame) -> pd.DataFrame:
    """Return the factors that the box bounds, with the range of the cases."""
    import pandas as pd

    rows = [
        [name, *map(float, box[name].tolist()), *map(float, whole[name].tolist())]
        for name in whole.columns
        if not box[name].equals(whole[name])
    ]
    return pd.DataFrame(rows, columns=["factor", "low", "high", "from", "to"])


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Silence the workbench, which reports every step to its log."""
    logger = logging.getLogger("EMA")
    level = logger.level
    logger.setLevel(logging.WARNING)
    try:
        yield
    finally:
        logger.setLevel(level)
