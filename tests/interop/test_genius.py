"""GENIUS files are read as GENIUS reads them: hand values, and random files against a reference evaluator."""

from __future__ import annotations

import itertools
import tempfile
import warnings
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from sim.core.errors import ScenarioError
from sim.interop import genius
from sim.interop.tactics import play
from tests.interop.genius_files import Discrete, Files, Integer, random_files

SLOW = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def discrete(index: int, name: str, values: str, *tables: list[float], nested: bool = False) -> Discrete:
    names = values.split()
    return Discrete(index, name, names, [dict(zip(names, table, strict=True)) for table in tables], nested)


def price_and_date(**weights: list[float]) -> Files:
    """The case of two issues with indices 2 and 3 under an objective."""
    issues = [discrete(2, "price", "low high", [1, 0], [0, 1]), discrete(3, "date", "soon late", [1, 0], [0, 1])]
    given = weights.get("weights", [0.9, 0.1, 0.2, 0.8])
    return Files(issues, [{2: given[0], 3: given[1]}, {2: given[2], 3: given[3]}], [0.0, 0.0])


def ending(folder: Path, steps: int = 50) -> tuple:
    domain = genius.read(folder)
    found = play(domain, ["linear"] * len(domain.profiles), steps)
    return found.agreement, found.step, domain.worth()[found.number].tolist()


def test_weights_go_by_index(tmp_path):
    agreement, _, worth = ending(price_and_date().write(tmp_path))
    assert agreement == ("low", "late") and worth == pytest.approx([0.9, 0.8])


def test_a_weight_left_out_is_nothing_and_is_noted(tmp_path):
    files = price_and_date()
    del files.weights[0][3]
    found = genius.read(files.write(tmp_path))
    assert found.profiles[0].weights.tolist() == [0.9, 0.0]
    assert "side0.xml: no weight for issue `date` (index 3): GENIUS sets none, it counts 0" in found.notes


def test_weights_are_not_scaled(tmp_path):
    found = genius.read(price_and_date(weights=[0.9, 0.6, 0.2, 0.2]).write(tmp_path))
    assert found.worth().max(axis=0).tolist() == pytest.approx([1.0, 0.4])  # 1.5 is cut at 1
    assert [note for note in found.notes if "sum to 1.5" in note and "cut at 1" in note]
    assert [note for note in found.notes if "sum to 0.4" in note]


def test_items_below_an_issue_are_not_its_values(tmp_path):
    names = "good fair standard meager none"
    issue = discrete(2, "speakers", names, [100, 98, 92, 75, 0], [0, 1, 2, 3, 4], nested=True)
    found = genius.read(Files([issue], [{2: 1.0}, {2: 1.0}], [0.0, 0.0]).write(tmp_path))
    assert found.values == (tuple(names.split()),)
    assert found.profiles[0].evaluations[0].tolist() == pytest.approx([1.0, 0.98, 0.92, 0.75, 0.0])


def test_integer_evaluators(tmp_path):
    weeks = Integer(2, "weeks", 1, 4, [(-0.2, 0.8), (0.2, 0.2)])
    pay = discrete(3, "pay", "low high", [1, 0], [0, 1])
    folder = Files([weeks, pay], [{2: 0.5, 3: 0.5}] * 2, [0.0, 0.0]).write(tmp_path)
    found = genius.read(folder)
    assert found.profiles[0].evaluations[0].tolist() == pytest.approx([0.8, 0.6, 0.4, 0.2])
    assert found.profiles[1].evaluations[0].tolist() == pytest.approx([0.2, 0.4, 0.6, 0.8])
    agreement, step, worth = ending(folder)
    assert (agreement, step) == (("1", "high"), 32) and worth == pytest.approx([0.4, 0.6])


def test_an_integer_range_of_fifty(tmp_path):
    price = Integer(1, "price", 1, 50, [(-0.0204, 1.0), (0.02, 0.0)])
    found = genius.read(Files([price], [{1: 1.0}] * 2, [0.0, 0.0]).write(tmp_path))
    first = found.profiles[0].evaluations[0]
    assert first[0] == 1.0 and first[-1] == pytest.approx(1 - 49 * 0.0204) and first.size == 50


def test_an_issue_worth_nothing(tmp_path):
    issues = [discrete(1, "price", "low high", [0, 0], [0, 1]), discrete(2, "date", "soon late", [1, 0], [0, 1])]
    found = genius.read(Files(issues, [{1: 0.7, 2: 0.3}] * 2, [0.0, 0.0]).write(tmp_path))
    assert found.profiles[0].evaluations[0].tolist() == [0.0, 0.0]
    assert found.worth()[:, 0].tolist() == pytest.approx([0.3, 0.0, 0.3, 0.0])


@SLOW
@given(st.integers(0, 10**9))
def test_every_outcome_as_the_reference_values_it(seed):
    files = random_files(seed)
    with tempfile.TemporaryDirectory() as name:
        found = genius.read(files.write(Path(name)))
    outcomes = list(itertools.product(*(issue.options() for issue in files.issues)))
    order = [found.issues.index(issue.name) for issue in files.issues]
    assert sorted(order) == list(range(len(order))) and found.count == len(outcomes)
    expected = np.array([[files.utility(side, outcome) for side in range(2)] for outcome in outcomes])
    listed = {outcome: k for k, outcome in enumerate(found.outcomes())}
    places = [listed[tuple(outcome[order.index(k)] for k in range(len(order)))] for outcome in outcomes]
    assert found.worth()[places] == pytest.approx(expected, abs=1e-12)
    assert found.reserved().tolist() == files.reserved


def test_the_reference_would_notice_weights_by_position(tmp_path):
    """The old reading: weights by the place of the issue, 1/n where there is none."""
    differs = 0
    for seed in range(40):
        files = random_files(seed)
        moved = Files(files.issues, [{issue.index: w.get(k + 1, 1 / len(w)) for k, issue in enumerate(files.issues)}
                                     for w in files.weights], files.reserved)  # fmt: skip
        outcome = tuple(issue.options()[0] for issue in files.issues)
        differs += abs(files.utility(0, outcome) - moved.utility(0, outcome)) > 1e-6
    assert differs > 20


@pytest.fixture(scope="module")
def negmas():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return pytest.importorskip("negmas", reason="the extra `negmas` is not installed")


def session(negmas, space, ufuns, exponents: list[float], steps: int, tolerance: float = 1e-4):
    """NegMAS's own alternating offers between its own time-based negotiators."""
    mechanism = negmas.SAOMechanism(outcome_space=space, n_steps=steps)
    for ufun, x in zip(ufuns, exponents, strict=True):
        curve = negmas.negotiators.helpers.PolyAspiration(1.0, float(x))
        negotiator = negmas.TimeBasedConcedingNegotiator(offering_curve=curve, stochastic=False, eps=tolerance)
        mechanism.add(negotiator, ufun=ufun)
    state = mechanism.run()
    return state.agreement, state.step


def apart(worth: np.ndarray) -> bool:
    """Whether no side values two outcomes alike."""
    ordered = np.sort(worth, axis=0)
    return len(worth) == 1 or bool(np.diff(ordered, axis=0).min() > 1e-6)


EXPONENTS = st.lists(st.sampled_from([4.0, 2.0, 1.0, 0.5, 0.25]), min_size=2, max_size=3)


@pytest.mark.filterwarnings("ignore")
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.integers(0, 10**9), EXPONENTS, st.integers(3, 60), st.sampled_from([1e-4, 0.0, 0.02]))
def test_agreements_on_the_same_files_as_negmas_reads_them(negmas, seed, exponents, steps, tolerance):
    files = random_files(seed, sides=len(exponents), plain=True)
    with tempfile.TemporaryDirectory() as name:
        folder = files.write(Path(name))
        ours = genius.read(folder, profiles=[f"side{k}" for k in range(len(exponents))])
        theirs = negmas.Scenario.from_genius_folder(folder)
    assume(apart(ours.worth()))
    by_name = {ufun.name: ufun for ufun in theirs.ufuns}
    ufuns = [by_name[profile.name] for profile in ours.profiles]
    typed = {str(outcome): outcome for outcome in theirs.outcome_space.enumerate()}
    values = [[float(u(o)) for u in ufuns] for o in typed.values()]
    mine = {str(tuple(_typed(v, i) for v, i in zip(o, files.issues, strict=True))): w.tolist()
            for o, w in zip(ours.outcomes(), ours.worth(), strict=True)}  # fmt: skip
    assert [mine[key] for key in typed] == [pytest.approx(value, abs=1e-9) for value in values]
    found = play(ours, exponents, steps, tolerance)
    agreement, step = session(negmas, theirs.outcome_space, ufuns, exponents, steps, tolerance)
    expected = None if agreement is None else tuple(map(str, agreement))
    assert (found.agreement, found.step) == (expected, step)


def _typed(value: str, issue) -> str | int:
    return int(value) if isinstance(issue, Integer) else value


@pytest.mark.filterwarnings("ignore")
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.integers(0, 10**9), EXPONENTS, st.integers(3, 60))
def test_agreements_in_any_shape_on_the_reference_utilities(negmas, seed, exponents, steps):
    """NegMAS's negotiators on the reference's utilities, where its reader takes the file otherwise than GENIUS."""
    files = random_files(seed, sides=len(exponents))
    with tempfile.TemporaryDirectory() as name:
        ours = genius.read(files.write(Path(name)), profiles=[f"side{k}" for k in range(len(exponents))])
    assume(apart(ours.worth()) and all(r <= w for r, w in zip(files.reserved, ours.worth().max(axis=0), strict=True)))
    by_name = {issue.name: k for k, issue in enumerate(files.issues)}
    places = [by_name[name] for name in ours.issues]
    listed = zip(ours.values, ours.issues, strict=True)
    space = negmas.make_os([negmas.outcomes.CategoricalIssue(list(v), n) for v, n in listed])
    ufuns = []
    for side in range(len(exponents)):
        mapping = {}
        for outcome in ours.outcomes():
            arranged = [""] * len(places)
            for place, value in zip(places, outcome, strict=True):
                arranged[place] = value
            mapping[outcome] = files.utility(side, tuple(arranged))
        options = {"outcome_space": space, "reserved_value": files.reserved[side]}
        ufuns.append(negmas.preferences.MappingUtilityFunction(mapping, **options))
    found = play(ours, exponents, steps)
    assert (found.agreement, found.step) == session(negmas, space, ufuns, exponents, steps)


# What is refused, and what is said


def two(folder: Path, **files: str) -> Path:
    price_and_date().write(folder)
    for name, text in files.items():
        (folder / f"{name}.xml").write_text(text, encoding="utf-8")
    return folder


def test_several_profiles_are_listed_and_none_is_taken(tmp_path):
    files = price_and_date()
    four = Files(files.issues, files.weights * 2, [0.0] * 4)
    for issue in four.issues:
        issue.evaluations = issue.evaluations * 2
    folder = four.write(tmp_path)
    with pytest.raises(ScenarioError, match=r"4 profiles for 2 sides: side0\.xml, side1\.xml, side2\.xml, side3\.xml"):
        genius.read(folder)
    chosen = genius.read(folder, profiles=["side3", "side0.xml"])
    assert [profile.name for profile in chosen.profiles] == ["side3", "side0"]
    assert len(genius.read(folder, profiles=["side0", "side1", "side2"]).profiles) == 3
    with pytest.raises(ScenarioError, match="one profile is named"):
        genius.read(folder, profiles=["side0"])
    with pytest.raises(ScenarioError, match=r"no file `side9`.*did you mean"):
        genius.read(folder, profiles=["side9", "side0"])


def test_several_domains_and_stray_files(tmp_path):
    folder = two(tmp_path, pareto="<a/><b/>", tournament="<Tournament/>")
    assert len(genius.read(folder).profiles) == 2
    other = Files([discrete(7, "colour", "red blue", [1, 0], [0, 1])], [{7: 1.0}] * 2, [0.0, 0.0]).write(tmp_path / "x")
    (folder / "other.xml").write_bytes((other / "domain.xml").read_bytes())
    (folder / "other0.xml").write_bytes((other / "side0.xml").read_bytes())
    with pytest.raises(ScenarioError, match=r"2 domain files: domain\.xml, other\.xml; name one with --domain"):
        genius.read(folder)
    assert genius.read(folder, domain="domain").issues == ("price", "date")
    with pytest.raises(ScenarioError, match="other issues"):
        genius.read(folder, domain="other.xml")
    with pytest.raises(ScenarioError, match="is a profile"):
        genius.read(folder, domain="side0")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("<utility_space>", '<utility_space type="nonlinear">', "is a nonlinear utility space"),
        ("</objective>", '</objective><utility_function><ufun type="PlainUfun"/></utility_function>', "is a nonlinear"),
        ("<utility_space>", '<utility_space type="constraint">', "with constraints"),
        ('name="price"', 'name="date"', "index 2 is `date` here and `price` in the domain file"),
        ('evaluation="1"', "", "issue `price`: no evaluation of `low`|issue `date`: no evaluation of `soon`"),
        ('index="3" name', 'index="2" name', "two issues have the index 2"),
        ('type="discrete" etype="discrete"', 'type="integer" etype="integer" lowerbound="1" upperbound="2"',
         "is integer here and discrete in the domain file"),
    ],
)  # fmt: skip
def test_what_is_refused_is_named(tmp_path, old, new, message):
    folder = two(tmp_path)
    text = (folder / "side0.xml").read_text()
    assert old in text
    (folder / "side0.xml").write_text(text.replace(old, new))
    with pytest.raises(ScenarioError, match=message):
        genius.read(folder, profiles=["side0", "side1"])


@pytest.mark.parametrize(
    ("kind", "ends", "message"),
    [
        ("real", 'lowerbound="0" upperbound="1"', "issue `x` is real-valued; discrete and integer issues are read"),
        ("integer", 'lowerbound="1" upperbound="501"', "issue `x` goes from 1 to 501; at most 500 whole numbers"),
        ("integer", 'lowerbound="3" upperbound="1"', "issue `x` goes from 3 to 1"),
        ("discrete", "", "issue `x` has 0 values"),
    ],
)
def test_issues_that_are_refused(tmp_path, kind, ends, message):
    issue = f'<objective index="0"><issue index="1" name="x" type="{kind}" {ends}/></objective>'
    text = f"<negotiation_template><utility_space>{issue}</utility_space></negotiation_template>"
    with pytest.raises(ScenarioError, match=message):
        genius.read(two(tmp_path, domain=text))


def test_what_is_read_otherwise_than_expected_is_noted(tmp_path):
    folder = two(tmp_path)
    text = (folder / "side0.xml").read_text()
    text = text.replace('<discount_factor value="1.0"/>', '<discount_factor value="0.5"/>').replace('"date"', '"day"')
    text = text.replace("<utility_space>", '<utility_space type="UNCERTAIN">').replace('n="1"', 'n="0.8"')
    (folder / "side0.xml").write_text(text)
    found = genius.read(folder)
    assert found.profiles[0].evaluations[0].tolist() == [1.0, 0.0]
    for part in ("discount factor 0.5 is dropped", "`day` is read as issue `date`", "reach 0.8 and are divided by it",
                 "under preference uncertainty"):  # fmt: skip
        assert any(part in note for note in found.notes), part


def test_files_that_only_genius_takes_for_xml(tmp_path):
    """A bare `&`, attributes without a space between them, a comment before the declaration."""
    folder = price_and_date().write(tmp_path)
    for path in folder.glob("*.xml"):
        text = path.read_text().replace('value="low"', 'value="AT & T"').replace('" type=', '"type=')
        path.write_text("<!-- old -->\n<?xml version='1.0' encoding='utf-8'?>\n" + text)
    assert genius.read(folder).values[0] == ("AT & T", "high")
