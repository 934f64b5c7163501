#!/bin/sh
# Make .venv hold exactly what a lock file says, and this project, editable.
#   requirements/install.sh run|dev [PYTHON]
# Does nothing, and needs no network, where that is so already. "run" is content with a "dev" environment.
set -eu
cd "$(dirname "$0")/.."
wanted=$1
python=${2:-python3.11}
here=$(pwd -P)
packages=.venv/.packages # which lock file the environment follows, and its checksum
project=.venv/.project   # from which folder the project is imported, and the checksum of its description
export PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_INPUT=1 UV_PYTHON_DOWNLOADS=never VIRTUAL_ENV="$here/.venv"
unset PYTHONPATH PYTHONHOME

say() { printf 'environment: %s\n' "$1" >&2; }
held() { cat "$1" 2>/dev/null || true; }
usable() { .venv/bin/python -c "import pip, sys; sys.exit(sys.version_info[:2] != (3, 11))" 2>/dev/null; }

if ! usable; then
    command -v "$python" >/dev/null || { say "$python is not on the PATH: install Python 3.11"; exit 2; }
    say "making .venv with $("$python" --version)"
    "$python" -m venv --clear .venv || { say "venv failed: on Debian install python3.11-venv"; exit 2; }
fi
case "$(held $packages)" in dev*) wanted=dev ;; esac
lock=requirements/$wanted.txt
locked="$wanted $(cat requirements/bootstrap.txt "$lock" | cksum)"
if [ "$(held $packages)" != "$locked" ]; then
    rm -f $packages $project
    say "installing uv, which installs the rest"
    .venv/bin/python -m pip install --quiet --require-hashes -r requirements/bootstrap.txt
    say "installing the $(grep -c '^[A-Za-z0-9].*==' "$lock") packages of $lock (once; minutes on a slow line)"
    # Compiled here, and not in each of the many processes where PYTHONDONTWRITEBYTECODE is set.
    .venv/bin/python -m uv pip sync --quiet --require-hashes --compile-bytecode "$lock"
    printf '%s\n' "$locked" >$packages
fi
described="$here $(cksum <pyproject.toml)"
if [ "$(held $project)" != "$described" ]; then
    say "installing this project, editable"
    .venv/bin/python -m uv pip install --quiet --offline --no-deps --no-build-isolation -e .
    printf '%s\n' "$described" >$project
fi
