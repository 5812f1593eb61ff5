"""Native units of issues: places of the scale in kilometres, days or people."""

from __future__ import annotations

from pathlib import Path

import pytest

from sim.core.errors import ParleyError
from sim.core.units import NativeUnit
from sim.figures.scales import Scale, create_scales, read_scales
from sim.narrative.titles import describe_point
from sim.results.ensemble import run_ensemble
from sim.scenario.dump import dump_scenario
from sim.scenario.load import load


@pytest.mark.parametrize(
    ("unit", "place", "text"),
    [
        (NativeUnit("people", 0, 40), 0.6, "24 people"),
        (NativeUnit("km", 120, 20), 0.25, "95 km"),  # the smaller amount is at 1
        (NativeUnit("soldiers", 0, 250_000), 0.34, "85,000 soldiers"),
        (NativeUnit("years", 0.0, 2.0), 0.55, "1.1 years"),
        (NativeUnit("shares", -0.5, 0.5), 0.499, "0.0 shares"),
    ],
)  # fmt: skip
def test_places_in_a_unit(unit: NativeUnit, place: float, text: str) -> None:
    assert unit.format_amount(place) == text


def write(folder: Path, unit: str) -> Path:
    path = folder / "mine.yaml"
    path.write_text(f"id: mine\nextends: river-border\nissues: {{water: {{unit: {unit}}}}}\n")
    return path


def test_terms_are_printed_in_the_unit(tmp_path: Path) -> None:
    loaded = load(write(tmp_path, "{name: million cubic metres, low: 0, high: 300}"))
    scales = create_scales(loaded.scenario)
    assert scales["water"].list_labels()[1] == (1.0, "fixed quotas: 300 million cubic metres")
    assert scales["crossing"].list_labels()[1] == (0.5, "shared")  # no unit
    assert read_scales(dump_scenario(loaded)) == scales
    issue = loaded.scenario.issues["water"]
    assert describe_point(issue, 1.0) == "fixed quotas, 300 million cubic metres"
    assert describe_point(issue, 0.5).endswith(", 150 million cubic metres")


def test_a_unit_changes_no_run(tmp_path: Path) -> None:
    plain = run_ensemble("river-border", n=20, seed=3, engine="mesa")
    other = run_ensemble(str(write(tmp_path, "{name: km, low: 5, high: 0}")), n=20, seed=3, engine="mesa")
    assert plain.runs.equals(other.runs)


@pytest.mark.parametrize(
    ("unit", "message"),
    [
        ("{name: km, low: 3, high: 3}", "equal"),
        ("{name: km, low: 0}", "high"),
        ("km", "unit"),
        ("{name: km, low: 0, high: .inf}", "finite"),
    ],
)
def test_a_unit_that_cannot_be_used(tmp_path: Path, unit: str, message: str) -> None:
    with pytest.raises(ParleyError, match=message):
        load(write(tmp_path, unit))


def test_a_scale_without_a_unit() -> None:
    assert Scale("a", "b", ((0.0, "none"), (1.0, "all"))).list_labels() == [(0.0, "none"), (1.0, "all")]
