"""GeniusWeb profiles (JSON) by hand, and as NegMAS reads them."""

from __future__ import annotations

import json
import random
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sim.core.errors import ScenarioError
from sim.interop import folder as domains
from sim.interop import geniusweb


def profile(
    name: str, utilities: dict[str, dict[str, float]], weights: dict[str, float], bid: dict[str, str] | None = None
) -> dict[str, Any]:
    space = {
        "name": name,
        "issueUtilities": {i: {"discreteutils": {"valueUtilities": table}} for i, table in utilities.items()},
        "issueWeights": weights,
        "domain": {"name": "trip", "issuesValues": {i: {"values": list(table)} for i, table in utilities.items()}},
    }
    if bid is not None:
        space["reservationBid"] = {"issuevalues": bid}
    return {"LinearAdditiveUtilitySpace": space}


A = profile("a", {"place": {"sea": 1.0, "hills": 0.4}, "days": {"2": 0.2, "5": 0.9}}, {"place": 0.6, "days": 0.4},
            {"place": "hills", "days": "2"})  # fmt: skip
B = profile("b", {"place": {"hills": 1.0, "sea": 0.0}, "days": {"5": 0.5, "2": 0.7}}, {"days": 0.5, "place": 0.5})


def write(folder: Path, **files: Any) -> Path:
    folder.mkdir(exist_ok=True)
    for name, content in files.items():
        (folder / f"{name}.json").write_text(json.dumps(content), encoding="utf-8")
    return folder


def test_by_hand(tmp_path):
    found = domains.read(write(tmp_path / "d", a=A, b=B))
    assert found.name == "trip" and found.issues == ("place", "days") and found.values == (("sea", "hills"), ("2", "5"))
    assert [p.name for p in found.profiles] == ["a", "b"]
    by_hand = {("sea", "2"): (0.68, 0.35), ("sea", "5"): (0.96, 0.25), ("hills", "2"): (0.32, 0.85),
               ("hills", "5"): (0.6, 0.75)}  # fmt: skip
    for outcome, worth in zip(found.list_outcomes(), found.compute_worth(), strict=True):
        assert worth.tolist() == pytest.approx(by_hand[outcome])
    assert found.list_reserved_values().tolist() == pytest.approx([0.32, 0.0])  # (hills, 2), and no reservation bid


def test_a_domain_file_beside_the_profiles(tmp_path):
    domain = {"name": "trip", "issuesValues": {"days": {"values": ["5", "2"]}, "place": {"values": ["sea", "hills"]}}}
    found = geniusweb.read(write(tmp_path / "d", trip=domain, a=A, b=B))
    assert found.issues == ("days", "place") and found.values[0] == ("5", "2")
    assert found.compute_worth()[0].tolist() == pytest.approx([0.96, 0.25])


def random_profiles(seed: int) -> dict[str, Any]:
    chance = random.Random(seed)
    issues = {f"issue {k}": [f"v{n}" for n in range(chance.randint(2, 5))] for k in range(chance.randint(1, 4))}
    made = {}
    for name in "ab":
        weights = {issue: chance.uniform(0.1, 1.0) for issue in issues}
        shares = {issue: weight / sum(weights.values()) for issue, weight in weights.items()}
        tables = {issue: {value: chance.random() for value in values} for issue, values in issues.items()}
        bid = {issue: chance.choice(values) for issue, values in issues.items()} if chance.random() < 0.7 else None
        made[name] = profile(name, tables, shares, bid)
    return made


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("seed", range(30))
def test_as_negmas_reads_the_same_files(tmp_path, seed):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        negmas = pytest.importorskip("negmas", reason="the extra `negmas` is not installed")
    folder = write(tmp_path / "d", **random_profiles(seed))
    ours = geniusweb.read(folder)
    for k, name in enumerate("ab"):
        ufun, _ = negmas.preferences.UtilityFunction.from_geniusweb(folder / f"{name}.json")
        theirs = [float(ufun(outcome)) for outcome in ours.list_outcomes()]
        assert ours.compute_worth()[:, k] == pytest.approx(np.array(theirs), abs=1e-12)
        if ours.profiles[k].reserved or (ufun.reserved_value is not None and np.isfinite(ufun.reserved_value)):
            assert ours.profiles[k].reserved == pytest.approx(float(ufun.reserved_value), abs=1e-12)


def changed(content: dict[str, Any], *path: str, to: Any) -> dict[str, Any]:
    copy: dict[str, Any] = json.loads(json.dumps(content))
    part = copy["LinearAdditiveUtilitySpace"]
    for key in path[:-1]:
        part = part[key]
    part[path[-1]] = to
    return copy


TABLE = ("issueUtilities", "place", "discreteutils", "valueUtilities")


@pytest.mark.parametrize(
    ("first", "message"),
    [
        ({"PartialOrdering": {}}, "0 domain files and 1 utility spaces"),
        ({"SumOfGroupsUtilitySpace": {}}, "is a `SumOfGroupsUtilitySpace`; profiles of kind Linear"),
        (changed(A, "issueWeights", "place", to=-1), "a.json: issueWeights.place: `-1`; allowed: a number from 0 to 1"),
        (changed(A, "issueWeights", to={"place": 0.6}), "a.json: issueWeights.days: is missing; allowed: a number"),
        (changed(A, "issueUtilities", "days", to={"numberutils": {}}), "issueUtilities.days: utilities are number"),
        (changed(A, "domain", "issuesValues", "days", to={"range": [0, 1, 1]}), "no list of values (a range"),
        (changed(A, *TABLE, "sea", to=2), "place.discreteutils.valueUtilities.sea: `2`; allowed: a number from 0 to 1"),
        (changed(A, *TABLE, to={"sea": 1}), ".valueUtilities.hills: is missing; allowed: a number from 0 to 1"),
        (changed(A, "domain", "issuesValues", "days", "values", to=["2"]), "is about another domain"),
        (changed(A, "reservationBid", "issuevalues", "days", to="9"), "issuevalues.days: `9` is not a value of `days`"),
    ],
)
def test_what_is_refused_is_named(tmp_path, first, message):
    folder = write(tmp_path / "d", a=first, b=B)
    with pytest.raises(ScenarioError) as caught:
        geniusweb.read(folder)
    assert message in str(caught.value)


def test_three_profiles_and_no_json(tmp_path):
    folder = write(tmp_path / "d", a=A, b=B, c=B)
    with pytest.raises(ScenarioError, match=r"3 profiles for 2 sides: a\.json, b\.json, c\.json"):
        domains.read(folder)
    assert [p.name for p in domains.read(folder, profiles=["c", "a"]).profiles] == ["c", "a"]
    (folder / "c.json").write_text("{", encoding="utf-8")
    assert len(domains.read(folder).profiles) == 2


def test_weights_that_do_not_sum_to_one_and_discounts_are_noted(tmp_path):
    first = changed(changed(A, "issueWeights", "place", to=0.3), "discount_factor", to=0.9)
    notes = domains.read(write(tmp_path / "d", a=first, b=B)).notes
    assert any("sum to 0.7" in note for note in notes) and any("0.9 is dropped" in note for note in notes)


def test_xml_and_json_in_one_folder(tmp_path):
    from tests.interop.genius_files import random_files

    folder = write(tmp_path / "d", a=A, b=B)
    random_files(1).write(folder)
    with pytest.raises(ScenarioError, match="holds profiles of GENIUS"):
        domains.read(folder)
    assert domains.read(folder, profiles=["a.json", "b.json"]).name == "trip"
    assert domains.read(folder, domain="domain.xml").name == "domain"
