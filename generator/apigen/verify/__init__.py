"""One command that says whether contract, generated code and running service agree.

The contract is validated, the package held against it, the service started (``service``) by the
command of ``[tool.apigen.verify]`` (``configuration``), searched for drift and stopped again; each
of these is a stage (``stages``) with a result of its own.
"""
