"""README.md: its Python runs, its scenario loads and runs, its commands exist, what it links to is there."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
from typer.testing import CliRunner

from sim.cli.main import app
from sim.results.ensemble import run_ensemble
from sim.rules.outcome import CODES

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCK = re.compile(r"^```(\w*)\n(.*?)\n```$", re.M | re.S)
BLOCKS = BLOCK.findall(PAGE)


def blocks(language: str) -> list[str]:
    return [text for found, text in BLOCKS if found == language]


def lines_of_code(text: str) -> int:
    return sum(bool(line.strip()) for line in text.splitlines())


@pytest.mark.parametrize("text", blocks("python"))
def test_python_runs(text, capsys):
    exec(compile(text, "README.md", "exec"), {"__name__": "readme"})
    assert capsys.readouterr().out


def test_ten_lines():
    assert [lines_of_code(text) <= 10 for text in blocks("python")] == [True, True]


def test_the_mind_of_ones_own_matters():
    """Parties that concede nothing for a month settle no ceasefire in it; control: parties as shipped do."""
    scope: dict[str, object] = {"__name__": "readme"}
    exec(compile(blocks("python")[1], "README.md", "exec"), scope)
    quick = {"parties.*.deadline": 20.0, "mediators.*.styles.formulation": 0.0, "baskets.*.exposure.*": 0.0}
    days = [
        run_ensemble("belarus-2022", n=40, seed=1, changes=quick, party_class=mind, workers=1).runs
        for mind in (scope["Stubborn"], None)
    ]
    late, early = (runs["first_settled_ceasefire"].dropna() for runs in days)
    assert late.size > 0 and (late >= 30.0).all()
    assert (early < 30.0).any()


@pytest.mark.parametrize("text", blocks("yaml"))
def test_scenario_runs(text, tmp_path):
    path = tmp_path / "my-talks.yaml"
    path.write_text(text, encoding="utf-8")
    runs = run_ensemble(path, n=10, seed=0).runs
    assert runs["outcome"].isin(CODES).all()
    assert CliRunner().invoke(app, ["check", str(path)]).exit_code == 0


@pytest.mark.parametrize("text", blocks("sql"))
def test_query_runs(text, tmp_path, monkeypatch):
    duckdb = pytest.importorskip("duckdb")
    monkeypatch.chdir(tmp_path)
    ran = CliRunner().invoke(app, ["run", "river-border", "-n", "50", "-o", "results"])
    assert ran.exit_code == 0, ran.output
    found = duckdb.sql(text).df()
    assert found["runs"].sum() == 50
    assert found["runs"].is_monotonic_decreasing


def commands(page: str) -> list[list[str]]:
    """Every `parley …` of the page's blocks, comments left out, and those in running text without their arguments."""
    inside = [line for text in blocks("") for line in text.splitlines() if line.startswith("parley ")]
    return [shlex.split(line, comments=True)[1:] for line in inside + re.findall(r"`(parley [^`…]+)`", page)]


def test_commands_exist():
    asked = commands(PAGE)
    assert len(asked) >= 8
    for verb, *rest in asked:
        told = CliRunner().invoke(app, [verb, "--help"])
        assert told.exit_code == 0, verb
        for option in (word for word in rest if word.startswith("--")):
            assert option in told.output, f"{verb} {option}"


def test_control_a_command_that_does_not_exist():
    assert CliRunner().invoke(app, ["prophesy", "--help"]).exit_code != 0


def test_make_targets_exist():
    targets = set(re.findall(r"^(\w+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.M))
    assert {"run", "test", "help"} <= targets
    assert set(re.findall(r"make ([a-z]+)\b", PAGE)) - {"are"} <= targets | {"help"}


def test_links_lead_somewhere():
    links = re.findall(r"\]\(([^)#:]+)\)", PAGE)
    assert links
    assert [link for link in links if not (ROOT / link).is_file()] == []


def test_says_that_it_is_no_forecast():
    assert "Results are conditional on assumptions and are not a forecast." in PAGE
