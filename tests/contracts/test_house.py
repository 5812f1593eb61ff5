"""The habits of the house that a machine can check, over the committed files, each with its control."""

from __future__ import annotations

import ast
import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LONGEST_MODULE = 350

# Written in pieces, so that this file does not find itself.
MACHINE_PATH = re.compile(r"/(?:root|home|tmp|Users)/|\." + r"pyenv\b|\b[A-Z]:\\\\?Users")
REGISTRY_HOST = re.compile(
    r"\b(?:pypi|pythonhosted|npm" + r"js|anaconda|conda|crates|debian|ubuntu|docker)\.(?:org|com|io|net)\b",
    re.I,
)
OLD_NAME = re.compile("ki" + "ev|tur" + "key", re.I)

# Where the old names may stand: they are then somebody else's words.
RECORDED_DATA = re.compile(r"^(?:calibration/record|scenarios/record)/.*\.csv$")
QUOTED_FIELD = re.compile(r"^\s*(?:- )?(?:title|original_title|url|publisher|quote|doi):.*$", re.M)
WEB_ADDRESS = re.compile(r"https?://\S+")
QUOTATION = re.compile(r"\"[^\"\n]*\"|“[^”\n]*”|«[^»\n]*»")


@pytest.fixture(scope="module")
def texts(committed: list[str]) -> list[tuple[str, str]]:
    """Path and text of every committed file that is text; some fixtures are malformed on purpose."""
    malformed = ("tests/malformed/fixtures/", "tests/yamlio/fixtures/")
    readable = [name for name in committed if not name.startswith(malformed)]
    raw = {name: (ROOT / name).read_bytes() for name in readable}
    return [(name, data.decode("utf-8")) for name, data in raw.items() if b"\0" not in data]


def found(pattern: re.Pattern[str], name: str, text: str) -> list[str]:
    """`file:line: match` of everything a pattern finds."""
    hits = [(text.count("\n", 0, hit.start()) + 1, hit.group()) for hit in pattern.finditer(text)]
    return [f"{name}:{line}: {words}" for line, words in hits]


def old_names(name: str, text: str) -> list[str]:
    """Places that do not write Kyiv or Türkiye in the project's own words."""
    faults = [f"{name}: the file's name"] if OLD_NAME.search(name) else []
    if RECORDED_DATA.match(name):
        return faults
    allowed = [WEB_ADDRESS]
    if name.endswith((".yaml", ".yml", ".cff", ".bib")):
        allowed.append(QUOTED_FIELD)
    if name.endswith(".md"):
        allowed.append(QUOTATION)
    for pattern in allowed:
        text = pattern.sub("", text)
    return faults + found(OLD_NAME, name, text)


def too_long(name: str, text: str) -> list[str]:
    """A module of the packages that is longer than one noun needs."""
    lines = len(text.splitlines())
    package = name.endswith(".py") and not name.startswith("tests/")
    return [f"{name}: {lines} lines"] if package and lines > LONGEST_MODULE else []


def seed_tested_for_truth(name: str, text: str) -> list[str]:
    """Places that ask `if seed`: seed 0 is a seed."""
    if not name.endswith(".py"):
        return []
    faults = []
    for node in ast.walk(ast.parse(text)):
        asked: list[ast.expr] = []
        if isinstance(node, (ast.If, ast.IfExp, ast.While, ast.Assert)):
            asked = [node.test]
        elif isinstance(node, ast.BoolOp):
            asked = node.values
        elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
            asked = [node.operand]
        for expression in asked:
            named = ast.unparse(expression).rpartition(".")[2]
            if named == "seed" or named.endswith("_seed"):
                faults.append(f"{name}:{expression.lineno}: {ast.unparse(expression)} is tested for truth")
    return faults


def test_modules_are_short(texts: list[tuple[str, str]]) -> None:
    faults = [fault for name, text in texts for fault in too_long(name, text)]
    assert not faults, "\n".join(faults)


def test_no_path_of_one_machine(texts: list[tuple[str, str]]) -> None:
    faults = [fault for name, text in texts for fault in found(MACHINE_PATH, name, text)]
    assert not faults, "\n".join(faults)


def test_no_registry_host(texts: list[tuple[str, str]]) -> None:
    faults = [fault for name, text in texts for fault in found(REGISTRY_HOST, name, text)]
    assert not faults, "\n".join(faults)


def test_names_of_places(texts: list[tuple[str, str]]) -> None:
    faults = [fault for name, text in texts for fault in old_names(name, text)]
    assert not faults, "\n".join(faults)


def test_seed_zero_is_a_seed(texts: list[tuple[str, str]]) -> None:
    faults = [fault for name, text in texts for fault in seed_tested_for_truth(name, text)]
    assert not faults, "\n".join(faults)


def versions(project: str, module: str, citation: str) -> set[str]:
    """The versions that three files state; one, if they agree."""
    stated = re.findall(r'^__version__ = "(.*)"$', module, re.M) + re.findall(r"^version: (.*)$", citation, re.M)
    return {tomllib.loads(project)["project"]["version"], *stated}


def test_one_version(texts: list[tuple[str, str]]) -> None:
    text = dict(texts)
    assert len(versions(text["pyproject.toml"], text["sim/core/version.py"], text["CITATION.cff"])) == 1


def test_control_one_version() -> None:
    project, module = '[project]\nversion = "1.2"\n', '__version__ = "1.2"\n'
    assert versions(project, module, "version: 1.2\n") == {"1.2"}
    assert versions(project, module, "version: 1.3\n") == {"1.2", "1.3"}
    assert versions(project, '__version__ = "1.3"\n', "version: 1.2\n") == {"1.2", "1.3"}


def test_the_checks_see_the_project(texts: list[tuple[str, str]]) -> None:
    names = {name for name, _ in texts}
    assert {"pyproject.toml", "sim/core/errors.py", "README.md", ".ci/run"} <= names


CITY, COUNTRY = "Ki" + "ev", "Tur" + "key"


def test_control_modules() -> None:
    assert too_long("sim/long.py", "x = 1\n" * 351) == ["sim/long.py: 351 lines"]
    assert too_long("sim/long.py", "x = 1\n" * 350) == []
    assert too_long("scenarios/sources.yaml", "x: 1\n" * 900) == []


@pytest.mark.parametrize("path", ["/ro" + "ot/a", "/ho" + "me/me", "/tm" + "p/x", "~/.py" + "env/versions"])
def test_control_machine_paths(path: str) -> None:
    assert len(found(MACHINE_PATH, "Makefile", f"first line\ncp {path} here\n")) == 1
    assert found(MACHINE_PATH, "Makefile", f"first line\ncp {path} here\n")[0].startswith("Makefile:2: ")
    assert found(MACHINE_PATH, "Makefile", "cp rooted/home homes/tmp tmp/ ./out/tmpfile pyenv\n") == []


@pytest.mark.parametrize("host", ["pypi" + ".org", "files.python" + "hosted.org", "registry.npm" + "js.org"])
def test_control_registry_hosts(host: str) -> None:
    assert len(found(REGISTRY_HOST, "a.md", f"see https://{host}/simple")) == 1
    assert found(REGISTRY_HOST, "a.md", "see https://keepachangelog.com and the Debian packages") == []


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("docs/a.md", f"talks in {CITY}"),
        ("docs/a.md", f"the {COUNTRY.lower()} venue"),
        ("sim/a.py", f'HOST = "{COUNTRY}"'),
        ("sim/a.py", f"{COUNTRY.upper()} = 1"),
        ("scenarios/a.yaml", f'why: "hosted by {COUNTRY}"'),
        ("scenarios/a.yaml", f"{COUNTRY.lower()}: 1"),
        (f"scenarios/{CITY.lower()}.yaml", "title: x"),
        ("scenarios/a.csv", f"host,{COUNTRY}"),
    ],
)
def test_control_names_of_places(name: str, text: str) -> None:
    assert len(old_names(name, text)) == 1


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("docs/a.md", f"the agency's headline “{CITY} talks” of 2 June"),
        ("docs/a.md", f"[source](https://example.org/{COUNTRY.lower()}-talks)"),
        ("scenarios/sources.yaml", f'  title: "{COUNTRY} hosts talks"'),
        ("scenarios/sources.yaml", f"  - title: {CITY} replies\n    url: https://example.org/{CITY}"),
        ("calibration/record/rounds.csv", f"2022-03-29,Istanbul,{COUNTRY}"),
        ("docs/a.md", "Kyiv, Türkiye, Turkish hosts"),
    ],
)
def test_control_names_in_others_words(name: str, text: str) -> None:
    assert old_names(name, text) == []


@pytest.mark.parametrize(
    "text", ["if seed: x", "x = seed or 1", "x = 1 if not seed else 2", "while self.seed: x", "assert seed"]
)
def test_control_seed(text: str) -> None:
    assert len(seed_tested_for_truth("a.py", text)) == 1
    assert seed_tested_for_truth("a.py", "if seed is None or seed == 0:\n    x = seeds or 1") == []
