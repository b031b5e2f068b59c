"""What a screen shows, as pure functions: snapshot and local state in, frozen view data out. No Kivy here."""
