#!/bin/sh
# Starts the simulated device, control and kiosk. Simulation is named here; the program itself has no default.
# Where nothing can show a window it adds --demo: a display of our own, a whole treatment by real touches, out/.
set -eu
cd "$(dirname "$0")/.."

# KMSDRM can draw when a connector of some card has a screen on it and the card may be opened.
kmsdrm() {
    for status in /sys/class/drm/card*-*/status; do
        if [ -r "$status" ] && [ "$(cat "$status")" = connected ]; then
            card=${status#/sys/class/drm/}
            if [ -w "/dev/dri/${card%%-*}" ]; then return 0; fi
        fi
    done
    return 1
}

if [ -n "${DISPLAY:-}${WAYLAND_DISPLAY:-}" ] || kmsdrm; then
    exec .venv/bin/nappage run --simulated "$@"
fi
echo "run: there is no display here, so a treatment is played on one of our own; look into out/"
exec .venv/bin/nappage run --simulated --demo "$@"
