"""KTAB files: both forms of its election by hand, its XML, semicolons."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
from typer.testing import CliRunner

from sim.cli.main import app
from sim.core.errors import ScenarioError
from sim.interop import ktab

CSV = """A case,Three towns,3,1,
Actor,Description,Power,Road,Sal1,
Alder,Alder town,100,75,50,
Birch,Birch town,50,100,30,
Cedar,Cedar town,120,0,48,
"""


def actor(name: str, power: float, positions: list[object], saliences: list[object]) -> str:
    place = "".join(f"<dCoord>{x}</dCoord>" for x in positions)
    care = "".join(f"<dSal>{x}</dSal>" for x in saliences)
    return (
        f"<Actor><name>{name}</name><description>{name} town</description><capability>{power}</capability>"
        f"<Position>{place}</Position><Salience>{care}</Salience></Actor>"
    )


ACTORS = actor("Alder", 100, [75], [50]) + actor("Birch", 50, [100], [30]) + actor("Cedar", 120, [0], [48])
XML = f"""<?xml version="1.0" encoding="UTF-8"?>
<Scenario><name>A case</name><desc>Three towns</desc>
<ModelParameters><PCEModel>MarkovIncentive</PCEModel></ModelParameters>
<Dimensions><dName>Road</dName></Dimensions><Actors>{ACTORS}</Actors></Scenario>
"""


def run(tmp_path: Path, text: str, name: str = "towns.csv", *extra: str):
    (tmp_path / name).write_text(text, encoding="utf-8")
    return CliRunner().invoke(app, ["import", "ktab", str(tmp_path / name), "-o", str(tmp_path / "out.yaml"), *extra])


@pytest.mark.parametrize(
    ("extra", "name", "chance"),
    [([], "conditional", "59%"), (["--condorcet", "conditional"], "conditional", "59%"),
     (["--condorcet", "markov"], "markov", "52%")],
)  # fmt: skip
def test_both_forms_and_their_name(tmp_path, extra, name, chance):
    """Votes: 75 beats 100 by 50·1 + 57.6·1 to 15·1, and 0 by 50·3 + 15·3 to 57.6·3 (gains in quarters), and so on."""
    done = run(tmp_path, CSV, "towns.csv", *extra)
    assert done.exit_code == 0, done.output
    assert f"election, {name} form" in done.output and f"75.00 ({chance})" in done.output


def test_the_conditional_form_by_hand():
    """P(75) ∝ P(75 beats 100)·P(75 beats 0), and so on for the others."""
    weights = {75: 50.0, 100: 15.0, 0: 57.6}

    def beats(i: int, j: int) -> float:
        votes = {x: w * (abs(x - j) - abs(x - i)) for x, w in weights.items()}
        ahead = sum(v for v in votes.values() if v > 0)
        return ahead / (ahead - sum(v for v in votes.values() if v < 0))

    share = {i: math.prod(beats(i, j) for j in weights if j != i) for i in weights}
    assert round(share[75] / sum(share.values()), 2) == 0.59


def test_the_xml_holds_the_same(tmp_path):
    (tmp_path / "towns.csv").write_text(CSV, encoding="utf-8")
    (tmp_path / "towns.xml").write_text(XML, encoding="utf-8")
    table, tree = ktab.read(tmp_path / "towns.csv"), ktab.read(tmp_path / "towns.xml")
    assert (table.title, table.dimensions, table.descriptions) == (tree.title, tree.dimensions, tree.descriptions)
    for a, b in zip(table.groups, tree.groups, strict=True):
        assert a.names == b.names
        for name in ("capability", "position", "salience"):
            assert getattr(a, name).tolist() == getattr(b, name).tolist()
    done = run(tmp_path, XML, "towns.xml")
    assert done.exit_code == 0 and "75.00 (59%)" in done.output
    assert "model parameters are not used: PCEModel MarkovIncentive" in done.output


def test_semicolons(tmp_path):
    done = run(tmp_path, CSV.replace(",", ";"))
    assert done.exit_code == 0 and "75.00 (59%)" in done.output


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (CSV.replace(",", ";").replace("75", "75,5"), "`75,5` in cell 4; allowed: 0 to 100, with a point for decimals"),
        ("<Model/>", "is XML with root `Model`; KTAB's has `Scenario`"),
        ("<Scenario><Actors></Scenario>", "is not XML"),
        (XML.replace("<dCoord>75</dCoord>", "<dCoord></dCoord>"), "towns.csv:4: actor `Alder`: position 1 is ``; a"),
        (XML.replace("<dCoord>75</dCoord>", ""), "actor `Alder` has 0 positions and 1 saliences on 1 dimensions"),
        (XML.replace("<dSal>50</dSal>", "<dSal>500</dSal>"), "salience 1 is `500`; allowed: 0 to 100"),
        (XML.replace(">100</capability>", ">-1</capability>"), "capability is `-1`; allowed: 0 or more"),
        (XML.replace("<dName>Road</dName>", ""), "3 actors on 0 dimensions"),
        (CSV.replace(",3,1,", ",160,1,"), "towns.csv:1: 160 actors on 1 dimensions; 2 to 100 actors and 1 to 40 dimen"),
    ],
)
def test_what_is_refused_is_named(tmp_path, text, message):
    path = tmp_path / "towns.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ScenarioError) as caught:
        ktab.read(path)
    assert message in str(caught.value)
