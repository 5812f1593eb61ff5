"""Files and folders of earlier versions: rewritten with their comments, read under present names, or refused once."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from calibration.posterior import Posterior, check_model
from calibration.score import read_record
from experiments.measures import find_measure
from sim.cli.main import app
from sim.core.errors import ParleyError
from sim.results.ensemble import run_ensemble
from sim.results.reader import open_table
from sim.scenario.load import load
from sim.scenario.migration import list_unread, migrate
from sim.tables.arrow import decode_labels

OLD = """# Talks of mine
extends: river-border   # the case to copy
id: mine
title: Mine
# three rounds a month
calendar: {gap_scale: 10}
baskets:
  calm: {exposure: 0.1}  # hardly any
"""


def write(folder: Path, text: str, name: str = "mine.yaml") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_a_scenario_without_a_version_plays_version_1_as_it_did(tmp_path: Path) -> None:
    path = write(tmp_path, OLD)
    text, changes = migrate(path)
    assert len(changes) == 1 and changes[0].startswith("model.version: 1 is stated")
    for comment in ("# Talks of mine", "# the case to copy", "# three rounds a month", "# hardly any"):
        assert comment in text
    before, after = load(path, {"model.version": 1}), load(write(tmp_path, text, "new.yaml"))
    assert after.scenario == before.scenario
    assert load(path).scenario.model.version == 2, "control: unchanged it plays the present version"


def test_a_key_that_is_not_read_is_named_with_the_present_one(tmp_path: Path) -> None:
    path = write(tmp_path, OLD)
    (warning,) = list_unread(load(path))
    assert warning.startswith("mine.yaml:6: calendar.gap_scale is not read")
    assert "`calendar.rounds_per_deadline`" in warning
    assert warning in CliRunner().invoke(app, ["check", str(path)]).output
    assert list_unread(load(path, {"model.version": 1})) == [], "control: version 1 reads it"
    assert list_unread(load("river-border")) == [], "control: the shipped default is nobody's own"


@pytest.mark.parametrize(
    "text",
    [
        "extends: river-border\nid: mine\nstart: 2030-02-01\n",
        "extends: [behaviour, river-border]\nstart: 2030-02-01\n",
    ],
)
def test_a_file_that_extends_a_shipped_scenario_plays_version_1_too(tmp_path: Path, text: str) -> None:
    new, changes = migrate(write(tmp_path, text))
    assert len(changes) == 1 and "model: {version: 1}\n" in new
    assert migrate(write(tmp_path, new)) == (new, []), "control: a stated version stays"


@pytest.mark.parametrize("text", ["extends: behaviour\nstart: 2030-02-01\n", "extends: river-border\nid: other\n"])
def test_control_a_file_whose_base_says_the_version_gets_none(tmp_path: Path, text: str) -> None:
    write(tmp_path, OLD, "river-border.yaml")  # a file beside comes before the shipped one
    assert migrate(write(tmp_path, text)) == (text, [])


def test_a_present_file_stays_as_it_is(tmp_path: Path) -> None:
    text, changes = migrate(write(tmp_path, OLD))
    again, none = migrate(write(tmp_path, text, "again.yaml"))
    assert changes and none == [] and again == text


def test_old_codes_and_measures_of_an_experiment(tmp_path: Path) -> None:
    text = "title: gap and tabled stay here\nscenario: mine\nmeasures: [gap, outcome=tabled, outcome_at_least=tabled]\n"
    new, changes = migrate(write(tmp_path, text))
    assert "measures: [gap_open, outcome=texts, outcome_at_least=texts]" in new and len(changes) == 3
    assert "title: gap and tabled stay here" in new


def test_the_verb_rewrites_or_writes_elsewhere(tmp_path: Path) -> None:
    path, other = write(tmp_path, OLD), tmp_path / "other.yaml"
    run = CliRunner().invoke(app, ["migrate", str(path), "-o", str(other)])
    assert run.exit_code == 0 and path.read_text(encoding="utf-8") == OLD and "version: 1" in other.read_text("utf-8")
    again = CliRunner().invoke(app, ["migrate", str(path), "-o", str(other)])
    assert again.exit_code == 2 and "already there" in again.output
    assert CliRunner().invoke(app, ["migrate", str(path)]).exit_code == 0
    assert path.read_text("utf-8") == other.read_text("utf-8")
    assert "has nothing to rename" in CliRunner().invoke(app, ["migrate", str(path)]).output
    assert sorted(p.name for p in tmp_path.iterdir()) == ["mine.yaml", "other.yaml"], "nothing is left beside"


@pytest.mark.parametrize("text", ["a: [", "- a\n- b\n", "a: 1\na: 2\n"])
def test_a_broken_file_is_refused_and_left(tmp_path: Path, text: str) -> None:
    path = write(tmp_path, text)
    run = CliRunner().invoke(app, ["migrate", str(path)])
    assert run.exit_code == 2 and "mine.yaml" in run.output and "Traceback" not in run.output
    assert path.read_text(encoding="utf-8") == text


def test_records_read_the_old_code(tmp_path: Path) -> None:
    head = "id,date_start,outcome_code,gap_days_from_previous_start\n"
    rounds = read_record(write(tmp_path, head + "1,2030-01-08,tabled|partial,\n2,2030-01-09,tabled,1\n", "record.csv"))
    assert [r.codes for r in rounds] == [("texts", "partial"), ("texts",)]
    with pytest.raises(ParleyError, match="unknown code `table`"):
        read_record(write(tmp_path, head + "1,2030-01-08,table,\n", "wrong.csv"))


def test_tables_of_earlier_versions(tmp_path: Path) -> None:
    codes = ("none", "texts")
    column = pa.chunked_array([pa.array(["tabled", "none", "texts"]).dictionary_encode()])
    assert decode_labels(column, codes).tolist() == [1, 0, 1]
    table = tmp_path / "rounds.parquet"
    pq.write_table(pa.table({"run": [0], "gap": [0.5]}), table)
    with (
        pytest.raises(ParleyError, match="its column `gap` is called `gap_open` now"),
        open_table(table, {"gap_open": "number"}),
    ):
        pass
    with pytest.raises(ParleyError, match="column `gaps` is missing"), open_table(table, {"gaps": "number"}):
        pass


def test_old_measures_are_named_once() -> None:
    runs = run_ensemble("river-border", 2, engine="mesa", workers=1).run_table
    with pytest.raises(ParleyError, match="`gap` is called `gap_open` now; `parley migrate FILE`"):
        find_measure(runs, "gap")
    with pytest.raises(ParleyError, match="`outcome=tabled` is called `outcome=texts` now"):
        find_measure(runs, "outcome=tabled")


def test_a_posterior_of_another_model_is_refused() -> None:
    one = Posterior(("a",), np.zeros((1, 1)), np.ones(1), {})
    two = Posterior(("a",), np.zeros((1, 1)), np.ones(1), {"model": 2})
    second, first = load("river-border").scenario, load("river-border", {"model.version": 1}).scenario
    check_model(one, first)
    check_model(two, second)
    with pytest.raises(ParleyError, match="fitted under version 1 of the model and the scenario plays version 2"):
        check_model(one, second)
    with pytest.raises(ParleyError, match="fitted under version 2"):
        check_model(two, first)
