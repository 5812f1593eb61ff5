"""Inputs made to break the readers: each is taken, or refused with one message of the program's own; nothing else.

Some hundred inputs in every test run; `PARLEY_FUZZ=100000 NUMBA_DISABLE_JIT=1 python -m pytest tests/fuzz` makes as
many and writes the figures that docs/explanation/verification.md shows. The same inputs every time. With compilation
the first input of a reader would be charged for the compilation of the rules.
"""

from __future__ import annotations

import contextlib
import json
import os
import random
import re
import resource
import shutil
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from sim.cli.options import parse_changes
from sim.core.errors import ParleyError
from sim.interop import folder as domains
from sim.interop import genius, ktab
from sim.scenario.load import list_paths, load
from sim.scenario.resolve import resolve
from tests.interop.genius_files import random_files
from tests.interop.test_geniusweb import A, B
from tests.interop.test_ktab import XML as KTAB_XML

HERE = Path(__file__).parent
FULL = int(os.environ.get("PARLEY_FUZZ", "0"))
SHARES = {
    "loader": 0.2, "--set": 0.1, "import ktab": 0.2, "import genius": 0.15, "import geniusweb": 0.05,
    "extends": 0.08, "manifest": 0.06, "rerun": 0.01, "package": 0.02, "posterior": 0.06,
    "sweep file": 0.05, "fit file": 0.05,
}  # fmt: skip
WRITTEN = 0.05 if FULL else 0.5  # share of imports carried through to a scenario file, which takes long
SLOWEST = 5.0  # seconds of processor time for one input, whatever else the machine does
HANG = 60.0  # seconds after which an input that waits for something counts as a fault
MOST_MEMORY = 1024.0  # MB that the process may hold

NASTY = (
    "null", "~", "true", "yes", "-1", "0", "1", "1e308", "1e999", "-0.0", ".nan", ".inf",
    "999999999999999999999999999999", "0x10", "0o7", "1_000", "2000-01-01", "2000-13-45", "[]", "{}",
    "[0.2, 0.1]", "[0.1, 0.5]", "{assumed: [0.1, 0.4], why: x}", "{value: 1}", "{value: 0.5, convention: x}",
    "{value: 1, source: nobody, locator: x}", "{low: 0, high: 1, shape: uniform}", "'", '"', "&a b", "*a",
    "!!python/object/apply:os.system [ls]", "<<", "..", "../../../etc/passwd", "%", "\t", "\u00e9", "\u2028",
    "\x00", "[[[[[[[[[[", "{a: {a: {a: {a: 1}}}}", "- - - -", "|", ">", "? x", "northbank", "extends", "value",
    "*", "a.b.c", "",
)  # fmt: skip


@contextlib.contextmanager
def _limit_wait() -> Iterator[None]:
    """Raise an error in a block that neither ends nor computes, where the system has alarms."""
    if not FULL or not hasattr(signal, "setitimer"):
        yield
        return

    def stop(number: int, frame: object) -> None:
        raise TimeoutError(f"an input took longer than {HANG:.0f} seconds")

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, HANG)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0.0)
        signal.signal(signal.SIGALRM, before)


class Record:
    """What became of the inputs fed to one reader."""

    def __init__(self, name: str):
        self.name, self.inputs, self.taken, self.refused, self.faults, self.stray = name, 0, 0, 0, 0, 0
        self.longest = 0.0
        self.before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

    @contextlib.contextmanager
    def one(self) -> Iterator[None]:
        """Count one input; anything but a refusal of the program's own goes through."""
        self.inputs += 1
        start = time.process_time()
        try:
            with _limit_wait():
                yield
            self.taken += 1
        except ParleyError as error:
            self.refused += 1
            assert str(error).strip() and "\n" not in str(error), "a refusal is one line"
        except Exception:
            self.faults += 1
            raise
        finally:
            self.longest = max(self.longest, time.process_time() - start)

    def close(self) -> None:
        """Check the bounds; keep the figures of a full run."""
        most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        grown = (most - self.before) / 1024.0
        assert self.faults == 0 and self.stray == 0 and self.taken + self.refused == self.inputs
        assert self.taken and self.refused, "the inputs are all of one kind: they test nothing"
        if not FULL:
            return
        assert self.longest < SLOWEST and most / 1024.0 < MOST_MEMORY
        path = HERE / "figures.json"
        figures = json.loads(path.read_text()) if path.is_file() else {}
        keys = ("inputs", "taken", "refused", "faults", "stray", "longest")
        figures[self.name] = {key: getattr(self, key) for key in keys} | {"megabytes": round(grown, 1)}
        figures[self.name]["longest"] = round(self.longest, 2)
        path.write_text(json.dumps(figures, indent=1, sort_keys=True) + "\n")


@pytest.fixture
def record(request: pytest.FixtureRequest) -> Iterator[Record]:
    found = Record(request.param)
    yield found
    found.close()


def feed(name: str, few: int) -> Callable[[Any], Any]:
    """As many inputs as the run asks for."""
    count = int(FULL * SHARES[name]) if FULL else few
    return settings(
        max_examples=count,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )


TOKEN = re.compile(r"[A-Za-z0-9_.\-]+")


def broken(text: str, chance: random.Random) -> str:
    """A text with a few tokens, characters or lines changed."""
    for _ in range(chance.randint(0, 3)):
        kind = chance.randrange(7)
        if kind <= 2:
            tokens = list(TOKEN.finditer(text))
            if tokens:
                hit = chance.choice(tokens)
                text = text[: hit.start()] + chance.choice(NASTY) + text[hit.end() :]
        elif kind == 3:
            at = chance.randrange(len(text) + 1)
            text = text[:at] + chance.choice((*NASTY, chr(chance.randrange(1, 0x3000)), " ", "\n")) + text[at:]
        elif kind == 4:
            text = text[: chance.randrange(len(text) + 1)]
        else:
            lines = text.split("\n")
            at = chance.randrange(len(lines))
            lines[at : at + 1] = [] if kind == 5 else [lines[at], chance.choice(lines)]
            text = "\n".join(lines)
    return text


BASES = {
    "scenario": [
        (HERE.parents[1] / "scenarios" / "river-border.yaml").read_text(encoding="utf-8"),
        (HERE.parent / "verification" / "scenarios" / "two-reservations.yaml").read_text(encoding="utf-8"),
    ],
    "ktab": [
        'A case,"Three towns, one road",3,2,\nActor,Description,Power,Pstn1,Sal1,Pstn2,Sal2,\n'
        "Alder, Alder town, 100.0, 75.0, 50.0, 5.0, 10.0,\nBirch, x, 50, 100, 30, 70, 20,\nCedar,y,120,0,48,90,15,\n",
        KTAB_XML,
    ],
}


@pytest.mark.parametrize("record", ["loader"], indirect=True)
def test_loader(record: Record, tmp_path: Path) -> None:
    textbook = HERE.parent / "verification" / "scenarios" / "textbook.yaml"
    (tmp_path / "textbook.yaml").write_bytes(textbook.read_bytes())
    path = tmp_path / "case.yaml"

    @feed("loader", 60)
    @given(st.randoms(use_true_random=False), st.one_of(st.none(), st.none(), st.none(), st.text(max_size=200)))
    def run(chance: random.Random, raw: str | None) -> None:
        text = broken(chance.choice(BASES["scenario"]), chance) if raw is None else raw
        path.write_bytes(text.encode("utf-8", "surrogatepass"))
        with record.one():
            resolve(load(path).scenario, 0)

    run()
    record.stray += sum(1 for _ in tmp_path.iterdir()) - 2


@pytest.mark.parametrize("record", ["--set"], indirect=True)
def test_set(record: Record) -> None:
    loaded = load("river-border")
    known = list_paths(loaded.scenario)

    @feed("--set", 60)
    @given(st.randoms(use_true_random=False), st.one_of(st.none(), st.none(), st.none(), st.text(max_size=60)))
    def run(chance: random.Random, raw: str | None) -> None:
        path = chance.choice(known)
        if chance.random() < 0.3:
            path = broken(path, chance)
        if chance.random() < 0.2:
            steps = path.split(".")
            steps[chance.randrange(len(steps))] = "*"
            path = ".".join(steps)
        plain = f"{chance.random():.3f}"
        value = chance.choice((*NASTY, *[plain] * len(NASTY))) if raw is None else raw
        with record.one():
            resolve(loaded.with_changes(parse_changes([f"{path}={value}"])).scenario, 0)

    run()


@pytest.mark.parametrize("record", ["import ktab"], indirect=True)
def test_ktab(record: Record, tmp_path: Path) -> None:
    source, out = tmp_path / "in.csv", tmp_path / "out.yaml"

    @feed("import ktab", 60)
    @given(st.randoms(use_true_random=False), st.one_of(st.none(), st.none(), st.none(), st.binary(max_size=200)))
    def run(chance: random.Random, raw: bytes | None) -> None:
        text = broken(chance.choice(BASES["ktab"]), chance).encode("utf-8", "surrogatepass")
        source.write_bytes(text if raw is None else raw)
        written = chance.random() < WRITTEN
        with record.one():
            ktab.convert(source, out) if written else ktab.read(source)
        out.unlink(missing_ok=True)

    run()
    record.stray += sum(1 for _ in tmp_path.iterdir()) - 1


def space(chance: random.Random, values: list[list[str]]) -> str:
    """A utility space with evaluations at random."""
    issues = "".join(
        f'<issue index="{k + 1}" type="discrete" name="issue {k}">'
        + "".join(f'<item index="{n + 1}" value="{v}" evaluation="{chance.randint(0, 9)}"/>' for n, v in enumerate(row))
        + "</issue>"
        for k, row in enumerate(values)
    )
    weights = "".join(f'<weight index="{k + 1}" value="{chance.random():.3f}"/>' for k in range(len(values)))
    tail = f'<discount_factor value="1.0"/><reservation value="{chance.random():.2f}"/>'
    head = f'<utility_space number_of_issues="{len(values)}"><objective index="0" name="root">'
    return f"{head}{issues}{weights}</objective>{tail}</utility_space>"


def template(values: list[list[str]]) -> str:
    """The domain file."""
    issues = "".join(
        f'<issue index="{k + 1}" type="discrete" name="issue {k}">'
        + "".join(f'<item index="{n + 1}" value="{v}"/>' for n, v in enumerate(row))
        + "</issue>"
        for k, row in enumerate(values)
    )
    inner = f'<utility_space><objective name="root">{issues}</objective></utility_space>'
    return f"<negotiation_template>{inner}</negotiation_template>"


@pytest.mark.parametrize("record", ["import genius"], indirect=True)
def test_genius(record: Record, tmp_path: Path) -> None:
    folder, out = tmp_path / "in", tmp_path / "out.yaml"
    folder.mkdir()

    @feed("import genius", 60)
    @given(st.randoms(use_true_random=False), st.one_of(st.none(), st.none(), st.none(), st.binary(max_size=200)))
    def run(chance: random.Random, raw: bytes | None) -> None:
        for path in folder.iterdir():
            path.unlink()
        if chance.random() < 0.5:
            random_files(chance.randrange(2**32)).write(folder)
            files = {path.name: path.read_text(encoding="utf-8") for path in sorted(folder.iterdir())}
        else:
            values = [[f"v{n}" for n in range(chance.randint(1, 4))] for _ in range(chance.randint(1, 3))]
            files = {"domain.xml": template(values), "a.xml": space(chance, values), "b.xml": space(chance, values)}
        hit = chance.choice(list(files))
        for name, text in files.items():
            broke = broken(text, chance) if name == hit and chance.random() < 0.7 else text
            (folder / name).write_bytes(broke.encode("utf-8", "surrogatepass"))
        if raw is not None:
            (folder / hit).write_bytes(raw)
        written = chance.random() < WRITTEN
        with record.one():
            domains.convert(folder, out, approximate=True) if written else genius.read(folder)
        out.unlink(missing_ok=True)

    run()
    record.stray += sum(1 for _ in tmp_path.iterdir()) - 1


@pytest.mark.parametrize("record", ["import geniusweb"], indirect=True)
def test_geniusweb(record: Record, tmp_path: Path) -> None:
    """Profiles in JSON with values changed, and broken as text."""
    folder, out = tmp_path / "in", tmp_path / "out.yaml"
    folder.mkdir()

    @feed("import geniusweb", 60)
    @given(st.randoms(use_true_random=False))
    def run(chance: random.Random) -> None:
        texts = {"a.json": json.dumps(A), "b.json": json.dumps(B)}
        for name, text in texts.items():
            change = chance.choice([lambda whole, _: whole, mutated, broken])
            (folder / name).write_bytes(change(text, chance).encode("utf-8", "surrogatepass"))
        written = chance.random() < WRITTEN
        with record.one():
            domains.convert(folder, out, approximate=True) if written else domains.read(folder)
        out.unlink(missing_ok=True)

    run()
    record.stray += sum(1 for _ in tmp_path.iterdir()) - 1


@pytest.mark.parametrize("record", ["extends"], indirect=True)
def test_extends(record: Record, tmp_path: Path) -> None:
    """Graphs of files at random: chains, diamonds, circles, copies, names that are none."""
    names = [f"f{k}" for k in range(8)]

    @feed("extends", 40)
    @given(st.randoms(use_true_random=False))
    def run(chance: random.Random) -> None:
        for name in names:
            bases = [chance.choice([*names, "river-border", *NASTY]) for _ in range(chance.choice((0, 1, 1, 2, 3)))]
            quoted = ", ".join(json.dumps(base) for base in bases if base.isprintable())
            wild = chance.random() < 0.2
            text = f"extends: {chance.choice(NASTY)}" if wild else f"extends: [{quoted}]" if bases else ""
            (tmp_path / f"{name}.yaml").write_bytes(f"{text}\nsummary: {name}\n".encode("utf-8", "surrogatepass"))
        top = chance.choice(["river-border", *names])
        (tmp_path / "top.yaml").write_text(f"id: top\nextends: [{top}, {chance.choice(['river-border', *names])}]\n")
        with record.one():
            resolve(load(tmp_path / "top.yaml").scenario, 0)

    run()
    record.stray += sum(1 for _ in tmp_path.iterdir()) - len(names) - 1


def mutated(text: str, chance: random.Random) -> str:
    """JSON with one to three values of some depth changed, left out or doubled."""
    data = json.loads(text)
    for _ in range(chance.randint(0, 3)):
        node = data
        while isinstance(node, dict | list) and node:
            key = chance.choice(list(node)) if isinstance(node, dict) else chance.randrange(len(node))
            below = node[key]
            if isinstance(below, dict | list) and below and chance.random() < 0.8:
                node = below
                continue
            if chance.random() < 0.2:
                del node[key]
            else:
                node[key] = chance.choice((None, -1, 0, 2**80, 1e308, "", "x" * 999, [], {}, [[]], {"a": 1}, True))
            break
    return json.dumps(data)


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from sim.results.plan import plan
    from sim.results.store import write_ensemble

    folder = tmp_path_factory.mktemp("fuzz") / "run"
    write_ensemble(plan("river-border", 2, 0, engine="mesa", workers=1), folder, figures=())
    return folder


@pytest.mark.parametrize("record", ["manifest"], indirect=True)
def test_manifest(record: Record, results: Path) -> None:
    """Manifests as if they had been written so, and broken as text."""
    from sim.core.identity import seal
    from sim.report.document import render_report

    whole = (results / "manifest.json").read_text(encoding="utf-8")

    @feed("manifest", 40)
    @given(st.randoms(use_true_random=False))
    def run(chance: random.Random) -> None:
        text = json.dumps(seal(json.loads(mutated(whole, chance)))) if chance.random() < 0.8 else broken(whole, chance)
        (results / "manifest.json").write_bytes(text.encode("utf-8", "surrogatepass"))
        with record.one():
            render_report(results)

    run()
    (results / "manifest.json").write_text(whole, encoding="utf-8")
    record.stray += sum(1 for _ in results.iterdir()) - 3


@pytest.mark.parametrize("record", ["rerun"], indirect=True)
def test_rerun(record: Record, results: Path, tmp_path: Path) -> None:
    """Repetitions of what a manifest asks for that somebody changed and sealed."""
    from sim.core.identity import seal
    from sim.replication.repetition import repeat

    whole = (results / "manifest.json").read_text(encoding="utf-8")

    @feed("rerun", 20)
    @given(st.randoms(use_true_random=False))
    def run(chance: random.Random) -> None:
        (results / "manifest.json").write_text(json.dumps(seal(json.loads(mutated(whole, chance)))))
        with record.one():
            repeat(results, tmp_path / "again", workers=1)
        shutil.rmtree(tmp_path / "again", ignore_errors=True)

    run()
    (results / "manifest.json").write_text(whole, encoding="utf-8")
    record.stray += sum(1 for _ in tmp_path.iterdir())


@pytest.mark.parametrize("record", ["package"], indirect=True)
def test_package(record: Record, results: Path, tmp_path: Path) -> None:
    """Packages broken byte by byte, most often where ZIP files keep names and sizes."""
    from sim.replication.archive import extract_archive
    from sim.replication.package import write_package

    write_package(results, tmp_path / "whole.zip")
    whole = (tmp_path / "whole.zip").read_bytes()
    marks = [k for k in range(len(whole) - 4) if whole[k : k + 2] == b"PK"]

    @feed("package", 40)
    @given(st.randoms(use_true_random=False))
    def run(chance: random.Random) -> None:
        content = bytearray(whole)
        for _ in range(chance.randint(0, 4)):
            at = chance.choice(marks) + chance.randrange(80) if chance.random() < 0.8 else chance.randrange(len(whole))
            content[at % len(whole)] = chance.choice((0, 255, 47, 46, chance.randrange(256)))
        cut = len(content) if chance.random() < 0.8 else chance.randrange(len(content))
        (tmp_path / "broken.zip").write_bytes(content[:cut])
        with record.one():
            extract_archive(tmp_path / "broken.zip", tmp_path / "out")
        shutil.rmtree(tmp_path / "out", ignore_errors=True)

    run()
    record.stray += sum(1 for _ in tmp_path.iterdir()) - 2


@pytest.mark.parametrize("record", ["posterior"], indirect=True)
def test_posterior(record: Record, tmp_path: Path) -> None:
    """Posteriors with columns at random, some of them broken byte by byte."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    from calibration.posterior import read_posterior
    from sim.scenario.resolve import Problem

    loaded = load("river-border")
    problem: Problem = resolve(loaded.scenario, 0)
    path = tmp_path / "posterior.parquet"
    values: tuple[Any, ...] = (0.5, 1.0, 0.0, -1.0, 1e308, float("inf"), float("nan"), None)

    @feed("posterior", 60)
    @given(st.randoms(use_true_random=False))
    def run(chance: random.Random) -> None:
        rows, wild = chance.randint(0, 3), chance.random() < 0.5
        names = [chance.choice(problem.paths), *(["weight"] if chance.random() < 0.9 else [])]
        columns: dict[str, Any] = {}
        for name in names:
            few = [chance.choice(values) if wild else 0.5 for _ in range(rows)]
            columns[name] = pa.array(few, pa.float64()) if chance.random() < 0.9 else pa.array(["x"] * rows)
        note = chance.choice(["{}", '{"fit": "x"}', "[]", "{", "null"])
        pq.write_table(pa.table(columns).replace_schema_metadata({"parley": note}), path)
        if chance.random() < 0.4:
            content = bytearray(path.read_bytes())
            for _ in range(chance.randint(1, 4)):
                content[chance.randrange(len(content))] = chance.randrange(256)
            path.write_bytes(content[: chance.choice((len(content), chance.randrange(len(content))))])
        with record.one():
            read_posterior(tmp_path).parameters(problem)

    run()
    record.stray += sum(1 for _ in tmp_path.iterdir()) - 1


@pytest.mark.parametrize("record", ["sweep file"], indirect=True)
def test_sweep_file(record: Record, tmp_path: Path) -> None:
    from experiments.setup import Setup
    from experiments.spec import read_experiment
    from experiments.sweep_parts import split_parts

    path = tmp_path / "asked.yaml"
    whole = (
        "experiment: x\nscenario: river-border\nruns: 20\nchunk: 10\nseed: 1\ndesign: factorial\nfactors:\n"
        "  calendar.horizon: [60, 90]\n  rate: {path: incidents.*.rate, levels: [0.5, 2], how: multiply}\n"
    )

    @feed("sweep file", 40)
    @given(st.randoms(use_true_random=False))
    def run(chance: random.Random) -> None:
        path.write_bytes(broken(whole, chance).encode("utf-8", "surrogatepass"))
        with record.one():
            setup = Setup.load(read_experiment(path))
            split_parts(setup.experiment, len(setup.points))

    run()
    record.stray += sum(1 for _ in tmp_path.iterdir()) - 1


@pytest.mark.parametrize("record", ["fit file"], indirect=True)
def test_fit_file(record: Record, tmp_path: Path) -> None:
    from calibration.fit_file import fits_folder, load_fit

    path = tmp_path / "fit.yaml"
    whole = (fits_folder() / "short.yaml").read_text(encoding="utf-8")

    @feed("fit file", 60)
    @given(st.randoms(use_true_random=False))
    def run(chance: random.Random) -> None:
        path.write_bytes(broken(whole, chance).encode("utf-8", "surrogatepass"))
        with record.one():
            load_fit(path)

    run()
    record.stray += sum(1 for _ in tmp_path.iterdir()) - 1


def test_a_large_or_deep_file_is_refused_before_it_is_read(tmp_path: Path) -> None:
    """10 MB, ten thousand levels, a million tiny values: refused by limits, whatever the machine's speed."""
    cases = {
        "large": "x: " + "a" * 10_000_000,
        "deep": "x: " + "[" * 10_000,
        "deep-blocks": "\n".join(" " * k + "a:" for k in range(2000)),
        "many": "x: [" + "1," * 400_000 + "1]",
        "aliases": "a: &a [x]\nb: &b [*a,*a,*a]\nc: [*b,*b,*b]",
    }
    for name, text in cases.items():
        path = tmp_path / f"{name}.yaml"
        path.write_text(text)
        with pytest.raises(ParleyError) as refused:
            load(path)
        assert name in str(refused.value)


def test_a_large_or_deep_import_is_refused(tmp_path: Path) -> None:
    table = tmp_path / "large.csv"
    table.write_text("a,b,2,1\n" + "x" * 3_000_000)
    with pytest.raises(ParleyError, match="larger than"):
        ktab.read(table)
    folder = tmp_path / "deep"
    folder.mkdir()
    (folder / "a.xml").write_text("<a>" * 100_000)
    with pytest.raises(ParleyError, match="levels of nesting"):
        genius.read(folder)
    (folder / "a.xml").write_text('<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><x>&b;</x>')
    with pytest.raises(ParleyError, match="entities"):
        genius.read(folder)
