"""Scenario files that do not fit together: the whole message for every one, and that nothing else is ever raised."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from sim.core.errors import ScenarioError
from sim.scenario.load import load
from sim.scenario.resolve import resolve
from sim.yamlio.reader import read

FIXTURES = Path(__file__).parent / "fixtures" / "scenarios"
SOUND = {"sound", "circle-across-parties"}

NAMES = "names are lower-case letters, digits and underscores, a letter first, 60 characters at most"
FORMS = (
    "a number, {value, source, locator}, {assumed: [low, high]}, {assumed: [low, mode, high]}, "
    "{elicited: {expert: [5%, 50%, 95%]}} or {value, convention}"
)
PARTY_KEYS = (
    "actor, authority, compliance, concession, deadline, enters, issues, mandate, meets_only_if, observer, optimism, "
    "preconditions, ratifiers, side, title, trust, trust_baseline"
)
TOP_KEYS = (
    "as_of, baskets, behaviour, calendar, decision, defaults, documents, evidence, extends, id, incidents, issues, "
    "levels, mediators, model, outcomes, parties, precedents, salience_scale, sponsors, start, start_level, summary, "
    "title, venue_choice, venues, war"
)
NOT_YET = "not yet known then; say why in `assumed` if you mean it"

MESSAGES = {
    # keys
    "unknown-key": f"3: calender: unknown key; allowed: {TOP_KEYS} (did you mean `calendar`?)",
    "unknown-key-below": f"5: parties.west.isues: unknown key; allowed: {PARTY_KEYS} (did you mean `issues`?)",
    "unknown-key-in-number": "5: venues.hall.insulation: unknown key `sauce` in a number; allowed: assumed, "
    "convention, elicited, locator, source, value, why",
    "unknown-default": "4: defaults.partys: unknown key; allowed: basket, incident, lever, mediator, obligation, "
    "party, ratifier, stake, venue (did you mean `party`?)",
    "duplicate-key": "7: parties.east.deadline: duplicate key, first given on line 5; each key may stand once",
    "missing": "4: venues.tent.title: is missing and must be given",
    "without-id": "1: id: is missing and must be given",
    "misspelt-party": "4: parties.wst.title: is missing and must be given (did you mean `west`?)",
    "deletes-nothing": "4: venues.hal: nothing of this name is there to delete (did you mean `hall`?)",
    "party-without-a-name": f"4: parties.nörd: `nörd` is not a valid name; {NAMES}",
    "scripted-before-the-start": "5: incidents.clash.scripted: 2030-01-08 is not after `start` 2030-01-08: "
    "it would never happen",
    "beyond-the-calendar": "3: start: 9999-12-31 and the horizon lead beyond the year 9999",
    "no-name": f"4: venues.Great Hall: `Great Hall` is not a valid name; {NAMES}",
    # kinds of value
    "wrong-type-number": f"5: parties.east.compliance: expected {FORMS}, got text `high`",
    "wrong-type-mapping": "3: venues: expected a mapping, got a list",
    "wrong-type-list": "5: parties.east.mandate: expected a list, got text `leaders`",
    "wrong-type-date": "3: as_of: expected a date, YYYY-MM-DD, got text `May 2030`",
    "wrong-type-switch": "5: baskets.land.ratified: expected true or false, got text `always`",
    "wrong-word": "3: venue_choice.rule: text `most_aceptable` is not known; allowed: fixed, rotating, "
    "most_acceptable (did you mean `most_acceptable`?)",
    # numbers
    "upside-down": "5: parties.west.deadline: the range [400, 100] is upside down or empty; give low before high",
    "out-of-bounds": "5: mediators.league.insight: 1.5 is out of bounds; allowed: 0 to 1",
    "out-of-bounds-default": "5: venues.hall.publicity: -0.5 is out of bounds; allowed: 0 to 1",
    "range-for-a-count": "4: calendar.exchanges_per_round: allowed: one whole number from 1 to 200, no range",
    "value-without-source": "5: parties.east.compliance: a value without `source` and `locator` or `convention`; "
    "else give it as `assumed` with a range",
    "source-without-locator": "5: parties.east.compliance: source `annual_report` needs a `locator` (paragraph, page "
    "or row)",
    # demands, reservation values, saliences
    "wrong-side": "8: parties.east.issues.strait.reservation: 0 to 0.2 lies on the wrong side of the demand 0.5 to "
    "0.6: conceding means moving toward the others' demands",
    "overlap": "7: parties.east.issues.strait.reservation: 0.05 to 0.6 overlaps the demand 0 to 0.1; it must lie on "
    "the conceding side of it",
    "too-near": "7: parties.east.issues.strait.reservation: 0.12 to 0.6 comes nearer than 0.05 to the demand 0 to 0.1",
    "weight-sum-zero": "5: parties.west.issues: the saliences sum to zero; at least one must be above 0",
    "party-without-issues": "4: parties.north: has no issues; give some or set `observer: true`",
    "half-a-basket": "9: parties.west.issues: has a stake in basket `land` but says nothing on its issue `toll`; "
    "give it, with low salience if need be",
    "issue-for-one": "4: issues.reef: fewer than two parties have a stake in it",
    "options-out-of-order": "4: issues.toll.options: options ascend from `at: 0` to `at: 1`; given: 0, 0.7, 0.4, 1",
    # names that stand for nothing
    "unknown-party-in-leaning": "5: mediators.league.leaning.est: unknown party `est`; known: east, west (did you "
    "mean `west`?)",
    "unknown-party-at-venue": "5: venues.ship.acceptability.north: unknown party `north`; known: east, west",
    "party-without-say-at-venue": "6: venues.tent.acceptability: says nothing on party `west`; give it or `others`",
    "unknown-basket-in-mandate": "7: parties.east.mandate.1.baskets: unknown basket `lands`; known: trade, land (did "
    "you mean `land`?)",
    "unknown-level-in-mandate": "6: parties.east.mandate.0.level: unknown level `leader`; known: delegation, leaders "
    "(did you mean `leaders`?)",
    "unknown-start-level": "3: start_level: unknown level `ministers`; known: delegation, leaders",
    "same-level-twice": "3: levels: level `delegation` is given twice",
    "unknown-basket-of-issue": "4: issues.toll.basket: unknown basket `trades`; known: trade, land (did you mean "
    "`trade`?)",
    "basket-like-a-day": "4: baskets.d30: this name makes two results one: both would be called `closed_d30`",
    "basket-without-issue": "4: baskets.fish: holds no issue",
    "unknown-lever": "6: parties.east.meets_only_if.0.lever_off: unknown lever `uncle.ade`; known: uncle.aid (did you "
    "mean `uncle.aid`?)",
    # conditions
    "requires-itself": "6: parties.west.preconditions.0: basket `land` requires itself",
    "circle-within-a-party": "5: parties.west.preconditions: run in a circle within one party: trade → land → trade "
    "(a circle across parties is allowed)",
    "two-conditions-in-one": "6: parties.east.meets_only_if.0: a condition names exactly one of settled, delivered, "
    "document, lever_on, lever_off; given: settled, lever_on",
    "never-delivered": "6: parties.east.preconditions.0.requires.delivered: basket `land` has no obligations, so it "
    "is never delivered",
    # incidents, levers, venues, documents, dates
    "without-end": "3: incidents: incidents would set each other off without end: spectral radius 1.04; the tops of "
    "the `excites` ranges must keep it below 1",
    "dated-lever-without-date": "6: sponsors.uncle.levers.aid.on: a dated lever needs the date from which it is `on`",
    "responsive-lever-without-cause": "6: sponsors.uncle.levers.aid.when: a responsive lever is pulled `when: moving` "
    "or `when: stalled`",
    "fixed-venue-with-two": "3: venue_choice.order: rule `fixed` takes exactly one venue; 2 are given: hall, ship",
    "document-twice": "4: documents.draft: is handed over either on a date (`handed`) or at a round (`round`); both "
    "are given",
    "document-after-as-of": f"4: documents.draft.handed: 2030-01-02 is after `as_of` 2030-01-01: {NOT_YET}",
    "mandate-after-as-of": f"6: parties.east.mandate.0.since: 2030-01-10 is after `as_of` 2030-01-01: {NOT_YET}",
    "start-before-as-of": "3: start: 2029-12-31 lies before `as_of` 2030-01-01: what was not yet said could explain it",
    # documents that numbers rest on
    "unknown-source": "6: parties.east.compliance: unknown source `anual_report` (did you mean `annual_report`?)",
    "unknown-source-of-a-mandate": "7: parties.east.mandate.0.source: unknown source `gazette`",
    "position-without-source": "east.yaml:3: positions.0: `east-toll` names no source; give `sources: [{id, locator}]`",
    "undated-position": "east.yaml:3: positions.0: `east-toll` has no `event` date; an undated value is not admitted",
    "silent-documents": "8: parties.north.issues.strait: no demand is given and the admitted documents hold none by "
    "2030-01-01; give `demand`, or `end: low` or `end: high` for a wide assumed range",
    "no-documents": "3: evidence.folder: neither a folder `nowhere` beside this file nor a shipped "
    "case of this name holds a sources.yaml",
    "unknown-perspective": "3: evidence.admit: `west-media` is not known; allowed: all, own, neutral",
    "same-actor-twice": "6: parties.west.actor: `east` is the actor of party `east` already; each party has documents "
    "of its own",
    "issue-not-in-catalogue": "5: issues.harbor: is not in the catalogue issues.yaml (did you mean `harbour`?); a new "
    "issue needs a `title` and `options`",
    # files
    "circle-of-extends": "2: extends: runs in a circle: circle-of-extends.yaml → circle-of-extends-b.yaml → "
    "circle-of-extends.yaml",
    "circle-of-extends-b": "2: extends: runs in a circle: circle-of-extends-b.yaml → circle-of-extends.yaml → "
    "circle-of-extends-b.yaml",
    "unknown-base": "2: extends: `behavior` is neither beside this file nor shipped (did you mean `behaviour`?)",
    "base-is-a-number": "2: extends: expected a name or a list of names, got the number `2`",
    "empty": " the file is empty; a mapping (`key: value`) is needed",
    "syntax": "5: parties.east: not valid YAML: did not find expected ',' or '}' (in a flow mapping that starts on "
    "line 4); an opening bracket needs its closing one; items are separated by commas",
    "python-object": "4: venues.hall: tag `!!python/object/apply:os.system` is not allowed; only plain values are",
}


def refusal(*arguments: Any) -> str:
    with pytest.raises(ScenarioError) as caught:
        load(*arguments)
    return str(caught.value)


@pytest.mark.parametrize("fixture", MESSAGES)
def test_a_malformed_scenario_is_refused_with_this_message(fixture: str) -> None:
    message = MESSAGES[fixture]
    own_place = message.startswith("east.yaml")
    assert refusal(FIXTURES / f"{fixture}.yaml") == (message if own_place else f"{fixture}.yaml:{message}")


def test_every_fixture_has_its_message() -> None:
    assert {path.stem for path in FIXTURES.glob("*.yaml")} == set(MESSAGES) | SOUND


@pytest.mark.parametrize("fixture", sorted(SOUND))
def test_control_a_sound_scenario_loads(fixture: str) -> None:
    assert set(load(FIXTURES / f"{fixture}.yaml").scenario.parties) == {"east", "west"}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"parties.east.complience": 0.5},
            "set: parties.east.complience: no such path in the scenario (did you mean `parties.east.compliance`?)",
        ),
        ({"parties.east.compliance": 2}, "set: parties.east.compliance: 2 is out of bounds; allowed: 0 to 1"),
        (
            {"parties.*.compliance": float("nan")},
            f"set: parties.east.compliance: expected {FORMS}, got the number `nan` as the value",
        ),
        ({"parties.east.compliance": "low"}, f"set: parties.east.compliance: expected {FORMS}, got text `low`"),
        (
            {"start": "2029-01-01"},
            "set: start: 2029-01-01 lies before `as_of` 2030-01-01: what was not yet said could explain it",
        ),
        ({"start": 20300108}, "set: start: expected a date, YYYY-MM-DD, got the number `20300108`"),
        (
            {"parties.east.issues.strait.reservation": 0.05},
            "set: parties.east.issues.strait.reservation: 0.05 overlaps the demand 0 to 0.1; it must lie on the "
            "conceding side of it",
        ),
    ],
)
def test_a_wrong_change_is_refused_with_this_message(changes: dict[str, Any], message: str) -> None:
    assert refusal(FIXTURES / "sound.yaml", changes) == message


RIVER = "river-border.yaml"
INHERITED = {
    "parties: {northbank: {issues: {patrols: {demand: 0.5}}}}": "parties.northbank.issues.patrols.reservation: "
    "0.4 to 0.8 overlaps the demand 0.5; it must lie on the conceding side of it; mine.yaml:3 sets "
    "`parties.northbank.issues.patrols.demand`",
    "parties: {northbank: null}": "venues.north_fort.acceptability.northbank: unknown party `northbank`; known: "
    "southbank, upland; mine.yaml:3 deletes `parties.northbank`",
    "issues: {patrols: null}": "parties.northbank.issues.patrols: unknown issue `patrols`; known: detainees, "
    "crossing, water; mine.yaml:3 deletes `issues.patrols`",
    "baskets: {calm: null}": "issues.patrols.basket: unknown basket `calm`; known: exchange, river; mine.yaml:3 "
    "deletes `baskets.calm`",
    "mediators: {lake_league: null}": "venues.lake_hall.host: unknown mediator `lake_league`; known: none; "
    "mine.yaml:3 deletes `mediators.lake_league`",
    "calendar: {horizon: 1e9}": "start: 2030-01-08 and the horizon lead beyond the year 9999; mine.yaml:3 sets "
    "`calendar.horizon`",
    "levels: [delegation]": "parties.northbank.mandate.0.level: unknown level `ministers`; known: delegation; "
    "mine.yaml:3 sets `levels`",
    "as_of: 2031-01-01": "start: 2030-01-08 lies before `as_of` 2031-01-01: what was not yet said could explain it; "
    "mine.yaml:3 sets `as_of`",
    "parties: {northbank: {issues: {detainees: null}}}": "issues.detainees: fewer than two parties have a stake in "
    "it; mine.yaml:3 deletes `parties.northbank.issues.detainees`",
}
"""Faults of a line that a file inherits, by the file's own line that leads to them."""


@pytest.mark.parametrize("line", INHERITED)
def test_a_fault_in_an_inherited_line_names_the_own_line_that_leads_to_it(line: str, tmp_path: Path) -> None:
    mine = tmp_path / "mine.yaml"
    mine.write_text(f"extends: river-border\nid: mine\n{line}\n", encoding="utf-8")
    message = refusal(mine)
    assert message.startswith(RIVER) and message.removeprefix(RIVER).split(": ", 1)[1] == INHERITED[line]


def test_a_fault_in_a_line_of_a_file_names_the_change_that_leads_to_it() -> None:
    assert refusal("river-border", {"calendar.horizon": 1e9}).endswith("9999; this run sets `calendar.horizon`")


def test_control_a_name_that_comes_back_after_its_deletion_is_not_called_deleted(tmp_path: Path) -> None:
    (tmp_path / "less.yaml").write_text("extends: river-border\nmediators: {lake_league: null}\n", encoding="utf-8")
    styles = "{facilitation: 0.5, formulation: 0.5, manipulation: 0}"
    more = f"extends: less\nid: more\nmediators: {{lake_league: {{title: L, styles: {styles}}}}}\n"
    more += "venues: {tent: {title: T, host: lake_leage, acceptability: 0.5}}\n"
    (tmp_path / "more.yaml").write_text(more, encoding="utf-8")
    assert refusal(tmp_path / "more.yaml").endswith("known: lake_league (did you mean `lake_league`?)")


def test_an_error_elsewhere_still_names_its_file_after_a_change() -> None:
    file = FIXTURES / "requires-itself.yaml"
    assert refusal(file, {"calendar.horizon": 100}) == f"{file.name}:{MESSAGES['requires-itself']}"


def test_a_scenario_nobody_ships() -> None:
    assert refusal("istanbul-2052").endswith("(did you mean `istanbul-2025`?), or give a path")
    assert refusal(FIXTURES / "nowhere.yaml") == "nowhere.yaml: no such file"


# Any value in any place: a scenario or one message, never a traceback.

DRAFT = {"title": "A draft", "author": "west", "round": 2}
DATA = {**read(FIXTURES / "sound.yaml").data, "documents": {"draft": DRAFT}}
JUNK = st.sampled_from(
    [
        *[None, True, -1, 0, 0.5, 7, 1e300, "", "east", "land", "2030-01-01", "x" * 200, [], {}, [[]], ["land", 3]],
        *[{"": 1}, {"value": 1}, {"value": None, "source": "x"}, {"assumed": 3}, {"assumed": [1, 2], "why": 3}],
        *[{"others": 0.5}, {"east": None}, {"a b": 1}, {"shape": "fixed"}, {"assumed": [0.2, 0.8], "why": "x"}],
    ]
)


def places(node: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    below = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    return [*([path] if path else []), *(place for key, value in below for place in places(value, (*path, key)))]


@settings(max_examples=200)
@given(st.sampled_from(places(DATA)), JUNK, st.sampled_from(["put", "rename"]))
@example(("extends",), {"a": 1}, "put")
@example(("evidence",), "documents", "put")
def test_any_value_in_any_place_is_read_or_refused(
    tmp_path_factory: pytest.TempPathFactory, place: tuple[Any, ...], junk: Any, deed: str
) -> None:
    data = copy.deepcopy(DATA)
    node: Any = data
    for step in place[:-1]:
        node = node[step]
    if deed == "rename" and isinstance(node, dict) and isinstance(junk, str):
        node[junk] = node.pop(place[-1])
    else:
        node[place[-1]] = junk
    file = tmp_path_factory.getbasetemp() / "any.yaml"
    file.write_text(json.dumps(data, default=str), encoding="utf-8")
    try:
        resolve(load(file).scenario, seed=0)
    except ScenarioError as error:
        assert "\n" not in str(error)
        assert str(error).startswith(("any.yaml", "behaviour.yaml"))


def test_control_the_unspoilt_data_load(tmp_path: Path) -> None:
    file = tmp_path / "any.yaml"
    file.write_text(json.dumps(DATA, default=str), encoding="utf-8")
    assert load(file).scenario.id == "sound"
