"""Columns made and read by their buffers are those that pyarrow makes and reads; a run loads nothing for them."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter

import numpy as np
import pyarrow as pa
import pytest

from sim.tables.arrow import (
    count_integers,
    decode_labels,
    decode_numbers,
    encode_choices,
    encode_flags,
    encode_numbers,
    encode_texts,
)

SOME = np.array([0.5, np.nan, -3.0, np.nan, 1e300, 0.0, 7.0, 8.0, 9.0, 10.0])
NAMES = ("", "one", "two", "zwölf")


def test_columns_are_those_that_pyarrow_makes():
    assert encode_numbers(SOME, ~np.isnan(SOME)).equals(pa.array(SOME, mask=np.isnan(SOME)))
    assert encode_numbers(SOME[2::3]).equals(pa.array(SOME[2::3]))
    assert encode_numbers(np.arange(5, dtype=np.int32)).equals(pa.array(range(5), type=pa.int32()))
    assert encode_flags(SOME > 0.7).equals(pa.array(SOME > 0.7))
    assert encode_texts(NAMES).equals(pa.array(NAMES))
    assert encode_texts([]).equals(pa.array([], type=pa.string()))
    which = np.array([3, 0, 1, 3, 0, 2])
    assert encode_choices(NAMES, which).equals(pa.array(NAMES).take(pa.array(which)))
    assert encode_choices(["", "alone"], which[:0]).equals(pa.array([], type=pa.string()))
    assert encode_numbers(SOME[:0]).equals(pa.array(SOME[:0]))


@pytest.mark.parametrize(("first", "number"), [(0, 10), (1, 9), (3, 4), (9, 1), (2, 0)])
def test_what_is_read_is_what_was_written_whole_or_in_part(first, number):
    for column, expected in (
        (pa.array(SOME, mask=np.isnan(SOME)), SOME),
        (pa.array([3, None, 5, 6, 7, 8, 9, 1, None, 2], type=pa.int32()), [3, np.nan, 5, 6, 7, 8, 9, 1, np.nan, 2]),
        (pa.array([True, None, False, True] + 6 * [True]), [1.0, np.nan, 0.0] + 7 * [1.0]),
    ):
        part = pa.chunked_array([column.slice(first, number), column])
        both = np.concatenate([expected[first : first + number], expected])
        assert np.array_equal(decode_numbers(part), both, equal_nan=True)


def test_names_become_places_whatever_their_dictionary():
    one = pa.array(["two", "one", None, "zwölf"]).dictionary_encode()
    other = pa.array(["zwölf", None, "two"]).dictionary_encode()
    column = pa.chunked_array([one.slice(1), other])
    assert decode_labels(column, NAMES).tolist() == [1, 0, 3, 3, 0, 2]
    assert (
        decode_labels(pa.chunked_array([], type=one.type), NAMES).size
        == decode_numbers(pa.chunked_array([], pa.int32())).size
        == 0
    )


@pytest.mark.parametrize("slow", ["pandas", "pyarrow.compute"])
@pytest.mark.parametrize("before", [pytest.param(True, marks=pytest.mark.slow), False])
def test_a_run_does_without_what_is_slow_to_load(tmp_path, slow, before):
    code = (
        f"{'import ' + slow if before else ''}\nimport sys\nfrom sim.results.store import write_ensemble\n"
        "from sim.results.ensemble import plan\n"
        f"write_ensemble(plan('generic-crisis', 20), {str(tmp_path / 'out')!r}); print({slow!r} in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout.strip() == str(before)


@pytest.mark.parametrize("values", [[], [3], [5, -2, 5, 5, 0], [0, 10**9, 0], [-(10**9), 7, 7]])
def test_whole_numbers_are_counted(values):
    unique, times = count_integers(np.array(values, dtype=np.int64))
    counts = Counter(values)
    assert unique.tolist() == sorted(counts)
    assert times.tolist() == [counts[value] for value in sorted(counts)]
