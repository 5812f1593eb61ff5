"""The six cases beside the first: what their rules promise, and that parties.csv and scenario say the same."""

from __future__ import annotations

import csv
import datetime
import re

import pytest
from scipy.stats import chi2

from sim.evidence.record import Record, load_record
from sim.scenario.library import shipped_folder
from sim.scenario.load import load
from sim.yamlio.reader import read

FOLDER = shipped_folder() / "cases"
CASES = sorted(table.parent.name for table in FOLDER.glob("*/parties.csv"))
SWITCHES = [
    (case, switch)
    for case in CASES
    for switch in ["all", "own", *sorted({x.perspective for x in load_record(FOLDER / case).sources.values()})]
]
ROLES = {"seated", "observer", "ratifier", "mediator", "sponsor", "context", "merged"}
NEVER = datetime.date(9999, 12, 31)


def read_parties(case: str) -> list[dict[str, str]]:
    with (FOLDER / case / "parties.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize(("case", "switch"), SWITCHES)
def test_a_case_loads_under_every_switch_and_uses_nothing_from_after_its_day(case: str, switch: str) -> None:
    loaded = load(case, {"evidence.admit": switch})
    as_of = loaded.scenario.as_of
    assert loaded.scenario.start == as_of + datetime.timedelta(days=1)
    disclosed = {position.id: position.disclosed for position in load_record(FOLDER / case).positions}
    bases = loaded.derivations.values()
    used = {x for b in bases for x in (b.demand, b.conceded, b.withdrawn_by, b.salience, *b.passed_over) if x}
    assert [x for x in sorted(used) if disclosed[x] > as_of] == []


@pytest.mark.parametrize("case", CASES)
def test_sources_that_a_scenario_names_were_out_by_its_day(case: str) -> None:
    scenario = load(case).scenario
    sources = load_record(FOLDER / case).sources
    text = (FOLDER / case / f"{case}.yaml").read_text(encoding="utf-8")
    named = {name: source for name, source in sources.items() if f"source: {name}," in text}
    assert [name for name, source in named.items() if source.published > scenario.as_of] == []


@pytest.mark.parametrize("case", CASES)
def test_the_table_of_parties_and_the_scenario_agree(case: str) -> None:
    scenario, rows = load(case).scenario, read_parties(case)
    by_role = {role: {row["party"] for row in rows if row["role"] == role} for role in ("seated", "mediator")}
    assert by_role["seated"] == set(scenario.parties)
    assert set(scenario.mediators) <= by_role["mediator"]
    ratified = {row["party"] for row in rows if row["role"] == "ratifier"}
    assert ratified == {p for p, party in scenario.parties.items() if party.ratifiers}
    assert {row["role"] for row in rows} <= ROLES
    assert [row["actor"] for row in rows if not row["reason"]] == []


def stakes_by_rule(case: str) -> dict[str, set[str]]:
    """By party the baskets on at least half of whose issues a statement is coded (rule 12); joint texts count."""
    scenario, record = load(case).scenario, load_record(FOLDER / case)
    stakes: dict[str, set[str]] = {}
    for p, party in scenario.parties.items():
        issues = {x.issue for x in record.positions if x.actor == (party.actor or p)} | _list_signed(record, p)
        for b in scenario.baskets:
            members = {i for i, issue in scenario.issues.items() if issue.basket == b}
            if len(issues & members) * 2 >= len(members):
                stakes.setdefault(p, set()).add(b)
    return stakes


def _list_signed(record: Record, party: str) -> set[str]:
    """Issues of joint texts that name the party as the signatory they are coded for, or nobody in particular."""
    names = {"bosnia_herzegovina": "Bosnia", "fr_yugoslavia": "FR Yugoslavia", "croatia": "Croatia"}
    joint = [x for x in record.positions if x.actor == "joint"]
    return {x.issue for x in joint if "coded for" not in x.note or names.get(party, "") in x.note}


@pytest.mark.parametrize("case", CASES)
def test_stakes_follow_the_rule(case: str) -> None:
    scenario = load(case).scenario
    held = {p: {scenario.issues[i].basket for i in party.issues} for p, party in scenario.parties.items()}
    assert held == stakes_by_rule(case)


@pytest.mark.parametrize("case", CASES)
def test_what_only_the_mediator_was_told_is_undisclosed(case: str) -> None:
    positions = load_record(FOLDER / case).positions
    told = [x for x in positions if x.note.startswith("Told to the mediator only")]
    assert {x.disclosed for x in told} <= {NEVER}
    assert case != "camp-david-1978" or len(told) > 5


@pytest.mark.parametrize("case", CASES)
def test_joint_texts_are_no_demands_and_entries_have_notes(case: str) -> None:
    scenario, record = load(case).scenario, load_record(FOLDER / case)
    assert "joint" not in {party.actor for party in scenario.parties.values()}
    assert [x.id for x in (*record.positions, *record.acts) if len(x.note.split()) < 3] == []
    assert [x.id for x in record.positions if x.disclosed < x.event] == []
    assert {x.issue for x in record.positions} <= set(read(FOLDER / case / "issues.yaml").data["issues"])


@pytest.mark.parametrize("case", CASES)
def test_precedents_are_joint_texts(case: str) -> None:
    scenario, record = load(case).scenario, load_record(FOLDER / case)
    read_ones = [x for x in record.positions if x.actor == "joint" and x.kind == "own" and x.stance != "deferred"]
    signed = {(x.issue, x.value) for x in read_ones}
    assert {(i, past.value.mode) for i, past in scenario.precedents.items()} <= signed


COUNTS = {"no": 0, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5}


def interval(count: int, days: float = 90.0) -> tuple[float, float]:
    """The central 90 % interval of a Poisson rate (Garwood 1936); without an event from 0 to the one-sided 95 %."""
    low = chi2.ppf(0.05, 2 * count) / 2 if count else 0.0
    return low / days, chi2.ppf(0.95, 2 * count + 2) / 2 / days


@pytest.mark.parametrize("case", CASES)
def test_rates_of_incidents_are_intervals_of_counted_acts(case: str) -> None:
    for name, kind in load(case).scenario.incidents.items():
        count = re.search(r"a day; (\w+) such acts?", kind.rate.why or "")
        assert count is not None, name
        assert (kind.rate.low, kind.rate.high) == pytest.approx(interval(COUNTS[count[1]]), abs=5e-5), name


def test_control_another_count_has_another_interval() -> None:
    assert interval(2) != pytest.approx(interval(1), abs=5e-5)
    assert interval(5)[1] == pytest.approx(10.513 / 90, abs=1e-4), "Garwood's table: 10.513 for five events"


def test_the_six_cases_are_covered() -> None:
    six = {"aceh-2005", "camp-david-1978", "colombia-2012", "dayton-1995", "jcpoa-2013", "northern-ireland-1996"}
    assert six <= set(CASES)


def test_control_a_party_that_the_table_lacks_is_noticed() -> None:
    held = stakes_by_rule("dayton-1995")
    assert "territory" not in held["croatia"], "one issue of four is less than half"
    assert {row["party"] for row in read_parties("dayton-1995") if row["role"] == "seated"} - {"croatia"} != set(held)
