"""Errors that end the command before it serves."""

from __future__ import annotations


class StartError(Exception):
    """The server cannot start; the message says why and what to do."""
