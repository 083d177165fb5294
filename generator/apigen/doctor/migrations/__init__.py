"""Migrations as files: what they would make, what undoes them, what a tool does not run.

Nothing here needs a database, and nothing is executed.
"""
