"""Files that no careful reader may stumble over: empty, binary, cut off, without an article, in other encodings."""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass

from sitegen.dice import Dice
from sitegen.source import FICTION, SITE


@dataclass(frozen=True)
class GuestPage:
    """A short page in another language and encoding, by an edition of its own; its time is not known."""

    file: str
    url: str
    site: str
    language: str
    charset: str
    declared: str
    title: str
    author: str
    published: str
    section: str
    label: str
    kind: str
    headlines: tuple[str, ...]
    paragraphs: tuple[str, ...]


GUESTS = (
    GuestPage(
        file="euckr_dried-persimmon.html",
        url="https://ko.lantern.example/life/41207",
        site="매로비 등불",
        language="ko",
        charset="euc-kr",
        declared="euc-kr",
        title="엘로강 하구 마을, 곶감 축제에 사흘간 2만 명",
        author="한가람",
        published="2025-01-11T09:00:00Z",
        section="생활",
        label="많이 본 뉴스",
        kind="popular",
        headlines=(
            "전차 노선 확정, 솔트팬스 주민들 반응은",
            "등대지기의 첫 소설이 문학상을 받기까지",
            "이 방법 하나면 난방비가 절반? 직접 해 봤습니다",
        ),
        paragraphs=(
            "엘로강 하구의 작은 마을 케터비가 지난 주말 주황빛이 됐다. 여섯 번째 곶감 축제에 2만 명이 왔다.",
            "주민 340명이 가을부터 깎아 말린 감은 모두 9만 개. 위원장 노은결 씨는 “비가 적어 맛이 깊어졌다”고 했다.",
            "축제 수익금은 마을 도서관 지붕을 고치는 데 쓰인다. 내년부터는 강 건너에 주차장을 두고 나룻배를 띄운다.",
        ),
    ),
    GuestPage(
        file="sjis_night-ferry.html",
        url="https://ja.lantern.example/travel/5530",
        site="マロビー灯火新聞",
        language="ja",
        charset="shift_jis",
        declared="utf-8",
        title="夜行フェリー、三十年ぶりに復活へ",
        author="水無月 遥",
        published="2025-03-22T06:00:00Z",
        section="旅",
        label="最新ニュース",
        kind="latest",
        headlines=(
            "川に戻ったサケ、今年は十七匹を確認",
            "パン屋の株式上場、行列は続くか",
            "知らないと損する港の朝市の歩き方",
        ),
        paragraphs=(
            "マロビー港とブレン島を結ぶ夜行フェリーが、来年の春に三十年ぶりに復活する。週に三便を運航する計画だ。",
            "港湾会社によると、片道の運賃は四十八クラウンからで、定員は二百十人。島の朝市に合わせて六時に着く。",
            "島で宿を営む笹舟しおりさんは「朝一番の霧を見てもらえるのがうれしい」と話した。予約は十月から始まる。",
        ),
    ),
)


def render_guest(page: GuestPage) -> bytes:
    """A guest page in its own encoding, with the declaration it makes."""
    stem = page.url.rsplit("/", 1)[0]
    rows = "\n".join(
        f'<li><a href="{stem}/{n}01">{line}</a></li>' for n, line in enumerate(page.headlines, 1)
    )
    body = "\n".join(f"<p>{paragraph}</p>" for paragraph in page.paragraphs)
    return f"""<!DOCTYPE html>
<html lang="{page.language}">
<head>
<meta charset="{page.declared}">
<title>{page.title} | {page.site}</title>
<meta property="og:type" content="article">
<meta property="og:site_name" content="{page.site}">
<meta property="og:title" content="{page.title}">
<meta property="article:published_time" content="{page.published}">
<meta property="article:section" content="{page.section}">
<meta name="author" content="{page.author}">
<link rel="canonical" href="{page.url}">
</head>
<body>
<header><a href="/">{page.site}</a></header>
<article>
<h1>{page.title}</h1>
<div class="byline"><span class="author">{page.author}</span> <time datetime="{page.published}">{page.published[:10]}</time></div>
<div class="article-body">
{body}
</div>
</article>
<aside>
<section class="widget">
<h2>{page.label}</h2>
<ol>
{rows}
</ol>
</section>
</aside>
<footer><p>2025 {SITE}. {FICTION}</p></footer>
</body>
</html>
""".encode(page.charset)  # noqa: E501 - one line of markup


def store_gzip(content: bytes) -> bytes:
    """``content`` as gzip without compression.

    Compressed bytes differ between versions of zlib; stored ones are the same everywhere.
    """
    head = b"\x1f\x8b\x08\x00" + struct.pack("<I", 0) + b"\x00\xff"
    blocks = [content[start : start + 65535] for start in range(0, len(content), 65535)] or [b""]
    data = b""
    for place, block in enumerate(blocks):
        last = place == len(blocks) - 1
        data += struct.pack("<BHH", last, len(block), len(block) ^ 0xFFFF) + block
    return head + data + struct.pack("<II", zlib.crc32(content), len(content) & 0xFFFFFFFF)


NOT_FOUND = f"""<!DOCTYPE html>
<html lang="en">
<head><meta charset="utf-8"><title>Page not found | {SITE}</title></head>
<body>
<header><a href="/">{SITE}</a></header>
<p>Error 404</p>
<form action="/search"><input name="q"><button>Search</button></form>
<footer><p>{FICTION}</p></footer>
</body>
</html>
"""

LOGIN_WALL = f"""Log in

Email

Password

Forgot your password?

© 2025 {SITE}. {FICTION}"""


def damaged_files(a_page: bytes, its_name: str) -> dict[str, tuple[bytes, str, str]]:
    """File name -> content, expected reason, remark. ``a_page`` is a sound page to cut off and to copy."""
    noise = Dice("noise").bytes(3000)
    picture = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00" + noise + b"\xff\xd9"
    return {
        "empty.txt": (b"", "empty", "a file of no bytes"),
        "blank.html": (b" \n\n\t\n", "empty", "nothing but white space"),
        "picture.html": (picture, "binary", "starts like a JPEG, goes on with noise"),
        "cut-off.html.gz": (store_gzip(a_page)[: len(a_page) // 3], "truncated", "gzip that ends too early"),
        "not-found.html": (NOT_FOUND.encode(), "no_article", "an error page"),
        "log-in.txt": (LOGIN_WALL.encode(), "no_article", "a form to log in"),
        "zz-copy-of-a-page.html": (a_page, "duplicate_file", f"the same bytes as {its_name}"),
    }
