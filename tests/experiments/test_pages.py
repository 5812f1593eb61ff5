"""Pages of experiments: words and numbers come from tables of effects, and committed pages are those they give."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from experiments.contrasts import MEASURES
from experiments.pages import MAIN, PAGES, PageWords, read_effects, read_numbers, render_page
from experiments.spec import read_experiment
from sim.core.errors import ParleyError

WRITTEN = sorted(path.stem for path in (PAGES / "results").glob("*.csv"))
NUMBERED = sorted({path.stem for path in (PAGES / "results").glob("*.json")} - set(WRITTEN))
CASES = ["belarus-2022", "istanbul-2022", "istanbul-2025"]
FIVE = {"venue", "mediation", "incidents", "mandate-and-sequence", "pace"}


def build_row(case: str, difference: float, half: float, **others: Any) -> dict[str, Any]:
    """One row of a table of effects."""
    row = {"case": case, "contrast": "change", "measure": "closed", "level": "", "kind": "mean"}
    row |= {"runs": 1200, "changed": 1199, "n": 1200, "first": 0.25, "second": 0.25 + difference, "p_holm": 0.01}
    return row | {"difference": difference, "low": difference - half, "high": difference + half} | others


@pytest.mark.parametrize("name", WRITTEN)
def test_a_page_is_what_its_table_gives(name: str) -> None:
    assert (PAGES / f"{name}.md").read_text(encoding="utf-8") == render_page(name, read_effects(name))


@pytest.mark.parametrize("name", WRITTEN)
def test_another_number_gives_another_page(name: str) -> None:
    """Control: the page would not pass with a table in which one effect is a point larger."""
    effects = read_effects(name)
    effects.loc[effects["measure"] == "closed", ["difference", "low", "high"]] += 0.01
    try:
        assert (PAGES / f"{name}.md").read_text(encoding="utf-8") != render_page(name, effects)
    except ParleyError as error:
        assert "rewrite its template" in str(error)


@pytest.mark.parametrize("name", NUMBERED)
def test_a_page_is_what_its_numbers_give(name: str) -> None:
    assert (PAGES / f"{name}.md").read_text(encoding="utf-8") == render_page(name, None, read_numbers(name))


def test_where_to_meet_next_is_answered_first() -> None:
    """Where, when and on what in the first sentence; what it depends on in the same paragraph, with the test of it."""
    numbers, page = read_numbers("next-venue"), (PAGES / "next-venue.md").read_text(encoding="utf-8")
    answer = page.split("\n\n")[1]
    assert answer.startswith(f"**Answer.** The runs, which are not a forecast, speak for {numbers['best']}, ")
    assert "20 to 30 June" in answer and "humanitarian matters" in answer and re.search(r"depends\s+on", answer)
    agreed, minsk = (numbers["places"][name]["gap_180"] for name in ("Minsk, agreed", "Minsk"))
    assert abs(agreed) < 0.2 * abs(minsk)  # the page says: nearly all of the difference is gone
    numbers["places"]["Minsk"]["gap_180"] -= 1.0  # control: another number gives another page
    assert render_page("next-venue", None, numbers) != page


@pytest.mark.parametrize("name", sorted(FIVE))
def test_every_planned_contrast_is_in_the_table(name: str) -> None:
    effects = read_effects(name)
    for case, experiment in read_experiment(name).list_cases().items():
        own = effects[effects["case"] == case]
        assert set(own["contrast"]) == set(experiment.contrasts)
        assert {f"{kind}_d{day}" for kind in ("closed", "latent_closed") for day in (60, 90)} <= set(own["measure"])
        assert (own["n"] > 0).all() and (own["changed"] <= own["runs"]).all()
    assert set(effects["case"]) == set(CASES)


@pytest.mark.parametrize("name", sorted(FIVE))
def test_the_first_paragraph_answers(name: str) -> None:
    page = (PAGES / f"{name}.md").read_text(encoding="utf-8")
    answer = next(part for part in page.split("\n\n") if part.lstrip().startswith("**Answer.**"))
    assert re.search(r"(raises|lowers|changes|leaves) ", answer) and "95% interval" in answer and "depends on" in answer
    assert all(f"`{case}`" in answer for case in CASES)
    assert "runs changed" in page and "runs in which any column" in page


def test_removing_incidents_is_reported_for_all_cases() -> None:
    effects = read_effects("incidents")
    rows = effects[(effects["contrast"] == "no incidents") & (effects["measure"] == "latent_closed")]
    assert sorted(rows["case"]) == CASES
    page = (PAGES / "incidents.md").read_text(encoding="utf-8")
    for row in rows.to_dict("records"):
        assert f"{abs(100 * row['difference']):.1f}" in page.split("**Question.**")[0]


def test_words_follow_the_sign() -> None:
    words = PageWords(pd.DataFrame([build_row("a", 0.031, 0.008), build_row("b", -0.02, 0.005)]))
    assert words.describe_effect("a", "change", "closed", "it") == "raises it by 3.1 points (95% interval 2.3 to 3.9)"
    assert words.describe_effect("b", "change", "closed", "it") == "lowers it by 2.0 points (95% interval 1.5 to 2.5)"
    mixed = "changes it by +3.1 points (95% interval +2.3 to +3.9) in `a` and −2.0 (−2.5 to −1.5) in `b`"
    assert words.describe_cases("change", "closed", "it") == mixed
    assert words.describe_changes("change") == "1,199 of 1,200 runs in `a` and 1,199 of 1,200 runs in `b`"
    assert words.format_value("a", "change", "closed", "second") == "28%"


def test_nothing_and_uncertain_are_different_words() -> None:
    rows = [build_row("a", 0.0, 0.0, p_holm=float("nan"), changed=0), build_row("b", 0.001, 0.004, p_holm=1.0)]
    words = PageWords(pd.DataFrame(rows))
    assert words.describe_effect("a", "change", "closed", "it") == "changes nothing at all in it"
    assert words.describe_effect("b", "change", "closed", "it").startswith("leaves it where it was (+0.1 points")


def test_a_direction_that_no_longer_holds_stops_the_page() -> None:
    words = PageWords(pd.DataFrame([build_row("a", 0.031, 0.008)]))
    assert words.check_direction("a", "change", "closed", "+") == ""
    with pytest.raises(ParleyError, match="rewrite its template"):
        words.check_direction("a", "change", "closed", "-")


def test_a_missing_table_names_the_script(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("experiments.pages.PAGES", tmp_path)
    with pytest.raises(ParleyError, match=r"run_venue\.py"):
        read_effects("venue")
    assert set(MEASURES) >= {"closed", "latent_closed"} and "latent_closed" in MAIN
