"""Summaries on tables written by hand: counts, quantiles, intervals, and that parts add up to the whole."""

from __future__ import annotations

import itertools
import math
from collections import Counter
from types import SimpleNamespace

import numpy as np
import pyarrow as pa
import pytest

from sim.core.columns import BASKET, DAY_RESULT, ISSUE_RESULT, PARTY_RESULT, ROUND, RUN, round_width, run_width
from sim.core.statistics import quantile, wilson
from sim.rules.outcome import CODES, REASONS
from sim.scenario.names import Names
from sim.tables.schema import build_round_table, build_run_schema, build_run_table
from sim.tables.summary import GAP_BINS, Summary

NAMES = Names(
    parties=("north", "south"),
    issues=("crews", "water"),
    baskets=("swap", "river"),
    mediators=(),
    venues=("hall",),
    levers=(),
    incidents=(),
    scripted=(),
    obligations=(),
    ratifiers=(),
    documents=(),
    levels=("delegation",),
    measure_days=("30",),
    basket_days=("swap_d30", "river_d30"),
)
NAN = math.nan
COUNTS = SimpleNamespace(
    baskets=2,
    parties=2,
    issues=len(NAMES.issues),
    measure_days=1,
    basket_days=2,
    offer_issues=0,
    offer_stakes=0,
    detail=0,
    detail_baskets=0,
)


def run_row(outcome: str, swap: tuple[float, float, bool, str], **more: float) -> list[float]:
    """A raw row: `swap` is day settled, day first agreed, zone, reason; the river waits for a mandate."""
    row = [0.0] * run_width(COUNTS)
    row[RUN.OUTCOME] = row[RUN.PEAK_OUTCOME] = CODES.index(outcome)
    row[RUN.DAYS], row[RUN.DELIVERED_SHARE] = 100.0, NAN
    for name, value in more.items():
        row[getattr(RUN, name)] = value
    start = len(RUN)
    row[start + BASKET.SETTLED], row[start + BASKET.FIRST_SETTLED] = swap[0], swap[1]
    row[start + BASKET.ZONE], row[start + BASKET.BLOCKED] = float(swap[2]), REASONS.index(swap[3])
    start += len(BASKET)
    row[start + BASKET.SETTLED], row[start + BASKET.FIRST_SETTLED] = NAN, NAN
    row[start + BASKET.BLOCKED] = REASONS.index("no mandate")
    terms = len(RUN) + 2 * len(BASKET) + 2 * len(PARTY_RESULT)
    row[terms + ISSUE_RESULT.TERMS] = row[terms + ISSUE_RESULT.FIRST_TERMS] = swap[0] / 100
    other = terms + len(ISSUE_RESULT)
    row[other + ISSUE_RESULT.TERMS] = row[other + ISSUE_RESULT.FIRST_TERMS] = NAN
    day = other + len(ISSUE_RESULT)
    row[day + DAY_RESULT.CLOSED], row[day + DAY_RESULT.LATENT_CLOSED] = row[RUN.CLOSED] / 2, row[RUN.CLOSED]
    for k in range(2):
        at = len(RUN) + k * len(BASKET)
        row[at + BASKET.NASH_DISTANCE] = row[at + BASKET.PARETO_DISTANCE] = NAN
    return row


def round_row(code: str, gap: float) -> list[float]:
    row = [0.0] * round_width(COUNTS)
    row[ROUND.CODE], row[ROUND.GAP_OPEN] = CODES.index(code), gap
    return row


# Four runs: settled on day 12.9; settled on day 40, first on day 5; agreed once and collapsed; never met.
RUNS = [
    run_row(
        *("humanitarian", (12.9, 12.9, True, "")),
        ROUNDS_HELD=2,
        INCIDENTS=3,
        GAP_OPEN=0.5,
        DELIVERED_SHARE=0.8,
        CLOSED=0.8,
    ),
    run_row(
        *("humanitarian", (40.0, 5.0, True, "")),
        ROUNDS_HELD=1,
        INCIDENTS=0,
        GAP_OPEN=0.25,
        DELIVERED_SHARE=0.4,
        CLOSED=0.4,
    ),
    run_row(
        "texts", (NAN, 30.5, False, "collapsed"), ROUNDS_HELD=1, PEAK_OUTCOME=CODES.index("humanitarian"), GAP_OPEN=0.5
    ),
    run_row("postponed", (NAN, NAN, True, "never convened"), ROUNDS_POSTPONED=4, INCIDENTS=1, GAP_OPEN=0.75),
]
ROUNDS = [
    [round_row("texts", 0.8), round_row("postponed", 0.1), round_row("humanitarian", 0.6)],
    [round_row("humanitarian", 0.4)],
    [round_row("postponed", 0.9), round_row("texts", 0.4)],
    [round_row("postponed", 0.9)] * 4,
]


def tables(chosen: list[int]) -> tuple[pa.Table, pa.Table]:
    """Tables of some of the runs above."""
    run = np.array(chosen)
    rows = np.array([len(ROUNDS[k]) for k in chosen])
    flat = np.array([row for k in chosen for row in ROUNDS[k]]).reshape(-1, round_width(COUNTS))
    return build_run_table(np.array([RUNS[k] for k in chosen]), run, run, run, NAMES), build_round_table(
        flat, rows, run, NAMES
    )


def summary(*parts: list[int]) -> Summary:
    return Summary.from_tables(build_run_schema(NAMES), [tables(part) for part in parts])


@pytest.mark.parametrize(
    ("count", "of", "low", "high"),
    [
        # Newcombe 1998 (Statistics in Medicine 17, 857-872), table I, score method without continuity correction.
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0000, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_wilson_as_published(count: int, of: int, low: float, high: float) -> None:
    found = wilson(count, of)
    assert [round(end, 4) for end in found] == [low, high]
    mirrored = wilson(of - count, of)
    assert mirrored == pytest.approx((1 - found[1], 1 - found[0]), abs=1e-12)


def test_wilson_at_the_ends() -> None:
    assert wilson(0, 10)[0] == 0.0
    assert wilson(10, 10)[1] == 1.0
    assert wilson(0, 0) == (0.0, 1.0)


def test_wald_would_be_noticed() -> None:
    share = 1 / 29
    half = 1.96 * math.sqrt(share * (1 - share) / 29)
    assert abs((share - half) - 0.0061) > 0.01


@pytest.mark.parametrize(("q", "expected"), [(0.1, 0), (0.25, 0), (0.26, 5), (0.5, 5), (0.75, 10), (1.0, 10)])
def test_quantile(q: float, expected: int) -> None:
    assert quantile(Counter({10: 2, 0: 1, 5: 1}), q) == expected


def test_quantile_of_nothing_and_of_ten() -> None:
    assert math.isnan(quantile(Counter(), 0.5))
    # 0.1 · 10 is the first of ten values, though the product is a hair above 1 in floating point for some q.
    assert [quantile(Counter(range(10)), k / 10) for k in (1, 3, 7)] == [0, 2, 6]


def test_outcomes() -> None:
    found = summary([0, 1, 2, 3])
    shares = {code: share.runs for code, share in found.outcome_shares().items() if share.runs}
    assert shares == {"postponed": 1, "texts": 1, "humanitarian": 2}
    peaks = {code: share.runs for code, share in found.outcome_shares("peak_outcome").items() if share.runs}
    assert peaks == {"postponed": 1, "humanitarian": 3}
    assert found.outcome_shares()["humanitarian"].share == 0.5
    assert found.outcome_shares()["humanitarian"].of == 4


def test_baskets() -> None:
    found = summary([0, 1, 2, 3])
    assert found.baskets == ("swap", "river")
    assert found.parties == ("north", "south")
    assert (found.settled_share("swap").runs, found.agreement_share("swap").runs, found.zone_share("swap").runs) == (
        2,
        3,
        3,
    )
    assert (found.settled_share("river").runs, found.agreement_share("river").runs, found.zone_share("river").runs) == (
        0,
        0,
        0,
    )
    blocked = {reason: share.runs for reason, share in found.reason_shares("swap").items()}
    assert blocked == {"never convened": 1, "collapsed": 1}
    assert {reason: share.runs for reason, share in found.reason_shares("river").items()} == {"no mandate": 4}


def test_days_are_whole_days() -> None:
    found = summary([0, 1, 2, 3])
    assert found.day_quantiles("swap") == {0.1: 12, 0.25: 12, 0.5: 12, 0.75: 40, 0.9: 40}
    assert found.day_quantiles("swap", "first_settled")[0.5] == 12
    assert math.isnan(found.day_quantiles("river")[0.5])
    days, sofar = found.agreement_curve("swap")
    assert (days.tolist(), sofar.tolist()) == ([5, 12, 30], [1, 2, 3])


def test_means() -> None:
    found = summary([0, 1, 2, 3])
    assert found.mean("rounds_held") == 1.0
    assert found.mean("rounds_postponed") == 1.0
    assert found.mean("incidents") == 1.0
    assert found.mean("gap_open") == 0.5
    assert found.mean("days") == 100.0
    assert found.mean("delivered_share") == pytest.approx(0.6, abs=1e-12)
    assert math.isnan(summary([3]).mean("delivered_share"))


def test_shares_closed_and_terms() -> None:
    found = summary([0, 1, 2, 3])
    assert (found.issues, found.days) == (("crews", "water"), (30,))
    closed = found.closed()
    assert (closed.runs, closed.mean) == (4, pytest.approx(0.3))
    # By hand: deviations .5, .1, -.3 and -.3 have squares .44; their standard error is sqrt(.44 / 3 / 4).
    half = 1.959963984540054 * math.sqrt(0.44 / 12)
    assert (closed.low, closed.high) == (pytest.approx(0.3 - half), pytest.approx(0.3 + half))
    assert closed.quantiles == {0.1: 0.0, 0.25: 0.0, 0.5: 0.0, 0.75: 0.4, 0.9: 0.8}
    assert found.closed(day=30).mean == pytest.approx(0.15)
    assert found.closed(day=30, latent=True).mean == pytest.approx(0.3)
    terms = found.terms("crews")
    assert (terms.runs, terms.mean, terms.quantiles[0.1]) == (2, pytest.approx(0.2645), 0.129)
    nothing = found.terms("water", first=True)
    assert nothing.runs == 0
    assert math.isnan(nothing.mean)
    assert math.isnan(nothing.quantiles[0.5])


def test_fan_counts_rounds_held_only() -> None:
    fan = summary([0, 1, 2, 3]).gap_quantiles()
    assert fan.rounds.tolist() == [1, 2]
    assert fan.runs.tolist() == [3, 1]
    half = 0.5 / GAP_BINS
    # After the first round held: .4, .4 and .8; after the second .6 alone.
    assert fan.quantiles[:, 0] == pytest.approx([0.4 + half, 0.4 + half, 0.4 + half, 0.8 + half, 0.8 + half])
    assert fan.quantiles[:, 1] == pytest.approx([0.6 + half] * 5)


def test_fan_without_rounds() -> None:
    fan = summary([3]).gap_quantiles()
    assert fan.runs.size == 0
    assert fan.quantiles.shape == (5, 0)


@pytest.mark.parametrize("order", list(itertools.permutations(range(4))))
def test_parts_add_up_in_any_order(order: tuple[int, ...]) -> None:
    whole = summary([0, 1, 2, 3]).as_dict()
    assert summary(*([k] for k in order)).as_dict() == whole
    first, second = summary([order[0]]), summary(list(order[1:]))
    assert first.merge(second).as_dict() == whole
    assert second.merge(first).as_dict() == whole
    assert first.as_dict() == summary([order[0]]).as_dict(), "merging changed a part"


def test_a_lost_run_would_be_noticed() -> None:
    whole = summary([0, 1, 2, 3]).as_dict()
    assert all(summary([k for k in range(4) if k != lost]).as_dict() != whole for lost in range(4))


def test_only_like_is_merged() -> None:
    with pytest.raises(ValueError, match="different baskets"):
        summary([0]).merge(Summary(("swap",), ("north",)))


def test_dictionaries_in_another_order_are_read_by_name() -> None:
    runs, rounds = tables([0, 1, 2, 3])
    shuffled = runs.column("outcome").cast(pa.string()).dictionary_encode()
    place = runs.schema.get_field_index("outcome")
    again = Summary.from_tables(build_run_schema(NAMES), [(runs.set_column(place, "outcome", shuffled), rounds)])
    assert again.as_dict() == summary([0, 1, 2, 3]).as_dict()
