"""Every section of the schema has its place and title in the ledger, so that no new section can stop `parley show`."""

from __future__ import annotations

import pytest

from sim.scenario.ledger import _ORDER, build_ledger, title_section
from sim.scenario.load import load
from sim.scenario.schema import Scenario


@pytest.mark.parametrize("name", list(Scenario.model_fields))
def test_every_section_has_a_title_and_a_place(name: str) -> None:
    title = title_section(name)
    assert title and title[0].isupper() and "_" not in title
    assert _ORDER.count(name) == 1


def test_a_section_without_a_title_shows_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    """As a new section would be: no title in the schema, a place by the order of the schema."""
    monkeypatch.setattr(Scenario.model_fields["precedents"], "title", None)
    assert title_section("precedents") == "Precedents"
    assert any(group.title == "Precedents" for group in build_ledger(load("istanbul-2022")))


def test_groups_stand_in_their_order() -> None:
    titles = [group.title for group in build_ledger(load("istanbul-2022"))]
    kinds = ("Calendar", "Party: ", "Settled together: ", "Mediator: ", "Venue: ", "Earlier settlements", "Behaviour: ")
    places = [next(k for k, title in enumerate(titles) if title.startswith(kind)) for kind in kinds]
    assert places == sorted(places) and titles[-1] == "Scale of salience"


def test_what_the_places_of_a_scale_mean_is_said() -> None:
    notes = [note for group in build_ledger(load("river-border")) for note in group.notes]
    assert "scale of crossing (Control of the crossing): 0 Northbank; 0.5 shared; 1 Southbank" in notes
    unit = "0 none released, 0 people; 0.5 half released, 20 people; 1 all released, 40 people"
    assert f"scale of detainees (Detained crews): {unit}" in notes
