"""`parley forecast`: probabilities for the rounds after a date, conditional on a scenario and a posterior."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from sim.cli.options import ScenarioArgument, SeedOption, make_console


def add(app: typer.Typer) -> None:
    """Add the verb to the command line."""

    @app.command()
    def forecast(
        scenario: ScenarioArgument,
        posterior: Annotated[Path, typer.Option("--posterior", help="Folder that `parley calibrate` wrote.")],
        after: Annotated[
            str, typer.Option("--after", metavar="DATE", help="Day (YYYY-MM-DD) after which the rounds take place.")
        ],
        out: Annotated[Path, typer.Option("-o", "--out", help="JSON file to write; it must not exist.")],
        n: Annotated[int, typer.Option("-n", help="Number of runs.", min=100)] = 10000,
        rounds: Annotated[int, typer.Option(help="Number of rounds ahead.", min=1, max=20)] = 3,
        seed: SeedOption = 0,
    ) -> None:
        """Compute probabilities of outcome, gap in days and venue for the next rounds after a date.

        `parley score` compares them with rounds that took place later. They are conditional on the scenario, its
        ranges, the posterior and the model: a statement about runs, written down so that the record can prove it wrong.

        Example:

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
            raise ParleyError(f"--after: `{after}` is no date; write YYYY-MM-DD") from None
        check_new_file(out)
        draws = read_posterior(posterior)
        result = compute_forecast(scenario, draws, date, n, seed, rounds)
        write_forecast(add_provenance(result, load(scenario), draws), out)
        screen = make_console()
        for entry in result["rounds"]:
            screen.print("\n".join(_format_round(entry, after)), markup=False)
        counts = f"{result['runs_kept']} of {result['runs']} runs were kept."
        screen.print(f"Given {result['given']}. {counts}", markup=False)
        screen.print(result["conditional_on"], markup=False)


def _format_round(entry: dict[str, Any], after: str) -> list[str]:
    """Format the probabilities of one round."""
    codes = ", ".join(f"{c} {p:.0%}" for c, p in entry["code"].items() if p >= 0.005)
    venues = ", ".join(f"{v} {p:.0%}" for v, p in entry["venue"].items() if p >= 0.005)
    days = entry["gap_quantiles"]
    gap = f"{days['0.1']:.0f}, {days['0.5']:.0f}, {days['0.9']:.0f} days" if days else "none held"
    held = f"held in {entry['held_within_horizon']:.0%} of the runs kept"
    lines = [f"round {entry['ahead']} after {after}: {held}; where it is held:"]
    return [*lines, f"  code: {codes}", f"  gap (10, 50, 90%): {gap}", f"  venue: {venues}"]
