"""Estimates of an ensemble as one tidy frame: a row a number, with its 95% interval."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING

from sim.tables.kinds import COUNTED, SUMMED

if TYPE_CHECKING:
    import pandas as pd

    from sim.tables.summary import Summary

COLUMNS = ("quantity", "of", "day", "runs", "estimate", "low", "high")
"""Columns of the frame; `day` is missing except for shares closed by a day."""

_Row = tuple[str, str, float, int, float, float, float]


def build_estimates(summary: Summary) -> pd.DataFrame:
    """Build the frame of estimates.

    Parameters
    ----------
    summary : Summary
        Counts of an ensemble.

    Returns
    -------
    pandas.DataFrame
        One row a number. `quantity` is `outcome`, `peak outcome` (shares of runs by code), `settled`, `agreed`, `zone`
        (shares of runs by basket), `blocked` (by basket and reason), `closed`, `latent closed` (means by basket and
        day, the end of the run where `day` is missing), `terms` (means by issue) or `mean` (of a column, without
        interval); `runs` counts the runs behind a mean, or those that are counted in a share.
    """
    import pandas as pd

    return pd.DataFrame([*_list_shares(summary), *_list_means(summary)], columns=COLUMNS)


def _list_shares(summary: Summary) -> Iterator[_Row]:
    """List shares of runs."""
    for quantity, column in (("outcome", "outcome"), ("peak outcome", "peak_outcome")):
        for code, share in summary.outcome_shares(column).items():
            yield quantity, code, math.nan, share.runs, share.share, share.low, share.high
    for basket in summary.baskets:
        shares = {"settled": summary.settled_share, "agreed": summary.agreement_share, "zone": summary.zone_share}
        for quantity, compute in shares.items():
            share = compute(basket)
            yield quantity, basket, math.nan, share.runs, share.share, share.low, share.high
        for reason, share in summary.reason_shares(basket).items():
            yield "blocked", f"{basket}: {reason}", math.nan, share.runs, share.share, share.low, share.high


def _list_means(summary: Summary) -> Iterator[_Row]:
    """List means over runs."""
    for day in (*summary.days, None):
        at = math.nan if day is None else float(day)
        for basket in ("", *summary.baskets):
            closed = summary.closed(basket, day)
            yield "closed", basket or "everything", at, closed.runs, closed.mean, closed.low, closed.high
        latent = summary.closed("", day, latent=True)
        yield "latent closed", "everything", at, latent.runs, latent.mean, latent.low, latent.high
    for issue in summary.issues:
        terms = summary.terms(issue)
        yield "terms", issue, math.nan, terms.runs, terms.mean, terms.low, terms.high
    for name in (*COUNTED, *SUMMED, *(f"utility_{party}" for party in summary.parties)):
        yield "mean", name, math.nan, summary.n, summary.mean(name), math.nan, math.nan
