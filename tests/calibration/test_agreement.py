"""Agreement of coders: alpha against published values, and the sample that was coded twice."""

from __future__ import annotations

import math

import pytest

from calibration.agreement import alpha, bootstrap, pair_codings
from sim.scenario.load import load

# Krippendorff (2011), section D: four observers, twelve units, missing values. Published: .743 nominal, .849 interval.
FOUR = [
    [1, 1, 1],
    [2, 2, 3, 2],
    [3, 3, 3, 3],
    [3, 3, 3, 3],
    [2, 2, 2, 2],
    [1, 2, 3, 4],
    [4, 4, 4, 4],
    [1, 1, 2, 1],
    [2, 2, 2, 2],
    [5, 5, 5],
    [1, 1],
    [3],
]


@pytest.mark.parametrize(("scale", "published"), [("nominal", 0.743), ("interval", 0.849)])
def test_alpha_has_its_published_values(scale: str, published: float) -> None:
    assert alpha(FOUR, scale) == pytest.approx(published, abs=5e-4)


def test_alpha_of_two_observers_has_its_published_value() -> None:
    # Krippendorff (2011), section A: two observers, binary data. Published: .095.
    pairs = zip([0, 1, 0, 0, 0, 0, 0, 0, 1, 0], [1, 1, 1, 0, 0, 1, 0, 0, 0, 0], strict=True)
    assert alpha(list(pairs), "nominal") == pytest.approx(0.095, abs=5e-4)


def test_full_agreement_is_one_and_a_constant_says_nothing() -> None:
    assert alpha([(0.0, 0.0), (1.0, 1.0)]) == 1.0
    assert math.isnan(alpha([(1.0, 1.0), (1.0, 1.0)]))


def test_control_shuffled_codes_agree_by_chance_only() -> None:
    pairs = [values for values, _, _ in pair_codings().values()]
    turned = [(a, pairs[(k + 7) % len(pairs)][1]) for k, (a, _) in enumerate(pairs)]
    low, high = bootstrap(turned)
    assert low < 0.0 < high


def test_sixty_statements_were_coded_twice_ten_of_each_case() -> None:
    pairs = pair_codings()
    cases = [case for _, _, case in pairs.values()]
    assert len(pairs) == 60
    assert {cases.count(case) for case in cases} == {10}


def test_the_second_coding_reaches_the_numbers() -> None:
    first, second = (load("colombia-2012", {"evidence.coder": coder}) for coder in ("first", "second"))
    moved = [each.scenario.parties["colombia"].issues["land"].conceded for each in (first, second)]
    assert [number.mode for number in moved if number is not None] == [0.4, 0.5]
