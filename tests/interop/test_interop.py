"""Files of other tools: what is read, what is written, what is refused."""

from __future__ import annotations

import errno
import json
import os
from pathlib import Path

import numpy as np
import pytest

from sim.analysis.actors import weighted_mean
from sim.analysis.game import MIDDLE, build_games, start_talks
from sim.core.errors import ParleyError, ScenarioError
from sim.interop import export, genius, ktab, tactics
from sim.interop import folder as domains
from sim.interop.discrete import CROSSED, build_domain
from sim.interop.domain import Domain, Profile
from sim.interop.files import make_name, number_repeats, write_scenario
from sim.scenario.load import load
from sim.scenario.resolve import resolve

KTAB = """\
A case ,"Three towns, one road",3,2,
Actor,Description,Power,Road,Sal1,Bridge,Sal2,
Alder, Alder town, 100.0, 75.0, 50.0, 5.0, 10.0,
Birch, Birch town, 50, 100, 30, 70, 20
Alder, "Another, of the same name", 120, 0, 48, 90, 15,
"""


def table(tmp_path: Path, text: str = KTAB) -> Path:
    path = tmp_path / "towns.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_ktab_by_hand(tmp_path):
    found = ktab.read(table(tmp_path))
    assert found.title == "A case" and found.dimensions == ("Road", "Bridge")
    road = found.groups[0]
    assert road.position == pytest.approx([0.75, 1.0, 0.0]) and road.salience == pytest.approx([0.5, 0.3, 0.48])
    by_hand = (100 * 0.5 * 0.75 + 50 * 0.3 * 1.0) / (100 * 0.5 + 50 * 0.3 + 120 * 0.48)
    assert weighted_mean(road) == pytest.approx(by_hand)


def test_ktab_becomes_a_scenario_that_runs(tmp_path):
    from sim.results.plan import plan, simulate_chunks

    out = tmp_path / "towns.yaml"
    ktab.convert(table(tmp_path), out)
    scenario = load(out).scenario
    assert list(scenario.parties) == ["alder", "birch", "alder_2"] and list(scenario.issues) == ["road", "bridge"]
    stake = scenario.parties["alder"].issues["road"]
    assert stake.demand.low == 0.75 and stake.salience.low == 0.5
    # The others' weighted mean lies below .75: it concedes downward, as far as 0.
    assert (stake.reservation.low, stake.reservation.high) == (0.0, 0.7)
    assert "power 100" in scenario.parties["alder"].title
    assert sum(chunk.rows.size for chunk in simulate_chunks(plan(out, 5, engine="mesa", workers=1))) == 5


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a,b,2\n", "a line of counts"),
        (KTAB.replace("3,2,", "4,2,"), "towns.csv:1: 4 actors are announced and 3 listed"),
        (KTAB.replace("3,2,", "x,2,"), "number of actors is `x`"),
        (KTAB.replace("75.0", "175"), "towns.csv:3: `175` in cell 4; allowed: 0 to 100"),
        (KTAB.replace("75.0", "many"), "`many` in cell 4"),
        (KTAB.replace("50, 100, 30, 70, 20", "50, 100, 30"), "towns.csv:4: 5 cells; 7 are needed"),
        (KTAB.replace("100.0,", "-1,"), "allowed: 0 or more"),
        ("", "a line of counts"),
    ],
)
def test_ktab_refused(tmp_path, text, message):
    with pytest.raises(ScenarioError, match=message):
        ktab.convert(table(tmp_path, text), tmp_path / "out.yaml")
    assert not (tmp_path / "out.yaml").exists()


DOMAIN = """
<negotiation_template><utility_space number_of_issues="2"><objective index="1" name="root" type="objective">
  <issue index="1" name="price" type="discrete"><item index="1" value="low"/><item index="2" value="mid"/>
    <item index="3" value="high"/></issue>
  <issue index="2" name="days" type="integer" lowerbound="1" upperbound="2"/>
</objective></utility_space></negotiation_template>
"""
SPACE = """
<utility_space number_of_issues="2"><objective index="1" name="root" type="objective">
  <issue index="1" name="price" type="discrete"><item index="1" value="low" evaluation="{0}"/>
    <item index="2" value="mid" evaluation="{1}"/><item index="3" value="high" evaluation="{2}"/></issue>
  <issue index="2" name="days" type="integer" lowerbound="1" upperbound="2">
    <evaluator ftype="linear" slope="{3}" offset="{4}"/></issue>
  <weight index="1" value="{5}"/><weight index="2" value="{6}"/>
</objective><discount_factor value="1.0"/><reservation value="{7}"/></utility_space>
"""


def folder(tmp_path: Path, **files: str) -> Path:
    found = tmp_path / "domain"
    found.mkdir()
    texts = {
        "shop": DOMAIN,
        "buyer": SPACE.format(10, 6, 2, -0.75, 1, 0.75, 0.25, 0.3),
        "seller": SPACE.format(1, 3, 5, 0.5, 0.5, 0.5, 0.5, 0.1),
    } | files
    for name, text in texts.items():
        (found / f"{name}.xml").write_text(text)
    return found


def test_genius_by_hand(tmp_path):
    found = genius.read(folder(tmp_path))
    assert found.name == "shop" and found.issues == ("price", "days")
    assert found.values == (("low", "mid", "high"), ("1", "2"))
    buyer, seller = found.profiles
    assert buyer.evaluations[0] == pytest.approx([1.0, 0.6, 0.2])
    assert buyer.evaluations[1] == pytest.approx([1.0, 0.25])
    assert seller.evaluations[0] == pytest.approx([0.2, 0.6, 1.0])
    assert (buyer.reserved, seller.reserved) == (0.3, 0.1)
    assert found.list_outcomes()[1] == ("low", "2")
    assert found.compute_worth()[1] == pytest.approx([0.75 * 1.0 + 0.25 * 0.25, 0.5 * 0.2 + 0.5 * 1.0])


def test_genius_becomes_a_scenario_that_runs(tmp_path):
    from sim.results.plan import plan, simulate_chunks

    out = tmp_path / "shop.yaml"
    with pytest.raises(ParleyError, match=r"0.671/0.694 by straight lines, 0.812/0.600 exact"):
        domains.convert(folder(tmp_path), out)  # its six outcomes leave gaps that a scale does not have
    domains.convert(tmp_path / "domain", out, approximate=True)
    scenario = load(out).scenario
    # The first side's order: high is worth least to the buyer, low most.
    assert [option.label for option in scenario.issues["price"].options] == ["high", "mid", "low"]
    buyer, seller = (scenario.parties[p].issues["price"] for p in ("buyer", "seller"))
    assert (buyer.demand.low, seller.demand.low) == (1.0, 0.0)
    # By hand: weight times spread is .75 * .8 = .6 and .25 * .75 = .1875, utilities go from 1 down to .2125;
    # the reservation value .3 lies .7/.7875 of the way down on both scales.
    assert buyer.reservation.low == pytest.approx(1 - 0.7 / 0.7875)
    assert buyer.salience.low == pytest.approx(0.6 / 0.7875)
    assert sum(chunk.rows.size for chunk in simulate_chunks(plan(out, 5, engine="mesa", workers=1))) == 5


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("shop", "<negotiation_template/>", "issues with names"),
        ("shop", DOMAIN.replace('type="integer"', 'type="real"'), "issue `days` is real-valued"),
        ("shop", DOMAIN.replace('upperbound="2"', 'upperbound="100000"'), "1 to 10,000 whole numbers"),
        ("shop", DOMAIN.replace('type="integer"', 'type="time"'), "of type `time`"),
        ("shop", "<negotiation_template>", "is not XML"),
        ("buyer", "<other/>", "1 domain files and 1 utility spaces"),
        ("buyer", SPACE.format(10, 6, 2, 4, 1, 0, 0, 0.3), "weights are 0 or more and not all 0"),
        ("buyer", SPACE.format(10, 6, 2, 4, 1, -1, 1, 0.3), r"buyer\.xml:7: the weight of issue `price` is -1"),
        ("buyer", SPACE.format("x", 6, 2, 4, 1, 1, 1, 0.3), r"buyer\.xml:3: item\.evaluation: `x`; allowed: a number"),
        ("buyer", SPACE.replace('"days"', '"price"').format(1, 6, 2, 4, 1, 1, 1, 0), "`price` here and `days` in"),
    ],
)
def test_genius_refused(tmp_path, name, text, message):
    with pytest.raises(ScenarioError, match=message):
        genius.read(folder(tmp_path, **{name: text}))


def pair(steps: np.ndarray) -> Domain:
    """One issue: the first likes it as listed, the second the other way round."""
    values = tuple(f"v{k}" for k in range(steps.size))
    profiles = [Profile(name, np.ones(1), (worth,), 0.0) for name, worth in (("a", steps), ("b", steps[::-1]))]
    return Domain("pair", ("x",), (values,), tuple(profiles))


def test_tactics_by_hand():
    """Eleven values 0, .1, … 1; both linear, 9 steps: at step s (from 1) both hold out for 1 - s/10.

    Step 5: the first offers .5, which gives the second .5, inside its band; step 1: .9, step 2: .8 …
    """
    found = tactics.play(pair(np.linspace(0, 1, 11)), ["linear", "linear"], 9)
    assert found.agreement == ("v5",) and found.step == 5 and found.proposer == 0
    assert [(step, outcome) for step, side, outcome in found.offers if side == 0][:2] == [(0, ("v9",)), (1, ("v8",))]
    stubborn = tactics.play(pair(np.linspace(0, 1, 11)), ["1000", "1000"], 9)
    assert stubborn.agreement is None and stubborn.step == 9
    # A conceder against a boulware gets less than an even split.
    soft = tactics.play(pair(np.linspace(0, 1, 101)), ["conceder", "boulware"], 100)
    assert soft.agreement is not None and int(soft.agreement[0][1:]) < 50
    for wrong in (["linear"], ["linear", "fast"], ["linear", "0"]):
        with pytest.raises(ParleyError):
            tactics.play(pair(np.linspace(0, 1, 11)), wrong, 9)


def test_export_by_hand(tmp_path):
    loaded = load("river-border")
    written = export.export(loaded, tmp_path / "out")
    assert [path.name for path in written] == ["exchange", "calm", "river", "all-baskets"]
    files = sorted(path.name for path in written[2].iterdir())
    assert files == ["domain.yml", "northbank.yml", "southbank.yml", "upland.yml"]
    space = json.loads((written[0] / "domain.yml").read_text(encoding="utf-8"))
    assert space["issues"][0]["values"] == ["none released", "half released", "all released"]
    north = json.loads((written[0] / "northbank.yml").read_text(encoding="utf-8"))
    # Demand .95, reservation point .55: values of 0, .5 and 1.
    expected = {"none released": -0.55 / 0.4, "half released": -0.05 / 0.4, "all released": 1.0}
    assert north["values"][0]["mapping"] == pytest.approx(expected)
    game = build_games(start_talks(resolve(loaded.scenario, 0), MIDDLE))[0]
    assert north["reserved_value"] == pytest.approx(game.floor[0]) and north["weights"] == [1.0]
    with pytest.raises(ParleyError, match="holds the results of an earlier export"):
        export.export(loaded, tmp_path / "out")


def test_an_export_that_cannot_be_written_leaves_nothing(tmp_path, monkeypatch):
    real, written = Path.write_text, []

    def full(self, *args, **options):
        written.append(self)
        if len(written) > 3:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return real(self, *args, **options)

    monkeypatch.setattr(Path, "write_text", full)
    with pytest.raises(ParleyError, match="No space left on device; nothing is left half-written"):
        export.export(load("river-border"), tmp_path / "out")
    assert written and list(tmp_path.iterdir()) == []


def test_a_red_line_makes_an_outcome_worse_than_none():
    loaded = load("river-border")
    game = build_games(start_talks(resolve(loaded.scenario, 0), MIDDLE))[2]
    found = build_domain(game, [np.array([0.0, 0.5, 1.0])] * 2, [("a", "b", "c")] * 2)
    crossing = found.profiles[1].evaluations[0]  # southbank's red line lies at .5
    assert crossing[0] * game.salience[1, 0] == pytest.approx(CROSSED)
    assert crossing[1:] == pytest.approx([0.0, 1.0])


def test_names_and_labels():
    assert make_name("Ministry of Land!") == "ministry_of_land"
    assert make_name("7 towns", fallback="actor") == "actor_7_towns"
    assert make_name("", fallback="x") == "x" and make_name("a", ["a", "a_2"]) == "a_3"
    assert len(make_name("x" * 90)) <= 60
    assert number_repeats(["a", "b", "a", "a", ""]) == ("a", "b", "a (2)", "a (3)", "option")


def test_nothing_is_left_behind(tmp_path):
    with pytest.raises(ScenarioError, match=r"^x\.yaml: "):
        write_scenario({"extends": "behaviour", "id": "x"}, tmp_path / "x.yaml", "head")
    with pytest.raises(ParleyError):
        write_scenario({}, tmp_path / "x.txt", "head")
    (tmp_path / "there.yaml").write_text("a: 1")
    with pytest.raises(ParleyError, match="exists"):
        write_scenario({}, tmp_path / "there.yaml", "head")
    with pytest.raises(ParleyError, match="cannot be written"):
        write_scenario({}, tmp_path / "no" / "such.yaml", "head")
    assert [path.name for path in tmp_path.iterdir()] == ["there.yaml"]
