"""The report's page: the notebooks' words, tables and charts as one accessible HTML file with nothing to fetch."""

from __future__ import annotations

import base64
import hashlib
import html
import re
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

from toolkit.corpus import Corpus
from toolkit.files.folders import find_version
from toolkit.show import describe_window, show_corpus, show_table
from toolkit.words import plural

_HEADING = re.compile(r"<h([1-6])[^>]*>(.*?)</h\1>", re.S)
#: our own captions; what stands in them of the pages is escaped, and no such name leads out of the folder
_CAPTION = re.compile(r"<figcaption>.*?</figcaption>|<span class='tk-note'>.*?</span>", re.S)
_FILE = re.compile(r"\b(?:charts|tables)/\d\d_[a-z0-9_]+\.(?:png|svg|csv)\b")
_TAG = re.compile(r"<[^>]+>")


@dataclass(frozen=True, slots=True)
class Section:
    """One notebook as it ran."""

    name: str
    notebook: Any
    failure: str | None = None


def make_page(corpus: Corpus, sections: list[Section], folder: Path) -> str:
    """The whole page, self-contained: styles, scripts and pictures inside."""
    parts, contents = [], []
    for section in sections:
        title, body = _show_section(section)
        parts.append(f'<section id="{section.name}" aria-labelledby="{section.name}-title">{body}</section>')
        mark = " (failed)" if section.failure else ""
        contents.append(f'<li><a href="#{section.name}">{html.escape(title)}{mark}</a></li>')
    failures = "".join(f"<li>{html.escape(s.failure)}</li>" for s in sections if s.failure)
    alarm = (
        f'<div class="alarm" role="alert"><h2>What failed</h2><ul>{failures}</ul></div>' if failures else ""
    )
    many = len(corpus.problems) > max(5, 0.2 * len(corpus.articles))
    problems = _show_problems(corpus, warn=many)
    first, last = (problems, "") if many else ("", problems)
    counts = corpus.count()
    summary = (
        f"{plural(counts['snapshots'], 'snapshot')} of {plural(counts['articles'], 'article')}, "
        f"{plural(counts['placements'], 'headline')} printed in {plural(counts['modules'], 'module')}; "
        f"captured {describe_window(corpus.articles)}."
    )
    template = (resources.files("toolkit") / "report.html").read_text(encoding="utf-8")
    script = template[template.index("<script>") + len("<script>") : template.index("</script>")]
    fields = {
        # the page's policy lets this one script run and no other, whatever a headline may hold
        "SCRIPTHASH": base64.b64encode(hashlib.sha256(script.encode()).digest()).decode(),
        "SUMMARY": html.escape(summary),
        "CONTENTS": "".join(contents),
        "ALARM": alarm,
        "FIRST": first,
        "CORPUS": show_corpus(corpus),
        "SECTIONS": "".join(parts),
        "LAST": last,
        "FILES": _list_files(folder),
        "VERSION": html.escape(f"sidebar-toolkit {find_version()}"),
    }
    # one pass, so that text of the pages that looks like a field stays text
    return re.sub(r"\{\{([A-Z]+)\}\}", lambda match: fields[match.group(1)], template)


def _show_section(section: Section) -> tuple[str, str]:
    title, parts = section.name, []
    for cell in section.notebook.cells:
        if cell.cell_type == "markdown":
            text = _markdown(cell.source)
            found = _HEADING.search(text)
            if found and found.group(1) == "2" and title == section.name:
                title = html.unescape(_TAG.sub("", found.group(2))).strip()
                text = text.replace(found.group(0), f'<h2 id="{section.name}-title">{found.group(2)}</h2>', 1)
            parts.append(f'<div class="words">{text}</div>')
        elif cell.cell_type == "code":
            parts.append(_show_code(cell))
            parts += [_show_output(output) for output in cell.get("outputs", [])]
    if title == section.name:
        parts.insert(0, f'<h2 id="{section.name}-title">{html.escape(section.name)}</h2>')
    return title, "\n".join(part for part in parts if part)


def _markdown(source: str) -> str:
    """Our own notebooks' words; headings go one level down, below the page's only h1."""
    import mistune

    text = str(mistune.html(source))
    return _HEADING.sub(
        lambda m: f"<h{min(6, int(m.group(1)) + 1)}>{m.group(2)}</h{min(6, int(m.group(1)) + 1)}>", text
    )


def _show_code(cell: Any) -> str:
    tags = cell.metadata.get("tags", [])
    if "injected-parameters" in tags or not cell.source.strip():
        return ""
    name = "parameters" if "parameters" in tags else "code"
    code = html.escape(cell.source)
    return f"<details class='code'><summary>{name}</summary><pre><code>{code}</code></pre></details>"


def _show_output(output: Any) -> str:
    kind = output.output_type
    if kind == "stream":
        if output.name == "stderr":
            return ""
        return f"<pre class='out'>{html.escape(output.text)}</pre>"
    if kind == "error":
        return f"<pre class='out error'>{html.escape(output.ename)}: {html.escape(output.evalue)}</pre>"
    data = output.get("data", {})
    if "text/html" in data:
        return f"<div class='out'>{_link_files(data['text/html'])}</div>"
    if "image/png" in data:
        return f"<div class='out'><img alt='chart' src='data:image/png;base64,{data['image/png'].strip()}'></div>"
    if "text/markdown" in data:
        return f"<div class='words'>{_markdown(data['text/markdown'])}</div>"
    if "text/plain" in data:
        return f"<pre class='out'>{html.escape(data['text/plain'])}</pre>"
    return ""


def _link_files(page: str) -> str:
    """File names below charts and above tables as links to the files beside the report."""

    def link(match: re.Match[str]) -> str:
        return _FILE.sub(lambda name: f'<a href="{name.group(0)}">{name.group(0)}</a>', match.group(0))

    return _CAPTION.sub(link, page)


def _show_problems(corpus: Corpus, *, warn: bool) -> str:
    if corpus.problems.empty:
        return ""
    lead = (
        "<p>Many inputs have problems; read this before any number below.</p>"
        if warn
        else "<p>Inputs that could not be read as they stand. No number in this report hides one.</p>"
    )
    table = show_table(corpus.problems, "Problems, one row each", rows=200).html
    heading = '<h2 id="problems-title">Problems</h2>'
    return f'<section id="problems" aria-labelledby="problems-title">{heading}{lead}{table}</section>'


def _list_files(folder: Path) -> str:
    lines = []
    for name, words in (("charts", "Charts"), ("tables", "Tables"), ("notebooks", "Notebooks as run")):
        files = sorted(path for path in (folder / name).iterdir() if path.is_file())
        links = ", ".join(f'<a href="{name}/{html.escape(p.name)}">{html.escape(p.name)}</a>' for p in files)
        if links:
            lines.append(f"<h3>{words}</h3><p>{links}</p>")
    return "".join(lines)
