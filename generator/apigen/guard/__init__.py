"""Consumers that bypass the generated client: found by reading, never by running.

Values flow through a small abstract interpreter (``values``, ``python``): texts with holes, HTTP
libraries and their objects, functions of the project. Where a call of an HTTP library meets an
address that fits a path of the contract, that is a finding (``addresses``).
"""
