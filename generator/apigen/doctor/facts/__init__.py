"""Facts: what is found, as plain data."""
