#!/bin/sh
# Makes this checkout able to run: system packages, .venv, and every Python package as the lock file pins it.
#
#   tools/setup.sh run    what the program needs
#   tools/setup.sh dev    that, and what tests and checks need
#
# A second start finds its stamp and costs under a second. NAPPAGE_SYSTEM_PACKAGES=no leaves the system's packages alone;
# NAPPAGE_PYTHON names the Python to take.
set -eu
cd "$(dirname "$0")/.."

what=${1:-dev}
case $what in
    run) lock=requirements.lock ;;
    dev) lock=requirements-dev.lock ;;
    *) echo "setup: say 'run' or 'dev', not '$what'" >&2; exit 2 ;;
esac

say() { printf 'setup: %s\n' "$*"; }

on_pi() { [ -r /proc/device-tree/model ] && tr -d '\0' </proc/device-tree/model | grep -q 'Raspberry Pi'; }

# ---- system packages
packages="git make python3-venv libgl1 libegl1 libgles2 libmtdev1 xclip xvfb xdotool"
if on_pi; then packages="$packages libgbm1 libdrm2 libudev1 python3-lgpio"; fi
if [ "$what" = dev ]; then packages="$packages poppler-utils systemd strace mbpoll libmodbus5"; fi

missing=""
if [ "${NAPPAGE_SYSTEM_PACKAGES:-yes}" = no ]; then
    :
elif command -v dpkg-query >/dev/null 2>&1; then
    for package in $packages; do
        state=$(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null) || state=absent
        [ "$state" = installed ] || missing="$missing $package"
    done
elif [ ! -f ".venv/.ready-$what" ]; then
    cat >&2 <<TEXT
setup: this is neither Debian nor Raspberry Pi OS, so nothing was installed.
       Please install what your system calls these Debian packages:
           $packages
       and start again with NAPPAGE_SYSTEM_PACKAGES=no in front.
TEXT
    exit 1
fi

if [ -n "$missing" ]; then
    root=""
    if [ "$(id -u)" -ne 0 ]; then
        command -v sudo >/dev/null 2>&1 || {
            echo "setup: these packages are missing and there is no sudo; please install them as root:$missing" >&2
            exit 1
        }
        root="sudo"
    fi
    say "installing system packages:$missing"
    $root env DEBIAN_FRONTEND=noninteractive apt-get update -qq
    # shellcheck disable=SC2086  # a list of words
    $root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >/dev/null
fi

# ---- the stamp: lock, project, place
stamp=.venv/.ready-$what
now=$(cat "$lock" pyproject.toml tools/setup.sh | sha256sum | cut -d' ' -f1)" $PWD"
if [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$now" ] && .venv/bin/python -c '' 2>/dev/null; then
    exit 0
fi

# ---- Python
usable() {
    "$1" -c 'import ensurepip, sys, venv; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))' 2>/dev/null
}
if [ -n "${NAPPAGE_PYTHON:-}" ]; then
    candidates=$NAPPAGE_PYTHON
elif on_pi; then
    candidates=/usr/bin/python3 # python3-lgpio belongs to the system's Python
else
    # The system's own first: its maker keeps it patched, and builds it with profiles, a tenth faster for all that runs here
    # than one compiled without.
    candidates="/usr/bin/python3 python3.13 python3.12 python3.11 python3"
fi
python=""
for candidate in $candidates; do
    if usable "$candidate"; then python=$candidate; break; fi
done
if [ -z "$python" ]; then
    echo "setup: no Python from 3.11 to 3.13 with venv was found (looked for: $candidates)" >&2
    exit 1
fi

if [ -e .venv ] && ! .venv/bin/python -c 'import os, sys; sys.exit(os.path.realpath(sys.prefix) != os.path.realpath(".venv"))' 2>/dev/null; then
    say ".venv is broken or was moved here; making it anew"
    rm -rf .venv
fi
if [ ! -e .venv ]; then
    say "making .venv with $("$python" --version)"
    if on_pi; then "$python" -m venv --system-site-packages .venv; else "$python" -m venv .venv; fi
fi

say "installing what $lock pins (hashes checked); a first time takes a minute or two"
export PIP_DISABLE_PIP_VERSION_CHECK=1
# --no-deps: the lock names all there is. Without it pip also looks at releases that came after the lock (a package asked
# for with an extra), and then refuses them for their missing hash.
.venv/bin/python -m pip install --quiet --require-hashes --no-deps --only-binary :all: -r "$lock"
# setuptools warns that packages lie in the checkout; they are meant to.
PYTHONWARNINGS=ignore .venv/bin/python -m pip install --quiet --no-deps --no-build-isolation --no-index --editable .
# Does the lock really name all there is? (On a Pi the environment sees Debian's packages too, whose bounds are not ours.)
on_pi || .venv/bin/python -m pip check >/dev/null || { .venv/bin/python -m pip check >&2; exit 1; }

if on_pi; then
    # PyPI holds an empty lgpio 0.0.0.2 that pip would take; only the system's is real.
    .venv/bin/python - <<'CHECK'
import importlib.metadata, sys
try:
    found = importlib.metadata.version("lgpio")
except importlib.metadata.PackageNotFoundError:
    sys.exit("setup: python3-lgpio is installed, but this Python does not see it; remove .venv and start again")
if tuple(int(part) for part in found.split(".")[:2]) < (0, 2):
    sys.exit(f"setup: lgpio {found} is too old or a stub; install python3-lgpio 0.2 or newer and remove the other")
CHECK
fi

printf '%s' "$now" >"$stamp"
[ "$what" = run ] || printf '%s' "$(cat requirements.lock pyproject.toml tools/setup.sh | sha256sum | cut -d' ' -f1) $PWD" >.venv/.ready-run
say "ready"
