#!/bin/sh
# Run a command where exiftool is, which Debian's package brings if it is missing.
set -eu

if ! command -v exiftool >/dev/null; then
    [ "$(id -u)" = 0 ] || { echo "no exiftool here: apt-get install libimage-exiftool-perl" >&2; exit 2; }
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends libimage-exiftool-perl >/dev/null
fi
"$@"
