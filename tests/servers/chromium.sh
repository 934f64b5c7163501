#!/bin/sh
# Run a command where Chromium is, which Debian's package brings if it is missing.
set -eu

if ! command -v chromium >/dev/null; then
    [ "$(id -u)" = 0 ] || { echo "no Chromium here: apt-get install chromium" >&2; exit 2; }
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium >/dev/null
fi
OPTOUT_BROWSER=chromium "$@"
