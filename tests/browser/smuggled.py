"""Forty-odd ways to smuggle a script into text, and saved pages that print them wherever a page prints text."""

from __future__ import annotations

import html
from pathlib import Path

#: Each sets window.hit or calls alert where it runs.
PAYLOADS = [
    "<script>window.hit=1</script>",
    "<ScRiPt>window.hit=1</sCrIpT>",
    "<script src=data:text/javascript,window.hit=1></script>",
    "<script type=module>window.hit=1</script>",
    "</script><script>window.hit=1</script>",
    "</style><script>window.hit=1</script>",
    "</title><script>window.hit=1</script>",
    "</textarea><script>window.hit=1</script>",
    "</td></tr></table><script>window.hit=1</script>",
    "</pre></code></details><script>window.hit=1</script>",
    "--><script>window.hit=1</script><!--",
    "]]><script>window.hit=1</script>",
    "<img src=x onerror=window.hit=1>",
    "<IMG SRC=x OnErRoR=window.hit=1>",
    "<img/src=x/onerror=window.hit=1>",
    "\"><img src=x onerror='window.hit=1'>",
    "'><img src=x onerror=\"window.hit=1\">",
    "' onmouseover='window.hit=1' autofocus onfocus='window.hit=1' x='",
    '" onmouseover="window.hit=1" autofocus onfocus="window.hit=1" x="',
    "` onfocus=window.hit=1 autofocus `",
    "<img src=x onerror=&#119;indow.hit=1>",
    "&lt;script&gt;window.hit=1&lt;/script&gt;",
    "&amp;lt;img src=x onerror=window.hit=1&amp;gt;",
    "<svg onload=window.hit=1>",
    "<svg><script>window.hit=1</script></svg>",
    "<svg><animate onbegin=window.hit=1 attributeName=x dur=1s>",
    "<svg><a xlink:href=javascript:window.hit=1><text y=20>x</text></a></svg>",
    "<svg><foreignObject><iframe srcdoc='<script>parent.hit=1</script>'></foreignObject></svg>",
    "<math><mi xlink:href=javascript:window.hit=1>x</mi></math>",
    "<iframe src=javascript:parent.hit=1></iframe>",
    "<iframe srcdoc='<script>parent.hit=1</script>'></iframe>",
    "<object data=javascript:window.hit=1></object>",
    "<embed src=javascript:window.hit=1>",
    "<body onload=window.hit=1>",
    "<details open ontoggle=window.hit=1>",
    "<video><source onerror=window.hit=1></video>",
    "<audio src=x onerror=window.hit=1>",
    "<input autofocus onfocus=window.hit=1>",
    "<select autofocus onfocus=window.hit=1>",
    "<marquee onstart=window.hit=1>x</marquee>",
    "<div style=animation-name:x onanimationstart=window.hit=1>",
    "<style>@keyframes x{}</style><b style=animation-name:x onanimationstart=window.hit=1>x</b>",
    "<link rel=stylesheet href=data:text/css,x onload=window.hit=1>",
    "<meta http-equiv=refresh content='0;url=javascript:window.hit=1'>",
    "<base href=javascript:window.hit=1//>",
    "<form action=javascript:window.hit=1><button autofocus>x</button></form>",
    "<a href=javascript:window.hit=1>press</a>",
    "[press](javascript:window.hit=1)",
    "![x](x \"onerror=window.hit=1\")<img src=x onerror=alert(1)>",
    "{{SECTIONS}}<script>window.hit=1</script>",
    "${window.hit=1}{{constructor.constructor('window.hit=1')()}}",
    "<noscript><p title='</noscript><img src=x onerror=window.hit=1>'>",
    "\u202e<script>window.hit=1</script>",
    "\uff1cscript\uff1ewindow.hit=1\uff1c/script\uff1e",
    "<script\n>window.hit=1</script\t>",
    "$\\href{javascript:window.hit=1}{x}$ \\(\\unicode{<img src=x onerror=window.hit=1>}\\)",
]  # fmt: skip

_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{bad} | The {bad} Ledger</title>
<link rel="canonical" href="https://ledger.example/news/{url}">
<meta property="og:site_name" content="The {bad} Ledger"><meta name="description" content="Deck {bad} of it">
<meta name="keywords" content="bridge, {bad}"><meta property="article:section" content="News {bad}">
<meta property="article:published_time" content="2025-04-02T08:30:00+02:00">
<meta name="author" content="Ida {bad} Moreau">
</head><body><main><article><h1>Harbour bridge opens {bad} at last, number {n}</h1>
<p class="byline">By Ida {bad} Moreau</p>
<p>The mayor of Westhaven opened the new bridge on Wednesday morning {bad}. Thousands of people walked across it.</p>
<p>Work on the bridge took four years and cost {cost} million crowns, a third more than the council had planned.</p>
<p>{bad} “We waited long enough,” said Tomas Beran, who runs a bakery on the east bank. He sold out before ten.</p>
</article></main>
<aside><h2>Most {bad} read</h2><ol>
<li><span class="kicker">Travel {bad}</span>
<a href="/travel/ten-bridges-{url}">Ten bridges you must cross {bad} once</a></li>
<li><a href="javascript:window.hit=1">Council votes to keep the {bad} night ferry</a></li>
<li><a href="/news/why-nobody-4650?q={url}">Why nobody wants to rent the old lighthouse {bad} today</a>
<p class="summary">The keeper {bad} says so.</p></li></ol></aside></body></html>
"""


def write_pages(folder: Path) -> int:
    """Two saved pages (two captures of one article) and one as text for each payload; how many payloads."""
    for n, payload in enumerate(PAYLOADS):
        for day, cost in ((1, 212), (2, 213)):
            values = {"bad": html.escape(payload), "n": n, "cost": cost, "url": f"{n}-{html.escape(payload)}"}
            page = _PAGE.format(**values)
            name = f"p{n:02}.202504{day + n % 9:02}080000.html"
            (folder / name).write_text(page, encoding="utf-8")
        text = " ".join(payload.split())
        lines = [
            f"Harbour bridge opens {text} at last", "", f"Ida {text} Moreau", "",
            f"The mayor opened the new bridge on Wednesday morning {text}. Thousands of people walked across it.", "",
            "Work on the bridge took four years and cost 212 million crowns, a third more than was planned.", "",
            "Most Read", "", f"Ten bridges you must cross {text} once", "", f"TRAVEL {text}", "",
            f"Baker sells out before ten {text}", "",
        ]  # fmt: skip
        (folder / f"t{n:02}.20250420080000.txt").write_text("\n".join(lines), encoding="utf-8")
    return len(PAYLOADS)
