"""What a party class of the user's may return."""

from __future__ import annotations

import numpy as np
import pytest

import sim
from sim.core.errors import ParleyError


def play(**methods: object) -> sim.Ensemble:
    party = type("Stubborn", (sim.Party,), {name: lambda self, *given, v=value: v for name, value in methods.items()})
    return sim.run_ensemble("river-border", 2, engine="mesa", party_class=party, workers=1)


@pytest.mark.parametrize("value", [float("nan"), 7.0, -0.1, None, "much"])
@pytest.mark.parametrize("method", ["concede", "meeting_chance"])
def test_anything_but_a_share_is_refused_and_names_class_and_method(method: str, value: object) -> None:
    with pytest.raises(ParleyError, match=rf"Stubborn\.{method} returned .* a number from 0 to 1"):
        play(**{method: value})


@pytest.mark.parametrize("value", [0, 1, 0.5, np.float32(0.5)])
def test_any_kind_of_share_is_taken(value: float) -> None:
    assert play(concede=value).run_table.num_rows == 2
