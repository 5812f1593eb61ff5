"""Plans: which engine simulates, and that a plan without one is refused."""

from __future__ import annotations

from dataclasses import replace

import pytest

import sim
from sim.core.errors import ParleyError
from sim.results.plan import Engine, plan, simulate_chunks


def test_the_engine_is_chosen() -> None:
    assert plan("river-border", 1).engine is Engine.COMPILED
    assert plan("river-border", 1, engine="mesa").engine is Engine.MESA
    assert plan("river-border", 1, party_class=sim.Party).engine is Engine.MESA


def test_an_unknown_engine_is_refused_with_the_nearest() -> None:
    with pytest.raises(ParleyError, match=r"engine `compild` is not known; allowed: .*did you mean `compiled`"):
        plan("river-border", 1, engine="compild")
    with pytest.raises(ParleyError, match="a party class of your own runs on the Mesa engine"):
        plan("river-border", 1, engine="compiled", party_class=sim.Party)


@pytest.mark.parametrize("engine", [Engine.AUTO, "tailored"])
def test_no_other_engine_runs_in_its_place(engine: Engine) -> None:
    with pytest.raises(ParleyError, match=f"no engine simulates under the name `{engine}`"):
        simulate_chunks(replace(plan("river-border", 1), engine=engine))


def test_every_engine_that_simulates_has_a_branch() -> None:
    for engine in set(Engine) - {Engine.AUTO}:
        assert next(simulate_chunks(plan("river-border", 1, engine=engine, workers=1))).rows.size == 1


def test_a_scenario_may_be_plain_data() -> None:
    """A dictionary gives the numbers of the same file; a mistake names key and line."""
    from sim.scenario.dump import scenario_hash

    data = {"extends": "river-border", "id": "river-border", "title": sim.load("river-border").scenario.title}
    shipped, plain = plan("river-border", 3), plan(data, 3)
    assert scenario_hash(plain.loaded) == scenario_hash(shipped.loaded)
    assert plain.loaded.files == ()
    with pytest.raises(ParleyError, match=r"scenario\.yaml:\d: paries: unknown key; .*did you mean `parties`"):
        plan({**data, "paries": {}}, 3)
    with pytest.raises(ParleyError, match="what YAML cannot"):
        plan({**data, "title": object()}, 3)


def test_progress_shows_a_bar(capsys: pytest.CaptureFixture[str]) -> None:
    from sim.results.progress import open_progress

    with open_progress(True, 20) as advance:
        assert advance is not None
        advance(20)
    assert "simulating" in capsys.readouterr().err
    for nothing in (False, None):
        with open_progress(nothing, 20) as advance:
            assert advance is None
    seen: list[int] = []
    with open_progress(seen.append, 20) as advance:
        assert advance is not None
        advance(3)
    assert seen == [3]
