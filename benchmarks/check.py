"""CPU seconds of ``apigen check`` when nothing has changed, beyond those of a bare interpreter.

python benchmarks/check.py
"""

import statistics
import tempfile
from pathlib import Path

from measuring import ROOT, python, say, tools

RUNS = 9
BOUND = 0.3
CONTRACT = ROOT / "spec" / "data-storage-v1.yaml"


def main() -> None:
    """Generate once, then check again and again."""
    with tempfile.TemporaryDirectory() as folder:
        options = ["--spec", str(CONTRACT), "--output", folder, "--package", "datastorage"]
        made = python("-m", "apigen", "generate", *options, cwd=Path(folder))
        if made.code:
            raise SystemExit(made.err)
        bare: list[float] = []
        checks: list[float] = []
        for _ in range(RUNS):
            bare.append(python("-c", "pass", cwd=Path(folder)).seconds)
            checked = python("-m", "apigen", "check", *options, cwd=Path(folder))
            if checked.code or "fresh" not in checked.out:
                raise SystemExit(checked.out + checked.err)
            checks.append(checked.seconds)
    interpreter, check = statistics.median(bare), statistics.median(checks)
    say(tools())
    say(f"bare interpreter: {interpreter:.3f} s, apigen check: {check:.3f} s (medians of {RUNS})")
    say(f"beyond the interpreter: {check - interpreter:.3f} s (bound: {BOUND} s)")


if __name__ == "__main__":
    main()
