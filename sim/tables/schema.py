"""Tables of runs and rounds: which columns there are, and how the engines' raw rows become Arrow tables."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from sim.core.columns import round_columns, run_columns
from sim.core.layout import Floats, Ints
from sim.rules.outcome import CODES, REASONS
from sim.tables.arrow import flags, numbers, picked, texts

if TYPE_CHECKING:
    import pyarrow as pa

    from sim.scenario.names import Names


def _labels(kind: str, names: Names) -> tuple[str, ...]:
    return {"code": CODES, "reason": REASONS, "venue": names.venues, "level": names.levels}[kind]


def _arrow(kind: str, values: Floats, names: Names) -> Any:
    """One raw column as an Arrow array: NaN becomes null, codes become their names."""
    import pyarrow as pa

    if kind == "int":
        return numbers(values.astype(np.int32))
    if kind == "bool":
        return flags(values > 0.5)
    if kind == "float":
        return numbers(values, ~np.isnan(values))
    if kind == "baskets":
        return _masks(values, names.baskets)
    # An index of -1, or the empty first label of the blocking reasons, means that there is none.
    labels, index = _labels(kind, names), values.astype(np.int32)
    present = index >= (1 if kind == "reason" else 0)
    return pa.DictionaryArray.from_arrays(numbers(np.maximum(index, 0), present), texts(labels))


def _masks(values: Floats, baskets: tuple[str, ...]) -> Any:
    """Bit masks of baskets as an array of names joined by spaces."""
    unique, back = np.unique(values.astype(np.int64), return_inverse=True)
    names = [" ".join(b for k, b in enumerate(baskets) if int(mask) >> k & 1) for mask in unique]
    return picked(names, back)


def _type(kind: str) -> Any:
    import pyarrow as pa

    plain = {"int": pa.int32(), "bool": pa.bool_(), "float": pa.float64(), "baskets": pa.string()}
    return plain.get(kind) or pa.dictionary(pa.int32(), pa.string())


def run_schema(names: Names) -> pa.Schema:
    """Explicit Arrow schema of the table of runs (a Parquet file is the same bytes only under a fixed schema)."""
    import pyarrow as pa

    index = [("run", pa.int64()), ("assumption", pa.int64()), ("fate", pa.int64())]
    return pa.schema(index + [(name, _type(column.type)) for name, column in run_columns(names)])


def round_schema(names: Names) -> pa.Schema:
    """Explicit Arrow schema of the table of rounds."""
    import pyarrow as pa

    return pa.schema([("run", pa.int64()), *((name, _type(column.type)) for name, column in round_columns(names))])


def run_table(raw: Floats, run: Ints, assumption: Ints, fate: Ints, names: Names) -> pa.Table:
    """Raw rows (n, width) of runs as an Arrow table: run, assumption and fate index, then the columns."""
    import pyarrow as pa

    columns = [numbers(run), numbers(assumption), numbers(fate)]
    columns += [_arrow(column.type, raw[:, k], names) for k, (_, column) in enumerate(run_columns(names))]
    return pa.Table.from_arrays(columns, schema=run_schema(names))


def round_table(raw: Floats, rows: Ints, run: Ints, names: Names) -> pa.Table:
    """Raw rows (total, width) of rounds, `rows[k]` of them for run k, as an Arrow table."""
    import pyarrow as pa

    columns = [numbers(np.repeat(run, rows))]
    columns += [_arrow(column.type, raw[:, k], names) for k, (_, column) in enumerate(round_columns(names))]
    return pa.Table.from_arrays(columns, schema=round_schema(names))
