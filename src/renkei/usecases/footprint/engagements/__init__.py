"""Verification: another company looks at one declaration for a while, asks, and says what it finds."""
