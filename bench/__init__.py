"""Every performance claim as a command that prints its ratio."""
