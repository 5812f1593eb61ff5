"""What a mediator's single text says, and how a leaning mediator fares (specification, section 7).

The texts are those of Türkiye in Istanbul in 2025, on that scenario's basket of two issues, `humanitarian`, once the
parties' stakes are set to the numbers a statement names. Expected packages are worked out by hand and, for the Nash
solution, checked against a grid.
"""

from __future__ import annotations

import numpy as np
import pytest

SCENARIO, BASKET, ISSUES = "istanbul-2025", "humanitarian", ("vulnerable_prisoners", "bodies")

TABLE = {
    "behaviour.convening.base": 60.0,  # every planned round is held
    "incidents.*.rate": 0.0,  # no pain, no hardening
    "baskets.*.exposure.*": 0.0,  # so floors are 0
    "mediators.*.styles.formulation": 1.0,
    "mediators.*.insight": 1.0,
    "mediators.*.leverage": 0.0,
    "mediators.*.leaning.*": 0.0,
    "behaviour.balance.drift": 0.0,
    "behaviour.balance.noise": 0.0,
    "sponsors.*.levers.*.balance": 0.0,
    "parties.*.issues.*.red_line": False,
    "model.urgency": False,  # else the parties agree before a text is put
}


def stakes(demands, reservations, saliences) -> dict[str, float]:
    """Changes that give Russia and Ukraine, in this order, demand, reservation and salience on both issues."""
    put: dict[str, float] = {}
    for party, d, r, w in zip(("russia", "ukraine"), demands, reservations, saliences, strict=True):
        for k, issue in enumerate(ISSUES):
            at = f"parties.{party}.issues.{issue}."
            put |= {f"{at}demand": d, f"{at}reservation": r[k], f"{at}salience": w[k]}
    return put


def first_text(told, changes) -> list[float]:
    """The first text on the basket, by issue; none where the parties agreed before."""
    _, events = told(SCENARIO, TABLE | changes)
    texts = [facts for event, facts in events if event == "text" and facts["basket"] == BASKET]
    return [texts[0]["points"][issue] for issue in ISSUES]


def grid_nash(reservations, saliences) -> tuple[float, float]:
    """The maximiser of the product of both utilities on a grid, for demands 1 and 0 and floors 0; and the product."""
    t = np.linspace(0.0, 1.0, 1001)
    value = [[(t - reservations[0][k]) / (1.0 - reservations[0][k]) for k in (0, 1)]]
    value += [[(reservations[1][k] - t) / reservations[1][k] for k in (0, 1)]]
    total = [
        (w[0] * v[0][:, None] + w[1] * v[1][None, :]) / (w[0] + w[1]) for v, w in zip(value, saliences, strict=True)
    ]
    product = np.where((total[0] > 0) & (total[1] > 0), total[0] * total[1], -1.0)
    i, j = np.unravel_index(product.argmax(), product.shape)
    return float(t[i]), float(t[j])


def test_mirror_image_parties_equal_salience(told):
    """Demands 1 and 0, reservation points .2 and .8 and equal salience: the Nash solution, of joint value .5 each."""
    r, w = ((0.2, 0.2), (0.8, 0.8)), ((0.5, 0.5), (0.5, 0.5))
    text = first_text(told, stakes((1.0, 0.0), r, w))
    russia = sum((x - 0.2) / 0.8 for x in text) / 2
    ukraine = sum((0.8 - x) / 0.8 for x in text) / 2
    grid = grid_nash(r, w)
    best = (sum(grid) / 2 - 0.2) / 0.8 * (0.8 - sum(grid) / 2) / 0.8
    assert text == pytest.approx([0.5, 0.5], abs=1e-9)
    assert russia * ukraine >= best - 1e-9
    assert russia == pytest.approx(ukraine, abs=1e-9)


def test_control_leaning_moves_the_text_off_the_nash_solution(told):
    r, w = ((0.2, 0.2), (0.8, 0.8)), ((0.5, 0.5), (0.5, 0.5))
    text = first_text(told, stakes((1.0, 0.0), r, w) | {"mediators.*.leaning.russia": 0.5})
    assert sum(text) / 2 > 0.55


MIRROR = stakes((1.0, 0.0), ((0.0, 0.0), (1.0, 1.0)), ((0.8, 0.2), (0.2, 0.8)))


def worth(text: list[float]) -> tuple[float, float]:
    """What a text is worth to both under the mirror-image stakes: .8 x + .2 y, and .2 (1 - x) + .8 (1 - y)."""
    x, y = text
    return 0.8 * x + 0.2 * y, 0.2 * (1.0 - x) + 0.8 * (1.0 - y)


def test_each_gets_its_own_issue(told):
    text = first_text(told, MIRROR)
    assert text == pytest.approx([1.0, 0.0], abs=1e-9)
    assert text == pytest.approx(grid_nash(((0.0, 0.0), (1.0, 1.0)), ((0.8, 0.2), (0.2, 0.8))))
    assert worth(text) == pytest.approx((0.8, 0.8), abs=1e-9)


def test_control_the_compromise(told):
    """Van den Bos' compromise, the named alternative, gives both .8 · .8 + .2 · .2 = .68."""
    text = first_text(told, MIRROR | {"mediators.*.text": "compromise"})
    assert text == pytest.approx([0.8, 0.2], abs=1e-9)
    assert worth(text) == pytest.approx((0.68, 0.68), abs=1e-9)


def test_the_middle_of_the_zone(told):
    """Demands 1 and 0 with the zone [.3, .4]: the text is .35, no end of the zone. Control: leaning leaves it."""
    zone = stakes((1.0, 0.0), ((0.3, 0.3), (0.4, 0.4)), ((0.5, 0.5), (0.5, 0.5)))
    text = first_text(told, zone)
    assert text == pytest.approx([0.35, 0.35], abs=1e-9)
    leaning = first_text(told, zone | {"mediators.*.leaning.russia": 0.5})
    assert sum(leaning) / 2 == pytest.approx(0.3 + 0.1 * 1.5 / 2.5, abs=1e-9)


# A leaning mediator (Kydd 2003)

LEAN = {"mediators.turkiye.leaning.russia": 0.8, "mediators.turkiye.leaning.ukraine": -0.8}
EVEN = {"mediators.turkiye.leaning.*": 0.0}
LEAN_EFFECTS = {
    "behaviour.mediation.persuasion": 0.3,
    "behaviour.mediation.leaning_persuasion": 1.0,
    "behaviour.mediation.leaning_acceptability": 0.8,
    "venue_choice.rule": "fixed",
    "venue_choice.order": ["istanbul"],
    "incidents.*.surge": 0.0,
    "mediators.turkiye.styles.formulation": 1.0,
}


def asked_share(told, changes, party: str) -> float:
    """How much of the way from floor to aspiration a party asks of Türkiye's texts, in the mean of a run's texts."""
    model, events = told(SCENARIO, LEAN_EFFECTS | changes)
    mediator = next(m for m in model.mediators if m.name == "turkiye")
    held = next(p for p in model.parties if p.name == party)
    shares = []
    for basket in model.baskets:
        high, low = held.aspiration[basket.index], held.floor[basket.index]
        if high > low + 1e-6:
            shares.append((mediator.text_threshold(held, basket) - low) / (high - low))
    assert shares and events
    return sum(shares) / len(shares)


def test_a_leaning_mediator_persuades_its_friend_more(told):
    """Persuasion .3 · (1 + 1 · .8) = .54 of the friend, .3 · .2 = .06 of the other, .3 of both without leaning."""
    assert asked_share(told, LEAN, "russia") == pytest.approx(1.0 - 0.54)
    assert asked_share(told, LEAN, "ukraine") == pytest.approx(1.0 - 0.06)
    assert asked_share(told, EVEN, "russia") == pytest.approx(1.0 - 0.3)
    assert asked_share(told, EVEN, "ukraine") == pytest.approx(1.0 - 0.3)


def test_a_leaning_mediator_is_accepted_less_by_the_other(more_rounds):
    """Its own venue is the only one, so fewer rounds convene; control: the reverse statement fails."""
    more_rounds(SCENARIO, LEAN_EFFECTS | LEAN, LEAN_EFFECTS | EVEN)


def test_a_leaning_mediator_is_accepted_no_less_by_its_friend(pairs):
    """Leaning toward one side and away from nobody keeps nobody away: the rounds planned and held are the same."""
    friend = {"mediators.turkiye.leaning.russia": 0.8, "mediators.turkiye.leaning.ukraine": 0.0}
    silent = LEAN_EFFECTS | {"mediators.turkiye.styles.formulation": 0.0}
    leaning, even = (pairs.runs(SCENARIO, silent | arm)["rounds_held"] for arm in (friend, EVEN))
    assert (leaning == even).all()
