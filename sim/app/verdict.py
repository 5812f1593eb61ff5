"""What a change does, in one sentence: direction and interval of paired differences, or why nothing moves."""

from __future__ import annotations

import math

from sim.app.controls import Changes, describe_idle_mediator
from sim.app.explore import FIRST, MEANS, OUTCOMES, SETTLED, Contrast, Result, excludes_zero
from sim.app.intervals import write_ends
from sim.scenario.schema import Scenario

_LEAST = 0.0005
"""Differences of shares below this are not worth a headline."""
_REASONS = {
    "rounds postponed": ("more rounds postponed", "fewer rounds postponed"),
    "rounds held": ("more rounds held", "fewer rounds held"),
    "days in abeyance": ("more days in abeyance", "fewer days in abeyance"),
    "incidents": ("more incidents", "fewer incidents"),
}


def write_verdict(base: Result, changed: Result, contrasts: list[Contrast], title: str = "") -> str:
    """Write the sentence.

    Parameters
    ----------
    base, changed : Result
        The two ensembles, on the same draws.
    contrasts : list of Contrast
        Their measures.
    title : str
        The change in words, such as the question that it answers.

    Returns
    -------
    str
        The largest difference of a share whose interval excludes 0, with what goes along with it; otherwise that
        nothing moves, and why.
    """
    lead = f"{title.rstrip('?')}: " if title else ""
    head = choose_headline(contrasts)
    if head is None:
        return lead + _explain_nothing(base, changed, contrasts)
    what = f"“{head.name}” is settled at the end" if head.group == SETTLED else f"the talks end as “{head.name}”"
    form = ".0%" if abs(head.difference) >= 0.02 else ".1%"
    text = f"{lead}{what} in {head.second:{form}} of runs instead of {head.first:{form}} ({format_interval(head)})"
    along = _list_reasons(contrasts)
    return f"{text}; {', '.join(along)}." if along else f"{text}."


def choose_headline(contrasts: list[Contrast]) -> Contrast | None:
    """Choose the largest difference of a settlement, else of an outcome, whose interval excludes 0."""
    for group in (SETTLED, OUTCOMES):
        moving = [c for c in contrasts if c.group == group and excludes_zero(c) and abs(c.difference) > _LEAST]
        if moving:
            return max(moving, key=lambda c: abs(c.difference))
    return None


def format_interval(contrast: Contrast) -> str:
    """Format a difference of shares with its interval, such as `−18.9 points, 95% interval −20.7 to −17.1`."""
    low, high = write_ends(contrast.low * 100, contrast.high * 100, 1)
    text = f"{contrast.difference * 100:+z.1f} points, 95% interval {low} to {high}"
    return text.replace("-", "\N{MINUS SIGN}")


def _list_reasons(contrasts: list[Contrast]) -> list[str]:
    """List what goes along with the difference, the larger of its size first."""
    moving = [c for c in contrasts if c.group == MEANS and c.name in _REASONS and excludes_zero(c)]
    moving.sort(key=lambda c: -abs(c.difference) / max(abs(c.first), 1.0))
    return [f"{_format_amount(abs(c.difference))} {_REASONS[c.name][c.difference < 0]}" for c in moving[:3]]


def _format_amount(value: float) -> str:
    """Format an amount without digits that say nothing."""
    return f"{value:.0f}" if value >= 10 else f"{value:.1f}" if value >= 0.95 else f"{value:.2g}"


def _explain_nothing(base: Result, changed: Result, contrasts: list[Contrast]) -> str:
    """Explain that nothing moves: not one run differs, or the differences may be chance."""
    s, changes = changed.loaded.scenario, changed.loaded.changes
    if not base.runs.equals(changed.runs):
        shares = [c for c in contrasts if c.group in (SETTLED, OUTCOMES) and not math.isnan(c.difference)]
        most = max(shares, key=lambda c: max(abs(c.low), abs(c.high)))
        bound = max(abs(most.low), abs(most.high)) * 100
        other = [c for c in contrasts if c.group in (MEANS, FIRST) and excludes_zero(c)]
        beside = f" What moves: {', '.join(_list_reasons(contrasts) or [c.name for c in other[:3]])}." if other else ""
        return (
            f"no outcome and no settlement differs beyond chance in {base.n:,} runs; "
            f"no difference is larger than {bound:.1f} points (95%).{beside}"
        )
    why = explain_idle(s, changes)
    return f"not one of {base.n:,} runs changes{': ' + why if why else '; no rule in use reads what was changed.'}"


def explain_idle(s: Scenario, changes: Changes) -> str:
    """Explain which changed mediators have no seat or no means, so that the change reaches nothing."""
    names = dict.fromkeys(path.split(".")[1] for path in changes if path.startswith("mediators."))
    members = s.mediators if "*" in names else {name: s.mediators[name] for name in names if name in s.mediators}
    remarks = [
        f"{mediator.title}: {text[0].lower()}{text[1:]}"
        for name, mediator in members.items()
        if (text := describe_idle_mediator(name, s))
    ]
    return " ".join(remarks)
