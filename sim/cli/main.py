"""The `parley` command: it collects the verbs and turns errors into one message and an exit status."""

from __future__ import annotations

import atexit
import gc
import inspect
import os
import re
import signal
import sys
import threading
from contextlib import suppress
from importlib import import_module
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer
from typer.core import TyperGroup

from sim.cli import MODULES
from sim.cli.options import add_folder
from sim.cli.standard_output import close_standard_output, replace_standard_output
from sim.core.command import record_command
from sim.core.errors import ParleyError

if TYPE_CHECKING:
    from types import FrameType

    from typer.models import CommandInfo

HELP = """\
Simulate diplomatic talks: parties, mediators and sponsors bargain over issues, and every number of a scenario has a
source or is marked as assumed.

Start here:

parley list                              list the scenarios

parley show river-border                 print its numbers with sources and assumptions

parley run river-border -n 1000          simulate it and write tables and figures

parley trace river-border --run 3        print one run, round by round

parley new my-talks --from river-border  start a scenario of your own

`parley VERB --help` explains a verb.

Results are conditional on the assumptions of a scenario; they are not a forecast.
"""


ORDER = ("list", "show", "check", "run", "trace", "analyse", "cite", "new", "schema")
"""Order of verbs in the help; all others follow."""


_ARGUMENTS = "parley.arguments"

_INTERRUPTED = "parley: interrupted; nothing is left half-written"

_signals: list[int] = []  # signals that asked this process to end, in order of arrival


class Verbs(TyperGroup):
    """Group of verbs that all end alike: a user's mistake with one message and status 2, an interruption with 130."""

    def list_commands(self, ctx: Any) -> list[str]:
        """List the names of the verbs in the order of the help."""
        names = super().list_commands(ctx)
        return [name for name in ORDER if name in names] + [name for name in names if name not in ORDER]

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Store the arguments for the manifests of results, then parse them."""
        ctx.meta[_ARGUMENTS] = tuple(args)
        return super().parse_args(ctx, args)

    def invoke(self, ctx: Any) -> Any:
        """Run the verb."""
        try:
            with record_command(ctx.meta[_ARGUMENTS]):
                return super().invoke(ctx)
        except KeyboardInterrupt:
            typer.echo(_INTERRUPTED, err=True)
            raise typer.Exit(130) from None
        except typer.Exit:  # the verb has said all there is to say, also about an interruption
            raise
        except Exception as error:
            if _signals:  # an extension that was being imported reports the interruption as an ImportError
                typer.echo(_INTERRUPTED, err=True)
                raise typer.Exit(128 + _signals[0]) from None
            if not isinstance(error, ParleyError):
                raise
            typer.echo(f"parley: {add_folder(str(error), ctx.meta[_ARGUMENTS])}", err=True)
            raise typer.Exit(2) from None


app = typer.Typer(
    name="parley",
    cls=Verbs,
    help=HELP,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _print_version(value: bool) -> None:
    """Print the version and stop, if the option is set."""
    if value:
        from sim.core.version import __version__

        typer.echo(f"parley {__version__}")
        raise typer.Exit


@app.callback()
def common(
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version and stop.")
    ] = False,
) -> None:
    """Take the options that stand before the verb."""


for _module in MODULES:
    import_module(f"sim.cli.{_module}").add(app)


def _join_lines(verbs: typer.Typer) -> None:
    """Join the lines of each paragraph of the verbs' help; Typer would keep the breaks of the source."""
    for verb in verbs.registered_commands:
        verb.help = re.sub(r"(?<!\n)\n(?!\n)", " ", inspect.getdoc(verb.callback) or "")
    for group in verbs.registered_groups:
        if group.typer_instance is not None:
            _join_lines(group.typer_instance)


_join_lines(app)


def _end_on_signal(number: int, frame: FrameType | None) -> None:
    """End through every `finally`, so that no unfinished file stays behind."""
    _signals.append(number)
    if number == signal.SIGINT:
        raise KeyboardInterrupt
    sys.exit(128 + number)


def _leave(end: SystemExit) -> NoReturn:
    """End this process at once if no other thread runs in it: Python's own clean-up takes a fifth of a second."""
    if threading.active_count() > 1 or not isinstance(end.code, int | None):
        raise end
    for stream in (sys.stdout, sys.stderr):
        if stream is not None:  # it was closed before the command began
            stream.flush()
    atexit._run_exitfuncs()
    os._exit(end.code or 0)


def _keep_verb(arguments: list[str]) -> None:
    """Leave out all verbs but the one that the command names, if it does: Typer prepares the options of each."""
    verbs = [verb for verb in app.registered_commands if _name_verb(verb) in arguments]
    if verbs:
        app.registered_commands, app.registered_groups = verbs, []


def _name_verb(verb: CommandInfo) -> str:
    """Return the name of a verb on the command line."""
    return verb.name or verb.callback.__name__.replace("_", "-") if verb.callback else ""


def _find_command() -> list[str] | None:
    """Find the interpreter and the arguments that started this process; None where a program calls `main`."""
    arguments = sys.argv[1:]
    return sys.orig_argv if arguments and sys.orig_argv[-len(arguments) :] == arguments else None


def main() -> None:
    """Run the command."""
    os.environ["PYTHONSAFEPATH"] = "1"  # no process started from here runs modules of the working folder
    gc.set_threshold(300_000, 50, 50)  # searching all that is imported for garbage again and again takes a twentieth
    for name in ("SIGINT", "SIGTERM", "SIGHUP"):  # a closed terminal sends the last
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) is not signal.SIG_IGN:  # as under `nohup`
            signal.signal(number, _end_on_signal)
    replace_standard_output()
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    _keep_verb(sys.argv[1:2])
    try:
        try:
            app(obj=_find_command())
        except SystemExit as end:
            _leave(end)
    except BrokenPipeError:  # the reader closed the pipe (`parley show … | head`)
        close_standard_output()
        sys.exit(141)
    except OSError as error:
        if error is not getattr(sys.stdout, "error", None):
            raise
        close_standard_output()
        with suppress(OSError):
            typer.echo(f"parley: cannot write to standard output: {error.strerror or error}", err=True)
        sys.exit(2)
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()
