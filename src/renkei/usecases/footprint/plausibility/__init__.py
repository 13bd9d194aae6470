"""Questions about what looks like a slip, before a value is sent and when one came."""
