"""The notebook of the tutorials runs from start to end in an empty folder, and leaves the files that it says."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

nbclient = pytest.importorskip("nbclient", reason="nbclient is not installed (extra `dev`)")
nbformat = pytest.importorskip("nbformat", reason="nbformat is not installed (extra `dev`)")

ROOT = Path(__file__).resolve().parents[2]
NOTEBOOK = ROOT / "docs" / "tutorials" / "07-notebook.ipynb"


def execute(notebook: nbformat.NotebookNode, folder: Path) -> None:
    """Execute all cells; a failing one raises."""
    client = nbclient.NotebookClient(notebook, timeout=600, resources={"metadata": {"path": str(folder)}})
    client.execute(env={**os.environ, "PYTHONPATH": str(ROOT), "MPLBACKEND": "module://matplotlib_inline.backend_inline"})


@pytest.mark.slow
def test_the_notebook_runs(tmp_path: Path) -> None:
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    assert len(notebook.cells) < 25
    assert not any(cell.get("outputs") for cell in notebook.cells), "the notebook is stored without outputs"
    execute(notebook, tmp_path)
    outputs = [output for cell in notebook.cells if cell.cell_type == "code" for output in cell.outputs]
    assert sum("image/png" in output.get("data", {}) for output in outputs) == 3
    texts = "".join(output.get("text", "") for output in outputs)
    assert "did you mean `parties`" in texts and "closed share: " in texts
    pages = [output.get("data", {}).get("text/html", "") for output in outputs]
    assert any("River border with a patient Southbank" in page for page in pages)
    assert (tmp_path / "patience.png").stat().st_size > 20_000
    assert (tmp_path / "patience" / "runs.parquet").is_file()
    import pandas as pd

    assert len(pd.read_excel(tmp_path / "patience.xlsx", sheet_name="runs")) == 1000


def test_control_a_failing_cell_is_seen(tmp_path: Path) -> None:
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("1 / 0")])
    with pytest.raises(nbclient.exceptions.CellExecutionError, match="ZeroDivisionError"):
        execute(notebook, tmp_path)
