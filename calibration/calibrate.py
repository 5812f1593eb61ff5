"""One fit from file to folder: reference table, ABC-SMC, checks, theories; a posterior only if the checks pass."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from calibration import checks, posterior, theories
from calibration.fit import smc
from calibration.fit_file import FitFile
from calibration.folder import TABLE, claim, filling
from calibration.inference import Sample, Table, adjust, reject
from calibration.problem import FitProblem, prepare
from calibration.records import STYLES, load_crises, odds_ratio
from sim.core.atomic import placed
from sim.core.errors import ParleyError
from sim.core.layout import Floats

CONDITIONAL = (
    "Conditional on the scenarios, on the ranges they assume, on the coding of the record and on the model. It says "
    "which assumptions agree with what happened; it is no forecast and no probability of an event in the world."
)
_PREDICTED_FROM = 1 << 39
_PREDICTIVE_DRAWS = 400
_CONTROL = 100
"""Simulated records on which the fit made too narrow must be caught; what it does is gross."""


class Stage(Protocol):
    """Shows progress: `stage(name, total)` begins a stage, `step(n)` moves it on."""

    def stage(self, name: str, total: int | None) -> None:
        """Begin a stage."""

    def step(self, n: int) -> None:
        """Move the present stage on."""


class Silent:
    """No progress shown."""

    def stage(self, name: str, total: int | None) -> None:
        """Nothing."""

    def step(self, n: int) -> None:
        """Nothing."""


@dataclass(frozen=True)
class Result:
    """What a fit found; `smc` and `table` are the two posteriors at the same threshold, both adjusted."""

    problem: FitProblem
    smc: Sample
    table: Sample
    prior: Table
    recovery: checks.Recovery
    ranks_pass: bool
    control_fails: bool
    rows: list[dict[str, Any]]
    predictive: list[dict[str, Any]]
    predicted: Table
    theories: dict[str, Any] | None
    odds: list[dict[str, Any]]


def calibrate(file: FitFile, folder: Path, workers: int, show: Stage | None = None) -> Result:
    """Carry out a fit and write its folder. Raises ParleyError; without passed checks no posterior is written.

    Stopped at any point it takes up again: the table is kept, and pyABC's database knows its generations.
    """
    with filling(folder):
        claim(folder, file)
        return _carried_out(file, folder, workers, show or Silent())


def _carried_out(file: FitFile, folder: Path, workers: int, stage: Stage) -> Result:
    problem = prepare(file)
    table = _reference(problem, folder, workers, stage)
    kept = reject(table, problem.layout, problem.record, file.reference.accept)
    stage.stage("ABC-SMC", file.smc.generations)
    sample = _sample(problem, folder, kept.epsilon, workers, stage)
    (folder / posterior.FILE).unlink(missing_ok=True)  # one of an earlier time has not passed these checks
    result = _checked(problem, table, kept, sample, workers, stage)
    _write(result, folder)
    if not result.ranks_pass:
        raise ParleyError(
            f"ranks are not uniform: the fit is not calibrated and no posterior is written; see {folder}/checks.json"
        )
    if not result.control_fails:
        told = "a fit made too narrow on purpose passes the check too, which therefore tells nothing"
        raise ParleyError(f"{told}; no posterior is written; `checks: records` wants more, see {folder}/checks.json")
    note = {
        "fit": file.id,
        "title": file.title,
        "seed": file.seed,
        "epsilon": sample.epsilon,
        "conditional_on": CONDITIONAL,
    }
    posterior.write(folder, result.smc, problem.wanted, note)
    return result


def _reference(problem: FitProblem, folder: Path, workers: int, stage: Stage) -> Table:
    path, size = folder / TABLE, problem.file.reference.size
    own = _fingerprint(problem)
    if path.is_file():
        with np.load(path) as kept:
            if str(kept["own"]) == own:
                return Table(kept["values"], kept["codes"].astype(np.int64), kept["numbers"])
    stage.stage("reference table", size)
    table = Table(*problem.table(size, workers, stage.step))
    codes = table.codes.astype(np.int8)
    with placed(path) as beside:
        np.savez_compressed(beside, values=table.values, codes=codes, numbers=table.numbers, own=own)
    return table


def _fingerprint(problem: FitProblem) -> str:
    """Hash of what the table depends on: fit file, every scenario as resolved, code of engine and summaries."""
    from sim.core.jit import source_hash

    digest = hashlib.blake2b(source_hash().encode())
    for name in ("particles", "priors", "problem", "summaries"):
        digest.update(Path(__file__).with_name(f"{name}.py").read_bytes())
    digest.update(problem.file.model_dump_json(exclude={"smc", "checks", "theories"}).encode())
    for part in problem.parts:
        for particles in part.particles:
            for value in (*particles.problem.priors, *particles.problem.structure):
                digest.update(np.asarray(value).tobytes())
    return digest.hexdigest()[:32]


def _sample(problem: FitProblem, folder: Path, epsilon: float, workers: int, stage: Stage) -> Sample:
    seen = -1

    def show(generation: int, accepted: int, evaluations: int) -> None:
        nonlocal seen
        if generation > seen:
            stage.step(1 if seen >= 0 else 0)
            seen = generation

    return smc(problem, folder, epsilon, workers, show)


def _checked(problem: FitProblem, table: Table, kept: Sample, sample: Sample, workers: int, stage: Stage) -> Result:
    file, wanted = problem.file, problem.wanted
    fitted = adjust(sample, problem.layout, problem.record, wanted, kept)
    adjusted = adjust(kept, problem.layout, problem.record, wanted)
    stage.stage("recovery of simulated records", file.checks.records + _CONTROL)
    records = checks.simulated_records(problem, workers)
    recovery = checks.recover(problem, table, records, progress=stage.step)
    few = Table(records.values[:_CONTROL], records.codes[:_CONTROL], records.numbers[:_CONTROL])
    narrow = checks.recover(
        problem, table, few, lambda s, r: checks.broken(adjust(s, problem.layout, r, wanted)), stage.step
    )
    predicted = _predicted(problem, fitted, workers)
    return Result(
        problem,
        fitted,
        adjusted,
        table,
        recovery,
        checks.passes(recovery.ranks, recovery.draws),
        not checks.passes(narrow.ranks, narrow.draws),
        checks.contraction_table(problem, fitted, adjusted, recovery),
        checks.predictive(problem, predicted.codes, predicted.numbers, np.ones(len(predicted.values))),
        predicted,
        _theories(problem, table, workers, stage) if file.theories else None,
        _odds(problem, predicted),
    )


def _predicted(problem: FitProblem, fitted: Sample, workers: int) -> Table:
    """Fresh simulations of the whole record under the posterior, with fates of their own."""
    us = (np.arange(_PREDICTIVE_DRAWS) + 0.5) / _PREDICTIVE_DRAWS
    values = fitted.draws(us)
    codes, numbers = problem.simulate(values, np.arange(len(us), dtype=np.int64) + _PREDICTED_FROM, workers)
    return Table(values, codes, numbers)


def _theories(problem: FitProblem, table: Table, workers: int, stage: Stage) -> dict[str, Any]:
    file = problem.file
    assert file.theories is not None
    stage.stage("rival theories", len(theories.theories(file)))
    tables = theories.simulate_theories(file, problem.layout, workers, stage.step)
    kept = theories.pooled(tables, problem.layout, problem.record, file.theories.accept)
    names = theories.theories(file)
    predictions = {
        "this fit": theories.leave_one_out(problem, [table], file.reference.accept),
        "this scenario before the fit": theories.leave_one_out(problem, [table], 1.0),
        "all theories together": theories.leave_one_out(problem, tables, file.theories.accept),
    }
    for rule in file.theories.rules:
        own = [t for t, (r, _, _) in zip(tables, names, strict=True) if r == rule]
        predictions[f"concession by {rule}"] = theories.leave_one_out(problem, own, file.theories.accept)
    predictions |= theories.baselines(problem)
    scores = {name: theories.log_scores(problem, p).tolist() for name, p in predictions.items()}
    return {
        "probabilities": theories.probabilities(file, kept),
        "confusion": theories.confusion(file, tables, problem.layout),
        "accepted": int(sum(rows.size for rows in kept)),
        "rounds": [name.removeprefix("code ") for name in problem.layout.codes],
        "log_scores": scores,
        "mean_log_score": {name: float(np.mean(s)) for name, s in scores.items()},
    }


def _odds(problem: FitProblem, predicted: Table) -> list[dict[str, Any]]:
    """Odds ratios of formal agreement against no mediation: the record's with its interval, and the fitted model's."""
    at = [k for k, name in enumerate(problem.layout.numbers) if name.startswith("formal ")]
    if not at:
        return []
    crises, shares = load_crises(), np.sin(predicted.numbers[:, at]) ** 2
    mean = shares.mean(axis=0)
    rows = []
    for k, style in enumerate(STYLES):
        a, b = crises.formal[style], crises.cases[style] - crises.formal[style]
        c, d = crises.formal["none"], crises.cases["none"] - crises.formal["none"]
        ratio, low, high = odds_ratio(a, b, c, d) if k else (1.0, 1.0, 1.0)
        model = _ratio(mean[k], mean[0])
        rows.append(
            {
                "style": style,
                "cases": crises.cases[style],
                "formal": crises.formal[style],
                "record_share": crises.share(style),
                "model_share": float(mean[k]),
                "record_odds_ratio": ratio,
                "record_low": low,
                "record_high": high,
                "model_odds_ratio": model,
                "inside": bool(low <= model <= high) if k else True,
            }
        )
    return rows


def _ratio(p: float, q: float) -> float:
    return float(p * (1 - q) / max((1 - p) * q, 1e-12))


def agreement(result: Result) -> Floats:
    """How far ABC-SMC and the table agree: largest difference of the 5, 50 and 95% points, in prior widths (k,)."""
    levels = [0.05, 0.5, 0.95]
    width = np.array([p.high - p.low for p in result.problem.wanted])
    return np.abs(result.smc.quantile(levels) - result.table.quantile(levels)).max(axis=0) / width


def _write(result: Result, folder: Path) -> None:
    import pandas as pd

    pd.DataFrame(result.rows).to_csv(folder / "parameters.csv", index=False)
    pd.DataFrame(result.predictive).to_csv(folder / "predictive.csv", index=False)
    if result.odds:
        pd.DataFrame(result.odds).to_csv(folder / "crises.csv", index=False)
    found = {
        "conditional_on": CONDITIONAL,
        "records_recovered": len(result.recovery.truth),
        "ranks_uniform": result.ranks_pass,
        "broken_fit_caught": result.control_fails,
        "epsilon": result.smc.epsilon,
        "effective_sample_size": result.smc.effective(),
        "smc_against_table": dict(zip(result.problem.names, agreement(result).tolist(), strict=True)),
        "parameters": result.rows,
        "theories": result.theories,
    }
    (folder / "checks.json").write_text(json.dumps(found, indent=1), encoding="utf-8")
