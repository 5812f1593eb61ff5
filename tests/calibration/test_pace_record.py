"""The table of spells of talks and silence, and the rates reckoned from it."""

from __future__ import annotations

import csv
import datetime
from itertools import pairwise
from pathlib import Path

import pytest

from calibration.pace import (
    COLUMNS,
    Spell,
    delay_lapses,
    drop_each_process,
    estimate_rate,
    fit_spread,
    join_planned,
    load_spells,
    pace_folder,
    poisson_interval,
)
from sim.core.errors import ParleyError

DAY0 = datetime.date(2000, 1, 1)


def spell(kind: str, start: int, end: int, **coded: str) -> Spell:
    """A spell from day `start` to day `end`, broken off or resumed unless coded otherwise."""
    values = {"process": "p", "censored": "no", "precision": "day", "gaps": "", "planned": ""}
    values["ended_by"] = "declared" if kind == "talks" else "resumed"
    first, last = (DAY0 + datetime.timedelta(days=d) for d in (start, end))
    return Spell(kind=kind, start=first, end=last, sources=(), **{**values, **coded})


def write(path: Path, **changes: str) -> Path:
    """A table of one good row with some values changed."""
    row = dict.fromkeys(COLUMNS, "")
    row |= {"process": "p", "kind": "talks", "start": "2000-01-01", "end": "2000-01-11", "days": "10"}
    row |= {"censored": "no", "ended_by": "declared", "precision": "day", **changes}
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS)
        writer.writeheader()
        writer.writerow(row)
    return path


# Published limits: Garwood (1936), as printed in textbooks of epidemiology, for the mean of 0, 1, 5, 10 and 20 events.
@pytest.mark.parametrize(
    ("events", "low", "high"),
    [(0, 0.0, 3.689), (1, 0.0253, 5.572), (5, 1.623, 11.668), (10, 4.795, 18.390), (20, 12.217, 30.888)],
)
def test_the_interval_is_garwoods(events: int, low: float, high: float) -> None:
    assert poisson_interval(events, 1.0) == pytest.approx((low, high), abs=1e-3)
    assert poisson_interval(events, 100.0) == pytest.approx((low / 100, high / 100), abs=1e-5)


def test_a_rate_by_hand() -> None:
    spells = (
        spell("talks", 0, 10),
        spell("silence", 10, 500),
        spell("talks", 500, 530),
        spell("silence", 530, 600),
        spell("talks", 600, 660, censored="agreement", ended_by="agreement"),
    )
    talks, silence = estimate_rate(spells, "talks"), estimate_rate(spells, "silence")
    assert (talks.events, talks.days, talks.value) == (2, 100, 0.02)
    assert (silence.events, silence.days) == (2, 560)
    first_year = estimate_rate(spells, "silence", 365)
    assert (first_year.events, first_year.days) == (1, 365 + 70)
    with pytest.raises(ParleyError, match="no days of silence"):
        estimate_rate(spells[:1], "silence")


def test_an_agreed_next_round_joins_its_neighbours() -> None:
    chain = (
        spell("talks", 0, 2, ended_by="lapse"),
        spell("silence", 2, 80, planned="yes"),
        spell("talks", 80, 82, ended_by="no date"),
        spell("silence", 82, 200),
    )
    joined = join_planned(chain)
    assert [(s.kind, s.days, s.ended_by) for s in joined] == [("talks", 82, "no date"), ("silence", 118, "resumed")]
    plain = tuple(s for s in chain if s.planned != "yes")
    assert join_planned(plain) == plain


def test_a_lapse_is_dated_later_and_nothing_else_moves() -> None:
    chain = (
        spell("talks", 0, 2, ended_by="lapse"),
        spell("silence", 2, 80),
        spell("talks", 80, 90),
        spell("silence", 90, 100),
        spell("talks", 100, 101, ended_by="lapse"),
    )
    assert [s.days for s in delay_lapses(chain, 30)] == [32, 48, 10, 10, 31]
    assert [s.days for s in delay_lapses(chain, 500)] == [79, 1, 10, 10, 501]
    assert delay_lapses(chain, 0) == chain


def test_the_spread_tells_alike_from_unlike_processes() -> None:
    alike = [spell("talks", 0, 100, process=f"p{i % 10}") for i in range(60)]
    low, middle, high = fit_spread(alike, "talks")
    assert middle == pytest.approx(0.01, rel=0.05)
    assert high / low < 1.5
    unlike = [spell("talks", 0, 10 if i % 2 else 1000, process=f"p{i % 10}") for i in range(60)]
    low, _, high = fit_spread(unlike, "talks")
    assert high / low > 10


def test_one_process_left_out() -> None:
    spells = (spell("talks", 0, 10, process="a"), spell("talks", 0, 40, process="b"))
    assert drop_each_process(spells, "talks") == (1 / 40, 1 / 10)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"kind": "talk"}, "line 2: kind 'talk' .*did you mean `talks`"),
        ({"censored": "maybe"}, "line 2: censored"),
        ({"end": "11.1.2000"}, "line 2: .*YYYY-MM-DD"),
        ({"days": "11"}, "10 days, the row says 11"),
        ({"end": "1999-12-31", "days": "-1"}, "the row says -1"),
    ],
)
def test_bad_rows_are_named(tmp_path: Path, changes: dict[str, str], says: str) -> None:
    assert len(load_spells(write(tmp_path / "good.csv"))) == 1
    with pytest.raises(ParleyError, match=says):
        load_spells(write(tmp_path / "bad.csv", **changes))


def test_a_missing_column_is_named(tmp_path: Path) -> None:
    (tmp_path / "bad.csv").write_text("process,kind\np,talks\n")
    with pytest.raises(ParleyError, match="column 'start' is missing"):
        load_spells(tmp_path / "bad.csv")


def test_the_table_keeps_its_rules() -> None:
    spells = load_spells()
    with (pace_folder() / "sources.csv").open(encoding="utf-8", newline="") as file:
        sources = {row["id"]: row for row in csv.DictReader(file)}
    assert {source for s in spells for source in s.sources} == set(sources)
    assert all(row["retrieved"] == "yes" and row["says"] for row in sources.values())
    tested = ("camp-david", "dayton", "bosnia", "aceh", "northern-ireland", "colombia", "jcpoa", "iran", "ukraine")
    assert not [s for s in spells if any(word in s.process for word in tested)]
    for s in spells:
        assert s.sources
        assert (s.censored == "no") == (s.ended_by not in ("agreement", "open"))
        assert (s.gaps != "") == (s.kind == "talks")
        assert s.planned == "" or s.kind == "silence"
    for before, after in pairwise(spells):
        if before.process == after.process:
            assert before.end <= after.start
            assert before.kind != after.kind or before.end < after.start
            if before.ended_by == "lapse" and before.end == after.start:
                assert after.days > 60
