"""Addresses of pages: made absolute, compared, and read for what their shape says about the target."""

from __future__ import annotations

import re
from functools import lru_cache
from urllib.parse import parse_qsl, unquote, urljoin

#: Query parameters that say where a reader came from, and nothing about the page they lead to.
_TRACKING = re.compile(
    r"^(?:utm_\w+|iref|ref|rct|ico|icid|cmp|cmpid|mod|src|source|from|xtor|intcmp|at_\w+|fbclid|gclid|itm_\w+|"
    r"origin|traffic_source|position|int_\w+|intc|ocid|rss|pos|link_?loc\w*|wt_\w+|wtmc|ns_\w+|spm)$",
    re.I,
)
#: A path from the root, without steps up, parameters or a fragment.
_PLAIN_PATH = re.compile(r"(?:/(?!\.)[^\s;?#/]+)+/?(?:\?[^\s;#]+)?")
_SECOND_LEVEL = frozenset("co com org net gov edu ac or ne go gob gouv in web".split())
_NOT_A_PAGE = ("#", "javascript:", "mailto:", "tel:", "whatsapp:", "sms:", "viber:", "data:", "about:", "tg:")


def make_absolute(url: str, base: str | None) -> str:
    """``url`` as an absolute address where ``base`` is known, else as written, spaces stripped.

    Examples
    --------
    >>> make_absolute("/a/b.html", "https://news.example/c/d")
    'https://news.example/a/b.html'
    >>> make_absolute(" b.html ", None)
    'b.html'
    """
    url = url.strip()
    if not base or url.startswith(("http://", "https://")):
        return url
    try:
        if _PLAIN_PATH.fullmatch(url):  # what urljoin gives, several times faster
            return _root(base) + url
        return urljoin(base, url)
    except ValueError:
        return url


def base_of(stated: str | None, url: str | None) -> str | None:
    """Where a page's relative addresses start: at its ``<base href>`` if it has one, else at its own address.

    Examples
    --------
    >>> make_absolute("b.html", base_of("/", "https://news.example/c/d"))
    'https://news.example/b.html'
    >>> base_of(None, "https://news.example/c/d")
    'https://news.example/c/d'
    """
    return make_absolute(stated, url) if stated else url


@lru_cache(maxsize=64)
def _root(base: str) -> str:
    return urljoin(base, "/").removesuffix("/")


def split_url(url: str) -> tuple[str, str, str, str]:
    """``url`` as (host without "www.", path, query, fragment), lower-case host; never raises.

    Quicker than ``urllib.parse.urlsplit``, which checks what is not needed to compare links.

    Examples
    --------
    >>> split_url("https://www.News.example/a/b?x=1#top")
    ('news.example', '/a/b', 'x=1', 'top')
    >>> split_url("../c.html")
    ('', '../c.html', '', '')
    """
    rest, query, fragment, host = url.strip(), "", "", ""
    if "#" in rest:
        rest, _, fragment = rest.partition("#")
    if "?" in rest:
        rest, _, query = rest.partition("?")
    slashes = rest.find("//")
    if slashes == 0 or (slashes > 0 and rest[slashes - 1] == ":"):
        host, slash, path = rest[slashes + 2 :].partition("/")
        rest = slash + path
        host = _bare_host(host)
    return host, rest, query, fragment


@lru_cache(maxsize=4096)
def _bare_host(place: str) -> str:
    return place.rpartition("@")[2].partition(":")[0].lower().removeprefix("www.")


@lru_cache(maxsize=4096)
def registered_domain(host: str) -> str:
    """The part of ``host`` that its owner registered, by the usual shape of second-level domains.

    Examples
    --------
    >>> registered_domain("sport.news.co.uk"), registered_domain("www.news.example")
    ('news.co.uk', 'news.example')
    """
    parts = host.split(".")
    if len(parts) <= 2:
        return host
    keep = 3 if len(parts[-1]) == 2 and parts[-2] in _SECOND_LEVEL else 2
    return ".".join(parts[-keep:])


def url_key(url: str, host: str = "") -> str:
    """What two links to one page have in common: no scheme, "www.", tracking, fragment, trailing slash.

    ``host`` stands in where ``url`` is relative. Addresses that lead to no page ("#", "javascript:", "mailto:")
    give an empty key.

    Examples
    --------
    >>> url_key("https://www.news.example/a/?utm_source=x#c"), url_key("/a", "news.example"), url_key("#top")
    ('news.example/a', 'news.example/a', '')
    """
    return key_of(url, split_url(url), host)


def key_of(url: str, parts: tuple[str, str, str, str], host: str = "") -> str:
    """:func:`url_key` of an address that is split already."""
    if not url or (url[0] not in "/h" and url[:11].lower().startswith(_NOT_A_PAGE)):
        return ""
    own, path, query, fragment = parts
    if query:
        if "%" in query or "+" in query:
            pairs = parse_qsl(query, keep_blank_values=True)
        else:  # nothing to decode: several times faster by hand
            pairs = [(k, v) for k, _, v in (part.partition("=") for part in query.split("&") if part)]
        kept = [f"{k}={v}" for k, v in pairs if not _is_tracking(k)]
        query = "?" + "&".join(kept) if kept else ""
    if fragment and fragment[0] in "!/":  # single-page sites keep their paths there
        query += "#" + fragment
    return (own or host) + path.rstrip("/") + query


@lru_cache(maxsize=1024)
def _is_tracking(parameter: str) -> bool:
    return _TRACKING.match(parameter) is not None


def slug_of(path: str) -> str:
    """The path piece that reads most like a headline: the one with the most hyphens, else the longest.

    Examples
    --------
    >>> slug_of("/news/2024/rain-stops-play-at-last/123456.html")
    'rain-stops-play-at-last'
    """
    pieces = path.split("/")
    if "-" not in path and "_" not in path:
        best = max(pieces, key=len)
    else:
        marks = [piece.count("-") for piece in path.replace("_", "-").split("/")]
        most = max(marks)
        best = max([piece for piece, count in zip(pieces, marks, strict=True) if count == most], key=len)
    return unquote(best) if "%" in best else best
