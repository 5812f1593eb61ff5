"""The views `Sweep` and `Compare` in a real browser: their numbers are those of the command line."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from selenium.webdriver.common.by import By
from typer.testing import CliRunner

from experiments.results import load
from sim.cli.main import app
from tests.app.reader import Reader
from tests.app.test_watching import choose


@pytest.mark.slow
def test_a_sweep_of_the_page_is_that_of_the_command_line(
    reader: Reader, downloads: Path, tmp_path: Path
) -> None:  # fmt: skip
    reader.open("sweep")
    choose(reader, "First factor", "Northbank: days until")
    reader.settle()
    reader.press("Run 3 points")
    reader.until("Differences are paired")
    reader.settle()
    page = reader.table()
    reader.press("Download the YAML")
    file = downloads / "page-sweep.yaml"
    reader.wait.until(lambda b: file.is_file() and file.stat().st_size)
    ran = CliRunner().invoke(app, ["sweep", str(file), "-o", str(tmp_path / "out")])
    assert ran.exit_code == 0, ran.output
    results = load(tmp_path / "out")
    summary = results.summary
    rows = summary[(summary["measure"] == "outcome_at_least") & (summary["level"] == "ceasefire")]
    means = list(rows.sort_values("point")["mean"])
    assert [cells[0] for cells in page.values()] == [f"{mean * 100:.1f}%" for mean in means]
    assert [cells[1] for cells in page.values()] == [f"{(mean - means[0]) * 100:+.1f}" for mean in means]
    assert len(set(means)) > 1
    # Two factors make a heat map of twelve points.
    choose(reader, "Second factor", "Where rounds are held")
    reader.settle()
    reader.press("Run 12 points")
    reader.wait.until(lambda b: len(b.find_elements(By.CSS_SELECTOR, ".parley tbody tr")) == 12)
    reader.settle()
    # The folder of the command line opens, beside the results of the page.
    tab = reader.browser.find_element(By.XPATH, "//*[@role='tab'][contains(., 'Open a finished folder')]")
    reader.browser.execute_script("arguments[0].click()", tab)
    reader.enter("Folder that `parley sweep` wrote", str(tmp_path / "out"))
    reader.wait.until(lambda b: len(b.find_elements(By.CSS_SELECTOR, ".parley tbody tr")) == 15)
    reader.settle()
    rows = reader.browser.find_elements(By.CSS_SELECTOR, ".parley tbody tr")[12:]
    cells = [[cell.get_attribute("textContent") for cell in row.find_elements(By.TAG_NAME, "td")] for row in rows]
    assert [row[1] for row in cells] == [f"{mean * 100:.1f}%" for mean in means]


@pytest.mark.slow
def test_a_comparison_of_the_page_is_that_of_the_command_line(reader: Reader) -> None:
    reader.open("what-if")
    reader.enter("Any other value", "calendar.horizon = 90")
    reader.until("What you changed")
    reader.turn_to("Compare")
    reader.until("Paired: run k has the same draws in both.")
    reader.settle()
    page = reader.table()["rounds held"]
    variant = "river-border,calendar.horizon=90"
    ran = CliRunner().invoke(app, ["compare", "river-border", variant, "-n", "2000", "--seed", "0"])
    assert ran.exit_code == 0, ran.output
    row = re.search(r"rounds held\W+([\d.]+)\W+([\d.]+)\s+\W*([+-][\d.]+)", ran.output)
    assert row is not None, ran.output
    for cell, number in zip(page, row.groups(), strict=False):
        assert abs(float(cell) - float(number)) <= 0.051
    assert float(page[2]) < 0
