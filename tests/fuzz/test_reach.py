"""Every operation of a clean server is reached, also those that need something sent before."""

from __future__ import annotations

from pathlib import Path

import yaml
from tests.fuzz.storing import copied, outcome

from apigen.fuzz.oracles import valid

RECORD = "POST /api/v1/audit/events"
REBUILD = "POST /api/v1/audit/remediation-requests/{correlation_id}/reconstruct"


def test_an_operation_is_reached_by_what_the_contract_says_comes_before(tmp_path: Path) -> None:
    found = outcome(copied(tmp_path), tmp_path, (valid.ORACLE,), only=(REBUILD,))
    assert found.reached == {REBUILD}


def test_without_it_the_operation_is_said_to_be_untested(tmp_path: Path) -> None:
    spec = copied(tmp_path)
    file = spec.parent / "paths" / "reconstruction.yaml"
    paths = yaml.safe_load(file.read_text())
    del paths["reconstruct"]["post"]["x-apigen-after"]
    file.write_text(yaml.safe_dump(paths))
    found = outcome(spec, tmp_path, (valid.ORACLE,), only=(RECORD, REBUILD))
    assert set(found.untested) == {REBUILD}
