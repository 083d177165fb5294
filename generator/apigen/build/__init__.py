"""From a bundled document to the contract: operations with their parameters and bodies."""

from apigen.build.operations import build

__all__ = ["build"]
