"""No page is older than what it shows. `make refresh` mends what fails here."""

from __future__ import annotations

from pathlib import Path

import pytest

from tools import freshness, refresh
from tools.freshness import find_reasons, hash_source, list_blocks, read_record
from tools.refresh import Step, list_steps

STEPS = list_steps()


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.name)
def test_a_step_is_as_new_as_its_sources(step: Step) -> None:
    assert find_reasons(read_record().get(step.name), step.sources, step.scenarios) == []


def test_every_block_of_numbers_belongs_to_a_step() -> None:
    known = {step.name for step in STEPS}
    assert [name for name in list_blocks() if name.partition("#")[2].partition("/")[0] not in known] == []


def test_control_a_changed_source_and_a_changed_figure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(freshness, "ROOT", tmp_path)
    monkeypatch.setattr(freshness, "hash_model", lambda: "same")
    source, figure = tmp_path / "spec.yaml", tmp_path / "figure.png"
    source.write_text("runs: 4\n", encoding="utf-8")
    figure.write_bytes(b"drawn")
    entry = {
        "sources": {"spec.yaml": hash_source(source)},
        "model": "same",
        "numbers": {},
        "products": {"figure.png": freshness.hash_product("figure.png")},
    }
    assert find_reasons(entry, ("spec.yaml",), ()) == []
    source.write_text("# more words\nruns: 4\n", encoding="utf-8")
    assert find_reasons(entry, ("spec.yaml",), ()) == []
    source.write_text("runs: 5\n", encoding="utf-8")
    figure.write_bytes(b"edited")
    assert len(find_reasons(entry, ("spec.yaml",), ())) == 2
    assert find_reasons(None, (), ()) == ["was never refreshed"]


def test_control_numbers_that_move(monkeypatch: pytest.MonkeyPatch) -> None:
    """Other code with the same numbers is fresh; other numbers are not."""
    entry = {"sources": {}, "model": "older", "numbers": {"river-border": "one"}, "products": {}}
    monkeypatch.setattr(freshness, "hash_numbers", lambda scenario: "one")
    assert find_reasons(entry, (), ("river-border",)) == []
    monkeypatch.setattr(freshness, "hash_numbers", lambda scenario: "two")
    assert find_reasons(entry, (), ("river-border",)) == ["numbers of river-border have moved"]


def test_other_code_with_the_same_numbers_is_noted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The next comparison need not simulate again; a list of what would be done notes nothing."""
    entry = {"sources": {}, "model": "older", "numbers": {}, "products": {}, "seconds": 1}
    monkeypatch.setattr(refresh, "RECORD", tmp_path / "refresh.json")
    monkeypatch.setattr(freshness, "RECORD", tmp_path / "refresh.json")
    monkeypatch.setattr(refresh, "list_steps", lambda: [Step("one", (), (), (), "docs")])
    refresh.write_entry("one", entry)
    refresh.main(["--list"])
    assert read_record()["one"]["model"] == "older"
    refresh.main([])
    assert read_record()["one"] == {**entry, "model": freshness.hash_model()}


def test_words_about_a_function_are_no_change(tmp_path: Path) -> None:
    texts = ('def f():\n    "One."\n    return 1\n', "def f():  # two\n    return 1\n", "def f():\n    return 2\n")
    for n, text in enumerate(texts):
        (tmp_path / f"{n}.py").write_text(text, encoding="utf-8")
    one, two, other = (hash_source(tmp_path / f"{n}.py") for n in range(3))
    assert one == two != other


def test_blocks_are_filled_from_the_sections_of_a_report(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page, out = tmp_path / "page.md", tmp_path / "out"
    out.mkdir()
    (out / "report.md").write_text("# Fit\n\n## Mean log score\n\n| a |\n\n## Codes\n\nnone\n", encoding="utf-8")
    text = "Before.\n<!-- refresh: rounds/mean log score -->\nold\n<!-- end -->\n"
    text += "<!-- refresh: other/x -->\n<!-- end -->\n"
    page.write_text(text, encoding="utf-8")
    monkeypatch.setattr(refresh, "list_pages", lambda: [page])
    refresh.fill_blocks("rounds", out)
    assert page.read_text(encoding="utf-8") == text.replace("old\n", "| a |\n")
    page.write_text("<!-- refresh: rounds/days -->\n<!-- end -->\n", encoding="utf-8")
    with pytest.raises(SystemExit, match="rounds has no section `days`; it has codes, mean log score"):
        refresh.fill_blocks("rounds", out)


def test_a_page_by_hand_says_that_its_numbers_are_older(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("# Title\n\nText.\n", encoding="utf-8")
    for _ in range(2):
        freshness.mark_text(page, False)
        assert page.read_text(encoding="utf-8") == f"# Title\n\n{freshness.NOTICE}Text.\n"
    freshness.mark_text(page, True)
    assert page.read_text(encoding="utf-8") == "# Title\n\nText.\n"


def test_a_page_by_hand_was_read_over_or_says_otherwise() -> None:
    for step in (step for step in STEPS if step.text):  # none today
        entry = read_record().get(step.name)
        assert entry is not None, f"{step.name} was never refreshed"
        text = (freshness.ROOT / step.text).read_text(encoding="utf-8")
        assert entry.get("read") == entry["numbers"] or freshness.NOTICE in text, step.name
