"""ABC-SMC by pyABC on the compiled engine (Sisson et al. 2007; Toni et al. 2009; Schälte et al. 2022, JOSS 7)."""

from __future__ import annotations

import json
import logging
import sqlite3
import warnings
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import quote

import numpy as np

from calibration.folder import DATABASE, NOTE, describe_settings, read_note, set_database_aside
from calibration.inference import Sample
from calibration.particles import hash_vector
from calibration.problem import FitProblem
from calibration.summaries import compute_distance
from sim.core.atomic import write_file
from sim.core.errors import ParleyError
from sim.core.extras import describe_missing
from sim.core.layout import Floats

SmcProgress = Callable[[int, int, int], None]
"""Called with generation, particles accepted so far in it, and evaluations so far in it."""


def _import_pyabc() -> Any:
    """Import pyABC quietly. Raises ParleyError where it is not installed."""
    try:
        import pyabc
    except ModuleNotFoundError:
        raise describe_missing("calibrate", "fitting needs pyABC") from None
    logging.getLogger("ABC").setLevel(logging.WARNING)
    return pyabc


def run_smc(
    problem: FitProblem,
    folder: Path,
    epsilon: float,
    workers: int = 1,
    progress: SmcProgress | None = None,
    generations: int | None = None,
) -> Sample:
    """Run or resume an ABC-SMC down to a threshold.

    The same file and seed give the same particles on any number of workers, stopped and resumed or not.

    Parameters
    ----------
    problem : FitProblem
        The fit.
    folder : Path
        Folder of pyABC's database.
    epsilon : float
        Last threshold of the distance.
    workers : int
        Processes.
    progress : callable, optional
        See `SmcProgress`.
    generations : int, optional
        Most generations; those of the fit file by default.

    Returns
    -------
    Sample
        The last generation.

    Raises
    ------
    ParleyError
        The database belongs to another fit, or pyABC is not installed.
    """
    pyabc = _import_pyabc()
    from calibration.sampler import AddressedSampler, NormalScores

    file = problem.file
    abc = pyabc.ABCSMC(
        _build_model(problem),
        NormalScores(len(problem.parameters)),
        _build_distance(problem),
        population_size=file.smc.population,
        eps=_build_threshold(pyabc, file.smc.quantile, epsilon),
        transitions=pyabc.MultivariateNormalTransition(),
        sampler=AddressedSampler(file.seed, workers, progress),
    )
    history = _open_history(abc, problem, folder, epsilon)
    left = (generations or file.smc.generations) - (history.max_t + 1)
    if left > 0 and not _is_complete(history, epsilon, file.smc.least_acceptance):
        history = abc.run(
            minimum_epsilon=epsilon, max_nr_populations=left, min_acceptance_rate=file.smc.least_acceptance
        )
    return _read_last(history, problem)


def _build_threshold(pyabc: Any, quantile: float, epsilon: float) -> Any:
    """Return pyABC's quantile threshold, never below `epsilon`."""

    class Clipped(pyabc.QuantileEpsilon):
        def __call__(self, t: int) -> float:
            return max(float(super().__call__(t)), epsilon)

    return Clipped(alpha=quantile)


def _build_model(problem: FitProblem) -> Callable[[dict[str, float]], dict[str, Any]]:
    """Return the simulator as pyABC calls it."""
    names = _list_keys(problem)

    def model(parameter: dict[str, float]) -> dict[str, Any]:
        values = transform_scores(problem, np.array([[parameter[name] for name in names]]))
        codes, numbers = problem.simulate(values, np.array([hash_vector(values[0])], dtype=np.int64))
        return {"codes": codes[0], "numbers": numbers[0]}

    return model


def _list_keys(problem: FitProblem) -> list[str]:
    """Return names that pyABC's database can hold as columns."""
    return [f"p{k:02d}" for k in range(len(problem.parameters))]


def transform_scores(problem: FitProblem, scores: Floats) -> Floats:
    """Transform normal scores (n, k) to parameters (n, k).

    pyABC proposes scores, so that no proposal falls outside a prior's range. The value is the prior's quantile at the
    normal distribution function of the score, so a normal score has the wanted prior.
    """
    from scipy.special import ndtr

    us = np.clip(ndtr(scores), 1e-12, 1 - 1e-12)
    return np.array([[p.value(u) for p, u in zip(problem.parameters, row, strict=True)] for row in us])


def _build_distance(problem: FitProblem) -> Callable[[dict[str, Any], dict[str, Any]], float]:
    """Return the distance as pyABC calls it."""

    def measure(x: dict[str, Any], _: dict[str, Any]) -> float:
        codes, numbers = np.asarray(x["codes"])[None, :], np.asarray(x["numbers"])[None, :]
        return float(compute_distance(codes, numbers, problem.layout, problem.record)[0])

    return measure


def _open_history(abc: Any, problem: FitProblem, folder: Path, epsilon: float) -> Any:
    """Open a new database, or the existing one if it belongs to the same fit. Raises ParleyError."""
    folder.mkdir(parents=True, exist_ok=True)
    database = folder / DATABASE
    own = {"fit": describe_settings(problem.file), "epsilon": epsilon}
    note = read_note(folder)
    if database.is_file() and note and note != own:
        raise ParleyError(f"{folder} holds a fit of another file or version; choose an empty folder")
    if database.is_file():
        last = _find_last_id(database) if note else None
        if last is not None:
            return abc.load(f"sqlite:///{database}", last)
        aside = set_database_aside(folder)
        warnings.warn(f"{database} cannot be used; it is now {aside.name}, and a new one is begun", stacklevel=2)
    write_file(folder / NOTE, json.dumps(own, indent=1, sort_keys=True))
    # The observed summaries are kept in the distance: the record has sets and intervals, pyABC takes single values.
    return abc.new(f"sqlite:///{database}", {"codes": np.zeros(0), "numbers": np.zeros(0)})


def _find_last_id(database: Path) -> int | None:
    """Return the id of the last run in a database; None where it is damaged or was killed while it was made."""
    try:
        with closing(sqlite3.connect(f"file:{quote(str(database))}?mode=rw", uri=True)) as connection:
            if connection.execute("PRAGMA integrity_check").fetchone() != ("ok",):
                return None
            # A run is whole with its observed summaries, which pyABC stores as a population before the first.
            query = "SELECT max(a.id) FROM abc_smc a JOIN populations p ON p.abc_smc_id = a.id WHERE p.t = -1"
            highest = connection.execute(query).fetchone()[0]
    except sqlite3.Error:
        return None
    return None if highest is None else int(highest)


def _is_complete(history: Any, epsilon: float, least: float) -> bool:
    """Return whether the last generation reached the threshold or accepted too few."""
    populations = history.get_all_populations()
    populations = populations[populations.t >= 0]
    if populations.empty:
        return False
    last = populations.iloc[-1]
    rate = last.particles / max(last.samples, 1) if "particles" in populations else 1.0
    return bool(last.epsilon <= epsilon or rate < least)


def _read_last(history: Any, problem: FitProblem) -> Sample:
    """Read the last generation as a sample."""
    frame, weights = history.get_distribution(m=0)
    w, stats = history.get_weighted_sum_stats()
    codes = np.array([np.asarray(s["codes"], dtype=np.int64) for s in stats]).reshape(len(stats), -1)
    numbers = np.array([np.asarray(s["numbers"], dtype=float) for s in stats]).reshape(len(stats), -1)
    values = transform_scores(problem, frame[_list_keys(problem)].to_numpy(dtype=float))
    if not np.allclose(np.asarray(w), np.asarray(weights)):
        raise ParleyError("the database of the fit gives its particles in no fixed order")
    epsilon = float(history.get_all_populations().iloc[-1].epsilon)
    return Sample(values, np.asarray(weights, dtype=float), codes, numbers, epsilon)
