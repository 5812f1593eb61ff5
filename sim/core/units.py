"""Native units: what a place on the scale of an issue means in kilometres, days or people."""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True)
class NativeUnit:
    """Unit of an issue, and what both ends of its scale are in it; between them the scale is linear.

    Attributes
    ----------
    name : str
        Name of the unit, in the plural.
    low, high : float
        Amounts at 0 and at 1 on the scale.
    """

    name: str
    low: float
    high: float

    def convert(self, place: float) -> float:
        """Convert a place on the scale (0 to 1) to the unit."""
        return self.low + place * (self.high - self.low)

    def format_amount(self, place: float, name: bool = True) -> str:
        """Format the amount at a place, with two digits where the scale's length allows, and the unit."""
        decimals = max(0, 1 - math.floor(math.log10(abs(self.high - self.low))))
        amount = round(self.convert(place), decimals) + 0.0  # a minus before zero goes
        return f"{amount:,.{decimals}f}" + (f" {self.name}" if name else "")
