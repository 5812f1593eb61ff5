"""Draw the stakes of every case with a table of parties into docs/figures/cases: `python tools/draw_cases.py`."""

from __future__ import annotations

from pathlib import Path

from sim.figures.positions import save_positions
from sim.scenario.library import shipped_folder
from sim.scenario.load import load

FOLDER = Path(__file__).resolve().parents[1] / "docs" / "figures" / "cases"


def main() -> None:
    """Write one file a case."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for table in sorted((shipped_folder() / "cases").glob("*/parties.csv")):
        save_positions(load(table.parent.name), FOLDER / f"{table.parent.name}.png")


if __name__ == "__main__":
    main()
