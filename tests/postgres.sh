#!/usr/bin/env bash
# A throw-away PostgreSQL for tests and measurements: a Unix socket in a temporary folder, no TCP, gone afterwards.
#
#   tests/postgres.sh with COMMAND…    starts one, runs the command with DATABASE_URL set, always stops it
#   tests/postgres.sh start FOLDER     starts one in FOLDER (made if needed) and prints its DATABASE_URL
#   tests/postgres.sh stop FOLDER      stops it and removes FOLDER
#
# FSYNC=on keeps the durability of a real server (measurements); tests do without. PostgreSQL refuses to run as root, so root
# hands it to the user `postgres`.
set -euo pipefail

fail() {
    echo "tests/postgres.sh: $*" >&2
    exit 1
}

folder_of_programs() {
    local found
    for found in $(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -Vr) "$(dirname "$(command -v initdb || echo /none/initdb)")"; do
        if [[ -x $found/initdb && -x $found/pg_ctl ]]; then
            echo "$found"
            return
        fi
    done
    fail "PostgreSQL is not installed. Type: apt-get install --no-install-recommends postgresql"
}

as_owner() {
    local -a clean=(env -i "PATH=$PROGRAMS:/usr/bin:/bin" LC_ALL=C.UTF-8)
    if [[ $(id -u) -eq 0 ]]; then
        setpriv --reuid=postgres --regid=postgres --init-groups "${clean[@]}" "$@"
    else
        "${clean[@]}" "$@"
    fi
}

start() {
    local folder=$1 fsync=${FSYNC:-off}
    [[ $fsync == on || $fsync == off ]] || fail "FSYNC is '$fsync': write on or off"
    mkdir -p "$folder"
    if [[ $(id -u) -eq 0 ]]; then
        chown postgres: "$folder"
    fi
    cd "$folder" # a folder that the user postgres may enter
    as_owner initdb -D "$folder/data" -U baquiano -A trust -E UTF8 --locale=C.UTF-8 --no-sync >/dev/null
    as_owner pg_ctl -D "$folder/data" -w -s -l "$folder/log" -o "-c listen_addresses='' -c unix_socket_directories='$folder' \
        -c fsync=$fsync -c synchronous_commit=$fsync -c full_page_writes=$fsync -c max_connections=60" start >&2 ||
        fail "PostgreSQL did not start: $(tail -n 3 "$folder/log" 2>/dev/null)"
    echo "postgresql://baquiano@/postgres?host=$folder"
}

stop() {
    local folder=$1
    [[ -f $folder/data/PG_VERSION ]] || fail "there is no PostgreSQL in $folder"
    cd "$folder"
    as_owner pg_ctl -D "$folder/data" -m immediate -s stop >&2 || true
    cd /
    rm -rf "$folder"
}

with() {
    local folder here=$PWD outcome=0
    folder=$(mktemp -d /tmp/baquiano-postgres-XXXXXX)
    trap 'stop "$folder" 2>/dev/null || rm -rf "$folder"' EXIT
    trap 'exit 130' INT TERM
    DATABASE_URL=$(start "$folder")
    export DATABASE_URL
    cd "$here"
    "$@" || outcome=$?
    exit "$outcome"
}

[[ $# -ge 2 ]] || fail "say what to do: with COMMAND…, start FOLDER or stop FOLDER"
PROGRAMS=$(folder_of_programs)
case $1 in
with) shift && with "$@" ;;
start) start "$(realpath -m "$2")" ;;
stop) stop "$(realpath "$2")" ;;
*) fail "'$1' is none of with, start, stop" ;;
esac
