"""`parley score`: a forecast held against a record of rounds."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer

from sim.cli.options import console


def add(app: typer.Typer) -> None:
    """Add the verb to the command line."""

    @app.command()
    def score(
        forecast: Annotated[Path, typer.Argument(help="File that `parley forecast` wrote.", show_default=False)],
        record: Annotated[
            Path, typer.Argument(help="Rounds that took place: CSV with the record's columns.", show_default=False)
        ],
        out: Annotated[
            Path | None,
            typer.Option("-o", "--out", help="Write the scores as JSON too; a new file.", show_default=False),
        ] = None,
    ) -> None:
        """Log, Brier and ranked probability score of a forecast, and whether what it held likely came about.

        Needed columns: id, date_start, outcome_code (`tabled|partial` where uncertain), gap_days_from_previous_start.
        """
        import json

        from calibration.score import read_forecast, read_record
        from calibration.score import score_forecast as judge
        from sim.core.atomic import check_new_file, write_file

        if out is not None:
            check_new_file(out)
        found = judge(read_forecast(forecast), read_record(record))
        console().print("\n".join(_lines(found)), markup=False)
        if out is not None:
            write_file(out, json.dumps(found, indent=1, ensure_ascii=False) + "\n")


def _lines(found: dict[str, Any]) -> Iterator[str]:
    for row in found["rounds"]:
        gap = (
            ""
            if row["rps_gap"] is None
            else f", gap {row['gap']:.0f} days: ranked probability score {row['rps_gap']:.3f}"
        )
        yield (
            f"{row['id']}: {row['codes']} had {row['probability']:.0%}: log {row['log']:.2f}, "
            f"Brier {row['brier']:.2f}{gap}"
        )
    mean = found["mean"]
    gaps = "" if mean["rps_gap"] is None else f", ranked probability score of gaps {mean['rps_gap']:.3f}"
    yield f"mean of {mean['rounds']}: log {mean['log']:.2f}, Brier {mean['brier']:.2f}{gaps}"
    c = mean["calibration"]
    yield (
        f"calibration: the likeliest codes had {c['mean_share_of_likeliest']:.0%} on average and came in "
        f"{c['share_of_likeliest_that_came']:.0%} of rounds"
    )
    yield found["conditional_on"]
