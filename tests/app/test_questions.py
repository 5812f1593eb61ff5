"""Every shipped scenario has questions that fit it; others get some; a wrong file of questions is explained."""

from __future__ import annotations

from pathlib import Path

import pytest

from sim.app.questions import FILE, list_questions, propose_questions
from sim.core.errors import ScenarioError
from sim.scenario.dump import scenario_hash
from sim.scenario.library import shipped
from sim.scenario.load import load


@pytest.mark.parametrize("name", shipped())
def test_a_shipped_scenario_has_four_to_six_questions_that_change_it(name: str) -> None:
    base = load(name)
    questions = list_questions(base)
    assert 4 <= len(questions) <= 6
    assert len({question.label for question in questions}) == len(questions)
    hashes = {scenario_hash(base.with_changes(question.changes)) for question in questions}
    assert len(hashes) == len(questions) and scenario_hash(base) not in hashes
    assert propose_questions(base.scenario)


def write(folder: Path, questions: str) -> Path:
    (folder / "mine.yaml").write_text("extends: river-border\nid: mine\ntitle: Mine\n", encoding="utf-8")
    if questions:
        (folder / FILE).write_text(questions, encoding="utf-8")
    return folder / "mine.yaml"


def test_a_scenario_without_questions_gets_some(tmp_path: Path) -> None:
    labels = [question.label for question in list_questions(load(write(tmp_path, "")))]
    assert labels == [
        "Always at The North Fort?", "The Lake League at the table everywhere?", "No incidents?", "Twice the time?",
    ]  # fmt: skip


def test_a_file_beside_the_scenario_is_read(tmp_path: Path) -> None:
    path = write(tmp_path, "mine:\n  - {label: 'Short?', changes: {calendar.horizon: 30}}\n")
    assert list_questions(load(path)) == [("Short?", {"calendar.horizon": 30})]


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("mine: 3", "questions.yaml:1: mine: expected a list"),
        ("mine:\n  - {label: a}", "questions.yaml:2: .*a question has a `label` and `changes`"),
        ("mine:\n  - {label: a, changes: {calendar.horizn: 3}}", "questions.yaml:2: .*no such path"),
        ("mine:\n  - {label: '', changes: {calendar.horizon: 3}}", "expected a text"),
        ("mine: [" + ", ".join(["{label: a, changes: {calendar.horizon: 3}}"] * 7) + "]", "more than 6"),
    ],
)
def test_a_wrong_file_is_explained(text: str, complaint: str, tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match=complaint):
        list_questions(load(write(tmp_path, text)))
