"""One page -> article, modules, ledger; HTML and saved text meet here."""

from __future__ import annotations

from typing import Literal

from toolkit.page.model import Reading
from toolkit.readers.model import SavedPage

__all__ = ["read_page"]


def read_page(
    page: SavedPage,
    *,
    url: str | None = None,
    ledger: bool = False,
    second_opinion: bool | Literal["auto"] = False,
) -> Reading:
    """Read one saved page, HTML or text; ``url`` is its address where the user knows it."""
    address = url or page.url
    if page.is_html:
        from toolkit.page.html import read_html

        return read_html(page.text, url=address, ledger=ledger, second_opinion=second_opinion)
    from toolkit.page.saved_text import read_text

    return read_text(page.text, url=address, ledger=ledger)
