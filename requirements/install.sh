#!/bin/sh
# Make .venv hold exactly what a lock file says, and this project.
#   requirements/install.sh run|dev [PYTHON]
# Does nothing if it does already. "run" is content with a "dev" environment.
set -eu
cd "$(dirname "$0")/.."
wanted=$1
python=${2:-python3.11}
if [ "$wanted" = run ] && [ -e .venv/.dev.stamp ]; then wanted=dev; fi
stamp=.venv/.$wanted.stamp
here=$(pwd -P)
state="$here $(cat pyproject.toml requirements/bootstrap.txt "requirements/$wanted.txt" | cksum)"
if [ "$(cat "$stamp" 2>/dev/null)" = "$state" ] && .venv/bin/python -c "" 2>/dev/null; then exit 0; fi

export PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_INPUT=1 UV_PYTHON_DOWNLOADS=never VIRTUAL_ENV="$here/.venv"
unset PYTHONPATH PYTHONHOME
say() { printf 'environment: %s\n' "$1" >&2; }
locked() { grep -c '^[A-Za-z0-9].*==' "$1"; }

usable() { .venv/bin/python -c "import pip, sys; sys.exit(sys.version_info[:2] != (3, 11))" 2>/dev/null; }
# One that was moved here from another folder still imports the project from there.
moved() { for old in .venv/.run.stamp .venv/.dev.stamp; do
    if [ -e "$old" ]; then case "$(cat "$old")" in "$here "*) ;; *) return 0 ;; esac; fi
done; return 1; }
if ! usable || moved; then
    command -v "$python" >/dev/null || { say "$python is not on the PATH: install Python 3.11"; exit 2; }
    say "making .venv with $("$python" --version)"
    "$python" -m venv --clear .venv || { say "venv failed: on Debian install python3.11-venv"; exit 2; }
fi
rm -f .venv/.run.stamp .venv/.dev.stamp
say "installing uv, which installs the rest"
.venv/bin/python -m pip install --quiet --require-hashes -r requirements/bootstrap.txt
say "installing the $(locked "requirements/$wanted.txt") packages of requirements/$wanted.txt (once; some minutes on a slow line)"
.venv/bin/python -m uv pip sync --quiet --require-hashes "requirements/$wanted.txt"
say "installing this project, editable"
.venv/bin/python -m uv pip install --quiet --offline --no-deps --no-build-isolation -e .
printf '%s\n' "$state" >"$stamp"
