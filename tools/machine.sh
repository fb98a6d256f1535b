#!/usr/bin/env bash
# What must be on the machine before Python can install the rest. Installs what is missing when it may (root), else says the one
# line to type.
#
#   tools/machine.sh python                        a Python that can make its own environment
#   tools/machine.sh chromium postgresql gettext   what the tests, or the messages, need
set -euo pipefail

declare -A PACKAGES=(
    [python]="python3-venv"
    [chromium]="chromium fonts-liberation"
    [postgresql]="postgresql"
    [gettext]="gettext"
)

is_there() {
    case $1 in
    python) python3 -c 'import ensurepip, venv' 2>/dev/null ;;
    chromium) command -v chromium >/dev/null ;;
    postgresql) command -v initdb >/dev/null || ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 ;;
    gettext) command -v xgettext >/dev/null && command -v msgfmt >/dev/null ;;
    *) echo "tools/machine.sh does not know '$1'" >&2 && exit 2 ;;
    esac
}

if ! command -v python3 >/dev/null || ! python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
    echo "Baquiano needs Python 3.11 or newer as 'python3'; this is $(python3 --version 2>&1 || true)." >&2
    exit 1
fi

missing=()
for need in "$@"; do
    if ! is_there "$need"; then
        read -ra names <<<"${PACKAGES[$need]}"
        missing+=("${names[@]}")
    fi
done
if [[ ${#missing[@]} -eq 0 ]]; then
    exit 0
fi

if [[ $(id -u) -ne 0 ]] || ! command -v apt-get >/dev/null; then
    echo "This machine lacks: ${missing[*]}. Type this line, and then the same make again:" >&2
    echo "    sudo apt-get update && sudo apt-get install --no-install-recommends --yes ${missing[*]}" >&2
    exit 1
fi

SECONDS=0
log=$(mktemp)
trap 'rm -f "$log"' EXIT
echo "  installing on this machine: ${missing[*]} (apt-get) …"
if ! { apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends "${missing[@]}"; } >"$log" 2>&1 </dev/null; then
    tail -n 20 "$log" >&2
    exit 1
fi
echo "  installed in ${SECONDS} s"
