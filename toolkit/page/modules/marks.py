"""What class names, ids and elements hint at; read once per page and handed down the tree."""

from __future__ import annotations

import re
from itertools import compress

from toolkit.page.known import Known
from toolkit.page.tree import Tree

#: What a class name or an element can hint at, one bit each.
HINTS = (
    "nav", "footer", "header", "breadcrumb", "share", "tag", "author", "comment", "ad", "related", "popular",
    "recommend", "latest", "card", "title", "kicker", "deck", "account", "sidebar", "body", "gallery", "next",
    "shop", "time", "inline", "more", "list", "aside", "article", "main", "widget", "form",
)  # fmt: skip
BIT = {name: 1 << n for n, name in enumerate(HINTS)}

# Class names are English on nearly every site, whatever the language of its text.
_WORDS: dict[str, str] = {
    "nav": "nav navi navbar navigation menu submenu dropdown megamenu hamburger topbar toolbar navlink nav-item "
    "flyout drawer offcanvas menuitem",
    "footer": "footer colophon imprint copyright legal impressum disclaimer cookie consent onetrust gdpr",
    "header": "header masthead topline banner logo",
    "breadcrumb": "breadcrumb breadcrumbs crumb crumbs",
    "share": "share sharing social follow facebook twitter whatsapp addthis sharedaddy",
    "tag": "tag tags topic topics keyword keywords tagcloud hashtag taxonomy",
    "author": "author authors byline bio writer contributor journalist profile autor",
    "comment": "comment comments disqus respond reply replies",
    "ad": "ad ads advert advertisement sponsor sponsored promo promoted promotion partner partners taboola outbrain "
    "trc plista revcontent dfp brandvoice advertorial native paid adsense dianomi mgid",
    "related": "related similar readmore relate relacionadas relacionados verwandt rel relation",
    "popular": "popular trending mostread most mostviewed mostpopular ranking rank viewed top hot trend lidas leidas",
    "recommend": "recommend recommended recommendation recommendations recirc recirculation picks pick editors "
    "featured feature also suggested highlights highlight onward crosslink",
    "latest": "latest recent newest breaking live ticker newsflash flash recientes ultimas",
    "card": "card teaser story item post entry media tile promoitem package stream feed listing result teasers cards "
    "articleitem newsitem block",
    "title": "title headline heading hed header-text titel titulo titre headlines caption-title tit ttl",
    "kicker": "kicker category cat eyebrow section label overline rubric topline roofline spitzmarke channel flag "
    "subject slug dachzeile supertitle surtitle kick sec tagline",
    "deck": "deck dek description desc summary excerpt abstract intro standfirst lead snippet subtitle subline text "
    "blurb subhead synopsis",
    "account": "login subscribe subscription newsletter signup signin register account paywall donate join "
    "membership premium",
    "sidebar": "sidebar rail right-rail aside secondary column rightcol sidecol side",
    "body": "body content articlebody entry-content richtext wysiwyg story-body article-body paragraph prose",
    "gallery": "gallery video videos photo photos slideshow carousel slider swiper slide playlist podcast",
    "next": "next prev previous pagination pager nextprev siblings adjacent",
    "shop": "shop deal deals coupon product products buy price store affiliate commerce job jobs event events "
    "course quiz",
    "time": "time date timestamp published datetime ago pubdate dateline",
    "inline": "inline embed embedded interlinking readalso inarticle in-article pullout insert",
    "more": "more seeall viewall loadmore readnext btn button cta",
    "list": "list lists ul grid row collection",
    "widget": "widget module box panel block container component tab tabs",
}  # fmt: skip
_LOOKUP = {word: BIT[name] for name, words in _WORDS.items() for word in words.split()}
#: Class names of text that only a screen reader speaks ("opens in a new tab", "category").
_SPOKEN = re.compile(
    r"sr-?only|screen-?reader|visually-?hidden|visuallyhidden|assistive|a11y|off-?screen", re.I
)
_SPLIT = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
_TAG_BITS = {
    "nav": BIT["nav"], "footer": BIT["footer"], "header": BIT["header"], "aside": BIT["aside"],
    "article": BIT["article"], "main": BIT["main"], "form": BIT["form"], "time": BIT["time"], "li": BIT["list"],
}  # fmt: skip


#: Beside the hints: the name is one for screen readers.
_QUIET = 1 << len(HINTS)
_ALL_HINTS = _QUIET - 1
#: One of these stands in each name that _SPOKEN fits; looking for them takes a tenth of the time.
_MAYBE_SPOKEN = ("only", "screen", "hidden", "assistive", "a11y")
_MOST_KNOWN = 50_000


def _read_word(word: str) -> int:
    """What a single word says."""
    return _LOOKUP.get(word.lower(), 0)


def _read_name(name: str) -> int:
    """What a single name says by the words in it."""
    low = name.lower()
    bits = 0
    for word in _MAYBE_SPOKEN:
        if word in low and _SPOKEN.search(name):
            bits = _QUIET
            break
    for word in _SPLIT.findall(name):
        bits |= _known_words[word]
    return bits


def _read_names(names: str | None) -> int:
    """What an attribute says by the names in it."""
    bits = 0
    if names:
        for name in names[:300].split():
            bits |= _known_names[name]
    return bits


_known_words, _known_names = Known(_read_word, _MOST_KNOWN), Known(_read_name, _MOST_KNOWN)
_known = Known(_read_names, _MOST_KNOWN)


def hints_of(names: str) -> int:
    """The hints that a ``class`` or ``id`` attribute gives, as bits of ``BIT``.

    Examples
    --------
    >>> hints_of("c-teaser__title mostRead") == BIT["card"] | BIT["title"] | BIT["popular"]
    True
    """
    return _known[names] & _ALL_HINTS


def read_marks(tree: Tree) -> tuple[list[int], list[int], bytearray]:
    """For each element the hints it gives itself, those of itself and all around it, and whether only screen
    readers speak it; texts have no hints, nor has what holds nothing and is no link.
    """
    known = _known
    own = [
        (known[values.get("class")] if "id" not in values and "style" not in values else _read(values))
        if values and (stop > after or "href" in values)
        else 0
        for after, (values, stop) in enumerate(zip(tree.attrs, tree.end, strict=True), 1)
    ]
    own[:1] = [0]
    if "body" in tree.tag:  # what <html> and <body> say is said of the whole page
        own[tree.tag.index("body")] = 0
    spoken = bytearray(len(own))
    if max(own) >= _QUIET:
        for node in [node for node, bits in enumerate(own) if bits >= _QUIET]:
            spoken[node] = 1
            own[node] &= _ALL_HINTS
    for node in compress(range(len(own)), map(_TAG_BITS.__contains__, tree.tag)):
        own[node] |= _TAG_BITS[tree.tag[node]]
    down = [0]
    for bits, above in zip(own[1:], tree.parent[1:], strict=True):
        down.append(bits | down[above])
    return own, down, spoken


def _read(values: dict[str, str | None]) -> int:
    """What the class and the id of an element say, and whether its style leaves it to screen readers."""
    bits = _known[values.get("class")] | _known[values.get("id")] & _ALL_HINTS
    style = values.get("style") or ""
    return bits | _QUIET if "clip" in style and "1px" in style else bits
