"""Decision rules on hand-worked votes: whose consent settles, and which coalition suffices."""

from __future__ import annotations

import numpy as np
import pytest

from sim.rules.decision import DecisionRule, choose_coalition, is_decided

UNANIMITY, CONSENSUS, VETOES = DecisionRule


def ints(*values: int) -> np.ndarray:
    return np.array(values, dtype=np.int64)


def decided(
    kind, consents, *, members=(1, 1, 1, 1), vetoes=(0, 0, 0, 0), sides=(0, 0, 0, 0), weights=(1, 1, 1, 1), share=0.5
):
    votes = np.array(weights, dtype=float)
    return bool(is_decided(int(kind), ints(*consents), ints(*members), ints(*vetoes), ints(*sides), votes, share))


def test_unanimity_asks_every_member() -> None:
    assert decided(UNANIMITY, (1, 1, 1, 1)) and not decided(UNANIMITY, (1, 1, 1, 0))
    assert decided(UNANIMITY, (1, 1, 1, 0), members=(1, 1, 1, 0)), "who has not entered is not asked"


def test_named_vetoes_ask_their_holders_only() -> None:
    assert decided(VETOES, (1, 1, 0, 0), vetoes=(1, 1, 0, 0))
    assert not decided(VETOES, (1, 0, 1, 1), vetoes=(1, 1, 0, 0))


@pytest.mark.parametrize(
    ("consents", "settled"),
    [((1, 1, 1, 0), True), ((1, 1, 0, 0), False), ((0, 1, 1, 1), False), ((1, 0, 1, 1), True)],
)
def test_sufficient_consensus_needs_vetoes_and_a_share_of_the_others(consents, settled) -> None:
    """The first holds a veto; of the three others half of the weight, 1.5, is needed: two."""
    assert decided(CONSENSUS, consents, vetoes=(1, 0, 0, 0), sides=(-1, 0, 0, 0)) is settled


def test_weights_count_instead_of_heads() -> None:
    """Votes 24, 10, 6: half of 40 is 20, which the largest has alone and the two others have not."""
    votes = {"vetoes": (1, 0, 0, 0), "sides": (-1, 0, 0, 0), "weights": (1, 24, 10, 6)}
    assert decided(CONSENSUS, (1, 1, 0, 0), **votes) and not decided(CONSENSUS, (1, 0, 1, 1), **votes)
    assert decided(CONSENSUS, (1, 0, 1, 1), vetoes=(1, 0, 0, 0), sides=(-1, 0, 0, 0)), "control: two heads of three"


def test_each_side_needs_its_own_share() -> None:
    """Two sides of two: one whole side does not make up for the other."""
    sides = {"sides": (0, 0, 1, 1), "share": 0.5}
    assert not decided(CONSENSUS, (1, 1, 0, 0), **sides) and decided(CONSENSUS, (1, 0, 0, 1), **sides)
    assert decided(CONSENSUS, (1, 1, 0, 0), share=0.5), "control: one side of four"
    assert decided(CONSENSUS, (1, 0, 0, 0), sides=(0, 0, 1, 1), members=(1, 1, 0, 0)), "a side without members"


def coalition(kind, distances, *, members=(1, 1, 1, 1), vetoes=(1, 0, 0, 0), sides=(-1, 0, 0, 0), share=0.5):
    out = ints(9, 9, 9, 9)
    rest = (ints(*members), ints(*vetoes), ints(*sides), np.ones(4), share, np.array(distances, dtype=float), out)
    choose_coalition(int(kind), *rest)
    return out.tolist()


def test_the_coalition_takes_the_nearest_until_they_suffice() -> None:
    assert coalition(UNANIMITY, (0, 1, 2, 3)) == [1, 1, 1, 1]
    assert coalition(CONSENSUS, (0, 0.9, 0.1, 0.5)) == [1, 0, 1, 1], "two of three are needed: .1 and .5"
    assert coalition(CONSENSUS, (0, 0.9, 0.1, 0.5), share=1.0) == [1, 1, 1, 1]
    assert coalition(CONSENSUS, (0, 0.2, 0.2, 0.2)) == [1, 1, 1, 0], "ties: the first in the scenario's order"
    assert coalition(CONSENSUS, (0, 0.9, 0.1, 0.5), sides=(-1, 0, 0, 1)) == [1, 0, 1, 1], "one of each side"


def test_a_coalition_has_two_members() -> None:
    assert coalition(VETOES, (0, 0.9, 0.1, 0.5)) == [1, 0, 1, 0]
    assert coalition(VETOES, (0, 0.9, 0.1, 0.5), vetoes=(1, 1, 0, 0)) == [1, 1, 0, 0]
    assert coalition(VETOES, (0, 0.9, 0.1, 0.5), members=(1, 1, 0, 0)) == [1, 1, 0, 0]


def test_the_rule_is_stricter_than_none_and_laxer_than_unanimity() -> None:
    """Over all votes: what unanimity settles, consensus settles; what consensus settles, its vetoes settle."""
    for bits in range(16):
        votes = tuple(bits >> k & 1 for k in range(4))
        by = [decided(kind, votes, vetoes=(1, 0, 0, 0), sides=(-1, 0, 0, 0)) for kind in (UNANIMITY, CONSENSUS, VETOES)]
        assert by == sorted(by)
