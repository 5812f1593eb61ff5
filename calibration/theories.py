"""Theories against the record and against each other, and all of them against simple baselines.

Posterior probabilities of theories are shares of acceptance in one pooled rejection (Grelaud et al. 2009, Bayesian
Analysis 4), all theories equally probable beforehand. With summaries that are not sufficient such probabilities need
not approach the exact ones (Robert et al. 2011, PNAS 108), so a confusion table says how often a simulated record is
given back to the rule that made it.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any

import numpy as np

from calibration.fit_file import FitFile
from calibration.inference import Table
from calibration.problem import FitProblem, Progress, prepare
from calibration.summaries import Layout, Observed, distance
from sim.core.errors import ParleyError
from sim.core.layout import Floats, Ints
from sim.rules.outcome import CODES, POSTPONED

_JEFFREYS = 0.5


def theories(file: FitFile) -> list[tuple[str, tuple[bool, ...], dict[str, Any]]]:
    """Every rule with every set of switches: rule, which switches are thrown, and the changes. Raises ParleyError."""
    if file.theories is None:
        raise ParleyError(f"fit `{file.id}` names no theories")
    found = []
    for rule, changes in file.theories.rules.items():
        for thrown in itertools.product((False, True), repeat=len(file.theories.switches)):
            all_changes = dict(changes)
            for on, more in zip(thrown, file.theories.switches.values(), strict=True):
                all_changes |= more if on else {}
            found.append((rule, thrown, all_changes))
    return found


def simulate_theories(
    file: FitFile, layout: Layout, workers: int | None = None, progress: Progress | None = None
) -> list[Table]:
    """A table a theory, in the order of `theories`: every ranged number drawn from its prior."""
    assert file.theories is not None
    tables = []
    for _, _, changes in theories(file):
        problem = prepare(file, changes, fitted=False)
        numbers = np.arange(file.theories.size, dtype=np.int64)
        codes, found = problem.simulate(np.zeros((numbers.size, 0)), numbers, workers)
        tables.append(Table(np.zeros((numbers.size, 0)), codes, found))
        if progress:
            progress(1)
    return tables


def pooled(
    tables: Sequence[Table], layout: Layout, record: Observed, accept: float, left_out: Sequence[int] = ()
) -> list[Ints]:
    """The rows of each table among the nearest share `accept` of all of them together."""
    far = [distance(t.codes, t.numbers, layout, record, left_out) for t in tables]
    epsilon = np.quantile(np.concatenate(far), accept)
    return [np.flatnonzero(d <= epsilon + 1e-12) for d in far]


def probabilities(file: FitFile, kept: Sequence[Ints]) -> dict[str, dict[str, tuple[float, float]]]:
    """Posterior probability and its Monte Carlo standard error of each rule, and of each switch being thrown."""
    assert file.theories is not None
    names = theories(file)
    accepted = np.zeros((len(names), file.theories.size))
    for theory, rows in enumerate(kept):
        accepted[theory, rows] = 1.0

    def share(chosen: list[bool]) -> tuple[float, float]:
        return ratio_of_rows(accepted[np.array(chosen)].sum(axis=0), accepted.sum(axis=0))

    rules = {rule: share([r == rule for r, _, _ in names]) for rule in file.theories.rules}
    switches = {name: share([thrown[k] for _, thrown, _ in names]) for k, name in enumerate(file.theories.switches)}
    return {"rules": rules, "switches": switches}


def ratio_of_rows(part: Floats, whole: Floats) -> tuple[float, float]:
    """The share that sums over rows (n,) have of one another, and its standard error with rows drawn independently.

    Row k of every theory has the same assumptions and fates, so simulations of a row come in together or stay out: it
    is rows that are counted, by the linearised variance of a ratio (Cochran 1977, Sampling Techniques, ch. 6).
    """
    n, p = whole.size, float(part.sum() / whole.sum())
    spread = float(((part - p * whole) ** 2).sum()) * n / (n - 1)
    return p, float(np.sqrt(spread) / whole.sum())


def confusion(file: FitFile, tables: Sequence[Table], layout: Layout, records: int = 20) -> dict[str, dict[str, float]]:
    """For simulated records of each rule (row), the share given to each rule (column) as most probable.

    A record comes from the theory with no switch thrown. Its row is left out of every table, for the same assumptions
    and fates under another theory are near it for no merit of that theory.
    """
    assert file.theories is not None
    rules, names = list(file.theories.rules), theories(file)
    found = {rule: dict.fromkeys(rules, 0.0) for rule in rules}
    for at, (rule, thrown, _) in enumerate(names):
        if any(thrown):
            continue
        for row in range(min(records, len(tables[at].codes))):
            record = Observed.exact(tables[at].codes[row], tables[at].numbers[row])
            kept = [rows[rows != row] for rows in pooled(tables, layout, record, file.theories.accept)]
            shares = probabilities(file, kept)["rules"]
            found[rule][max(rules, key=lambda r: shares[r][0])] += 1 / records
    return found


def about_round(problem: FitProblem, j: int) -> list[int]:
    """Numbers of the summaries that tell of round j: its code, its gap, and its scenario's other numbers.

    All of them are left out when round j is predicted: the day of the first humanitarian settlement, say, would tell
    the code it is the day of.
    """
    name = problem.layout.codes[j].removeprefix("code ")
    target = next(t for t in problem.file.targets if name in t.rounds)
    told = {f"gap before {name}", *(f"{n} {target.scenario}" for n in target.numbers)}
    offset = len(problem.layout.codes)
    return [j, *(offset + k for k, n in enumerate(problem.layout.numbers) if n in told)]


def code_shares(codes: Ints, weights: Floats) -> Floats:
    """Smoothed shares of the codes of a round that is held (Jeffreys' prior), so that none has probability 0.

    Simulations in which the round did not come are passed over, and `postponed` has no share: rounds of the record
    were held, and a prediction that spends probability on other than that is compared with none that does not.
    """
    counts = np.bincount(codes, weights=weights, minlength=len(CODES)) * (weights.sum() / (weights**2).sum())
    return _held(counts)


def _held(counts: Floats) -> Floats:
    """Counts of codes (8,) as smoothed shares, with none for `postponed`."""
    smoothed = counts + _JEFFREYS
    smoothed[POSTPONED] = 0.0
    return smoothed / smoothed.sum()


def leave_one_out(problem: FitProblem, tables: Sequence[Table], accept: float) -> list[Floats]:
    """For each round the probabilities of its code, from simulations near the record without that round."""
    found = []
    for j in range(len(problem.layout.codes)):
        kept = pooled(tables, problem.layout, problem.record, accept, about_round(problem, j))
        codes = np.concatenate([t.codes[rows, j] for t, rows in zip(tables, kept, strict=True)])
        found.append(code_shares(codes, np.ones(codes.size)))
    return found


def baselines(problem: FitProblem) -> dict[str, list[Floats]]:
    """Base rates of the other rounds' codes, and the last outcome repeating in half of all cases, base rates else."""
    allowed = problem.record.allowed.astype(float)
    each = allowed / allowed.sum(axis=1, keepdims=True)
    base, repeats = [], []
    for j in range(len(each)):
        rate = _held(each[np.arange(len(each)) != j].sum(axis=0))
        base.append(rate)
        repeats.append(rate if j == 0 else 0.5 * each[j - 1] + 0.5 * rate)
    alike = [_held(np.zeros(len(CODES))) for _ in each]
    return {"base rates": base, "last outcome repeats": repeats, "all codes alike": alike}


def log_scores(problem: FitProblem, predictions: Sequence[Floats]) -> Floats:
    """Log probability of each round's admitted codes together (rounds,)."""
    return np.array([np.log(p[a].sum()) for p, a in zip(predictions, problem.record.allowed, strict=True)])
