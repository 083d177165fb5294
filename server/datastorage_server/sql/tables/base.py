"""What all tables share: one catalogue of them."""

from __future__ import annotations

from typing import Final

from sqlalchemy import MetaData

metadata: Final = MetaData()
"""All tables of the server; each room adds its own."""
