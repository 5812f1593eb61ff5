"""YAML as written: the reader reads back what was written, and numbers stand on one line."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.yamlio.reader import read
from sim.yamlio.scalars import UNPRINTABLE
from sim.yamlio.writer import format_yaml

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=30).filter(lambda text: not UNPRINTABLE.search(text))
# Text that looks like something else to one reader of YAML or another.
DECEPTIVE = st.sampled_from(
    [
        *("yes", "no", "null", "~", "true", "010", "0o17", "0x1F", "1_000", "1e3", "+.5e3", "1e999", ".inf", ".5"),
        *("1:30", "2025-06-02", "2025-02-30", "{"),
        *("[a", "*a", "&a", "!a", "%a", "@a", "<<", "=", "-", "a: b", "a #b", "- a", ""),
    ]
)
KEYS = st.one_of(DECEPTIVE, TEXTS).filter(lambda text: text and text.isprintable() and text != "<<")
VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**63) + 1, 2**63 - 1),
    st.floats(allow_nan=False, allow_infinity=False),
    st.dates(),
    TEXTS,
    DECEPTIVE,
)
DATA = st.recursive(VALUES, lambda below: st.lists(below, max_size=4) | st.dictionaries(KEYS, below, max_size=4))


@given(st.dictionaries(KEYS, DATA, max_size=5))
def test_what_is_written_is_read_back(data: dict[str, Any]) -> None:
    if not data:
        return
    back = read(format_yaml(data)).data
    assert back == data
    assert list(back) == list(data)


def test_numbers_stand_on_one_line() -> None:
    number = {"assumed": [0.1, 0.4], "why": "invented: a range, " + "with a long reason " * 10}
    text = format_yaml({"parties": {"east": {"trust": {"west": number}, "title": "East"}}, "levels": ["a", "b"]})
    assert text.splitlines()[:3] == ["parties:", "  east:", "    trust:"]
    assert text.splitlines()[3].startswith('      west: {assumed: [0.1, 0.4], why: "invented: a range, with')
    assert text.splitlines()[4:] == ["    title: East", "levels: [a, b]"]


@pytest.mark.parametrize("value", ["2025-06-02", "010", "+.5e3"])
def test_control_text_without_quotes_would_be_something_else(value: str) -> None:
    assert read(f"a: {value}").data["a"] != value
    assert read(format_yaml({"a": value})).data["a"] == value


def test_a_date_stays_a_date() -> None:
    assert format_yaml({"start": datetime.date(2030, 1, 8)}) == "start: 2030-01-08\n"
