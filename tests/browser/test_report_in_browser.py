"""The report as a reader meets it: pictures show, tables sort, nothing is fetched, no smuggled script runs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.browser


@pytest.fixture
def page(browser: Any, hostile_report: Path) -> Any:
    browser.set_window_size(1100, 900)
    browser.get("about:blank")  # a page of another test, left open, may still be logging
    browser.get_log("browser")
    browser.get((hostile_report / "index.html").as_uri())
    return browser


def test_report_runs_no_smuggled_script_and_logs_no_error(page):
    assert page.execute_script("return window.hit === undefined")
    severe = [entry for entry in page.get_log("browser") if entry["level"] == "SEVERE"]
    assert severe == []


def test_report_shows_every_picture(page):
    sizes = page.execute_script("return Array.from(document.images).map(i => [i.naturalWidth, i.alt.length])")
    assert sizes
    assert all(width > 300 and alt > 20 for width, alt in sizes)


def test_report_fits_a_narrow_window(page):
    page.set_window_size(640, 900)
    assert page.execute_script("return document.documentElement.scrollWidth <= window.innerWidth")


def test_report_sorts_a_table_by_its_heading(page):
    column = (
        "const tables = Array.from(document.querySelectorAll('table.tk-sort'));"
        "const table = tables.find(t => t.tBodies[0].rows.length > 3 && t.querySelector('th.num'));"
        "const n = Array.from(table.tHead.rows[0].cells).findIndex(c => c.classList.contains('num'));"
        "const read = () => Array.from(table.tBodies[0].rows).map(r => parseFloat(r.cells[n].dataset.value));"
    )
    before, up, down = page.execute_script(
        column + "const before = read(); const button = table.tHead.rows[0].cells[n].querySelector('button');"
        "button.click(); const up = read(); button.click(); return [before, up, read()];"
    )
    assert up == sorted(before)
    assert down == sorted(before, reverse=True)


def test_report_follows_the_dark_theme(page):
    page.execute_cdp_cmd(
        "Emulation.setEmulatedMedia", {"features": [{"name": "prefers-color-scheme", "value": "dark"}]}
    )
    dark = page.execute_script("return getComputedStyle(document.body).backgroundColor")
    page.execute_cdp_cmd(
        "Emulation.setEmulatedMedia", {"features": [{"name": "prefers-color-scheme", "value": "light"}]}
    )
    assert dark != page.execute_script("return getComputedStyle(document.body).backgroundColor")
