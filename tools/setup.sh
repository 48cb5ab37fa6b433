#!/bin/sh
# Set up the virtual environment with the pinned versions; say what is missing instead of failing somewhere inside.
set -eu
python=$1
venv=$2

if [ -z "$python" ] || ! command -v "$python" >/dev/null 2>&1; then
    echo "No Python found. Install Python 3.11 or later, or name it: make PYTHON=/path/to/python3.12" >&2
    exit 1
fi
if ! "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
    echo "$("$python" --version 2>&1) is too old: Python 3.11 or later is needed." >&2
    echo "Install one and name it: make PYTHON=python3.12" >&2
    exit 1
fi
if ! "$python" -c 'import venv, ensurepip' 2>/dev/null; then
    version=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
    echo "$python lacks venv or ensurepip. On Debian and Ubuntu: apt-get install python$version-venv" >&2
    exit 1
fi
echo "Setting up $venv with $("$python" --version) (once; a minute or two) ..."
[ -x "$venv/bin/python" ] || "$python" -m venv "$venv"
log="$venv/install.log"
if ! "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --require-hashes \
        -r requirements.txt >"$log" 2>&1 ||
   ! "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation \
        --editable . >>"$log" 2>&1; then
    tail -n 15 "$log" >&2
    echo "The packages could not be installed (whole log: $log). Is there a network, and does pip reach it?" >&2
    exit 1
fi
echo "Ready."
