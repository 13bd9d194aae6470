"""Noninterference: worlds in pairs, everybody who calls, what is compared, and leaks planted to be found."""
