"""Arrow schemas of the tables of runs and rounds, and the tables themselves from the engines' raw rows.

A ladder of outcomes that is not the shipped one stands in the metadata of the schema.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.core.columns import round_columns, run_columns
from sim.core.errors import ParleyError
from sim.core.layout import Floats, Ints
from sim.rules.outcome import CODES, REASONS
from sim.scenario.ladder import CODE_TITLES, SHIPPED, Ladder
from sim.tables.arrow import count_integers, encode_choices, encode_flags, encode_numbers, encode_texts

if TYPE_CHECKING:
    import pyarrow as pa

    from sim.scenario.names import Names


def build_run_schema(names: Names) -> pa.Schema:
    """Build the schema of the table of runs; only under a fixed schema is a Parquet file the same bytes.

    Parameters
    ----------
    names : Names
        Names of the scenario's parties, baskets, venues, …

    Returns
    -------
    pyarrow.Schema
        `run`, `assumption` and `fate`, then the columns of `sim.core.columns.run_columns`.
    """
    import pyarrow as pa

    index = [("run", pa.int64()), ("assumption", pa.int64()), ("fate", pa.int64())]
    columns = [(name, _arrow_type(column.type)) for name, column in run_columns(names)]
    return pa.schema(index + columns, metadata=_describe_ladder(names.ladder))


def build_round_schema(names: Names) -> pa.Schema:
    """Build the schema of the table of rounds: `run`, then the columns of `sim.core.columns.round_columns`."""
    import pyarrow as pa

    columns = [(name, _arrow_type(column.type)) for name, column in round_columns(names)]
    return pa.schema([("run", pa.int64()), *columns], metadata=_describe_ladder(names.ladder))


def _describe_ladder(ladder: Ladder) -> dict[str, str] | None:
    """Metadata that name the rungs of a scenario's own ladder of outcomes; none for the shipped one."""
    return None if ladder == SHIPPED else {"outcomes": json.dumps(ladder.by_code, ensure_ascii=False)}


def read_outcomes(schema: pa.Schema) -> dict[str, str]:
    """Read the outcome codes of a table and their titles, lowest first.

    Parameters
    ----------
    schema : pyarrow.Schema
        Schema of a table of runs or rounds.

    Returns
    -------
    dict of str to str
        Titles by code: the shipped ladder's where the schema names no other.

    Raises
    ------
    ParleyError
        The schema names a ladder that is none.
    """
    text = (schema.metadata or {}).get(b"outcomes")
    if text is None:
        return dict(CODE_TITLES)
    try:
        titles = json.loads(text)
    except ValueError:
        titles = None
    whole = isinstance(titles, dict) and len(titles) == len(CODES)
    if not whole or not all(isinstance(title, str) for title in titles.values()):
        raise ParleyError(f"the table is damaged: its outcomes are not a ladder of {len(CODES)} codes with titles")
    return titles


def build_run_table(raw: Floats, run: Ints, assumption: Ints, fate: Ints, names: Names) -> pa.Table:
    """Build the table of runs.

    Parameters
    ----------
    raw : ndarray of float, shape (n, width)
        Raw rows of an engine.
    run, assumption, fate : ndarray of int, shape (n,)
        Number of each run, and the indices that address its ranged numbers and its chance.
    names : Names
        Names of the scenario's parties, baskets, venues, …

    Returns
    -------
    pyarrow.Table
        One row a run, under `build_run_schema`.
    """
    import pyarrow as pa

    columns = [encode_numbers(run), encode_numbers(assumption), encode_numbers(fate)]
    columns += [_encode_column(column.type, raw[:, k], names) for k, (_, column) in enumerate(run_columns(names))]
    return pa.Table.from_arrays(columns, schema=build_run_schema(names))


def build_round_table(raw: Floats, rows: Ints, run: Ints, names: Names) -> pa.Table:
    """Build the table of rounds.

    Parameters
    ----------
    raw : ndarray of float, shape (total, width)
        Raw rows of an engine, run after run.
    rows : ndarray of int, shape (n,)
        Number of rows of each run.
    run : ndarray of int, shape (n,)
        Number of each run.
    names : Names
        Names of the scenario's parties, baskets, venues, …

    Returns
    -------
    pyarrow.Table
        One row a planned round, under `build_round_schema`.
    """
    import pyarrow as pa

    columns = [encode_numbers(np.repeat(run, rows))]
    columns += [_encode_column(column.type, raw[:, k], names) for k, (_, column) in enumerate(round_columns(names))]
    return pa.Table.from_arrays(columns, schema=build_round_schema(names))


def _arrow_type(type_: str) -> Any:
    """Arrow type of a column's declared type."""
    import pyarrow as pa

    plain = {"int": pa.int32(), "bool": pa.bool_(), "float": pa.float64(), "baskets": pa.string()}
    return plain.get(type_) or pa.dictionary(pa.int32(), pa.string())


def _encode_column(type_: str, values: Floats, names: Names) -> Any:
    """Encode one raw column: NaN becomes null, codes become their names."""
    import pyarrow as pa

    if type_ == "int":
        return encode_numbers(values.astype(np.int32))
    if type_ == "bool":
        return encode_flags(values > 0.5)
    if type_ == "float":
        return encode_numbers(values, ~np.isnan(values))
    if type_ == "baskets":
        return _encode_masks(values, names.baskets)
    # An index of -1, or the empty first label of the blocking reasons, means that there is none.
    labels, index = _labels(type_, names), values.astype(np.int32)
    present = index >= (1 if type_ == "reason" else 0)
    return pa.DictionaryArray.from_arrays(encode_numbers(np.maximum(index, 0), present), encode_texts(labels))


def _labels(type_: str, names: Names) -> tuple[str, ...]:
    """Labels that the numbers of a column stand for."""
    return {"code": names.ladder.codes, "reason": REASONS, "venue": names.venues, "level": names.levels}[type_]


def _encode_masks(values: Floats, baskets: tuple[str, ...]) -> Any:
    """Encode bit masks of baskets as names joined by spaces."""
    masks = values.astype(np.int64)
    unique, _ = count_integers(masks)
    names = [" ".join(b for k, b in enumerate(baskets) if int(mask) >> k & 1) for mask in unique]
    return encode_choices(names, np.searchsorted(unique, masks))
