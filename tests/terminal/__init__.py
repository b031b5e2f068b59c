"""What a shell does in the kiosk's seat."""
