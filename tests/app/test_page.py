"""The page in a real browser: what a reader does, and that nothing else happens."""

from __future__ import annotations

import base64
import re
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

pytest.importorskip("selenium", reason="Selenium is not installed (extra `dev`)")
from selenium.webdriver.common.keys import Keys

from sim.app.theme import COLOURS, DARK
from tests.app.reader import Reader

PATIENCE_OF_NORTH = "Northbank: days until it would concede all"


def test_a_moved_slider_moves_the_distribution(reader: Reader) -> None:
    reader.open("what-if")
    before = reader.table()
    reader.enter("Any other value", "parties.northbank.deadline = 20")
    reader.until("runs end otherwise")
    reader.settle()
    typed = reader.table()
    assert typed["humanitarian settlement"][0] == before["humanitarian settlement"][0]  # the scenario as it is
    assert typed["humanitarian settlement"][1] != before["humanitarian settlement"][0]
    reader.press("Undo all")
    reader.wait.until(lambda b: "runs end otherwise" not in reader.text())
    reader.settle()
    assert reader.table()["humanitarian settlement"] == before["humanitarian settlement"]
    _, high = reader.slider(PATIENCE_OF_NORTH)
    high.send_keys(Keys.HOME)  # down to the lower end of the range: 120 days, fixed
    reader.until("runs end otherwise")
    reader.settle()
    assert reader.table()["humanitarian settlement"][1] != before["humanitarian settlement"][0]


def test_a_moved_slider_is_answered_in_few_messages(reader: Reader) -> None:
    reader.open("what-if")
    reader.slider(PATIENCE_OF_NORTH)[1].send_keys(Keys.LEFT)
    reader.until("runs end otherwise")
    reader.settle()
    reader.received()
    shown = reader.table()
    reader.slider(PATIENCE_OF_NORTH)[1].send_keys(Keys.LEFT)
    reader.wait.until(lambda b: reader.table() != shown)
    reader.settle()
    answer = reader.received()
    assert 0 < len(answer) <= 130  # 116; 60 more where folded groups are built anew
    assert sum(len(message) for message in answer) <= 300_000  # 190,000, half of it in four charts of convergence
    assert not any("Trust of Northbank" in base64.b64decode(message).decode(errors="replace") for message in answer)


def test_a_folded_group_is_built_when_it_is_unfolded_and_keeps_what_was_moved(reader: Reader) -> None:
    reader.open("what-if")
    few = reader.sliders()
    reader.fold("Trust")
    reader.wait.until(lambda b: reader.sliders() > few)
    reader.settle()
    label = "Trust of Northbank in Southbank"
    reader.slider(label)[0].send_keys(Keys.HOME)
    reader.until("parties.northbank.trust.southbank")
    reader.settle()
    moved = [end.get_attribute("value") for end in reader.slider(label)]
    for _ in range(2):  # fold it, and unfold it
        before = reader.sliders()
        reader.fold("Trust")
        reader.wait.until(lambda b, before=before: reader.sliders() != before)
        reader.settle()
    assert [end.get_attribute("value") for end in reader.slider(label)] == moved
    assert "What you changed" in reader.text()


def test_what_is_downloaded_gives_the_numbers_of_the_page(reader: Reader, downloads: Path, tmp_path: Path) -> None:
    from typer.testing import CliRunner

    from sim.cli.main import app

    reader.open("what-if")
    reader.enter("Any other value", "venues.lake_hall.acceptability.northbank = 0.1")
    reader.until("runs end otherwise")
    reader.enter("Any other value", "parties.northbank.trust.southbank = 0.9")
    reader.until("parties.northbank.trust.southbank")
    reader.settle()
    shown = reader.table()
    reader.press("Download as a scenario")
    file = downloads / "river-border-changed.yaml"
    reader.wait.until(lambda b: file.is_file() and file.stat().st_size)
    ran = CliRunner().invoke(app, ["run", str(file), "-n", "2000", "--seed", "0", "-o", str(tmp_path / "out")])
    assert ran.exit_code == 0, ran.output
    for title in ("humanitarian settlement", "texts, nothing agreed", "procedural: to meet again"):
        line = re.search(rf"{re.escape(title)} +([\d,]+) ", ran.output)
        assert line is not None, ran.output
        share = int(line[1].replace(",", "")) / 2000
        assert shown[title][1] == f"{share:.1%}", title
    assert shown["humanitarian settlement"][0] != shown["humanitarian settlement"][1]


def test_stepping_through_a_run(reader: Reader) -> None:
    reader.open("run")
    reader.until("Round 1 of")
    first = reader.text()
    reader.press("Next round")
    reader.until("Round 2 of")
    reader.settle()
    assert reader.text() != first
    reader.press("Previous round")
    reader.until("Round 1 of")
    reader.settle()
    reader.enter("Run", "minus one")
    reader.until("minus one is not a run")
    assert "ends as" in reader.text()


def test_invalid_entries_are_explained_and_two_tabs_do_not_meet(reader: Reader) -> None:
    reader.open("what-if")
    for entry, complaint in (
        ("calendar.horizn = 90", "no such path in the scenario"),
        ("calendar.horizon = soon", "expected a number"),
        ("calendar.horizon", "not of the form path = value"),
        ("parties.northbank.compliance = 7", "out of bounds"),
    ):
        reader.enter("Any other value", entry)
        reader.until(complaint)
        reader.settle()
        assert "In numbers" in reader.text()
    reader.enter("Any other value", "calendar.horizon = 60")
    reader.until("What you changed")
    reader.browser.switch_to.new_window("tab")
    reader.open("what-if")
    assert "What you changed" not in reader.text()
    reader.browser.switch_to.window(reader.browser.window_handles[0])
    assert "What you changed" in reader.text()


def test_sources_and_compare(reader: Reader) -> None:
    reader.open("sources")
    reader.enter("Find", "lake hall insulation")
    reader.until("how far the venue shields talks from events")
    reader.enter("Find", "no such words")
    reader.until("No number matches.")
    reader.open("compare")
    reader.until("B against A")
    assert reader.table()["rounds held"][0] != reader.table()["rounds held"][1]


INKS = """return [...document.querySelectorAll('.caution, [data-testid=stCaptionContainer] p')].map(e => {
    let seen = 1;
    for (let n = e; n; n = n.parentElement) seen *= getComputedStyle(n).opacity;
    return [e.innerText, e.getBoundingClientRect().y, getComputedStyle(e).color, seen];
})"""


def test_every_view_says_in_readable_print_that_it_forecasts_nothing(reader: Reader) -> None:
    def readable(browser: Any) -> bool:
        found = browser.execute_script(INKS)
        near = [text for text, y, *_ in found if "not a forecast" in text and y < 300]
        return bool(near) and all(ink == ["rgb(85, 85, 85)", 1] for _, _, *ink in found)  # 7.5:1 on white

    reader.open()
    for page in (None, "What if", "Watch a run", "Sources", "Sweep", "Compare", "Build"):
        if page:
            reader.turn_to(page)
        reader.wait.until(readable)  # what is left of the view before stands pale for a moment


def test_nothing_leaves_this_machine_and_the_console_is_quiet(reader: Reader) -> None:
    reader.open()
    for page in ("What if", "Watch a run", "Sources", "Sweep", "Compare", "Build"):
        reader.turn_to(page)
    hosts = {urlsplit(url).hostname for url in reader.requests()}
    assert hosts == {"127.0.0.1"}  # the record was kept
    errors = [entry for entry in reader.browser.get_log("browser") if entry["level"] == "SEVERE"]
    assert not errors


# The theme

DRAWN = "return [...document.querySelectorAll('[data-testid=stVegaLiteChart] svg')].map(c => c.outerHTML).join()"
"""The charts as they are drawn."""


def test_an_open_page_follows_the_theme_of_the_system(reader: Reader) -> None:
    def shows(colour: str) -> bool:
        return colour.lower() in reader.browser.execute_script(DRAWN).lower()

    def change(theme: str) -> None:
        features = [{"name": "prefers-color-scheme", "value": theme}]
        reader.browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})

    change("light")
    reader.open("what-if?runs=500")
    reader.wait.until(lambda b: shows(COLOURS[1]))
    assert not shows(DARK[COLOURS[1]])
    print_of = "return getComputedStyle(document.querySelector('.caution')).color"
    before = reader.browser.execute_script(print_of)
    change("dark")
    reader.wait.until(lambda b: shows(DARK[COLOURS[1]]) and not shows(COLOURS[1]))
    assert reader.browser.execute_script(print_of) != before
    change("light")
    reader.wait.until(lambda b: shows(COLOURS[1]) and not shows(DARK[COLOURS[1]]))
    assert reader.browser.execute_script(print_of) == before


def test_the_first_view_has_an_address_of_its_own_name(reader: Reader) -> None:
    reader.open("start?runs=500")
    assert "Page not found" not in reader.text()
    reader.until("Watch a run")
