"""The contract held against a database's schema: one function for each way they can differ."""
