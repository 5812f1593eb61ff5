"""Controls made from a scenario: they start where it is, take themselves back, and reach no further than it allows."""

from __future__ import annotations

import pytest

from sim.app.controls import (
    ELSE,
    Choice,
    Mandate,
    Slider,
    describe_idle_controls,
    list_controls,
    list_sliders,
    search_sliders,
)
from sim.app.explore import simulate
from sim.app.presets import list_presets
from sim.scenario.load import load

ALL = ("river-border", "belarus-2022", "istanbul-2022", "istanbul-2025")


def slider(name: str, path: str) -> Slider:
    return next(s for s in list_sliders(load(name)) if s.path == path)


def choice(name: str, key: str) -> Choice:
    return next(c for c in list_controls(load(name)) if isinstance(c, Choice) and c.key == key)


def test_a_slider_starts_at_the_scenarios_range_and_takes_itself_back() -> None:
    patience = slider("river-border", "parties.northbank.deadline")
    assert patience.get_range({}) == (90.0, 300.0)  # the range in river-border.yaml
    changed = patience.put({}, 60.0, 300.0)
    assert changed[patience.path]["assumed"] == [60.0, 300.0]
    assert patience.get_range(changed) == (60.0, 300.0)
    assert patience.put({}, 120.0, 120.0) == {patience.path: 120.0}
    assert patience.put(changed, 90.0, 300.0) == {}


@pytest.mark.parametrize("name", ALL)
def test_no_slider_reaches_what_the_schema_refuses(name: str) -> None:
    base = load(name)
    for control in list_sliders(base):
        if control.path.split(".")[-1] in ("deadline", "horizon", "memory", "side", "beta", "half_life", "decay"):
            for end in (control.least, control.most):
                assert base.with_changes({control.path: end}).changes == {control.path: end}, control.path


def test_a_triangular_range_keeps_its_peak_while_that_is_inside() -> None:
    demand = slider("istanbul-2025", "parties.russia.issues.bodies.demand")
    assert (demand.low, demand.mode, demand.high) == (0.5, 0.5, 1.0)
    assert demand.put({}, 0.3, 1.0)[demand.path]["assumed"] == [0.3, 0.5, 1.0]
    assert demand.put({}, 0.6, 1.0)[demand.path]["assumed"] == [0.6, 1.0]


@pytest.mark.parametrize("name", ALL)
def test_every_control_starts_where_the_scenario_is(name: str) -> None:
    base = load(name)
    for control in list_controls(base):
        if isinstance(control, Slider):
            assert control.put({}, *control.get_range({})) == {}
            assert control.least <= control.low <= control.high <= control.most
        else:
            assert control.put({}, control.get_option({})) == {}


@pytest.mark.parametrize("name", ALL)
def test_every_option_of_every_choice_is_a_scenario_that_loads(name: str) -> None:
    base = load(name)
    for control in list_controls(base):
        if not isinstance(control, Slider):
            for option in control.options if isinstance(control, Choice) else control.levels:
                changes = control.put({}, option)
                assert control.get_option(changes) == option
                assert base.with_changes(changes).scenario.id == name


def test_controls_of_a_mediator_that_does_not_sit_in_are_said_to_do_nothing() -> None:
    """What is said is so: nothing of any run depends on them; where it sits in always, nothing is said of it."""
    base = load("istanbul-2025")
    states = {
        name: describe_idle_controls(choice("istanbul-2025", f"{name}.attends"), base.scenario)
        for name in base.scenario.mediators
    }
    assert states["united_states"].startswith("Sits in only where it hosts, and it hosts none of these venues:")
    assert "manipulation" not in states["united_states"]  # its guarantee counts from afar
    assert "(Istanbul, Antalya): elsewhere" in states["turkiye"]
    path = "mediators.saudi_arabia"
    idle = {f"{path}.styles.formulation": 1, f"{path}.styles.manipulation": 1, f"{path}.leaning.russia": 1}
    assert simulate(base.with_changes(idle), 40, 0).runs.equals(simulate(base, 40, 0).runs)
    always = base.with_changes({f"{path}.attends": "always"}).scenario
    assert "Sits in" not in describe_idle_controls(choice("istanbul-2025", "saudi_arabia.attends"), always)


def test_a_choice_says_where_the_changes_are_none_of_its_options() -> None:
    base = load("river-border")
    time = next(preset for preset in list_presets(base.scenario) if preset.key == "time")
    assert time.list_shown({"calendar.horizon": 60}) == ([ELSE, *time.options], ELSE)
    assert time.list_shown({"calendar.horizon": 90}) == (list(time.options), "90 days")
    assert time.list_shown({"parties.northbank.deadline": 60})[1].startswith("as in the scenario")
    assert time.put({"calendar.horizon": 60}, "90 days") == {"calendar.horizon": 90}
    assert time.put({"calendar.horizon": 60}, ELSE) == {"calendar.horizon": 60}
    trust = next(preset for preset in list_presets(base.scenario) if preset.key == "trust")
    much = trust.put({}, "much (0.8)")
    assert trust.list_shown(much)[1] == "much (0.8)"
    first = next(iter(much))
    assert trust.list_shown(much | {first: 0.5})[1] == ELSE
    assert trust.list_shown({first: 0.5})[1] == ELSE
    assert trust.list_shown({first.rpartition(".")[0]: {}})[1] == ELSE  # a path that leads to its own
    venue = choice("river-border", "venue_choice")
    assert venue.list_shown({"venue_choice.rule": "rotating", "venue_choice.order": ["north_fort"]})[1] == ELSE


@pytest.mark.parametrize("name", ALL)
def test_every_option_that_is_chosen_is_the_one_that_is_shown(name: str) -> None:
    base = load(name)
    for control in [*list_controls(base), *list_presets(base.scenario)]:
        if isinstance(control, Choice):
            for option in control.options:
                assert control.list_shown(control.put({}, option)) == (list(control.options), option)


def test_mandates_of_one_party_do_not_overwrite_each_other() -> None:
    found = {
        c.basket: c for c in list_controls(load("istanbul-2025")) if isinstance(c, Mandate) and c.party == "ukraine"
    }
    changes = found["status"].put(found["ceasefire"].put({}, "leaders"), "delegation")
    assert (found["ceasefire"].get_option(changes), found["status"].get_option(changes)) == ("leaders", "delegation")
    assert found["territory"].get_option(changes) == "leaders"  # as in the scenario


def test_search_wants_every_word() -> None:
    sliders = list_sliders(load("river-border"))
    assert [s.path for s in search_sliders(sliders, "Lake Hall insulation")] == ["venues.lake_hall.insulation"]
    assert list(search_sliders(sliders, "lake nonsense")) == []
