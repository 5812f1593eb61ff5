"""A fit's tables as Markdown, for its folder and for the documentation."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np

from calibration.baselines import ALIKE, BASE_RATES
from calibration.calibrate import CONDITIONAL, Result, compute_agreement
from calibration.predictive import count_codes
from sim.core.atomic import write_file
from sim.rules.outcome import HUMANITARIAN

KINDS = {"code": "Codes", "day": "Days", "silence": "Silence", "other": "Other numbers"}
"""Headings of the predictive checks, by kind."""


def format_table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Format a Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines) + "\n"


def format_report(result: Result) -> str:
    """Format all tables of a fit, each under its heading."""
    parts = [f"# {result.problem.file.title}\n", CONDITIONAL + "\n", _checks(result), _parameters(result)]
    if result.problem.layout.codes:
        parts += [_counts(result)]
    parts += [_predictive(result, kind, title) for kind, title in KINDS.items()]
    if result.content:
        parts.append(_content(result))
    if result.theories:
        parts += [_theories(result), _confusion(result), _scores(result), _without(result)]
    if result.odds:
        parts.append(_odds(result))
    return "\n".join(part for part in parts if part)


def write_report(result: Result, folder: Path) -> None:
    """Write `report.md`. Raises ParleyError."""
    write_file(folder / "report.md", format_report(result))


def _checks(result: Result) -> str:
    """Format the section on the checks."""
    passed = "uniform" if result.ranks_pass else "NOT uniform: the fit is not calibrated"
    caught = "caught" if result.control_fails else "NOT caught: the check has no power here"
    sizes = result.smc.effective_size(), result.table.effective_size()
    drawn = f"Effective draws: {sizes[0]:.0f} of ABC-SMC, {sizes[1]:.0f} of the table"
    return (
        f"## Checks\n\n{len(result.recovery.truth)} simulated records recovered: ranks {passed}. A fit made too narrow "
        f"on purpose: {caught}. Threshold {result.smc.epsilon:.3f}. {drawn}; their quantiles differ by at most "
        f"{compute_agreement(result).max():.2f} prior widths.\n"
    )


def _parameters(result: Result) -> str:
    """Format the table of parameters."""
    rows = [
        [
            row["parameter"],
            f"{row['prior_low']:g} to {row['prior_high']:g}",
            f"{row['q05']:.3g} / {row['median']:.3g} / {row['q95']:.3g}",
            f"{round(row['contraction'], 2) + 0.0:.0%}",
            f"{row['expected_contraction']:.0%}",
            f"{row['coverage_90']:.1%}",
            f"{row['rank_p_value']:.2f}",
            row["verdict"],
        ]
        for row in result.rows
    ]
    head = [
        "parameter",
        "prior",
        "5 / 50 / 95%",
        "contraction",
        "mean on simulated records",
        "90% interval holds",
        "ranks, p",
    ]
    return "## Parameters\n\n" + format_table([*head, "verdict"], rows)


def _counts(result: Result) -> str:
    """Say how often the humanitarian code comes before the fit, over as many rounds as the record has."""
    shares = count_codes(result.problem, result.prior, HUMANITARIAN)
    allowed = result.problem.record.allowed
    certain = int((allowed[:, HUMANITARIAN] & (allowed.sum(axis=1) == 1)).sum())
    possible = int(allowed[:, HUMANITARIAN].sum())
    ends = np.searchsorted(np.cumsum(shares), [0.025, 0.975])
    mean = float(shares @ np.arange(len(shares)))
    exact = f"exactly {possible} with a probability of {shares[possible]:.2f}"
    if certain != possible:
        exact += f", {certain} with {shares[certain]:.2f}"
    return (
        f"## Before the fit\n\nOver {len(allowed)} rounds the model gives {mean:.1f} humanitarian understandings on "
        f"average (95%: {ends[0]} to {ends[1]}), {exact}. The record has {possible}, "
        f"{possible - certain} of them in a round that may also be coded otherwise.\n"
    )


def _predictive(result: Result, kind: str, title: str) -> str:
    """Format the predictive checks of one kind; empty where a fit has none."""
    rows = [
        [
            r["summary"].removeprefix("code "),
            r["record"],
            f"{r['before']:.0%}",
            f"{r['predicted']:.0%}",
            "yes" if r["fits"] else "**no**",
            r["central_before"],
            r["central"],
        ]
        for r in result.predictive
        if r["kind"] == kind
    ]
    head = ["", "record", "probability before the fit", "under the fit", "fits (5%)"]
    return f"## {title}\n\n" + format_table([*head, "90% before", "90% under the fit"], rows) if rows else ""


def _content(result: Result) -> str:
    """Format the table of content, and the mean log scores below it."""
    rows, ways = [], ("before", "fit", "left_out")
    for r in result.content:
        cells = [f"{r[f'baskets_{way}']:.0%}, {r[way]:.1%}" for way in ways]
        rows.append([r["round"], r["content"], *cells, f"{r[BASE_RATES]:.1%}", f"{r[ALIKE]:.1%}"])
    names = [*ways, BASE_RATES, ALIKE]
    means = [f"{np.mean([np.log(r[name]) for r in result.content]):z.2f}" for name in names]
    rows.append(["mean log score", "", *means])
    head = ["round", "documented content", "before the fit", "under the fit", "round left out", "base rates of codes"]
    return "## Content\n\n" + format_table([*head, ALIKE], rows)


def _theories(result: Result) -> str:
    """Format the table of theories."""
    assert result.theories is not None
    rows = [
        [name, kind, f"{p:.3f}", f"{se:.3f}"]
        for kind, shares in result.theories["probabilities"].items()
        for name, (p, se) in shares.items()
    ]
    head = ["theory", "kind", "posterior probability", "Monte Carlo error"]
    return f"## Theories\n\n{result.theories['accepted']} simulations accepted.\n\n" + format_table(head, rows)


def _confusion(result: Result) -> str:
    """Format how often simulated records are attributed to each rule; rows are the rules that produced them."""
    assert result.theories is not None
    table = result.theories["confusion"]
    mixed = [[row, *(f"{share:.0%}" for share in shares.values())] for row, shares in table.items()]
    own = float(np.mean([table[rule][rule] for rule in table]))
    return (
        "## Confusion\n\n"
        + format_table(["", *table], mixed)
        + f"\nOn average {own:.0%} are attributed to their own rule; guessing would give {1 / len(table):.0%}.\n"
    )


def _without(result: Result) -> str:
    """Format mean log scores over all rounds and with each round taken out, to show what one round decides."""
    assert result.theories is not None
    scores, rounds = result.theories["log_scores"], result.theories["rounds"]
    chosen = [name for name in scores if not name.startswith("concession by")]
    rows = []
    for name in sorted(chosen, key=lambda name: -float(np.mean(scores[name]))):
        parts = np.array(scores[name])
        without = (parts.sum() - parts) / (len(parts) - 1)
        rows.append([name, f"{parts.mean():z.2f}", *(f"{value:z.2f}" for value in without)])
    head = ["", "all rounds", *(f"without {name}" for name in rounds)]
    return "## Mean log score without one round\n\n" + format_table(head, rows)


def _scores(result: Result) -> str:
    """Format the table of leave-one-out log scores."""
    assert result.theories is not None
    scores, mean = result.theories["log_scores"], result.theories["mean_log_score"]
    order = sorted(mean, key=lambda name: -mean[name])
    rows = [[name, *(f"{s:z.2f}" for s in scores[name]), f"{mean[name]:z.3f}"] for name in order]
    return "## Log score one round left out\n\n" + format_table(["", *result.theories["rounds"], "mean"], rows)


def _odds(result: Result) -> str:
    """Format the table of odds ratios."""
    rows = [
        [
            row["style"],
            f"{row['formal']} of {row['cases']}",
            f"{row['record_share']:.1%}",
            f"{row['model_share']:.1%}",
            f"{row['record_odds_ratio']:.2f} ({row['record_low']:.2f} to {row['record_high']:.2f})",
            f"{row['model_odds_ratio']:.2f}",
            "yes" if row["inside"] else "no",
        ]
        for row in result.odds
    ]
    head = [
        "style",
        "formal agreements",
        "record's share",
        "model's share",
        "record's odds ratio (95%)",
        "model's",
        "inside",
    ]
    return "## Formal agreement by style\n\n" + format_table(head, rows)
