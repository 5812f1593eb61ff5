"""The registration holds: a change of a case, its rules or the priors needs an entry with date, reason and effect."""

from __future__ import annotations

from calibration.registration import find_changes, find_incomplete, hash_path, read_entries

CASES = ("aceh-2005", "camp-david-1978", "colombia-2012", "dayton-1995", "jcpoa-2013", "northern-ireland-1996")


def test_nothing_registered_has_changed_without_an_entry() -> None:
    assert find_changes(read_entries()) == [], (
        "add an entry with date, the hashes above, reason and effect on the scores to calibration/registration.yaml"
    )


def test_the_first_entry_holds_the_cases_and_their_rules() -> None:
    first = read_entries()[0]["hashes"]
    assert {f"scenarios/cases/{case}" for case in CASES} | {"scenarios/derive-rules.md"} <= set(first)


def test_entries_are_complete_and_in_order() -> None:
    entries = read_entries()
    assert find_incomplete(entries) == []
    dates = [str(entry["date"]) for entry in entries]
    assert dates == sorted(dates)


def test_control_a_change_and_an_entry_without_effect_are_found() -> None:
    entries = read_entries()
    changed = {"date": "2026-11-28", "hashes": {"scenarios/derive-rules.md": "0" * 16}, "reason": "a trial"}
    expected = f"scenarios/derive-rules.md: {hash_path('scenarios/derive-rules.md')}"
    assert find_changes([*entries, changed]) == [expected]
    assert find_incomplete([*entries, changed]) == [f"entry {len(entries) + 1}: effect"]
