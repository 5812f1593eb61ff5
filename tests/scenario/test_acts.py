"""Documented acts: both sides by one mapping, warnings of outdated lines, hand-worked numbers, the verb."""

from __future__ import annotations

import datetime
import re
from pathlib import Path

import pytest

from sim.core.errors import ParleyError
from sim.evidence.record import Record, load_record
from sim.scenario import derive as derivation
from sim.scenario.contradictions import list_contradictions
from sim.scenario.derive import derive
from sim.scenario.ledger import build_ledger
from sim.scenario.load import load
from sim.scenario.numbers import iterate_numbers
from sim.scenario.redate import write_redated
from sim.scenario.schema import Scenario
from tests.scenario.dated import CASE, DATED, open_all


@pytest.fixture(scope="module")
def record() -> Record:
    return load_record(CASE)


# Both sides by one mapping

_OTHER = {"russia": "ukraine", "ukraine": "russia"}


def _mirror(record: Record) -> Record:
    """The record with both parties swapped and every scale turned round."""
    positions = [
        x.model_copy(update={"actor": _OTHER.get(x.actor, x.actor), "value": 1.0 - x.value}) for x in record.positions
    ]
    swapped = ("actor", "towards", "attributed_by")
    acts = [
        x.model_copy(update={key: _OTHER.get(getattr(x, key) or "", getattr(x, key)) for key in swapped})
        for x in record.acts
    ]
    return record.model_copy(update={"positions": positions, "acts": acts})


def _swap(path: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(_OTHER.get(step, step) for step in path)


def _unlike(plain: Scenario, mirrored: Scenario) -> list[str]:
    """Paths whose mirror image is not the number of the other side."""
    numbers, images = dict(iterate_numbers(plain)), dict(iterate_numbers(mirrored))
    faults = []
    for path, number in numbers.items():
        by_party = path[0] in ("parties", "venues") and path[2] not in ("ratifiers", "side")
        if (
            by_party
            or path[2:3] == ("leaning",)
            or (path[2:3] == ("attribution",) and not plain.incidents[path[1]].doer)
        ):
            image = images[_swap(path)]
            ends: tuple[float, ...] = (image.low, image.mode, image.high)
            if path[-1] in ("demand", "reservation", "conceded"):
                ends = (1.0 - image.high, 1.0 - image.mode, 1.0 - image.low)
            if (number.low, number.mode, number.high) != pytest.approx(ends, abs=1e-9):
                faults.append(".".join(path))
    for p, party in plain.parties.items():
        twin = mirrored.parties[_OTHER[p]].mandate or []
        own = [(x.baskets, x.level, x.since) for x in party.mandate or []]
        if own != [(x.baskets, x.level, x.since) for x in twin]:
            faults.append(f"parties.{p}.mandate")
    return faults


@pytest.mark.parametrize("name", DATED)
def test_swapped_actors_on_turned_scales_get_mirror_numbers(
    name: str, record: Record, monkeypatch: pytest.MonkeyPatch
) -> None:
    s, loaded = open_all(name)
    plain, _, _ = derive(s, loaded.origins, CASE)
    image = _mirror(record)
    monkeypatch.setattr(derivation, "load_record", lambda _: image)
    mirrored, _, _ = derive(s, loaded.origins, CASE)
    assert _unlike(plain, mirrored) == []


def test_control_one_turned_position_breaks_the_mirror(record: Record, monkeypatch: pytest.MonkeyPatch) -> None:
    s, loaded = open_all("istanbul-2025-june")
    plain, _, _ = derive(s, loaded.origins, CASE)
    image = _mirror(record)
    acts = [x.model_copy(update={"act": "venue_offer"}) if x.id == "ua-2022-02-27-minsk" else x for x in image.acts]
    monkeypatch.setattr(derivation, "load_record", lambda _: image.model_copy(update={"acts": acts}))
    mirrored, _, _ = derive(s, loaded.origins, CASE)
    assert _unlike(plain, mirrored) == ["venues.minsk.acceptability.ukraine"]


# Lines that newer documents speak against


@pytest.mark.parametrize("name", DATED)
def test_no_line_of_a_shipped_scenario_is_outdated(name: str) -> None:
    assert [str(contradiction) for contradiction in list_contradictions(load(name))] == []


def test_what_the_scenario_states_wins_and_is_shown() -> None:
    notes = [note for group in build_ledger(load("istanbul-2025")) for note in group.notes]
    stated = (
        "acceptability russia: stated by the scenario; by documented acts 0.8 to 1 (the party offered to meet there"
    )
    assert [note for note in notes if note.startswith(stated)]


def test_a_moved_date_names_outdated_lines() -> None:
    moved = load("istanbul-2025", {"as_of": "2025-06-10", "start": "2025-06-11"})
    verbs = {x.path: (x.verb, x.entries) for x in list_contradictions(moved)}
    assert verbs["parties.ukraine.mandate"] == ("contradict", ("ua-2025-06-10-mandate", "ua-2025-06-10-president"))
    assert verbs["venues.minsk.acceptability.ukraine"] == ("outdate", ("by-2025-06-10-minsk",))
    assert verbs["documents.russian_memorandum"] == ("contradict", ("ru-memorandum-2025-06-02",))
    assert verbs["parties.ukraine.preconditions"] == ("outdate", ("ua-2025-06-02-sequence",))
    assert verbs["sponsors.united_states.levers.pressure_to_talk.on"] == ("outdate", ("us-2025-05-30-sanctions",))
    # "Nothing documented by 15 May": a range where both have spoken since.
    assert verbs["parties.ukraine.issues.bodies.demand"] == ("outdate", ("ua-2025-06-07-bodies",))
    own = load("istanbul-2025", {"as_of": "2025-06-10", "start": "2025-06-11", "parties.ukraine.mandate": []})
    assert "parties.ukraine.mandate" not in {x.path for x in list_contradictions(own)}


# Hand-worked numbers


def test_acceptability_by_the_latest_own_word_and_a_meeting_since() -> None:
    places = load("istanbul-2025-june").scenario.venues
    ends = {(v, p): (x.low, x.high) for v, venue in places.items() for p, x in venue.acceptability.items()}
    assert ends["istanbul", "russia"] == (0.8, 1.0)  # offered on 28 May, met there on 2 June
    assert ends["istanbul", "ukraine"] == (0.6, 1.0)  # would wait there on 11 May, met there twice
    assert ends["minsk", "ukraine"] == (0.0, 0.3)  # refused on 27 February 2022, no own word on Minsk since
    assert ends["vatican", "russia"] == (0.0, 0.3)


def test_trust_after_a_hand_over_of_all_that_was_agreed() -> None:
    # 390, 307 and 303 of 1,000 in 23 to 25 May, seen on 2 June; gain .02 to .15, memory 30 to 180 days, trust .1 to .4.
    low, high = 0.1, 0.4
    for share, days in ((0.39, 10), (0.307, 9), (0.303, 8)):
        low += 0.02 * (1 - low) * share * 2.718281828459045 ** (-days / 30)
        high += 0.15 * (1 - high) * share * 2.718281828459045 ** (-days / 180)
    trust = load("istanbul-2025-round-2").scenario.parties["ukraine"].trust["russia"]
    assert (trust.low, trust.high) == pytest.approx((low, high))
    stated = load("istanbul-2025-round-2", {"parties.ukraine.trust.russia": 0.2}).scenario.parties["ukraine"]
    assert stated.trust["russia"].mode == 0.2


def test_a_rate_is_the_interval_of_its_count() -> None:
    # One night in 25 days: quantiles of Gamma(1.5, 25) are those of chi-square(3) over 50, at 5% .3518, at 95% 7.8147.
    rate = load("istanbul-2025-june").scenario.incidents["sabotage"].rate
    assert rate is not None
    assert (rate.low, rate.high) == pytest.approx((0.3518 / 50, 7.8147 / 50), rel=1e-3)


def test_days_without_documents_are_not_quiet() -> None:
    """The documents end soon after 10 June 2025: a later date makes no incident rarer."""
    later = {"as_of": "2025-06-12", "start": "2025-06-20"}
    rates = [load("istanbul-2025-june", changes).scenario.incidents["threats"].rate for changes in ({}, later)]
    # One day in 25 by 10 June, one in 26 by 11 June, the newest by the 12th: chi-square with 3 degrees of freedom.
    assert [rate.high for rate in rates if rate] == pytest.approx([7.8147 / 50, 7.8147 / 52], rel=1e-3)


def test_who_is_blamed_follows_from_what_each_side_says(tmp_path: Path) -> None:
    sabotage = load("istanbul-2025-june").scenario.incidents["sabotage"]
    ends = {(p, q): (x.low, x.high, x.provenance) for p, row in sabotage.attribution.items() for q, x in row.items()}
    assert ends == dict.fromkeys([("russia", "ukraine"), ("ukraine", "russia")], (0.3, 1.0, "derived"))
    file = tmp_path / "silent.yaml"
    file.write_text("extends: istanbul-2025-june\nid: silent\nevidence: {left_out: {bridges: Ukraine did not reply}}\n")
    assert set(load(file).scenario.incidents["sabotage"].attribution) == {"russia"}
    stated = load("istanbul-2025-june", {"incidents.sabotage.attribution.ukraine.russia": 0.9}).scenario
    assert stated.incidents["sabotage"].attribution["ukraine"]["russia"].mode == 0.9


def test_a_contested_charge_moves_nothing_and_the_other_coding_lowers_compliance() -> None:
    usual = load("istanbul-2022").scenario.parties["ukraine"].compliance
    assert (usual.low, usual.high, usual.provenance) == (0.6, 0.98, "assumed")
    chosen = load("istanbul-2022", {"evidence.alternatives": ["ru-2022-03-07-orders-as-said"]}).scenario.parties
    assert (chosen["ukraine"].compliance.low, chosen["ukraine"].compliance.high) == (0.3, 0.9)
    assert chosen["russia"].compliance.low == 0.6


def test_leaning_by_what_is_said_of_a_shared_view() -> None:
    belarus = load("istanbul-2025-june").scenario.mediators["belarus"]
    toward = belarus.leaning["russia"]
    assert (toward.low, toward.high, toward.provenance) == (0.3, 0.8, "derived")
    assert "by-2025-06-10-causes" in (toward.why or "")
    assert belarus.leaning["ukraine"].high < 0  # stated, as in 2022


def test_papers_of_the_parties_are_on_the_table_once_disclosed(tmp_path: Path) -> None:
    file = tmp_path / "bare.yaml"
    bare = "documents: null\nparties: {ukraine: {meets_only_if: []}}\n"
    file.write_text(f"extends: istanbul-2025-round-2\nid: bare\n{bare}")
    before = load(file).scenario.documents
    # Handed over by 28 May, its text known on 2 June; the papers of 7 March 2022 are left out by choice.
    assert list(before) == ["ua_proposals_2022_03_29", "ua_draft_2022_04_06", "ua_europe_proposals_2025_04_23"]
    after = load(file, {"as_of": "2025-06-02", "start": "2025-06-03"}).scenario.documents
    assert set(after) - set(before) == {"ru_memorandum_2025_06_02", "ua_memorandum_2025_06_02"}
    assert after["ru_memorandum_2025_06_02"].author == "russia"
    assert "russian_memorandum" in load("istanbul-2025-round-2").scenario.documents  # what is stated wins


def test_another_coding_does_not_replace_the_usual_one_before_it_is_known(
    record: Record, monkeypatch: pytest.MonkeyPatch
) -> None:
    late = [
        x.model_copy(update={"disclosed": datetime.date(2025, 6, 11)})
        if x.id == "ua-2025-06-02-monitoring-joint"
        else x
        for x in record.positions
    ]
    monkeypatch.setattr(derivation, "load_record", lambda _: record.model_copy(update={"positions": late}))
    chosen = {"evidence.alternatives": ["ua-2025-06-02-monitoring-joint"]}
    demand = load("istanbul-2025-june", chosen).scenario.parties["ukraine"].issues["monitoring"].demand
    assert demand is not None
    assert (demand.mode, demand.why) == (0.0, "ua-2025-06-02-monitoring")


def test_another_coding_counts_only_where_it_is_chosen() -> None:
    usual = load("istanbul-2025-june").scenario.parties["ukraine"].issues["monitoring"].demand
    chosen = {"evidence.alternatives": ["ua-2025-06-02-monitoring-joint"]}
    other = load("istanbul-2025-june", chosen).scenario.parties["ukraine"].issues["monitoring"].demand
    assert usual is not None
    assert other is not None
    assert (usual.mode, other.mode) == (0.0, 0.25)


# The verb


def test_as_of_writes_a_scenario_with_its_changes(tmp_path: Path) -> None:
    file = write_redated("istanbul-2025", datetime.date(2025, 6, 10), tmp_path / "moved.yaml")
    with pytest.raises(ParleyError, match="exists already and is left as it is"):
        write_redated("istanbul-2025", datetime.date(2025, 6, 10), file)
    text = file.read_text(encoding="utf-8")
    loaded = load(file)
    assert loaded.scenario.as_of == datetime.date(2025, 6, 10)
    assert loaded.scenario.start == datetime.date(2025, 6, 11)
    for line in list_contradictions(loaded):
        assert f"{line.path} (istanbul-2025.yaml:" in text
    assert "parties.russia.issues.sequence.demand: 0.75 [rbc-ukraine-2025-05-11, quotes] → 0.9" in text
    before = dict(iterate_numbers(load("istanbul-2025").scenario))
    for path, number in iterate_numbers(loaded.scenario):
        if path[-1] != "age" and (path not in before or before[path].format_range() != number.format_range()):
            assert f"{'.'.join(path)}: " in text, path


def test_as_of_says_where_the_documents_end(tmp_path: Path) -> None:
    heads = {}
    for day in (datetime.date(2025, 6, 10), datetime.date(2025, 6, 12)):
        file = write_redated("istanbul-2025", day, tmp_path / f"on-{day}.yaml")
        heads[day.day] = file.read_text(encoding="utf-8").splitlines()[0]
    assert heads[10].endswith("instead of 2025-05-15.")
    assert heads[12].endswith("The newest document that counts is of 2025-06-11: of later days nothing is known here.")


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        (["istanbul-2025", "2025-05-10", "-o", "a.yaml"], "2025-05-10 is not after 2025-05-15, the `as_of` of"),
        (["river-border", "2031-01-01", "-o", "a.yaml"], "`river-border` rests on no documents"),
        (["istanbul-2025", "2025-06-99", "-o", "a.yaml"], "`2025-06-99` is not a date; write YYYY-MM-DD"),
        (["istanbul-2025", "2025-06-10", "-o", "a.txt"], "`a.txt` is not a valid name of a scenario file; write NAME"),
        (["istanbul-2025", "2025-06-10", "-o", "istanbul-2022.yaml"], "is the name of a shipped scenario"),
    ],
)
def test_as_of_refuses_with_one_message(
    words: list[str], problem: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from typer.testing import CliRunner

    from sim.cli.main import app

    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(app, ["as-of", *words])
    assert result.exit_code == 2
    assert problem in result.output
    assert list(tmp_path.iterdir()) == []


def test_show_unused_and_warnings_on_the_command_line() -> None:
    from typer.testing import CliRunner

    from sim.cli.main import app

    moved = ["--set", "as_of=2025-06-10", "--set", "start=2025-06-11"]
    result = CliRunner().invoke(app, ["show", "istanbul-2025", "--unused", *moved])
    assert result.exit_code == 0
    assert "warning: parties.ukraine.mandate (istanbul-2025.yaml:" in result.output
    assert "left out\tposition\tua-2025-06-02-eu\tby choice: no objection of Russia is documented" in result.output


def test_the_guide_to_a_later_date_does_what_it_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from typer.testing import CliRunner

    from sim.cli.main import app

    guide = Path(__file__).resolve().parents[2] / "docs" / "how-to" / "move-a-scenario-in-time.md"
    text, run = guide.read_text(encoding="utf-8"), CliRunner().invoke
    monkeypatch.chdir(tmp_path)
    (written,) = re.findall(r"^parley (as-of .*)$", text, re.M)
    assert run(app, written.split()).exit_code == 0
    (file,) = re.findall(r"```yaml\n# file: my-june.yaml\n(.*?)```", text, re.S)
    Path("my-june.yaml").write_text(file, encoding="utf-8")
    result = run(app, ["show", "my-june.yaml", "--unused"])
    assert result.exit_code == 0
    warnings = re.findall(r"warning: (\S+)", result.output)
    assert warnings and not {"parties.ukraine.mandate", "venues.minsk.acceptability.ukraine"} & set(warnings)
    assert "left out\tact\tua-2025-05-23-vatican\tby choice: no side has come back to it since May" in result.output
    s = load("my-june.yaml").scenario
    assert [entry.level for entry in s.parties["ukraine"].mandate or []] == ["ministers", "leaders"]
    assert s.incidents["sabotage"].attribution["ukraine"]["russia"].provenance == "derived"
    (other,) = re.findall(r"my-june.yaml,evidence.alternatives=\[(.*?)\]", text)
    assert load("my-june.yaml", {"evidence.alternatives": [other]}).scenario.evidence
