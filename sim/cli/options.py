"""What several verbs share: the scenario, changes by path, the seed, and the screen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from rich.console import Console

ScenarioArgument = Annotated[str, typer.Argument(help="Id of a shipped scenario, or a path.", show_default=False)]
SeedOption = Annotated[int, typer.Option(help="Seed of all draws.", min=0, max=2**63 - 1)]
ChangesOption = Annotated[
    list[str] | None, typer.Option("--set", metavar="PATH=VALUE", help="Put a value at a path; may be repeated.")
]


def parsed_changes(given: list[str] | None) -> dict[str, Any]:
    """`path=value` texts as values by path, read as YAML. Raises ScenarioError."""
    from sim.core.errors import ScenarioError
    from sim.yamlio.reader import read_value

    changes: dict[str, Any] = {}
    for text in given or []:
        path, mark, value = text.partition("=")
        if not mark or not path.strip():
            raise ScenarioError(f"`{text}` is not of the form path=value", key="--set")
        changes[path.strip()] = read_value(value, path.strip(), "--set")
    return changes


def console(stderr: bool = False) -> Console:
    """The screen. Where the output is no terminal lines are long enough for tables, and nothing is coloured."""
    from rich.console import Console

    screen = Console(stderr=stderr, highlight=False)
    return screen if screen.is_terminal else Console(stderr=stderr, highlight=False, width=130, no_color=True)
