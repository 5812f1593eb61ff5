"""One fit from file to folder: reference table, ABC-SMC, checks, theories; a posterior only if the checks pass."""

from __future__ import annotations

import hashlib
import json
import warnings
import zipfile
import zlib
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from calibration import checks, posterior, predictive, theories
from calibration.fit import run_smc
from calibration.fit_file import FitFile
from calibration.folder import TABLE, claim_folder, report_errors
from calibration.inference import Sample, Table, adjust_by_regression, reject_distant
from calibration.problem import FitProblem, prepare
from calibration.records import STYLES, compute_odds_ratio, load_crises
from sim.core.atomic import lock_folder, replace_file, write_file
from sim.core.errors import ParleyError
from sim.core.layout import Floats, Ints, Pool
from sim.results.reader import open_regular
from sim.scenario.load import load

CONDITIONAL = (
    "Conditional on the scenarios, on the ranges they assume, on the coding of the record and on the model. It says "
    "which assumptions agree with what happened; it is no forecast and no probability of an event in the world."
)
_PREDICTED_FROM = 1 << 39
"""Numbers of the draws of the posterior, which fix their fates, start here, far from those of the table."""
_PREDICTIVE_DRAWS = {"rounds": 2000, "crises": 400}
_CONTROL = 100
"""Simulated records on which the checks must catch a fit made too narrow; its fault is gross."""


class Stage(Protocol):
    """Shows progress: `stage` begins a stage, `step` counts within it."""

    def stage(self, name: str, total: int | None) -> None:
        """Begin a stage of `total` steps; None where the total is unknown."""

    def step(self, n: int) -> None:
        """Count `n` more steps."""


class Silent:
    """Shows no progress."""

    def stage(self, name: str, total: int | None) -> None:
        """Do nothing."""

    def step(self, n: int) -> None:
        """Do nothing."""


@dataclass(frozen=True)
class Result:
    """Results of a fit; `smc` and `table` are the two posteriors at the same threshold, both adjusted."""

    problem: FitProblem
    smc: Sample
    table: Sample
    prior: Table
    recovery: checks.Recovery
    ranks_pass: bool
    control_fails: bool
    rows: list[dict[str, Any]]
    predictive: list[dict[str, Any]]
    content: list[dict[str, Any]]
    predicted: Table
    theories: dict[str, Any] | None
    odds: list[dict[str, Any]]


def calibrate(file: FitFile, folder: Path, workers: int, show: Stage | None = None) -> Result:
    """Carry out a fit and write its folder.

    An interrupted fit resumes: the reference table stays, and pyABC's database holds its generations.

    Parameters
    ----------
    file : FitFile
        The fit.
    folder : Path
        New folder, or that of the same fit so far.
    workers : int
        Processes and threads; results do not depend on it.
    show : Stage, optional
        Shows progress.

    Returns
    -------
    Result

    Raises
    ------
    ParleyError
        The folder cannot be used, or the checks do not pass; then no posterior is written.
    """
    with report_errors(folder), ExitStack() as stack:
        claim_folder(folder, file)
        stack.enter_context(lock_folder(folder, "fit"))
        return _run_fit(file, folder, workers, show or Silent())


def _run_fit(file: FitFile, folder: Path, workers: int, stage: Stage) -> Result:
    """Run all stages of a fit."""
    problem = prepare(file)
    table = _load_table(problem, folder, workers, stage)
    nearest = reject_distant(table, problem.layout, problem.record, file.reference.accept)
    stage.stage("ABC-SMC", file.smc.generations)
    sample = _sample_posterior(problem, folder, nearest.epsilon, workers, stage)
    (folder / posterior.FILE).unlink(missing_ok=True)  # one of an earlier time has not passed these checks
    result = _check_fit(problem, table, nearest, sample, workers, stage)
    _write_tables(result, folder)
    if not result.ranks_pass:
        raise ParleyError(
            f"ranks are not uniform: the fit is not calibrated and no posterior is written; see {folder}/checks.json"
        )
    if not result.control_fails:
        raise ParleyError(
            "a fit made too narrow on purpose passes the check too, so it tells nothing; no posterior is written; "
            f"give more `checks: records`, see {folder}/checks.json"
        )
    note = {
        "fit": file.id,
        "title": file.title,
        "seed": file.seed,
        "epsilon": sample.epsilon,
        "conditional_on": CONDITIONAL,
        "model": load(file.targets[0].scenario).scenario.model.version,
    }
    posterior.write_posterior(folder, result.smc, problem.parameters, note)
    return result


def _load_table(problem: FitProblem, folder: Path, workers: int, stage: Stage) -> Table:
    """Load the reference table of this fit, or simulate and write it."""
    path, size = folder / TABLE, problem.file.reference.size
    fingerprint = _fingerprint(problem)
    if path.is_file():
        try:
            with open_regular(path, None) as file, np.load(file) as stored:
                if str(stored["own"]) == fingerprint:
                    return Table(stored["values"], stored["codes"].astype(np.int64), stored["numbers"])
        except (ParleyError, OSError, EOFError, ValueError, KeyError, zipfile.BadZipFile, zlib.error) as error:
            warnings.warn(f"{path} is damaged ({error}); it is made again", stacklevel=2)
    stage.stage("reference table", size)
    table = Table(*problem.simulate_table(size, workers, stage.step))
    codes = table.codes.astype(np.int8)
    with replace_file(path) as temporary:
        np.savez_compressed(temporary, values=table.values, codes=codes, numbers=table.numbers, own=fingerprint)
    return table


def _fingerprint(problem: FitProblem) -> str:
    """Hash what the table depends on: fit file, every scenario as resolved, code of engine and summaries."""
    from sim.core.jit import source_hash

    digest = hashlib.blake2b(source_hash().encode())
    for name in ("particles", "priors", "problem", "summaries"):
        digest.update(Path(__file__).with_name(f"{name}.py").read_bytes())
    digest.update(problem.file.model_dump_json(exclude={"smc", "checks", "theories"}).encode())
    for part in problem.parts:
        for runner in part.runners:
            priors = runner.problem.priors
            ranges = (value for value in priors if not isinstance(value, Pool))
            for value in (*ranges, *priors.pool, *runner.problem.structure):
                digest.update(np.asarray(value).tobytes())
    return digest.hexdigest()[:32]


def _sample_posterior(problem: FitProblem, folder: Path, epsilon: float, workers: int, stage: Stage) -> Sample:
    """Run the ABC-SMC; a generation is a step."""
    seen = -1

    def show(generation: int, accepted: int, evaluations: int) -> None:
        nonlocal seen
        if generation > seen:
            stage.step(1 if seen >= 0 else 0)
            seen = generation

    return run_smc(problem, folder, epsilon, workers, show)


def _check_fit(
    problem: FitProblem, table: Table, nearest: Sample, sample: Sample, workers: int, stage: Stage
) -> Result:
    """Carry out all checks of a fit."""
    file, parameters = problem.file, problem.parameters
    fitted = adjust_by_regression(sample, problem.layout, problem.record, parameters, nearest)
    adjusted = adjust_by_regression(nearest, problem.layout, problem.record, parameters)
    stage.stage("recovery of simulated records", file.checks.records + _CONTROL)
    records = checks.simulate_records(problem, workers)
    recovery = checks.recover_records(problem, table, records, progress=stage.step)
    few = Table(records.values[:_CONTROL], records.codes[:_CONTROL], records.numbers[:_CONTROL])
    narrow = checks.recover_records(
        problem,
        table,
        few,
        lambda s, r: checks.narrow_sample(adjust_by_regression(s, problem.layout, r, parameters)),
        stage.step,
    )
    predicted = _simulate_predictions(problem, fitted, workers)
    draws = predicted.values, _number_predictions(len(predicted.values))
    return Result(
        problem,
        fitted,
        adjusted,
        table,
        recovery,
        checks.is_uniform(recovery.ranks, recovery.draws),
        not checks.is_uniform(narrow.ranks, narrow.draws),
        checks.tabulate_contraction(problem, fitted, adjusted, recovery),
        predictive.check_predictive(problem, table, predicted),
        predictive.check_content(problem, table, draws, file.reference.accept, workers),
        predicted,
        _compare_theories(problem, table, workers, stage) if file.theories else None,
        _compare_odds(problem, predicted),
    )


def _simulate_predictions(problem: FitProblem, fitted: Sample, workers: int) -> Table:
    """Simulate the whole record anew under the posterior, with fates of its own."""
    count = _PREDICTIVE_DRAWS[problem.file.targets[0].kind]
    values = fitted.draw((np.arange(count) + 0.5) / count)
    codes, numbers = problem.simulate(values, _number_predictions(count), workers)
    return Table(values, codes, numbers)


def _number_predictions(count: int) -> Ints:
    """Return the numbers of the draws of the posterior."""
    return np.arange(count, dtype=np.int64) + _PREDICTED_FROM


def _compare_theories(problem: FitProblem, table: Table, workers: int, stage: Stage) -> dict[str, Any]:
    """Compare the rival theories, and their predictions with baselines."""
    file = problem.file
    assert file.theories is not None
    stage.stage("rival theories", len(theories.list_theories(file)))
    tables = theories.simulate_theories(file, problem.layout, workers, stage.step)
    nearest = theories.pool_rows(tables, problem.layout, problem.record, file.theories.accept)
    names = theories.list_theories(file)
    predictions = {
        "this fit": theories.predict_left_out(problem, [table], file.reference.accept),
        "this scenario before the fit": theories.predict_left_out(problem, [table], 1.0),
        "all theories together": theories.predict_left_out(problem, tables, file.theories.accept),
    }
    for rule in file.theories.rules:
        own = [t for t, (r, _, _) in zip(tables, names, strict=True) if r == rule]
        predictions[f"concession by {rule}"] = theories.predict_left_out(problem, own, file.theories.accept)
    for k, switch in enumerate(file.theories.switches):
        own = [t for t, (_, on, _) in zip(tables, names, strict=True) if on[k]]
        predictions[switch] = theories.predict_left_out(problem, own, file.theories.accept)
    for name, changes in file.theories.references.items():
        own = [theories.simulate_theory(file, changes, problem.layout, file.reference.size // 10, workers)]
        predictions[f"{name} before the fit"] = theories.predict_left_out(problem, own, 1.0)
    predictions |= theories.predict_baselines(problem)
    scores = {name: theories.compute_log_scores(problem, p).tolist() for name, p in predictions.items()}
    return {
        "probabilities": theories.compute_probabilities(file, nearest),
        "confusion": theories.compute_confusion(file, tables, problem.layout),
        "accepted": int(sum(rows.size for rows in nearest)),
        "rounds": [name.removeprefix("code ") for name in problem.layout.codes],
        "log_scores": scores,
        "mean_log_score": {name: float(np.mean(s)) for name, s in scores.items()},
    }


def _compare_odds(problem: FitProblem, predicted: Table) -> list[dict[str, Any]]:
    """Compare odds ratios of formal agreement against no mediation: the record's, with intervals, and the model's."""
    at = [k for k, name in enumerate(problem.layout.numbers) if name.startswith("formal ")]
    if not at:
        return []
    crises, shares = load_crises(), np.sin(predicted.numbers[:, at]) ** 2
    mean = shares.mean(axis=0)
    rows = []
    for k, style in enumerate(STYLES):
        a, b = crises.formal[style], crises.cases[style] - crises.formal[style]
        c, d = crises.formal["none"], crises.cases["none"] - crises.formal["none"]
        ratio, low, high = compute_odds_ratio(a, b, c, d) if k else (1.0, 1.0, 1.0)
        model = _compute_odds_ratio(mean[k], mean[0])
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


def _compute_odds_ratio(p: float, q: float) -> float:
    """Return the odds ratio of two shares."""
    return float(p * (1 - q) / max((1 - p) * q, 1e-12))


def compute_agreement(result: Result) -> Floats:
    """Compute how far ABC-SMC and the table differ.

    Returns
    -------
    ndarray (k,)
        Largest difference of the 5, 50 and 95% points of each parameter, in prior widths.
    """
    levels = [0.05, 0.5, 0.95]
    width = np.array([p.high - p.low for p in result.problem.parameters])
    return np.abs(result.smc.quantile(levels) - result.table.quantile(levels)).max(axis=0) / width


def _write_tables(result: Result, folder: Path) -> None:
    """Write the tables of a fit, and its checks as JSON."""
    import pandas as pd

    tables = {
        "parameters": result.rows,
        "predictive": result.predictive,
        "content": result.content,
        "crises": result.odds,
    }
    for name, rows in tables.items():
        if rows:
            write_file(folder / f"{name}.csv", pd.DataFrame(rows).to_csv(index=False, lineterminator="\n"))
    content = {
        "conditional_on": CONDITIONAL,
        "records_recovered": len(result.recovery.truth),
        "ranks_uniform": result.ranks_pass,
        "broken_fit_caught": result.control_fails,
        "epsilon": result.smc.epsilon,
        "effective_sample_size": result.smc.effective_size(),
        "smc_against_table": dict(zip(result.problem.names, compute_agreement(result).tolist(), strict=True)),
        "parameters": result.rows,
        "theories": result.theories,
    }
    write_file(folder / "checks.json", json.dumps(content, indent=1))
