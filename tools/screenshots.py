"""Take pictures of the views of the page for docs/screenshots, at 1280, 768 and 400 pixels width, light and dark.

`.venv/bin/python tools/screenshots.py --help` lists the options. Needs Chromium and its driver on the PATH.
"""

from __future__ import annotations

import argparse
import io
import itertools
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from urllib.parse import quote

from PIL import Image
from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

from sim.cli.app import build_arguments, build_environment

PAGES = {"start": "", "what-if": "what-if", "run": "run", "sweep": "sweep", "compare": "compare", "build": "build",
         "sources": "sources"}  # fmt: skip
"""Address of every view."""
CHANGES = {"istanbul-2025": {"what-if": '{"venue_choice.rule":"fixed","venue_choice.order":["minsk"]}'}}
"""By scenario and view what is changed in the picture."""
WIDTHS, THEMES = (1280, 768, 400), ("light", "dark")
TOKEN = "pictures"
QUIET = ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync",
         "--disable-component-update", "--no-first-run", "--hide-scrollbars")  # fmt: skip


def find_free_port() -> int:
    """Find a free port of this machine."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def serve(scenario: str, port: int) -> subprocess.Popen[bytes]:
    """Start the page and return its process once it answers."""
    process = subprocess.Popen([sys.executable, *build_arguments(port)], env=build_environment(scenario, TOKEN))
    for _ in range(240):
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/_stcore/health", timeout=1).close()
            return process
        except OSError:
            time.sleep(0.5)
    process.terminate()
    raise SystemExit("the page did not start")


def wait_until_idle(browser: webdriver.Chrome) -> None:
    """Wait until the script of the page has ended and its charts are drawn."""
    wait = WebDriverWait(browser, 180)
    wait.until(lambda b: b.find_elements(By.XPATH, "//*[contains(text(), 'Nothing leaves this machine')]"))
    wait.until(lambda b: not b.find_elements(By.CSS_SELECTOR, "[data-test-script-state='running']"))
    time.sleep(2.5)


def save_picture(browser: webdriver.Chrome, width: int, path: Path, most: int = 1750) -> None:
    """Save a picture of the whole page, at most `most` pixels high."""
    height = browser.execute_script("return document.querySelector('[data-testid=stMain]').scrollHeight")
    resize(browser, width, min(max(int(height) + 20, 800), most))
    time.sleep(2.0)
    with Image.open(io.BytesIO(browser.get_screenshot_as_png())) as image:
        image.convert("RGB").save(path, lossless=True, quality=100, method=6)


def resize(browser: webdriver.Chrome, width: int, height: int) -> None:
    """Set the size of the page itself; a browser window cannot be as narrow as a phone."""
    size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 500}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)


def start_browser() -> webdriver.Chrome:
    """Start a headless Chromium that makes no requests of its own."""
    options = webdriver.ChromeOptions()
    options.binary_location = shutil.which("chromium") or "chromium"
    for flag in QUIET:
        options.add_argument(flag)
    return webdriver.Chrome(options=options, service=webdriver.ChromeService(shutil.which("chromedriver")))


def read_options(arguments: list[str] | None = None) -> argparse.Namespace:
    """Read the options of the command line."""
    parser = argparse.ArgumentParser(description="Take pictures of the views of the page.")
    parser.add_argument("scenario", nargs="?", default="istanbul-2025", help="scenario to show (default: %(default)s)")
    parser.add_argument("-o", "--out", type=Path, default=Path("docs/screenshots"), help="folder (%(default)s)")
    parser.add_argument("--view", nargs="+", choices=PAGES, default=list(PAGES), help="views (default: all)")
    parser.add_argument("--width", nargs="+", type=int, choices=WIDTHS, default=WIDTHS, help="widths (default: all)")
    parser.add_argument("--theme", nargs="+", choices=THEMES, default=THEMES, help="themes (default: both)")
    return parser.parse_args(arguments)


def build_address(scenario: str, view: str, port: int) -> str:
    """Build the address of a view."""
    changes = CHANGES.get(scenario, {}).get(view)
    query = f"changes={quote(changes)}&" if changes else ""
    return f"http://127.0.0.1:{port}/{PAGES[view]}?{query}token={TOKEN}"


def main() -> None:
    """Take the pictures that the command line asks for."""
    options = read_options()
    options.out.mkdir(parents=True, exist_ok=True)
    port = find_free_port()
    server = serve(options.scenario, port)
    try:
        for theme, width in itertools.product(options.theme, options.width):
            browser = start_browser()
            features = [{"name": "prefers-color-scheme", "value": theme}]
            browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})
            for view in options.view:
                resize(browser, width, 900)
                browser.get(build_address(options.scenario, view, port))
                wait_until_idle(browser)
                save_picture(browser, width, options.out / f"{view}-{width}-{theme}.webp")
            browser.quit()
    finally:
        server.terminate()
        server.wait()


if __name__ == "__main__":
    main()
