"""Ids that are the same from run to run and from machine to machine."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from urllib.parse import urlsplit

from toolkit.words import normalise_headline

_TRACKING = re.compile(r"^(?:utm_\w+|fbclid|gclid|mc_cid|mc_eid|ref|cmpid|ocid|igshid)$", re.I)


def make_snapshot_id(digest: str, captured_at: dt.datetime | None) -> str:
    """16 hex digits from the page's bytes (their SHA-256) and its capture time where known."""
    time = "" if captured_at is None else captured_at.astimezone(dt.UTC).isoformat(timespec="seconds")
    return hashlib.sha256(f"{digest}|{time}".encode()).hexdigest()[:16]


def make_article_id(url: str | None, title: str | None, site: str | None, digest: str) -> str:
    """16 hex digits, the same for every snapshot of one article.

    From the canonical address; else from the normalised title (with the site, where one is known); a page with
    neither is an article of its own.
    """
    if url:
        key = "url|" + normalise_url(url)
    elif title and normalise_headline(title):
        key = f"title|{normalise_headline(site or '')}|{normalise_headline(title)}"
    else:
        key = "page|" + digest
    return hashlib.sha256(key.encode()).hexdigest()[:16]


def normalise_url(url: str) -> str:
    """``url`` without scheme, ``www.``, fragment, tracking parameters and closing slash, for comparing.

    Examples
    --------
    >>> normalise_url("https://www.News.example/a/1/?utm_source=x&id=2#top")
    'news.example/a/1?id=2'
    """
    try:
        parts = urlsplit(url.strip())
    except ValueError:
        return url.strip()
    query = "&".join(q for q in parts.query.split("&") if q and not _TRACKING.match(q.split("=")[0]))
    host = parts.netloc.casefold().removeprefix("www.")
    return host + parts.path.rstrip("/") + (f"?{query}" if query else "")
