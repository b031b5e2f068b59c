"""What lies between the application and the machine it runs on: systemd, scheduling, clock, disk, screen, processes."""
