"""How long a reader waits for the page, in a real browser: medians of ten.

Usage: python -m tests.benchmarks.page [REPEATS]. The browser's own clock counts, from the key that moves a
control, or from the start of the navigation, until the words or charts are in the document.
"""

from __future__ import annotations

import shutil
import socket
import statistics
import sys
from typing import Any

from tests.app.conftest import QUIET, serve
from tests.app.reader import TOKEN, Reader, WebDriverWait

WATCH = """
window.waits = {};
const note = (name) => { if (!(name in waits)) waits[name] = performance.now(); };
const look = () => {
  const said = document.querySelector('.verdict')?.innerText || '';
  if (said && said !== window.said) note('sentence');
  if (document.querySelector('[data-testid=stVegaLiteChart] canvas, [data-testid=stVegaLiteChart] svg')) note('chart');
};
new MutationObserver(look).observe(document, {childList: true, subtree: true, characterData: true});
document.addEventListener('keydown', () => {
  window.said = document.querySelector('.verdict')?.innerText || '';
  window.waits = {key: performance.now()};
}, true);
setInterval(() => {
  const state = document.querySelector('[data-test-script-state]')?.getAttribute('data-test-script-state');
  const idle = state !== 'running' && !document.querySelector('[data-stale=true]') && 'sentence' in waits;
  if (idle) note('drawn'); else delete waits.drawn;
}, 20);
"""
"""Notes when the first chart and a new sentence are there, and since when the page has been at rest."""
DRAWN = "return performance.now() - waits.drawn > 1500"
"""Whether the script has ended and nothing has been redrawn for a while; the wait ends where the rest began."""
PATIENCE = "Northbank: days until it would concede all"
TARGETS = {
    "words of a cold start": 1.0,
    "first chart, warm": 2.5,
    "control to the first sentence, 2,000 runs": 0.7,
    "control to the first sentence, 10,000 runs": 0.7,
    "control to all charts, 10,000 runs": 2.5,
}
"""Seconds that are allowed."""


def start_browser() -> Any:
    """Start a headless Chromium that notes when things are there."""
    from selenium import webdriver

    options = webdriver.ChromeOptions()
    options.binary_location = shutil.which("chromium") or "chromium"
    for flag in QUIET:
        options.add_argument(flag)
    browser = webdriver.Chrome(options=options, service=webdriver.ChromeService(shutil.which("chromedriver")))
    browser.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": WATCH})
    return browser


def find_port() -> int:
    """Find a free port of this machine."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def time_cold_words() -> float:
    """Seconds until a page whose server has just started paints its first words."""
    port = find_port()
    with serve(port) as address:
        browser = start_browser()
        paint = "return performance.getEntriesByName('first-contentful-paint')[0]?.startTime"
        try:
            browser.get(f"{address}/?token={TOKEN}")
            WebDriverWait(browser, 60).until(lambda b: b.execute_script(f"{paint} !== undefined"))
            return float(browser.execute_script(paint)) / 1000
        finally:
            browser.quit()


def time_first_chart(reader: Reader) -> float:
    """Seconds from the start of a navigation until the first chart is there."""
    reader.open("what-if")
    reader.wait.until(lambda b: b.execute_script("return 'chart' in waits"))
    return float(reader.browser.execute_script("return waits.chart")) / 1000


def time_control(reader: Reader, step: int) -> tuple[float, float]:
    """Seconds from a key on a slider until a new sentence, and until everything is drawn."""
    from selenium.webdriver.common.keys import Keys

    # Another value every time, never one whose runs are in memory.
    reader.slider(PATIENCE)[step % 2].send_keys(Keys.RIGHT if step % 2 == 0 else Keys.LEFT)
    reader.wait.until(lambda b: b.execute_script(DRAWN))
    waits = reader.browser.execute_script("return waits")
    return tuple((waits[name] - waits["key"]) / 1000 for name in ("sentence", "drawn"))  # type: ignore[return-value]


def measure(repeats: int) -> dict[str, list[float]]:
    """Measure everything so many times."""
    names = list(TARGETS)
    found: dict[str, list[float]] = {name: [] for name in names}
    found[names[0]] = [time_cold_words() for _ in range(repeats)]
    with serve(find_port()) as address:
        reader = Reader(start_browser(), address)
        try:
            reader.open("what-if")
            found[names[1]] = [time_first_chart(reader) for _ in range(repeats)]
            for runs, first in ((2000, names[2]), (10_000, names[3])):
                reader.open(f"what-if?runs={runs}&changes=%7B%22parties.southbank.deadline%22%3A{repeats}0%7D")
                waits = [time_control(reader, step) for step in range(repeats)]
                found[first] = [sentence for sentence, _ in waits]
            found[names[4]] = [drawn for _, drawn in waits]
        finally:
            reader.browser.quit()
    return found


def main() -> None:
    """Print the medians beside what is allowed."""
    found = measure(int(sys.argv[1]) if len(sys.argv) > 1 else 10)
    for name, seconds in found.items():
        middle = statistics.median(seconds)
        verdict = "met" if middle <= TARGETS[name] else "missed"
        spread = f"{min(seconds):.2f} to {max(seconds):.2f}"
        print(f"{name:<45}{middle:6.2f} s  ({spread}; at most {TARGETS[name]:.1f}: {verdict})")


if __name__ == "__main__":
    main()
