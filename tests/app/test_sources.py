"""The view `Sources`: addresses are links, and documents that matter most stand first."""

from __future__ import annotations

import math
import re
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("streamlit", reason="Streamlit is not installed (extra `app`)")
from streamlit.testing.v1 import AppTest

from sim.app import document_effects
from sim.app.document_effects import compute_effects, list_entries
from sim.app.explore import simulate
from sim.app.tables import Address, format_table
from sim.app.view_sources import name_entry
from sim.scenario.ledger import build_ledger
from sim.scenario.load import load


def sources() -> None:
    from sim.app import state, view_sources

    state.start()
    view_sources.show()


def test_only_addresses_of_the_web_are_links() -> None:
    row = (Address('https://a.example/x?y="z'), Address("javascript:alert(1)"), "https://b.example")
    table = format_table("", ("a", "b", "c"), [row])
    assert table.count("<a ") == 1
    assert '<a href="https://a.example/x?y=&quot;z" rel="noreferrer" target="_blank">a.example</a>' in table
    assert "<td>javascript:alert(1)</td>" in table


def test_the_effect_of_a_document_is_that_of_leaving_out_its_entries(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:  # fmt: skip
    """Two documents, one of which speaks for several entries; the file leaves them out by hand."""
    monkeypatch.setattr(document_effects, "RUNS", 40)
    loaded = load("istanbul-2025")
    entries = list_entries(loaded)
    record = loaded.load_record()
    assert record is not None
    early = {x.id for x in (*record.positions, *record.acts) if x.disclosed <= loaded.scenario.as_of}
    late = next(name for name, own in entries.items() if not early.intersection(own))
    names = ("up-2025-04-26", late)
    monkeypatch.setattr(document_effects, "list_entries", lambda _: {name: entries[name] for name in names})
    effects = compute_effects(loaded, 3, lambda share: None)
    file = tmp_path / "less.yaml"
    gone = "".join(f"    {entry}: tried\n" for entry in entries[names[0]])
    head = "extends: istanbul-2025\nid: less\ntitle: Less\n"
    file.write_text(f"{head}evidence:\n  left_out:\n{gone}", encoding="utf-8")
    first, less = (simulate(which, 40, 3) for which in (loaded, load(file)))
    share = sum(a != b for a, b in zip(first.codes("outcome"), less.codes("outcome"), strict=True)) / 40
    assert effects[names[0]].share == share
    assert effects[names[0]].closed == pytest.approx(abs(less.values("closed") - first.values("closed")).mean())
    assert effects[names[0]].closed > 0
    # Control: a document of which all was disclosed after the scenario's day has no effect, and stands last.
    assert effects[names[1]][1:] == (0, 0) and list(effects) == list(names)


def test_documents_stand_in_the_order_of_their_effects(monkeypatch: pytest.MonkeyPatch) -> None:
    from sim.app import view_sources

    ranked = {
        "up-2025-04-26": document_effects.Effect(2, math.nan, math.nan),
        "rt-2025-05-29": document_effects.Effect(3, 0.25, 0.015),
    }
    monkeypatch.setattr(view_sources, "compute_effects", lambda *_: ranked)
    monkeypatch.setenv("PARLEY_APP_SCENARIO", "istanbul-2025")
    test: Any = AppTest.from_function(sources, default_timeout=600)
    test.session_state["runs"] = 500
    test.run()
    assert "other outcome" not in test.get("html")[-1].proto.body
    test.toggle(key="rank_documents").set_value(True).run()
    assert not test.exception
    first, second, third = test.get("html")[-1].proto.body.split("<tr>")[2:5]
    assert "cannot do without it" in first and "pravda.com.ua" in first
    assert "25.0%" in second and "1.5 points" in second
    assert third.count("<td></td>") >= 2


def test_a_number_whose_name_is_a_code_has_its_meaning_as_name() -> None:
    entries = {entry.path: entry for group in build_ledger(load("river-border")) for entry in group.entries}
    assert name_entry(entries["behaviour.readiness.m1"]) == "motivation by pain (m1)"
    assert name_entry(entries["parties.northbank.concession.k0"]) == "first concession (concession k0)"
    assert name_entry(entries["calendar.horizon"]) == entries["calendar.horizon"].name
    assert not [entry for entry in entries.values() if re.fullmatch(r"[a-z]\d", name_entry(entry))]


def test_names_in_notes_are_set_off_without_backticks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PARLEY_APP_SCENARIO", "river-border")
    test: Any = AppTest.from_function(sources, default_timeout=600).run()
    assert not test.exception
    notes = [note.value for note in test.markdown if "concedes by the rule" in note.value]
    assert notes and not [note for note in notes if "\\`" in note]
