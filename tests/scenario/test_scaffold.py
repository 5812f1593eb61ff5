"""A blank scenario of any size can be checked and run at once, and its file says what to fill in."""

from __future__ import annotations

from itertools import product
from pathlib import Path

import pytest
from typer.testing import CliRunner

import sim
from sim.analysis.advice import advise
from sim.cli.main import app
from sim.core.errors import ParleyError
from sim.scenario.load import load
from sim.scenario.scaffold import Size, format_scaffold, write_scaffold

DAYTON_SIZE = ("--parties", "3", "--issues", "5", "--baskets", "2", "--venues", "2", "--mediator")


def call(*arguments: str) -> tuple[int, str]:
    done = CliRunner().invoke(app, list(arguments))
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done.exit_code, done.output


SIZES = [(2, 1), (3, 2), (5, 4)]
OTHERS = [pytest.param(*size, marks=pytest.mark.slow) for size in product(range(2, 6), (1, 2, 4)) if size not in SIZES]


@pytest.mark.parametrize(("parties", "baskets"), [*SIZES, *OTHERS])
def test_every_size_passes_the_check_without_advice(tmp_path: Path, parties: int, baskets: int) -> None:
    size = Size(parties=parties, issues=5, baskets=baskets, venues=2, mediator=parties % 2 == 0)
    loaded = load(write_scaffold("talks", size, tmp_path))
    s = loaded.scenario
    assert (len(s.parties), len(s.issues), len(s.baskets), len(s.venues)) == (parties, 5, baskets, 2)
    assert advise(loaded) == []


@pytest.mark.parametrize("parties", range(2, 6))
def test_every_number_of_parties_runs_and_can_settle(tmp_path: Path, parties: int) -> None:
    path = write_scaffold("talks", Size(parties=parties, issues=2, venues=1, mediator=True), tmp_path)
    runs = sim.run_ensemble(path, n=25, seed=1, engine="mesa").runs  # uncompiled in make quick
    assert 0 < runs["first_settled_basket_1"].notna().sum() < 25


def test_three_parties_five_issues_two_baskets_take_less_than_sixty_lines(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert call("new", "talks", "--blank", *DAYTON_SIZE)[0] == 0
    text = (tmp_path / "talks.yaml").read_text(encoding="utf-8")
    assert len(text.splitlines()) < 60 and text.count("#") > 5
    assert call("check", "--strict", "talks.yaml")[0] == 0
    status, output = call("new", "talks", "--blank")
    assert status == 2 and "exists already" in output


def test_the_check_explains_why_nothing_settles_within_thirty_days(tmp_path: Path) -> None:
    text = format_scaffold("talks", Size(3, 5, 2, 2, mediator=True)).replace("{value: 180", "{value: 30")
    lines = [
        line for line in text.splitlines() if not line.startswith("    deadline:")
    ]  # that of `behaviour`: 120 to 540
    (tmp_path / "talks.yaml").write_text("\n".join(lines) + "\n", encoding="utf-8")
    status, output = call("check", str(tmp_path / "talks.yaml"))
    assert status == 0
    for party in ("party_a", "party_b", "party_c"):
        assert f"advice: parties.{party}.deadline: 120 to 540 days lie beyond the horizon of 30 days" in output
    # (30/120)^(1/1.6) = .42 of what k0 = .12 leaves, so .12 + .88 * .42 = .49; in the middle .07 + .93 * 30/330 = .15
    assert (
        "the party concedes 15% of the way to its reservation value by then (middle of the ranges; at most 49%)"
        in output
    )
    assert call("check", "--strict", str(tmp_path / "talks.yaml"))[0] == 2


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (("--blank", "--from", "river-border"), "--from and --blank exclude each other"),
        (("--parties", "3"), "--parties goes with --blank"),
        (("--mediator",), "--mediator goes with --blank"),
        (("--blank", "--parties", "1"), "--parties 1: a blank scenario has 2 to 10 parties"),
        (("--blank", "--issues", "2", "--baskets", "3"), "--baskets 3: a blank scenario has 1 to 2 baskets"),
    ],
)
def test_options_that_do_not_fit_write_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], problem: str
) -> None:
    monkeypatch.chdir(tmp_path)
    status, output = call("new", "talks", *arguments)
    assert status == 2 and problem in output and list(tmp_path.iterdir()) == []


def test_a_name_that_is_no_id_is_refused() -> None:
    with pytest.raises(ParleyError, match="is not a valid id"):
        write_scaffold("My Talks", Size(), Path())


def test_own_numbers_are_listed_apart(tmp_path: Path) -> None:
    """64 numbers stand in the file: horizon 1, deadlines 3, stakes 3·5·3, exposure 2·3, styles 3, venues 2·3."""
    path = str(write_scaffold("talks", Size(3, 5, 2, 2, mediator=True), tmp_path))
    _, output = call("show", path, "--mine")
    assert "#   64 stand in this file or were set; 151 are inherited or derived" in output
    listed = [line.split("\t")[0] for line in output.splitlines() if not line.startswith("#")]
    assert len(listed) == 64 and "parties.party_a.trust.party_b" not in listed
    _, output = call("show", path, "--mine", "--set", "parties.party_a.trust.party_b=0.3")
    assert "parties.party_a.trust.party_b\t0.3\tset" in output
