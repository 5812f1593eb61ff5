"""Messages hint at what was meant, and name the file as the user wrote it; one number is set for all parties."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

import sim
from sim.cli.main import app
from sim.cli.options import add_folder
from sim.scenario.load import load


def call(*arguments: object) -> str:
    done = CliRunner().invoke(app, list(map(str, arguments)))
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return " ".join(done.output.split())


@pytest.mark.parametrize(
    ("value", "hint"),
    [
        ("50%", "got text `50%`; a percentage is written as a share: 0.5"),
        ("'12.5 %'", "a percentage is written as a share: 0.125"),
        ("2,5%", "a percentage is written as a share: 0.025"),
        ("0,5", "got text `0,5`; decimals have a point: 0.5"),
        ("{value: '0,5', convention: x}", "as the value; decimals have a point: 0.5"),
        ("{assumed: [0,2, 0,8], why: x}", "decimals have a point: [0.2, 0.8]"),
        ("{assumed: [20%, 30%], why: x}", "text `20%` is not a number; a percentage is written as a share: 0.2"),
        ("{assumed: [60, 98]}", "98 is out of bounds; allowed: 0 to 1; a percentage is written as a share: 0.98"),
        ("1,000", "got text `1,000`; write 1000 for a whole number, 1.000 for a decimal"),
        ("1,000,000", "write 1000000 for a whole number"),
        ("1_000", "write 1000, without marks between thousands"),
        ("1 000.5", "write 1000.5, without marks between thousands"),
        ("'90'", "got text `90`; remove the quotes: 90"),
        ("3 months", "a length of time is a number of days: about 91"),
        ("{assumed: [90d, 300d]}", "text `90d` is not a number; a length of time is a number of days: 90"),
        ("{assumed: 90-300}", "two or three numbers: [low, high] or [low, mode, high]; write [90, 300]"),
        ("{assumed: [0.1, 0.2, 0.3, 0.5, 0.6]}", "[low, mode, high]; got 5"),
        ("{assumed: [1,000, 2,000]}", "decimals have a point, and thousands have no comma"),
        ("{assumed: [90, 400, 300]}", "the middle of [90, 400, 300] lies outside the range; the order is [low, mode"),
    ],
)
def test_hints_at_numbers(tmp_path: Path, value: str, hint: str) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text(f"extends: river-border\nid: mine\nparties: {{upland: {{trust: {{northbank: {value!s}}}}}}}\n")
    if "," in value and "{" not in value:
        file.write_text(file.read_text().replace(value, f"'{value}'"))
    output = call("check", file)
    assert "mine.yaml:3: parties.upland.trust.northbank" in output and hint in output


@pytest.mark.parametrize(
    ("value", "hint"),
    [
        ("[60, 98]", "northbank: expected a number, {value, source, locator}, {assumed: [low, high]}"),
        ("[60, 98]", "got a list; a range is written {assumed: [60, 98]}"),
        ("0,6", "parties.upland.trust: key `6` is read as a number; decimals have a point: 0.6"),
        ("1,000", "key `000` is read as a number; write 1000 for a whole number, 1.000 for a decimal"),
        ("much, 5", "key `5` is read as a number; keys are text (put it in quotes)"),
    ],
)
def test_hints_at_numbers_that_braces_and_brackets_split(tmp_path: Path, value: str, hint: str) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text(f"extends: river-border\nid: mine\nparties: {{upland: {{trust: {{northbank: {value}}}}}}}\n")
    assert hint in call("check", file)


@pytest.mark.parametrize("line", ["parties: {northbank: {title: }}", "parties: {northbank: {title: null}}"])
def test_a_key_without_a_value_suggests_no_other_entity(tmp_path: Path, line: str) -> None:
    (tmp_path / "mine.yaml").write_text(f"extends: river-border\nid: mine\n{line}\n")
    assert call("check", tmp_path / "mine.yaml").endswith("3: parties.northbank.title: has no value and must be given")


def test_a_misspelt_key_that_only_files_have(tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text("extends: river-border\nid: mine\ndefault: {party: {compliance: 0.5}}\n")
    assert call("check", tmp_path / "mine.yaml").endswith("(did you mean `defaults`?)")


def test_a_change_without_a_value() -> None:
    path = "parties.northbank.deadline"
    assert call("run", "river-border", "--set", f"{path}=") == f"parley: --set: {path}: no value after `=`"
    assert call("run", "river-border", "--set", f"{path}=null").endswith(f"set: {path}: has no value and must be given")


@pytest.mark.parametrize("value", ["much", "[0.2]", "{assumed: [a, b], why: x}"])
def test_control_no_hint_where_none_fits(tmp_path: Path, value: str) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text(f"extends: river-border\nid: mine\nparties: {{upland: {{trust: {{northbank: {value}}}}}}}\n")
    assert "percentage" not in (output := call("check", file)) and "decimals" not in output and "trust" in output


def test_a_file_that_extends_nothing(tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text("id: mine\ntitle: T\nparties: {a: {title: A}}\n")
    assert "extends: is missing; a scenario extends another one, or `extends: behaviour`" in call(
        "check", tmp_path / "mine.yaml"
    )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ("check study.yaml", "study.yaml:1: experiment: this file is an experiment, not a scenario; `parley sweep` "),
        ("run study.yaml", "study.yaml:1: experiment: this file is an experiment, not a scenario; `parley sweep` "),
        ("sweep talks.yaml -o out", "talks.yaml:1: extends: this file is a scenario, not an experiment; `parley run` "),
        ("run venue", "`venue` is an experiment, not a scenario; `parley sweep venue` simulates it"),
        ("sweep river-border -o out", "`river-border` is a scenario, not an experiment; `parley run river-border` "),
        ("check talks", "no scenario `talks` is shipped; did you mean the file `talks.yaml`?"),
        ("sweep study -o out", "no experiment `study` is shipped; did you mean the file `study.yaml`?"),
        ("check behavior", "no scenario `behavior`; shipped: aceh-2005"),
        ("sweep behaviour -o out", "no experiment `behaviour`; shipped: "),
    ],
)
def test_scenarios_and_experiments_are_told_apart(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: str, message: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "talks.yaml").write_text("extends: river-border\nid: talks\n")
    (tmp_path / "study.yaml").write_text("experiment: study\nscenario: river-border\nruns: 5\nfactors: {a.b: [1]}\n")
    assert message in call(*arguments.split())


def test_a_file_is_named_with_its_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "below" / "deeper"
    folder.mkdir(parents=True)
    (folder / "base.yaml").write_text("extends: river-border\nparties: {upland: {dedline: 3}}\n")
    (folder / "mine.yaml").write_text("extends: base\nid: mine\n")
    for verb in ("check", "run", "show"):
        assert "below/deeper/base.yaml:2: parties.upland.dedline: unknown key" in call(verb, "below/deeper/mine.yaml")
    (folder / "mine.yaml").write_text("extends: river-border\nid: mine\nparties: {upland: {dedline: 3}}\nissue: {}\n")
    assert call("check", "--all", "below/deeper/mine.yaml").count("below/deeper/mine.yaml:") == 2
    assert "below/deeper/none.yaml: no such file" in call("check", "below/deeper/none.yaml")


@pytest.mark.parametrize(
    ("message", "arguments"),
    [
        ("mine.yaml:3: x", ["run", "mine.yaml"]),
        ("behaviour.yaml:3: x", ["run", "nowhere/mine.yaml"]),
        ("set: parties.upland: x", ["run", "below/mine.yaml", "--set", "a=b"]),
    ],
)
def test_control_other_files_stay_as_they_are(message: str, arguments: list[str]) -> None:
    assert add_folder(message, arguments) == message


def test_one_number_is_set_for_all_parties_as_in_a_file(tmp_path: Path) -> None:
    text = "extends: river-border\nid: mine\nvenues: {lake_hall: {acceptability: {value: 0.9, convention: x}}}\n"
    (tmp_path / "mine.yaml").write_text(text)
    changes = {"venues.lake_hall.acceptability": 0.9}
    runs = [
        sim.run_ensemble(scenario, n=30, seed=1, changes=more).runs
        for scenario, more in (
            ("river-border", changes),
            (tmp_path / "mine.yaml", {}),
            ("river-border", {"venues.lake_hall.acceptability.*": 0.9}),
            ("river-border", {}),
        )
    ]
    assert runs[0].equals(runs[1]) and runs[0].equals(runs[2]) and not runs[0].equals(runs[3])
    output = call("show", "river-border", "--plain", "--set", "venues.lake_hall.acceptability=0.9")
    assert output.count("0.9 set") == 3


def test_stars_and_ranges_at_maps_by_party() -> None:
    s = load("river-border", {"venues.*.acceptability": {"assumed": [0.1, 0.2], "why": "x"}}).scenario
    assert {number.high for venue in s.venues.values() for number in venue.acceptability.values()} == {0.2}
    s = load("river-border", {"parties.upland.trust": 0.5}).scenario
    assert {number.mode for number in s.parties["upland"].trust.values()} == {0.5} and len(
        s.parties["upland"].trust
    ) == 2


@pytest.mark.parametrize(
    "path", ["venues.lake_hall", "venues.lake_hal.acceptability", "issues", "parties.upland.issues"]
)
def test_control_other_maps_take_no_number(path: str) -> None:
    with pytest.raises(sim.ScenarioError, match="no such path"):
        load("river-border", {path: 0.9})
