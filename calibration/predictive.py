"""The record held against simulations, by code, day, silence and content, before the fit and after it.

Wide ranges pass such checks easily, so the central 90% of the simulations stands beside every number.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np

from calibration import theories
from calibration.content import (
    Agenda,
    Settlement,
    describe_agenda,
    estimate_content,
    format_content,
    list_settlements,
)
from calibration.inference import Table
from calibration.problem import FitProblem
from calibration.records import Round
from calibration.summaries import Observation, select_held_rounds
from sim.core.columns import ROUND
from sim.core.layout import Floats, Ints
from sim.rules.outcome import CODES, POSTPONED
from sim.scenario.load import load

MISFIT = 0.05
"""A summary with less than this probability under the posterior is called a misfit."""
CENTRAL = (0.05, 0.95)
_BEFORE = 4000
"""Rows of the reference table that stand for the simulations before the fit."""
_KINDS = {"gap before": "day", "first_humanitarian": "day", "quiet": "silence"}

Draws = tuple[Floats, Ints]
"""Vectors (n, k), and the numbers (n,) that fix their fates."""


def check_predictive(problem: FitProblem, before: Table, predicted: Table) -> list[dict[str, Any]]:
    """Check each summary against simulations before the fit and under the posterior.

    Parameters
    ----------
    problem : FitProblem
        The fit.
    before, predicted : Table
        Simulations from the priors and from the posterior.

    Returns
    -------
    list of dict
        One row a summary: the probability of the record's codes, or of a number as far out as the record's, before and
        under the posterior; and where 90% of the simulations lie.
    """
    rows = [_check_code(problem.record, j, name, before, predicted) for j, name in enumerate(problem.layout.codes)]
    numbers = enumerate(problem.layout.numbers)  # `ends`: central 90% before and under the fit, and the record
    return rows + [_check_number(problem.record, j, name, before, predicted) for j, name in numbers]


def _check_code(record: Observation, j: int, name: str, before: Table, predicted: Table) -> dict[str, Any]:
    """Check the code of one round."""
    share_before, share = (float(record.allowed[j, t.codes[:, j]].mean()) for t in (before, predicted))
    return {
        "kind": "code",
        "summary": name,
        "record": _format_codes(record.allowed[j]),
        "before": share_before,
        "predicted": share,
        "fits": share >= MISFIT,
        "central_before": list_likely_codes(before.codes[:, j]),
        "central": list_likely_codes(predicted.codes[:, j]),
    }


def _check_number(record: Observation, j: int, name: str, before: Table, predicted: Table) -> dict[str, Any]:
    """Check one number: the smaller tail, the record's interval included."""
    low, high = record.low[j], record.high[j]
    tails, ends = [], []
    for table in (before, predicted):
        column = table.numbers[:, j]
        tails.append(1 - max(float((column < low - 1e-9).mean()), float((column > high + 1e-9).mean())))
        ends.append(tuple(np.quantile(_to_unit(name, column), CENTRAL).tolist()))
    kind = next((kind for beginning, kind in _KINDS.items() if name.startswith(beginning)), "other")
    low_shown, high_shown = _to_unit(name, np.array([low, high]))
    return {
        "kind": kind,
        "summary": name,
        "record": f"{low_shown:.3g}" if low_shown == high_shown else f"{low_shown:.3g} to {high_shown:.3g}",
        "before": tails[0],
        "predicted": tails[1],
        "fits": tails[1] >= MISFIT,
        "central_before": "{:.3g} to {:.3g}".format(*ends[0]),
        "central": "{:.3g} to {:.3g}".format(*ends[1]),
        "ends": (ends[0], ends[1], (float(low_shown), float(high_shown))),
    }


def _to_unit(name: str, values: Floats) -> Floats:
    """Turn summaries back into days where they are logarithms of days."""
    if name.startswith("gap before"):
        return np.exp(values)
    if name.startswith("first_humanitarian"):
        return np.expm1(values)
    return np.sin(values) ** 2 if name.startswith("formal ") else values


def _format_codes(allowed: np.ndarray[Any, np.dtype[np.bool_]]) -> str:
    """Format the codes that the record admits."""
    return " or ".join(code for code, ok in zip(CODES, allowed, strict=True) if ok)


def list_likely_codes(codes: Ints) -> str:
    """List the fewest codes that hold 90% of simulations, the likeliest first; a round not held is `not held`."""
    counts = np.bincount(codes, minlength=len(CODES))
    order = np.argsort(-counts, kind="stable")
    last = int(np.searchsorted(np.cumsum(counts[order]), 0.9 * counts.sum() - 1e-9))
    return ", ".join("not held" if CODES[i] == "postponed" else CODES[i] for i in order[: last + 1])


def check_content(
    problem: FitProblem, table: Table, predicted: Draws, accept: float, workers: int
) -> list[dict[str, Any]]:
    """Check the documented content of rounds: before the fit, under the posterior, and with the round left out.

    Parameters
    ----------
    problem : FitProblem
        The fit; content is none of its summaries.
    table : Table
        Reference table.
    predicted : tuple of ndarray (n, k) and ndarray of int (n,)
        Draws of the posterior.
    accept : float
        Share of the table to keep where a round is left out.
    workers : int
        Threads.

    Returns
    -------
    list of dict
        One row a round whose content is documented: probabilities of its baskets and of its content, conditional on
        the round being held; and of its content by baselines that know codes only.
    """
    rows, baselines = [], theories.predict_baselines(problem)
    first = np.arange(min(_BEFORE, len(table.values)), dtype=np.int64)
    offset = 0
    for part, rounds in enumerate(problem.rounds):
        for k, coded in enumerate(rounds):
            if coded.content is None:
                continue
            j = offset + k
            omit = theories.list_summaries_of_round(problem, j)
            (near,) = theories.pool_rows([table], problem.layout, problem.record, accept, omit)
            draws = {"before": (table.values[first], first), "fit": predicted, "left_out": (table.values[near], near)}
            guesses = {name: shares[j] for name, shares in baselines.items()}
            rows.append(_check_round(problem, part, k, coded, draws, guesses, workers))
        offset += len(rounds)
    return rows


def _check_round(
    problem: FitProblem,
    part: int,
    k: int,
    coded: Round,
    draws: dict[str, Draws],
    guesses: dict[str, Floats],
    workers: int,
) -> dict[str, Any]:
    """Check the content of one round of one target."""
    assert coded.content is not None
    agenda = describe_agenda(load(problem.file.targets[part].scenario).scenario)
    row: dict[str, Any] = {"round": coded.id, "content": format_content(coded.content)}
    for name, (values, numbers) in draws.items():
        counts = count_settlements(problem, agenda, part, k, values, numbers, workers)
        row[f"baskets_{name}"], row[name] = estimate_content(agenda, counts, coded.content)
    for name, shares in guesses.items():
        row[name] = sum(agenda.guess(content, list(shares)) for content in coded.content)
    return row


def count_settlements(
    problem: FitProblem, agenda: Agenda, part: int, k: int, values: Floats, numbers: Ints, workers: int
) -> Counter[Settlement]:
    """Count what simulations settle in round k of a target, among those that hold it."""
    chunk, resolved = problem.simulate_rounds(part, values, numbers, workers)
    table, _ = select_held_rounds(chunk.rounds, chunk.rows, k + 1)
    is_held = ~np.isnan(table[:, k, ROUND.DAY])
    return Counter(list_settlements(agenda, resolved, chunk.runs[is_held], table[is_held, k]))


def count_codes(problem: FitProblem, table: Table, code: int) -> Floats:
    """Estimate how often a code comes in all rounds of the record, each target's simulations drawn by themselves.

    Simulations that hold fewer rounds than the record are left out, so that courses of as many rounds are compared.

    Parameters
    ----------
    problem : FitProblem
        A fit with rounds.
    table : Table
        Simulations.
    code : int
        Outcome code.

    Returns
    -------
    ndarray (rounds + 1,)
        Probability of each count.
    """
    whole, offset = np.ones(1), 0
    for rounds in problem.rounds:
        codes = table.codes[:, offset : offset + len(rounds)]
        complete = codes[(codes != POSTPONED).all(axis=1)]
        counts = np.bincount((complete == code).sum(axis=1), minlength=len(rounds) + 1)
        whole = np.convolve(whole, counts / counts.sum())
        offset += len(rounds)
    return whole
