"""Questions about values."""
