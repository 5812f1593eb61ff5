"""YAML as plain data: what is understood, and the whole message for everything that is refused."""

from __future__ import annotations

import datetime
import os
import stat
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.core.errors import ScenarioError
from sim.yamlio.reader import MAX_BYTES, format_path, read

FIXTURES = Path(__file__).parent / "fixtures"

SEEN = "is empty or holds a character that cannot be seen; keys are printable text on one line"
PLAIN = "is not allowed; only plain values are"
FINITE = "is not a finite number; a finite one is needed"

MESSAGES = {
    "empty": "the file is empty; a mapping (`key: value`) is needed",
    "list-at-top": "1: the file holds a list; a mapping (`key: value`) is needed at the top",
    "value-at-top": "1: the file holds a single value; a mapping (`key: value`) is needed at the top",
    "two-documents": "2: a second document starts; a file holds one",
    "duplicate-key": "5: parties.ukraine.trust: duplicate key, first given on line 3; each key may stand once",
    "tab": "2: parties: not valid YAML: found character that cannot start any token; indent with spaces, not "
    "tabs; text that starts with @, ` or % needs quotes",
    "unclosed-list": "4: venues.istanbul.2: not valid YAML: did not find expected ',' or ']' (in a flow "
    "sequence that starts on line 2); an opening bracket needs its closing one; items are separated by "
    "commas",
    "unclosed-quote": "3: title: not valid YAML: found unexpected end of stream (in a quoted scalar that "
    "starts on line 1); an opening quote needs its closing one",
    "colon-without-space": "3: parties.ukraine: a key's colon needs a space after it; write `{side: 1, trust: "
    "{assumed: [0.1, 0.4], why: 'low, b:c'}}`",
    "colon-in-list": "2: venues.1: text that holds a colon needs quotes inside braces and brackets",
    "colon-in-text": "3: parties.ukraine: not valid YAML: mapping values are not allowed in this context; "
    "one `key: value` a line; text that holds `: ` needs quotes",
    "uneven-indent": "3: not valid YAML: did not find expected key (in a block mapping that starts on line "
    "1); keys of a mapping share one indentation; a quote inside quotes is doubled",
    "python-object": f"3: venues.0: tag `!!python/object/apply:os.system` {PLAIN}",
    "own-tag": f"3: parties.ukraine.trust: tag `!range` {PLAIN}",
    "anchor": "2: parties.ukraine: anchor `&same` is not allowed; write the value out in each place",
    "alias": "2: parties.russia: alias `*same` is not allowed; write the value out",
    "merge-key": "3: parties.russia: merge key `<<` is not allowed; write the keys out",
    "number-key": "2: rounds: key `1` is read as a number; keys are text (put it in quotes)",
    "date-key": "2: rounds: key `2025-06-02` is read as a date; keys are text (put it in quotes)",
    "null-key": "2: rounds: key `~` is read as nothing; keys are text (put it in quotes)",
    "true-key": "2: rounds: key `true` is read as true or false; keys are text (put it in quotes)",
    "list-key": "2: rounds: a list stands where a key is needed; keys are text",
    "empty-key": f"2: rounds: key `` {SEEN}",
    "hidden-character-in-key": f"2: rounds: key `a\\u200bb` {SEEN}",
    "nan": f"3: parties.ukraine.trust: `.nan` {FINITE}",
    "infinite": f"3: parties.ukraine.trust.assumed.1: `-.inf` {FINITE}",
    "too-large-float": f"3: parties.ukraine.trust: `1e999` {FINITE}",
    "too-large-integer": "1: seed: the whole number `9223372036854775808` is too large; at most "
    "9223372036854775807 is allowed",
    "no-such-day": "1: as_of: `2025-02-30` is not a date of the calendar; dates are written YYYY-MM-DD",
    "not-utf8": "2: byte 0xe9 is not UTF-8; save the file as UTF-8",
    "utf16": "1: byte 0xff is not UTF-8; save the file as UTF-8",
    "control-character": "2: the character U+0007 is not allowed; plain text is",
    "escaped-control-character": "2: note: the character U+0007 is not allowed; plain text is",
    "line-separator": "2: the character U+2028 is not allowed; plain text is",
}


def refusal(source: Path | str, name: str | None = None) -> str:
    with pytest.raises(ScenarioError) as caught:
        read(source, name)
    return str(caught.value)


@pytest.mark.parametrize("fixture", MESSAGES)
def test_a_malformed_file_is_refused_with_this_message(fixture: str) -> None:
    file = f"yaml-{fixture}.yaml"
    joint = ": " if fixture == "empty" else ":"
    assert refusal(FIXTURES / file) == f"{file}{joint}{MESSAGES[fixture]}"


def test_every_yaml_fixture_has_its_message() -> None:
    assert {path.stem.removeprefix("yaml-") for path in FIXTURES.glob("yaml-*.yaml")} == set(MESSAGES)


def test_the_error_names_its_place_in_parts() -> None:
    with pytest.raises(ScenarioError) as caught:
        read("a:\n  b: .nan\n", "mine.yaml")
    assert (caught.value.file, caught.value.line, caught.value.key) == ("mine.yaml", 2, "a.b")


def test_a_missing_file() -> None:
    assert refusal(FIXTURES / "nowhere.yaml") == "nowhere.yaml: no such file"


def test_a_folder() -> None:
    assert refusal(FIXTURES) == "fixtures: is a folder; a YAML file is needed"


def test_a_file_used_as_a_folder() -> None:
    assert refusal(FIXTURES / "yaml-nan.yaml" / "x.yaml") == "x.yaml: cannot be read: Not a directory"


def test_a_path_no_file_can_have() -> None:
    assert refusal(Path("a\0b.yaml")) == "'a\\x00b.yaml': is not a valid path of a file"


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_a_pipe_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe.yaml"
    os.mkfifo(pipe)
    assert stat.S_ISFIFO(pipe.stat().st_mode)
    assert refusal(pipe) == "pipe.yaml: is not a regular file; a YAML file is needed"


def test_a_file_of_ten_megabytes(tmp_path: Path) -> None:
    large = tmp_path / "large.yaml"
    with large.open("wb") as stream:
        stream.truncate(10_000_000)
    assert refusal(large) == "large.yaml: is larger than 2,000,000 bytes, the most that is read"


def test_the_limit_counts_bytes_and_not_characters() -> None:
    rest = MAX_BYTES - len("a: ''\n")
    assert len(read("a: '" + "x" * rest + "'\n").data["a"]) == rest
    assert refusal("a: '" + "x" * (rest + 1) + "'\n").startswith("text: is larger")
    assert refusal("a: '" + "é" * (rest // 2 + 1) + "'\n").startswith("text: is larger")


@pytest.mark.parametrize("opening", ["[", "{a: ", "[{a: ", "- "])
@pytest.mark.parametrize("depth", [50, 5_000, 200_000])
def test_deep_nesting(opening: str, depth: int) -> None:
    text = "a:\n  " + opening * depth
    assert refusal(text) == "text:2: nested more than 40 levels deep, the most that are read"


def test_the_deepest_nesting_that_is_read() -> None:
    assert read("a: " + "[" * 39 + "]" * 39).line(("a", *[0] * 38)) == 1
    message = "text:1: nested more than 40 levels deep, the most that are read"
    assert refusal("a: " + "[" * 40 + "]" * 40) == message


def test_very_many_values() -> None:
    # The outer mapping, its key and the list are three; so 199,997 items fit, and the next has that index.
    message = "text:1: a.199997: more than 200,000 keys and values, the most that are read"
    assert refusal("a: [" + "1," * 300_000 + "]") == message


def test_a_very_long_key_does_not_flood_the_message() -> None:
    assert refusal("x" * 900 + ":\n  a: .nan\n") == f"text:2: {'x' * 60}….a: `.nan` {FINITE}"


def test_more_digits_than_python_converts() -> None:
    assert refusal("a: " + "9" * 6000).startswith(f"text:1: a: the whole number `{'9' * 60}…` is too large")


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("1", 1),
        ("-3", -3),
        ("+3", 3),
        ("010", 10),
        ("0o17", 15),
        ("0x1F", 31),
        ("9223372036854775807", 2**63 - 1),
        ("1e-3", 0.001),
        ("1e3", 1000.0),
        (".3", 0.3),
        ("3.", 3.0),
        ("-0.25", -0.25),
        ("1.5E+2", 150.0),
        ("true", True),
        ("False", False),
        ("null", None),
        ("~", None),
        ("", None),
        ("yes", "yes"),
        ("no", "no"),
        ("on", "on"),
        ("tRUE", "tRUE"),
        ("1_000", "1_000"),
        ("1:30", "1:30"),
        ("+", "+"),
        (".", "."),
        ("1e", "1e"),
        ("٣", "٣"),
        ("'0.3'", "0.3"),
        ('"true"', "true"),
        ("2025-06-02", datetime.date(2025, 6, 2)),
        ("'2025-06-02'", "2025-06-02"),
        ("2025-6-2", "2025-6-2"),
        ("2025-06-02T10:00", "2025-06-02T10:00"),
        ("Türkiye", "Türkiye"),
        ('"two\\nlines"', "two\nlines"),
    ],
)
def test_single_values(written: str, value: object) -> None:
    found = read(f"a: {written}\n").data["a"]
    assert type(found) is type(value)
    assert found == value


def test_a_byte_order_mark_is_passed_over(tmp_path: Path) -> None:
    marked = tmp_path / "marked.yaml"
    marked.write_bytes(b"\xef\xbb\xbfa: 1\r\nb: 2\r\n")
    document = read(marked)
    assert document.data == {"a": 1, "b": 2}
    assert document.line(("b",)) == 2


TEXT = """\
# a remark
title: Talks

parties:
  ukraine:
    trust: {assumed: [0.1, 0.4],
            why: "no document"}
  russia: {}
rounds:
  - date: 2025-05-16
    note: >-
      folded
      text
  - date: 2025-06-02
  -
    date: 2025-07-23
"""


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ((), 2),
        (("title",), 2),
        (("parties",), 4),
        (("parties", "ukraine"), 5),
        (("parties", "ukraine", "trust"), 6),
        (("parties", "ukraine", "trust", "assumed", 1), 6),
        (("parties", "ukraine", "trust", "why"), 7),
        (("parties", "russia"), 8),
        (("rounds", 0), 10),
        (("rounds", 0, "note"), 11),
        (("rounds", 1), 14),
        (("rounds", 2, "date"), 16),
        (("parties", "ukraine", "nothing", "deeper"), 5),
        (("parties", "russia", "trust"), 8),
        (("rounds", 7), 9),
        (("rounds", -1), 9),
        (("rounds", "date"), 9),
        (("title", "below"), 2),
        (("nowhere",), 2),
    ],
)
def test_lines(path: tuple[str | int, ...], line: int) -> None:
    assert read(TEXT).line(path) == line


def test_a_reader_further_up_refuses_with_the_place() -> None:
    error = read(TEXT, "talks.yaml").refuse("must be text", ("rounds", 1, "date"))
    assert str(error) == "talks.yaml:14: rounds.1.date: must be text"
    assert str(read(TEXT, "talks.yaml").refuse("needs `calendar`")) == "talks.yaml:2: needs `calendar`"


def test_dotted() -> None:
    assert format_path(("venues", "istanbul", "rounds", 3)) == "venues.istanbul.rounds.3"


def plain_only(data: Any) -> bool:
    if isinstance(data, dict):
        return all(isinstance(key, str) and plain_only(value) for key, value in data.items())
    if isinstance(data, list):
        return all(plain_only(value) for value in data)
    return data is None or type(data) in (str, int, float, bool, datetime.date)


FRAGMENTS = st.sampled_from(
    [
        *["a", "b: ", "- ", "? ", ": ", "\n", "\n  ", "\n    ", "{", "}", "[", "]", ",", "'", '"', "|\n", ">-\n"],
        *["&x ", "*x", "!!", "!t ", "<<: ", "---\n", "...\n", "%YAML 1.2\n", "%TAG ! x\n", "# ", "\t", "\r", "~"],
        *["1e9", ".inf", "0x", "2025-13-01", "9" * 50, "\\", "\\x00", "\\ud800", "@", "`", " ", "é", "𝑥"],
        *["\ufeff", "\u2028", "\ud800", "\x00"],
    ]
)


@given(st.one_of(st.text(), st.lists(FRAGMENTS, max_size=30).map("".join)))
def test_any_text_is_read_as_plain_data_or_refused(text: str) -> None:
    try:
        document = read(text)
    except ScenarioError as error:
        assert "\n" not in str(error)
        return
    assert plain_only(document.data)


@given(st.binary())
def test_any_bytes_are_read_or_refused(tmp_path_factory: pytest.TempPathFactory, raw: bytes) -> None:
    file = tmp_path_factory.getbasetemp() / "any.yaml"
    file.write_bytes(raw)
    try:
        document = read(file)
    except ScenarioError as error:
        assert str(error).startswith("any.yaml:")
        return
    assert plain_only(document.data)
