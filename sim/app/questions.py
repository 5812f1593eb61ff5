"""Questions of a scenario: a label and the changes that answer it in one click.

Questions of the shipped scenarios lie beside this module, those of another scenario in a file `questions.yaml` beside
it. A scenario without either gets questions about its venues, mediators, incidents and time.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from sim.app.controls import Changes
from sim.core.errors import ParleyError, ScenarioError
from sim.scenario.load import Loaded
from sim.scenario.schema import Scenario
from sim.yamlio.reader import Document, read
from sim.yamlio.tree import KeyPath

FILE = "questions.yaml"
MOST = 6
"""Questions that are asked of a scenario."""


class Question(NamedTuple):
    """A question: its label, and values at dotted paths of the scenario."""

    label: str
    changes: Changes


def list_questions(loaded: Loaded) -> list[Question]:
    """List the questions of a scenario.

    Parameters
    ----------
    loaded : Loaded
        The scenario without changes.

    Returns
    -------
    list of Question
        Of the file beside the scenario, else those shipped for its id, else proposed ones.

    Raises
    ------
    ScenarioError
        A file of questions cannot be read, or a change fits nothing in the scenario.
    """
    beside = loaded.folder / FILE
    for file in (beside, Path(__file__).with_name(FILE)):
        if file.is_file():
            questions = _read_questions(file, loaded)
            if questions:
                return questions
    return [question for question in propose_questions(loaded.scenario) if _fits(loaded, question)]


def _read_questions(file: Path, loaded: Loaded) -> list[Question]:
    """Read the questions that a file asks of a scenario, each checked against it."""
    document = read(file)
    entries = document.data.get(loaded.scenario.id, [])
    if not isinstance(entries, list):
        raise document.refuse("expected a list of questions", (loaded.scenario.id,))
    if len(entries) > MOST:
        raise document.refuse(f"holds more than {MOST} questions", (loaded.scenario.id,))
    return [_read_question(document, (loaded.scenario.id, k), entry, loaded) for k, entry in enumerate(entries)]


def _read_question(document: Document, path: KeyPath, entry: object, loaded: Loaded) -> Question:
    """Read one question and check its changes."""
    if not isinstance(entry, dict) or set(entry) != {"label", "changes"}:
        raise document.refuse("a question has a `label` and `changes`, and nothing else", path)
    label, changes = entry["label"], entry["changes"]
    if not isinstance(label, str) or not label.strip() or not isinstance(changes, dict) or not changes:
        raise document.refuse("expected a text as `label`, and values at dotted paths as `changes`", path)
    try:
        loaded.with_changes(changes)
    except ScenarioError as error:
        raise document.refuse(f"does not fit the scenario: {error.problem}", (*path, "changes")) from None
    return Question(label, changes)


def _fits(loaded: Loaded, question: Question) -> bool:
    """Whether a scenario admits the changes of a question."""
    try:
        loaded.with_changes(question.changes)
    except ParleyError:
        return False
    return True


def propose_questions(s: Scenario) -> list[Question]:
    """Propose questions about another venue, each mediator's seat, incidents and time."""
    questions = [
        Question(f"Always at {venue.title}?", {"venue_choice.rule": "fixed", "venue_choice.order": [name]})
        for name, venue in list(s.venues.items())[1:3]
    ]
    for name, mediator in list(s.mediators.items())[:2]:
        other = "hosted" if mediator.attends == "always" else "always"
        where = "at the table everywhere" if other == "always" else "only where it hosts"
        questions.append(Question(f"{mediator.title} {where}?", {f"mediators.{name}.attends": other}))
    if s.incidents:
        questions.append(Question("No incidents?", {"incidents.*.rate": 0}))
    questions.append(Question("Twice the time?", {"calendar.horizon": round(2 * s.calendar.horizon.high)}))
    return questions[:MOST]
