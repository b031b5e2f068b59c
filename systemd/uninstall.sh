#!/bin/sh
# Takes the program and its units from a Raspberry Pi. Records in /var/lib/nappage and the users who own them stay.
set -eu
if [ ! -e /etc/systemd/system/nappage.target ]; then
    echo "uninstall: Nappage is not installed on this machine; nothing was removed." >&2
    exit 1
fi
if [ "$(id -u)" -ne 0 ]; then
    exec sudo "$0" "$@"
fi
systemctl disable --now nappage.target nappage-control.service nappage-kiosk.service
rm -f /etc/systemd/system/nappage.target /etc/systemd/system/nappage-control.service \
    /etc/systemd/system/nappage-kiosk.service /etc/systemd/system.conf.d/nappage-watchdog.conf \
    /etc/udev/rules.d/90-nappage.rules /etc/tmpfiles.d/nappage.conf /etc/sysusers.d/nappage.conf
if [ -f /boot/firmware/config.txt ]; then
    sed -i '/^include nappage\.txt$/d' /boot/firmware/config.txt
    rm -f /boot/firmware/nappage.txt
fi
rm -rf /opt/nappage
systemctl daemon-reload
echo "uninstall: done. The records are still in /var/lib/nappage; pins and watchdog change at the next start."
