"""`parley schema`: the JSON schema of scenario files."""

from __future__ import annotations

import typer


def add(app: typer.Typer) -> None:
    """Add the verb to the command line."""

    @app.command()
    def schema() -> None:
        """Print the JSON schema of scenario files, with which editors complete and check YAML.

        Example:

        parley schema > parley.schema.json
        """
        import json

        from sim.scenario.jsonschema import build_file_schema

        typer.echo(json.dumps(build_file_schema(), ensure_ascii=False, indent=1))
