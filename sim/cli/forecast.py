"""`parley forecast`: probabilities for the rounds after a date, conditional on a scenario and a posterior."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sim.cli.options import ScenarioArgument, SeedOption, console


def add(app: typer.Typer) -> None:
    """Add the verb to the command line."""

    @app.command()
    def forecast(
        scenario: ScenarioArgument,
        posterior: Annotated[Path, typer.Option("--posterior", help="Folder that `parley calibrate` wrote.")],
        after: Annotated[str, typer.Option("--after", metavar="DATE", help="Rounds after this day, YYYY-MM-DD.")],
        out: Annotated[Path, typer.Option("-o", "--out", help="The file to write (JSON); it must not exist.")],
        n: Annotated[int, typer.Option("-n", help="Runs.", min=100)] = 10000,
        rounds: Annotated[int, typer.Option(help="How many rounds ahead.", min=1, max=20)] = 3,
        seed: SeedOption = 0,
    ) -> None:
        """Outcome code, gap and venue of the next rounds after a date, to be scored against rounds not yet seen.

        Conditional on the scenario, its ranges, the posterior and the model: a statement about runs, made so that it
        can be held against the world and found wrong.
        """
        import datetime

        from calibration import posterior as posteriors
        from calibration.forecast import compute_forecast as make
        from calibration.forecast import write_forecast
        from sim.core.atomic import check_new_file
        from sim.core.errors import ParleyError

        try:
            date = datetime.date.fromisoformat(after)
        except ValueError:
            raise ParleyError(f"--after: `{after}` is no date; write YYYY-MM-DD") from None
        check_new_file(out)
        found = make(scenario, posteriors.read_posterior(posterior), date, n, seed, rounds)
        write_forecast(found, out)
        screen = console()
        for said in found["rounds"]:
            codes = ", ".join(f"{c} {p:.0%}" for c, p in said["code"].items() if p >= 0.005)
            places = ", ".join(f"{v} {p:.0%}" for v, p in said["venue"].items() if p >= 0.005)
            days = said["gap_quantiles"]
            gap = f"{days['0.1']:.0f}, {days['0.5']:.0f}, {days['0.9']:.0f} days" if days else "none held"
            held = f"held in {said['held_within_horizon']:.0%} of the runs kept"
            lines = [f"round {said['ahead']} after {after}: {held}; where it is held:"]
            lines += [f"  code: {codes}", f"  gap (10, 50, 90%): {gap}", f"  venue: {places}"]
            screen.print("\n".join(lines), markup=False)
        screen.print(f"Given {found['given']}. {found['runs_kept']} of {found['runs']} runs were kept.", markup=False)
        screen.print(found["conditional_on"], markup=False)
