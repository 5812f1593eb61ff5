"""Somebody at the page, in a real browser."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlsplit

import pytest

pytest.importorskip("selenium", reason="Selenium is not installed (extra `dev`)")
from selenium.common.exceptions import StaleElementReferenceException
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import WebDriverWait

TOKEN = "the-token-of-the-tests-and-of-nothing-else"
PATIENCE = 300  # seconds until a condition counts as never coming true; passing does not depend on it
CLOSING = "they are not a forecast. Nothing leaves this machine."
TITLES = {
    "What if": "How the offers converge, issue by issue",
    "Watch a run": "Find a run that",
    "Sweep": "Run a sweep",
    "Build": "Start anew",
    "Sources": "Where every number comes from",
    "Compare": "Two to 4 scenarios",
}


class Reader:
    """Somebody at the page."""

    def __init__(self, browser: Any, address: str):
        self.browser, self.address = browser, address
        self.wait = WebDriverWait(browser, PATIENCE, ignored_exceptions=[StaleElementReferenceException])

    def open(self, path: str = "") -> None:
        self.browser.get(f"{self.address}/{path}{'&' if '?' in path else '?'}token={TOKEN}")
        self.settle()

    def settle(self) -> None:
        """Wait until the page has run to its end."""
        self.wait.until(lambda b: CLOSING in self.text())
        self.wait.until(lambda b: not b.find_elements(By.CSS_SELECTOR, "[data-test-script-state='running']"))

    def text(self) -> str:
        return str(self.browser.execute_script("return document.body.innerText"))

    def until(self, words: str) -> None:
        self.wait.until(lambda b: words in self.text())

    def button(self, label: str) -> Any:
        return self.wait.until(lambda b: b.find_element(By.XPATH, f"//button[.//p[normalize-space()='{label}']]"))

    def turn_to(self, page: str) -> None:
        """Follow a link of the navigation. (Streamlit itself probes a wrong address when a page is opened directly.)"""
        link = self.wait.until(lambda b: b.find_element(By.XPATH, f"//a[.//*[normalize-space()='{page}']]"))
        self.browser.execute_script("arguments[0].click()", link)
        self.wait.until(lambda b: TITLES[page] in self.text())
        self.settle()

    def press(self, label: str) -> None:
        self.wait.until(lambda b: self.button(label).is_enabled())
        self.browser.execute_script("arguments[0].click()", self.button(label))

    def slider(self, label: str) -> list[Any]:
        way = f"[role='group'][aria-label='{label}'] input[type='range']"
        return list(self.wait.until(lambda b: b.find_elements(By.CSS_SELECTOR, way)))

    def sliders(self) -> int:
        return len(self.browser.find_elements(By.CSS_SELECTOR, "[role='group'] input[type='range']"))

    def fold(self, title: str) -> None:
        """Fold a group of controls, or unfold it."""
        way = f"//summary[.//*[normalize-space()='{title}']]"
        self.browser.execute_script("arguments[0].click()", self.browser.find_element(By.XPATH, way))

    def received(self) -> list[str]:
        """What the server has sent since this was last asked, message by message as base64."""
        kept = [json.loads(entry["message"])["message"] for entry in self.browser.get_log("performance")]
        return [m["params"]["response"]["payloadData"] for m in kept if m["method"] == "Network.webSocketFrameReceived"]

    def field(self, label: str) -> Any:
        return self.wait.until(lambda b: b.find_element(By.CSS_SELECTOR, f"input[aria-label='{label}']"))

    def enter(self, label: str, text: str) -> None:
        field = self.field(label)
        field.send_keys(Keys.CONTROL, "a")
        field.send_keys(text, Keys.ENTER)

    def table(self) -> dict[str, list[str]]:
        """Rows of the tables on the page, folded ones among them, by their first cell."""
        rows = self.browser.execute_script(
            "return [...document.querySelectorAll('.parley tbody tr')].map(r => [...r.cells].map(c => c.textContent))"
        )
        return {row[0]: row[1:] for row in rows}

    def requests(self) -> list[str]:
        """Every address that the browser asked since this was last called."""
        asked = []
        for entry in self.browser.get_log("performance"):
            message = json.loads(entry["message"])["message"]
            if message["method"] in ("Network.requestWillBeSent", "Network.webSocketCreated"):
                url = message["params"].get("url") or message["params"]["request"]["url"]
                if urlsplit(url).scheme in ("http", "https", "ws", "wss"):
                    asked.append(url)
        return asked
