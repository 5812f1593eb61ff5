"""Files of results read from disk, as anybody may have changed them: each kind of file has one reader and one schema.

Whatever is wrong with a file ends in one ParleyError that names it: not a regular file, too large, damaged, another
type than the schema says. Links are not followed, so nothing outside a folder of results is read.
"""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from pydantic import ValidationError

from sim.core.atomic import MANIFEST
from sim.core.errors import ParleyError, one_line
from sim.core.identity import hash_file, is_sealed
from sim.core.renames import RENAMED_COLUMNS
from sim.results.manifest_schema import SCHEMAS, Manifest

if TYPE_CHECKING:
    import pyarrow as pa
    import pyarrow.parquet as pq

MOST_BYTES = 64 * 2**20
"""The largest text, image or manifest that is read."""
MOST_ROWS = 200_000_000
"""The most rows of a table that are read."""
MOST_GROUP_ROWS = 2_000_000
"""The most rows of one row group, which is held in memory as a whole."""
MOST_GROUP_BYTES = 512 * 2**20
"""The most bytes of one row group when decompressed."""
MOST_COLUMNS = 5_000
MOST_DEPTH = 60
"""The deepest nesting of a manifest."""
BATCH = 65_536
"""Rows that are read at a time."""

KINDS = ("number", "flag", "text", "code")
"""What a column of a table may be required to hold."""


@contextmanager
def open_regular(path: Path, most: int | None = MOST_BYTES) -> Iterator[BinaryIO]:
    """Open a regular file for reading; links, pipes and devices are refused.

    Parameters
    ----------
    path
        The file.
    most
        Bytes it may have; None for any number.

    Raises
    ------
    ParleyError
        It is not a regular file, it is too large, or it cannot be read.
    """
    try:
        flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
        if path.is_symlink():
            raise ParleyError(f"{path} is a link; results are read from regular files only")
        with open(os.open(path, flags), "rb") as file:
            status = os.fstat(file.fileno())
            if not stat.S_ISREG(status.st_mode):
                raise ParleyError(f"{path} is not a regular file")
            if most is not None and status.st_size > most:
                raise ParleyError(f"{path} is larger than {most:,} bytes, the most that is read")
            yield file
    except OSError as error:
        raise ParleyError(f"{path} cannot be read: {error.strerror or error}") from None


def read_bytes(path: Path, most: int = MOST_BYTES) -> bytes:
    """Read a regular file. Raises ParleyError."""
    with open_regular(path, most) as file:
        return file.read(most)


def read_text(path: Path, most: int = MOST_BYTES) -> str:
    """Read a regular file of UTF-8 text. Raises ParleyError."""
    try:
        return read_bytes(path, most).decode("utf-8")
    except UnicodeDecodeError as error:
        raise ParleyError(f"{path} is not UTF-8 text ({error.reason} at byte {error.start})") from None


def read_json(path: Path, most: int = MOST_BYTES) -> Any:
    """Read a JSON file without NaN or infinite numbers, nested at most `MOST_DEPTH` deep. Raises ParleyError."""

    def refuse(word: str) -> None:
        raise ValueError(f"{word} is not a number")

    try:
        data = json.loads(read_text(path, most), parse_constant=refuse)
    except (ValueError, RecursionError) as error:
        raise ParleyError(one_line(f"{path} is not JSON: {error}")) from None
    level, depth = [data], 0
    while level := [below for node in level for below in _list_inner(node)]:
        depth += 1
        if depth > MOST_DEPTH:
            raise ParleyError(f"{path} is nested more than {MOST_DEPTH} levels deep, the most that are read")
    return data


def _list_inner(node: Any) -> list[Any]:
    """Return what a mapping or a list holds; nothing for a single value."""
    return list(node.values()) if isinstance(node, dict) else node if isinstance(node, list) else []


def read_manifest(folder: Path) -> dict[str, Any] | None:
    """Read the manifest of a folder of results.

    Parameters
    ----------
    folder
        The folder.

    Returns
    -------
    dict or None
        The manifest as plain data, which fits the schema of its kind; None where the folder has none.

    Raises
    ------
    ParleyError
        It is damaged, was changed after it was written, or lacks what its kind needs.
    """
    path = folder / MANIFEST
    if not path.exists() and not path.is_symlink():
        return None
    data = read_json(path)
    if not isinstance(data, dict):
        raise ParleyError(f"{path} is not a manifest: it has to hold a mapping")
    kind = data.get("kind")
    schema: type[Manifest] | None = SCHEMAS.get(kind) if isinstance(kind, str) else None
    if schema is None:
        raise ParleyError(one_line(f"{path} is not a manifest: its `kind` has to be one of {', '.join(SCHEMAS)}"))
    validate(schema, data, path)
    if not is_sealed(data):
        raise ParleyError(f"{path} was changed after it was written: its checksum does not fit")
    return data


def validate(schema: type[Manifest], data: Any, path: Path) -> None:
    """Check plain data against a schema. Raises ParleyError that names file and key."""
    try:
        schema.model_validate(data)
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(step) for step in first["loc"])
        message = first["msg"].removeprefix("Value error, ")
        raise ParleyError(one_line(f"{path}: {key}: {message[:200]}")[:1000]) from None
    except RecursionError:
        raise ParleyError(f"{path} is nested too deep") from None


@contextmanager
def open_table(path: Path, columns: Mapping[str, str]) -> Iterator[pq.ParquetFile]:
    """Open a Parquet file whose size, row groups and columns are within limits.

    Parameters
    ----------
    path
        The file.
    columns
        Columns it must have, each with one of `KINDS`; others may be there too.

    Raises
    ------
    ParleyError
        It is not such a table, or it turns out to be damaged inside the `with` block.
    """
    import pyarrow.parquet as pq

    with open_regular(path, None) as file, report_damage(path):
        table = pq.ParquetFile(file, page_checksum_verification=True)
        _check_size(path, table.metadata)
        _check_columns(path, table.schema_arrow, columns)
        yield table


@contextmanager
def report_damage(path: Path) -> Iterator[None]:
    """Turn what reading or counting a damaged table raises into one ParleyError that names it."""
    import pyarrow as pa

    kinds = (pa.ArrowException, OSError, EOFError, ArithmeticError, LookupError, MemoryError, TypeError, ValueError)
    try:
        yield
    except kinds as error:
        raise ParleyError(one_line(f"{path} is damaged: {error}")[:500]) from None


def _check_size(path: Path, metadata: Any) -> None:
    """Refuse a table that takes more memory than its file suggests."""
    if metadata.num_columns > MOST_COLUMNS:
        raise ParleyError(f"{path} has more than {MOST_COLUMNS:,} columns, the most that are read")
    if metadata.num_rows > MOST_ROWS:
        raise ParleyError(f"{path} has more than {MOST_ROWS:,} rows, the most that are read")
    for k in range(metadata.num_row_groups):
        group = metadata.row_group(k)
        size = group.total_byte_size  # metadata of single columns end the process where they contradict one another
        if group.num_rows > MOST_GROUP_ROWS or size > MOST_GROUP_BYTES:
            most = f"at most {MOST_GROUP_ROWS:,} and {MOST_GROUP_BYTES:,} are read"
            raise ParleyError(f"{path} has a row group of {group.num_rows:,} rows and {size:,} bytes; {most}")


def _check_columns(path: Path, schema: pa.Schema, columns: Mapping[str, str]) -> None:
    """Refuse a table that lacks a column or has one of another kind."""
    for name, kind in columns.items():
        where = schema.get_all_field_indices(name)
        old = next((old for old, new in RENAMED_COLUMNS.items() if new == name), None)
        if not where and old in schema.names:
            problem = f"its column `{old}` is called `{name}` now: it was written by an earlier version of parley"
            raise ParleyError(f"{path}: {problem}; run it again to read it with this one")
        if len(where) != 1:
            raise ParleyError(f"{path}: column `{name}` is {'missing' if not where else 'there more than once'}")
        dtype = schema.field(where[0]).type
        if not _is_kind(dtype, kind):
            raise ParleyError(f"{path}: column `{name}` holds {dtype}, not a {kind}")


def _is_kind(dtype: pa.DataType, kind: str) -> bool:
    """Return whether an Arrow type is one of `KINDS`."""
    from pyarrow import types

    is_label = types.is_dictionary(dtype) and types.is_string(dtype.value_type) and types.is_integer(dtype.index_type)
    if kind == "code":
        return bool(is_label)
    if kind == "text":
        return bool(is_label or types.is_string(dtype))
    if kind == "flag":
        return bool(types.is_boolean(dtype))
    return bool(types.is_integer(dtype) or types.is_float64(dtype) or types.is_float32(dtype))


def read_table(path: Path, columns: Mapping[str, str], only: list[str] | None = None) -> pa.Table:
    """Read a table as a whole, all its columns or only some. Raises ParleyError."""
    with open_table(path, columns) as file:
        table: pa.Table = file.read(columns=only)
        table.validate(full=True)
        return table


def iterate_batches(path: Path, columns: Mapping[str, str], only: list[str]) -> Iterator[pa.Table]:
    """Read some columns of a table, `BATCH` rows at a time. Raises ParleyError."""
    import pyarrow as pa

    with open_table(path, columns) as file:
        for batch in file.iter_batches(batch_size=BATCH, columns=only):
            batch.validate(full=True)
            yield pa.Table.from_batches([batch])


def find_damage(folder: Path, hashes: Mapping[str, str]) -> dict[str, str]:
    """Find files of a folder that are missing or not as they were written.

    Parameters
    ----------
    folder
        The folder.
    hashes
        Hash of each file by its name relative to the folder.

    Returns
    -------
    dict of str to str
        What is wrong, by name; empty where every file is whole.
    """
    damage = {}
    for name, expected in hashes.items():
        path = folder / name
        if Path(name).is_absolute() or ".." in Path(name).parts:
            damage[name] = "leads out of the folder"
        elif path.is_symlink() or any(parent.is_symlink() for parent in _parents_below(path, folder)):
            damage[name] = "is a link"
        elif not path.is_file():
            damage[name] = "is missing"
        else:
            try:
                damage |= {} if hash_file(path) == expected else {name: "was changed after it was written"}
            except OSError as error:
                damage[name] = f"cannot be read: {error.strerror}"
    return damage


def _parents_below(path: Path, folder: Path) -> list[Path]:
    """Folders between a folder and a file in it."""
    return [parent for parent in path.parents if folder in parent.parents]


def find_unknown(folder: Path, known: Iterable[str], suffix: str = ".parquet") -> list[str]:
    """Find files with a suffix that nobody accounts for, in a folder and in the folders of the known files.

    Parameters
    ----------
    folder
        The folder.
    known
        Names of the files that belong there, relative to the folder.
    suffix
        Ending of the names that are looked at; an empty text for all.

    Returns
    -------
    list of str
        Names relative to the folder, in alphabetical order. Hidden files do not count.
    """
    names = {*known, MANIFEST}
    places = {folder, *(folder / Path(name).parent for name in names)}
    return sorted(
        name
        for place in places
        if place.is_dir() and not place.is_symlink()
        for path in place.iterdir()
        if not path.is_dir() and not path.name.startswith(".") and path.name.endswith(suffix)
        if (name := path.relative_to(folder).as_posix()) not in names
    )


def list_hashes(manifest: Mapping[str, Any]) -> dict[str, str]:
    """Return the hash of every file that a manifest names; empty for one of an earlier version."""
    files = manifest.get("files")
    hashes = dict(files) if isinstance(files, dict) else dict(manifest.get("hashes") or {})
    for entry in manifest.get("analyses", {}).values():
        hashes |= entry["files"]
    return hashes


def check_files(folder: Path, manifest: Mapping[str, Any]) -> None:
    """Refuse a folder of which a file is missing or not as it was written. Raises ParleyError that names the first."""
    damage = find_damage(folder, list_hashes(manifest))
    for name, problem in damage.items():
        more = f" (and {len(damage) - 1} more)" if len(damage) > 1 else ""
        raise ParleyError(one_line(f"{folder / name} {problem}{more}; `parley verify {folder}` lists all damage"))
