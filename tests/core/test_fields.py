"""The registry: names follow from paths, columns from families, and a swapped declaration is noticed."""

from __future__ import annotations

from collections.abc import Sequence
from types import SimpleNamespace

import pytest

from experiments.measures import kind_of
from sim.core.columns import BASKET, RUN, round_width, run_columns, run_width
from sim.core.declarations import Coefficient
from sim.core.fields import BLOCKS, COEFFICIENTS, RUN_COLUMNS, W
from sim.scenario import merge
from sim.scenario.library import shipped_folder
from sim.yamlio.reader import read

# Written down by hand: what the engines mean by a name.
MEANT = {
    "CALENDAR_GAP_SCALE": "calendar.gap_scale",
    "PAIN_CAP": "behaviour.pain.cap",
    "TRUST_DELIVERY_GAIN": "behaviour.trust.delivery_gain",
    "RESUMPTION_RATE": "behaviour.resumption.rate",
    "CONVENING_INCIDENT_MEMORY": "behaviour.convening.incident_memory",
    "COLLAPSE_BALANCE": "behaviour.collapse.balance",
}
NAMES = SimpleNamespace(
    baskets=("swap", "border"),
    parties=("settled_side", "north"),
    issues=("one", "two", "three"),
    measure_days=("30",),
    basket_days=("swap_d30", "border_d30"),
    detail=(),
    detail_baskets=(),
)


def faults(coefficients: Sequence[Coefficient]) -> list[str]:
    """Names that do not stand for their path, and declared units that a default of the same path contradicts."""
    by_name = {c.name: c for c in coefficients}
    wrong = [name for name, path in MEANT.items() if by_name[name].path != path]
    for c in coefficients:
        days = "days" in WHY[c.path].split(";")[0].split(" ")[:1]
        if days and c.unit != "days":
            wrong.append(c.path)
    return wrong


def _reasons() -> dict[str, str]:
    """The reason of every coefficient in the shipped defaults."""
    data = merge.overlay(*(read(shipped_folder() / file).data for file in ("model-2.yaml", "behaviour.yaml")))
    reasons = {}
    for c in COEFFICIENTS:
        node = data
        for step in c.path.split("."):
            node = node[step]
        reasons[c.path] = str(node.get("why") or node.get("convention"))
    return reasons


WHY = _reasons()


def test_names_follow_from_paths() -> None:
    assert faults(COEFFICIENTS) == []
    assert len({c.name for c in COEFFICIENTS}) == len(COEFFICIENTS) == len(W)
    assert all(COEFFICIENTS[getattr(W, c.name)] is c for c in COEFFICIENTS)


def test_control_swapped_paths_are_noticed() -> None:
    """Two declarations with each other's path: the name moves with the path, so a wrong unit remains to be seen."""
    rows = list(COEFFICIENTS)
    one, two = W.BALANCE_MEMORY, W.PAIN_CAP
    rows[one] = COEFFICIENTS[one]._replace(path=COEFFICIENTS[two].path)
    rows[two] = COEFFICIENTS[two]._replace(path=COEFFICIENTS[one].path)
    assert faults(rows) == ["behaviour.balance.memory"]


def test_bounds_hold_for_the_shipped_defaults() -> None:
    from sim.core.declarations import NON_NEGATIVE, POSITIVE, UNIT

    unbounded = [c for c in COEFFICIENTS if c.bounds not in (UNIT, NON_NEGATIVE, POSITIVE)]
    assert {c.name for c in unbounded} == {
        *("BALANCE_DRIFT", "READINESS_M0", "READINESS_O0", "CONVENING_BASE", "LEVEL_BASE", "PROCEDURAL_BASE")
    }


def test_every_field_has_a_unit_and_a_meaning() -> None:
    for block in BLOCKS:
        assert all(unit and meaning for _, _, unit, meaning in block.fields), block.name


def test_columns_of_a_run_follow_family_by_family() -> None:
    names = [name for name, _ in run_columns(NAMES)]
    assert names[: len(RUN)] == [c.name for c in RUN_COLUMNS if not c.axis]
    assert names[len(RUN) + len(BASKET) + BASKET.SETTLED] == "settled_border"
    after = len(RUN) + 2 * len(BASKET)
    assert names[after : after + 2] == ["utility_settled_side", "utility_north"]
    assert names[after + 2 :][:2] == ["terms_one", "first_terms_one"]
    assert names[-4:] == ["closed_d30", "latent_closed_d30", "closed_swap_d30", "closed_border_d30"]
    sizes = {"baskets": 2, "parties": 2, "issues": 3, "measure_days": 1, "basket_days": 2}
    no_offers, no_detail = {"offer_issues": 0, "offer_stakes": 0}, {"detail": 0, "detail_baskets": 0}
    counts = SimpleNamespace(**sizes, **no_offers, **no_detail)
    assert run_width(counts) == len(names) == after + 2 + 3 * 2 + 2 + 2
    assert round_width(counts) == 15 + 2 * 1
    assert round_width(SimpleNamespace(**sizes, **no_detail, offer_issues=3, offer_stakes=6)) == 15 + 2 * 1 + 3 + 3 * 6
    every = SimpleNamespace(**sizes, **no_offers, detail=1, detail_baskets=2)
    assert run_width(every) == len(names) + 2
    assert round_width(every) == 15 + 2 * 1 + 3 + 2 * 3


@pytest.mark.parametrize(
    ("name", "kind"),
    [("utility_settled_side", "utility"), ("settled_swap", "day"), ("zone_border", "share"), ("rounds_held", "count")],
)
def test_the_kind_of_a_column_is_declared(name: str, kind: str) -> None:
    assert kind_of(name) == kind
