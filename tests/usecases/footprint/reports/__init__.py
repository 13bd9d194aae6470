"""Reports of declarations."""
