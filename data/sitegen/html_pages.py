"""The HTML layout, before and after the redesign: one set of parts, two arrangements and two vocabularies."""

from __future__ import annotations

import json
from html import escape

from sitegen.desk import Printed, PrintedModule, Snapshot
from sitegen.dice import browser_date, dateline, iso, one_in, running_date
from sitegen.source import FICTION, HOST, SITE

SECTIONS = ("Local", "Business", "Technology", "Health", "Science", "Sport", "Culture", "Courts", "World")
#: Class names of the two designs: nothing but the words changes, as in many real redesigns.
CLASSES = {
    1: {"box": "widget", "title": "widget-title", "list": "widget-list", "link": "widget-link",
        "kicker": "kicker", "deck": "summary", "body": "article-body", "aside": "sidebar", "para": "p"},
    2: {"box": "rail-card", "title": "rail-card__heading", "list": "rail-card__items", "link": "rail-card__link",
        "kicker": "rail-card__label", "deck": "rail-card__dek", "body": "story__text", "aside": "rail",
        "para": "story__par"},
}  # fmt: skip
STYLE = (
    "body{font:17px/1.5 Georgia,serif;max-width:1100px;margin:auto}nav ul{display:flex;gap:1em;list-style:none}"
    ".mobile-only{display:none}@media(max-width:700px){.mobile-only{display:block}.desktop-only{display:none}}"
)
COMMENTS = (
    ("oldtown_meg", "I read this twice and I am still not sure who pays for it."),
    ("Ferrymans_Friend", "Good to see somebody asking. My neighbour said the same in spring."),
    ("kettle-on", "Could we have the figures for the other districts as well, please?"),
    ("J. Thistle", "Thank you for explaining it without shouting."),
)


def text(value: str) -> str:
    """``value`` safe between tags."""
    return escape(value, quote=False)


def render_html(page: Snapshot, charset: str = "utf-8", declared: str | None = None) -> bytes:
    """The page as bytes in ``charset``; ``declared`` is what it says about itself where that is wrong."""
    parts = [
        *_opening(page),
        _head(page, declared or charset),
        "<body>",
        _masthead(page),
        '<main id="content" class="layout">',
        _article(page),
        _aside(page),
        "</main>",
        _footer(page),
        "</body>\n</html>\n",
    ]
    return "\n".join(part for part in parts if part).encode(charset)


def _opening(page: Snapshot) -> list[str]:
    """Doctype and the comment that the saving program left."""
    if page.capture.naming == "comment":
        return [
            '<!DOCTYPE html> <html lang="en"><!--',
            f" Page saved with SingleFile \n url: {page.url} \n saved date: {browser_date(page.capture.time)}\n-->",
        ]
    return [
        f"<!DOCTYPE html>\n<!-- saved from url=({len(page.url):04d}){page.url} -->",
        '<html lang="en">',
    ]


def _head(page: Snapshot, charset: str) -> str:
    version, title = page.version, escape(page.version.title)
    data = {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "headline": version.title,
        "description": version.deck,
        "datePublished": iso(page.article.published),
        "dateModified": iso(page.modified),
        "author": [{"@type": "Person", "name": name} for name in version.authors],
        "publisher": {"@type": "NewsMediaOrganization", "name": SITE},
        "articleSection": page.section,
        "keywords": list(page.article.keywords),
        "mainEntityOfPage": page.url,
    }
    # "<" never stands raw inside a script element
    linked = json.dumps(data, ensure_ascii=False, indent=None).replace("<", "\\u003c")
    return f"""<head>
<meta charset="{charset}">
<title>{text(version.title)} | {SITE}</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="description" content="{escape(version.deck)}">
<meta name="author" content="{escape(", ".join(version.authors))}">
<meta name="keywords" content="{escape(", ".join(page.article.keywords))}">
<link rel="canonical" href="{page.url}">
<meta property="og:type" content="article">
<meta property="og:site_name" content="{SITE}">
<meta property="og:title" content="{title}">
<meta property="og:description" content="{escape(version.deck)}">
<meta property="og:url" content="{page.url}">
<meta property="og:image" content="https://{HOST}/img/{page.article.slug}.jpg">
<meta property="article:published_time" content="{iso(page.article.published)}">
<meta property="article:modified_time" content="{iso(page.modified)}">
<meta property="article:section" content="{page.section}">
<script type="application/ld+json">{linked}</script>
<style>{STYLE}</style>
</head>"""


def _masthead(page: Snapshot) -> str:
    links = "\n".join(f'<li><a href="/{name.lower()}">{name}</a></li>' for name in SECTIONS)
    menu = "\n".join(
        f'<li><a href="{item.url}">{text(item.headline)}</a></li>'
        for module in page.modules
        if module.list_name == "menu"
        for item in module.items
    )
    return f"""<header class="masthead">
<a class="skip" href="#content">Skip to content</a>
<div class="today">{running_date(page.capture.time)}</div>
<a class="logo" href="https://{HOST}/">{SITE}</a>
<nav class="main-nav" aria-label="Main">
<ul>
<li><a href="/">Home</a></li>
{links}
<li class="has-dropdown"><span>In Focus</span>
<ul class="dropdown">
{menu}
</ul></li>
</ul>
</nav>
<div class="account"><a href="/login">Log in</a> <a href="/subscribe">Subscribe</a></div>
</header>"""


def _article(page: Snapshot) -> str:
    names, version = CLASSES[page.capture.design], page.version
    by_name = {m.list_name: m for m in page.modules if m.duplicate_of is None}
    paragraphs = []
    for place, paragraph in enumerate(version.paragraphs):
        css = "" if names["para"] == "p" else f' class="{names["para"]}"'
        paragraphs.append(f"<p{css}>{text(paragraph)}</p>")
        if place == 1 and "inline" in by_name:
            item = by_name["inline"].items[0]
            paragraphs.append(
                f'<div class="read-also"><strong>{by_name["inline"].label}:</strong> '
                f'<a href="{item.url}">{text(item.headline)}</a></div>'
            )
    body = "\n".join(paragraphs)
    updated = ""
    if page.modified > page.article.published:
        updated = f' <span class="updated">Updated <time datetime="{iso(page.modified)}">'
        updated += f"{dateline(page.modified)}</time></span>"
    by = " and ".join(
        f'<a rel="author" href="/authors/{n.lower().replace(" ", "-")}">{n}</a>' for n in version.authors
    )
    tags = " ".join(
        f'<a rel="tag" href="/tag/{w.lower().replace(" ", "-")}">{text(w)}</a>' for w in page.article.keywords
    )
    below = [_box(page, by_name[name]) for name in _below(page) if name in by_name]
    return f"""<article class="story">
<div class="breadcrumb"><a href="/">Home</a> › <a href="/{page.section.lower()}">{page.section}</a></div>
<h1>{text(version.title)}</h1>
<p class="standfirst">{text(version.deck)}</p>
<div class="byline">By {by} <time datetime="{iso(page.article.published)}">{dateline(page.article.published)}</time>{updated}</div>
<div class="share"><a href="mailto:?subject=Read">Email</a> <button type="button">Copy link</button></div>
<figure><img src="/img/{page.article.slug}.jpg" alt=""><figcaption>Photograph: Lantern Photo</figcaption></figure>
<div class="{names["body"]}">
{body}
</div>
<div class="tags">{tags}</div>
</article>
{chr(10).join(below[:1])}
{_comments(page)}
{chr(10).join(below[1:])}"""  # noqa: E501 - one line of markup


def _below(page: Snapshot) -> tuple[str, ...]:
    """Modules that stand under the article, in page order; the rest stands in the sidebar."""
    return ("related", "next") if page.capture.design == 1 else ("related", "section", "sponsored", "next")


def _comments(page: Snapshot) -> str:
    chosen = [c for c in COMMENTS if one_in(page.article.slug + c[0], 0.4)]
    rows = "\n".join(
        f'<div class="comment"><b>{text(name)}</b> <p>{text(words)}</p> <a href="#reply">Reply</a></div>'
        for name, words in chosen
    )
    return f'<section class="comments"><h3>Comments ({len(chosen)})</h3>\n{rows}\n</section>'


def _aside(page: Snapshot) -> str:
    names = CLASSES[page.capture.design]
    below = {"menu", "inline", *_below(page)}
    side = [m for m in page.modules if m.list_name not in below]
    first = "\n".join(_box(page, m) for m in side if m.duplicate_of is None and m.list_name != "sponsored")
    partners = "\n".join(_box(page, m) for m in side if m.list_name == "sponsored")
    again = "\n".join(_box(page, m, "mobile-only") for m in side if m.duplicate_of is not None)
    letter = (
        '<div class="newsletter"><b>The Lantern at Six</b> <p>The day in Marrowby, by email, every evening.</p>'
        '<a href="/newsletters">Sign up</a></div>'
    )
    return f'<aside class="{names["aside"]}">\n{first}\n{letter}\n{partners}\n</aside>\n{again}'


def _box(page: Snapshot, module: PrintedModule, extra: str = "") -> str:
    """One module; numbered lists as ``ol``, the sponsored row with its advertisers' names."""
    names = CLASSES[page.capture.design]
    if module.list_name == "next":
        return _next(module, page)
    tag = "ol" if module.kind == "popular" else "ul"
    rows = "\n".join(f"<li>{_entry(item, names, module)}</li>" for item in module.items)
    css = " ".join(filter(None, (names["box"], f"{names['box']}--{module.list_name}", extra)))
    target = {"latest": "latest", "section": page.section.lower()}.get(module.list_name)
    more = f'\n<a class="more" href="/{target}">See all</a>' if target else ""
    return f"""<section class="{css}">
<h2 class="{names["title"]}">{text(module.label)}</h2>
<{tag} class="{names["list"]}">
{rows}
</{tag}>{more}
</section>"""


def _entry(item: Printed, names: dict[str, str], module: PrintedModule) -> str:
    kicker = f'<span class="{names["kicker"]}">{text(item.kicker)}</span> ' if item.kicker else ""
    deck = f'<p class="{names["deck"]}">{text(item.deck)}</p>' if item.deck else ""
    if module.list_name == "sponsored":
        return (
            f'<a rel="sponsored nofollow" target="_blank" href="{escape(item.url)}">{text(item.headline)}</a>'
            f' <span class="advertiser">{text(item.advertiser)}</span>'
        )
    # most lists link by path alone, as many sites do
    whole = module.list_name in ("related", "recommended")
    href = item.url if whole else item.url.removeprefix(f"https://{HOST}")
    return f'{kicker}<a class="{names["link"]}" href="{href}">{text(item.headline)}</a>{deck}'


def _next(module: PrintedModule, page: Snapshot) -> str:
    items = list(module.items)
    # an article without a successor yet has only a predecessor; the first article of all is never the last
    slots = ("prev", "next") if len(items) == 2 else ("prev",)
    words = {"prev": "Previous article", "next": "Next article"}
    rows = "\n".join(
        f'<div class="nav-{slot}"><span>{words[slot]}</span> <a rel="{slot}" href="{item.url}">'
        f"{text(item.headline)}</a></div>"
        for slot, item in zip(slots, items, strict=True)
    )
    return f'<nav class="post-navigation">\n{rows}\n</nav>'


def _footer(page: Snapshot) -> str:
    return f"""<footer class="footer">
<ul><li><a href="/about">About us</a></li><li><a href="/contact">Contact</a></li><li><a href="/privacy">Privacy</a></li><li><a href="/corrections">Corrections</a></li></ul>
<p>© {page.capture.time.year} {SITE}. {FICTION} Every name, place, figure and quotation on it is invented.</p>
</footer>"""  # noqa: E501 - one line of markup
