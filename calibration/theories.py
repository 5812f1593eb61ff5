"""Theories compared on the record: with each other, and with simple baselines.

Posterior probabilities of theories are shares of acceptance in one pooled rejection (Grelaud et al. 2009, Bayesian
Analysis 4), all theories equally probable beforehand. Where summaries are not sufficient, such probabilities need not
approach the exact ones (Robert et al. 2011, PNAS 108). So a confusion table says how often a simulated record is
attributed to the rule that produced it.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from calibration.baselines import ALIKE, BASE_RATES, JEFFREYS, LAST
from calibration.fit_file import FitFile
from calibration.inference import Table
from calibration.problem import FitProblem, Progress, prepare
from calibration.summaries import Layout, Observation, compute_distance
from sim.core.errors import ParleyError
from sim.core.layout import Floats, Ints
from sim.rules.outcome import CODES, POSTPONED


def list_theories(file: FitFile) -> list[tuple[str, tuple[bool, ...], dict[str, Any]]]:
    """List every rule with every set of switches.

    Returns
    -------
    list of (str, tuple of bool, dict)
        Rule, which switches are on, and the changes to every scenario.

    Raises
    ------
    ParleyError
        The fit names no theories.
    """
    if file.theories is None:
        raise ParleyError(f"fit `{file.id}` names no theories")
    entries = []
    for rule, changes in file.theories.rules.items():
        for switches_on in itertools.product((False, True), repeat=len(file.theories.switches)):
            all_changes = dict(changes)
            for on, more in zip(switches_on, file.theories.switches.values(), strict=True):
                all_changes |= more if on else {}
            entries.append((rule, switches_on, all_changes))
    return entries


def simulate_theories(
    file: FitFile, layout: Layout, workers: int | None = None, progress: Progress | None = None
) -> list[Table]:
    """Simulate every theory, every ranged number drawn from its prior.

    Parameters
    ----------
    file : FitFile
        A fit with theories.
    workers : int, optional
        Threads; None for one a processor.
    progress : callable, optional
        Called with 1 after each theory.

    Returns
    -------
    list of Table
        One table a theory, in the order of `list_theories`.
    """
    assert file.theories is not None
    tables = []
    for _, _, changes in list_theories(file):
        tables.append(simulate_theory(file, changes, layout, file.theories.size, workers))
        if progress:
            progress(1)
    return tables


def simulate_theory(
    file: FitFile, changes: Mapping[str, Any], layout: Layout, rows: int, workers: int | None = None
) -> Table:
    """Simulate one theory, every ranged number drawn from its prior.

    Parameters
    ----------
    file : FitFile
        A fit.
    changes : mapping
        Changes to every scenario, by path.
    layout : Layout
        Names and scales of the summaries.
    rows : int
        Simulations.
    workers : int, optional
        Threads; None for one a processor.
    """
    problem = prepare(file, changes, fitted=False, layout=layout)
    numbers, values = np.arange(rows, dtype=np.int64), np.zeros((rows, 0))
    return Table(values, *problem.simulate(values, numbers, workers))


def pool_rows(
    tables: Sequence[Table], layout: Layout, record: Observation, accept: float, omit: Sequence[int] = ()
) -> list[Ints]:
    """Find the rows of each table among the nearest share `accept` of all tables together.

    Parameters
    ----------
    tables : sequence of Table
        One a theory.
    layout, record, omit
        As in `summaries.compute_distance`.
    accept : float
        Share to keep.

    Returns
    -------
    list of ndarray of int
        Row numbers by table.
    """
    distances = [compute_distance(t.codes, t.numbers, layout, record, omit) for t in tables]
    epsilon = np.quantile(np.concatenate(distances), accept)
    return [np.flatnonzero(d <= epsilon + 1e-12) for d in distances]


def compute_probabilities(file: FitFile, rows: Sequence[Ints]) -> dict[str, dict[str, tuple[float, float]]]:
    """Compute the posterior probability of each rule, and of each switch being on.

    Parameters
    ----------
    file : FitFile
        A fit with theories.
    rows : sequence of ndarray of int
        Accepted rows of each theory's table.

    Returns
    -------
    dict
        Under `rules` and `switches`, by name: probability and Monte Carlo standard error.
    """
    assert file.theories is not None
    names = list_theories(file)
    accepted = np.zeros((len(names), file.theories.size))
    for theory, own in enumerate(rows):
        accepted[theory, own] = 1.0

    def share(chosen: list[bool]) -> tuple[float, float]:
        return estimate_ratio(accepted[np.array(chosen)].sum(axis=0), accepted.sum(axis=0))

    rules = {rule: share([r == rule for r, _, _ in names]) for rule in file.theories.rules}
    switches = {name: share([on[k] for _, on, _ in names]) for k, name in enumerate(file.theories.switches)}
    return {"rules": rules, "switches": switches}


def estimate_ratio(part: Floats, whole: Floats) -> tuple[float, float]:
    """Estimate a share of sums over rows, and its standard error with rows drawn independently.

    Row k of every theory has the same assumptions and fates, so simulations of a row are accepted or rejected together:
    rows are counted, by the linearised variance of a ratio.

    Parameters
    ----------
    part, whole : ndarray (n,)
        Accepted simulations of each row, of some theories and of all.

    References
    ----------
    Cochran 1977, Sampling Techniques, ch. 6.
    """
    n, p = whole.size, float(part.sum() / whole.sum())
    spread = float(((part - p * whole) ** 2).sum()) * n / (n - 1)
    return p, float(np.sqrt(spread) / whole.sum())


def compute_confusion(
    file: FitFile, tables: Sequence[Table], layout: Layout, records: int = 20
) -> dict[str, dict[str, float]]:
    """Compute how often simulated records of each rule are attributed to each rule.

    A record comes from the theory with all switches off. Its row is omitted from every table, because the same
    assumptions and fates under another theory lie near it for no merit of that theory.

    Parameters
    ----------
    file : FitFile
        A fit with theories.
    tables : sequence of Table
        One a theory.
    layout : Layout
        Scales of the summaries.
    records : int
        Simulated records of each rule.

    Returns
    -------
    dict of dict of float
        By the rule that produced the records: the share for which each rule was the most probable.
    """
    assert file.theories is not None
    rules, names = list(file.theories.rules), list_theories(file)
    shares_of_rules = {rule: dict.fromkeys(rules, 0.0) for rule in rules}
    for at, (rule, switches_on, _) in enumerate(names):
        if any(switches_on):
            continue
        for row in range(min(records, len(tables[at].codes))):
            record = Observation.exact(tables[at].codes[row], tables[at].numbers[row])
            rows = [rows[rows != row] for rows in pool_rows(tables, layout, record, file.theories.accept)]
            shares = compute_probabilities(file, rows)["rules"]
            shares_of_rules[rule][max(rules, key=lambda r: shares[r][0])] += 1 / records
    return shares_of_rules


def list_summaries_of_round(problem: FitProblem, j: int) -> list[int]:
    """List the numbers of the summaries that depend on round j: its code, its gap, and its scenario's other numbers.

    All of them are omitted when round j is predicted. The day of the first humanitarian settlement, for example, would
    reveal the code of the round it falls on.
    """
    name = problem.layout.codes[j].removeprefix("code ")
    target = next(t for t in problem.file.targets if name in t.rounds)
    summaries = {f"gap before {name}", *(f"{n} {target.scenario}" for n in target.numbers)}
    offset = len(problem.layout.codes)
    return [j, *(offset + k for k, n in enumerate(problem.layout.numbers) if n in summaries)]


def smooth_codes(codes: Ints, weights: Floats) -> Floats:
    """Estimate the shares of the codes of a round that is held, smoothed by Jeffreys' prior so that none is 0.

    Simulations in which the round did not come are ignored, and `postponed` has no share: rounds of the record were
    held, and every prediction in the comparison is conditional on that.

    Parameters
    ----------
    codes : ndarray of int (n,)
        Simulated codes.
    weights : ndarray (n,)
        Weights.

    Returns
    -------
    ndarray (8,)
    """
    counts = np.bincount(codes, weights=weights, minlength=len(CODES)) * (weights.sum() / (weights**2).sum())
    return _smooth_counts(counts)


def _smooth_counts(counts: Floats) -> Floats:
    """Turn counts of codes (8,) into smoothed shares, with none for `postponed`."""
    smoothed = counts + JEFFREYS
    smoothed[POSTPONED] = 0.0
    return smoothed / smoothed.sum()


def predict_left_out(problem: FitProblem, tables: Sequence[Table], accept: float) -> list[Floats]:
    """Predict the code of each round from simulations near the record without that round.

    Parameters
    ----------
    problem : FitProblem
        The fit.
    tables : sequence of Table
        Simulations.
    accept : float
        Share of them to keep.

    Returns
    -------
    list of ndarray (8,)
        Probabilities of the codes, one array a round.
    """
    predictions = []
    for j in range(len(problem.layout.codes)):
        rows = pool_rows(tables, problem.layout, problem.record, accept, list_summaries_of_round(problem, j))
        codes = np.concatenate([t.codes[rows, j] for t, rows in zip(tables, rows, strict=True)])
        predictions.append(smooth_codes(codes, np.ones(codes.size)))
    return predictions


def predict_baselines(problem: FitProblem) -> dict[str, list[Floats]]:
    """Predict each round's code by simple baselines.

    Returns
    -------
    dict of list of ndarray (8,)
        By baseline, an array a round: base rates of the other rounds; the code of the last round in half of all cases,
        base rates otherwise; all codes alike.
    """
    allowed = problem.record.allowed.astype(float)
    each = allowed / allowed.sum(axis=1, keepdims=True)
    base, repeats = [], []
    for j in range(len(each)):
        rate = _smooth_counts(each[np.arange(len(each)) != j].sum(axis=0))
        base.append(rate)
        repeats.append(rate if j == 0 else 0.5 * each[j - 1] + 0.5 * rate)
    alike = [_smooth_counts(np.zeros(len(CODES))) for _ in each]
    return {BASE_RATES: base, LAST: repeats, ALIKE: alike}


def compute_log_scores(problem: FitProblem, predictions: Sequence[Floats]) -> Floats:
    """Compute the log probability of each round's admitted codes together (rounds,)."""
    return np.array([np.log(p[a].sum()) for p, a in zip(predictions, problem.record.allowed, strict=True)])
