"""Sources and positions that cannot be used: the whole message for every one."""

from __future__ import annotations

from pathlib import Path

import pytest

from sim.core.errors import ScenarioError
from sim.evidence.record import load_record

GAZETTE = "title: t, publisher: p, published: 2030-01-01, language: en, translated: false, perspective: x, cited_for: y"
SOUND_SOURCES = f"sources:\n  gazette: {{{GAZETTE}}}\n"
POSITION = (
    "id: e1, issue: toll, value: 0.1, kind: own, stance: demand, speaker: x, channel: ministry, authority: high, "
    "event: 2030-01-02, published: 2030-01-02, disclosed: 2030-01-02, note: n, sources: [{id: gazette, locator: p. 1}]"
)
SOUND_POSITIONS = f"actor: east\npositions:\n  - {{{POSITION}}}\n"


def load_texts(folder: Path, sources: str, positions: str) -> None:
    (folder / "positions").mkdir()
    (folder / "sources.yaml").write_text(sources, encoding="utf-8")
    (folder / "positions" / "east.yaml").write_text(positions, encoding="utf-8")
    load_record(folder)


def test_control_the_sound_record_loads(tmp_path: Path) -> None:
    load_texts(tmp_path, SOUND_SOURCES, SOUND_POSITIONS)
    assert [position.actor for position in load_record(tmp_path).positions] == ["east"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("sources: [gazette]\n", "1: sources: expected a mapping of ids to sources, got a list"),
        ("sources: {gazette: 3}\n", "1: sources.gazette: expected a mapping, got the number `3`"),
        (
            f"sources:\n  gazette: {{{GAZETTE}, adress: z}}\n",
            "2: sources.gazette.adress: unknown key; allowed: cited_for, dating, file, language, perspective, "
            "published, publisher, title, translated, url",
        ),
        (
            "sources:\n  gazette:\n    title: t\n",
            "2: sources.gazette.publisher: is missing and must be given",
        ),
    ],
)
def test_a_malformed_source(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(ScenarioError) as caught:
        load_texts(tmp_path, text, SOUND_POSITIONS)
    assert str(caught.value) == f"sources.yaml:{message}"


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("actor: east\n", "", "1: actor: is missing and must be given"),
        (
            "positions:",
            "position:",
            "2: position: unknown key; allowed: actor, positions, documents, acts, context (did you mean `positions`?)",
        ),
        ("actor: east\n", "actor: east\nacts: 5\n", "2: acts: expected a list, got the number `5`"),
        ("actor: east\n", "actor: east\nacts: [5]\n", "2: acts.0: expected a mapping, got the number `5`"),
        (
            "stance: demand",
            "stance: demands",
            "3: positions.0.stance: text `demands` is not known; allowed: demand, offer, refusal, withdrawn, deferred "
            "(did you mean `demand`?)",
        ),
        ("value: 0.1", "value: 1.1", "3: positions.0.value: 1.1 is out of bounds; allowed: 1 or less"),
        ("value: 0.1", "value: low", "3: positions.0.value: expected a number, got text `low`"),
        ("note: n, ", "", "3: positions.0.note: is missing and must be given"),
        (
            "sources: [{id: gazette, locator: p. 1}]",
            "sources: 3",
            "3: positions.0: `e1` names no source; give `sources: [{id, locator}]`",
        ),
        (
            "id: gazette",
            "id: gazete",
            "3: positions.0.sources: unknown source `gazete` (did you mean `gazette`?); sources.yaml lists them",
        ),
    ],
)
def test_a_malformed_position(tmp_path: Path, old: str, new: str, message: str) -> None:
    assert old in SOUND_POSITIONS
    with pytest.raises(ScenarioError) as caught:
        load_texts(tmp_path, SOUND_SOURCES, SOUND_POSITIONS.replace(old, new))
    assert str(caught.value) == f"east.yaml:{message}"


def test_an_id_is_used_once(tmp_path: Path) -> None:
    twice = SOUND_POSITIONS + f"  - {{{POSITION}}}\n"
    with pytest.raises(ScenarioError) as caught:
        load_texts(tmp_path, SOUND_SOURCES, twice)
    assert str(caught.value) == "east.yaml:4: positions.1.id: id `e1` is already used in east.yaml"
