"""CPU seconds to import generated clients of the real DataStorage contract, and to read one event.

    python benchmarks/import_time.py

Writes ``import_time.md`` beside itself.
"""

import json
import statistics
import tempfile
from pathlib import Path

from measuring import SPECS, datamodel_codegen, python, say, table, tools

INTRODUCTION = """\
# What importing a generated client costs

Written by `python benchmarks/import_time.py`: CPU seconds of a new interpreter that imports the
client of the real DataStorage contract (152 schemas), and of one that reads an event after that.
The bound that we set ourselves is 0.1 s beyond the HTTP library and pydantic.
"""
RUNS = 9
SPEC = SPECS / "datastorage-2026-08.yaml"
EVENT = {
    "version": "1.0",
    "event_type": "webhook.remediationapprovalrequest.decided",
    "event_timestamp": "2026-08-22T12:00:00Z",
    "event_category": "approval",
    "event_action": "approval_decided",
    "event_outcome": "success",
    "correlation_id": "rr-1",
    "event_data": {
        "event_type": "webhook.remediationapprovalrequest.decided",
        "request_name": "rar-1",
        "decision": "Approved",
        "decided_at": "2026-08-22T12:00:00Z",
        "decision_message": "",
        "ai_analysis_ref": "ai-1",
    },
}
READ = "m.AuditEventRequest.model_validate_json(EVENT)"
PROGRAMS = {
    "bare interpreter": "pass",
    "httpx and pydantic": "import httpx, pydantic",
    "httpx2 and pydantic": "import httpx2, pydantic",
    "apigen": "from ours import Ours, AsyncOurs; from ours import models as m",
    "apigen, one event read": "from ours import Ours, AsyncOurs; from ours import models as m; "
    + READ,
    "datamodel-codegen": "from rival.client import Client, AsyncClient; from rival import models",
    "datamodel-codegen, one event read": "from rival.client import Client, AsyncClient; "
    "from rival import models as m; " + READ,
}


def main() -> None:
    """Generate both clients, then import them again and again."""
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        options = ("--spec", SPEC, "--output", folder, "--package", "ours")
        for ended in (
            python("-m", "apigen", "generate", *options),
            datamodel_codegen(SPEC, folder, client=True),
        ):
            if ended.code:
                raise SystemExit(ended.err)
        seconds: dict[str, list[float]] = {name: [] for name in PROGRAMS}
        for _ in range(RUNS + 1):  # the first run writes the byte code
            for name, program in PROGRAMS.items():
                code = f"EVENT = {json.dumps(EVENT)!r}\n{program}"
                ended = python("-c", code, cwd=folder)
                if ended.code:
                    raise SystemExit(f"{name}: {ended.err}")
                seconds[name].append(ended.seconds)
    medians = {name: statistics.median(each[1:]) for name, each in seconds.items()}
    base = {
        name: medians["httpx2 and pydantic" if "datamodel" in name else "httpx and pydantic"]
        for name in medians
    }
    heads = ("import", "s", "beyond its library and pydantic, s")
    rows = [
        (name, f"{median:.3f}", "" if "and pydantic" in name else f"{median - base[name]:.3f}")
        for name, median in medians.items()
        if name != "bare interpreter"
    ]
    page = f"{INTRODUCTION}\n{tools()} Medians of {RUNS}.\n\n{table(heads, rows)}\n"
    Path(__file__).with_suffix(".md").write_text(page, encoding="utf-8")
    say(page)


if __name__ == "__main__":
    main()
