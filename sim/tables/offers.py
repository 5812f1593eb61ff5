"""The table of offers: what each party demanded, offered and could at most concede after each planned round."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from sim.core.columns import OFFER, OFFER_ISSUE, ROUND, round_columns
from sim.core.layout import Floats, Ints
from sim.tables.arrow import encode_numbers, encode_texts

if TYPE_CHECKING:
    import pyarrow as pa

    from sim.scenario.names import Names


def build_offer_schema() -> pa.Schema:
    """Build the schema of the table of offers: run, round, party, issue, then `sim.core.fields.OFFER_COLUMNS`."""
    import pyarrow as pa

    label = pa.dictionary(pa.int32(), pa.string())
    index = [("run", pa.int64()), ("round", pa.int32()), ("party", label), ("issue", label)]
    values = ("demand", "offer", "reservation", "terms")
    return pa.schema([*index, *((name, pa.float64()) for name in values)])


def split_offers(raw: Floats, names: Names) -> tuple[Floats, Floats]:
    """Split the offers off raw rows of rounds.

    Parameters
    ----------
    raw : ndarray of float, shape (total, width)
        Raw rows of a problem resolved with offers.
    names : Names
        Names of the scenario's parties, issues, …

    Returns
    -------
    terms : ndarray of float, shape (total, issues)
        Terms that stand after the round; NaN where none do.
    stakes : ndarray of float, shape (total, parties, issues, 3)
        Demand, offer and reservation value, at the places of `OFFER`; NaN where the party has no stake.
    """
    at, issues = len(round_columns(names)), len(names.issues)
    cut = at + issues * len(OFFER_ISSUE)
    return raw[:, at:cut], raw[:, cut:].reshape(-1, len(names.parties), issues, len(OFFER))


def build_offer_table(raw: Floats, rows: Ints, run: Ints, names: Names) -> pa.Table:
    """Build the table of offers.

    Parameters
    ----------
    raw : ndarray of float, shape (total, width)
        Raw rows of rounds of a problem resolved with offers, run after run.
    rows : ndarray of int, shape (n,)
        Number of rounds of each run.
    run : ndarray of int, shape (n,)
        Number of each run.
    names : Names
        Names of the scenario's parties, issues, …

    Returns
    -------
    pyarrow.Table
        One row a planned round, party and issue that the party has a stake in, under `build_offer_schema`.
    """
    import pyarrow as pa

    terms, stakes = split_offers(raw, names)
    total, parties, issues, _ = stakes.shape
    keep = ~np.isnan(stakes[..., OFFER.DEMAND]).ravel()
    shape = (total, parties, issues)

    def spread(values: Any) -> Any:
        return np.broadcast_to(values, shape).ravel()[keep]

    def label(names: tuple[str, ...], codes: Ints) -> pa.DictionaryArray:
        index = encode_numbers(spread(codes).astype(np.int32))
        return pa.DictionaryArray.from_arrays(index, encode_texts(names))

    standing = spread(terms[:, None, :])
    columns = [
        encode_numbers(spread(np.repeat(run, rows)[:, None, None])),
        encode_numbers(spread(raw[:, ROUND.STEP, None, None]).astype(np.int32)),
        label(names.parties, np.arange(parties)[None, :, None]),
        label(names.issues, np.arange(issues)[None, None, :]),
        *(encode_numbers(spread(stakes[..., k])) for k in (OFFER.DEMAND, OFFER.OFFER, OFFER.RESERVATION)),
        encode_numbers(standing, ~np.isnan(standing)),
    ]
    return pa.Table.from_arrays(columns, schema=build_offer_schema())
