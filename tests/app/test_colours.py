"""Colours of the page that may lie side by side can be told apart, also by readers who do not see red or green."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest

from sim.app.charts import SHADES, plot_blocking, plot_outcomes
from sim.app.explore import simulate
from sim.app.theme import BACKGROUND, COLOURS, DARK, GRID, INK, SETTLED, WHITE, ZONE, darken
from sim.core.layout import Floats
from sim.figures.convergence import assign_styles
from sim.figures.style import BLACK
from sim.scenario.load import load
from tests.app.contrast import compute_contrast

LEAST = 10.0
"""ΔE2000 below which two fields of a chart are easily taken for one; the pair that was, lay at 5."""

# What is seen of linear red, green and blue without cones for long or middle waves: Machado, Oliveira and Fernandes
# (2009), table 1, severity 1.
SIGHTS = {
    "normal": np.eye(3),
    "protan": np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
    ),
    "deutan": np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
    ),
}
XYZ = np.array(
    [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]]
)
DAYLIGHT = np.array([0.95047, 1.0, 1.08883])


def lab(colour: str, sight: Floats) -> tuple[float, float, float]:
    """CIELAB (D65) of an sRGB colour as it is seen."""
    given = np.array([int(colour[k : k + 2], 16) for k in (1, 3, 5)]) / 255
    linear = np.where(given <= 0.04045, given / 12.92, ((given + 0.055) / 1.055) ** 2.4)
    seen = XYZ @ np.clip(sight @ linear, 0, 1) / DAYLIGHT
    x, y, z = np.where(seen > 216 / 24389, np.cbrt(seen), (24389 / 27 * seen + 16) / 116).tolist()
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


def delta(one: tuple[float, float, float], two: tuple[float, float, float]) -> float:
    """ΔE2000 (Sharma, Wu and Dalal 2005, equations 2 to 22)."""
    seventh = ((math.hypot(*one[1:]) + math.hypot(*two[1:])) / 2) ** 7
    stretch = 1.5 - 0.5 * math.sqrt(seventh / (seventh + 25**7))
    (l1, c1, h1), (l2, c2, h2) = ((light, *_polar(a * stretch, b)) for light, a, b in (one, two))
    turn = (h2 - h1 + 180) % 360 - 180 if c1 * c2 else 0.0
    light, chroma, hue = (l1 + l2) / 2, (c1 + c2) / 2, h1 + turn / 2 if c1 * c2 else h1 + h2
    t = 1 - 0.17 * _cos(hue - 30) + 0.24 * _cos(2 * hue) + 0.32 * _cos(3 * hue + 6) - 0.2 * _cos(4 * hue - 63)
    lightness = (l2 - l1) / (1 + 0.015 * (light - 50) ** 2 / math.sqrt(20 + (light - 50) ** 2))
    chromatic = (c2 - c1) / (1 + 0.045 * chroma)
    hued = 2 * math.sqrt(c1 * c2) * math.sin(math.radians(turn / 2)) / (1 + 0.015 * chroma * t)
    bend = math.radians(60 * math.exp(-(((hue % 360 - 275) / 25) ** 2)))
    rotation = -2 * math.sqrt(chroma**7 / (chroma**7 + 25**7)) * math.sin(bend)
    return math.sqrt(lightness**2 + chromatic**2 + hued**2 + rotation * chromatic * hued)


def _polar(a: float, b: float) -> tuple[float, float]:
    return math.hypot(a, b), math.degrees(math.atan2(b, a)) % 360


def _cos(degrees: float) -> float:
    return math.cos(math.radians(degrees))


@pytest.mark.parametrize(
    ("one", "two", "apart"),
    [  # Sharma, Wu and Dalal (2005), table 1, pairs 1, 7, 17 and 25
        ((50.0, 2.6772, -79.7751), (50.0, 0.0, -82.7485), 2.0425),
        ((50.0, 0.0, 0.0), (50.0, -1.0, 2.0), 2.3669),
        ((50.0, 2.5, 0.0), (73.0, 25.0, -18.0), 27.1492),
        ((60.2574, -34.0099, 36.2677), (60.4626, -34.1751, 39.4387), 1.2644),
    ],
)
def test_the_formula_gives_the_published_distances(
    one: tuple[float, float, float], two: tuple[float, float, float], apart: float
) -> None:
    assert delta(one, two) == pytest.approx(apart, abs=5e-5)


@pytest.mark.parametrize("sight", SIGHTS)
def test_any_two_reasons_can_be_told_apart(sight: str) -> None:
    seen = {reason: lab(colour, SIGHTS[sight]) for reason, colour in SHADES.items()}
    near = {pair: delta(seen[pair[0]], seen[pair[1]]) for pair in itertools.combinations(seen, 2)}
    assert not {pair: round(apart, 1) for pair, apart in near.items() if apart < LEAST}


@pytest.mark.parametrize("sight", SIGHTS)
def test_the_colours_of_six_parties_and_of_settlements_can_be_told_apart(sight: str) -> None:
    for colours in ([*COLOURS[:6], SETTLED], [DARK[colour] for colour in (*COLOURS[:6], SETTLED)]):
        seen = {colour: lab(colour, SIGHTS[sight]) for colour in colours}
        assert len(seen) == 7
        near = {pair: delta(seen[pair[0]], seen[pair[1]]) for pair in itertools.combinations(seen, 2)}
        assert not {pair: round(apart, 1) for pair, apart in near.items() if apart < LEAST}


def test_parties_have_the_colours_of_the_figures_in_their_order() -> None:
    styles = assign_styles(map(str, range(5))).values()  # the sixth is another one: sky blue, darkened, is blue
    for own, (figure, _) in zip(COLOURS[:5], styles, strict=True):
        own_hue, figure_hue = (_polar(*lab(colour, SIGHTS["normal"])[1:])[1] for colour in (own, figure))
        assert own == figure == BLACK or abs((own_hue - figure_hue + 180) % 360 - 180) < 12, (own, figure)


def test_control_the_shades_that_were_confused_are_found() -> None:
    assert delta(lab("#0072B2", SIGHTS["normal"]), lab("#1B6A93", SIGHTS["normal"])) == pytest.approx(5.3, abs=0.05)


# The two themes


@pytest.mark.parametrize("colour", sorted({*DARK} - {ZONE, GRID, WHITE}))
def test_marks_stand_out_from_the_page_in_both_themes(colour: str) -> None:
    assert compute_contrast(colour, BACKGROUND["light"]) >= 3  # WCAG 2.2, 1.4.11
    assert compute_contrast(DARK[colour], BACKGROUND["dark"]) >= 3


def test_control_the_formula_of_contrast_finds_pale_yellow() -> None:
    assert compute_contrast("#FFFFFF", "#000000") == pytest.approx(21)
    assert compute_contrast("#F0E442", "#FFFFFF") == pytest.approx(1.3, abs=0.05)


def test_the_dark_theme_changes_colours_and_never_words_or_fills() -> None:
    result = simulate(load("river-border"), 60, 1)
    light = plot_blocking({"white": result, "#0072B2": result}).to_dict()
    dark = darken(light)
    assert dark["config"]["axis"]["labelColor"] == DARK[INK]
    parts = dark["layer"][0]
    assert parts["mark"]["stroke"] == DARK[INK] and parts["encoding"] == light["layer"][0]["encoding"]
    assert compute_contrast(DARK[INK], BACKGROUND["dark"]) >= 3  # the outline of every part
    lines = darken(plot_outcomes({"white": result, "#0072B2": result}).to_dict())
    assert lines["layer"][0]["encoding"]["color"]["scale"]["domain"] == ["white", "#0072B2"]
    assert set(lines["layer"][0]["encoding"]["color"]["scale"]["range"]) <= {*DARK.values()}
    assert "background" in dark["config"]
