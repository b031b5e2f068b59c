#!/bin/sh
# Remakes both lock files from pyproject.toml: every version and every hash, for Linux on x86_64 and aarch64, Python 3.11 to 3.13.
# requirements.lock is what runs; requirements-dev.lock is the same versions and what tests and checks need.
# "tools/lock.sh --upgrade" also takes newer versions within pyproject.toml's bounds.
set -eu
cd "$(dirname "$0")/.."

env=build/lock-env
[ -x "$env/bin/uv" ] || { .venv/bin/python -m venv "$env" && "$env/bin/pip" install --quiet uv; }

compile() {
    "$env/bin/uv" pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate \
        --custom-compile-command "make lock" "$@" pyproject.toml
}
compile "$@" --extra build --output-file requirements.lock
compile "$@" --extra build --extra dev --constraint requirements.lock --output-file requirements-dev.lock
grep -c '^[a-z0-9].*==' requirements.lock requirements-dev.lock
