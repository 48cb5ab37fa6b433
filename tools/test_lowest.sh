#!/bin/sh
# The tests on the lowest versions that pyproject.toml allows, in an environment of their own.
set -eu
python=$1
venv=.venv-lowest
"$python" -m venv "$venv"
"$venv/bin/python" -m pip install --quiet uv
# the lower bounds of what we name ourselves; what those need in turn is taken as new as it comes
"$venv/bin/uv" pip install --quiet --python "$venv/bin/python" --resolution lowest-direct --editable .
"$venv/bin/uv" pip install --quiet --python "$venv/bin/python" pytest pytest-randomly pytest-xdist hypothesis statsmodels
"$venv/bin/python" -m pytest -n 2
