"""Reasons of defaults fit any conflict: no date, place or party of a single case, and years in citations only."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

from sim.scenario.library import shipped_folder
from sim.yamlio.reader import read

FILES = ["behaviour.yaml", "model-1.yaml", "model-2.yaml"]
MONTHS = "January|February|March|April|June|July|August|September|October|November|December"
CASES = "Russia|Ukrain|Istanbul|Minsk|Belarus|Türkiye|Camp David|Northern Ireland|Iran|US |United States"
CITATION = re.compile(
    rf"(?!(?:{MONTHS}|May) )[A-Z][\w-]+(?: (?:&|et al\.)(?: [A-Z][\w-]+)?)? (?:19|20)\d\d|\((?:19|20)\d\d\)"
)


def reasons(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        yield from (node[key] for key in ("why", "convention") if isinstance(node.get(key), str))
        for value in node.values():
            yield from reasons(value)


def faults(text: str) -> list[str]:
    """Dates and names of cases in a reason; years of cited papers do not count."""
    rest = CITATION.sub("", text)
    return re.findall(rf"\b(?:{MONTHS})\b|\b(?:19|20)\d\d\b|{CASES}", rest)


@pytest.mark.parametrize("name", FILES)
def test_reasons_name_no_case(name: str) -> None:
    texts = list(reasons(read(shipped_folder() / name).data))
    assert len(texts) > 2
    assert {text: faults(text) for text in texts if faults(text)} == {}


@pytest.mark.parametrize(
    "text",
    ["US pressure is reported for May 2025", "April 2022 is such a case", "31 May to 1 June 2025", "gaps in Istanbul"],
)
def test_control_a_case_is_noticed(text: str) -> None:
    assert faults(text)


def test_control_a_citation_is_none() -> None:
    assert faults("direction: who gains asks for more (Fearon 1995; Kydd & Walter 2002; Beardsley et al. 2006)") == []
