"""Ctrl-C ends a run even where Python loses it."""

import subprocess
import sys

SCRIPT = """
import os, signal
from apigen.cli.progress import progress

class Late:
    def __del__(self) -> None:
        os.kill(os.getpid(), signal.SIGINT)
        sum(range(1000))

with progress("a document", quiet=True) as begin:
    begin("reading")
    late = Late()
    del late
    print("lost")
    begin("building")
    print("went on")
"""


def test_an_interrupt_that_a_finaliser_swallows_ends_the_next_stage() -> None:
    ended = subprocess.run(
        [sys.executable, "-c", SCRIPT], capture_output=True, encoding="utf-8", check=False
    )
    assert ended.stdout == "lost\n"
    assert ended.stderr.rstrip().endswith("KeyboardInterrupt")
