"""What the page on validation says in words holds in its tables."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

PAGE = Path(__file__).resolve().parents[2] / "docs" / "explanation" / "validation.md"


def read_block(name: str) -> list[list[str]]:
    """Cells of the table of a block, row by row."""
    text = PAGE.read_text(encoding="utf-8").split(f"<!-- refresh: validation/{name} -->")[1].split("<!-- end -->")[0]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in text.strip().splitlines()]


def mean(forecast: str, fit: str = "fitted on the other dyads", column: int = 2) -> float:
    """A mean score of a forecast."""
    return next(float(row[column]) for row in read_block("means")[2:] if row[:2] == [forecast, fit])


def test_the_aim_is_missed_as_the_page_says() -> None:
    rows = {(row[0], row[1]): row for row in read_block("comparisons")[2:]}
    assert rows["highest code", "rates of the other cases"][4] == "3 of 4"
    assert float(rows["highest code", "the model without positions"][2]) < 0


def test_numbers_are_forecast_as_the_page_says() -> None:
    rows = {(row[0], row[1]): row for row in read_block("comparisons")[2:]}
    for other in ("rates of the other cases", "the model without positions"):
        assert rows["longest silence, days", other][4] == "4 of 4"
    assert rows["gaps, days", "rates of the other cases"][4] == "2 of 4"
    assert float(rows["terms, scale", "the model without positions"][2]) < 0
    by_case = {row[0]: row[1:] for row in read_block("by case")}
    names = ("the model as shipped, fitted on the other dyads", "rates of the other cases")
    model, rates = (by_case[f"gaps, days: {name}"] for name in names)
    assert [float(m) > float(r) for m, r in zip(model, rates, strict=True)] == [False, True, True, True, False]


def test_two_cases_are_worse_than_chance() -> None:
    by_case = {row[0]: row[1:] for row in read_block("by case")}
    model, uniform = (by_case[name] for name in ("the model as shipped, fitted on the other dyads", "uniform"))
    worse = [float(m) < float(u) for m, u in zip(model, uniform, strict=True)]
    assert worse == [True, True, False, False, False]


@pytest.mark.parametrize(
    "other", ["version 1 of the model", "without urgency", "talks do not break off", "concession in return"]
)
def test_what_the_folds_say(other: str) -> None:
    assert mean("the model as shipped") > mean(other)


def test_reciprocity_does_worst_of_the_rules() -> None:
    rules = [row[0] for row in read_block("means") if re.match("concession ", row[0])]
    assert len(set(rules)) == 4
    assert min(set(rules), key=mean) == "concession in return"


def test_version_2_wins_in_two_dyads_and_loses_in_two() -> None:
    rows = {row[0]: [float(cell) for cell in row[1:]] for row in read_block("by dyad")[2:]}
    head = read_block("by dyad")[0][1:]
    better = [a > b for a, b in zip(rows["the model as shipped"], rows["version 1 of the model"], strict=True)]
    assert dict(zip(head, better, strict=True)) == {
        "egypt-israel": True,
        "iran-six": False,
        "northern-ireland": False,
        "russia-ukraine": True,
    }
