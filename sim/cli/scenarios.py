"""`parley list`, `check`, `schema`, `cite` and `new`: what there is, and making more of it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sim.cli.options import ScenarioArgument


def add(app: typer.Typer) -> None:
    """Add the verbs to the command line."""

    @app.command("list")
    def list_() -> None:
        """The scenarios that come with parley."""
        from sim.scenario.library import locate, shipped
        from sim.yamlio.reader import read

        names = shipped()
        for name in names:
            data = read(locate(name)).data
            typer.echo(f"{name:{max(map(len, names))}}  {data.get('title', '')}")

    @app.command()
    def check(files: Annotated[list[str], typer.Argument(help="Scenario files, or ids of shipped scenarios.")]) -> None:
        """Whether scenario files are in order; the first fault of each is named with file, line and key."""
        from sim.core.errors import ParleyError

        faults = 0
        for file in files:
            try:
                typer.echo(_in_order(file))
            except ParleyError as error:
                faults += 1
                typer.echo(str(error), err=True)
        if faults:
            raise typer.Exit(2)

    @app.command()
    def schema() -> None:
        """The JSON schema of scenario files, for editors that complete and check YAML."""
        import json

        from sim.scenario.jsonschema import build_file_schema

        typer.echo(json.dumps(build_file_schema(), ensure_ascii=False, indent=1))

    @app.command()
    def cite(scenario: ScenarioArgument) -> None:
        """The documents and papers that a scenario rests on, each with what it is cited for."""
        from sim.scenario.load import load

        for line in citation_lines(load(scenario)):
            typer.echo(line)

    @app.command()
    def new(
        name: Annotated[str, typer.Argument(help="Id of the new scenario: lower case, digits, hyphens.")],
        base: Annotated[str, typer.Option("--from", help="The scenario it starts from.")] = "istanbul-2025",
    ) -> None:
        """Write NAME.yaml here: a commented scenario that takes everything from another one until you change it.

        Example: parley new my-talks --from river-border
        """
        from sim.scenario.template import write_template

        path = write_template(name, base, Path.cwd())
        typer.echo(f"{path.name} is written. Next: parley check {path.name}; parley run {path.name}")


def _in_order(file: str) -> str:
    """One line on a scenario that can be run. Raises ParleyError."""
    from sim.results.manifest import counts
    from sim.scenario.load import load
    from sim.scenario.resolve import resolve

    loaded = load(file)
    resolve(loaded.scenario, 0)
    s, found = loaded.scenario, counts(loaded)
    kinds = ", ".join(f"{times} {origin}" for origin, times in found.items())
    what = f"{len(s.parties)} parties, {len(s.issues)} issues, {len(s.baskets)} baskets"
    return f"{file}: in order ({what}; numbers: {kinds})"


def citation_lines(loaded: object) -> list[str]:
    """References, documents first, then papers, then parley itself."""
    from sim.core.version import __version__
    from sim.results.manifest import citations
    from sim.scenario.load import Loaded

    assert isinstance(loaded, Loaded)
    found = citations(loaded)
    lines: list[str] = []
    titles = (("document", "Documents the numbers rest on"), ("paper", "Papers the reasons name"))
    for kind, title in titles:
        of_kind = [entry for entry in found if entry["kind"] == kind]
        if of_kind:
            lines += [f"{title}:", ""]
        for entry in of_kind:
            whose = "" if entry["perspective"] == "neutral" else f" ({entry['perspective']})"
            lines += [f"[{entry['id']}]{whose} {entry['citation']}", f"    for: {entry['cited_for']}"]
        lines += [""] if of_kind else []
    name = f"parley contributors. parley {__version__}: simulated diplomatic talks whose every number is sourced or"
    return [*lines, "Software:", "", f"{name} flagged as assumed. See CITATION.cff."]
