"""axe-core looks at every view, wide and narrow, in both themes: nothing serious is left."""

from __future__ import annotations

from typing import Any

import pytest

pytest.importorskip("axe_core_python", reason="axe-core-python is not installed (extra `dev`)")
from axe_core_python.selenium import Axe

from tests.app.reader import TITLES, Reader

FRAMEWORK = {
    ("scrollable-region-focusable", "pre"): "Streamlit's block of code with a height scrolls and takes no focus",
}
"""What Streamlit itself causes: rule of axe-core and element, and why it stays."""
LOOK = {"resultTypes": ["violations"]}
ALSO = {"heading-order", "scrollable-region-focusable"}
"""Rules that count though axe-core calls them moderate."""


def find_barriers(browser: Any) -> list[tuple[str, str, str]]:
    """Rule, element and its HTML of every serious violation that is not the framework's."""
    found = []
    for violation in Axe().run(browser, options=LOOK)["violations"]:
        if violation["impact"] in ("serious", "critical") or violation["id"] in ALSO:
            for node in violation["nodes"]:
                place = (violation["id"], node["target"][-1])
                if place not in FRAMEWORK:
                    found.append((*place, node["html"][:200]))
    return found


def resize(browser: Any, width: int) -> None:
    size = {"width": width, "height": 1000, "deviceScaleFactor": 1, "mobile": width < 500}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)


@pytest.mark.slow
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_view_is_free_of_serious_barriers_wide_and_narrow(reader: Reader, theme: str) -> None:
    browser = reader.browser
    features = [{"name": "prefers-color-scheme", "value": theme}]
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})
    reader.open("?runs=500&changes=%7B%22calendar.horizon%22%3A60%7D")
    for view in ("Start", *TITLES):
        if view != "Start":
            reader.turn_to(view)
        for width in (400, 1280):
            resize(browser, width)
            assert find_barriers(browser) == [], (view, width)


def test_control_pale_print_and_a_button_without_a_name_are_found(browser: Any) -> None:
    body = "<main><h1 style='color:%23ccc'>Pale</h1><button></button></main>"
    browser.get(f"data:text/html,<html lang=en><title>t</title>{body}")
    assert {rule for rule, *_ in find_barriers(browser)} == {"color-contrast", "button-name"}
