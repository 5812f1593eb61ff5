"""How an ensemble converges over time: quantiles over runs by day of what is closed, offered and could be conceded."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sim.core.layout import Floats, Ints
from sim.tables.arrow import encode_numbers, encode_texts

if TYPE_CHECKING:
    import pyarrow as pa

BANDS = (0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95)
"""Quantiles over runs, lowest first."""

EVERYTHING, LATENT, BASKET, OFFER, RESERVATION, SETTLED = (
    *("closed", "latent_closed", "closed of basket", "offer", "reservation", "settled"),
)
"""Measures by name. The share of runs in which an issue is settled has no quantiles; it stands at each of them."""

Key = tuple[str, str, str, str]
"""Measure, basket, party and issue; empty where the measure has none."""


@dataclass(frozen=True)
class Trajectory:
    """Quantiles over runs, by day.

    Attributes
    ----------
    days : ndarray of int, shape (D,)
        Days since the start, ascending.
    runs : int
        Number of runs behind the quantiles.
    bands : dict of Key to ndarray of float, shape (7, D)
        Quantiles at `BANDS` by measure; NaN where no run has a value.
    """

    days: Ints
    runs: int
    bands: dict[Key, Floats]

    def closed(self, basket: str = "") -> Floats:
        """Quantiles (7, D) of the share of the distance of day 0 that is closed, of everything or of a basket."""
        return self.bands[(BASKET, basket, "", "") if basket else (EVERYTHING, "", "", "")]

    def latent_closed(self) -> Floats:
        """Quantiles (7, D) of the share closed by the offers each party would make on the day."""
        return self.bands[LATENT, "", "", ""]

    def baskets(self) -> list[str]:
        """Names of the baskets."""
        return [basket for measure, basket, _, _ in self.bands if measure == BASKET]

    def issues(self) -> list[str]:
        """Names of the issues, basket by basket."""
        return [issue for measure, _, _, issue in self.bands if measure == SETTLED]

    def parties(self, issue: str) -> list[str]:
        """Names of the parties with a stake in an issue."""
        return [party for measure, _, party, other in self.bands if measure == OFFER and other == issue]

    def offers(self, party: str, issue: str) -> Floats:
        """Quantiles (7, D) of a party's latest offer on an issue; of the terms where a settlement stands."""
        return self.bands[OFFER, "", party, issue]

    def reservations(self, party: str, issue: str) -> Floats:
        """Quantiles (7, D) of a party's reservation value on an issue."""
        return self.bands[RESERVATION, "", party, issue]

    def settled(self, issue: str) -> Floats:
        """Share (D,) of runs in which a settlement of the issue stands."""
        return self.bands[SETTLED, "", "", issue][0]

    def to_table(self) -> pa.Table:
        """Write as a table: a row a measure and day, a column a quantile such as `q50`."""
        import pyarrow as pa

        keys, size = list(self.bands), self.days.size
        values = np.concatenate([self.bands[key] for key in keys], axis=1)
        columns: dict[str, pa.Array] = {
            name: encode_texts([key[k] for key in keys for _ in range(size)])
            for k, name in enumerate(("measure", "basket", "party", "issue"))
        }
        columns["day"] = encode_numbers(np.tile(self.days, len(keys)))
        columns["runs"] = encode_numbers(np.full(len(keys) * size, self.runs, dtype=np.int64))
        columns |= {name_quantile(q): encode_numbers(values[k], ~np.isnan(values[k])) for k, q in enumerate(BANDS)}
        return pa.table(columns)


def name_quantile(q: float) -> str:
    """Name the column of a quantile, such as `q05`."""
    return f"q{100 * q:02.0f}"


def compute_bands(values: Floats) -> Floats:
    """Compute quantiles at `BANDS` over runs.

    Parameters
    ----------
    values : ndarray of float, shape (runs, ...)
        Values; NaN where a run has none.

    Returns
    -------
    ndarray of float, shape (7, ...)
        Quantiles; NaN where no run has a value.
    """
    ordered = np.sort(values, axis=0)  # NaN last
    count = (~np.isnan(ordered)).sum(axis=0)
    bands = np.full((len(BANDS), *values.shape[1:]), np.nan)
    for k, q in enumerate(BANDS):
        place = np.maximum(np.ceil(q * count - 1e-9).astype(np.int64) - 1, 0)
        bands[k] = np.take_along_axis(ordered, place[None], axis=0)[0]
    return bands
