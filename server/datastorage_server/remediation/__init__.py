"""Remediations: what is told of them from the events that they left."""
