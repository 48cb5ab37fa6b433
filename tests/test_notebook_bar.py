"""The bar in notebooks: it moves, it ends full, it says the same on every run."""

from __future__ import annotations

import sys

import pytest

from toolkit import notebook_bar
from toolkit.notebook_bar import NotebookBar, find_bar, in_notebook


@pytest.fixture
def drawn(monkeypatch) -> list[str]:
    pages: list[str] = []

    class Handle:
        def update(self, page) -> None:
            pages.append(page.data)

    def display(page, display_id):
        pages.append(page.data)
        return Handle()

    monkeypatch.setattr("IPython.display.display", display)
    monkeypatch.setattr(notebook_bar, "_PAUSE", -1)
    return pages


def test_notebook_bar_moves_and_ends_full(drawn):
    bar = NotebookBar(total=3, desc="load", unit="page")
    for n in range(3):
        bar.set_postfix(problems=n, refresh=False)
        bar.update()
    bar.close()
    assert [page.count("data-done") for page in drawn] == [0, 0, 0, 1, 1]
    assert "value='3'" in drawn[-1] and "load: 3 of 3 pages, 2 problems" in drawn[-1]


def test_notebook_bar_leaves_rates_out_in_the_end(drawn):
    bar = NotebookBar(total=2_000_000, unit="B", unit_scale=True)
    bar.set_postfix(**{"pages/s": "7", "problems": 0})
    assert bar.describe() == "0.0 of 2.0 MB, 7 pages/s, 0 problems"
    bar.update(2_000_000)
    assert bar.describe() == "2.0 of 2.0 MB, 0 problems"


def test_notebook_bar_escapes_and_keeps_silent_when_disabled(drawn):
    NotebookBar(total=1, desc="<b>", unit="<i>", disable=True).update()
    assert drawn == []
    NotebookBar(total=1, desc="<b>", unit="<i>")
    assert "<b>" not in drawn[0] and "&lt;i&gt;" in drawn[0]


def test_find_bar_takes_the_notebooks_own_only_in_a_kernel(monkeypatch):
    assert not in_notebook() and find_bar().__name__ == "tqdm"

    class IPython:
        @staticmethod
        def get_ipython():
            return type("Shell", (), {"kernel": 1})

    monkeypatch.setitem(sys.modules, "IPython", IPython)
    assert find_bar() is NotebookBar
