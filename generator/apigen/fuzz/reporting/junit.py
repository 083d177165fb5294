"""A run as JUnit XML: one test case for each operation."""

import re
from xml.etree import ElementTree as Xml

from apigen.fuzz.campaign import Outcome
from apigen.fuzz.operations import Contract
from apigen.fuzz.reporting.reproducing import curl

_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def render(outcome: Outcome, contract: Contract) -> str:
    """Return the operations: failed where they drifted, skipped where they were not tested."""
    labels = sorted({*outcome.reached, *outcome.untested, *outcome.drifted})
    del contract
    suite = Xml.Element(
        "testsuite",
        name="apigen fuzz",
        tests=str(len(labels)),
        failures=str(len(outcome.drifted)),
        skipped=str(len(set(outcome.untested) - set(outcome.drifted))),
        errors="0",
        time=f"{outcome.seconds:.3f}",
    )
    for label in labels:
        case = Xml.SubElement(suite, "testcase", name=_text(label), classname="apigen.fuzz")
        for drift in (each for each in outcome.failing if each.operation == label):
            message = _text(f"{drift.code.id} {drift.says}; {drift.did}")
            failure = Xml.SubElement(case, "failure", type=drift.code.slug, message=message)
            failure.text = _text("\n".join(curl(each.call) for each in drift.exchanges))
        if label in outcome.untested and label not in outcome.drifted:
            Xml.SubElement(case, "skipped", message=_text(outcome.untested[label]))
    whole = Xml.Element("testsuites")
    whole.append(suite)
    Xml.indent(whole)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + Xml.tostring(whole, "unicode") + "\n"


def _text(given: str) -> str:
    """Return a text without what XML 1.0 does not have (section 2.2)."""
    return _NOT_XML.sub("\N{REPLACEMENT CHARACTER}", given)
