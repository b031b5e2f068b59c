"""The application: control, kiosk and the commands of a shell."""
