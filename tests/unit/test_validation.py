"""What openapi-spec-validator finds, each at its place and in words for people."""

import re
import time
from pathlib import Path

import pytest

from apigen.bundle import bundle
from apigen.diagnostics import Diagnostic, Report, Severity
from apigen.document import load
from apigen.validation import validate

HEAD = "openapi: 3.0.3\ninfo: {title: t, version: '1'}\n"
OK = "responses: {'200': {description: fine}}"


def findings(folder: Path, text: str, **others: str) -> list[Diagnostic]:
    """Validate a document, whose lines are counted from the fourth on."""
    if not text.startswith("openapi"):
        text = HEAD + ("" if "paths:" in text else "paths: {}\n") + text
    (folder / "api.yaml").write_text(text)
    for name, other in others.items():
        (folder / f"{name}.yaml").write_text(other)
    report = Report()
    validate(bundle(load(folder / "api.yaml", report), report), report)
    assert not report.errors
    return list(report)


def said(folder: Path, text: str, **others: str) -> list[str]:
    """Return code, line, column and pointer of each finding."""
    return [
        f"{f.code.id} {f.place.line}:{f.place.column} {f.place.pointer}"
        for f in findings(folder, text, **others)
        if f.place is not None
    ]


def test_a_right_document_has_no_findings(tmp_path: Path) -> None:
    parameter = "{name: b, in: path, required: true, schema: {type: string}}"
    operation = f"{{{OK}, parameters: [{parameter}]}}"
    assert findings(tmp_path, f"paths: {{'/a/{{b}}': {{get: {operation}}}}}") == []


@pytest.mark.parametrize(
    ("text", "expected", "message"),
    [
        ("openapi: 3.0.3\ninfo: {title: t}\npaths: {}", "AG101 2:1 /info", "'version' is missing"),
        ("openapi: 3.0.3\ninfo: {title: t, version: '1'}", "AG101 1:1 ", "'paths' is missing"),
        ("paths: {/a: {get: {summary: s}}}", "AG101 3:14 /paths/~1a/get", "'responses' is missing"),
        ("sevrers: []", "AG102 4:1 /sevrers", "no member of this object"),
        ("tags: [{name: 1}]", "AG103 4:9 /tags/0/name", "1 stands where a text belongs"),
        ("tags: {}", "AG103 4:1 /tags", "an empty mapping stands where a list belongs"),
        (
            "components: {parameters: {p: {name: p, in: qery, schema: {}}}}",
            "AG104 4:40 /components/parameters/p/in",
            "'qery' is none of: 'path', 'query'",
        ),
        (
            "components: {schemas: {A: {type: strnig}}}",
            "AG104 4:28 /components/schemas/A/type",
            "'strnig' is none of",
        ),
        (
            "openapi: 3.1.0\ninfo: {title: t, version: '1'}\npaths: {}\n"
            "components: {schemas: {'a b': {}}}",
            "AG105 4:14 /components/schemas",
            "'a b' does not have the form",
        ),
        (
            "components: {schemas: {A: {maxLength: -1}}}",
            "AG106 4:28 /components/schemas/A/maxLength",
            "-1 is less than 0",
        ),
        (
            "components: {schemas: {A: {required: []}}}",
            "AG106 4:28 /components/schemas/A/required",
            "an empty list has fewer than 1 items",
        ),
        (
            "components: {schemas: {A: {required: [a, a]}}}",
            "AG106 4:28 /components/schemas/A/required",
            "names something twice",
        ),
        (
            "components: {schemas: {A: {properties: {b: {items: {oneOf: [{typ: string}]}}}}}}",
            "AG102 4:62 /components/schemas/A/properties/b/items/oneOf/0/typ",
            "'typ' is no member",
        ),
        (
            "components: {parameters: {p: {name: p, in: query}}}",
            "AG107 4:27 /components/parameters/p",
            "one of 'schema' or 'content' is missing",
        ),
        (
            "components: {parameters: {p: {name: p, in: query, schema: {}, "
            "example: 1, examples: {}}}}",
            "AG107 4:27 /components/parameters/p",
            "'example' and 'examples' exclude one another",
        ),
        (
            "components: {securitySchemes: {s: {type: http}}}",
            "AG101 4:32 /components/securitySchemes/s",
            "'scheme' is missing",
        ),
        (
            f"paths: {{/a: {{get: {{operationId: x, {OK}}}, put: {{operationId: x, {OK}}}}}}}",
            "AG108 3:84 /paths/~1a/put/operationId",
            "'x' is taken by GET /a",
        ),
        (
            f"paths: {{'/a/{{b}}': {{get: {{{OK}}}}}}}",
            "AG109 3:20 /paths/~1a~1{b}/get",
            "{b} is in the path, and no parameter",
        ),
        (
            "paths: {/a: {get: {parameters: [{name: b, in: path, required: true, schema: {}}], "
            f"{OK}}}}}}}",
            "AG110 3:33 /paths/~1a/get/parameters/0",
            "the path has no {b}",
        ),
        (
            "paths: {/a: {parameters: [{name: b, in: query, schema: {}}, "
            "{name: b, in: query, schema: {}, description: d}]}}",
            "AG111 3:61 /paths/~1a/parameters/1",
            "'b' stands in this list for the second time",
        ),
        (
            "components: {schemas: {A: {allOf: [{properties: {a: {}}}], required: [a, b]}}}",
            "AG112 4:74 /components/schemas/A/required/1",
            "requires 'b', and does not define it",
        ),
        (
            "components: {schemas: {A: {properties: {b: {type: integer, default: x}}}}}",
            "AG113 4:60 /components/schemas/A/properties/b/default",
            "'x' stands where a whole number belongs",
        ),
        (
            "tags: [{name: a}, {name: a, description: d}]",
            "AG114 4:19 /tags/1",
            "'a' stands in this list",
        ),
        (
            "openapi: 3.1.0\ninfo: {title: t, version: '1'}\npaths: {}\n"
            "components: {schemas: {A: {$schema: 'https://example.com/mine'}}}",
            "AG115 4:24 /components/schemas/A",
            "Unknown JSON Schema dialect",
        ),
        (
            "paths: {'/a/{b': {get: {responses: {'200': {description: d}}}}}",
            "AG116 3:9 /paths/~1a~1{b",
            "the braces of '/a/{b' do not match",
        ),
    ],
)
def test_every_kind_of_mistake_is_found_at_its_place(
    tmp_path: Path, text: str, expected: str, message: str
) -> None:
    found = findings(tmp_path, text)
    assert said(tmp_path, text) == [expected]
    assert message in found[0].message
    assert found[0].severity is Severity.WARNING


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("sevrers: []", "did you mean 'servers'?"),
        ("tags: [{name: 1}]", "put it in quotes"),
        ("components: {schemas: {A: {type: strnig}}}", "did you mean 'string'?"),
        ("components: {schemas: {A: {maxLength: '3'}}}", "remove the quotes"),
    ],
)
def test_hints_say_how_to_mend(tmp_path: Path, text: str, hint: str) -> None:
    assert [finding.hint for finding in findings(tmp_path, text)] == [hint]


def test_the_place_is_in_the_file_that_has_the_mistake(tmp_path: Path) -> None:
    (finding,) = findings(
        tmp_path,
        "components: {schemas: {A: {$ref: 'parts.yaml#/A'}}}",
        parts="# schemas\nA:\n  type: object\n  propertis: {}\n",
    )
    assert finding.place is not None
    assert Path(finding.place.file).name == "parts.yaml"
    assert (finding.place.line, finding.place.pointer) == (4, "/A/propertis")


def test_a_duplicate_names_the_first_one(tmp_path: Path) -> None:
    operation = f"{{operationId: x, {OK}}}"
    (finding,) = findings(
        tmp_path, f"paths:\n  /a: {{get: {operation}}}\n  /b: {{get: {operation}}}"
    )
    assert [place.line for place in finding.related] == [4]


def test_what_leads_nowhere_is_reported_once(tmp_path: Path) -> None:
    text = (
        "paths: {/a: {parameters: [{$ref: none.yaml}], get: {responses: {'200': {$ref: none.yaml}},"
        " requestBody: {$ref: none.yaml}}}, /b: {$ref: none.yaml}}\n"
        "components: {schemas: {A: {properties: {a: {$ref: none.yaml}}}}}"
    )
    assert {finding.code.id for finding in findings(tmp_path, text)} == {"AG021"}


def test_many_findings_of_a_kind_are_counted_not_listed(tmp_path: Path) -> None:
    names = ", ".join(f"A{number}: {{typ: string}}" for number in range(150))
    found = [f.code.id for f in findings(tmp_path, f"components: {{schemas: {{{names}}}}}")]
    assert sorted(found) == ["AG102"] * 100 + ["AG118"]


def chain(schema: str) -> str:
    """Return schemas each of which refers to the next one twice."""
    lines = [
        f"    A{i}: {schema.replace('NEXT', f'#/components/schemas/A{i + 1}')}\n" for i in range(40)
    ]
    return "components:\n  schemas:\n" + "".join(lines) + "    A40: {type: object}\n"


@pytest.mark.parametrize(
    "text",
    [
        "components: {schemas: {A: {type: string, pattern: '^(a+)+$', default: "
        + "a" * 60
        + "b}}}",
        "components: {schemas: {A: {allOf: [{$ref: '#/components/schemas/A'}], default: {}, "
        "required: [q], items: {$ref: '#/components/schemas/A'}}}}",
        chain("{allOf: [{$ref: 'NEXT'}, {$ref: 'NEXT'}], required: [z]}"),
        chain("{anyOf: [{$ref: 'NEXT'}, {$ref: 'NEXT'}], default: 1}"),
        "components: {schemas: {A: {enum: ["
        + ", ".join(f"{{a: {i}}}" for i in range(5000))
        + "]}}}",
        "components: {schemas: {A: " + "{items: " * 150 + "{}" + "}" * 150 + "}}",
        "components: {schemas: {A: {pattern: '[', default: a, type: string}}}",
    ],
    ids=["pattern", "circle", "allOf", "anyOf", "enum", "depth", "broken pattern"],
)
def test_a_document_can_not_keep_the_validator_busy(tmp_path: Path, text: str) -> None:
    began = time.process_time()
    findings(tmp_path, text)
    assert time.process_time() - began < 60


@pytest.mark.parametrize(
    "text",
    [
        "paths: [1]",
        "paths: {/a: null, /b: {get: 3, parameters: {a: 1}}, /c: {get: {parameters: [null, {}]}}}",
        "components: {schemas: {A: null, B: 3, C: {properties: []}, D: {$ref: 3}, E: {allOf: {}}}}",
        "components: [a]\ntags: {a: b}\nservers: x\nsecurity: {}",
        "components: {schemas: {A: {required: x, properties: {a: {default: {}}}}}}",
        "paths: {/a: {get: {parameters: [{name: [1], in: {a: 1}}]}}}",
        "paths: {/a: {get: {operationId: [1]}, put: {operationId: [1]}}}",
        "openapi: 3.1.0\ninfo: []\npaths: {}\ncomponents: {schemas: {A: {$dynamicRef: 'http://x/y',"
        " default: 1, $id: 'http://x/', properties: {b: {$ref: '#/c', default: 1}}}}}",
    ],
)
@pytest.mark.parametrize("version", ["3.0.3", "3.1.0"])
def test_nonsense_is_reported_and_stops_nothing(
    tmp_path: Path, text: str, version: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        pytest.fail("something was fetched")

    monkeypatch.setattr("socket.getaddrinfo", refuse)
    if not text.startswith("openapi"):
        text = f"openapi: {version}\ninfo: {{title: t, version: '1'}}\n{text}"
    found = findings(tmp_path, text)
    assert found
    assert not [f for f in found if re.search(r"Traceback|<.* object at", f.message)]


def test_findings_do_not_depend_on_the_order_of_sets(tmp_path: Path) -> None:
    text = "components: {schemas: {A: {allOf: [{}], required: [f, b, e, a]}}}"
    names = [re.findall(r"'(.)'", finding.message)[0] for finding in findings(tmp_path, text)]
    assert names == ["f", "b", "e", "a"]
