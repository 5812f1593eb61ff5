"""`parley score`: scores of forecasts and of baselines on a record of rounds."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer

from sim.cli.options import make_console
from sim.core.counts import format_count

_SCORES = {
    "log": "codes, log",
    "brier": "codes, Brier",
    "log_content": "content, log",
    "rps_gap": "gap, ranked",
    "log_venue": "venue, log",
}
"""Mean scores in the table, by key, with their headings."""


def add(app: typer.Typer) -> None:
    """Add the verb to the command line."""

    @app.command()
    def score(
        forecast: Annotated[Path, typer.Argument(help="File that `parley forecast` wrote.", show_default=False)],
        record: Annotated[Path, typer.Argument(help="CSV of the rounds that took place.", show_default=False)],
        beside: Annotated[
            list[Path] | None,
            typer.Option("--beside", help="Another forecast for the same table, such as one without a posterior."),
        ] = None,
        out: Annotated[
            Path | None,
            typer.Option("-o", "--out", help="New JSON file for the scores, NAME.json.", show_default=False),
        ] = None,
    ) -> None:
        """Score a forecast on rounds that took place, beside baselines that know no model.

        The record needs the columns id, date_start, outcome_code (`texts|partial` where it is uncertain) and
        gap_days_from_previous_start. A column venue is scored where it is filled, a venue that the scenario does not
        know as `other`; so is a column content, such as `prisoners: pow_exchange=0.5` or `nothing`. All rounds after
        the forecast's date count. Higher is better for log scores, lower for the others.

        Examples:

        parley score forecast.json rounds.csv

        parley score forecast.json rounds.csv --beside before-the-fit.json
        """
        import json

        from calibration.score import read_forecast, read_record, score_forecast
        from sim.core.atomic import check_new_file, write_file

        if out is not None:
            check_new_file(out, ".json")
        rounds = read_record(record)
        scores = score_forecast(read_forecast(forecast), rounds)
        others = {path.name: score_forecast(read_forecast(path), rounds) for path in beside or []}
        if out is not None:
            content = {**scores, "beside": others} if others else scores
            write_file(out, json.dumps(content, indent=1, ensure_ascii=False) + "\n")
        screen = make_console()
        screen.print("\n".join(_format_rounds(scores)), markup=False)
        screen.print(_tabulate({forecast.name: scores, **others}))
        screen.print("\n".join(_format_reading(scores)), markup=False)


def _format_rounds(scores: dict[str, Any]) -> Iterator[str]:
    """Format the scores of the forecast, a line a round."""
    for row in scores["rounds"]:
        parts = [f"{row['codes']} had {row['probability']:.0%}: log {row['log']:z.2f}, Brier {row['brier']:.2f}"]
        if row["rps_gap"] is not None:
            parts.append(f"gap {row['gap']:.0f} days: ranked probability score {row['rps_gap']:.3f}")
        if "log_content" in row:
            baskets = f", its baskets {row['probability_baskets']:.0%}" if "probability_baskets" in row else ""
            share = f"{row['probability_content']:.1%}{baskets}"
            parts.append(f"{row['content']} had {share}: log {row['log_content']:z.2f}")
        beyond = " (beyond the forecast: by its last round)" if row["beyond"] else ""
        yield f"{row['id']}{beyond}: {'; '.join(parts)}"
        if row["venue_note"]:
            yield f"{row['id']}: {row['venue_note']}"


def _tabulate(forecasts: dict[str, dict[str, Any]]) -> Any:
    """Tabulate the mean scores of forecasts and of the baselines of the first, best log score first."""
    from rich.markup import escape
    from rich.table import Table

    first = next(iter(forecasts.values()))
    rows = {name: scores["mean"] for name, scores in forecasts.items()} | first["baselines"]
    table = Table("", *_SCORES.values(), title=f"mean of {format_count(first['mean']['rounds'], 'round')}")
    for name in sorted(rows, key=lambda name: -rows[name]["log"]):
        cells = ["" if rows[name][key] is None else f"{rows[name][key]:z.3f}" for key in _SCORES]
        table.add_row(escape(name), *cells)
    return table


def _format_reading(scores: dict[str, Any]) -> Iterator[str]:
    """Format the calibration of the forecast and what it is conditional on."""
    c = scores["mean"]["calibration"]
    yield (
        f"calibration: the likeliest codes had {c['mean_share_of_likeliest']:.0%} on average and came in "
        f"{c['share_of_likeliest_that_came']:.0%} of rounds"
    )
    yield "baselines know the rounds before the forecast only; with so few rounds differences are mostly chance"
    yield scores["conditional_on"]
