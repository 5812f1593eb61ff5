"""Export of an ensemble to spreadsheets: CSV files, or one Excel workbook."""

from __future__ import annotations

import importlib.util
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from sim.core.atomic import check_new_file, replace_file, report_write_errors
from sim.core.errors import ParleyError
from sim.core.extras import describe_missing

if TYPE_CHECKING:
    import pandas as pd

SHEET_ROWS = 1_048_576
"""Rows that a sheet of a workbook can hold, its heading included."""


def write_csv(frames: Mapping[str, pd.DataFrame], folder: Path) -> None:
    """Write every frame as a CSV file into a folder, which is created where it is missing.

    Raises
    ------
    ParleyError
        A file exists already, or the disk refuses.
    """
    with report_write_errors(folder):
        folder.mkdir(parents=True, exist_ok=True)
    for name in frames:
        check_new_file(folder / f"{name}.csv")
    for name, frame in frames.items():
        path = folder / f"{name}.csv"
        with report_write_errors(path), replace_file(path) as temporary:
            frame.to_csv(temporary, index=False, lineterminator="\n")


def write_excel(frames: Mapping[str, pd.DataFrame], file: Path) -> None:
    """Write every frame as a sheet of a workbook.

    Raises
    ------
    ParleyError
        The name does not end in .xlsx, the file exists already, openpyxl is missing, or a table has too many rows.
    """
    import pandas as pd

    if file.suffix != ".xlsx":
        raise ParleyError(f"`{file}` is not a name of a workbook; it has to end in .xlsx")
    if importlib.util.find_spec("openpyxl") is None:
        raise describe_missing("excel", "workbooks need openpyxl (to_csv does not)")
    check_new_file(file)
    for name, frame in frames.items():
        if len(frame) >= SHEET_ROWS:
            raise ParleyError(
                f"the table of {name} has {len(frame):,} rows; a sheet holds {SHEET_ROWS - 1:,}; use to_csv"
            )
    with (
        report_write_errors(file),
        replace_file(file) as temporary,
        pd.ExcelWriter(temporary, engine="openpyxl") as book,
    ):
        for name, frame in frames.items():
            frame.to_excel(book, sheet_name=name, index=False)
