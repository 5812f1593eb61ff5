"""Elicited numbers: the pool by hand, draws of both engines, files that are refused, the split between experts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner

from experiments.disagreement import compute_disagreement, split_experts
from sim.cli.main import app
from sim.core.errors import ParleyError
from sim.interop.elicitation import convert, write_template
from sim.results.ensemble import run_ensemble
from sim.results.plan import plan
from sim.scenario.dump import dump_scenario
from sim.scenario.experts import compute_pool, find_quantile
from sim.scenario.load import load, load_resolved
from sim.scenario.numbers import Number
from sim.scenario.resolve import resolve
from sim.tables.assumptions import draw_assumptions, draw_experts

DEADLINE = "parties.upland.deadline"
TWO = {"elicited": {"a": [10, 20, 30], "b": [30, 40, 50]}}
"""Ends a tenth of 40 beyond 10 and 50: the pool lies between 6 and 54."""


def invoke(*arguments: object) -> tuple[int, str]:
    done = CliRunner().invoke(app, [*map(str, arguments)])
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done.exit_code, done.output


def write(folder: Path, *lines: str) -> Path:
    file = folder / "answers.csv"
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return file


HEAD = "scenario,expert,path,5%,50%,95%"


def test_the_pool_by_hand() -> None:
    """At 30, a has 95% and b 5%. At 20, a has half, b 14/24 of its lowest 5%; at 52, b has half of its highest 5%."""
    number = Number.model_validate(TWO)
    assert (number.low, number.mode, number.high) == pytest.approx((6.0, 30.0, 54.0))
    shares = {6.0: 0.0, 30.0: 0.5, 54.0: 1.0}
    shares |= {20.0: (0.5 + 0.05 * 14 / 24) / 2, 52.0: (0.95 + 0.05 * 22 / 24 + 0.975) / 2}
    for x, share in shares.items():
        assert compute_pool(number.experts, 6.0, 54.0, x) == pytest.approx(share)
    assert find_quantile(number.experts, 6.0, 54.0, shares[20.0]) == pytest.approx(20.0)


def test_a_triangle_by_hand() -> None:
    """Low 0, mode 2, high 8: at 2 a quarter lies below; at 5 all but (8-5)²/(8·6)."""
    number = Number.model_validate({"elicited": {"1": {"low": 0, "mode": 2, "high": 8}}})
    assert (number.low, number.high) == (0.0, 8.0)
    assert compute_pool(number.experts, 0.0, 8.0, 2.0) == pytest.approx(0.25)
    assert compute_pool(number.experts, 0.0, 8.0, 5.0) == pytest.approx(1 - 9 / 48)


def test_bounds_cut_the_tails() -> None:
    """A chance of 5% to 95% ends at 0 and 1, not at -0.09 and 1.09; a stated value beyond them is refused."""
    path = "parties.northbank.issues.patrols.demand"
    number = load("river-border", {path: {"elicited": {"a": [0.05, 0.1, 0.3]}}}).scenario.parties["northbank"]
    demand = number.issues["patrols"].demand
    assert demand is not None and (demand.low, demand.high) == pytest.approx((0.025, 0.325))
    wide = load("river-border", {path: {"elicited": {"a": [0.01, 0.1, 0.3]}}}).scenario.parties["northbank"]
    assert wide.issues["patrols"].demand.low == 0.0  # type: ignore[union-attr]
    with pytest.raises(ParleyError, match=r"1\.2 is out of bounds"):
        load("river-border", {path: {"elicited": {"a": [0.1, 0.4, 1.2]}}})


N = 8000


def shares_below(changes: dict[str, Any], points: tuple[float, ...], only: str = "") -> list[float]:
    """Shares of draws at or below some points; of one expert's draws if `only` names one."""
    job = plan("river-border", N, 3, changes=changes)
    values = draw_assumptions(job.problem, job.assumptions)[DEADLINE]
    if only:
        values = values[draw_experts(job.problem, job.assumptions) == job.problem.experts.index(only)]
    return [float((values <= x).mean()) for x in points]


def test_draws_follow_the_pool() -> None:
    """Within four standard errors (6 in 100,000); a single expert's draws do not."""
    points, expected = (20.0, 30.0, 52.0), ((0.5 + 0.05 * 14 / 24) / 2, 0.5, (0.95 + 0.05 * 22 / 24 + 0.975) / 2)
    pool, one = (shares_below({DEADLINE: TWO}, points, only) for only in ("", "a"))
    off = [abs(x - e) / np.sqrt(e * (1 - e) / N) for x, e in zip(pool, expected, strict=True)]
    assert max(off) < 4
    assert abs(one[1] - expected[1]) > 0.4


def test_an_expert_without_an_answer_stands_for_the_others() -> None:
    """A third expert, who judged another number only, leaves this number's pool as it was."""
    other = {"parties.northbank.deadline": {"elicited": {"c": [50, 60, 70]}}}
    (share,) = shares_below({DEADLINE: TWO, **other}, (30.0,))
    assert abs(share - 0.5) < 4 * np.sqrt(0.25 / N)
    alone = shares_below({DEADLINE: TWO, **other}, (30.0,), "c")
    assert abs(alone[0] - 0.5) < 4 * np.sqrt(0.25 / (N / 3))


def test_other_numbers_keep_their_draws() -> None:
    before, after = plan("river-border", 50, 3), plan("river-border", 50, 3, changes={DEADLINE: TWO})
    first, second = (draw_assumptions(job.problem, job.assumptions) for job in (before, after))
    assert set(first) == set(second)
    assert all(np.array_equal(first[path], second[path]) for path in first if path != DEADLINE)


def test_both_engines_draw_the_same() -> None:
    changes = {DEADLINE: TWO, "behaviour.pain.weight": {"elicited": {"b": [0.1, 0.2, 0.4], "c": [0.2, 0.5, 0.6]}}}
    mesa, compiled = (run_ensemble("river-border", 12, 1, engine=e, changes=changes) for e in ("mesa", "compiled"))
    assert mesa.run_table.equals(compiled.run_table)


def test_a_resolved_scenario_reads_back() -> None:
    loaded = load("river-border", {DEADLINE: TWO})
    data = dump_scenario(loaded)
    assert data["parties"]["upland"]["deadline"]["elicited"] == {"a": [10, 20, 30], "b": [30, 40, 50]}
    first, second = (resolve(entry.scenario, 5).priors.pool for entry in (loaded, load_resolved(data)))
    assert all(np.array_equal(a, b) for a, b in zip(first, second, strict=True))


def test_import(tmp_path: Path) -> None:
    rows = f"river-border,anna,{DEADLINE},60,90,120", f"river-border,2,{DEADLINE},80,90,200"
    file = write(tmp_path, HEAD, *rows, ",,,,,")
    code, text = invoke("import", "elicitation", file, "-o", tmp_path / "mine.yaml")
    assert (code, text.splitlines()[-1]) == (0, f"{tmp_path / 'mine.yaml'}: 1 number from 2 experts")
    number = load(tmp_path / "mine.yaml").scenario.parties["upland"].deadline
    assert number.provenance == "elicited" and [j.expert for j in number.experts] == ["anna", "2"]
    assert number.why == "stated by 2 experts, in answers.csv"


def test_import_of_low_mode_high_with_semicolons(tmp_path: Path) -> None:
    file = write(tmp_path, "expert;path;low;mode;high", f"a;{DEADLINE};60;90;120")
    convert(file, tmp_path / "mine.yaml", "river-border")
    assert load(tmp_path / "mine.yaml").scenario.parties["upland"].deadline.mode == pytest.approx(90.0, abs=1.0)


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ((), "is empty; it needs a line of headings"),
        (("expert,path,5%,50%", "a,b,1,2"), ":1: the columns are expert, path, 5%, 50%; needed"),
        ((HEAD,), "holds no answer"),
        ((HEAD, f"river-border,a,{DEADLINE},60,90"), ":2: 5 cells under 6 headings"),
        ((HEAD, f"river-border,,{DEADLINE},60,90,120"), ":2: the expert has no name or number"),
        ((HEAD, f"river-border,a,{DEADLINE},60,,120"), ":2: `50%` is ``; expected a number"),
        ((HEAD, f'river-border,a,{DEADLINE},60,"90,5",120'), "`50%` is `90,5`; expected a number; write decimals with"),
        ((HEAD, f"river-border,a,{DEADLINE},60,nan,120"), ":2: `50%` is `nan`; expected a number"),
        ((HEAD, f"river-border,a,{DEADLINE},60,50,120"), ":2: expert `a`: 60, 50, 120 do not rise"),
        ((HEAD, "river-border,a,parties.upland.deadlin,60,90,120"), "(did you mean `parties.upland.deadline`?)"),
        ((HEAD, f"river-border,a,{DEADLINE},-60,90,120"), ":2: `parties.upland.deadline`: -60 is out of bounds"),
        ((HEAD, *[f"river-border,a,{DEADLINE},60,90,120"] * 2), ":3: expert `a` answered this in line 2 too"),
        ((HEAD, f"river-border,a,{DEADLINE},1,2,3", f"x,b,{DEADLINE},1,2,3"), "several scenarios: river-border, x"),
        (("expert,path,5%,50%,95%", f"a,{DEADLINE},60,90,120"), "no column `scenario` says what is extended"),
        ((HEAD, f'river-border,a,"{DEADLINE},60,90,120'), "is not CSV"),
    ],
)
def test_a_bad_file_is_refused_with_one_message(tmp_path: Path, lines: tuple[str, ...], message: str) -> None:
    code, text = invoke("import", "elicitation", write(tmp_path, *lines), "-o", tmp_path / "mine.yaml")
    assert code == 2 and message in text and len(text.strip().splitlines()) == 1
    assert not (tmp_path / "mine.yaml").exists()


@pytest.mark.parametrize(
    ("number", "message"),
    [
        ({"elicited": {}}, "takes 1 to 200 experts"),
        ({"elicited": {"a": [1, 2]}}, "expert `a`: expected three numbers"),
        ({"elicited": {"a": {"low": 1, "high": 2}}}, "give low, mode and high"),
        ({"elicited": {"a": [1, 2, 3]}, "source": "x"}, "`source` does not go with `elicited`"),
    ],
)
def test_a_bad_number_is_refused(number: dict[str, Any], message: str) -> None:
    with pytest.raises(ParleyError, match=r"parties\.upland\.deadline") as error:
        load("river-border", {DEADLINE: number})
    assert message in str(error.value)


def test_a_template_can_be_filled_in(tmp_path: Path) -> None:
    out = tmp_path / "questions.csv"
    write_template(load("river-border"), "river-border", ["calendar.gap_scale", DEADLINE], out)
    head, first, second = out.read_text(encoding="utf-8").splitlines()
    assert head == "scenario,expert,path,question,now,5%,50%,95%"
    assert first.startswith("river-border,,calendar.gap_scale,") and second.startswith(f"river-border,,{DEADLINE},")
    answered = write(tmp_path, head, second.replace(",,,", ",60,90,120").replace("river-border,,", "river-border,a,"))
    assert list(convert(answered, tmp_path / "mine.yaml")) == [DEADLINE]
    with pytest.raises(ParleyError, match="exists"):
        write_template(load("river-border"), "river-border", [DEADLINE], out)


def test_the_template_asks_first_for_what_matters_most(tmp_path: Path) -> None:
    """Deadlines decide how fast parties concede; the insulation of a fort that is hardly used changes little."""
    out = tmp_path / "questions.csv"
    arguments = ("--only", "*[tk].[di][en][as]*", "--runs", "20", "--most", "2")
    code, text = invoke("export", "elicitation", "river-border", "-o", out, *arguments)
    assert code == 0, text
    paths = {line.split(",")[2] for line in out.read_text(encoding="utf-8").splitlines()[1:]}
    assert paths == {"parties.southbank.deadline", "parties.northbank.deadline"}
    assert "1 number that moves closed less is left out" in text  # venues.north_fort.insulation


def test_the_split_by_hand() -> None:
    """Means 1 and 3, within 1: total 12, within 4; error 4/6, so (12 - 4 - 2/3)/(12 + 2/3)."""
    y, experts = np.array([0.0, 1, 1, 2, 2, 3, 3, 4]), np.array([0, 0, 0, 0, 1, 1, 1, 1])
    assert split_experts(y, experts) == pytest.approx((12 - 4 - 4 / 6) / (12 + 4 / 6))
    assert np.isnan(split_experts(np.ones(8), experts))


def test_disagreement_is_seen_and_agreement_is_not() -> None:
    """Upland can stay 15 or 150 days, or both experts say the same: the second is the negative control."""
    apart = {DEADLINE: {"elicited": {"a": [14, 15, 16], "b": [290, 300, 310]}}}
    same = {DEADLINE: {"elicited": {"a": [100, 120, 140], "b": [100, 120, 140]}}}
    split, control = (
        compute_disagreement((e := run_ensemble("river-border", 600, 2, changes=changes)).run_table, e.job.problem)
        for changes in (apart, same)
    )
    assert split["share"][0] > 0.1 and split["low"][0] > 0.05
    assert control["share"].max() < 0.03
    first = split.iloc[0]
    assert abs(first["mean a"] - first["mean b"]) > 0
    with pytest.raises(ParleyError, match="no numbers of two or more experts"):
        compute_disagreement((e := run_ensemble("river-border", 5)).run_table, e.job.problem)


def test_run_and_sensitivity_report_the_split(tmp_path: Path) -> None:
    file = write(tmp_path, HEAD, f"river-border,a,{DEADLINE},14,15,16", f"river-border,b,{DEADLINE},290,300,310")
    convert(file, tmp_path / "mine.yaml")
    code, text = invoke("run", tmp_path / "mine.yaml", "-n", "100", "-o", tmp_path / "out", "--assumptions")
    assert code == 0 and "Disagreement between 2 experts makes up" in text
    code, text = invoke("sensitivity", tmp_path / "out")
    assert code == 0 and "mean a" in text
    table = (tmp_path / "out" / "experts.csv").read_text(encoding="utf-8")
    assert table.startswith("measure,share,low,high,mean a,mean b")
