"""Python, read: scopes, imports, and the values that flow through them."""
