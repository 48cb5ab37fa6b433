"""One page -> article, modules, ledger; HTML and saved text meet here."""

from __future__ import annotations

from toolkit.page.model import Reading
from toolkit.readers.model import SavedPage

__all__ = ["read_page"]


def read_page(page: SavedPage, *, url: str | None = None, ledger: bool = False) -> Reading:
    """Read one saved page, HTML or text; ``url`` is its address where the user knows it."""
    address = url or page.url
    if page.is_html:
        from toolkit.page.html import read_html

        return read_html(page.text, url=address, ledger=ledger)
    from toolkit.page.saved_text import read_text

    return read_text(page.text, url=address, ledger=ledger)
