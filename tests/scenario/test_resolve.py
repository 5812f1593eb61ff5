"""From a scenario to arrays: an entity may bear any name, and documents are read anew when they change."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from sim.core.layout import PI
from sim.evidence.record import load_record
from sim.scenario.library import shipped_folder
from sim.scenario.load import load
from sim.scenario.resolve import flat, resolve

CASE = shipped_folder() / "cases" / "russia-ukraine"


@pytest.mark.parametrize(
    ("path", "known"),
    [
        ("sponsors.uncle.levers.aid.relief.east", "sponsors.uncle.aid.relief.east"),
        ("baskets.land.obligations.east_leaves.due", "baskets.land.east_leaves.due"),
        ("parties.east.ratifiers.assembly.reach", "parties.east.assembly.reach"),
        ("parties.east.issues.obligations.demand", "parties.east.issues.obligations.demand"),
        ("parties.levers.trust.ratifiers", "parties.levers.trust.ratifiers"),
        ("venues.obligations.acceptability.levers", "venues.obligations.acceptability.levers"),
    ],
)
def test_containers_are_left_out_at_their_place_only(path: str, known: str) -> None:
    assert flat(path.split(".")) == known


def test_an_issue_may_be_called_like_a_container(tmp_path: Path) -> None:
    """Its numbers are those of the same issue under another name; they used to be 0."""
    text = (shipped_folder() / "river-border.yaml").read_text(encoding="utf-8")
    shutil.copy(shipped_folder() / "behaviour.yaml", tmp_path)
    (tmp_path / "renamed.yaml").write_text(text.replace("water:", "obligations:"), encoding="utf-8")
    usual, renamed = (resolve(load(name).scenario, 0) for name in ("river-border", tmp_path / "renamed.yaml"))
    assert "obligations" in renamed.names.issues and PI.DEMAND == 0
    for field in ("base", "low", "high"):
        assert getattr(usual.priors, field).tolist() == pytest.approx(
            getattr(renamed.priors, field).tolist(), nan_ok=True
        )


def test_documents_are_read_anew_when_they_change(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    for folder in (first, second):
        shutil.copytree(CASE / "positions", folder / "positions")
        shutil.copy(CASE / "sources.yaml", folder)
    file = second / "positions" / "russia.yaml"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("value: 0.75", "value: 0.42"), encoding="utf-8")
    found = []
    for folder in (first, second):
        monkeypatch.chdir(folder)
        found.append([position.value for position in load_record(Path()).positions])
    assert 0.42 not in found[0] and 0.42 in found[1], "the folder counts, not how it was written"
    file.write_text(text.replace("value: 0.75", "value: 0.43"), encoding="utf-8")
    assert 0.43 in [position.value for position in load_record(second).positions]
    assert load_record(second) is load_record(second), "control: without a change nothing is read again"
