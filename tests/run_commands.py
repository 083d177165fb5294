"""Runs many ``apigen`` commands in one process, each in a fork of its own.

    python run_commands.py PLAN.json

PLAN is a list of ``[folder, [argument, ...]]``. For each one ``FOLDER.exit``, ``FOLDER.out`` and
``FOLDER.err`` are written beside the folder that it runs in. Starting Python and importing
datamodel-code-generator is most of what a small document costs, and is paid once.
"""

import importlib
import json
import os
import sys
import traceback
from pathlib import Path

HEAVY = ("apigen.pipeline", "apigen.cli.main", "datamodel_code_generator.parser.openapi")


def run(folder: Path, arguments: list[str]) -> int:
    """Run one command in a child; return its exit code."""
    child = os.fork()
    if child:
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    code = 70
    try:
        os.chdir(folder)
        for stream, kind in ((1, "out"), (2, "err")):
            file = os.open(f"{folder}.{kind}", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
            os.dup2(file, stream)
        sys.argv = ["apigen", *arguments]
        from apigen.cli.main import main

        main()
        code = 0
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else 1
    except BaseException:  # noqa: BLE001 - the parent's stack is not for the child
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def main() -> None:
    """Run what the plan says."""
    plan: list[tuple[str, list[str]]] = json.loads(Path(sys.argv[1]).read_text())
    for name in HEAVY:
        importlib.import_module(name)
    for folder, arguments in plan:
        Path(f"{folder}.exit").write_text(str(run(Path(folder), arguments)))


if __name__ == "__main__":
    main()
