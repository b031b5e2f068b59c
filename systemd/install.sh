#!/bin/sh
# Installs this checkout's last commit on a Raspberry Pi: program in /opt/nappage, users, units, udev rule, watchdog, pins.
# It can be run again to bring a newer commit; records in /var/lib/nappage are never touched.
set -eu
cd "$(dirname "$0")/.."
target=/opt/nappage
model=/proc/device-tree/model
boot=/boot/firmware

if ! { [ -r "$model" ] && tr -d '\0' <"$model" | grep -q 'Raspberry Pi'; }; then
    echo "install: this machine is no Raspberry Pi, so nothing was installed. To see the kiosk here: make run" >&2
    exit 1
fi
if [ "$(id -u)" -ne 0 ]; then
    exec sudo "$0" "$@"
fi

echo "install: program into $target"
mkdir -p "$target"
git -c safe.directory="$PWD" archive HEAD | tar -x -C "$target"
"$target/tools/setup.sh" run
"$target/.venv/bin/python" -m compileall -q "$target/kiosk" "$target/drivers"
# The two users read the program and can never write it.
chown -R root:root "$target"
chmod -R go-w "$target"

echo "install: users, folders, units"
install -D -m 644 systemd/nappage.sysusers /etc/sysusers.d/nappage.conf
install -D -m 644 systemd/nappage.tmpfiles /etc/tmpfiles.d/nappage.conf
install -D -m 644 systemd/nappage-watchdog.conf /etc/systemd/system.conf.d/nappage-watchdog.conf
install -D -m 644 systemd/90-nappage.rules /etc/udev/rules.d/90-nappage.rules
install -m 644 systemd/nappage-control.service systemd/nappage-kiosk.service systemd/nappage.target /etc/systemd/system/
systemd-sysusers nappage.conf
systemd-tmpfiles --create nappage.conf
udevadm control --reload
udevadm trigger --subsystem-match=tty

if [ -f "$boot/config.txt" ]; then
    install -m 755 systemd/nappage-config.txt "$boot/nappage.txt"
    grep -qx 'include nappage.txt' "$boot/config.txt" || printf '\n[all]\ninclude nappage.txt\n' >>"$boot/config.txt"
else
    echo "install: $boot/config.txt is missing; put the lines of systemd/nappage-config.txt where your firmware reads them" >&2
fi

systemctl daemon-reload
systemctl enable nappage.target nappage-control.service nappage-kiosk.service
echo "install: done. Restart the machine: pins and watchdog begin at boot. Then: systemctl status nappage.target"
