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
# what an interrupted set-up left behind has no pip, and is made anew
"$venv/bin/python" -m pip --version >/dev/null 2>&1 || "$python" -m venv --clear "$venv"
log="$venv/install.log"
if ! "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --require-hashes \
        -r requirements.txt >"$log" 2>&1 ||
   ! "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation \
        --editable . >>"$log" 2>&1; then
    tail -n 15 "$log" >&2
    if grep -qiE 'name resolution|connection|timed out|unreachable|proxy|SSL' "$log"; then
        echo "The packages could not be fetched: pip reaches no network (or a proxy or certificate is in its way)." >&2
        echo "Behind a proxy: make HTTPS_PROXY=http://proxy:port ... Without any network: fill a folder elsewhere with" >&2
        echo "'pip download -r requirements.txt -d wheels', bring it here, and set PIP_NO_INDEX=1 PIP_FIND_LINKS=wheels." >&2
    elif grep -qiE 'no space left|disk quota' "$log"; then
        echo "The disk is full: the packages take about 1 GB." >&2
    elif grep -qiE 'DO NOT MATCH THE HASHES' "$log"; then
        echo "A package is not what was pinned: a mirror changed it. Use another index (PIP_INDEX_URL)." >&2
    elif grep -qiE 'no such option|unknown option|invalid command|does not support|No matching distribution' "$log"; then
        echo "This pip is too old, or has no build of a package for this Python and system ($("$venv/bin/python" -m pip --version))." >&2
        echo "Renew it: $venv/bin/python -m pip install --upgrade pip; or take another Python: make PYTHON=python3.12" >&2
    fi
    echo "The packages could not be installed; the whole log: $log. When it is mended, run make again." >&2
    exit 1
fi
echo "Ready."
