"""Arguments, options and console that several verbs share."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from rich.console import Console

ScenarioArgument = Annotated[
    str,
    typer.Argument(help="Name of a shipped scenario (see `parley list`) or path of a YAML file.", show_default=False),
]
SeedOption = Annotated[
    int, typer.Option(help="Seed of all random draws; the same seed gives the same numbers.", min=0, max=2**63 - 1)
]
ChangesOption = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="PATH=VALUE",
        help="Change a number of the scenario, for example parties.upland.deadline=90; may be repeated.",
    ),
]


def parse_changes(texts: list[str] | None) -> dict[str, Any]:
    """Parse texts `path=value` to values by path, read as YAML. Raises ScenarioError."""
    from sim.core.errors import ScenarioError
    from sim.yamlio.reader import read_value

    changes: dict[str, Any] = {}
    for text in texts or []:
        path, mark, value = text.partition("=")
        if not mark or not path.strip():
            raise ScenarioError(f"`{text}` is not of the form path=value", key="--set")
        if not value.strip():
            raise ScenarioError("no value after `=`", file="--set", key=path.strip())
        changes[path.strip()] = read_value(value, path.strip(), "--set")
    return changes


_YAML = (".yaml", ".yml")
_OF_THE_PATH = ("is a folder;", "is not a regular file;", "no such file", "cannot be read")
"""Problems of a file that the user named, whatever its name."""


def add_folder(message: str, arguments: Iterable[str]) -> str:
    """Put the folder in front of the file that a message begins with, where it lies beside a file of the arguments.

    A file that the user named, and that cannot be read, is named as it was typed.

    Parameters
    ----------
    message : str
        A message such as `mine.yaml:3: …`.
    arguments : iterable of str
        Arguments of the command.
    """
    name, _, problem = message.partition(":")
    if Path(name).is_file():
        return message
    if problem.strip().startswith(_OF_THE_PATH):
        typed = next((argument for argument in arguments if Path(argument).name == name), name)
        return f"{typed}{message[len(name) :]}"
    if not name.endswith(_YAML):
        return message
    paths = [Path(argument) for argument in arguments if argument.endswith(_YAML)]
    beside = (path.with_name(name) for path in paths if path.name == name or path.with_name(name).is_file())
    return f"{next(beside, name)}{message[len(name) :]}"


def make_console(stderr: bool = False) -> Console:
    """Make a console; where the output is not a terminal, lines are wide enough for tables and nothing is coloured."""
    from rich.console import Console

    screen = Console(stderr=stderr, highlight=False)
    return screen if screen.is_terminal else Console(stderr=stderr, highlight=False, width=130, no_color=True)
