"""``apigen init``."""

from pathlib import Path

from apigen import starting
from apigen.cli import options
from apigen.cli.exits import Exit, status
from apigen.cli.printing import say
from apigen.cli.report import tell
from apigen.diagnostics import Report, Stop


def run(
    *,
    spec: options.Spec = None,
    output: options.Output = None,
    package: options.Package = None,
    color: options.Colored = options.Color.AUTO,
) -> Exit:
    """Write a first [tool.apigen].

    It goes to the end of pyproject.toml, of which nothing is changed. What belongs into CI and
    pre-commit is printed.

    \b
    Examples:
      apigen init
      apigen init --spec api/openapi.yaml --output src --package petstore
    """
    report = Report()
    target = Path("pyproject.toml")
    try:
        text = starting.begin(target, spec, output, package)
    except Stop as stop:
        report.add(stop.diagnostic)
        tell(report, options.Findings(color=color))
        return status(report)
    say(f"added to {target}:\n\n{text.strip()}\n\n{starting.NEXT_STEPS}")
    return Exit.FINE
