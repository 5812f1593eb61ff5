"""A scenario's own ladder of outcomes: where its rungs stand, what tables and scores call them, what is refused."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from calibration.summaries import share_codes
from sim.core.columns import ROUND, RUN, Chunk
from sim.core.errors import ParleyError, ScenarioError
from sim.results.ensemble import run_ensemble
from sim.results.plan import plan, simulate_chunks
from sim.scenario.ladder import SHIPPED, build_ladder, join_titles, read_titles
from sim.scenario.load import Loaded, load
from sim.scenario.resolve import resolve
from sim.tables.schema import read_outcomes
from sim.tables.summary import Summary

RUNGS = """outcomes:
  - {code: technical, title: Technical steps, shared: procedural}
  - {code: interim, title: Interim deal, shared: partial, spoilers: true}
  - {code: framework, title: Parameters, shared: partial}
"""
BASKETS = "baskets: {exchange: {code: technical}, calm: {code: interim}, river: {code: framework}}\n"
OWN = ("postponed", "none", "procedural", "texts", "technical", "interim", "framework", "comprehensive")
SHARED = ("postponed", "none", "procedural", "texts", "procedural", "partial", "partial", "comprehensive")
SHIPPED_CODES = ("postponed", "none", "procedural", "texts", "humanitarian", "ceasefire", "partial", "comprehensive")


def write(folder: Path, rungs: str = RUNGS, baskets: str = BASKETS) -> Path:
    path = folder / "own.yaml"
    path.write_text(f"extends: river-border\nid: own\ntitle: Own ladder\n{rungs}{baskets}", encoding="utf-8")
    return path


@pytest.fixture
def own(tmp_path: Path) -> Loaded:
    return load(write(tmp_path))


def test_rungs_stand_at_the_places_of_the_shipped_settlements(own: Loaded) -> None:
    problem = resolve(own.scenario, 0)
    ladder = problem.names.ladder
    assert ladder.codes == OWN
    assert [SHIPPED_CODES[place] for place in ladder.shared] == list(SHARED)
    assert problem.structure.basket_code.tolist() == [4, 5, 6]
    assert problem.structure.spoils.tolist() == [0, 1, 1], "spoilers respond from the interim deal on"
    assert ladder.basket_codes == ("procedural", "technical", "interim", "framework")


def test_without_rungs_the_shipped_ladder_holds() -> None:
    problem = resolve(load("river-border").scenario, 0)
    assert problem.names.ladder == SHIPPED and SHIPPED.codes == SHIPPED_CODES
    assert problem.structure.spoils.tolist() == [0, 1, 1], "exchange humanitarian, calm ceasefire, river partial"


def test_a_ladder_without_a_marked_rung_calls_up_no_spoilers(tmp_path: Path) -> None:
    path = write(tmp_path, RUNGS.replace(", spoilers: true", ""))
    assert resolve(load(path).scenario, 0).structure.spoils.tolist() == [0, 0, 0]


def test_names_change_tables_and_nothing_else(own: Loaded, tmp_path: Path) -> None:
    """The rungs stand where the shipped ones stood: the same runs under other names."""
    renamed, usual = (run_ensemble(scenario, 40, 3).run_table for scenario in (own, "river-border"))
    words = dict(zip(SHIPPED_CODES, OWN, strict=True))
    for column in ("outcome", "peak_outcome"):
        assert renamed.column(column).to_pylist() == [words[code] for code in usual.column(column).to_pylist()]
    assert set(renamed.column("peak_outcome").to_pylist()) & {"technical", "interim", "framework"}
    assert renamed.column("closed").equals(usual.column("closed"))
    pq.write_table(renamed, tmp_path / "runs.parquet")
    assert tuple(read_outcomes(pq.read_schema(tmp_path / "runs.parquet"))) == OWN
    assert tuple(read_outcomes(usual.schema)) == SHIPPED_CODES and usual.schema.metadata is None


def test_summaries_count_by_the_own_codes(own: Loaded) -> None:
    ensemble = run_ensemble(own, 40, 3)
    summary = Summary.from_tables(ensemble.run_table.schema, [(ensemble.run_table, ensemble.round_table)])
    assert tuple(summary.outcome_shares()) == OWN and summary.outcomes["interim"] == "Interim deal"
    labels = ensemble.run_table.column("outcome").to_pylist()
    assert {code: share.runs for code, share in summary.outcome_shares().items()} == {c: labels.count(c) for c in OWN}
    with pytest.raises(ValueError, match="cannot be joined"):
        summary.merge(Summary(summary.baskets, summary.parties))


def test_fits_and_scores_read_shared_codes(own: Loaded) -> None:
    """By hand: technical counts as procedural (2), interim and framework as partial (6)."""
    runs, rounds = np.zeros((3, len(RUN))), np.zeros((8, len(ROUND)))
    runs[:, RUN.OUTCOME], runs[:, RUN.PEAK_OUTCOME] = [4, 6, 7], [5, 6, 7]
    rounds[:, ROUND.CODE] = [0, 1, 2, 3, 4, 5, 6, 7]
    chunk = Chunk(0, runs, rounds, np.array([8, 0, 0]))
    shared = share_codes(chunk, build_ladder(own.scenario.outcomes))
    assert shared.rounds[:, ROUND.CODE].tolist() == [0, 1, 2, 3, 2, 6, 6, 7]
    assert shared.runs[:, RUN.OUTCOME].tolist() == [2, 6, 7] and shared.runs[:, RUN.PEAK_OUTCOME].tolist() == [6, 6, 7]
    assert share_codes(chunk, SHIPPED) is chunk
    assert next(iter(simulate_chunks(plan(own, 5, 1)))).rounds.shape[0] > 0


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("code: interim", "code: texts", "outcomes.1.code: `texts` is a rung of the ladder already"),
        ("code: framework", "code: interim", "outcomes.2.code: `interim` is a rung of the ladder already"),
        ("shared: procedural", "shared: texts", "not known; allowed: procedural, humanitarian, ceasefire, partial"),
        ("Parameters, shared: partial", "Parameters, shared: ceasefire", "`ceasefire` is lower than `partial`"),
        ("Parameters, shared: partial", "Parameters, shared: partial, spoilers: true", "outcomes.2.spoilers: a lower"),
        ("  - {code: framework, title: Parameters, shared: partial}\n", "", "outcomes: expected 3 rungs"),
        ("river: {code: framework}", "river: {code: partial}", "baskets.river.code: unknown outcome code `partial`"),
    ],
)
def test_a_wrong_ladder_is_refused_with_file_and_line(tmp_path: Path, old: str, new: str, message: str) -> None:
    both = RUNGS + BASKETS
    assert old in both
    with pytest.raises(ScenarioError) as refusal:
        load(write(tmp_path, both.replace(old, new), ""))
    assert message in str(refusal.value) and str(refusal.value).startswith("own.yaml:")


@pytest.mark.parametrize(
    "text", ["{", "[]", '{"a": "b"}', '{"a": 1, "b": 2, "c": 3, "d": 4, "e": 5, "f": 6, "g": 7, "h": 8}']
)
def test_a_table_with_a_broken_ladder_is_refused(text: str) -> None:
    with pytest.raises(ParleyError, match="not a ladder of 8 codes"):
        read_outcomes(pa.schema([("run", pa.int64())], metadata={"outcomes": text}))


def test_titles_of_several_ladders_join_rung_by_rung(own: Loaded) -> None:
    mine = build_ladder(own.scenario.outcomes).by_code
    assert list(join_titles([SHIPPED.by_code, mine]))[4:8] == ["humanitarian", "technical", "ceasefire", "interim"]
    assert read_titles({"outcomes": [{"code": c, "title": t} for c, t in list(mine.items())[4:7]]}) == mine
    assert read_titles({}) == SHIPPED.by_code
