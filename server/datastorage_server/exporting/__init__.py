"""Exports: signed pages of events, for people who trust neither the server nor the database."""
