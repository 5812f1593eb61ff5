"""A scenario near to a domain: lines by hand, their stated error, and the refusal where it is large."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from sim.cli.main import app
from sim.core.errors import ParleyError
from sim.interop import approximation
from sim.interop import folder as domains
from sim.interop.domain import Domain, Profile
from sim.scenario.load import load
from tests.interop.genius_files import Discrete, Files


def domain(tables: list[list[list[float]]], weights: list[list[float]], reserved: list[float] | None = None) -> Domain:
    """`tables[side][issue]` are evaluations."""
    floors = reserved or [0.0] * len(tables)
    sides = [
        Profile(f"s{k}", np.array(w), tuple(np.array(t) for t in table), r)
        for k, (table, w, r) in enumerate(zip(tables, weights, floors, strict=True))
    ]
    values = tuple(tuple(f"v{n}" for n in range(len(table))) for table in tables[0])
    return Domain("d", tuple(f"i{k}" for k in range(len(values))), values, tuple(sides))


INDIFFERENT = domain([[[1.0, 0.9], [1.0, 0.1]], [[0.1, 1.0], [0.9, 1.0]]], [[0.5, 0.5], [0.5, 0.5]])


def test_weights_shrink_by_the_spread():
    """Slopes .05 and .45 for one side, .45 and .05 for the other: salience .1 and .9, .9 and .1."""
    lines = approximation.fit(INDIFFERENT)
    assert np.abs(lines.slope) == pytest.approx(np.array([[0.05, 0.45], [0.45, 0.05]]))
    assert lines.salience == pytest.approx(np.array([[0.1, 0.9], [0.9, 0.1]]))
    assert lines.demand.tolist() == [[1.0, 1.0], [0.0, 0.0]]
    for miss in approximation.compare_solutions(INDIFFERENT, lines):
        assert miss.lines == pytest.approx([0.95, 0.95]) and miss.exact == pytest.approx([0.95, 0.95])
        assert miss.off < 1e-6


def test_saliences_as_they_were_would_be_told():
    """The old lines: weights as they stand. Their Nash package is worth .55 to both, or as far from .95 at least."""
    lines = approximation.fit(INDIFFERENT)
    old = approximation.Lines(lines.places, np.sign(lines.slope) * 0.5, np.ones(2))
    nash = approximation.compare_solutions(INDIFFERENT, old)[0]
    assert nash.off > 0.1
    with pytest.raises(ParleyError, match=r"solutions lie too far .*0.950/0.950 exact"):
        approximation.report(INDIFFERENT, old)
    assert "largest difference" in approximation.report(INDIFFERENT, old, go_on=True)[-1]


def test_reservation_points_stand_at_the_reservation_value():
    """One issue from 1 down to 0 and from 0 up to 1, no agreement worth .3 and .2: .7 and .8 of the scale to give."""
    steps = np.linspace(0, 1, 5).tolist()
    found = domain([[steps[::-1]], [steps]], [[1.0], [1.0]], [0.3, 0.2])
    lines = approximation.fit(found)
    assert lines.width.tolist() == pytest.approx([0.7, 0.8])
    assert lines.places[0].tolist() == pytest.approx([1.0, 0.75, 0.5, 0.25, 0.0])
    assert lines.reservation.ravel().tolist() == pytest.approx([0.3, 0.8])


def test_a_common_interest_is_no_conflict():
    lines = approximation.fit(domain([[[0.0, 1.0], [1.0, 0.0]], [[0.0, 1.0], [0.0, 1.0]]], [[0.5, 0.5], [0.5, 0.5]]))
    assert lines.demand[:, 0].tolist() == [1.0, 1.0] and lines.demand[:, 1].tolist() == [1.0, 0.0]


def test_an_issue_that_a_side_does_not_care_about_hardly_counts():
    lines = approximation.fit(domain([[[0.5, 0.5], [1.0, 0.0]], [[0.0, 1.0], [0.0, 1.0]]], [[0.9, 0.1], [0.5, 0.5]]))
    assert lines.salience[0].tolist() == pytest.approx([1e-5, 1.0], abs=1e-4)


def test_places_follow_the_tables_not_the_count():
    """Three values worth 1, .9, 0 and 0, .1, 1: the middle one lies at .9 of the way, not at half."""
    lines = approximation.fit(domain([[[1.0, 0.9, 0.0]], [[0.0, 0.1, 1.0]]], [[1.0], [1.0]]))
    assert lines.places[0].tolist() == pytest.approx([1.0, 0.9, 0.0])


def peaked(folder: Path) -> Path:
    """One side likes the middle of five best, the other an end: no line says both."""
    names = [f"v{k}" for k in range(5)]
    rows = [[0.0, 0.6, 1.0, 0.5, 0.1], [1.0, 0.75, 0.5, 0.25, 0.0]]
    issue = Discrete(1, "road", names, [dict(zip(names, row, strict=True)) for row in rows])
    return Files([issue], [{1: 1.0}] * 2, [0.0, 0.0]).write(folder)


def test_import_refuses_and_can_be_asked_to_go_on(tmp_path):
    folder, out = peaked(tmp_path / "d"), tmp_path / "peaked.yaml"
    done = CliRunner().invoke(app, ["import", "genius", str(folder), "-o", str(out)])
    assert done.exit_code == 2 and not out.exists()
    assert "too far" in done.output and "--approximate" in done.output
    done = CliRunner().invoke(app, ["import", "genius", str(folder), "-o", str(out), "--approximate"])
    assert done.exit_code == 0 and "1.000/0.500 exact" in done.output
    assert "1.000/0.500 exact" in load(out).scenario.summary and "largest difference" in load(out).scenario.summary
    # The screen of every run shows the title: lines .323/.335 at Nash, .099/.014 at the egalitarian point.
    assert load(out).scenario.title == "GENIUS domain domain, approximated (largest difference of a utility: 0.736)"


def test_import_states_its_error(tmp_path):
    issues = [
        Discrete(2, "price", ["low", "high"], [{"low": 10, "high": 9}, {"low": 1, "high": 10}]),
        Discrete(3, "date", ["soon", "late"], [{"soon": 10, "late": 1}, {"soon": 9, "late": 10}]),
    ]
    folder = Files(issues, [{2: 0.5, 3: 0.5}] * 2, [0.0, 0.0]).write(tmp_path / "d")
    out = tmp_path / "near.yaml"
    done = CliRunner().invoke(app, ["import", "genius", str(folder), "-o", str(out)])
    assert done.exit_code == 0, done.output
    for name in ("Nash", "Kalai-Smorodinsky", "egalitarian", "utilitarian"):
        assert f"{name}: 0.950/0.950 by straight lines, 0.950/0.950 exact" in done.output
    assert "largest difference of a utility: 0.000" in done.output
    # The scenario's own analysis: 1 - .05/.5 and 1 - .05/.5 on utilities that go from 0 to 1.
    from sim.analysis.game import MIDDLE, build_games, start_talks
    from sim.analysis.study import solve_game
    from sim.scenario.resolve import resolve

    nash = solve_game(build_games(start_talks(resolve(load(out).scenario, 0), MIDDLE))[0]).points[0]
    assert nash.package.tolist() == pytest.approx([0.0, 1.0]) and nash.utility.tolist() == pytest.approx([0.9, 0.9])


def test_a_domain_too_large_to_compare_with(tmp_path):
    names = [f"v{k}" for k in range(101)]
    rising = {name: k / 100 for k, name in enumerate(names)}
    falling = {name: 1 - k / 100 for k, name in enumerate(names)}
    issues = [Discrete(k, f"i{k}", names, [rising, falling]) for k in (1, 2, 3)]
    folder = Files(issues, [{1: 0.5, 2: 0.3, 3: 0.2}] * 2, [0.0, 0.0]).write(tmp_path / "d")
    with pytest.raises(ParleyError, match=r"1,030,301 outcomes are too many to compare .* --approximate"):
        domains.convert(folder, tmp_path / "x.yaml")
    _, errors = domains.convert(folder, tmp_path / "x.yaml", approximate=True)
    scenario = load(tmp_path / "x.yaml").scenario
    assert "error is unknown" in errors[0] and "error is unknown" in scenario.summary
    assert scenario.title.endswith("approximated (largest difference of a utility: unknown)")


@pytest.mark.parametrize("seed", range(25))
def test_lines_are_exact_where_the_tables_are(seed):
    """Tables that are straight on some scale: the fit finds it, every outcome has its utility, up to a side's scale."""
    chance = np.random.default_rng(seed)
    sizes, sides = chance.integers(2, 6, chance.integers(1, 4)).tolist(), int(chance.integers(2, 4))
    scales = [np.concatenate([[0.0, 1.0], chance.uniform(0.05, 0.95, size - 2)]) for size in sizes]
    tables = []
    for _ in range(sides):
        ends = chance.uniform(0.0, 1.0, (len(sizes), 2))
        tables.append([(a + (b - a) * scale).tolist() for (a, b), scale in zip(ends, scales, strict=True)])
    weights = chance.dirichlet(np.ones(len(sizes)), sides).tolist()
    found = domain(tables, weights)
    lines = approximation.fit(found)
    worth = found.compute_worth()
    game = lines.build_game(found)
    places = np.array(np.meshgrid(*lines.places, indexing="ij")).reshape(len(sizes), -1).T
    ours = np.array([game.utilities(package) for package in places])
    for side in range(sides):
        if np.ptp(worth[:, side]) > 1e-3:
            assert abs(np.corrcoef(ours[:, side], worth[:, side])[0, 1]) > 1 - 1e-5
