"""What is typed or chosen: what is refused is said where it stands, and what is shown is what was opened."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("streamlit", reason="Streamlit is not installed (extra `app`)")
from streamlit.testing.v1 import AppTest
from typer.testing import CliRunner

from sim.app.clauses import DRAWS
from sim.app.state import parse_whole
from sim.cli.main import app
from sim.scenario.library import shipped_folder
from tests.app.unescape import remove_escapes


def explore() -> None:
    from sim.app import state, view_what_if

    state.start()
    state.show_choice()
    view_what_if.show()


def one_run() -> None:
    from sim.app import state, view_watch

    state.start()
    state.show_choice()
    view_watch.show()


def compare() -> None:
    from sim.app import state, view_compare

    state.start()
    state.show_choice()
    view_compare.show()


def opened(page: Callable[[], None], monkeypatch: pytest.MonkeyPatch) -> Any:
    """A page without a browser, on few runs."""
    monkeypatch.setenv("PARLEY_APP_SCENARIO", "river-border")
    test = AppTest.from_function(page, default_timeout=600)
    test.session_state["runs"] = 500
    return test.run()


def selector(test: Any) -> Any:
    return next(box for box in test.selectbox if box.label == "Scenario")


def errors(test: Any) -> list[str]:
    assert not test.exception
    return [remove_escapes(found.value) for found in test.error]


def test_a_scenario_opened_by_its_path_is_the_one_the_selector_shows(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    test = opened(explore, monkeypatch)
    path = tmp_path / "mine.yaml"
    path.write_text("extends: river-border\nid: mine\ntitle: Mine alone\n", encoding="utf-8")
    path.with_name("river-border.yaml").write_bytes((shipped_folder() / "river-border.yaml").read_bytes())
    test.text_input(key="file").set_value(str(path)).run()
    assert (selector(test).value, test.title[0].value) == (str(path), "Mine alone")
    selector(test).set_value("generic-crisis").run()
    assert test.title[0].value != "Mine alone"
    assert test.text_input(key="file").value == ""
    test.text_input(key="file").set_value("nowhere.yaml").run()
    assert selector(test).value == "generic-crisis"
    assert "nowhere.yaml" in errors(test)[0]


def test_a_number_of_runs_that_is_no_choice_becomes_the_nearest_and_the_page_says_so(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PARLEY_APP_SCENARIO", "river-border")
    test: Any = AppTest.from_function(explore, default_timeout=600)
    test.query_params["runs"] = "300"
    test.run()
    assert test.session_state["runs"] == 500
    assert any("asks for 300 runs; the nearest number to choose is 500" in text for text in errors(test))
    slider = next(entry for entry in test.select_slider if entry.label == "Runs")
    slider.set_value(1000).run()
    assert not errors(test)


def test_a_button_that_cannot_be_pressed_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    test = opened(one_run, monkeypatch)
    buttons = {button.label: button for button in test.button}
    assert buttons["Previous round"].disabled and buttons["Previous round"].help == "This is the first round."
    assert buttons["Find the next"].disabled and buttons["Find the next"].help == "Choose first how the run goes."
    assert not buttons["Next round"].disabled and not buttons["Next round"].help


def test_a_refused_seed_keeps_its_complaint_as_long_as_it_stands(monkeypatch: pytest.MonkeyPatch) -> None:
    test = opened(explore, monkeypatch)
    for text in ("-3", "²", "9" * 5000):
        test.text_input(key="seed_text").set_value(text).run()
        assert f"`{text}` is not a seed: enter a whole number from 0; the seed stays 0" in errors(test)
    test.text_input(key="seed_text").set_value("-3").run()
    selector(test).set_value("generic-crisis").run()
    assert test.text_input(key="seed_text").value == "-3" and len(errors(test)) == 1
    test.text_input(key="seed_text").set_value("7").run()
    assert not errors(test)


def test_what_is_no_run_is_refused_until_another_run_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    test = opened(one_run, monkeypatch)
    test.text_input(key="run_text").set_value("²").run()
    assert errors(test) == ["`²` is not a run: runs are numbered from 0"]
    next(button for button in test.button if button.label == "Next run").click().run()
    assert not errors(test) and test.text_input(key="run_text").value == "1"


@pytest.mark.parametrize(
    ("text", "number"), [("0", 0), (" 12 ", 12), ("100", None), ("²", None), ("-1", None), ("1.5", None), ("", None)]
)
def test_whole_numbers(text: str, number: int | None) -> None:
    assert parse_whole(text, 100) == number


def test_compare_follows_the_scenario_of_the_sidebar(monkeypatch: pytest.MonkeyPatch) -> None:
    test = opened(compare, monkeypatch)
    assert test.multiselect(key="compared").value[0] == "river-border"
    test.multiselect(key="compared").set_value(["river-border", "generic-crisis"]).run()
    selector(test).set_value("istanbul-2022").run()
    assert test.multiselect(key="compared").value == ["istanbul-2022", "generic-crisis"]
    assert not errors(test)


def test_runs_that_were_stopped_wait_until_they_are_started(monkeypatch: pytest.MonkeyPatch) -> None:
    from sim.scenario.dump import scenario_hash
    from sim.scenario.load import load

    monkeypatch.setenv("PARLEY_APP_SCENARIO", "river-border")
    test = AppTest.from_function(explore, default_timeout=600)
    test.run()
    test.session_state["runs"], test.session_state["seed_now"] = 500, 11
    test.session_state["stopped"] = (scenario_hash(load("river-border")), 500, 11)
    test.run()
    assert [info.value for info in test.info] == ["Stopped after 0 of 500 runs."] and not errors(test)
    next(button for button in test.button if button.label == "Run it").click().run()
    assert not test.info and any("500 runs" in text.value for text in test.markdown)


def test_clauses_are_those_of_the_command_line(monkeypatch: pytest.MonkeyPatch) -> None:
    test = opened(explore, monkeypatch)
    assert not test.text  # nothing is assessed before somebody asks
    test.toggle(key="clauses").set_value(True).run()
    assert not test.exception
    result = CliRunner().invoke(app, ["analyse", "river-border", "--clauses", "-n", str(DRAWS)])
    said = "\n".join(text.value for text in test.text)
    packages = re.findall(r"Package 1: .*", said)
    assert len(packages) == 3
    assert packages == re.findall(r"Package 1: .*", result.output)
    tables = "".join(block.proto.body for block in test.get("html"))
    share = re.search(r"half released +(\S+ \(\d+%\))", result.output)
    assert share is not None
    assert f"<td>half released</td><td>{float(share[1].split('%')[0]):.0f}% (" in tables


def build() -> None:
    from sim.app import state, view_build

    state.start()
    view_build.show()


def press(test: Any, label: str) -> None:
    next(button for button in test.button if button.label == label).click().run()


def test_mandates_preconditions_and_entries_are_asked_for_with_a_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    test = opened(build, monkeypatch)
    test.text_input(key="l1").set_value("delegates, elders").run()
    test.radio(key="draft_part").set_value("Baskets").run()
    press(test, "Add a basket")
    test.radio(key="draft_part").set_value("Parties").run()
    press(test, "Add a limit of its mandate")
    press(test, "Add a precondition")
    next(box for box in test.checkbox if box.label == "joins the talks later").set_value(True).run()
    at = "parties/parties_1/preconditions/0"
    test.radio(key=f"b1:{at}/basis").set_value("document").run()
    test.text_input(key=f"b1:{at}/locator").set_value("p. 4").run()
    test.text_input(key="b1:parties/parties_1/mandate/0/why").set_value("elders decide").run()
    assert not test.exception
    text = " ".join(test.code[0].value.split())
    assert "mandate: - {baskets: [new_basket], level: elders, assumed: elders decide}" in text
    assert "preconditions: - basket: new_basket requires: settled: agreement source: source locator: p. 4" in text
    assert "enters: date: 2030-02-07" in text
    press(test, "Remove it")
    assert "elders decide" not in test.code[0].value


def test_a_draft_starts_from_a_shipped_case_by_its_title(monkeypatch: pytest.MonkeyPatch) -> None:
    test = opened(build, monkeypatch)
    assert "River border: an invented three-party case" in test.selectbox(key="draft_base").options
    test.selectbox(key="draft_base").set_value("river-border").run()
    press(test, "Start anew")
    assert not test.exception
    assert "extends: river-border" in test.code[0].value
    assert any("taken from: River border" in caption.value for caption in test.caption)
