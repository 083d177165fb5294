"""The doctor: contract, code and database side by side, and which layer is at fault.

Facts are gathered (``facts``, ``database``, ``migrations``), the contract is held against the
schema (``comparison``), and the checks D1 to D26 (``checks``) say what the facts mean::

    from apigen.doctor import Given, examine

    found = examine(Given(spec=Path("openapi.yaml"), database_url=url))
    assert found.healthy, found["D7"].message

Nothing is written unless ``probe=True``.
"""

from apigen.doctor.examination import examine
from apigen.doctor.given import Given
from apigen.doctor.results import Examination, Result, Status

__all__ = ["Examination", "Given", "Result", "Status", "examine"]
