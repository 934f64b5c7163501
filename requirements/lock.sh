#!/bin/sh
# Resolve the lock files from pyproject.toml: exact versions with hashes, no address of any index.
#   requirements/lock.sh [--upgrade]
set -eu
cd "$(dirname "$0")/.."
resolve() { # name, then where its requirements stand
    name=$1
    shift
    .venv/bin/python -m uv pip compile --quiet --universal --generate-hashes --no-emit-index-url \
        --python-version 3.11 --custom-compile-command "make lock" "$@" -o "requirements/$name.txt"
    echo "wrote requirements/$name.txt" >&2
}
resolve bootstrap --group pyproject.toml:bootstrap "$@"
resolve run pyproject.toml --group build "$@"
resolve dev pyproject.toml --group dev -c requirements/bootstrap.txt -c requirements/run.txt "$@"
