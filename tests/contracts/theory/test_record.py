"""Do simulated rounds, coded as documented, resemble the eight coded ones? A predictive check, no assertion of fit."""

from __future__ import annotations

from collections import Counter

import pytest

from calibration.fit_file import load_fit

CODES = ("none", "procedural", "texts", "humanitarian", "ceasefire", "partial", "comprehensive")
OBSERVED = (1, 2, 1, 4, 0, 0, 0)
"""The eight coded rounds up to 2 June 2025 (specification, section 7), by code."""

COURSE = [(target.scenario, len(target.rounds), target.horizon) for target in load_fit("rounds").targets]
"""How many rounds of the record each scenario covers, and the days they are looked for in, as in the fit: five up to
14 March 2022 in 60 days, the one of 29 March in 180, the two up to 2 June 2025 in 60."""

Counts = tuple[int, ...]


def first_rounds(pairs, scenario: str, count: int, days: float) -> dict[Counts, float]:
    """Distribution of the codes of a scenario's first rounds held, as counts by code.

    Runs that hold fewer within so many days are left out: what is compared are courses of as many rounds.
    """
    rounds = pairs.rounds(scenario, {})
    held = rounds[(rounds["code"] != "postponed") & (rounds["day"] <= days)]
    courses = Counter[Counts]()
    for _, codes in held.groupby("run")["code"]:
        first = list(codes.astype(str))[:count]
        if len(first) == count:
            courses[tuple(first.count(code) for code in CODES)] += 1
    return {counts: number / courses.total() for counts, number in courses.items()}


@pytest.fixture(scope="module")
def eight(pairs) -> dict[Counts, float]:
    """Distribution of the counts over eight rounds, each scenario's assumptions drawn on their own."""
    whole: dict[Counts, float] = {tuple(0 for _ in CODES): 1.0}
    for scenario, count, days in COURSE:
        part = first_rounds(pairs, scenario, count, days)
        added = Counter[Counts]()
        for a, p in whole.items():
            for b, q in part.items():
                added[tuple(x + y for x, y in zip(a, b, strict=True))] += p * q
        whole = dict(added)
    return whole


def quantile(shares: list[float], q: float) -> int:
    """The least count at which the distribution function reaches q."""
    total = 0.0
    for count, share in enumerate(shares):
        total += share
        if total >= q - 1e-12:
            return count
    return len(shares) - 1


def test_eight_rounds(eight, record_property):
    """Each code's count over eight simulated rounds: mean, 95% interval, and how often it is as observed."""
    assert sum(eight.values()) == pytest.approx(1.0)
    assert all(sum(counts) == 8 for counts in eight)
    for k, code in enumerate(CODES):
        shares = [sum(p for counts, p in eight.items() if counts[k] == n) for n in range(9)]
        low, high = quantile(shares, 0.025), quantile(shares, 0.975)
        mean = sum(n * share for n, share in enumerate(shares))
        figure = f"{code}: observed {OBSERVED[k]}, simulated {mean:.2f} on average, 95% {low} to {high}, "
        figure += f"as observed with probability {shares[OBSERVED[k]]:.2g}"
        record_property(code, figure)
        print(figure)
        assert shares[OBSERVED[k]] > 0.0, figure


def test_the_observed_counts_are_possible(eight, record_property):
    """All counts as observed at once, and how likely a course is that is no likelier than that one."""
    seen = eight.get(OBSERVED, 0.0)
    rarer = sum(p for p in eight.values() if p <= seen + 1e-15)
    figure = f"the observed counts have probability {seen:.2g}; counts no likelier than they make up {rarer:.2g}"
    record_property("figure", figure)
    print(figure)
    assert seen > 0.0


def test_control_impossible_counts(eight):
    """Eight comprehensive settlements are not among what is simulated."""
    assert eight.get((0, 0, 0, 0, 0, 0, 8), 0.0) == 0.0
