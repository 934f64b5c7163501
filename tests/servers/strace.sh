#!/bin/sh
# Run a command where strace is, which Debian's package brings if it is missing.
set -eu

if ! command -v strace >/dev/null; then
    [ "$(id -u)" = 0 ] || { echo "no strace here: apt-get install strace" >&2; exit 2; }
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends strace >/dev/null
fi
# One in so many of the points; all by default.
OPTOUT_FAULTS="${OPTOUT_FAULTS:-1}" "$@"
