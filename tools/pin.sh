#!/bin/sh
# Renew requirements.txt: every package pinned with hashes, no download addresses, for all platforms and Pythons.
set -eu
bin=$1
"$bin/python" -m pip install --quiet uv
{
    echo "# Pinned versions with hashes, for every platform and Python >= 3.11; made by 'make pins'."
    "$bin/uv" pip compile pyproject.toml --quiet --universal --upgrade --python-version 3.11 \
        --extra dev --extra second-opinion --extra archives --extra cluster \
        --generate-hashes --no-emit-index-url --no-emit-find-links --no-annotate --no-header
} >requirements.txt.new
mv requirements.txt.new requirements.txt
{
    echo "# Pinned versions with hashes of what 'make docs' needs, in step with requirements.txt; made by 'make pins'."
    "$bin/uv" pip compile pyproject.toml --quiet --universal --python-version 3.11 --extra docs \
        --constraint requirements.txt \
        --generate-hashes --no-emit-index-url --no-emit-find-links --no-annotate --no-header
} >requirements.docs.new
mv requirements.docs.new docs/requirements.txt
