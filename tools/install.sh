#!/usr/bin/env bash
# Installs one lock file into the environment, every file checked against its hash, and shows how far it is.
#
#   tools/install.sh .venv run.lock
set -euo pipefail

venv=$1 lock=$2
total=$(grep -c '^[a-zA-Z0-9]' "$lock")
log=$(mktemp)
trap 'rm -f "$log"' EXIT
SECONDS=0

# pip's own words go to the log; what a person sees is one line that counts.
show() {
    local line name count=0
    while IFS= read -r line; do
        printf '%s\n' "$line" >>"$log"
        case $line in
        Collecting* | Processing*) # from an index, or from a folder of this machine
            count=$((count + 1))
            read -r _ name _ <<<"$line"
            name=${name##*/}
            name=${name%%[=-]*}
            if [[ -t 1 ]]; then
                printf '\r\033[K  %s: %d of at most %d: %s' "$lock" "$count" "$total" "$name"
            elif ((count % 10 == 0)); then
                printf '  %s: %d of at most %d\n' "$lock" "$count" "$total"
            fi
            ;;
        "Installing collected"*)
            if [[ -t 1 ]]; then
                printf '\r\033[K  %s: unpacking' "$lock"
            else
                printf '  %s: unpacking\n' "$lock"
            fi
            ;;
        esac
    done
    if [[ -t 1 ]]; then
        printf '\r\033[K'
    fi
}

if ! "$venv/bin/python" -m pip install --no-input --disable-pip-version-check --progress-bar off \
    --require-hashes -r "$lock" 2>&1 </dev/null | show; then
    tail -n 20 "$log" >&2
    exit 1
fi
printf '  %s: ready in %d s\n' "$lock" "$SECONDS"
