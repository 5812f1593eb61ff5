"""Making a case: the file of a draft, without a browser and by the forms of the page."""

from __future__ import annotations

import datetime
import re
import zipfile
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from sim.app.build_scale import draw_scale, find_middle, find_zone, mirror_stake, move_stake
from sim.app.draft import add_entity, import_draft, make_stake, read_figure, remove_entity, start_draft
from sim.app.draft_statements import add_mandate, add_precondition, make_statement
from sim.app.draft_yaml import check_draft, choose_id, format_draft, name_entities, pack_draft, write_draft
from sim.cli.main import app
from sim.scenario.dump import dump_scenario
from sim.scenario.library import shipped
from sim.scenario.load import load
from tests.app.reader import Reader


@pytest.mark.parametrize("parties", [2, 3])
def test_a_blank_draft_passes_the_check_of_the_command_line(parties: int, tmp_path: Path) -> None:
    draft = start_draft(parties) | {"why": "invented"}
    file = write_draft(draft, tmp_path)
    checked = CliRunner().invoke(app, ["check", str(file)])
    assert checked.exit_code == 0, checked.output
    assert f"in order ({parties} parties, 1 issue, 1 basket" in checked.output
    assert check_draft(file)[0]


@pytest.mark.parametrize("name", shipped())
def test_an_unchanged_draft_of_a_shipped_scenario_is_that_scenario(name: str, tmp_path: Path) -> None:
    draft = import_draft(name)
    text = format_draft(draft)
    own = [line for line in text.splitlines() if not line.startswith("#")]
    assert [line.partition(":")[0] for line in own if line] == ["extends", "id", "title"]
    draft["title"], draft["id"] = load(name).scenario.title, name
    file = write_draft(draft | {"id": f"{name[:50]}-new"}, tmp_path)
    ours, theirs = (dump_scenario(load(which)) for which in (file, name))
    assert {**ours, "id": "", "title": ""} == {**theirs, "id": "", "title": ""}


def test_a_changed_number_of_a_shipped_scenario_is_all_that_its_draft_states(tmp_path: Path) -> None:
    draft = import_draft("river-border")
    draft["venues"]["lake_hall"]["acceptability"]["northbank"] |= {"low": 0.1, "high": 0.1, "why": "a storm"}
    add_entity(draft, "mediators", "The Elder")
    loaded = load(write_draft(draft, tmp_path))
    hall = loaded.scenario.venues["lake_hall"].acceptability
    assert (hall["northbank"].low, hall["northbank"].why, hall["southbank"].low) == (0.1, "a storm", 0.6)
    assert list(loaded.scenario.mediators) == ["lake_league", "the_elder"]
    assert "patrols" not in format_draft(draft)


def test_a_removed_party_leaves_no_trace(tmp_path: Path) -> None:
    draft = start_draft(3) | {"why": "invented"}
    before = format_draft(draft)
    add_entity(draft, "mediators", "The Elder")
    add_entity(draft, "incidents", "A quarrel")
    key = add_entity(draft, "parties", "Fourth")
    assert check_draft(write_draft(draft, tmp_path))[0]
    remove_entity(draft, "parties", key)
    remove_entity(draft, "mediators", "mediators_1")
    remove_entity(draft, "incidents", "incidents_1")
    assert format_draft(draft) == before


def test_faults_are_those_of_the_command_line(tmp_path: Path) -> None:
    draft = start_draft(2)
    draft["issues"]["issues_1"]["basket"] = ""
    file = write_draft(draft, tmp_path)
    usable, lines = check_draft(file)
    checked = CliRunner().invoke(app, ["check", "--all", str(file)])
    assert not usable
    assert checked.exit_code == 2
    assert [line.replace(f"{tmp_path}/", "") for line in checked.output.splitlines() if line] == lines


def test_a_documented_number_needs_its_place_and_comes_with_its_sources(tmp_path: Path) -> None:
    draft = start_draft(2) | {"why": "invented"}
    figure = draft["parties"]["parties_1"]["deadline"]
    figure |= {"basis": "document", "source": add_entity(draft, "sources", "A report"), "low": 100, "high": 100}
    usable, lines = check_draft(write_draft(draft, tmp_path))
    assert not usable
    assert "needs a `locator`" in lines[0]
    figure["locator"] = "p. 3"
    name, content = pack_draft(draft)
    (tmp_path / name).write_bytes(content)
    with zipfile.ZipFile(tmp_path / name) as archive:
        archive.extractall(tmp_path / "unpacked")
    number = load(tmp_path / "unpacked" / "my-talks.yaml").scenario.parties["first_party"].deadline
    assert (number.low, number.source, number.locator) == (100, "a_report", "p. 3")


def test_statements_of_a_party_reach_the_scenario_and_go_with_what_they_name(tmp_path: Path) -> None:
    draft = start_draft(3) | {"why": "invented", "levels": ["delegates", "elders"], "start_level": "elders"}
    second = add_entity(draft, "baskets", "Water")
    add_entity(draft, "issues", "Hours at the well")
    draft["issues"]["issues_2"]["basket"] = second
    add_mandate(draft, "parties_1")
    add_precondition(draft, "parties_2")
    late = make_statement(date=datetime.date(2030, 3, 1), why="it hesitates")
    draft["parties"]["parties_3"]["enters"] = late
    scenario = load(write_draft(draft, tmp_path)).scenario
    parties = scenario.parties
    assert scenario.start_level == "elders"
    (limit,), (condition,) = parties["first_party"].mandate, parties["second_party"].preconditions
    assert (limit.baskets, limit.level, limit.assumed) == (["water"], "elders", "invented")
    assert (condition.basket, condition.requires.settled, condition.assumed) == ("water", "agreement", "invented")
    assert parties["third_party"].enters.date == datetime.date(2030, 3, 1)
    remove_entity(draft, "issues", "issues_2")
    remove_entity(draft, "baskets", second)
    assert all(not party["mandate"] and not party["preconditions"] for party in draft["parties"].values())


def test_a_shipped_precondition_can_be_removed_and_a_limit_changed(tmp_path: Path) -> None:
    draft = import_draft("river-border") | {"why": "tried"}
    draft["parties"]["southbank"]["preconditions"].clear()
    draft["parties"]["northbank"]["mandate"][0]["level"] = "delegation"
    add_precondition(draft, "upland")
    parties = load(write_draft(draft, tmp_path)).scenario.parties
    assert parties["southbank"].preconditions == []
    assert parties["northbank"].mandate[0].level == "delegation"
    assert parties["northbank"].mandate[0].assumed == "invented: the crossing is for ministers"
    assert [(x.basket, x.requires.settled) for x in parties["upland"].preconditions] == [("river", "exchange")]


def test_handles_move_demand_and_reservation_value_and_documents_do_not_move() -> None:
    stake = make_stake(1, 2)  # demands 0.9 to 1, accepts down to 0.3 to 0.6
    move_stake(stake, 0.2, 0.98)
    ends = {name: (stake[name]["low"], stake[name]["high"]) for name in ("demand", "reservation")}
    assert ends == {"demand": (0.96, 1.0), "reservation": (0.05, 0.35)}
    move_stake(stake, 0.5, 0.5)
    move_stake(stake, 0.4, 0.5)  # the demand stays on its side, and a range regains its width
    assert (stake["demand"]["low"], stake["demand"]["high"]) == (0.45, 0.55)
    assert find_middle(stake["reservation"]) == 0.4
    mirror_stake(stake)
    assert (find_middle(stake["demand"]), find_middle(stake["reservation"])) == (0.5, 0.6)
    stake["demand"]["basis"] = "document"
    move_stake(stake, 0.1, 0.9)
    assert find_middle(stake["demand"]) == 0.5


def test_labels_stand_at_their_places_on_the_scale() -> None:
    draft = start_draft(2)
    draft["issues"]["issues_1"]["options"] = [[0, "<b>none"], [0.25, "a quarter"], [1, "all"]]
    drawn = draw_scale(draft, "issues_1", "parties_1")
    assert re.findall(r"left:([\d.]+)%;top:34px[^>]*>([^<]*)<", drawn) == [
        ("0.00", "&lt;b&gt;none"), ("25.00", "a quarter"), ("100.00", "all")
    ]  # fmt: skip
    assert find_zone(draft["issues"]["issues_1"]["stakes"].values()) == (0.45, 0.55)


def test_names_come_from_titles_and_differ() -> None:
    titles = {"a": "Évian talks!", "b": "Evian Talks", "c": "第一", "d": "2 wells", "e": "wells"}
    names = name_entities({key: {"title": title} for key, title in titles.items()})
    assert names == {"a": "evian_talks", "b": "evian_talks_2", "c": "c", "d": "wells", "e": "wells_2"}
    assert choose_id("River Border") == "river-border-new"  # a file cannot extend itself


def test_every_form_of_a_number_is_read() -> None:
    assert read_figure({"assumed": [1, 2, 4], "why": "w"})["mode"] == 2
    assert read_figure({"value": 1, "convention": "c"})["why"] == "c"
    assert read_figure({"value": 1, "source": "s", "locator": "l"})["basis"] == "document"
    assert (read_figure(3)["low"], read_figure(3)["high"]) == (3, 3)


# In the browser


class Student(Reader):
    """Somebody who makes a case and types no YAML."""

    def __init__(self, browser: Any, address: str):
        super().__init__(browser, address)
        self.steps = 0

    def choose_part(self, part: str) -> None:
        self.steps += 1
        parts = "[...document.querySelectorAll('[data-testid=stRadio] label')]"
        script = f"{parts}.find(b => b.innerText.trim() == arguments[0]).click()"
        self.browser.execute_script(script, part)
        self.settle()

    def write(self, label: str, text: str, place: int = 0) -> None:
        """Write into one of the fields of that label."""
        from selenium.webdriver.common.by import By
        from selenium.webdriver.common.keys import Keys

        self.steps += 1
        way = f"input[aria-label='{label}']"
        self.wait.until(lambda b: len(b.find_elements(By.CSS_SELECTOR, way)) > max(place, 0))
        field = self.browser.find_elements(By.CSS_SELECTOR, way)[place]
        field.send_keys(Keys.CONTROL, "a")
        field.send_keys(text, Keys.ENTER)
        self.until_file(text)

    def until_file(self, words: str) -> None:
        """Wait until the file on the side has these words."""
        self.wait.until(lambda b: words in self.file())
        self.settle()

    def file(self) -> str:
        blocks = "[...document.querySelectorAll('[data-testid=stCode] code')]"
        return str(self.browser.execute_script(f"return {blocks}.map(c => c.textContent).join('\\n')"))

    def push(self, label: str, handle: int, keys: str, place: int = 0) -> None:
        """Move a handle of a slider by keys."""
        from selenium.webdriver.common.by import By

        self.steps += 1
        before = self.file()
        way = f"[role='group'][aria-label='{label}']"
        group = self.browser.find_elements(By.CSS_SELECTOR, way)[place]
        group.find_elements(By.CSS_SELECTOR, "input[type='range']")[handle].send_keys(keys)
        self.wait.until(lambda b: self.file() != before)
        self.settle()

    def add(self, noun: str, title: str) -> None:
        self.steps += 1
        self.press(f"Add {noun}")
        bare = noun.partition(" ")[2]
        self.until_file(f"New {bare}")
        self.write(f"Title of the {bare}", title, -1)


@pytest.mark.slow
def test_a_student_makes_two_villages_and_a_well(browser: Any, address: str, downloads: Path, tmp_path: Path) -> None:
    from selenium.webdriver.common.keys import Keys

    student = Student(browser, address)
    student.open("build")
    student.write("Title of the case", "Two villages and a well")
    student.write("Why: the reason for every number that states none of its own", "invented for a class")
    student.choose_part("Parties")
    student.write("Title of the party", "Upper village")
    student.fold("Second party")
    student.write("Title of the party", "Lower village", 1)
    student.choose_part("Issues")
    student.write("Title of the issue", "Hours at the well")
    student.write("What 0 on the scale means", "Upper village all day")
    student.write("What 1 on the scale means", "Lower village all day")
    student.push("From the demand of Upper village to its reservation value", 1, Keys.RIGHT * 5)  # from 0.55 to 0.6
    student.until_file("reservation: {assumed: [0.45, 0.75], why: invented for a class}")
    student.add("an issue", "Cost of the pump")
    student.choose_part("Mediators")
    student.add("a mediator", "The elder")
    student.choose_part("Incidents")
    student.add("a type of incident", "A quarrel at the well")
    assert student.steps < 30
    assert "in order (2 parties, 2 issues, 1 basket" in student.text()
    student.browser.execute_script("document.querySelector(\"input[aria-label='Run after every change']\").click()")
    student.until("How the talks ended")
    student.settle()
    page = student.table()
    student.press("Download the scenario")
    file = downloads / "two-villages-and-a-well.yaml"
    student.wait.until(lambda b: file.is_file() and file.stat().st_size)
    assert file.read_text().strip() == student.file().strip()
    checked = CliRunner().invoke(app, ["check", str(file)])
    assert checked.exit_code == 0, checked.output
    ran = CliRunner().invoke(app, ["run", str(file), "-n", "2000", "--seed", "0", "-o", str(tmp_path / "out")])
    assert ran.exit_code == 0, ran.output
    counts = {title: re.search(rf"{re.escape(title)} +([\d,]+) ", ran.output) for title in page}
    shares = {title: f"{int(count[1].replace(',', '')) / 2000:.1%}" for title, count in counts.items() if count}
    assert len(shares) > 2
    assert {title: page[title][0] for title in shares} == shares
    # The other pages take the case as the command line does.
    student.press("Open on the other pages")
    student.until("The other pages use this case")
    student.settle()
    student.turn_to("Watch a run")
    student.until("The scenario as it is, run 0 ends as")
    assert "Two villages and a well" in student.text()
    errors = [entry for entry in student.browser.get_log("browser") if entry["level"] == "SEVERE"]
    assert not [entry for entry in errors if "_stcore" not in entry["message"]]


def test_a_fault_is_stated_beside_the_form(browser: Any, address: str) -> None:
    student = Student(browser, address)
    student.open("build")
    student.write("Title of the case", "*Bold* ![p](http://example.org/p.png)")
    student.choose_part("Baskets")
    student.press("Remove")
    student.until("issues.first_issue.basket: `` is not a valid name")
    student.wait.until(lambda b: "in order" not in student.text())
    assert "baskets" in student.text()
