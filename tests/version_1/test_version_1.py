"""Version 1 of the model gives what it gave when it was the only one, value for value.

`columns.json` holds a hash of every column of `runs` and `rounds` that the last commit before version 2 wrote for the
five scenarios of that time: 300 runs on the compiled engine under three seeds, 12 on the readable one. `scenarios/`
holds these scenarios as they were, with every number written out; whoever adds a key to the schema that has no default
gives it here the value that changes nothing.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from sim.core.renames import RENAMED_CODES, RENAMED_COLUMNS
from sim.results.ensemble import run_ensemble

HERE = Path(__file__).parent
HASHES: dict[str, dict[str, dict[str, dict[str, str]]]] = json.loads((HERE / "columns.json").read_text())
RUNS = {"compiled": 300, "mesa": 12}


def hash_column(column: pa.ChunkedArray) -> str:
    """Hash the values of a column, with floats to the last digit."""
    return hashlib.blake2b(json.dumps(column.to_pylist()).encode(), digest_size=6).hexdigest()


def find_differences(name: str, key: str, **changes: Any) -> tuple[set[str], set[str]]:
    """Return the columns of an ensemble that differ from version 1 as it was, and all that it had."""
    engine, seed = key.split()
    path = str(HERE / "scenarios" / f"{name}.yaml")
    result = run_ensemble(path, RUNS[engine], int(seed), engine=engine, changes=changes)
    tables = {"runs": result.run_table, "rounds": result.round_table}
    old = {(table, column): text for table, texts in HASHES[name][key].items() for column, text in texts.items()}
    new = {(table, column): hash_column(tables[table].column(column)) for table, column in old}
    return {".".join(where) for where in old if new[where] != old[where]}, {".".join(where) for where in old}


@pytest.mark.parametrize(("name", "key"), [(name, key) for name, keys in HASHES.items() for key in keys])
def test_every_column_is_as_it_was(name: str, key: str) -> None:
    differences, columns = find_differences(name, key)
    assert len(columns) > 30
    assert not differences


@pytest.mark.parametrize("change", [{"behaviour.mediation.persuasion": 0.7}, {"model.pace": "deadline"}])
def test_another_number_or_rule_is_seen(change: dict[str, Any]) -> None:
    differences, _ = find_differences("istanbul-2025", "compiled 0", **change)
    assert len(differences) > 10


def test_renames_are_listed() -> None:
    assert RENAMED_COLUMNS == {"gap": "gap_open"} and RENAMED_CODES == {"tabled": "texts"}
