"""Sphinx's settings. The source that it reads is staged by tools/make_docs.py; ``make docs`` does both."""

from __future__ import annotations

from typing import Any

from toolkit.files.folders import find_version

project = "sidebar-toolkit"
author = "The sidebar-toolkit authors"
copyright = author  # Sphinx's own name for it
release = version = find_version()
extensions = ["myst_nb", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
source_suffix = {".md": "myst-nb", ".ipynb": "myst-nb"}
exclude_patterns = ["_build", "README.md"]
default_role = "py:obj"
html_theme = "furo"
html_title = "sidebar-toolkit"
html_copy_source = False
html_show_sphinx = False
autodoc_typehints = "none"
autodoc_member_order = "bysource"
napoleon_google_docstring = False
napoleon_use_rtype = False
napoleon_use_ivar = True
napoleon_preprocess_types = False
nb_execution_mode = "off"
myst_heading_anchors = 3
myst_enable_extensions = ["colon_fence", "deflist"]
# notebooks end on "## Files" below "# Title", and the changelog begins with "## 0.1.0"
suppress_warnings = ["myst.header"]


def skip_foreign(app: Any, what: str, name: str, thing: Any, skip: bool, options: Any) -> bool | None:
    """Leave out what a class inherits from scikit-learn: its words are not ours."""
    return True if name.endswith("_request") or name == "get_metadata_routing" else None


def setup(app: Any) -> None:
    """Called by Sphinx."""
    app.connect("autodoc-skip-member", skip_foreign)
