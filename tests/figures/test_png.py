"""PNG files: they show what Matplotlib's own writer shows, and hold no transparency."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from matplotlib import rc_context
from matplotlib.figure import Figure
from PIL import Image

from sim.figures.png import write_png
from sim.figures.style import STYLE

TEXTS = ("Ceasefire, Kyiv and Türkiye", "$5 (60%)")


def draw(texts: tuple[str, ...] = TEXTS, angle: float = 0.0) -> Figure:
    """A figure with lines of text, one of them twice, and a line."""
    figure = Figure(figsize=(4, 3))
    axes = figure.subplots()
    axes.plot([0, 1], [0, 1])
    for k, text in enumerate((*texts, texts[0])):
        axes.text(0.1, 0.2 + 0.25 * k, f"{text}\nsecond line", rotation=angle, ha="left", va="center")
    return figure


def read(file: BytesIO) -> npt.NDArray[np.float64]:
    """Lightness of the points of a file; what is darker than the paper is text or line."""
    return np.asarray(Image.open(file).convert("L"), dtype=np.float64)


@pytest.mark.parametrize("angle", [0.0, 90.0])
def test_a_file_shows_what_matplotlib_shows(angle: float) -> None:
    own, theirs, other = BytesIO(), BytesIO(), BytesIO()
    with rc_context(STYLE):
        draw(angle=angle).savefig(theirs, dpi=150)
        write_png(draw(angle=angle), own, 150)
        write_png(draw((TEXTS[0], "other words"), angle), other, 150)
    blurred = [_blur(read(file)) for file in (own, theirs, other)]
    near, far = (np.abs(picture - blurred[1]).max() for picture in (blurred[0], blurred[2]))
    assert near < 0.5 * far  # one places letters to a part of a point, the other to a whole one


def _blur(picture: npt.NDArray[np.float64], size: int = 12) -> npt.NDArray[np.float64]:
    """Mean lightness of squares of points."""
    rows, columns = (length // size for length in picture.shape)
    return picture[: rows * size, : columns * size].reshape(rows, size, columns, size).mean(axis=(1, 3))


def test_a_file_holds_texts_and_resolution_and_no_transparency(tmp_path: Path) -> None:
    write_png(draw(), tmp_path / "one.png", 120, {"Description": "Kyiv, Türkiye"})
    image = Image.open(tmp_path / "one.png")
    assert (image.mode, image.size) == ("RGB", (480, 360))
    assert image.info["Description"] == "Kyiv, Türkiye"
    assert round(image.info["dpi"][0]) == 120
