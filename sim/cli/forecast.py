"""`parley forecast`: probabilities for the rounds after a date, from a scenario's ranges or a posterior."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer

from sim.cli.options import ScenarioArgument, SeedOption, make_console


def add(app: typer.Typer) -> None:
    """Add the verb to the command line."""

    @app.command()
    def forecast(
        scenario: ScenarioArgument,
        after: Annotated[
            str, typer.Option("--after", metavar="DATE", help="Day (YYYY-MM-DD) after which the rounds take place.")
        ],
        out: Annotated[Path, typer.Option("-o", "--out", help="JSON file to write, NAME.json; it must not exist.")],
        posterior: Annotated[
            Path | None,
            typer.Option(
                "--posterior",
                help="Folder that `parley calibrate` wrote; by default every number is drawn from its range.",
                show_default=False,
            ),
        ] = None,
        n: Annotated[int, typer.Option("-n", help="Number of runs.", min=100)] = 10000,
        rounds: Annotated[
            int,
            typer.Option(help="Number of rounds ahead; `parley score` takes the last for later ones.", min=1, max=20),
        ] = 5,
        seed: SeedOption = 0,
    ) -> None:
        """Compute probabilities of outcome, content, gap in days and venue for the next rounds after a date.

        `parley score` compares them with rounds that took place later. They are conditional on the scenario, its
        ranges, the posterior if there is one, and the model: a statement about runs, written down so that the record
        can prove it wrong.

        Examples:

        parley forecast istanbul-2025 --after 2025-06-02 -o before-the-fit.json

        parley forecast istanbul-2025 --posterior fits/rounds --after 2025-06-02 -o forecast.json
        """
        import datetime

        from calibration.forecast import compute_forecast, write_forecast
        from calibration.forecast_file import add_provenance
        from calibration.posterior import read_posterior
        from sim.core.atomic import check_new_file
        from sim.core.errors import ParleyError
        from sim.scenario.load import load

        try:
            date = datetime.date.fromisoformat(after)
        except ValueError:
            raise ParleyError(f"--after: `{after}` is not a date; write YYYY-MM-DD") from None
        check_new_file(out, ".json")
        loaded, draws = load(scenario), read_posterior(posterior) if posterior else None
        result = compute_forecast(loaded, draws, date, n, seed, rounds)
        write_forecast(add_provenance(result, loaded, draws), out)
        screen = make_console()
        for entry in result["rounds"]:
            screen.print("\n".join(_format_round(entry, after)), markup=False)
        counts = f"{result['runs_kept']} of {result['runs']} runs were kept."
        screen.print(f"Given {result['given']}. {counts}", markup=False)
        screen.print(result["conditional_on"], markup=False)
        screen.print(f"{out} is written. Next: parley score {out} RECORD.csv", markup=False)


def _format_round(entry: dict[str, Any], after: str) -> list[str]:
    """Format the probabilities of one round."""
    codes = ", ".join(f"{c} {p:.0%}" for c, p in entry["code"].items() if p >= 0.005)
    venues = ", ".join(f"{v} {p:.0%}" for v, p in entry["venue"].items() if p >= 0.005)
    days = entry["gap_quantiles"]
    gap = f"{days['0.1']:.0f}, {days['0.5']:.0f}, {days['0.9']:.0f} days" if days else "none held"
    settled = "; ".join(_format_content(entry))
    held = f"held in {entry['held_within_horizon']:.0%} of the runs kept"
    lines = [f"round {entry['ahead']} after {after}: {held}; where it is held:"]
    return [
        *lines,
        f"  code: {codes}",
        f"  settled: {settled}",
        f"  gap (10, 50, 90%): {gap}",
        f"  venue: {venues}",
    ]


def _format_content(entry: dict[str, Any]) -> Iterator[str]:
    """Format the likeliest sets of baskets settled, and the likeliest terms of each."""
    total = sum(row["runs"] for row in entry["content"])
    groups: dict[tuple[str, ...], list[dict[str, Any]]] = {}
    for row in entry["content"]:
        groups.setdefault(tuple(row["settled"]), []).append(row)
    for baskets, rows in sorted(groups.items(), key=lambda item: -sum(row["runs"] for row in item[1]))[:4]:
        share = sum(row["runs"] for row in rows) / total
        terms = ", ".join(f"{i} {at:g}" for values in rows[0]["settled"].values() for i, at in values.items())
        yield f"{' and '.join(baskets) or 'nothing'} {share:.0%}" + (f" (likeliest at {terms})" if terms else "")
