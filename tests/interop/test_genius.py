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

from sim.interop import genius
from sim.interop.domain import Domain
from sim.interop.tactics import play
from tests.interop.genius_files import Discrete, Files, Integer, discrete, price_and_date, random_files

SLOW = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def ending(folder: Path, steps: int = 50) -> tuple:
    domain = genius.read(folder)
    found = play(domain, ["linear"] * len(domain.profiles), steps)
    return found.agreement, found.step, domain.compute_worth()[found.number].tolist()


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
    found = genius.read(price_and_date((0.9, 0.6, 0.2, 0.2)).write(tmp_path))
    assert found.compute_worth().max(axis=0).tolist() == pytest.approx([1.0, 0.4])  # 1.5 is cut at 1
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
    assert found.compute_worth()[:, 0].tolist() == pytest.approx([0.3, 0.0, 0.3, 0.0])


def test_evaluations_below_nothing_and_values_of_no_outcome(tmp_path):
    """The largest of the profile's items divides all: -2, 4 and 8 of 8; GENIUS keeps what is below 0."""
    issue = Discrete(4, "road", ["a", "b"], [{"b": 4.0, "a": -2.0, "c": 8.0}, {"a": 1.0, "b": 0.0}])
    result = genius.read(Files([issue], [{4: 1.0}] * 2, [0.0, 0.0]).write(tmp_path))
    assert result.profiles[0].evaluations[0].tolist() == [-0.25, 0.5]
    for part in ("below 0 count as they stand", "a value which the domain file does not have"):
        assert any(part in note for note in result.notes), part


@SLOW
@given(st.integers(0, 10**9))
def test_every_outcome_as_the_reference_values_it(seed):
    files, domain = written(seed)
    assert gap(files, domain) < 1e-12
    assert domain.list_reserved_values().tolist() == files.reserved


def written(seed: int) -> tuple[Files, Domain]:
    """A random domain, and how it is read from its files."""
    files = random_files(seed)
    with tempfile.TemporaryDirectory() as name:
        return files, genius.read(files.write(Path(name)))


def gap(files: Files, domain: Domain) -> float:
    """Largest difference of a utility from the reference evaluator's, over all outcomes and sides."""
    outcomes = list(itertools.product(*(issue.options() for issue in files.issues)))
    order = [domain.issues.index(issue.name) for issue in files.issues]
    assert sorted(order) == list(range(len(order))) and domain.count == len(outcomes)
    expected = np.array([[files.utility(side, outcome) for side in range(2)] for outcome in outcomes])
    listed = {outcome: k for k, outcome in enumerate(domain.list_outcomes())}
    places = [listed[tuple(outcome[order.index(k)] for k in range(len(order)))] for outcome in outcomes]
    return float(np.abs(domain.compute_worth()[places] - expected).max())


def weights_by_position(files: Files) -> None:
    """The old reading: weights by the place of the issue, 1/n where there is none."""
    for weights in files.weights:
        placed = {issue.index: weights.get(k + 1, 1 / len(files.issues)) for k, issue in enumerate(files.issues)}
        weights.clear()
        weights.update(placed)


def weights_that_sum_to_one(files: Files) -> None:
    for weights in files.weights:
        total = sum(weights.values())
        weights.update({index: weight / total for index, weight in weights.items()})


def tables_not_divided(files: Files) -> None:
    for issue in files.issues:
        if isinstance(issue, Discrete):
            for table in issue.evaluations:
                table["a value of no outcome"] = 1.0
                table.update({value: min(x, 1.0) for value, x in table.items()})


def tables_divided_by_the_domains_largest(files: Files) -> None:
    for issue in files.issues:
        if isinstance(issue, Discrete):
            for table in issue.evaluations:
                table.pop("a value of no outcome", None)


def lines_from_zero(files: Files) -> None:
    for issue in files.issues:
        if isinstance(issue, Integer):
            issue.lines = [(slope, offset + slope * issue.low) for slope, offset in issue.lines]


def lines_divided_by_their_largest(files: Files) -> None:
    for issue in files.issues:
        if isinstance(issue, Integer):
            for side, (slope, offset) in enumerate(issue.lines):
                most = max(issue.evaluate(side, value) for value in issue.options())
                issue.lines[side] = (slope / most, offset / most) if most > 0 else (slope, offset)


@pytest.mark.parametrize(
    ("wrong", "least"),
    [(weights_by_position, 20), (weights_that_sum_to_one, 8), (tables_not_divided, 15),
     (tables_divided_by_the_domains_largest, 2), (lines_from_zero, 10), (lines_divided_by_their_largest, 3)],
)  # fmt: skip
def test_a_wrong_evaluator_does_not_agree(wrong, least):
    """The check above fails on at least so many of 40 domains where the reference is wrong in one way."""
    differs = 0
    for seed in range(40):
        files, domain = written(seed)
        assert gap(files, domain) < 1e-12
        wrong(files)
        differs += gap(files, domain) > 1e-6
    assert differs >= least


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
    assume(apart(ours.compute_worth()))
    by_name = {ufun.name: ufun for ufun in theirs.ufuns}
    ufuns = [by_name[profile.name] for profile in ours.profiles]
    typed = {str(outcome): outcome for outcome in theirs.outcome_space.enumerate()}
    values = [[float(u(o)) for u in ufuns] for o in typed.values()]
    mine = {str(tuple(_typed(v, i) for v, i in zip(o, files.issues, strict=True))): w.tolist()
            for o, w in zip(ours.list_outcomes(), ours.compute_worth(), strict=True)}  # fmt: skip
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
    """NegMAS's negotiators on the reference's utilities, where its reader takes the file otherwise than GENIUS.

    Most shapes have ties, which NegMAS breaks in no stated order. It is told the order that the docs state: of equal
    outcomes the last is worth a trifle less, so that it is offered first.
    """
    files = random_files(seed, sides=len(exponents))
    with tempfile.TemporaryDirectory() as name:
        ours = genius.read(files.write(Path(name)), profiles=[f"side{k}" for k in range(len(exponents))])
    assume(ours.count <= 400)
    assume(all(r <= w for r, w in zip(files.reserved, ours.compute_worth().max(axis=0), strict=True)))
    places = [ours.issues.index(issue.name) for issue in files.issues]
    listed = zip(ours.values, ours.issues, strict=True)
    space = negmas.make_os([negmas.outcomes.CategoricalIssue(list(v), n) for v, n in listed])
    ufuns = []
    for side in range(len(exponents)):
        mapping = {
            outcome: round(files.utility(side, tuple(outcome[k] for k in places)), 9) + 1e-12 * (ours.count - number)
            for number, outcome in enumerate(ours.list_outcomes())
        }
        options = {"outcome_space": space, "reserved_value": files.reserved[side]}
        ufuns.append(negmas.preferences.MappingUtilityFunction(mapping, **options))
    ending = play(ours, exponents, steps)
    assert (ending.agreement, ending.step) == session(negmas, space, ufuns, exponents, steps)
