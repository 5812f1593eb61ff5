"""Watching a run: what the page shows of a run is what the command line says of it."""

from __future__ import annotations

import re
from typing import Any

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from typer.testing import CliRunner

from sim.app.explore import simulate
from sim.app.single_run import list_endings
from sim.cli.main import app
from sim.scenario.load import load
from tests.app.reader import Reader


def choose(somebody: Any, label: str, words: str) -> None:
    """Choose an option of a select box by the first words of it."""
    box = somebody.wait.until(lambda b: b.find_element(By.CSS_SELECTOR, f"[role='combobox'][aria-label*='{label}']"))
    somebody.browser.execute_script("arguments[0].scrollIntoView({block: 'center'})", box)
    box.click()
    way = f"//*[@role='option'][starts-with(normalize-space(.), '{words}')]"
    somebody.wait.until(lambda b: b.find_element(By.XPATH, way)).click()


def test_runs_that_reach_a_ceasefire_are_those_whose_best_result_was_one() -> None:
    result = simulate(load("river-border"), 300, 0)
    ways = list_endings(result)
    peaks, ends = result.codes("peak_outcome"), result.codes("outcome")
    wanted = ["ceasefire", "partial", "comprehensive"]  # the ladder, from a ceasefire up
    reached = [k for k, code in enumerate(peaks) if code in wanted]
    assert [k for k, way in enumerate(ways["reaches a ceasefire or more"]) if way] == reached
    collapsed = ways.get("sees a settlement collapse")
    assert any(ends[k] not in wanted for k in reached) == (collapsed is not None and bool(collapsed[reached].any()))


def trace(*options: str) -> str:
    """What `parley trace` prints, each run of spaces as one."""
    result = CliRunner().invoke(app, ["trace", "river-border", *options])
    assert result.exit_code == 0, result.output
    return " ".join(result.output.split())


def test_a_run_that_reaches_a_ceasefire_is_the_run_of_the_command_line(reader: Reader) -> None:
    codes = simulate(load("river-border"), 2000, 0).codes("outcome")
    first, second = [k for k, code in enumerate(codes) if code == "ceasefire" and k > 0][:2]
    reader.open("run")
    reader.until("A package all would accept now, with distrust and exposure")
    assert "distrust and exposure let parties ask for more than their reservation values" in reader.text()
    choose(reader, "Find a run that", "ends as: ceasefire")
    reader.until(f"run {first} ends as: ceasefire")
    reader.settle()
    reader.press("Find the next")
    reader.until(f"run {second} ends as: ceasefire")
    reader.settle()
    whole = trace("--run", str(second), "--seed", "0").replace("`", "")  # the page has italics
    lines = reader.browser.execute_script(
        "return [...document.querySelectorAll('[data-testid=stHtml] p:not(.key)')].map(p => p.textContent)"
    )
    told = [line for line in lines if "Conditional" not in line and "»" not in line]
    assert len(told) > 3
    assert all(" ".join(line.split()) in whole for line in told)


@pytest.mark.slow
def test_play_goes_to_the_last_round_and_the_slider_goes_back(reader: Reader) -> None:
    reader.open("run")
    last = int(re.search(r"Round 1 of (\d+)", reader.text())[1])  # type: ignore[index]
    choose(reader, "Speed", "very fast")
    reader.settle()
    reader.press("Play")
    reader.until(f"Round {last} of {last}")
    reader.until("Play")
    counts = re.search(r"(\d+) rounds held, (\d+) postponed", trace())
    assert counts is not None
    assert int(counts[1]) + int(counts[2]) == last
    handle = reader.browser.find_element(By.CSS_SELECTOR, "[role='group'][aria-label='Round'] input[type='range']")
    handle.send_keys(Keys.HOME)
    reader.until(f"Round 1 of {last}")


@pytest.mark.slow
def test_the_round_where_two_runs_part_is_marked(reader: Reader) -> None:
    reader.open("what-if")
    reader.enter("Any other value", "parties.northbank.deadline = 20")
    reader.until("runs end otherwise")
    reader.turn_to("Watch a run")
    reader.until("They part in planned round")
    number = re.search(r"They part in planned round (\d+)", reader.text())
    assert number is not None
    reader.press(f"To round {number[1]}, where they part")
    reader.until("here they part")
    reader.settle()
    for changes, heading in (((), "The scenario as it is"), (("--set", "parties.northbank.deadline=20"), "With your")):
        ending = re.search(rf"{heading}[^\n]*ends as: ([^\n.]+)\.", reader.text())
        assert ending is not None
        ran = CliRunner().invoke(app, ["trace", "river-border", "--run", "0", "--seed", "0", *changes])
        assert ran.exit_code == 0, ran.output
        assert f"Outcome: {re.split('[ ,:]', ending[1])[0]}" in ran.output
