"""The notebooks as a newcomer runs them: `make lab`, open, Run > Run All Cells, and look."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pages import ROOT

from toolkit.new import make_project

pytestmark = pytest.mark.browser

NOTEBOOKS = sorted(path.name for path in (ROOT / "notebooks").glob("[0-9][0-9]_*.ipynb"))
TOKEN = "0123456789abcdef"
#: Seconds that one notebook may take.
LIMIT = 240
#: What the last notebook is trained on, as `toolkit new` writes it.
SAMPLE_LABELS = "../sample/labels.csv"
#: What a cell shows, read from the page: windowing is off, so that every cell is in it.
FACTS = """
const all = s => Array.from(document.querySelectorAll('.jp-NotebookPanel:not(.lm-mod-hidden) ' + s));
return {
  prompts: all('.jp-CodeCell .jp-InputPrompt').map(p => p.textContent.trim()),
  errors: all('.jp-OutputArea-output[data-mime-type="application/vnd.jupyter.error"]').map(o => o.textContent),
  warnings: all('.jp-OutputArea-output[data-mime-type="application/vnd.jupyter.stderr"]').map(o => o.textContent),
  images: all('figure img').map(i => [i.naturalWidth, i.alt.length]),
  captions: all('.jp-OutputArea-output caption').map(c => c.textContent),
  rows: all('table.tk-sort tbody tr').length,
  bars: all('.tk-progress').map(b => [b.dataset.done || '', b.textContent]),
  answers: all('.jp-OutputArea-output p > strong').map(s => s.textContent),
};
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    """A folder of one's own, as `toolkit new` makes it: nothing of the project's is written to.

    TOOLKIT_LAB_PAGES and TOOLKIT_LAB_LABELS name other pages and ratings than the sample's to try the notebooks on.
    """
    pages, labels = os.environ.get("TOOLKIT_LAB_PAGES"), os.environ.get("TOOLKIT_LAB_LABELS")
    made = make_project(tmp_path_factory.mktemp("lab") / "study", pages=pages or None)
    if labels:
        book = made / "notebooks" / "06_own_clickbait_labels.ipynb"
        text = book.read_text(encoding="utf-8")
        assert text.count(SAMPLE_LABELS) == 1
        book.write_text(text.replace(SAMPLE_LABELS, Path(labels).resolve().as_posix()), encoding="utf-8")
    return made


@pytest.fixture(scope="module")
def lab(folder, tmp_path_factory) -> Iterator[str]:
    """JupyterLab as `make lab` starts it, on a free port."""
    if not shutil.which("make") or not (ROOT / ".venv" / "bin" / "jupyter").exists():
        pytest.skip("no make, or no .venv of the project on this machine")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    settings = tmp_path_factory.mktemp("settings")
    tracker = settings / "@jupyterlab" / "notebook-extension" / "tracker.jupyterlab-settings"
    tracker.parent.mkdir(parents=True)
    tracker.write_text(json.dumps({"windowingMode": "none"}), encoding="utf-8")
    news = settings / "@jupyterlab" / "apputils-extension" / "notification.jupyterlab-settings"
    news.parent.mkdir(parents=True)
    news.write_text(json.dumps({"fetchNews": "false", "checkForUpdates": False}), encoding="utf-8")
    flags = f"--no-browser --port={port} --IdentityProvider.token={TOKEN} --allow-root --ServerApp.open_browser=False"
    # -o: the environment that runs this test is the one to try, however old its stamp is
    command = ["make", "-o", ".venv/.installed", "lab", f"LAB_DIR={folder}", f"LAB_FLAGS={flags}"]
    log = tmp_path_factory.mktemp("log") / "lab.txt"
    environment = {
        **os.environ, "JUPYTERLAB_SETTINGS_DIR": str(settings), "JUPYTERLAB_WORKSPACES_DIR": str(settings),
        "JUPYTER_CONFIG_DIR": str(settings), "OMP_NUM_THREADS": "1", "PYDEVD_DISABLE_FILE_VALIDATION": "1",
    }  # fmt: skip
    with log.open("wb") as out:
        process = subprocess.Popen(
            command, cwd=ROOT, stdout=out, stderr=out, env=environment, start_new_session=True
        )
        address = f"http://127.0.0.1:{port}"
        try:
            for _ in range(120):
                if process.poll() is not None:
                    pytest.fail(f"make lab ended: {log.read_text(encoding='utf-8')[-2000:]}")
                try:
                    urllib.request.urlopen(f"{address}/api?token={TOKEN}", timeout=2).close()
                    break
                except OSError:
                    time.sleep(0.5)
            else:
                pytest.fail("JupyterLab did not answer within a minute")
            yield address
        finally:
            os.killpg(process.pid, signal.SIGTERM)
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)


def wait(browser: Any, script: str, seconds: float, what: str) -> Any:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        found = browser.execute_script(script)
        if found:
            return found
        time.sleep(0.4)
    pytest.fail(f"waited {seconds:.0f} s for {what}")


def ask(lab: str, what: str) -> Any:
    with urllib.request.urlopen(f"{lab}/api/{what}?token={TOKEN}", timeout=10) as answer:
        return json.load(answer)


def choose_run_all(browser: Any) -> None:
    """Run > Run All Cells, in the menu."""
    for item in browser.find_elements("css selector", ".lm-MenuBar-item"):
        if item.text == "Run":
            item.click()
            break
    wait(browser, "return document.querySelector('li[data-command=\"runmenu:run-all\"]')", 10, "the Run menu")
    browser.find_element("css selector", 'li[data-command="runmenu:run-all"]').click()


def watch(browser: Any, seconds: float) -> list[str]:
    """The prompts, once the first cell has begun, or after so many seconds."""
    end = time.monotonic() + seconds
    prompts: list[str] = []
    while time.monotonic() < end:
        prompts = browser.execute_script(FACTS)["prompts"]
        if any(prompt != "[ ]:" for prompt in prompts):
            break
        time.sleep(0.4)
    return prompts


def run_all(browser: Any, lab: str, name: str) -> dict[str, Any]:
    """Open a notebook, choose Run > Run All Cells, and say what the page shows once all is done."""
    browser.set_window_size(1300, 1000)
    browser.get(f"{lab}/lab/tree/notebooks/{name}?token={TOKEN}&reset")
    ready = "return document.querySelectorAll('.jp-NotebookPanel .jp-CodeCell').length > 3"
    wait(browser, ready, 90, f"{name} to open")
    idle = "return !!document.querySelector('.jp-NotebookPanel .jp-Notebook-ExecutionIndicator[data-status=idle]')"
    wait(browser, idle, 90, "a kernel")
    for _ in range(60):  # the page says idle a while before its kernel can hear
        if any(
            s["kernel"]["execution_state"] == "idle" and s["kernel"]["connections"]
            for s in ask(lab, "sessions")
        ):
            break
        time.sleep(0.5)
    for _ in range(
        3
    ):  # what is sent to a kernel that is still connecting gets lost: press again, as people do
        choose_run_all(browser)
        started = [prompt for prompt in watch(browser, 12) if prompt != "[ ]:"]
        if started:
            break
    end = time.monotonic() + LIMIT
    while time.monotonic() < end:
        facts: dict[str, Any] = browser.execute_script(FACTS)
        if facts["errors"] or all(prompt.strip("[]:").isdigit() for prompt in facts["prompts"]):
            break
        time.sleep(0.5)
    time.sleep(0.5)  # the last pictures
    facts = browser.execute_script(FACTS)
    return facts


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_notebook_runs_by_run_all_without_error_or_warning(browser, lab, folder, name):
    own = "TOOLKIT_LAB_PAGES" in os.environ
    try:
        facts = run_all(browser, lab, name)
        pictures = os.environ.get("TOOLKIT_SCREENSHOTS")
        if pictures:
            browser.save_screenshot(str(Path(pictures) / f"{name}.png"))
        assert facts["errors"] == []
        assert facts["warnings"] == []
        assert facts["prompts"] == [f"[{n}]:" for n in range(1, len(facts["prompts"]) + 1)]
        assert all(width > 300 and alt > 40 for width, alt in facts["images"])
        charts = sorted(path.stem for path in (folder / "output" / "charts").glob(f"{name[:2]}_*.png"))
        assert len(facts["images"]) == len(charts) >= 1
        tables = sorted(path.stem for path in (folder / "output" / "tables").glob(f"{name[:2]}_*.csv"))
        assert len(facts["captions"]) >= len(tables) >= 1 or name.startswith("00")
        assert facts["rows"] > 5 or not tables
        # a few pages of one's own are read without a bar
        assert [done for done, _ in facts["bars"]] == ["yes"] * (0 if own and not facts["bars"] else 1)
        assert facts["answers"] and all(len(answer) > 30 for answer in facts["answers"])
    finally:  # its kernel holds half a gigabyte
        for session in ask(lab, "sessions"):
            stop = urllib.request.Request(
                f"{lab}/api/sessions/{session['id']}?token={TOKEN}", method="DELETE"
            )
            urllib.request.urlopen(stop, timeout=20).close()


def test_lab_leaves_the_shipped_notebooks_as_they_were(lab):
    for name in NOTEBOOKS:
        book = json.loads((ROOT / "notebooks" / name).read_text(encoding="utf-8"))
        assert all(not cell.get("outputs") for cell in book["cells"])
