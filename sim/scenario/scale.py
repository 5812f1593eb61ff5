"""Scales of issues: which labelled option lies nearest."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sim.scenario.schema import Option


def find_nearest(place: float, options: Sequence[Option]) -> Option:
    """Find the labelled option nearest to a place on a scale.

    Parameters
    ----------
    place : float
        Place on the scale, in [0, 1].
    options : sequence of Option
        Labelled options of the issue, at least two.

    Returns
    -------
    Option
        The nearest; of two equally near the lower one.

    Examples
    --------
    >>> from sim.scenario.schema import Option
    >>> scale = [Option(at=1, label="all"), Option(at=0, label="none")]
    >>> find_nearest(0.7, scale).label, find_nearest(0.5, scale).label
    ('all', 'none')
    """
    return min(sorted(options, key=lambda option: option.at), key=lambda option: abs(option.at - place))
