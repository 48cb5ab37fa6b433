"""When two prints show the same headline, and when two links lead to the same page."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal
from urllib.parse import parse_qsl, urlencode

import numpy as np
import numpy.typing as npt
import pandas as pd

from toolkit.errors import InputError
from toolkit.tables import require_columns
from toolkit.words import normalise_headline, squeeze

__all__ = ["IDENTITIES", "Identity", "find_headline_ids", "normalise_url"]

Identity = Literal["words", "story"]

#: What can make two prints the same headline.
IDENTITIES: tuple[Identity, ...] = ("words", "story")

# scheme and host, path, query; the fragment is left behind; other schemes (mailto:, javascript:) do not match
_URL = re.compile(r"(?:(?:https?:)?//([^/?#]*))?(?![a-z][a-z+.-]*:)([^?#]*)(?:\?([^#]*))?", re.IGNORECASE)
# parameters that say where a click came from, not which page it leads to
_TRACKING = re.compile(
    r"^(?:utm_.*|fbclid|gclid|dclid|msclkid|yclid|igshid|mc_[ce]id|cmpid|cmp|icid|ncid|ito|ocid|ref|ref_src|"
    r"referrer|source|smid|partner|traffic_source|spm|_ga|at_[a-z_]+|xtor|wt_mc|itm_[a-z]+|click(?:id|_id)?)$"
)


def normalise_url(url: str) -> str:
    """The key under which two links lead to the same page; empty where a link names no page of its own.

    Without scheme, ``www.``, fragment, trailing slash and parameters that only say where the click came from;
    host in lower case, parameters sorted. A site's front page and ``javascript:`` links name no article.

    Examples
    --------
    >>> normalise_url("https://www.Paper.example/a/storm-1/?utm_source=box&id=7#top")
    'paper.example/a/storm-1?id=7'
    >>> normalise_url("https://paper.example/"), normalise_url("javascript:void(0)")
    ('', '')
    """
    found = _URL.match(url.strip())
    if not found:
        return ""
    host, path, query = found.groups()
    host = (host or "").lower()
    if "@" in host or host.endswith((":80", ":443")):
        host = host.rpartition("@")[2].removesuffix(":80").removesuffix(":443")
    path = path.rstrip("/")
    if query:
        kept = [
            item for item in parse_qsl(query, keep_blank_values=True) if not _TRACKING.match(item[0].lower())
        ]
        query = urlencode(sorted(kept))
    if not path and not query:
        return ""
    host = host.removeprefix("www.")
    return f"{host}{path}?{query}" if query else host + path


def headline_key(headline: str, site: str | None = None) -> str:
    """The words of a headline as a key; one without letters or digits keeps its signs.

    Examples
    --------
    >>> headline_key("\\u201cStorm\\u201d hits coast!"), headline_key(" ?! ")
    ('storm hits coast', '?!')
    """
    return normalise_headline(headline, site) or squeeze(headline).casefold()


def find_headline_ids(
    placements: pd.DataFrame, articles: pd.DataFrame | None = None, *, identity: Identity = "words"
) -> pd.Series:
    """Which prints show the same headline: one key per placement.

    Parameters
    ----------
    placements : DataFrame
        One row per printed headline; needs ``headline``, for "story" also ``url``.
    articles : DataFrame, optional
        One row per snapshot, with ``snapshot_id`` and ``site``; lets a trailing site name be dropped.
    identity : {"words", "story"}, default "words"
        "words": the same words, whatever the quotes, dashes, case, a leading "Video:" or a trailing site name.
        "story": the same words or the same link, and whatever these chain together; a rewritten headline
        keeps its id.

    Returns
    -------
    Series of str
        Named ``headline_id``, with the index and row order of ``placements``: the key in words (for a story,
        the first of its keys in the alphabet).

    Raises
    ------
    MissingColumnsError
        If a column is absent.
    InputError
        If a headline is missing, or ``identity`` is not allowed.

    Notes
    -----
    Identity crosses modules, snapshots and sites. Two stories printed under the same words ("Live updates")
    are one under both rules. For near-duplicates see `similar_headlines`.

    Examples
    --------
    >>> rows = pd.DataFrame({
    ...     "headline": ["Storm \\u2018worst in years\\u2019", "Video: Storm 'Worst in Years'", "Coast under water"],
    ...     "url": [None, "https://p.example/storm", "https://p.example/storm?utm_source=x"],
    ... })
    >>> find_headline_ids(rows).tolist()
    ['storm worst in years', 'storm worst in years', 'coast under water']
    >>> find_headline_ids(rows, identity="story").nunique()
    1
    """
    require_columns(placements, "placements", ["headline", *(["url"] if identity == "story" else [])])
    sites: npt.NDArray[np.int64] | None = None
    names: list[str | None] = [None]
    if articles is not None:
        require_columns(placements, "placements", ["snapshot_id"])
        require_columns(articles, "articles", ["snapshot_id", "site"])
        known = articles.drop_duplicates("snapshot_id").set_index("snapshot_id")["site"]
        sites, found = pd.factorize(placements["snapshot_id"].map(known))
        names = [*map(str, found), None]  # -1, no site, is the last
    codes, keys = headline_codes(placements, sites, names, identity)
    return pd.Series(
        pd.array(keys, dtype="str").take(codes), index=placements.index, name="headline_id", dtype="str"
    )


def headline_codes(
    placements: pd.DataFrame,
    sites: npt.NDArray[np.int64] | None,
    site_names: Sequence[str | None],
    identity: Identity,
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.object_]]:
    """Code of each placement's headline, and the keys in the order of their codes (alphabetical).

    ``sites`` are codes into ``site_names``, one per placement.

    Examples
    --------
    >>> codes, keys = headline_codes(pd.DataFrame({"headline": ["B!", "a", "b"]}), None, [None], "words")
    >>> codes.tolist(), keys.tolist()
    ([1, 0, 1], ['a', 'b'])
    """
    if identity not in IDENTITIES:
        raise InputError(f"identity: got {identity!r}; allowed are {', '.join(map(repr, IDENTITIES))}.")
    raw, forms = pd.factorize(placements["headline"])
    if (raw < 0).any():
        raise InputError(
            f"placements: column 'headline' is missing in {int((raw < 0).sum())} rows. Drop them, with their count."
        )
    texts = np.asarray(forms, dtype=object).tolist()
    if sites is None or all(name is None for name in site_names):
        pair_codes, keys = raw, [headline_key(text) for text in texts]
    else:
        n_sites = len(site_names)
        pair_codes, pairs = pd.factorize(raw * n_sites + sites % n_sites)
        keys = [headline_key(texts[pair // n_sites], site_names[pair % n_sites]) for pair in pairs.tolist()]
    key_codes, vocabulary = pd.factorize(np.array(keys, dtype=object), sort=True)
    codes = key_codes[pair_codes] if len(keys) else np.zeros(0, np.int64)
    vocabulary = np.asarray(vocabulary, dtype=object)
    if identity == "story" and len(codes):
        codes, vocabulary = _join_by_url(codes, vocabulary, url_codes(placements)[0])
    return codes.astype(np.int64, copy=False), vocabulary


def url_codes(placements: pd.DataFrame) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.object_]]:
    """Code of each placement's normalised url (-1 where it has none that names a page), and the urls.

    Examples
    --------
    >>> url_codes(pd.DataFrame({"url": ["https://p.example/a", None, "http://p.example/a/#x"]}))[0].tolist()
    [0, -1, 0]
    """
    if "url" not in placements.columns:
        return np.full(len(placements), -1, np.int64), np.zeros(0, object)
    raw, urls = pd.factorize(placements["url"])
    keys = np.array([normalise_url(url) for url in np.asarray(urls, dtype=object).tolist()], dtype=object)
    codes, vocabulary = pd.factorize(keys, sort=True)
    if len(vocabulary) and vocabulary[0] == "":
        codes, vocabulary = codes - 1, vocabulary[1:]
    return np.append(codes, -1)[raw].astype(np.int64, copy=False), np.asarray(vocabulary, dtype=object)


def _join_by_url(
    codes: npt.NDArray[np.int64], keys: npt.NDArray[np.object_], urls: npt.NDArray[np.int64]
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.object_]]:
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    linked = urls >= 0
    n, n_urls = len(keys), int(urls.max(initial=-1)) + 1
    edges = pd.unique(codes[linked] * max(n_urls, 1) + urls[linked])
    ends = (edges // max(n_urls, 1), n + edges % max(n_urls, 1))
    graph = coo_array((np.ones(len(edges), np.int8), ends), shape=(n + n_urls, n + n_urls))
    _, component = connected_components(graph, directed=False)
    # keys are in alphabetical order, so the first of a component is its smallest
    story, first = np.unique(component[:n], return_index=True)
    order = np.argsort(first)
    position = np.empty(len(story), np.int64)
    position[order] = np.arange(len(story))
    story_of_key = position[np.searchsorted(story, component[:n])]
    return story_of_key[codes], keys[np.sort(first)]
