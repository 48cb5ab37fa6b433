"""What class names and ids hint at, in any site's spelling; hints, never proof.

Names are cut into pieces ("article-body__text", "articleBodyText" -> article, body, text), and each kind of hint is
one bit, so that what a block inherits from the elements around it is one number.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from toolkit.page.known import Known
from toolkit.page.tree import Tree

__all__ = ["HINTS", "OWN_TAGS", "bits_of", "find_hints"]

#: Kind of hint -> beginnings of pieces that give it; a piece with a dot must be met whole.
_WORDS = {
    "text": "text. body. content. contents. paragraph articlebody storybody articletext richtext prose. "
    "wysiwyg absatz fliess cuerpo texte. "
    "testo. copy. bodytext maincontent",
    "article": "article story. stories. post. posts. entry. entry- artikel articulo noticia nota. beitrag "
    "articolo news. haber. haberd",
    "comment": "comment disqus kommentar comentario commentaire reply replies discussion leserbrief "
    "reaction respond forum",
    "related": "relat recommend recirc readmore more. next. also. most. mostread popular trending latest "
    "teaser promo river carousel swiper slick "
    "slider tout rail. sidebar widget outbrain taboola card. cards. mehr weiter linklist list. listing. "
    "feed. loop. grid. newslist module. suggest "
    "empfehl beliebt meistgelesen ilgili",
    "ad": "ad. ads. adv. advert adslot adunit dfp. gpt. sponsor anzeige werbung publi. publicidad pub. "
    "affiliate commercial shopping deals. coupon "
    "banner reklam ligatus native. partner",
    "caption": "caption credit image. images. img. photo picture figure legend media. bild. "
    "bildunterschrift copyright thumb foto fotograf leyenda",
    "byline": "byline author autor auteur writer contributor bio. profile redakt reporter journalist yazar "
    "avatar",
    "date": "date. datetime dateline time. times. timestamp publish updated datum. fecha. datetime data. "
    "pubdate tarih",
    "meta": "meta. info. infos. details. detail. source. sources. quelle kicker eyebrow dachzeile overline "
    "category rubri label. labels. section.",
    "share": "share. sharing shares. social facebook twitter follow whatsapp tool. tools. toolbar action. "
    "actions. button buttons. btn print. bookmark "
    "like. teilen paylas",
    "chrome": "nav. navi navbar menu. menus. breadcrumb crumb. footer header masthead topbar sitemap logo "
    "search login signin account. topnav",
    "paywall": "newsletter subscri signup paywall regwall abo. abonn premium register cookie consent gdpr. "
    "privacy modal. popup overlay dialog donat "
    "piano. offer. offers. gate. barrier",
    "tags": "tag. tags. taglist tagcloud topic. topics. keyword themen schlagw etiket label. labels.",
    "deck": "deck. dek. summary standfirst subtitle subhead subheadline lead. lede. leadtext intro. "
    "introduction vorspann chapo chapeau sommario "
    "entradilla bajada ingress excerpt description desc. abstract spot. bullet bullets. highlights. "
    "keypoints takeaway teasertext subline untertitel",
    "title": "title. titles. headline headlines hed. titre titulo heading headings. uberschrift "
    "schlagzeile baslik",
    "video": "video videos. player gallery galerie slideshow audio podcast embed playlist iframe oembed "
    "tweet instagram youtube fotostrecke",
    "box": "box. boxes. aside. inset. factbox infobox pullquote inread inline callout highlight fact. "
    "facts. kasten disclaimer note. notes. correction "
    "widget",
    "hidden": "hidden. sr. visually screen screenreader invisible noprint hide. skip. offscreen none.",
    "live": "live. liveblog ticker timeline",
    "quote": "quote quotes. zitat. cita. blockquote",
}  # fmt: skip
HINTS = tuple(_WORDS)
_WHOLE: dict[str, int] = {}
_STEMS: dict[str, int] = {}
for _bit, _words in enumerate(_WORDS.values()):
    for _word in _words.split():
        if _word.endswith("."):
            _WHOLE[_word[:-1]] = _WHOLE.get(_word[:-1], 0) | 1 << _bit
        else:
            _STEMS[_word] = _STEMS.get(_word, 0) | 1 << _bit
_BY_START: dict[str, list[tuple[str, int]]] = {}  # no stem is shorter than three letters
for _word, _bit in _STEMS.items():
    _BY_START.setdefault(_word[:3], []).append((_word, _bit))
_PIECE = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")

#: Elements (and roles) that say what stands inside them; their bits follow those of the hints.
OWN_TAGS = (
    "article", "main", "aside", "footer", "header", "nav", "figure", "form", "list", "table", "blockquote",
    "noscript",
    "button", "figcaption", "address", "details",
)  # fmt: skip
_FIRST = len(HINTS)
_TAG_BITS = {name: 1 << (_FIRST + number) for number, name in enumerate(OWN_TAGS)}
_TAGS = {
    "article": "article", "main": "main", "aside": "aside", "footer": "footer", "header": "header", "nav": "nav",
    "figure": "figure", "form": "form", "select": "form", "label": "form", "fieldset": "form", "textarea": "form",
    "ul": "list", "ol": "list", "dl": "list", "menu": "nav", "table": "table", "blockquote": "blockquote",
    "noscript": "noscript", "template": "noscript", "button": "button", "figcaption": "figcaption",
    "address": "address", "details": "details", "dialog": "form",
}  # fmt: skip
_TAG_BIT = {tag: _TAG_BITS[name] for tag, name in _TAGS.items()}
_ROLES = {
    "complementary": "aside", "contentinfo": "footer", "banner": "header", "navigation": "nav", "dialog": "form",
    "main": "main", "article": "article", "menu": "nav", "search": "form", "button": "button",
}  # fmt: skip
_ROLE_BIT = {role: _TAG_BITS[name] for role, name in _ROLES.items()}


def bits_of(*names: str) -> int:
    """The bits of the named hints and elements together."""
    order = (*HINTS, *OWN_TAGS)
    return sum(1 << order.index(name) for name in names)


_MOST_KNOWN = 100_000


def _read_piece(piece: str) -> int:
    """What a single piece of a name says."""
    low = piece.lower()
    bits = _WHOLE.get(low, 0)
    for stem, said in _BY_START.get(low[:3], ()):
        if low.startswith(stem):
            bits |= said
    return bits


def _read_names(names: str) -> int:
    """What a single name, or all names of an attribute, say by the pieces in them."""
    bits = 0
    parts = names.split()
    if len(parts) > 1:
        for name in parts:
            bits |= _known[name]
    else:
        for piece in _PIECE.findall(names):
            bits |= _known_pieces[piece]
    return bits


_known_pieces, _known = Known(_read_piece, _MOST_KNOWN), Known(_read_names, _MOST_KNOWN)


def find_hints(
    tree: Tree, nodes: Iterable[int], around: Iterable[int] = ()
) -> tuple[dict[int, int], dict[int, int]]:
    """For ``nodes`` and all elements around them: the bits of their own hints, and of all around them too.

    Elements that hold one of ``around`` (the title, the text) are passed over, as are ``<html>`` and ``<body>``:
    their class names describe the page or the whole article ("comment" around title and text is a section of the
    paper; around what stands below the text, it is what readers wrote).
    """
    own: dict[int, int] = {0: 0, -1: 0}
    inherited: dict[int, int] = {0: 0, -1: 0}
    seen, parent, tag, attrs = tree.hints, tree.parent, tree.tag, tree.attrs
    for node in around:
        while node > 0:
            own[node] = inherited[node] = 0
            node = parent[node]
    for node in nodes:
        path = []
        while node not in inherited:
            path.append(node)
            node = parent[node]
        passed_on = inherited[node]
        while path:
            node = path.pop()
            bits = seen.get(node)
            if bits is None:
                bits = seen[node] = _own_bits(tag[node], attrs[node]) if parent[node] > 0 else 0
            own[node] = bits
            inherited[node] = passed_on = passed_on | bits
    return own, inherited


def _own_bits(tag: str, values: Mapping[str, str | None]) -> int:
    bits = _TAG_BIT.get(tag, 0)
    if values:
        name = values.get("class")
        if name:
            bits |= _known[name if len(name) < 200 else name[:200]]
        name = values.get("id")
        if name and len(name) < 60:
            bits |= _known[name]
        role = values.get("role")
        if role:
            bits |= _ROLE_BIT.get(role, 0)
    return bits
