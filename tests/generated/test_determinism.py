"""One document has one output: in every process, in the order of the document."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

PROGRAM = """
import hashlib, sys
from pathlib import Path
from apigen import assets
from apigen.build import build
from apigen.bundle import bundle
from apigen.diagnostics import Report
from apigen.document import load
from apigen.emit.files import Request
from apigen.emit.targets import emit
report = Report()
bundled = bundle(load(Path(sys.argv[1]), report), report)
request = Request("p", "Client", ("models", "client", "server"), "d.json", bundled.value)
with assets.templates_folder() as templates:
    files = emit(build(bundled, report), request, assets.environment(templates), templates)
for each in files:
    print(each.path, hashlib.sha256(each.content).hexdigest())
for finding in report:
    print(finding.place, finding.message)
"""


def everything() -> dict[str, Any]:
    """Return a document with something of each kind, in no order of names."""
    text = {"type": "string"}
    names = ["zeta", "Alpha", "beta", "Model", "a b", "a-b", "class"]

    def ref(name: str) -> dict[str, str]:
        return {"$ref": f"#/components/schemas/{name}"}

    schemas: dict[str, Any] = {
        name: {
            "type": "object",
            "required": ["unlisted", "other", *reversed(names)],
            "properties": {each: ref(each) for each in names} | {"kind": text},
        }
        for name in names
    }
    schemas["Union"] = {
        "oneOf": [ref(name) for name in names],
        "discriminator": {"propertyName": "kind", "mapping": {"z": "zeta", "y": "zeta"}},
    }
    schemas["Words"] = {"enum": names}
    schemas["Same"] = {"anyOf": [ref("Words"), ref("Same"), {"type": "integer"}, text]}
    failed = {"description": "", "content": {"application/problem+json": {"schema": ref("zeta")}}}
    paths = {
        f"/{number}": {
            "get": {"operationId": name, "responses": {"default": failed, "400": failed}}
        }
        for number, name in enumerate(names)
    }
    info = {"title": "T", "version": "1"}
    return {"openapi": "3.1.0", "info": info, "paths": paths, "components": {"schemas": schemas}}


def test_the_seed_of_hashes_changes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "document.json"
    path.write_text(json.dumps(everything()), encoding="utf-8")
    outputs = {
        subprocess.run(
            [sys.executable, "-c", PROGRAM, str(path)],
            env=os.environ | {"PYTHONHASHSEED": seed, "PYTHONPATH": os.pathsep.join(sys.path)},
            capture_output=True,
            check=True,
            text=True,
        ).stdout
        for seed in ("1", "2", "3")
    }
    assert len(outputs) == 1
    assert "models.py" in outputs.pop()


def test_members_and_operations_stand_in_the_order_of_the_document(generate: Any) -> None:
    package = generate(whole=everything())
    fields = list(package.models.Alpha.model_fields)
    assert fields[:3] == ["zeta", "alpha", "beta"]
    client = package.files["client.py"]
    assert client.index("def zeta(") < client.index("def alpha(") < client.index("def beta(")
    assert [member.value for member in package.models.Words][:2] == ["zeta", "Alpha"]
