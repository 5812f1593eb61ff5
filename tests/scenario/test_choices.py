"""Named choices of the schema are the members of the enums of the rules: a new member needs no other edit."""

from __future__ import annotations

from typing import Annotated

import pytest
from pydantic import BaseModel, ValidationError

from sim.core.choices import Choice
from sim.core.errors import ScenarioError
from sim.rules.concession import ConcessionRule
from sim.rules.levers import LeverKind, LeverTrigger
from sim.rules.mediation import TextRule
from sim.rules.spoilers import SurgeMode
from sim.rules.venue import VenueRule
from sim.scenario.jsonschema import build_file_schema
from sim.scenario.load import load
from sim.yamlio.validation import LabelOf, describe_error, list_labels


class Taste(Choice):
    """A choice that no rule has."""

    SWEET = 0
    VERY_SOUR = 1


class Dish(BaseModel):
    taste: Annotated[str, LabelOf(Taste)]
    second: Annotated[str, LabelOf(Taste)] | None = None


def test_a_model_takes_the_labels_of_a_choice_and_nothing_else() -> None:
    assert Dish(taste="very_sour").taste == "very_sour"
    for key in ("taste", "second"):
        assert list_labels(Dish.model_fields[key].annotation) in ([], ["sweet", "very_sour"])
        with pytest.raises(ValidationError) as caught:
            Dish.model_validate({"taste": "sweet", key: "sour"})
        problem = describe_error(caught.value.errors()[0], Dish, (key,))
        assert problem == "text `sour` is not known; allowed: sweet, very_sour (did you mean `very_sour`?)"


@pytest.mark.parametrize(
    ("path", "choice"),
    [
        ("parties.upland.concession.rule", ConcessionRule),
        ("mediators.lake_league.text", TextRule),
        ("venue_choice.rule", VenueRule),
    ],
)
def test_a_wrong_word_is_refused_with_the_labels(path: str, choice: type[Choice]) -> None:
    with pytest.raises(ScenarioError) as caught:
        load("river-border", {path: "clcok"})
    assert f"allowed: {', '.join(choice.labels())}" in caught.value.problem


@pytest.mark.parametrize(
    ("entity", "key", "labels"),
    [
        ("Concession", "rule", ["clock", "exponential", "reciprocal", "mixed", "readiness", "zeuthen"]),
        ("Mediator", "text", ["nash", "compromise"]),
        ("Lever", "kind", ["dated", "random", "responsive"]),
        ("Lever", "when", ["moving", "stalled"]),
        ("VenueChoice", "rule", ["fixed", "rotating", "most_acceptable"]),
        ("Incident", "surge_mode", ["agreement", "coercive"]),
    ],
)
def test_the_json_schema_lists_the_labels(entity: str, key: str, labels: list[str]) -> None:
    field = build_file_schema()["$defs"][entity]["properties"][key]
    field = field["anyOf"][0] if "anyOf" in field else field
    assert field["enum"][: len(labels)] == labels


def test_the_choices_are_those_of_the_rules() -> None:
    expected = {"Concession": ConcessionRule, "Mediator": TextRule, "VenueChoice": VenueRule, "Incident": SurgeMode}
    found = build_file_schema()["$defs"]
    keys = {"Mediator": "text", "Incident": "surge_mode"}
    for entity, choice in expected.items():
        assert tuple(found[entity]["properties"][keys.get(entity, "rule")]["enum"]) == choice.labels()
    assert tuple(found["Lever"]["properties"]["kind"]["enum"]) == LeverKind.labels()
    assert tuple(found["Lever"]["properties"]["when"]["anyOf"][0]["enum"]) == LeverTrigger.labels()
