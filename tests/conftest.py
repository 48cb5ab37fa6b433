"""What all tests share: where the annotated pages would lie, if they are there."""

from __future__ import annotations

from pathlib import Path

import pytest
from pages import ROOT


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of annotated real pages beside the project; tests that need it skip where it is absent."""
    folder = ROOT.parent / "shared"
    if not folder.is_dir():
        pytest.skip("the annotated pages (../shared) are not on this machine")
    return folder
