"""What an earlier settlement does to reservation values, on hand-worked numbers."""

from __future__ import annotations

import numpy as np
import pytest

from sim.rules.precedent import stretch


def stretched(demand, reservation, salience, point, floor):
    out = np.empty(len(demand))
    stretch(*(np.array(x, dtype=float) for x in (demand, reservation, salience, point)), floor, out)
    return out.tolist()


@pytest.mark.parametrize(
    ("point", "floor", "expected"),
    [
        (0.5, 0.3, 0.392857),  # .75 + (.5 - .75)/(1 - .3)
        (0.5, 0.0, 0.5),
        (0.5, -0.4, 0.5),
        (0.75, 0.3, 0.6),  # at the demand: nothing was conceded
        (0.71, 0.3, 0.6),  # nor nearly so
        (0.9, 0.3, 0.6),  # beyond the demand
        (0.5, 2.0, 0.0),  # (.5 - .75)/(1 - .75) = -1, kept on the scale
        (np.nan, 0.3, 0.6),  # no precedent
    ],
)
def test_one_issue(point, floor, expected):
    assert stretched([0.75], [0.6], [1.0], [point], floor) == pytest.approx([expected], abs=1e-6)


def test_never_shrinks():
    """The earlier settlement is worth its floor already: 1 - .25/.65 = .615 > .3."""
    assert stretched([0.75], [0.1], [1.0], [0.5], 0.3) == [0.1]


def test_one_common_factor_for_all_issues():
    """Demands 0, reservation values .4 and .2, points .6 and .2, equal salience, floor .2.

    The package is worth 1 - (1.5 + 1)/2 = -.25; the shares shrink by 2.5/1.6 to .96 and .64: worth .2.
    """
    found = stretched([0.0, 0.0], [0.4, 0.2], [0.5, 0.5], [0.6, 0.2], 0.2)
    assert found == pytest.approx([0.625, 0.3125])
    assert 1 - (0.6 / found[0] + 0.2 / found[1]) / 2 == pytest.approx(0.2)


def test_issues_without_a_precedent_stay():
    assert stretched([0.0, 0.0], [0.4, 0.2], [0.5, 0.5], [0.6, np.nan], 0.0) == pytest.approx([0.6, 0.2])
