"""`parley app`: the interactive page, for this machine only."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from pathlib import Path
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

        The page is served to this machine only and contacts no other. Ctrl-C stops it.

        Example:

        parley app river-border
        """
        import subprocess
        import sys

        from sim.scenario.load import load

        load(scenario)  # refuse a scenario that cannot be used before anything starts
        command, environment = [sys.executable, *build_arguments(port)], build_environment(scenario)
        check_port(port)
        address = f"http://127.0.0.1:{port}"
        typer.echo(f"The page is at {address} (Ctrl-C stops it)")
        process = subprocess.Popen(command, env=environment)
        try:
            if browser:
                open_when_ready(address, process)
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

    from sim.results.extras import describe_missing

    if find_spec("streamlit") is None:
        raise describe_missing("app", "the page needs Streamlit")
    options = {
        "server.address": "127.0.0.1",
        "server.port": str(port),
        "server.headless": "true",
        "server.fileWatcherType": "none",
        # Streamlit would collect garbage before it sends the last part of an answer, which takes 0.1 s and more.
        "runner.postScriptGC": "false",
        "browser.gatherUsageStats": "false",
        "browser.serverAddress": "127.0.0.1",
        "client.toolbarMode": "minimal",
        "client.showErrorDetails": "none",
        "theme.base": "light",
        "theme.primaryColor": "#0072B2",
        "logger.level": "warning",
    }
    return ["-P", "-m", "streamlit", "run", str(page_file()), *(f"--{name}={value}" for name, value in options.items())]


def page_file() -> Path:
    """Return the script of the page."""
    from pathlib import Path

    return Path(__file__).resolve().parents[1] / "app" / "page.py"


def build_environment(scenario: str) -> dict[str, str]:
    """Build the environment of that process: the scenario to open, and the path of the packages."""
    import os

    packages = str(page_file().parents[2])
    path = os.pathsep.join(part for part in (packages, os.environ.get("PYTHONPATH", "")) if part)
    return {**os.environ, "PARLEY_APP_SCENARIO": scenario, "PYTHONPATH": path}


def open_when_ready(address: str, process: Popen[bytes]) -> None:
    """Open the web browser once the page answers, within a minute; not if the page has ended."""
    import time
    import webbrowser
    from urllib.error import URLError
    from urllib.request import urlopen

    for _ in range(120):
        try:
            urlopen(f"{address}/_stcore/health", timeout=1).close()
        except (URLError, OSError):
            if process.poll() is not None:
                return
            time.sleep(0.5)
            continue
        webbrowser.open(address)
        return
