"""ABC-SMC by pyABC over the compiled engine (Sisson et al. 2007; Toni et al. 2009; Schälte et al. 2022, JOSS 7)."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from calibration.inference import Sample
from calibration.particles import fate_of
from calibration.problem import FitProblem
from calibration.summaries import distance
from sim.core.errors import ParleyError
from sim.core.layout import Floats

SmcProgress = Callable[[int, int, int], None]
"""Called with generation, particles accepted so far in it, and evaluations so far in it."""


def _pyabc() -> Any:
    try:
        import pyabc
    except ModuleNotFoundError:
        raise ParleyError(
            "fitting needs pyABC: install the extra `calibrate` (pip install 'parley[calibrate]')"
        ) from None
    logging.getLogger("ABC").setLevel(logging.WARNING)
    return pyabc


def smc(
    problem: FitProblem,
    folder: Path,
    epsilon: float,
    workers: int = 1,
    progress: SmcProgress | None = None,
    generations: int | None = None,
) -> Sample:
    """Run or resume the ABC-SMC whose database lies in `folder`, down to threshold `epsilon`; its last generation.

    The same file and seed give the same particles on any number of workers, stopped and resumed or not. Raises
    ParleyError where the database belongs to another fit.
    """
    pyabc = _pyabc()
    from calibration.sampler import AddressedSampler, NormalScores

    file = problem.file
    abc = pyabc.ABCSMC(
        _model(problem),
        NormalScores(len(problem.wanted)),
        _distance(problem),
        population_size=file.smc.population,
        eps=_threshold(pyabc, file.smc.quantile, epsilon),
        transitions=pyabc.MultivariateNormalTransition(),
        sampler=AddressedSampler(file.seed, workers, progress),
    )
    history = _open(pyabc, abc, problem, folder, epsilon)
    left = (generations or file.smc.generations) - (history.max_t + 1)
    if left > 0 and not _arrived(history, epsilon, file.smc.least_acceptance):
        history = abc.run(
            minimum_epsilon=epsilon, max_nr_populations=left, min_acceptance_rate=file.smc.least_acceptance
        )
    return _last(history, problem)


def _threshold(pyabc: Any, quantile: float, epsilon: float) -> Any:
    class Clipped(pyabc.QuantileEpsilon):
        def __call__(self, t: int) -> float:
            return max(float(super().__call__(t)), epsilon)

    return Clipped(alpha=quantile)


def _model(problem: FitProblem) -> Callable[[dict[str, float]], dict[str, Any]]:
    names = _keys(problem)

    def model(parameter: dict[str, float]) -> dict[str, Any]:
        values = values_of(problem, np.array([[parameter[name] for name in names]]))
        codes, numbers = problem.simulate(values, np.array([fate_of(values[0])], dtype=np.int64))
        return {"codes": codes[0], "numbers": numbers[0]}

    return model


def _keys(problem: FitProblem) -> list[str]:
    """Names that pyABC's database can hold as columns."""
    return [f"p{k:02d}" for k in range(len(problem.wanted))]


def values_of(problem: FitProblem, scores: Floats) -> Floats:
    """Parameters (n, k) from normal scores: pyABC moves on these, where no proposal falls outside a prior's range.

    The value is the prior's quantile at the normal distribution function, so a normal score has the prior wanted.
    """
    from scipy.special import ndtr

    us = np.clip(ndtr(scores), 1e-12, 1 - 1e-12)
    return np.array([[p.value(u) for p, u in zip(problem.wanted, row, strict=True)] for row in us])


def _distance(problem: FitProblem) -> Callable[[dict[str, Any], dict[str, Any]], float]:
    def far(x: dict[str, Any], _: dict[str, Any]) -> float:
        codes, numbers = np.asarray(x["codes"])[None, :], np.asarray(x["numbers"])[None, :]
        return float(distance(codes, numbers, problem.layout, problem.record)[0])

    return far


def _open(pyabc: Any, abc: Any, problem: FitProblem, folder: Path, epsilon: float) -> Any:
    """A new database, or the one that is there if it is of the same fit."""
    folder.mkdir(parents=True, exist_ok=True)
    database, note = folder / "smc.db", folder / "smc.json"
    told = problem.file.model_dump(mode="json", include={"id", "seed", "targets", "parameters", "smc"})
    told["smc"].pop("generations")
    own = {"fit": told, "epsilon": epsilon}
    if database.is_file() and note.is_file():
        if json.loads(note.read_text(encoding="utf-8")) != own:
            raise ParleyError(f"{folder} holds a fit of another file or version; choose an empty folder")
        return abc.load(f"sqlite:///{database}", _last_id(pyabc, database))
    note.write_text(json.dumps(own, indent=1, sort_keys=True), encoding="utf-8")
    # The observed summaries are kept in the distance: the record has sets and intervals, pyABC takes single values.
    return abc.new(f"sqlite:///{database}", {"codes": np.zeros(0), "numbers": np.zeros(0)})


def _last_id(pyabc: Any, database: Path) -> int:
    history = pyabc.History(f"sqlite:///{database}", create=False)
    history.id = max(int(run.id) for run in history.all_runs())
    return int(history.id)


def _arrived(history: Any, epsilon: float, least: float) -> bool:
    populations = history.get_all_populations()
    populations = populations[populations.t >= 0]
    if populations.empty:
        return False
    last = populations.iloc[-1]
    rate = last.particles / max(last.samples, 1) if "particles" in populations else 1.0
    return bool(last.epsilon <= epsilon or rate < least)


def _last(history: Any, problem: FitProblem) -> Sample:
    frame, weights = history.get_distribution(m=0)
    w, stats = history.get_weighted_sum_stats()
    codes = np.array([np.asarray(s["codes"], dtype=np.int64) for s in stats]).reshape(len(stats), -1)
    numbers = np.array([np.asarray(s["numbers"], dtype=float) for s in stats]).reshape(len(stats), -1)
    values = values_of(problem, frame[_keys(problem)].to_numpy(dtype=float))
    if not np.allclose(np.asarray(w), np.asarray(weights)):
        raise ParleyError("the database of the fit gives its particles in no fixed order")
    epsilon = float(history.get_all_populations().iloc[-1].epsilon)
    return Sample(values, np.asarray(weights, dtype=float), codes, numbers, epsilon)
