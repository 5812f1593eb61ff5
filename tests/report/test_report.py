"""The report: valid HTML with everything inside, from each kind of folder; refusals in one message."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
from matplotlib.figure import Figure

from sim.core.errors import ParleyError
from sim.figures.distance import plot_closed
from sim.report.document import render_report, write_report
from sim.results.plan import plan
from sim.results.store import write_ensemble
from sim.results.trajectory import simulate_trajectory
from sim.tables.quantities import format_percent
from sim.tables.titles import LATENT_OFFERS

html5lib = pytest.importorskip("html5lib", reason="html5lib is not installed (extra `dev`)")


def validated(text: str) -> str:
    """The text, after a strict parser took it without a complaint."""
    html5lib.HTMLParser(strict=True).parse(text)
    return text


def outside(text: str) -> list[str]:
    """Addresses a browser would ask for; a link to a source is asked for only when somebody follows it."""
    own = re.sub(r'<a href="https?://', '<a name="', text)
    return [url for url in re.findall(r'(?:src|href)="([^"]*)"', own) if not url.startswith(("data:", "#"))]


@pytest.fixture(scope="module")
def run_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("report") / "run"
    write_ensemble(plan("river-border", 60, 1), folder, figures=("svg",))
    return folder


def test_report_of_a_run(run_folder: Path) -> None:
    text = validated(render_report(run_folder))
    assert outside(text) == []
    assert text.count("<img ") == 6
    assert all(alt for alt in re.findall(r'<img alt="([^"]*)"', text))
    for words in (
        "not a forecast",
        "60 runs",
        "seed 1",
        "How to read this",
        "What is assumed",
        "River border",
        "fingerprint",
    ):
        assert words in text, words


def test_the_first_page_has_verdict_convergence_and_terms(run_folder: Path) -> None:
    """In this order, and with the numbers of the table of runs."""
    text = render_report(run_folder)
    verdict, figure = text.index('<p class="verdict">Of 60 runs'), text.index("<figure")
    words = ("How much of the distance", "Terms agreed", "<figure><img")
    numbers, terms, second = (text.index(word) for word in words)
    assert verdict < figure < numbers < terms < second
    assert 'alt="Offers, reservation values, zones' in text[figure : figure + 200]
    runs = pq.read_table(run_folder / "runs.parquet").to_pandas()
    most = runs["outcome"].value_counts(normalize=True).iloc[0]
    sentence = text[verdict : text.index("</p>", verdict)]
    assert f"Of 60 runs {format_percent(most, 1)} end with this outcome" in sentence
    closed, calm = ((1000 * runs[name]).round().mean() / 1000 for name in ("closed", "closed_calm_d30"))
    assert f"{closed:.1%} of the distance between the first demands is closed" in sentence
    median = np.sort(runs["closed"])[len(runs) // 2 - 1]  # the lower of the two in the middle
    assert f"in the median run: {median:.1%}." in sentence and f"{median:.1%}" != f"{closed:.1%}"
    assert f"Calm on the river</td><td>{calm:.1%}</td>" in text


def test_means_are_named_in_words_and_shares_in_percent(run_folder: Path) -> None:
    text = render_report(run_folder)
    means = dict(rows_of(text, "Means over runs")[1:])
    runs = pq.read_table(run_folder / "runs.parquet").to_pandas()
    assert means["Distance closed at the end (%)"] == f"{100 * runs['closed'].mean():.1f}"
    assert means["Northbank: utility of the standing agreements"] == f"{runs['utility_northbank'].mean():.4g}"
    assert means["Length of the run (days)"] == f"{runs['days'].mean():.4g}"
    assert not re.search(r"gap whole|delivered share|latent closed|utility northbank", text)


def test_closed_shares_have_one_name_in_table_and_figure(run_folder: Path) -> None:
    drawn = plot_closed(simulate_trajectory(plan("river-border", 40), runs=30), ax=Figure().subplots())
    labels = [text.get_text() for text in drawn.get_legend().get_texts()]
    assert labels[1].startswith("median run") and labels[0] == f"median {LATENT_OFFERS}"
    assert f"<td>everything, {LATENT_OFFERS}</td>" in render_report(run_folder)


def test_report_of_a_comparison(tmp_path: Path) -> None:
    from experiments.compare import compare_scenarios

    found = compare_scenarios(["river-border", "river-border,calendar.horizon=60"], n=60, seed=1)
    found.frame.to_csv(tmp_path / "differences.csv", index=False)
    text = validated(render_report(tmp_path))
    assert "<td>exchange: settled at the end (% of runs)</td>" in text
    assert "not a forecast" in text


PATIENCE = "parties.northbank.deadline"


def test_report_of_a_sweep(tmp_path: Path) -> None:
    from experiments.results import load
    from experiments.sweep import run_sweep

    asked = {"experiment": "x", "scenario": "river-border", "runs": 60, "factors": {PATIENCE: [20, 300]}}
    run_sweep(asked, tmp_path / "sweep")
    text = validated(render_report(tmp_path / "sweep"))
    assert PATIENCE in text
    assert "not a forecast" in text
    summary = load(tmp_path / "sweep").summary
    rows = summary[(summary["measure"] == "outcome_at_least") & (summary["level"] == "ceasefire")]
    means = rows.set_index("point")["mean"]
    ends = {point: f"{mean:.1%} at {(20, 300)[point]} " for point, mean in means.items()}
    verdict = text[text.index('<p class="verdict">') : text.index("<figure") if "<figure" in text else None]
    least, most = means.idxmin(), means.idxmax()
    assert least != most and f"from {ends[least]}" in verdict and f"to {ends[most]}" in verdict


FIT = """# Talks < and & crises

Conditional on the model.

## Checks

Ranks uniform: a < b & c.

| parameter | low |  |
| --- | --- | --- |
| k0 | 0.12 | informed |
| <script>alert(1)</script> | 0.2 |  |
"""


def test_report_of_a_fit(tmp_path: Path) -> None:
    (tmp_path / "checks.json").write_text("{}", encoding="utf-8")
    (tmp_path / "report.md").write_text(FIT, encoding="utf-8")
    text = validated(render_report(tmp_path))
    assert "<h1>Talks &lt; and &amp; crises</h1>" in text
    assert re.search(r"<h2 id=\"[\w-]+\">Checks</h2>\n<p>Ranks uniform: a &lt; b &amp; c.</p>", text)
    assert '<th scope="col">low</th><th scope="col"></th>' in text
    assert "<td>k0</td><td>0.12</td><td>informed</td>" in text
    assert "<script>" not in text


def test_a_fit_without_its_report_is_a_clear_error(tmp_path: Path) -> None:
    (tmp_path / "checks.json").write_text("{}", encoding="utf-8")
    with pytest.raises(ParleyError, match=r"report.md cannot be read: No such file"):
        render_report(tmp_path)


def test_refusals(tmp_path: Path, run_folder: Path) -> None:
    with pytest.raises(ParleyError, match="is not a folder"):
        render_report(tmp_path / "absent")
    with pytest.raises(ParleyError, match="holds no results"):
        render_report(tmp_path)
    out = tmp_path / "report.html"
    write_report(run_folder, out)
    with pytest.raises(ParleyError, match="already exists"):
        write_report(run_folder, out)
    write_report(run_folder, out, force=True)


def test_control_the_validator_sees_a_fault() -> None:
    with pytest.raises(html5lib.html5parser.ParseError):
        validated('<!DOCTYPE html><html lang="en"><head><title>x</title></head><body><table><p>y</table></body></html>')


def rows_of(text: str, caption: str) -> list[list[str]]:
    """The cells of the table under a caption, its heading first."""
    (part,) = re.findall(rf"<caption>{re.escape(caption)}.*?</table>", text, re.S)
    return [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row) for row in re.findall(r"<tr>.*?</tr>", part, re.S)]


def test_a_sweep_says_which_numbers_belong_to_which_point(tmp_path: Path) -> None:
    from experiments.sweep import run_sweep

    rate = {"path": "incidents.boat_clash.rate", "levels": [0.1, 100_000]}
    factors = {"calendar.horizon": [60, 180], "rate": rate}
    run_sweep({"experiment": "x", "scenario": "river-border", "runs": 20, "factors": factors}, tmp_path)
    (tmp_path / "figures").mkdir()
    (tmp_path / "figures" / "indices.svg").write_text("<svg/>", encoding="utf-8")
    text = validated(render_report(tmp_path))
    head, *rows = rows_of(text, "Outcome standing at the end")
    names = [f"calendar.horizon {horizon}, rate " for horizon in (60, 180)]
    assert head[0] == "calendar.horizon × rate" and [row[0] for row in rows] == [f"{name}0.1" for name in names]
    assert sum(float(cell.split("%")[0]) for cell in rows[0][1:]) == pytest.approx(100)
    settled = rows_of(text, "Settled at the end")
    assert settled[0][1:] == ["Exchange of crews", "Calm on the river", "Crossing and water"]
    assert [row[1] for row in rows_of(text, "Means over runs")] and "4 points, 40 runs" in text
    assert "2 of 4 points failed" in text
    failed = rows_of(text, "Points that failed")[1:]
    assert [row[0] for row in failed] == [f"{name}100000" for name in names] and "incidents" in failed[0][1]
    assert 'alt="Sensitivity index of every factor' in text


def test_numbers_of_several_factors_are_named(tmp_path: Path) -> None:
    from experiments.sweep import run_sweep

    time = {"path": "calendar.horizon", "levels": [60, 90], "title": "Horizon, days"}
    trust = {"path": PATIENCE, "levels": [20, 300], "title": "Patience, days"}
    asked = {"experiment": "x", "scenario": "river-border", "runs": 10, "factors": {"time": time, "trust": trust}}
    run_sweep(asked, tmp_path)
    head, *rows = rows_of(render_report(tmp_path), "Outcome standing at the end")
    assert head[0] == "time (Horizon, days) × trust (Patience, days)"
    assert [row[0] for row in rows] == [f"time {time}, trust {trust}" for time in (60, 90) for trust in (20, 300)]
    assert "texts" not in head and "texts, nothing agreed" in head


def test_a_sweep_without_results_says_so(tmp_path: Path) -> None:
    from experiments.sweep import run_sweep

    asked = {"experiment": "x", "scenario": "river-border", "runs": 2}
    at = "parties.northbank.issues.patrols."  # each fits by itself; together they leave no room
    run_sweep({**asked, "factors": {f"{at}demand": [0.3], f"{at}reservation": [0.2]}}, tmp_path / "failed")
    text = validated(render_report(tmp_path / "failed"))
    assert "No point has a result: all failed." in text and "Outcome standing" not in text
    run_sweep({**asked, "keep": ["gap_open"], "factors": {"calendar.horizon": [60]}}, tmp_path / "gap")
    assert "keeps neither outcomes nor settlements" in validated(render_report(tmp_path / "gap"))


def test_a_sweep_of_many_factors_and_points_stays_readable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from experiments.sweep import run_sweep

    monkeypatch.setattr("sim.report.sweep.MOST_POINTS", 1)
    monkeypatch.setattr("sim.report.sweep.MOST_FACTORS", 1)
    factors = {"calendar.horizon": [60, 90], "parties.upland.deadline": [90]}
    run_sweep({"experiment": "x", "scenario": "river-border", "runs": 2, "factors": factors}, tmp_path)
    text = validated(render_report(tmp_path))
    assert "The first 1 of 2 points" in text and "points.parquet holds the values of 2 factors" in text
    assert [row[0] for row in rows_of(text, "Means over runs")] == ["Point", "0"]


def test_a_comparison_has_a_table_a_contrast_in_percent(tmp_path: Path) -> None:
    from experiments.compare import compare_scenarios

    changed = ["river-border,calendar.horizon=60", "river-border,calendar.horizon=90"]
    found = compare_scenarios(["river-border", *changed], n=60, seed=1)
    found.frame.to_csv(tmp_path / "differences.csv", index=False)
    text = validated(render_report(tmp_path))
    for label in changed:
        head, *rows = rows_of(text, f"{label} − river-border: 60 runs each")
        assert head == ["Measure", "river-border", label, "Difference", "95% interval", "p, corrected"]
        wanted = found.frame[found.frame["contrast"].str.startswith(label)].set_index(["measure", "level"])
        (row,) = (row for row in rows if row[0] == "Ended as texts, nothing agreed (% of runs)")
        share = wanted.loc[("outcome", "texts")]
        assert row[1:3] == [f"{100 * share['first']:.1f}", f"{100 * share['second']:.1f}"]
        assert row[4] == f"{100 * share['low']:+z.1f} to {100 * share['high']:+z.1f}"
        assert not any(cell in ("-0.0", "+-0.0") or "e-" in cell or "-0.0 " in cell for row in rows for cell in row)
        sure = wanted[(wanted["kind"] == "share") & (wanted["p_holm"] < 0.05)]
        largest = f"{label} − river-border: the largest difference of a share is in "
        assert (largest in text) == bool(len(sure)) or f"{label} − river-border: no share of runs" in text
        others = rows_of(text, f"{label} − river-border: other measures")[1:]
        assert len(rows) + len(others) == len(wanted), "no difference is left out"


@pytest.mark.parametrize("text", ["contrast,measure\na,b\n", "a\n1\n"])
def test_a_table_that_is_no_comparison_is_a_clear_error(tmp_path: Path, text: str) -> None:
    (tmp_path / "differences.csv").write_text(text, encoding="utf-8")
    with pytest.raises(ParleyError, match="is not a table of differences"):
        render_report(tmp_path)


def test_what_is_assumed_prints_open(run_folder: Path) -> None:
    text = render_report(run_folder)
    assert "<details open><summary>" in text and "details::details-content" in text


def test_a_report_that_cannot_be_written_leaves_the_old_one(run_folder: Path, tmp_path: Path) -> None:
    resource = pytest.importorskip("resource")
    out = tmp_path / "report.html"
    good = render_report(run_folder)[:5000]
    out.write_text(good, encoding="utf-8")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, hard))
    try:
        with pytest.raises(ParleyError, match=r"cannot write to .*File too large"):
            write_report(run_folder, out, force=True)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {"report.html": good}


def test_a_report_names_the_posterior(tmp_path: Path) -> None:
    import json

    import pyarrow as pa
    import pyarrow.parquet as pq

    from calibration.posterior import FILE, apply_posterior

    table = pa.table({"calendar.gap_scale": [10.0, 11.0], "weight": [0.5, 0.5]})
    pq.write_table(table.replace_schema_metadata({"parley": json.dumps({"fit": "towns", "model": 2})}), tmp_path / FILE)
    write_ensemble(apply_posterior(plan("river-border", 5, 1, workers=1), tmp_path), tmp_path / "run", figures=())
    text = validated(render_report(tmp_path / "run"))
    assert "1 fitted number drawn from the posterior of the fit towns" in text
    assert text.count("drawn from the posterior; before the fit:") == 1


CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


def ask_chromium(page: Path, scratch: Path, *options: str) -> str:
    """What the browser prints about a page, without a window or a network."""
    assert CHROMIUM is not None
    common = ("--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={scratch / 'profile'}")
    done = subprocess.run([CHROMIUM, *common, *options, page.as_uri()], capture_output=True, timeout=180, check=True)
    return done.stdout.decode("utf-8", "replace")


def count_pages(page: Path, scratch: Path) -> int:
    """How many sheets of A4 a page prints on."""
    target = scratch / "print.pdf"
    ask_chromium(page, scratch, "--no-pdf-header-footer", f"--print-to-pdf={target}")
    return len(re.findall(rb"/Type\s*/Page\b", target.read_bytes()))


@pytest.fixture(scope="module")
def large_report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The report of the scenario with most assumptions and sources, with all figures."""
    folder = tmp_path_factory.mktemp("large")
    write_ensemble(plan("istanbul-2025-june", 60, 1), folder / "run", figures=("png",))
    write_report(folder / "run", folder / "report.html")
    return folder / "report.html"


@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine")
def test_a_run_prints_on_twelve_pages(large_report: Path, tmp_path: Path) -> None:
    """The control has one paragraph in the text size of the screen for each number: the count sees it."""
    assert 5 <= count_pages(large_report, tmp_path) <= 12
    text = large_report.read_text(encoding="utf-8")
    control = tmp_path / "control.html"
    control.write_text(text.replace("columns:3", "columns:1").replace("font-size:6.5pt", ""), encoding="utf-8")
    assert count_pages(control, tmp_path) > 12


@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine")
def test_a_phone_does_not_scroll_sideways(large_report: Path, tmp_path: Path) -> None:
    """In a frame of 400 pixels nothing is wider; the control is a paragraph that is."""
    script = "<script>document.title = 'W' + document.documentElement.scrollWidth</script></body>"
    wide = '<p style="width:700px">wide</p>'
    widths = []
    for name, more in (("page", ""), ("control", wide)):
        inner = tmp_path / f"{name}.html"
        text = large_report.read_text(encoding="utf-8")
        inner.write_text(text.replace("</body>", more + script), encoding="utf-8")
        frame = tmp_path / f"{name}-frame.html"
        listen = "f.onload = () => { document.title = f.contentDocument.title }"
        source = f'<iframe id="f" src="{inner.as_uri()}" width="400" height="800" style="border:0"></iframe>'
        frame.write_text(f"<body>{source}<script>{listen}</script></body>", encoding="utf-8")
        answer = ask_chromium(frame, tmp_path, "--allow-file-access-from-files", "--dump-dom")
        widths.append(int(re.findall(r"<title>W(\d+)</title>", answer)[-1]))
    assert widths[0] <= 400 < widths[1]


def test_contents_lead_to_every_heading(run_folder: Path) -> None:
    text = render_report(run_folder)
    targets = re.findall(r'<li><a href="#([^"]+)"', text)
    assert {"figures", "section-1", "reading", "assumptions", "reproduction"} <= set(targets)
    assert all(f'id="{target}"' in text for target in targets)


def test_addresses_of_sources_are_links(large_report: Path) -> None:
    text = large_report.read_text(encoding="utf-8")
    assert text.count('<a href="https://') > 20 and outside(text) == []
