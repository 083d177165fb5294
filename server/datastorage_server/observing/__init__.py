"""Observing: what logs, metrics and traces tell of the requests that are answered."""
