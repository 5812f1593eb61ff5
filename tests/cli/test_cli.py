"""The command: what each verb prints, exit statuses, one message for each mistake, late imports."""

from __future__ import annotations

import errno
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

import sim
from sim.cli.main import app
from sim.scenario.dump import scenario_hash
from sim.scenario.library import shipped
from sim.scenario.load import load
from sim.scenario.numbers import iterate_numbers

MESA = ("--engine", "mesa")
HEAVY = ("numba", "numpy", "scipy", "pandas", "pyarrow", "matplotlib", "mesa", "pydantic", "ruamel")


def parley(*arguments: str, code: int = 0) -> str:
    """Output of a verb that has to end with a status; an unexpected exception is raised, not printed."""
    done = CliRunner().invoke(app, list(arguments))
    if done.exception and not isinstance(done.exception, SystemExit):
        raise done.exception
    assert done.exit_code == code, done.output
    return done.output if code == 0 else done.stderr


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder to work in."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def python(code: str, **options: object) -> subprocess.CompletedProcess[str]:
    """Python in a process of its own that finds the packages from any folder."""
    root = str(Path(sim.__file__).parents[1])
    environment = {**os.environ, "PYTHONPATH": root}
    return subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env=environment, check=False, **options
    )


def test_help_imports_nothing_heavy() -> None:
    code = "import sys; from sim.cli.main import app\ntry: app(['--help'])\nexcept SystemExit: pass\n"
    done = python(f"{code}print('HEAVY', [m for m in {HEAVY!r} if m in sys.modules])")
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip().endswith("HEAVY []")


def test_help_teaches() -> None:
    text = parley("--help")
    assert "parley run river-border -n 1000" in text
    assert "they are not a forecast" in " ".join(text.split())
    for verb in ("list", "show", "check", "run", "trace", "cite", "new", "schema"):
        assert re.search(rf"^\W+{verb}\b", text, re.M), verb
        assert "--help" in parley(verb, "--help")


def test_version() -> None:
    assert parley("--version").strip() == f"parley {sim.__version__}"


def test_list() -> None:
    lines = parley("list").splitlines()
    assert [line.split()[0] for line in lines] == shipped()
    assert "River border: an invented three-party case" in "\n".join(lines)


def test_check(here: Path) -> None:
    (here / "bad.yaml").write_text("extends: river-border\nid: bad\ncalendar:\n  horizn: 3\n")
    good = parley("check", "river-border")
    assert "river-border: in order (3 parties, 4 issues, 3 baskets; numbers: " in good
    message = parley("check", "river-border", "bad.yaml", code=2)
    assert "bad.yaml:4: calendar.horizn: unknown key" in message
    assert "did you mean `horizon`?" in message


def test_show_names_the_origin_of_every_number() -> None:
    loaded = load("river-border")
    lines = [line.split("\t") for line in parley("show", "river-border").splitlines() if not line.startswith("#")]
    assert sorted(line[0] for line in lines) == sorted(".".join(path) for path, _ in iterate_numbers(loaded.scenario))
    assert {line[2] for line in lines} == {"assumed", "convention"}
    assert all(len(line) == 5 and line[4] for line in lines), "every assumption has a reason"
    (crossing,) = (line for line in lines if line[0] == "parties.upland.issues.crossing.reservation")
    assert crossing == ["parties.upland.issues.crossing.reservation", "0.8 to 1", "assumed", "", "invented"]


def test_show_on_documents() -> None:
    text = parley("show", "istanbul-2025")
    lines = [line.split("\t") for line in text.splitlines() if not line.startswith("#")]
    assert "unsourced" not in {line[2] for line in lines}
    assert all(line[3] for line in lines if line[2] in ("documented", "derived"))
    assert "#   passed over: " in text
    assert "#   mandate: " in text


def test_show_admits_less(here: Path) -> None:
    everything = parley("show", "istanbul-2025")
    own = parley("show", "istanbul-2025", "--admit", "own")
    assert "changed: evidence.admit = own" in own
    assert own != everything
    assert "rests on no documents" in parley("show", "river-border", "--admit", "own", code=2)
    assert "`nobody` is not known; allowed: all, own" in parley("show", "istanbul-2025", "--admit", "nobody", code=2)


def test_show_marks_what_was_set() -> None:
    text = parley("show", "river-border", "--set", "parties.upland.deadline=90")
    assert "parties.upland.deadline\t90\tset" in text
    assert "changed: parties.upland.deadline = 90" in text


def test_schema_is_a_schema() -> None:
    found = json.loads(parley("schema"))
    assert {"extends", "defaults", "id", "parties", "baskets"} <= set(found["properties"])
    assert {"assumed", "convention"} <= set(json.dumps(found["$defs"]["Number"]).split('"'))


def test_shipped_files_obey_the_schema() -> None:
    jsonschema = pytest.importorskip("jsonschema")
    from sim.scenario.library import list_files
    from sim.yamlio.reader import read

    judge = jsonschema.Draft202012Validator(json.loads(parley("schema")))
    for path in list_files():
        data = json.loads(json.dumps(read(path).data, default=str))
        assert [error.message for error in judge.iter_errors(data)] == [], path.name
    assert list(judge.iter_errors({"parties": {"north": {"deadlin": 3}}}))
    assert list(judge.iter_errors({"calendar": {"horizon": {"assumed": [1]}}}))


def test_cite() -> None:
    text = parley("cite", "istanbul-2025")
    assert "Documents the numbers rest on:" in text
    assert "[fearon-1995] Fearon, J. D. (1995). Rationalist Explanations for War." in text
    assert f"parley {sim.__version__}" in text
    assert all(line.startswith("    for: ") for line in text.splitlines() if line.startswith("    "))


def test_new_makes_a_scenario_that_runs(here: Path) -> None:
    assert "my-talks.yaml is written" in parley("new", "my-talks", "--from", "river-border")
    text = (here / "my-talks.yaml").read_text()
    assert "extends: river-border\nid: my-talks\n" in text
    assert "in order" in parley("check", "my-talks.yaml")
    theirs, mine = load("river-border").scenario, load("my-talks.yaml").scenario
    same = {"id": theirs.id, "title": theirs.title, "summary": theirs.summary}
    assert mine.model_copy(update=same) == theirs


@pytest.mark.parametrize("base", ["river-border", "istanbul-2025"])
def test_every_block_of_a_new_scenario_may_be_taken_in(here: Path, base: str) -> None:
    parley("new", "mine", "--from", base)
    head, *blocks = (here / "mine.yaml").read_text().split("\n## ")
    assert len(blocks) >= 6
    numbers = {path: (n.low, n.mode, n.high) for path, n in iterate_numbers(load(base).scenario)}
    for block in blocks:
        body = "\n".join(line.removeprefix("# ") for line in block.splitlines()[1:])
        (here / "taken.yaml").write_text(f"{head}\n{body}\n")
        taken = load("taken.yaml").scenario
        assert {path: (n.low, n.mode, n.high) for path, n in iterate_numbers(taken)} == numbers, block
    lines = "\n".join(blocks).splitlines()
    whole = "\n".join(line.removeprefix("# ") for line in lines if line.startswith("# "))
    (here / "taken.yaml").write_text(f"{head}\n{whole}\n")
    assert {path: (n.low, n.mode, n.high) for path, n in iterate_numbers(load("taken.yaml").scenario)} == numbers


def test_new_overwrites_nothing(here: Path) -> None:
    (here / "mine.yaml").write_text("mine")
    assert "mine.yaml exists already" in parley("new", "mine", "--from", "river-border", code=2)
    assert (here / "mine.yaml").read_text() == "mine"
    assert "is not a valid id" in parley("new", "../mine", code=2)
    assert "is the name of a shipped scenario" in parley("new", "river-border", code=2)
    (here / "below").mkdir()
    assert "no scenario `nothing`" in parley("new", "other", "--from", "nothing", code=2)


def test_new_on_a_full_disk_leaves_nothing(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr("sim.core.atomic.os.fsync", full)
    assert "my-talks.yaml`: No space left on device; nothing is left" in parley("new", "my-talks", code=2)
    assert list(here.iterdir()) == []


def test_run_prints_and_writes(here: Path) -> None:
    text = parley("run", "river-border", "-n", "4", *MESA, "-o", "results")
    for words in ("How the talks ended", "95% interval", "Zone of agreement", "Days to each settlement"):
        assert words in text
    assert "What blocked the unsettled" in text
    assert "How much of the distance between the first demands was closed" in text
    assert "gap on open issues" not in text
    assert "Conditional on the assumptions listed by `parley show`; not a forecast." in text
    assert "Tables, manifest and figures are in results" in text
    names = {path.name for path in (here / "results").iterdir()}
    figures = {f"{name}.png" for name in ("outcomes", "days", "blocking", "terms", "convergence", "closed")}
    assert names == {"runs.parquet", "rounds.parquet", "trajectory.parquet", "manifest.json", *figures}
    assert pq.read_table(here / "results" / "runs.parquet").num_rows == 4
    assert "--force replaces it" in parley("run", "river-border", "-n", "4", *MESA, "-o", "results", code=2)


def test_titles_are_printed_as_they_are_written(here: Path) -> None:
    named = ("--set", 'baskets.river.title="Crossing [/] water"', "--set", 'baskets.calm.title="Calm [phase 1]"')
    text = parley("run", "river-border", "-n", "2", *MESA, *named, "-o", "results")
    assert text.count("Crossing [/] water") >= 2 and text.count("Calm [phase 1]") >= 2


@pytest.mark.parametrize("width", [40, 60, 80, 100, 130])
def test_tables_fit_the_screen_and_nothing_is_cut(width: int) -> None:
    from io import StringIO

    from rich.console import Console

    from sim.cli.summary import print_summary
    from sim.results.ensemble import run_ensemble
    from sim.results.plan import plan
    from sim.tables.summary import Summary

    job = plan("river-border", 3, 1, engine="mesa", workers=1)
    found = run_ensemble("river-border", 3, 1, engine="mesa", workers=1)
    summary = Summary.from_tables(found.run_table.schema, [(found.run_table, found.round_table)])
    text = StringIO()
    print_summary(Console(file=text, width=width), summary, job)
    lines = text.getvalue().splitlines()
    assert max(map(len, lines)) <= width and "…" not in text.getvalue()
    words = text.getvalue().split()
    for word in ("Exchange", "Crossing", "water", "interval", "together"):
        assert word in words, "a name stands, and no word is broken"


def test_a_summary_under_a_posterior_says_so(here: Path) -> None:
    import pyarrow as pa

    table = pa.table({"calendar.gap_scale": [10.0, 11.0], "weight": [0.5, 0.5]})
    note = json.dumps({"fit": "towns", "model": 2})
    pq.write_table(table.replace_schema_metadata({"parley": note}), here / "posterior.parquet")
    text = " ".join(parley("run", "river-border", "-n", "2", "--posterior", ".", "-o", "results").split())
    assert "Conditional on 1 fitted number drawn from the posterior of the fit towns (--posterior)" in text
    assert "for all others, on the assumptions listed by `parley show`; not a forecast." in text


def test_run_without_a_folder_makes_a_new_one(here: Path) -> None:
    for folder in ("out/river-border", "out/river-border-2"):
        assert f"figures are in {folder}" in parley("run", "river-border", "-n", "2", *MESA)
        assert (here / folder / "manifest.json").is_file()


def test_run_with_changes(here: Path) -> None:
    changes = ("--set", "parties.upland.deadline=90", "--set", "behaviour.convening.base={assumed: [2, 3]}")
    text = parley("run", "river-border", "-n", "2", *MESA, *changes, "--seed", "0", "-o", "a")
    assert "(changed)" in text
    about = json.loads((here / "a" / "manifest.json").read_text())
    expected = {"parties.upland.deadline": 90, "behaviour.convening.base": {"assumed": [2, 3]}}
    assert about["scenario"]["changes"] == expected
    assert about["scenario"]["hash"] == scenario_hash(load("river-border", expected))
    assert about["seed"] == 0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("run", "river-border", "-n", "0"), "n is 0; allowed: 1 to 1,000,000,000"),
        (("run", "river-border", "-n", "-3"), "n is -3; allowed: 1 to 1,000,000,000"),
        (("run", "rivr-border"), "no scenario `rivr-border`"),
        (("run", "rivr-border"), "did you mean `river-border`?"),
        (("run", "nowhere/none.yaml"), "none.yaml: no such file"),
        (("run", "river-border", "--engine", "fast"), "allowed: auto, mesa, compiled"),
        (("run", "river-border", "--set", "calendar.horizn=3"), "did you mean `calendar.horizon`?"),
        (("run", "river-border", "--set", "calendar.horizon"), "is not of the form path=value"),
        (("run", "river-border", "--set", "calendar.horizon=[1"), "--set"),
        (("run", "river-border", "--set", "calendar.horizon=long"), "calendar.horizon"),
        (
            ("run", "river-border", "--set", "parties.upland.deadline={assumed:[1,2]}"),
            "--set: parties.upland.deadline: a key's colon needs a space after it; write `{assumed: [1,2]}`",
        ),
        (("run", "river-border", "--set", "parties.upland.compliance=2"), "allowed: 0 to 1"),
        (("run", "river-border", "-n", "50", "--until-se", "gap=0.02"), "-n and --until-se exclude each other"),
        (("trace", "river-border", "--run", "-1"), "run is -1; runs are numbered from 0"),
        (("trace", "river-border", "--seed", "x"), "--seed"),
        (("show",), "scenario"),
    ],
)
def test_mistakes(here: Path, arguments: tuple[str, ...], message: str) -> None:
    said = parley(*arguments, code=2)
    assert message in said
    assert "Traceback" not in said
    assert list(here.iterdir()) == [], "a mistake leaves nothing behind"


def test_a_mistake_is_one_line() -> None:
    assert len(parley("run", "river-border", "-n", "0", code=2).strip().splitlines()) == 1


def test_a_page_on_a_port_in_use_is_refused() -> None:
    pytest.importorskip("streamlit")
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = str(other.getsockname()[1])
        said = parley("app", "--port", port, "--no-open", code=2)
    assert (
        f"port {port} cannot be used: Address already in use; choose another" in said
        and len(said.strip().splitlines()) == 1
    )


@pytest.mark.parametrize(("ending", "status"), [("sys.exit(3)", 3), ("os.kill(os.getpid(), 9)", 137)])
def test_the_page_passes_its_status_on(monkeypatch: pytest.MonkeyPatch, ending: str, status: int) -> None:
    from sim.cli import app as page

    opened: list[str] = []
    monkeypatch.setattr(page, "build_arguments", lambda port: ["-c", f"import os, sys; {ending}"])
    monkeypatch.setattr("webbrowser.open", opened.append)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    done = CliRunner().invoke(app, ["app", "--port", str(port)])
    assert (done.exit_code, opened) == (status, [])


def test_trace() -> None:
    lines = parley("trace", "river-border", "--seed", "3", "--run", "2").splitlines()
    assert lines == sim.trace("river-border", 3, 2)


MAIN = "import sys; sys.argv = ['parley', *{!r}]; from sim.cli.main import main; main()"


def test_main_ends_with_the_status(here: Path) -> None:
    done = python(MAIN.format(["run", "river-border", "-n", "0"]), cwd=here)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "parley: n is 0; allowed: 1 to 1,000,000,000\n"


def test_a_reader_that_has_seen_enough(here: Path) -> None:
    code = MAIN.format(["show", "istanbul-2025"])
    root = str(Path(sim.__file__).parents[1])
    environment = {**os.environ, "PYTHONPATH": root}
    with subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment
    ) as process:
        assert process.stdout is not None and process.stderr is not None
        process.stdout.readline()
        process.stdout.close()
        assert process.stderr.read() == b""


@pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")
@pytest.mark.parametrize(
    ("number", "status"),
    [(signal.SIGINT, 130), (signal.SIGTERM, 143), pytest.param(signal.SIGHUP, 129, marks=pytest.mark.slow)],
)
def test_an_interrupted_run_leaves_nothing(here: Path, number: int, status: int) -> None:
    # A job in the background of a shell is deaf to SIGINT, and one under `nohup` to SIGHUP; a user's program hears.
    hears = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler); "
    hears += "signal.signal(signal.SIGHUP, signal.SIG_DFL); "
    code = hears + MAIN.format(["run", "river-border", "-n", "1000000", *MESA, "-o", "results"])
    environment = {**os.environ, "PYTHONPATH": str(Path(sim.__file__).parents[1])}
    with subprocess.Popen(
        [sys.executable, "-c", code], stderr=subprocess.PIPE, text=True, env=environment, cwd=here
    ) as process:
        while not list(here.glob("results/.parley-unfinished*/*.parquet")) and process.poll() is None:
            time.sleep(0.05)
        process.send_signal(number)
        said = process.communicate()[1]
    assert process.returncode == status, said
    assert "Traceback" not in said
    assert list(here.iterdir()) == []


@pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")
@pytest.mark.parametrize(("number", "status"), [(2, 130), (15, 143), (None, 1)])
def test_an_interruption_that_an_import_reports_as_its_own_error(number: int | None, status: int) -> None:
    # An extension in C that is interrupted while it imports another module raises an ImportError instead.
    lines = [
        "import os, sys, signal, sim.cli.list as verbs",
        "signal.signal(signal.SIGINT, signal.default_int_handler)",
        "def interrupt():",
        "    try:",
        f"        {'pass' if number is None else f'os.kill(os.getpid(), {number}); signal.pause()'}",
        "    except BaseException:",
        "        pass",
        "    raise ImportError('cannot import module')",
        "from sim.cli.main import app, main",
        "app.command('interrupt')(interrupt)",
        "sys.argv = ['parley', 'interrupt']",
        "main()",
    ]
    environment = {**os.environ, "PYTHONPATH": str(Path(sim.__file__).parents[1])}
    result = subprocess.run([sys.executable, "-c", "\n".join(lines)], capture_output=True, text=True, env=environment)
    assert result.returncode == status, result.stderr
    assert ("Traceback" in result.stderr) == (number is None)
    assert ("interrupted" in result.stderr) == (number is not None)
