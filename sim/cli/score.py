"""`parley score`: scores of a forecast on a record of rounds."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer

from sim.cli.options import make_console


def add(app: typer.Typer) -> None:
    """Add the verb to the command line."""

    @app.command()
    def score(
        forecast: Annotated[Path, typer.Argument(help="File that `parley forecast` wrote.", show_default=False)],
        record: Annotated[Path, typer.Argument(help="CSV of the rounds that took place.", show_default=False)],
        out: Annotated[
            Path | None,
            typer.Option("-o", "--out", help="New JSON file for the scores.", show_default=False),
        ] = None,
    ) -> None:
        """Score a forecast on rounds that took place: log, Brier and ranked probability score, and calibration.

        The record needs the columns id, date_start, outcome_code (`texts|partial` where it is uncertain) and
        gap_days_from_previous_start.

        Example:

        parley score forecast.json rounds.csv
        """
        import json

        from calibration.score import read_forecast, read_record, score_forecast
        from sim.core.atomic import check_new_file, write_file

        if out is not None:
            check_new_file(out)
        scores = score_forecast(read_forecast(forecast), read_record(record))
        make_console().print("\n".join(_format_scores(scores)), markup=False)
        if out is not None:
            write_file(out, json.dumps(scores, indent=1, ensure_ascii=False) + "\n")


def _format_scores(scores: dict[str, Any]) -> Iterator[str]:
    """Format the scores, a line a round, then their means."""
    for row in scores["rounds"]:
        gap = (
            ""
            if row["rps_gap"] is None
            else f", gap {row['gap']:.0f} days: ranked probability score {row['rps_gap']:.3f}"
        )
        yield (
            f"{row['id']}: {row['codes']} had {row['probability']:.0%}: log {row['log']:.2f}, "
            f"Brier {row['brier']:.2f}{gap}"
        )
    mean = scores["mean"]
    gaps = "" if mean["rps_gap"] is None else f", ranked probability score of gaps {mean['rps_gap']:.3f}"
    yield f"mean of {mean['rounds']}: log {mean['log']:.2f}, Brier {mean['brier']:.2f}{gaps}"
    c = mean["calibration"]
    yield (
        f"calibration: the likeliest codes had {c['mean_share_of_likeliest']:.0%} on average and came in "
        f"{c['share_of_likeliest_that_came']:.0%} of rounds"
    )
    yield scores["conditional_on"]
