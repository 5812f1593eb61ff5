"""Hash the tables of every shipped scenario, to show whether a change moves numbers.

Usage:
    python tools/hash_tables.py write FILE     before the change
    python tools/hash_tables.py check FILE     after it: names the tables that differ and exits with status 1

Both engines run with three seeds. Hashes are comparable on one machine with the same package versions.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SEEDS = (0, 1, 20)
RUNS = {"compiled": 300, "mesa": 12}
TABLES = ("runs.parquet", "rounds.parquet")


def hash_tables(scenario: str, engine: str, seed: int) -> dict[str, str]:
    """Hash the tables of one ensemble by file name."""
    from sim.results.plan import plan
    from sim.results.store import write_ensemble

    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "out"
        write_ensemble(plan(scenario, RUNS[engine], seed, engine=engine, workers=1), out, figures=())
        return {name: hashlib.sha256((out / name).read_bytes()).hexdigest() for name in TABLES}


def hash_all() -> dict[str, str]:
    """Hash every table of every shipped scenario, engine and seed."""
    from sim.scenario.library import shipped

    hashes = {}
    for scenario in shipped():
        for engine in RUNS:
            for seed in SEEDS:
                tables = hash_tables(scenario, engine, seed)
                hashes |= {f"{scenario} seed {seed} {engine} {name}": value for name, value in tables.items()}
    return hashes


def main() -> int:
    """Write the hashes, or compare them with those of a file; return the exit status."""
    parser = argparse.ArgumentParser(description="Hash the tables of every shipped scenario.")
    parser.add_argument("action", choices=("write", "check"))
    parser.add_argument("file", type=Path)
    arguments = parser.parse_args()
    hashes = hash_all()
    if arguments.action == "write":
        arguments.file.parent.mkdir(parents=True, exist_ok=True)
        arguments.file.write_text(json.dumps(hashes, indent=1) + "\n", encoding="utf-8")
        return 0
    before = json.loads(arguments.file.read_text(encoding="utf-8"))
    names = sorted(name for name in hashes.keys() | before.keys() if hashes.get(name) != before.get(name))
    print("\n".join(f"differs: {name}" for name in names) or f"all {len(hashes)} tables are equal")
    return 1 if names else 0


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    sys.exit(main())
