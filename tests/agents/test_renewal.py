"""A renewable basket that is ratified too: a text that is refused at home leaves the settlement before it as it was."""

from __future__ import annotations

import pytest

from sim.agents import conclusion
from sim.agents.model import play
from sim.scenario.load import load
from sim.scenario.resolve import resolve

CHANGES = {"baskets.exchange.renewable": True, "baskets.exchange.ratified": True, "parties.*.deadline": 60.0}


def test_a_refused_text_does_not_replace_what_stands(monkeypatch: pytest.MonkeyPatch) -> None:
    settle, standing = conclusion.settle, dict[int, list[float]]()
    refused: list[tuple[list[float], list[float], list[float]]] = []

    def watched(model, basket):
        stood, text = basket.settled, model.package[basket.slice].tolist()
        done = settle(model, basket)
        if done:
            standing[basket.index] = text
        elif stood:
            refused.append((standing[basket.index], text, model.package[basket.slice].tolist()))
        return done

    monkeypatch.setattr(conclusion, "settle", watched)
    problem = resolve(load("river-border", CHANGES).scenario, 3)
    for k in range(150):
        play(problem, k, k)
    assert len(refused) > 5
    assert all(kept == before for before, _, kept in refused)
    assert any(text != before for before, text, _ in refused), "control: other texts were refused"
