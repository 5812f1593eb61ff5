"""The bar: the report of what the page shows, light and dark."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from typer.testing import CliRunner

from sim.app.report_file import render_state
from sim.cli.main import app
from sim.scenario.load import load
from tests.app.reader import Reader


def read_body(text: str) -> str:
    """Read a report up to the manifest, which says when it was written."""
    return text.split('id="reproduction"')[0]


def test_the_report_is_that_of_the_command_line(tmp_path: Path) -> None:
    folder, file = str(tmp_path / "out"), tmp_path / "report.html"
    for arguments in (
        ["run", "river-border", "-n", "60", "--seed", "3", "-o", folder],
        ["report", folder, "-o", str(file)],
    ):
        ran = CliRunner().invoke(app, arguments)
        assert ran.exit_code == 0, ran.output
    base = load("river-border")
    assert read_body(render_state(base, base, "", 60, 3)) == read_body(file.read_text(encoding="utf-8"))


def test_report_downloads_the_change_beside_its_baseline(reader: Reader, downloads: Path) -> None:
    reader.open("?runs=500&changes=%7B%22calendar.horizon%22%3A60%7D")
    reader.press("Report")
    file = downloads / "river-border-report.html"
    reader.wait.until(lambda b: file.is_file() and file.stat().st_size)
    text = file.read_text(encoding="utf-8")
    assert "Calendar: horizon: 60" in text and "500" in text and "http" not in text.split("</style>")[0]


def test_the_page_follows_the_theme_of_the_browser(reader: Reader) -> None:
    def set_theme(name: str) -> None:
        features = [{"name": "prefers-color-scheme", "value": name}]
        reader.browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})

    def look(browser: Any) -> tuple[str, str]:
        way = "const a = document.querySelector('.stApp'), c = document.querySelector('.caution');"
        return tuple(
            browser.execute_script(
                f"{way} return [a, c].map(e => getComputedStyle(e)).map((s, k) => k ? s.color : s.backgroundColor)"
            )
        )

    for name, colours in (
        ("light", ("rgb(255, 255, 255)", "rgb(85, 85, 85)")),
        ("dark", ("rgb(14, 17, 23)", "rgb(184, 184, 184)")),
    ):
        set_theme(name)
        reader.open("what-if?runs=500")
        reader.wait.until(lambda b, colours=colours: look(b) == colours)
    set_theme("light")
