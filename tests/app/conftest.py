"""The page, served to this machine, and a headless Chromium to look at it; skipped where either is not installed."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

QUIET = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--window-size=1280,1600",
)


@pytest.fixture(autouse=True)
def own_main_module() -> Iterator[None]:
    """Streamlit's tests leave their page in the place of `__main__`, with which processes started later would begin."""
    main = sys.modules["__main__"]
    yield
    sys.modules["__main__"] = main


@pytest.fixture(scope="session")
def address() -> Iterator[str]:
    """The address of a page that answers."""
    if find_spec("streamlit") is None:
        pytest.skip("Streamlit is not installed (extra `app`)")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with serve(port) as place:
        yield place


@contextmanager
def serve(port: int) -> Iterator[str]:
    """Serve the page on a port; its address, once it answers."""
    from sim.cli.app import build_arguments, build_environment
    from tests.app.reader import TOKEN

    environment = build_environment("river-border", TOKEN)
    server = subprocess.Popen([sys.executable, *build_arguments(port)], env=environment)
    try:
        _wait_for(server, f"http://127.0.0.1:{port}")
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait()


def _wait_for(server: subprocess.Popen[bytes], address: str) -> None:
    """Return once the page answers; fail once its process has ended."""
    while True:
        try:
            urllib.request.urlopen(f"{address}/_stcore/health", timeout=5).close()
            return
        except OSError:
            if server.poll() is not None:
                pytest.fail(f"the page ended with status {server.returncode}")


@pytest.fixture
def downloads(tmp_path: Path) -> Path:
    """Where the browser puts what it downloads."""
    folder = tmp_path / "downloads"
    folder.mkdir()
    return folder


@pytest.fixture
def browser(downloads: Path) -> Iterator[Any]:
    """A fresh headless Chromium that keeps a record of its requests and console."""
    if find_spec("selenium") is None:
        pytest.skip("Selenium is not installed (extra `dev`)")
    chromium, driver = shutil.which("chromium"), shutil.which("chromedriver")
    if chromium is None or driver is None:
        pytest.skip("Chromium and its driver are not installed (Debian: chromium, chromium-driver)")
    from selenium import webdriver

    options = webdriver.ChromeOptions()
    options.binary_location = chromium
    for flag in QUIET:
        options.add_argument(flag)
    options.add_experimental_option("prefs", {"download.default_directory": str(downloads)})
    options.set_capability("goog:loggingPrefs", {"performance": "ALL", "browser": "ALL"})
    os.environ.setdefault("SE_OFFLINE", "true")
    found = webdriver.Chrome(options=options, service=webdriver.ChromeService(driver))
    try:
        yield found
    finally:
        found.quit()


@pytest.fixture
def reader(browser: Any, address: str) -> Any:
    """Somebody at the page."""
    from tests.app.reader import Reader

    return Reader(browser, address)
