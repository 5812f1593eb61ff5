"""Time pressure that is a matter's own, on hand-worked numbers."""

from __future__ import annotations

import pytest

from sim.rules.urgency import urgent_concession


@pytest.mark.parametrize(
    ("concession", "day", "since", "days", "expected"),
    [
        (0.1, 30.0, 0.0, 30.0, 1.0),  # fully urgent after its days
        (0.1, 300.0, -365.0, 30.0, 1.0),  # and from then on
        (0.1, 15.0, 0.0, 30.0, 0.4),  # .2 + .8 · (1/2)^2
        (0.5, 15.0, 0.0, 30.0, 0.5),  # the party's own concession is larger
        (0.1, 0.0, -15.0, 30.0, 0.4),  # counted from before the start
        (0.1, 10.0, 20.0, 30.0, 0.2),  # not yet: k0
        (0.1, 15.0, 0.0, 1e12, 0.2),  # hardly ever urgent: the first concession
        (0.1, 15.0, 0.0, 0.0, 0.1),  # no urgency of its own
    ],
)
def test_urgent_concession(concession, day, since, days, expected):
    assert urgent_concession(concession, 0.2, 0.5, day, since, days) == pytest.approx(expected)


def test_shorter_days_never_concede_later():
    by_days = [urgent_concession(0.0, 0.1, 1.4, 12.0, 0.0, days) for days in (7.0, 20.0, 60.0)]
    assert by_days == sorted(by_days, reverse=True)
