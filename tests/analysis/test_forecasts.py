"""Static forecasters on hand-worked groups; what each must and must not do."""

from __future__ import annotations

import numpy as np
import pytest

from sim.analysis.actors import Actors, create_actors, weighted_mean, weighted_median
from sim.analysis.challenge import (
    ChallengeOptions,
    answer_challenges,
    compute_expected_utilities,
    compute_risk_exponents,
    forecast,
    utility,
)
from sim.analysis.votes import (
    BINARY,
    CUBIC,
    compute_contests,
    conditional_pce,
    find_condorcet_position,
    probabilistic_condorcet,
    win_probability,
)
from sim.core.errors import ParleyError


def three() -> Actors:
    return create_actors(["a", "b", "c"], [1.0, 2.0, 1.0], [0.0, 0.25, 1.0], [1.0, 0.5, 1.0])


def test_mean_median_by_hand():
    assert weighted_mean(three()) == pytest.approx((0.0 + 0.25 + 1.0) / 3.0)
    assert weighted_median(three()) == 0.25
    even = create_actors(["a", "b"], [1, 1], [0.2, 0.8], [1, 1])
    assert weighted_median(even) == 0.2
    assert weighted_mean(create_actors(["a"], [1], [0.4], [0.3])) == pytest.approx(0.4)


@pytest.mark.parametrize(
    "columns",
    [([-1], [0.5], [1]), ([1], [0.5], [1.5]), ([0], [0.5], [1]), ([1], [np.nan], [1]), ([1], [0.5], [])],
)
def test_groups_that_make_no_sense(columns):
    with pytest.raises(ParleyError):
        create_actors(["a"], *columns)


def test_votes_by_hand():
    """0 against 1: a throws 1 for 0, b (weight 1, at .25) throws .5 for 0, c throws 1 for 1."""
    assert win_probability(three(), 0.0, 1.0) == pytest.approx(1.5 / 2.5)
    assert win_probability(three(), 0.0, 1.0, BINARY) == pytest.approx(2.0 / 3.0)
    assert win_probability(three(), 0.0, 1.0, CUBIC) == pytest.approx(1.125 / 2.125)
    assert win_probability(three(), 0.3, 0.3) == 0.5
    beats = compute_contests(three(), np.array([0.0, 0.25, 1.0]))
    assert beats + beats.T == pytest.approx(np.ones((3, 3)))
    assert find_condorcet_position(three()) == 0.25
    with pytest.raises(ParleyError):
        win_probability(three(), 0.0, 1.0, "loudest")


def test_chances_of_all_positions():
    for markov in (False, True):
        chances = probabilistic_condorcet(three(), markov=markov)
        assert sum(chances.values()) == pytest.approx(1.0)
        assert max(chances, key=lambda x: chances[x]) == 0.25
    with pytest.raises(ParleyError):
        conditional_pce(np.array([[0.5, 0.0, 1.0], [1.0, 0.5, 0.0], [0.0, 1.0, 0.5]]))


def test_challenge_utilities_by_hand():
    """`2 - 4(½ - ½d)^r`: 0 at no distance and r 1, 2 at a gain of the whole width, -2 at a loss of it."""
    assert utility(np.array([0.0, 1.0, -1.0, 0.5]), 1.0) == pytest.approx([0.0, 2.0, -2.0, 1.0])
    assert float(utility(np.array(0.0), 2.0)) == pytest.approx(1.0)
    # i = a (0), j = c (1), r 1: P(0 beats 1) = .6; s_j 1; E = .6 · 2 + .4 · (-2) - 0 = .4
    expected = compute_expected_utilities(three(), np.ones(3), 1.0, ChallengeOptions())
    assert expected[0, 2] == pytest.approx(0.4)
    assert expected[2, 0] == pytest.approx(-0.4)
    # a against b: P(0 beats .25): votes .25 for 0; b and c throw .25 each against: 1/3. s_b .5, gain .25 → ±.5
    assert expected[0, 1] == pytest.approx(0.5 * (0.5 / 3 - 1.0 / 3) + 0.5 * 0.5)
    assert np.diag(expected) == pytest.approx(0.0)


def test_risk_exponents_span_a_half_to_two():
    expected = np.array([[0.0, 0.2, 0.1], [0.5, 0.0, 0.3], [0.4, -0.6, 0.0]])
    r = compute_risk_exponents(expected)
    threat = expected.sum(axis=0)
    assert r[np.argmax(threat)] == pytest.approx(0.5) and r[np.argmin(threat)] == pytest.approx(2.0)
    assert compute_risk_exponents(np.zeros((3, 3))) == pytest.approx(np.ones(3))


def test_moves_by_hand():
    """Conflict: the weaker goes all the way. Compromise: |own/other| of it. Capitulation: all of it."""
    group = create_actors(["a", "b"], [1, 1], [0.0, 1.0], [1, 1])
    for own, after in ((0.2, 0.0), (-0.2, 0.5), (-0.9, 0.0)):
        expected = np.array([[0.0, 0.4], [own, 0.0]])
        assert answer_challenges(group, expected, ChallengeOptions()) == pytest.approx([0.0, after])
    many = create_actors(["a", "b", "c"], [1, 1, 1], [0.0, 0.5, 1.0], [1, 1, 1])
    expected = np.array([[0.0, 0.3, 0.1], [-1.0, 0.0, 0.0], [0.0, 0.0, 0.0]])
    assert answer_challenges(many, expected, ChallengeOptions())[2] == 0.0
    both = np.array([[0.0, 0.0, 0.9], [0.0, 0.0, 0.2], [0.1, 0.1, 0.0]])
    assert answer_challenges(many, both, ChallengeOptions())[2] == 0.5
    assert answer_challenges(many, both, ChallengeOptions(answer="strongest"))[2] == 0.0


def test_forecast_stays_among_the_positions_and_ends():
    for choices in (
        ChallengeOptions(),
        ChallengeOptions(status_quo=0.5),
        ChallengeOptions(centre="mean"),
        ChallengeOptions(answer="strongest"),
    ):
        found = forecast(three(), choices)
        assert found.positions.min() >= -1e-12 and found.positions.max() <= 1.0 + 1e-12
        assert len(found.centre) == len(found.positions) <= choices.rounds + 1
        assert 0.0 <= found.outcome <= 1.0
    alike = create_actors(["a", "b"], [1, 1], [0.4, 0.4], [1, 1])
    assert forecast(alike).outcome == 0.4 and len(forecast(alike).positions) == 1
