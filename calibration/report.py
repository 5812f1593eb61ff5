"""A fit's tables as Markdown, for its folder and for the documentation."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from calibration.calibrate import CONDITIONAL, Result, compute_agreement
from sim.core.atomic import write_file


def format_table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Format a Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines) + "\n"


def format_report(result: Result) -> str:
    """Format all tables of a fit, each under its heading."""
    parts = [
        f"# {result.problem.file.title}\n",
        CONDITIONAL + "\n",
        _checks(result),
        _parameters(result),
        _predictive(result),
    ]
    if result.theories:
        parts += [_theories(result), _scores(result)]
    if result.odds:
        parts.append(_odds(result))
    return "\n".join(parts)


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
            f"{row['contraction']:.0%}",
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


def _predictive(result: Result) -> str:
    """Format the table of posterior predictive checks."""
    rows = [
        [r["summary"], r["record"], f"{r['predicted']:.0%}", "yes" if r["fits"] else "no"] for r in result.predictive
    ]
    return "## Posterior predictive\n\n" + format_table(["summary", "record", "probability", "fits (5%)"], rows)


def _theories(result: Result) -> str:
    """Format the tables of theories."""
    assert result.theories is not None
    rows = [
        [name, kind, f"{p:.3f}", f"{se:.3f}"]
        for kind, shares in result.theories["probabilities"].items()
        for name, (p, se) in shares.items()
    ]
    names = list(result.theories["confusion"])
    mixed = [
        [row, *(f"{share:.0%}" for share in shares.values())] for row, shares in result.theories["confusion"].items()
    ]
    return (
        f"## Theories\n\n{result.theories['accepted']} simulations accepted.\n\n"
        + format_table(["theory", "kind", "posterior probability", "Monte Carlo error"], rows)
        + "\nSimulated records attributed to the rule most probable for them (rows: the rule that produced them)\n\n"
        + format_table(["", *names], mixed)
    )


def _scores(result: Result) -> str:
    """Format the table of leave-one-out log scores."""
    assert result.theories is not None
    scores, mean = result.theories["log_scores"], result.theories["mean_log_score"]
    order = sorted(mean, key=lambda name: -mean[name])
    rows = [[name, *(f"{s:.2f}" for s in scores[name]), f"{mean[name]:.3f}"] for name in order]
    return "## Log score, one round left out at a time\n\n" + format_table(
        ["", *result.theories["rounds"], "mean"], rows
    )


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
