#!/bin/sh
# Run a command with a PostgreSQL server of its own, as an unprivileged user, in a folder that is removed.
#   tests/servers/postgresql.sh COMMAND [ARGUMENT...]
# The command finds the server's URL in OPTOUT_POSTGRESQL. Installs Debian's packages where they are missing.
set -eu

newest() { ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -n 1; }
as_owner() { if [ "$(id -u)" = 0 ]; then runuser -u postgres -- "$@"; else "$@"; fi; }
say() { printf 'postgresql: %s\n' "$1" >&2; }

if [ -z "$(newest)" ] || ! [ -x "$(newest)/initdb" ]; then
    say "installing Debian's postgresql packages"
    [ "$(id -u)" = 0 ] || { say "no PostgreSQL 15 or later here: apt-get install postgresql"; exit 2; }
    # Without the cluster that the package would make and start.
    mkdir -p /etc/postgresql-common
    [ -e /etc/postgresql-common/createcluster.conf ] ||
        echo 'create_main_cluster = false' >/etc/postgresql-common/createcluster.conf
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends postgresql >/dev/null
fi
programs=$(newest)
folder=$(mktemp -d)
stop() {
    status=$?
    as_owner "$programs/pg_ctl" -D "$folder/db" -m fast stop >/dev/null 2>&1 || true
    rm -rf "$folder"
    exit "$status"
}
trap stop EXIT
trap 'exit 130' INT TERM
if [ "$(id -u)" = 0 ]; then chown postgres "$folder"; fi
chmod 700 "$folder"
cd "$folder"
as_owner "$programs/initdb" -D "$folder/db" -A trust -U postgres -E UTF8 --no-sync --locale=C >/dev/null
# No TCP port: nobody else on the machine is in the way, and nobody can reach it.
as_owner "$programs/pg_ctl" -D "$folder/db" -w -l "$folder/log" \
    -o "-c listen_addresses= -c unix_socket_directories=$folder -c max_connections=60" start >/dev/null || {
    cat "$folder/log" >&2
    exit 1
}
if [ "$(id -u)" = 0 ]; then chmod 755 "$folder"; fi
cd "$OLDPWD"
say "$("$programs/postgres" --version)"
OPTOUT_POSTGRESQL="postgresql://postgres@/postgres?host=$folder" "$@"
