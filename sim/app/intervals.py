"""Ends of intervals in words."""

from __future__ import annotations


def write_ends(low: float, high: float, digits: int) -> tuple[str, str]:
    """Write the ends of an interval with their signs.

    Both have one more digit where one of them, which is not 0, would be written as 0: of an interval that excludes 0 by
    little, a reader would think that it does not.

    Parameters
    ----------
    low, high : float
        The ends.
    digits : int
        Digits after the point.

    Returns
    -------
    tuple of str
        Both ends.

    Examples
    --------
    >>> write_ends(0.04, 0.4, 1)
    ('+0.04', '+0.40')
    """
    hidden = any(end != 0 and round(end, digits) == 0 for end in (low, high))
    form = f"+z.{digits + hidden}f"
    return f"{low:{form}}", f"{high:{form}}"
