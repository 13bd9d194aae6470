"""`renkei demo`: the example chain on a server of its own, loaded and changed through the public API."""
