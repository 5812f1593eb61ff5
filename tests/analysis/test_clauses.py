"""Acceptability by clause: against numbers worked by hand, against the rule of the engines, and on the command line."""

from __future__ import annotations

import csv
import itertools
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from sim.analysis.acceptability import ALL, Acceptability, Package, tabulate_packages
from sim.analysis.clauses import assess_clauses, assess_games
from sim.analysis.game import Game
from sim.cli.main import app
from sim.core.errors import ParleyError
from sim.rules.value import acceptable_utility
from sim.scenario.load import load

LABELS = {"land": [(0.0, "north"), (0.5, "shared"), (1.0, "south")], "water": [(0.0, "none"), (1.0, "quotas")]}


def game(
    first: float,
    second: float,
    floors: tuple[float, float] = (0.0, 0.0),
    weights: tuple[float, float] = (0.5, 0.5),
    red: int = 0,
) -> Game:
    """Two parties: a wants land 0 and water 1, b the reverse; their reservation values on land are `first`, `second`.

    On water a goes down to 0.5 and b up to 0.5, so that `quotas` is worth 1 to a and -1 to b, `none` the reverse.
    """
    salience = np.array([weights, (0.75, 0.25)])
    demand, reservation = np.array([[0.0, 1.0], [1.0, 0.0]]), np.array([[first, 0.5], [second, 0.5]])
    lines = np.array([[red, 0], [0, 0]])
    return Game("deal", ("a", "b"), ("land", "water"), demand, reservation, salience, lines, np.array(floors))


DRAWS = [game(0.5, 0.5), game(0.4, 0.5), game(0.8, 0.2, (0.5, 0.0)), game(1.0, 0.75, (0.0, 0.6))]


def assess(games: list[Game], most: int = 100) -> Acceptability:
    return assess_games(lambda: ([own] for own in games), LABELS, len(games), most)


def test_clauses_by_hand() -> None:
    """Land shared is worth 0, -¼, ⅜, ½ to a and 0, 0, ⅜, -1 to b; the floors are 0, 0, ½, 0 and 0, 0, 0, .6."""
    result = {(c.issue, c.option, c.party): (c.interests, c.floors) for c in assess(DRAWS).clauses}
    assert result["land", "shared", "a"] == (3, 2)
    assert result["land", "shared", "b"] == (3, 3)
    assert result["land", "shared", ALL] == (2, 1)
    assert result["land", "north", "a"] == (4, 4)
    assert result["land", "north", "b"] == (0, 0)
    assert result["water", "quotas", "a"] == (4, 4)
    assert result["water", "quotas", "b"] == (0, 0)
    assert len(result) == 5 * 3


def test_packages_by_hand() -> None:
    """South is worth -1, -1½, -¼, 0 to a, so that south and quotas give it 0, -¼, ⅜, ½: enough in draws 1 and 4.

    They give b ½, enough in draws 1, 2, 3. Without water a could live with the rest in draw 4 alone; without land b
    never could: no omission helps. Shared and quotas suit a always (½v + ½) and b in draw 3 (¾v - ¼); without water,
    a could live with the rest in 2 draws and b in 3. North and none suit a in 1, 2, 4 and b in 3. All other packages
    have a party that always refuses.
    """
    best, second, third = assess(DRAWS).packages
    assert (best.options, best.accepted, best.joint, best.without) == (("south", "quotas"), (2, 3), 1, (0, 1))
    assert (best.reluctant, best.costliest) == ("a", None)
    assert (second.options, second.accepted, second.joint, second.without) == (("shared", "quotas"), (4, 1), 1, (0, 2))
    assert (second.reluctant, second.costliest) == ("b", 1)
    assert (third.options, third.accepted, third.joint) == (("north", "none"), (3, 1), 0)
    water = tabulate_packages(assess(DRAWS))[3]
    assert (water["rank"], water["least"], water["least_without"], water["costliest"]) == (2, 0.25, 0.5, True)


def test_a_red_line_is_not_bought_off() -> None:
    """Shared is worth -1/4 to a on land; quotas make up for it unless land is a red line."""
    free, closed = ({p.options for p in assess([game(0.4, 0.0, red=red)]).packages} for red in (0, 1))
    assert (free, closed) == ({("shared", "quotas"), ("north", "none")}, {("north", "none")})


def test_counts_agree_with_the_rule_of_the_engines() -> None:
    """Every package of river-border's basket of two issues, by the utility that the engines compute."""
    from sim.analysis.clauses import iterate_games
    from sim.scenario.resolve import resolve

    loaded, n = load("river-border", {"parties.upland.issues.water.reservation": 1.0}), 40
    own = {name: [(o.at, o.label) for o in issue.options] for name, issue in loaded.scenario.issues.items()}
    counts: dict[tuple[str, ...], list[int]] = {}
    for games in iterate_games(resolve(loaded.scenario, 3), n):
        (river,) = (entry for entry in games if entry.name == "river")
        for package in itertools.product(*(own[issue] for issue in river.issues)):
            x = np.array([at for at, _ in package])
            rows = zip(river.demand, river.reservation, river.salience, river.red, river.floor, strict=True)
            content = [int(acceptable_utility(x, d, r, w, red) >= f - 1e-9) for d, r, w, red, f in rows]
            before = counts.get(key := tuple(label for _, label in package), [0, 0, 0])
            counts[key] = [a + b for a, b in zip(before, content, strict=True)]
    packages = [p for p in assess_clauses(loaded, n, seed=3).packages if p.basket == "river"]
    assert {p.options: list(p.accepted) for p in packages}.items() <= counts.items()
    assert packages[0].least == max(min(count) for count in counts.values()) > 0


def test_a_basket_with_too_many_packages_keeps_its_best_options() -> None:
    result = assess(DRAWS, most=4)
    assert (result.compared, result.total) == ({"deal": 4}, {"deal": 6})
    assert result.packages[0].options == ("south", "quotas")
    assert assess(DRAWS).compared == {"deal": 6}


def test_no_omission_is_named_where_none_helps() -> None:
    package = Package("b", 1, ("i", "j"), ("x", "y"), (0.0, 1.0), 9, ("a", "b"), (5, 7), 4, (5, 3))
    assert package.costliest is None and package.least == 5


def test_refusals() -> None:
    with pytest.raises(ParleyError, match="n is 0"):
        assess_clauses(load("river-border"), 0)


def test_command_line(tmp_path: Path) -> None:
    """The table holds what the function returns; the page and the screen say the same."""
    from sim.report.document import render_report

    out = tmp_path / "theory"
    done = CliRunner().invoke(app, ["analyse", "river-border", "-n", "50", "--clauses", "-o", str(out)])
    assert done.exit_code == 0, done.output
    with (out / "clauses.csv").open(encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    expected = assess_clauses(load("river-border"), 50).clauses
    assert [float(row["floors"]) for row in rows] == [clause.floors / 50 for clause in expected]
    assert {path.name for path in out.glob("clauses_*")} >= {"clauses_river.png", "clauses_calm.svg"}
    assert "Package 1: at least" in done.output and "joint patrols" in done.output
    text = render_report(out)
    assert "Acceptability by clause" in text and "50 draws of the assumed ranges" in text


def test_not_for_a_domain(tmp_path: Path) -> None:
    folder = tmp_path / "domain"
    folder.mkdir()
    (folder / "a.xml").write_text("<x/>", encoding="utf-8")
    done = CliRunner().invoke(app, ["analyse", str(folder), "--clauses"])
    assert done.exit_code == 2 and "--clauses are for scenarios" in done.output
