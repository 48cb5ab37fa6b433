"""No script smuggled through a page's text runs anywhere: report, notebook views, SVG, exported pages."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

import toolkit
from browser.smuggled import PAYLOADS
from toolkit.page.ledger_view import view_ledger

pytestmark = pytest.mark.browser

#: The alarm: every way in which a script could show that it ran, and presses on all that can be pressed.
ALARM = (
    "window.hit = undefined;"
    "for (const f of ['alert', 'confirm', 'prompt', 'print']) window[f] = () => { window.hit = f; };"
)
PRESS = (
    "document.querySelectorAll('*').forEach(x => { for (const name of ['href', 'xlink:href', 'src', 'action'])"
    " if (/^\\s*javascript/i.test(x.getAttribute(name) || '')) window.hit = x.outerHTML.slice(0, 200); });"
    "document.querySelectorAll('details').forEach(d => { d.open = true; });"
    "document.querySelectorAll('button, input, select, [tabindex], [onfocus]').forEach(x => x.focus());"
    "document.querySelectorAll('*').forEach(x => { for (const a of x.attributes)"
    " if (/^on/i.test(a.name)) window.hit = x.outerHTML.slice(0, 200); });"
)


def visit(browser: Any, path: Path) -> None:
    browser.get("about:blank")
    script = browser.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": ALARM})
    browser.get(path.as_uri())
    browser.execute_script(PRESS)
    browser.execute_async_script("setTimeout(arguments[0], 400)")
    hit = browser.execute_script("return window.hit === undefined ? null : String(window.hit)")
    browser.execute_cdp_cmd("Page.removeScriptToEvaluateOnNewDocument", {"identifier": script["identifier"]})
    assert hit is None, f"{path.name}: {hit}"


def test_there_are_at_least_forty_kinds_and_each_reached_the_tables(hostile_report):
    assert len(set(PAYLOADS)) >= 40
    corpus = toolkit.open_corpus(hostile_report / "corpus")
    assert len(corpus.articles) >= 2.5 * len(PAYLOADS)
    printed = " ".join(corpus.placements["headline"])
    assert printed.count("window.hit") > 2 * len(PAYLOADS)
    for column in ("title", "body", "site", "section"):
        assert corpus.articles[column].fillna("").str.contains("window.hit").sum() > 20, column


def test_alarm_rings_where_scripts_do_run(browser, tmp_path):
    """Without this the tests below could pass for want of an alarm."""
    rung = 0
    for n, payload in enumerate(PAYLOADS):
        path = tmp_path / f"{n}.html"
        path.write_text(f"<!doctype html><meta charset=utf-8><body>{payload}", encoding="utf-8")
        try:
            visit(browser, path)
        except AssertionError:
            rung += 1
    assert rung >= 30


def test_report_runs_none_of_them_with_its_policy_and_without(browser, hostile_report, tmp_path):
    page = (hostile_report / "index.html").read_text(encoding="utf-8")
    visit(browser, hostile_report / "index.html")
    bare, n = re.subn(r"<meta http-equiv=\"Content-Security-Policy\"[^>]*>", "", page)
    assert n == 1
    (tmp_path / "bare.html").write_text(bare, encoding="utf-8")
    visit(browser, tmp_path / "bare.html")


def test_views_for_notebooks_run_none_of_them(browser, hostile_report, hostile_pages, tmp_path):
    corpus = toolkit.load(hostile_pages, ledger=True, progress=False, n_jobs=1)
    assert corpus.ledger is not None
    parts = [corpus._repr_html_()]
    for name in ("articles", "modules", "placements", "problems", "ledger"):
        parts.append(
            toolkit.show_table(
                getattr(corpus, name), f"<script>window.hit=1</script> {name}", rows=400
            )._repr_html_()
        )
    parts += [view_ledger(corpus.ledger, source)._repr_html_() for source in corpus.articles["source"]]
    pairs = toolkit.find_pairs(corpus.articles)
    assert len(pairs) > 40
    for before, after in zip(pairs["snapshot_before"], pairs["snapshot_after"], strict=True):
        view = toolkit.view_changes(corpus, before=before, after=after)
        parts.append(view._repr_html_())
    view.save(tmp_path / "changes.html")
    parts.append(toolkit.highlight_cues(corpus.placements["headline"].drop_duplicates())._repr_html_())
    page = tmp_path / "views.html"
    page.write_text(f"<!doctype html><meta charset='utf-8'><body>{''.join(parts)}", encoding="utf-8")
    visit(browser, page)
    visit(browser, tmp_path / "changes.html")


def test_charts_as_svg_run_none_of_them(browser, hostile_report, tmp_path):
    charts = sorted((hostile_report / "charts").glob("*.svg"))
    assert len(charts) >= 15
    inside = "".join(
        path.read_text(encoding="utf-8").split("?>", 1)[-1].split('.dtd">', 1)[-1] for path in charts
    )
    page = tmp_path / "charts.html"
    page.write_text(f"<!doctype html><meta charset='utf-8'><body>{inside}", encoding="utf-8")
    visit(browser, page)
    assert browser.execute_script("return document.querySelectorAll('svg[role=img]').length") == len(charts)
    for path in charts[:3]:
        visit(browser, path)
