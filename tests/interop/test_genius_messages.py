"""What is refused of GENIUS files, by file, line and key, and what is noted."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from sim.cli.main import app
from sim.core.errors import ScenarioError
from sim.interop import genius
from tests.interop.genius_files import Discrete, Files, discrete, price_and_date


def two(folder: Path, **files: str) -> Path:
    price_and_date().write(folder)
    for name, text in files.items():
        (folder / f"{name}.xml").write_text(text, encoding="utf-8")
    return folder


def test_several_profiles_are_listed_and_none_is_taken(tmp_path):
    files = price_and_date()
    four = Files(files.issues, files.weights * 2, [0.0] * 4)
    for issue in four.issues:
        issue.evaluations = issue.evaluations * 2
    folder = four.write(tmp_path)
    with pytest.raises(ScenarioError, match=r"4 profiles for 2 sides: side0\.xml, side1\.xml, side2\.xml, side3\.xml"):
        genius.read(folder)
    chosen = genius.read(folder, profiles=["side3", "side0.xml"])
    assert [profile.name for profile in chosen.profiles] == ["side3", "side0"]
    assert len(genius.read(folder, profiles=["side0", "side1", "side2"]).profiles) == 3
    with pytest.raises(ScenarioError, match="one profile is named"):
        genius.read(folder, profiles=["side0"])
    with pytest.raises(ScenarioError, match=r"no file `side9`.*did you mean"):
        genius.read(folder, profiles=["side9", "side0"])


def test_several_domains_and_stray_files(tmp_path):
    folder = two(tmp_path, pareto="<a/><b/>", tournament="<Tournament/>")
    assert len(genius.read(folder).profiles) == 2
    other = Files([discrete(7, "colour", "red blue", [1, 0], [0, 1])], [{7: 1.0}] * 2, [0.0, 0.0]).write(tmp_path / "x")
    (folder / "other.xml").write_bytes((other / "domain.xml").read_bytes())
    (folder / "other0.xml").write_bytes((other / "side0.xml").read_bytes())
    with pytest.raises(ScenarioError, match=r"2 domain files: domain\.xml, other\.xml; name one with --domain"):
        genius.read(folder)
    assert genius.read(folder, domain="domain").issues == ("price", "date")
    with pytest.raises(ScenarioError, match="other issues"):
        genius.read(folder, domain="other.xml")
    with pytest.raises(ScenarioError, match="is a profile"):
        genius.read(folder, domain="side0")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("<utility_space>", '<utility_space type="nonlinear">', "is a nonlinear utility space"),
        ("</objective>", '</objective><utility_function><ufun type="PlainUfun"/></utility_function>', "is a nonlinear"),
        ("<utility_space>", '<utility_space type="constraint">', "with constraints"),
        ('name="price"', 'name="date"', "side0.xml:2: index 2 is `date` here and `price` in the domain file; GEN"),
        ('value="0.1"', 'value="x"', "side0.xml:2: weight.value: `x`; allowed: a number from -1e.12 to 1e.12"),
        ('<weight index="3" value="0.1"/>', '<weight index="3"/>', "side0.xml:2: weight.value: .* lacks its `value`"),
        ('index="3" name', 'index="3.5" name', "issue.index: `3.5`; allowed: a whole number"),
        ('evaluation="1"', "", "issue `price`: no evaluation of `low`|issue `date`: no evaluation of `soon`"),
        ('index="3" name', 'index="2" name', "two issues have the index 2"),
        ('type="discrete" etype="discrete"', 'type="integer" etype="integer" lowerbound="1" upperbound="2"',
         "is integer here and discrete in the domain file"),
    ],
)  # fmt: skip
def test_what_is_refused_is_named(tmp_path, old, new, message):
    folder = two(tmp_path)
    text = (folder / "side0.xml").read_text()
    assert old in text
    (folder / "side0.xml").write_text("\n" + text.replace(old, new))
    with pytest.raises(ScenarioError, match=message):
        genius.read(folder, profiles=["side0", "side1"])


@pytest.mark.parametrize(
    ("kind", "ends", "message"),
    [
        ("real", 'lowerbound="0" upperbound="1"', "issue `x` is real-valued; discrete and integer issues are read"),
        ("integer", 'lowerbound="1" upperbound="10001"', "issue `x` goes from 1 to 10001; 1 to 10,000 whole numbers"),
        ("integer", 'lowerbound="3" upperbound="1"', "issue `x` goes from 3 to 1"),
        ("discrete", "", "issue `x` has 0 values"),
    ],
)
def test_issues_that_are_refused(tmp_path, kind, ends, message):
    issue = f'<objective index="0"><issue index="1" name="x" type="{kind}" {ends}/></objective>'
    text = f"<negotiation_template><utility_space>{issue}</utility_space></negotiation_template>"
    with pytest.raises(ScenarioError, match=message):
        genius.read(two(tmp_path, domain=text))


def test_issues_outside_of_an_objective(tmp_path):
    """The layout of GENIUS's first versions, whose weights may sum to 7: GENIUS 10 loads none of it."""
    text = (two(tmp_path) / "domain.xml").read_text()
    for part in ('<objective index="9000" name="root" type="objective">', "</objective>"):
        text = text.replace(part, "")
    (tmp_path / "domain.xml").write_text(text)
    with pytest.raises(ScenarioError, match=r"domain\.xml: 2 issues stand outside of the first `objective`"):
        genius.read(tmp_path)


def test_a_long_list_of_values(tmp_path):
    """1,001 slices of a pie."""
    names = [f"slice {k}" for k in range(1001)]
    tables = [{name: float(k) for k, name in enumerate(names)}, {name: 1000.0 - k for k, name in enumerate(names)}]
    files = Files([Discrete(1, "pie", names, tables)], [{1: 1.0}] * 2, [0.0, 0.0])
    worth = genius.read(files.write(tmp_path)).compute_worth()
    assert worth[[0, 250, 1000]].tolist() == [[0.0, 1.0], [0.25, 0.75], [1.0, 0.0]]


def test_a_file_that_is_passed_over_is_noted(tmp_path):
    folder = two(tmp_path, side2="<utility_space><objective></utility_space>", stray="<a/>")
    notes = genius.read(folder).notes
    assert notes == ("side2.xml:1: passed over, it is not XML: mismatched tag (column 29)",)
    assert genius.read(folder, profiles=["side0", "side1"]).notes == ()
    with pytest.raises(ScenarioError, match=r"side2\.xml:1: is not XML: mismatched tag"):
        genius.read(folder, profiles=["side0", "side2"])


def test_letters_of_an_old_encoding(tmp_path):
    folder = two(tmp_path)
    for path in folder.glob("*.xml"):
        path.write_bytes(path.read_text().replace('"low"', '"één"').encode("latin-1"))
    assert genius.read(folder).values[0] == ("één", "high")


def test_what_is_read_otherwise_than_expected_is_noted(tmp_path):
    folder = two(tmp_path)
    text = (folder / "side0.xml").read_text()
    text = text.replace('<discount_factor value="1.0"/>', '<discount_factor value="0.5"/>').replace('"date"', '"day"')
    text = text.replace("<utility_space>", '<utility_space type="UNCERTAIN">').replace('n="1"', 'n="0.8"')
    (folder / "side0.xml").write_text(text)
    found = genius.read(folder)
    assert found.profiles[0].evaluations[0].tolist() == [1.0, 0.0]
    for part in ("discount factor 0.5 is dropped", "`day` is read as issue `date`", "reach 0.8 and are divided by it",
                 "under preference uncertainty"):  # fmt: skip
        assert any(part in note for note in found.notes), part


def test_files_that_only_genius_takes_for_xml(tmp_path):
    """A bare `&`, attributes without a space between them, a comment before the declaration."""
    folder = price_and_date().write(tmp_path)
    for path in folder.glob("*.xml"):
        text = path.read_text().replace('value="low"', 'value="AT & T"').replace('" type=', '"type=')
        path.write_text("<!-- old -->\n<?xml version='1.0' encoding='utf-8'?>\n" + text)
    assert genius.read(folder).values[0] == ("AT & T", "high")


@pytest.mark.parametrize("verb", ["analyse FOLDER", "tactics FOLDER", "import genius FOLDER -o OUT"])
def test_one_line_and_status_2(tmp_path, verb):
    """Every command that reads a folder says file, line, key and what is allowed, and leaves nothing."""
    folder = two(tmp_path / "d")
    text = (folder / "side0.xml").read_text().replace('value="0.1"', 'value="much"')
    (folder / "side0.xml").write_text("\n\n" + text)
    words = [{"FOLDER": str(folder), "OUT": str(tmp_path / "out.yaml")}.get(word, word) for word in verb.split()]
    done = CliRunner().invoke(app, words)
    assert done.exit_code == 2
    assert done.output == "parley: side0.xml:3: weight.value: `much`; allowed: a number from -1e+12 to 1e+12\n"
    assert [path.name for path in tmp_path.iterdir()] == ["d"]
