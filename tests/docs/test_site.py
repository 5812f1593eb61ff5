"""The site's reference reaches every public module, and no page loads anything from another machine.

The site itself is built by `make docs`, which fails on any warning; these tests need no Sphinx.
"""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"


def roots(page: str) -> set[str]:
    """Packages that the page of the Python reference starts from."""
    listing = page.partition(".. autosummary::")[2].partition("```")[0]
    return set(re.findall(r"^   (\w+)$", listing, re.M))


def unreached(root: Path, packages: set[str]) -> list[str]:
    """Public modules below a folder that a walk from the packages does not come to."""
    missed = []
    for path in root.rglob("*.py"):
        parts = path.relative_to(root.parent).with_suffix("").parts
        if any(part.startswith("_") and part != "__init__" for part in parts):
            continue
        folders = [root, *(folder for folder in path.parents if root in folder.parents)]
        if root.name not in packages or not all((folder / "__init__.py").is_file() for folder in folders):
            missed.append(".".join(parts))
    return missed


@pytest.fixture(scope="module")
def shipped() -> list[str]:
    """The packages of the wheel."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    return list(settings["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"])


def test_the_reference_reaches_every_public_module(shipped: list[str]) -> None:
    packages = roots((DOCS / "reference" / "api.md").read_text(encoding="utf-8"))
    assert packages == set(shipped)
    assert [name for package in shipped for name in unreached(ROOT / package, packages)] == []


def test_control_a_folder_that_is_no_package(tmp_path: Path) -> None:
    (tmp_path / "sim" / "lost").mkdir(parents=True)
    for name in ("sim/__init__.py", "sim/core.py", "sim/lost/module.py"):
        (tmp_path / name).touch()
    assert unreached(tmp_path / "sim", {"sim"}) == ["sim.lost.module"]
    assert len(unreached(tmp_path / "sim", {"other"})) == 3


SCRIPTS = sorted((DOCS / "gallery").glob("plot_*.py"))


@pytest.mark.slow
@pytest.mark.parametrize("script", SCRIPTS, ids=[script.stem for script in SCRIPTS])
def test_a_script_of_the_gallery_draws(script: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MPLBACKEND", "agg")
    names: dict[str, object] = {"__name__": "gallery"}
    exec(compile(script.read_text(encoding="utf-8"), script.name, "exec"), names)
    assert {"figure", "axes"} & set(names)


LOADED = re.compile(r"<(?:script|img|iframe)[^>]+src=\"https?:|<link[^>]+stylesheet[^>]+https?:|!\[[^\]]*\]\(https?:")


def test_no_page_loads_from_elsewhere() -> None:
    pages = [path for path in DOCS.rglob("*.md") if "_build" not in path.parts]
    assert len(pages) > 20
    assert [path.name for path in pages if LOADED.search(path.read_text(encoding="utf-8"))] == []
    assert "https:" not in (DOCS / "_static" / "parley.css").read_text(encoding="utf-8")


def test_control_a_picture_from_elsewhere() -> None:
    assert LOADED.search("![A chart](https://example.org/chart.png)")
    assert LOADED.search('<script src="https://example.org/a.js">')
    assert not LOADED.search("[DuckDB](https://example.org)")


def links(text: str) -> list[str]:
    """Relative links of a page, without anchors and code."""
    plain = re.sub(r"^ *```.*?^ *```|`[^`\n]*`", "", text, flags=re.M | re.S)
    return [found for found in re.findall(r"\]\(([^)#\s]+)[^)]*\)", plain) if "://" not in found]


def test_links_between_pages_lead_somewhere() -> None:
    lost = []
    for path in DOCS.rglob("*.md"):
        if {"_build", "generated", "plots"} & set(path.relative_to(DOCS).parts):
            continue
        for link in links(path.read_text(encoding="utf-8")):
            if not (path.parent / link).exists() and not link.endswith("plots/index.rst"):
                lost.append(f"{path.relative_to(DOCS)}: {link}")
    assert lost == []


def test_control_a_lost_link() -> None:
    assert links("[there](a.md#b) `[x](code.md)` [web](https://example.org)") == ["a.md"]
