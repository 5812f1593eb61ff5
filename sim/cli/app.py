"""`parley app`: the interactive page, for this machine only."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from subprocess import Popen


def add(app: typer.Typer) -> None:
    """Add the verb to the command line."""

    @app.command("app")
    def page(
        scenario: Annotated[
            str, typer.Argument(help="Name of a shipped scenario or path of a YAML file.")
        ] = "river-border",
        port: Annotated[int, typer.Option(help="Port on 127.0.0.1 for the page.", min=1024, max=65535)] = 8501,
        browser: Annotated[
            bool, typer.Option("--open/--no-open", help="Whether to open the page in the web browser.")
        ] = True,
    ) -> None:
        """Open the interactive page: change a scenario and see its results, step through a run, read every source.

        The page is served to this machine only and contacts no other. Its address holds a token, so that other users
        of this machine cannot open it. Ctrl-C stops it.

        Example:

        parley app river-border
        """
        import secrets
        import subprocess
        import sys

        from sim.scenario.load import load

        load(scenario)  # refuse a scenario that cannot be used before anything starts
        token = read_token()
        command, environment = [sys.executable, *build_arguments(port)], build_environment(scenario, token)
        check_port(port)
        address, once = f"http://127.0.0.1:{port}/?token=", secrets.token_urlsafe(32)
        typer.echo(f"The page is at {address}{token} (Ctrl-C stops it)")
        process = subprocess.Popen(command, env=environment | {"PARLEY_APP_ONCE": once})
        try:
            if browser:
                open_when_ready(port, f"{address}{once}", process)
            status = process.wait()
        finally:
            process.terminate()
            process.wait()
        raise typer.Exit(status if status >= 0 else 128 - status)


def check_port(port: int) -> None:
    """Refuse a port on which another program listens. Raises ParleyError."""
    import os
    import socket

    from sim.core.errors import ParleyError

    try:
        socket.create_server(("127.0.0.1", port)).close()
    except OSError as error:
        reason = os.strerror(error.errno) if error.errno else str(error)
        raise ParleyError(f"port {port} cannot be used: {reason}; choose another with --port") from None


def build_arguments(port: int) -> list[str]:
    """Build the arguments of the Python process that serves the page, never with modules of the working folder (`-P`).

    Raises
    ------
    ParleyError
        Streamlit is not installed.
    """
    from importlib.util import find_spec

    from sim.core.extras import describe_missing

    if find_spec("streamlit") is None:
        raise describe_missing("app", "the page needs Streamlit")
    return ["-P", "-m", "sim.app.serve", str(port)]


def build_environment(scenario: str, token: str) -> dict[str, str]:
    """Build the environment of that process: the scenario to open, the token, and the path of the packages."""
    import os
    from pathlib import Path

    packages = str(Path(__file__).resolve().parents[2])
    path = os.pathsep.join(part for part in (packages, os.environ.get("PYTHONPATH", "")) if part)
    page = {"PARLEY_APP_SCENARIO": scenario, "PARLEY_APP_TOKEN": token}
    file = Path(scenario)
    if file.is_file():
        page["PARLEY_APP_FOLDER"] = str(file.resolve().parent)
    return {**os.environ, **page, "PYTHONPATH": path}


def read_token() -> str:
    """Read the token of this user's pages, or make one.

    It lies in a folder that only this user can read, so that a browser that knows it still does after a restart. Where
    there is no such folder, the token is new at every start.
    """
    import secrets

    from sim.core.atomic import write_file
    from sim.core.code_cache import choose_folder
    from sim.core.errors import ParleyError

    folder = choose_folder("page").folder
    if folder is None:
        return secrets.token_urlsafe(32)
    file = folder / "token"
    if not file.is_file() or len(file.read_text(encoding="utf-8")) < 32:
        with contextlib.suppress(ParleyError):
            write_file(file, secrets.token_urlsafe(32))
    return file.read_text(encoding="utf-8") if file.is_file() else secrets.token_urlsafe(32)


def open_when_ready(port: int, address: str, process: Popen[bytes]) -> None:
    """Open the web browser once the page answers, within a minute; not if the page has ended."""
    import time
    import webbrowser
    from urllib.error import URLError
    from urllib.request import urlopen

    for _ in range(120):
        try:
            urlopen(f"http://127.0.0.1:{port}/_stcore/health", timeout=1).close()
        except (URLError, OSError):
            if process.poll() is not None:
                return
            time.sleep(0.5)
            continue
        webbrowser.open(address)
        return
