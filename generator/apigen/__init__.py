"""Contract-first Python: from one OpenAPI document to code, and the checks that keep it true."""

__version__ = "0.1.0"
