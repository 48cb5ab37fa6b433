"""Invented saved pages that several tests share."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

STORIES = [
    "Council votes to keep the old harbour bridge open",
    "Bakery wins prize for a loaf that nobody wanted",
    "Why the river froze twice in a single winter",
    "Teachers ask for smaller classes before the autumn",
    "Railway line reopens after eleven years of repairs",
    "Three museums share one painting and one guard",
    "Farmers count the cost of a summer without rain",
    "Night buses return to the northern suburbs",
]
BODY = "".join(
    f"<p>Paragraph {n} of the article tells at some length what happened in the town, who was there, and what they "
    "said about it when they were asked on the following day.</p>"
    for n in range(6)
)

TEXT_PAGE = """Wednesday, April 2, 2025

Harbour Bridge Opens After Four Years

Ida Moreau Views

The mayor of Westhaven opened the new harbour bridge on Wednesday morning. Thousands of people walked across it before noon, and the council counted more than nine hundred bicycles in the first two hours.

Work on the bridge took four years and cost 212 million crowns, a third more than the council had planned when it chose the builder in the spring of 2021.

“We waited long enough,” said Tomas Beran, who runs a bakery on the east bank. He sold out before ten and sent his son to the mill for another hundred kilos of flour.

The old ferry will run until the end of the month. After that its two boats go to the museum, where visitors can board them at weekends, the harbour office said in a statement on Wednesday.

Comments0

Latest Stories

  • Council Votes to Keep the Night Ferry
  • Why Nobody Wants to Rent the Old Lighthouse
  • Three Schools Close Early Over Heating Fault

Most Read

  • 1
    Ten Bridges You Must Cross Once

    TRAVEL

  • 2
    Baker Sells Out Before Ten

    LOCAL
"""

HTML_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Harbour bridge opens | Westhaven Ledger</title>
<link rel="canonical" href="https://ledger.example/news/harbour-bridge-opens-4711">
<meta property="og:site_name" content="Westhaven Ledger">
<meta property="article:published_time" content="2025-04-02T08:30:00+02:00">
<meta name="author" content="Ida Moreau"></head>
<body><nav><ul><li><a href="/news">News</a></li><li><a href="/sport">Sport</a></li></ul></nav>
<main><article><h1>Harbour bridge opens</h1>
<p>The mayor of Westhaven opened the new harbour bridge on Wednesday morning.
Thousands of people walked across it.</p>
<p>Work on the bridge took four years and cost 212 million crowns, a third more than the council had planned.</p>
<p>“We waited long enough,” said Tomas Beran, who runs a bakery on the east bank. He sold out before ten.</p>
</article></main>
<aside><h2>Most read</h2><ol>
<li><a href="/travel/ten-bridges-you-must-cross-once-4702">Ten bridges you must cross once</a></li>
<li><a href="/news/council-votes-to-keep-the-night-ferry-4699">Council votes to keep the night ferry</a></li>
<li><a href="/news/why-nobody-wants-to-rent-the-old-lighthouse-4650">
Why nobody wants to rent the old lighthouse</a></li>
</ol></aside>
<footer><a href="/about">About us</a></footer></body></html>
"""
