#!/bin/sh
# Sets up everything Duka needs below this folder: uv, two environments, and the console's assets.
# Nothing outside of the folder is touched. Each step is skipped while its lock file is unchanged.
set -eu
cd "$(dirname "$0")/.."
UV_VERSION=0.13.9
STAMPS=.duka/stamps
# Trust what the machine trusts: companies and sandboxes often have certificates of their own.
BUNDLE=/etc/ssl/certs/ca-certificates.crt
if [ -f "$BUNDLE" ]; then
    export PIP_CERT="${PIP_CERT:-$BUNDLE}" NODE_EXTRA_CA_CERTS="${NODE_EXTRA_CA_CERTS:-$BUNDLE}"
fi
export UV_SYSTEM_CERTS=true
mkdir -p "$STAMPS"

say() { printf '\033[1m%s\033[0m %s\n' "[setup]" "$*"; }

# The first working interpreter of a version: on the path, or where pyenv keeps its own.
find_python() {
    for candidate in "python$1" "$HOME"/.pyenv/versions/"$1"*/bin/python /opt/python/"$1"*/bin/python; do
        if "$candidate" -c "import sys; sys.exit(sys.version_info[:2] != tuple(map(int, '$1'.split('.'))))" 2>/dev/null; then
            "$candidate" -c 'import sys; print(sys.executable)'
            return
        fi
    done
    echo "$1" # uv downloads it
}

any_python() {
    for candidate in python3 /usr/bin/python3 python3.13 python3.12 "$HOME"/.pyenv/versions/3.*/bin/python python; do
        if "$candidate" -c 'import sys, venv; sys.exit(sys.version_info < (3, 8))' 2>/dev/null; then
            echo "$candidate"
            return
        fi
    done
    echo "Duka needs a Python 3.8 or newer to begin with; please install one." >&2
    exit 1
}

fresh() { [ -f "$STAMPS/$1" ] && [ "$(cat "$STAMPS/$1")" = "$2" ]; }
digest() { cat "$@" | cksum | tr ' ' '-'; }

if [ ! -x .tools/bin/uv ]; then
    say "uv $UV_VERSION (Python's package manager)"
    "$(any_python)" -m venv .tools
    .tools/bin/python -m pip install --quiet --disable-pip-version-check "uv==$UV_VERSION"
fi
UV="$PWD/.tools/bin/uv"

key=$(digest pyproject.toml uv.lock)
if ! fresh backend "$key" || [ ! -x .venv/bin/python ]; then
    say "the backend's environment (about half a minute the first time)"
    python=$(find_python 3.13)
    [ "$python" = 3.13 ] && other=$(find_python 3.12) && [ "$other" != 3.12 ] && python=$other
    "$UV" sync --frozen --quiet --python "$python"
    echo "$key" >"$STAMPS/backend"
fi

key=$(digest bot/pyproject.toml bot/uv.lock)
if ! fresh bot "$key" || [ ! -x bot/.venv/bin/python ]; then
    say "Rasa's environment (about a minute the first time)"
    (cd bot && "$UV" sync --frozen --quiet --python "$(find_python 3.10)")
    echo "$key" >"$STAMPS/bot"
fi

if [ -f package-lock.json ]; then
    key=$(digest package.json package-lock.json scripts/assets.py)
    if ! fresh assets "$key" || [ ! -d backend/console/static/vendor ] || [ ! -d backend/reports/fonts ]; then
        say "the console's style sheets and scripts, and the reports' fonts"
        .venv/bin/python scripts/assets.py
        echo "$key" >"$STAMPS/assets"
    fi
fi
