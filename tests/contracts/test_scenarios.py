"""What shipped scenarios keep to: numbers accounted for, nothing from after their day, both sides alike, neutral."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from sim.evidence.record import Record, load_record
from sim.results.ensemble import Ensemble, run_ensemble
from sim.scenario.citations import iterate_citations
from sim.scenario.library import shipped, shipped_folder
from sim.scenario.load import Loaded, load
from sim.scenario.numbers import Number, iterate_numbers
from sim.scenario.resolve import resolve
from sim.scenario.schema import Scenario
from sim.tables.summary import Summary
from sim.yamlio.reader import read

CASE = shipped_folder() / "cases" / "russia-ukraine"
CASES = ("belarus-2022", "istanbul-2022", "istanbul-2025")
LATER = ("istanbul-2025-round-2", "istanbul-2025-june")
DATED = (*CASES, *LATER)
SWITCHES = ("all", "own", "russia-media", "ukraine-media", "neutral", "third-party-media")
SCENARIOS = shipped()


@pytest.fixture(scope="module")
def record() -> Record:
    return load_record(CASE)


# Every scenario can be used


def test_what_is_shipped() -> None:
    assert {*DATED, "river-border"} <= set(SCENARIOS)
    assert "russia-ukraine" not in SCENARIOS


@pytest.mark.parametrize("name", SCENARIOS)
def test_a_shipped_scenario_loads_and_becomes_arrays(name: str) -> None:
    scenario = load(name).scenario
    assert scenario.id == name
    assert scenario.summary
    problem = resolve(scenario, seed=0)
    assert problem.structure.parties == len(scenario.parties)


@pytest.mark.parametrize("switch", SWITCHES)
@pytest.mark.parametrize("name", DATED)
def test_a_case_loads_under_every_switch_of_evidence(name: str, switch: str) -> None:
    loaded = load(name, {"evidence.admit": switch})
    assert all(stake.end for party in loaded.scenario.parties.values() for stake in party.issues.values())


def test_the_switches_are_all_there_are(record: Record) -> None:
    assert {"all", "own"} | {source.perspective for source in record.sources.values()} == set(SWITCHES)


def lively(ensemble: Ensemble) -> dict[str, bool]:
    """By basket: a zone of agreement neither nearly always nor nearly never, and settled in some runs, not in most."""
    found = Summary.from_tables(ensemble.run_table.schema, [(ensemble.run_table, ensemble.round_table)])
    return {
        b: 0.3 <= found.zone_share(b).share <= 0.7 and 0.0 < found.settled_share(b).share < 0.5 for b in found.baskets
    }


def test_the_case_for_teaching_is_open_in_every_basket() -> None:
    assert lively(run_ensemble("river-border", n=2000, seed=1)) == {"exchange": True, "calm": True, "river": True}


def test_control_high_stakes_close_a_basket() -> None:
    exposed = {"baskets.calm.exposure.*": {"assumed": [0.1, 0.4]}}
    assert lively(run_ensemble("river-border", n=2000, seed=1, changes=exposed))["calm"] is False


# Numbers say where they come from


def unaccounted(scenario: Scenario) -> list[str]:
    """Paths of numbers, mandates, preconditions and documents that rest on nothing said."""
    faults = []
    for path, number in iterate_numbers(scenario):
        silent = number.provenance in ("unsourced", "set")
        unexplained = number.provenance in ("assumed", "convention") and not (number.why or "").strip()
        if silent or unexplained:
            faults.append(".".join(path))
    for path, entry in iterate_citations(scenario):
        if not (entry.source and entry.locator) and not (entry.assumed or "").strip():
            faults.append(".".join(path))
    return faults


@pytest.mark.parametrize("name", SCENARIOS)
def test_no_number_of_a_shipped_scenario_is_unsourced(name: str) -> None:
    assert unaccounted(load(name).scenario) == []


def test_control_unsourced_numbers_are_found(tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text(
        "extends: istanbul-2025\nid: mine\nparties:\n"
        "  russia: {compliance: 0.9, mandate: [{baskets: [status], level: leaders}]}\n"
        "venues:\n  minsk: {insulation: {assumed: [0.1, 0.2]}, publicity: {assumed: [0.1, 0.2], why: ' '}}\n"
    )
    found = ["parties.russia.compliance", "venues.minsk.insulation", "venues.minsk.publicity"]
    assert unaccounted(load(file).scenario) == [*found, "parties.russia.mandate.0"]
    changed = load("river-border", {"parties.upland.compliance": 0.5})
    assert unaccounted(changed.scenario) == ["parties.upland.compliance"]


# Nothing from after the day explains the talks


def too_late(loaded: Loaded, record: Record) -> list[str]:
    """Positions a scenario's numbers rest on, and sources its own words name, from after its `as_of`."""
    as_of = loaded.scenario.as_of
    disclosed = {position.id: position.disclosed for position in record.positions}
    used = {
        position
        for note in loaded.derivations.values()
        for position in (note.demand, note.conceded, note.withdrawn_by, note.salience, *note.passed_over)
        if position is not None
    }
    late = [name for name in sorted(used) if disclosed[name] > as_of]
    words = {word for text in texts(loaded.data) for word in re.findall(r"[a-z0-9]+(?:-[a-z0-9]+)+", text)}
    named = sorted(words & set(record.sources))
    return late + [name for name in named if record.sources[name].published > as_of]


def texts(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        for below in node.values():
            yield from texts(below)
    elif isinstance(node, list):
        for below in node:
            yield from texts(below)
    elif isinstance(node, str):
        yield node


@pytest.mark.parametrize("switch", SWITCHES)
@pytest.mark.parametrize("name", DATED)
def test_nothing_from_after_its_day_explains_a_case(name: str, switch: str, record: Record) -> None:
    loaded = load(name, {"evidence.admit": switch})
    assert too_late(loaded, record) == []
    between = 10 if name == "istanbul-2025-june" else 1  # the window that Ukraine offered opens on 20 June
    assert loaded.scenario.start - loaded.scenario.as_of == datetime.timedelta(days=between)
    for incident in loaded.scenario.incidents.values():
        assert all(day <= loaded.scenario.as_of for day in incident.scripted)


def test_documents_are_used_and_the_memoranda_only_from_their_day_on(record: Record) -> None:
    rests_on = {note.demand for note in load("istanbul-2025").derivations.values()}
    assert {"ru-2024-06-14-alignment", "ua-2025-05-15-sequence"} <= rests_on
    later = {"as_of": datetime.date(2025, 6, 2), "start": datetime.date(2025, 6, 3)}
    rests_on = {note.demand for note in load("istanbul-2025", later).derivations.values()}
    assert {"ru-2025-06-02-alignment", "ua-2025-06-02-sequence"} <= rests_on


def test_control_later_words_are_found(record: Record, tmp_path: Path) -> None:
    later = load("istanbul-2025", {"as_of": "2025-06-02", "start": "2025-06-03"})
    earlier = later.scenario.model_copy(update={"as_of": datetime.date(2025, 5, 15)})
    leaking = Loaded(earlier, {}, later.derivations, later.origins, tmp_path)
    assert "ru-2025-06-02-alignment" in too_late(leaking, record)
    file = tmp_path / "mine.yaml"
    file.write_text(
        "extends: istanbul-2025\nid: mine\nvenues:\n"
        "  minsk: {insulation: {assumed: [0.1, 0.2], why: 'offered again (izvestia-2025-06-11, par. 12)'}}\n"
    )
    assert too_late(load(file), record) == ["izvestia-2025-06-11"]


# Of several statements of the same concession the last counts


def test_a_repeated_concession_is_as_old_as_its_last_repetition() -> None:
    # Non-aligned status (0.9) was asked on 25 and on 28 February 2022; from the latter to 29 March are 29 days.
    loaded = load("istanbul-2022")
    assert loaded.derivations["russia", "alignment"].conceded == "ru-2022-02-28-alignment"
    age = loaded.scenario.parties["russia"].issues["alignment"].age
    assert age is not None
    assert age.mode == 29


def test_the_offer_of_thirty_days_counts_for_its_condition_lies_in_the_package() -> None:
    loaded = load("istanbul-2025")
    assert loaded.derivations["russia", "ceasefire_terms"].conceded == "ru-2025-05-10-ceasefire"
    assert loaded.scenario.issues["arms_supplies"].basket == loaded.scenario.issues["ceasefire_terms"].basket


# Where no document tells them apart, both sides get the same ranges


def same(a: Number, b: Number) -> bool:
    return (a.low, a.mode, a.high) == (b.low, b.mode, b.high)


def mirrored(a: Number, b: Number) -> bool:
    return all(abs(x + y - 1) < 1e-9 for x, y in ((a.low, b.high), (a.mode, b.mode), (a.high, b.low)))


def unequal(loaded: Loaded) -> list[str]:
    """Assumptions in which the two parties differ although no document is named for it."""
    russia, ukraine = loaded.scenario.parties["russia"], loaded.scenario.parties["ukraine"]
    faults = []
    for part in ("deadline", "compliance", "concession"):
        pairs = zip(_numbers(russia, part), _numbers(ukraine, part), strict=True)
        faults += [part for a, b in pairs if not same(a, b)]
    for part in ("trust", "trust_baseline", "authority"):
        if not same(getattr(russia, part)["ukraine"], getattr(ukraine, part)["russia"]):
            faults.append(part)
    written = {p: loaded.data["parties"][p]["issues"] for p in ("russia", "ukraine")}
    for issue in loaded.scenario.issues:
        for part in ("demand", "reservation"):
            if all(part in written[p][issue] for p in written):
                a, b = (getattr(loaded.scenario.parties[p].issues[issue], part) for p in written)
                if not mirrored(a, b):
                    faults.append(f"{issue}.{part}")
    for basket in loaded.scenario.baskets.values():
        faults += [basket.title for _ in [0] if not same(basket.exposure["russia"], basket.exposure["ukraine"])]
        terms = [(o.due.low, o.due.high) for o in basket.obligations.values()]
        doers = sorted(o.doer for o in basket.obligations.values())
        if len(set(terms)) > 1 or doers not in ([], ["russia", "ukraine"]):
            faults.append(f"{basket.title}: obligations")
    return faults + _unequal_incidents(loaded.scenario)


def _numbers(party: Any, part: str) -> list[Number]:
    found = getattr(party, part)
    return [found] if isinstance(found, Number) else [number for _, number in iterate_numbers(found)]


def _unequal_incidents(scenario: Scenario) -> list[str]:
    faults, kinds = [], scenario.incidents
    ours, theirs = kinds["attacks_by_russia"], kinds["attacks_by_ukraine"]
    for part in ("rate", "decay", "surge", "severity", "cost", "hardening"):
        faults += [f"attacks.{part}" for _ in [0] if not same(getattr(ours, part), getattr(theirs, part))]
    if not same(ours.attribution["ukraine"]["russia"], theirs.attribution["russia"]["ukraine"]):
        faults.append("attacks.attribution")
    for name, kind in kinds.items():
        if kind.doer is None and not same(kind.attribution["russia"]["ukraine"], kind.attribution["ukraine"]["russia"]):
            faults.append(f"{name}.attribution")
    return faults


@pytest.mark.parametrize("name", CASES)
def test_both_sides_get_the_same_ranges(name: str) -> None:
    assert unequal(load(name)) == []


@pytest.mark.parametrize("name", LATER)
def test_ranges_differ_later_only_where_a_document_says_so(name: str) -> None:
    loaded = load(name)
    assert unequal(loaded) == ["authority"]
    assert loaded.scenario.parties["russia"].authority["ukraine"].source == "izvestia-2025-05-30"


@pytest.mark.parametrize(
    ("path", "fault"),
    [
        ("parties.russia.deadline", "deadline"),
        ("parties.ukraine.trust.russia", "trust"),
        ("parties.ukraine.issues.demilitarisation.reservation", "demilitarisation.reservation"),
        ("baskets.ceasefire.exposure.russia", "Ceasefire"),
        ("incidents.attacks_by_ukraine.rate", "attacks.rate"),
        ("incidents.threats.attribution.russia.ukraine", "threats.attribution"),
    ],
)
def test_control_unequal_ranges_are_found(path: str, fault: str) -> None:
    assert unequal(load("istanbul-2025", {path: 0.5})) == [fault]


def test_sponsors_of_the_two_sides_weigh_alike() -> None:
    for name in DATED:
        sponsors = load(name).scenario.sponsors
        arms = [sponsors[n].levers["arms"] for n in ("united_states", "europe")]
        support = sponsors["belarus_as_backer"].levers["support"]
        assert sum(lever.relief["ukraine"].high for lever in arms) == pytest.approx(support.relief["russia"].high)
        assert -sum(lever.balance.low for lever in arms) == pytest.approx(support.balance.high)


# Positions and words


def test_every_entry_has_a_note_of_its_own(record: Record) -> None:
    entries = [*record.positions, *record.acts, *record.proposals, *record.remarks]
    assert [entry.id for entry in entries if len(entry.note.split()) < 3] == []


def test_positions_lie_on_issues_of_the_catalogue(record: Record) -> None:
    issues = set(read(CASE / "issues.yaml").data["issues"])
    assert {position.issue for position in record.positions} <= issues
    assert {name for p in record.positions for name in p.condition_met_by} <= issues | {"external"}
    assert {position.id for position in record.positions if position.issue not in issues} == set()


def test_no_position_is_known_before_it_is_taken(record: Record) -> None:
    assert [p.id for p in record.positions if p.disclosed < p.event] == []


LOADED = re.compile(
    r"\b(regimes?|terror\w*|puppets?|junta|aggress\w*|special military|provocat\w*|gangs?|annex\w*|liberat\w*|"
    r"unprovoked|brutal\w*|barbar\w*|so-called|separatis\w*|rebels?|bandits?|illegal\w*|heroic|fascis\w*)\b",
    re.I,
)
QUOTED_KEYS = ("title", "url", "publisher")


def loaded_words(data: Mapping[str, Any], quoting: bool) -> list[str]:
    """Loaded words in texts; titles of sources are other people's words."""
    kept = _without_titles(data) if quoting else data
    return [word for text in texts(kept) for word in LOADED.findall(text)]


def _without_titles(node: Any) -> Any:
    if isinstance(node, dict):
        return {key: _without_titles(below) for key, below in node.items() if key not in QUOTED_KEYS}
    return [_without_titles(below) for below in node] if isinstance(node, list) else node


def test_no_loaded_words() -> None:
    files = list(shipped_folder().rglob("*.yaml"))
    assert len(files) > 10
    quoting = ("sources.yaml", "papers.yaml")
    found = {file.name: loaded_words(read(file).data, file.name in quoting) for file in files}
    assert {name: words for name, words in found.items() if words} == {}


def test_control_loaded_words_are_found() -> None:
    assert loaded_words({"notes": ["The regime calls it a Terrorist act"]}, quoting=False) == ["regime", "Terrorist"]
    assert loaded_words({"a": {"title": "Annexation", "note": "so-called"}}, quoting=True) == ["so-called"]
    assert loaded_words({"note": "Both sides were determined to talk about terms of interest."}, quoting=False) == []


# The README's examples


def examples() -> dict[str, str]:
    """YAML blocks of the README that are whole files, by the name their first line gives."""
    text = (shipped_folder() / "README.md").read_text(encoding="utf-8")
    blocks = re.findall(r"^( *)```yaml\n(.*?)^\1```", text, re.M | re.S)
    unindented = [re.sub(rf"^{indent}", "", block, flags=re.M) for indent, block in blocks]
    return {match.group(1): block for block in unindented if (match := re.match(r"# ([a-z-]+)\.yaml", block))}


@pytest.mark.parametrize("name", ["my-minsk", "my-two-villages"])
def test_an_example_of_the_readme_is_a_scenario(name: str, tmp_path: Path) -> None:
    file = tmp_path / f"{name}.yaml"
    file.write_text(examples()[name], encoding="utf-8")
    assert load(file).scenario.id == name
