"""The report by axe-core, in light and dark: nothing serious, nothing critical."""

from __future__ import annotations

from importlib import resources
from typing import Any

import pytest

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_report_has_no_serious_fault_for_people_with_disabilities(browser: Any, hostile_report, theme):
    browser.set_window_size(1100, 900)
    browser.get((hostile_report / "index.html").as_uri())
    browser.execute_cdp_cmd(
        "Emulation.setEmulatedMedia", {"features": [{"name": "prefers-color-scheme", "value": theme}]}
    )
    browser.execute_script((resources.files("axe_core_python") / "axe.min.js").read_text(encoding="utf-8"))
    browser.set_script_timeout(120)
    found = browser.execute_async_script(
        "const done = arguments[0]; axe.run(document, {resultTypes: ['violations']}).then(r => done(r.violations))"
    )
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": []})
    faults = [(f["impact"], f["id"], len(f["nodes"]), f["nodes"][0]["html"][:200]) for f in found]
    assert [fault for fault in faults if fault[0] in ("serious", "critical")] == []
