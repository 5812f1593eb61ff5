"""The `parley` command: collects the verbs, and turns what goes wrong into one message and an exit status."""

from __future__ import annotations

import os
import signal
import sys
from importlib import import_module
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup

from sim.cli import MODULES
from sim.core.errors import ParleyError

if TYPE_CHECKING:
    from types import FrameType

HELP = """\
Simulate diplomatic talks whose every number is sourced or flagged as assumed.

Start here:

parley list                              which scenarios there are

parley show river-border                 its numbers, with sources and assumptions

parley run river-border -n 1000          simulate it, write tables and figures

parley trace river-border --run 3        one run, told round by round

parley new my-talks --from river-border  a scenario of your own

Results are conditional on the assumptions of a scenario; they are no forecast.
"""


ORDER = ("list", "show", "check", "run", "trace", "analyse", "cite", "new", "schema")
"""Verbs in the order in which one needs them; those not named follow."""


class Verbs(TyperGroup):
    """Every verb ends the same way: a user's mistake with one message and status 2, an interruption with 130."""

    def list_commands(self, ctx: Any) -> list[str]:
        """Names of the verbs as the help lists them."""
        names = super().list_commands(ctx)
        return [name for name in ORDER if name in names] + [name for name in names if name not in ORDER]

    def invoke(self, ctx: Any) -> Any:
        """Run the verb."""
        try:
            return super().invoke(ctx)
        except ParleyError as error:
            typer.echo(f"parley: {error}", err=True)
            raise typer.Exit(2) from None
        except KeyboardInterrupt:
            typer.echo("parley: interrupted; nothing is left half-written", err=True)
            raise typer.Exit(130) from None


app = typer.Typer(
    name="parley",
    cls=Verbs,
    help=HELP,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(asked: bool) -> None:
    if asked:
        from sim.core.version import __version__

        typer.echo(f"parley {__version__}")
        raise typer.Exit


@app.callback()
def common(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and stop.")
    ] = False,
) -> None:
    """Options that stand before the verb."""


for _module in MODULES:
    import_module(f"sim.cli.{_module}").add(app)


def _terminated(number: int, frame: FrameType | None) -> None:
    """Leave by way of every `finally`, so that no unfinished file stays behind."""
    sys.exit(128 + number)


def main() -> None:
    """Entry point of the command."""
    os.environ["PYTHONSAFEPATH"] = "1"  # no process started from here runs modules of the working folder
    for name in ("SIGTERM", "SIGHUP"):  # a closed terminal sends the second; where `nohup` ignores it, it stays ignored
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, _terminated)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    try:
        app()
    except BrokenPipeError:  # the reader has seen enough (`parley show … | head`)
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(141)
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()
