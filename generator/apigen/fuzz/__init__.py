"""Live drift: what a running server does that its contract does not say.

A contract becomes a table of operations (``operations``), from which valid requests are made
(``values``) and sent within budgets (``sending``). Oracles (``oracles``) say what differs; a
campaign (``campaign``) runs them and ranks what they find. ``oracles/__init__.py`` says how an
oracle is written.
"""
