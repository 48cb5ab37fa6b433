"""The first minutes: what is missing is named, with what to do about it."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from pages import ROOT

pytestmark = pytest.mark.skipif(
    sys.platform == "win32" or shutil.which("sh") is None, reason="no shell on this machine"
)

#: A Python as it may be found: its version, whether it has venv, and what its pip says when it fails.
_FAKE = """#!/bin/sh
case "$*" in
    *version_info*3,\\ 11*) exit {old};;
    *version_info*) echo 3.12;;
    *"import venv"*) exit {bare};;
    --version) echo "Python {version}";;
    "-m venv"*) mkdir -p "$4/bin" && cp "$0" "$4/bin/python";;
    "-m pip --version") test "$(basename "$(dirname "$0")")" = bin && echo "pip 23.2";;
    "-m pip install"*) echo "{says}"; exit 1;;
esac
"""


def set_up(folder: Path, *, python: str | None = None, **kind: object) -> tuple[int, str]:
    values = {"old": 0, "bare": 0, "version": "3.12.1", "says": "", **kind}
    fake = folder / "fake-python"
    fake.write_text(_FAKE.format(**values), encoding="utf-8")
    fake.chmod(0o755)
    command = ["sh", str(ROOT / "tools" / "setup.sh"), str(fake) if python is None else python, "env"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=60)
    return done.returncode, done.stderr


@pytest.mark.parametrize("python", ["", "no-such-python"])
def test_setup_says_so_when_there_is_no_python(tmp_path, python):
    code, told = set_up(tmp_path, python=python)
    assert code == 1
    assert told.startswith("No Python found. Install Python 3.11 or later")


def test_setup_says_so_when_python_is_too_old(tmp_path):
    code, told = set_up(tmp_path, old=1, version="3.9.2")
    assert code == 1
    assert told.splitlines()[0] == "Python 3.9.2 is too old: Python 3.11 or later is needed."
    assert "make PYTHON=python3.12" in told


def test_setup_names_the_package_when_venv_is_missing(tmp_path):
    code, told = set_up(tmp_path, bare=1)
    assert code == 1
    assert told.rstrip().endswith("On Debian and Ubuntu: apt-get install python3.12-venv")


@pytest.mark.parametrize(
    ("says", "advice"),
    [
        ("NewConnectionError: Temporary failure in name resolution", "pip reaches no network"),
        ("OSError: [Errno 28] No space left on device", "The disk is full"),
        ("ERROR: THESE PACKAGES DO NOT MATCH THE HASHES", "not what was pinned"),
        ("no such option: --require-hashes", "This pip is too old"),
    ],
)
def test_setup_says_what_to_do_when_packages_cannot_be_installed(tmp_path, says, advice):
    code, told = set_up(tmp_path, says=says)
    assert code == 1
    assert says in told and advice in told
    assert told.rstrip().endswith("the whole log: env/install.log. When it is mended, run make again.")
