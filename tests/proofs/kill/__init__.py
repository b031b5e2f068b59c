"""Never lost: kills, failing storage and power loss against the real processes and the real record (LED-10)."""
