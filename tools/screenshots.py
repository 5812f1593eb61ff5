"""Pictures of every page for docs/screenshots, taken with a headless Chromium at 1280 and 400 pixels width.

Usage: .venv/bin/python tools/screenshots.py [SCENARIO] [FOLDER]. Needs Chromium and its driver.
"""

from __future__ import annotations

import io
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

from PIL import Image
from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import WebDriverWait

from sim.cli.app import arguments, settings

PAGES = {"explore": "", "run": "run", "sources": "sources", "compare": "compare"}
QUIET = ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync",
         "--disable-component-update", "--no-first-run", "--hide-scrollbars")  # fmt: skip


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def serve(scenario: str, port: int) -> subprocess.Popen[bytes]:
    """The page, answering."""
    process = subprocess.Popen([sys.executable, *arguments(port)], env=settings(scenario))
    for _ in range(240):
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/_stcore/health", timeout=1).close()
            return process
        except OSError:
            time.sleep(0.5)
    process.terminate()
    raise SystemExit("the page did not start")


def at_rest(browser: webdriver.Chrome) -> None:
    """Wait until the page has run to its end and its charts are drawn."""
    wait = WebDriverWait(browser, 180)
    wait.until(lambda b: b.find_elements(By.XPATH, "//*[contains(text(), 'Nothing leaves this machine')]"))
    wait.until(lambda b: not b.find_elements(By.CSS_SELECTOR, "[data-test-script-state='running']"))
    time.sleep(2.5)


def picture(browser: webdriver.Chrome, width: int, path: Path, most: int = 1750) -> None:
    """The whole page, down to `most` pixels."""
    height = browser.execute_script("return document.querySelector('[data-testid=stMain]').scrollHeight")
    resize(browser, width, min(max(int(height) + 20, 800), most))
    time.sleep(2.0)
    with Image.open(io.BytesIO(browser.get_screenshot_as_png())) as image:
        image.convert("RGB").save(path, optimize=True)
        if path.stat().st_size > 290_000:
            image.convert("RGB").quantize(256).save(path, optimize=True)


def resize(browser: webdriver.Chrome, width: int, height: int) -> None:
    """The page's own size: windows have a least width that phones have not."""
    size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 500}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)


def chromium() -> webdriver.Chrome:
    """A headless Chromium that asks nothing of the network itself."""
    options = webdriver.ChromeOptions()
    options.binary_location = shutil.which("chromium") or "chromium"
    for flag in QUIET:
        options.add_argument(flag)
    return webdriver.Chrome(options=options, service=webdriver.ChromeService(shutil.which("chromedriver")))


def main() -> None:
    """Take all pictures."""
    scenario = sys.argv[1] if len(sys.argv) > 1 else "istanbul-2025"
    folder = Path(sys.argv[2] if len(sys.argv) > 2 else "docs/screenshots")
    folder.mkdir(parents=True, exist_ok=True)
    port = free_port()
    server = serve(scenario, port)
    try:
        for width in (1280, 400):
            browser = chromium()
            for name, path in PAGES.items():
                resize(browser, width, 900)
                browser.get(f"http://127.0.0.1:{port}/{path}")
                at_rest(browser)
                picture(browser, width, folder / f"{name}-{width}.png")
                if name == "explore" and width > 500:
                    field = browser.find_element(By.CSS_SELECTOR, "input[aria-label='Any other value']")
                    field.send_keys("parties.*.deadline = 120", Keys.ENTER)
                    WebDriverWait(browser, 180).until(
                        lambda b: b.find_elements(By.XPATH, "//*[contains(text(), 'runs end otherwise')]")
                    )
                    at_rest(browser)
                    picture(browser, width, folder / f"explore-changed-{width}.png")
            browser.quit()
    finally:
        server.terminate()
        server.wait()


if __name__ == "__main__":
    main()
