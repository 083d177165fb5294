"""Many files as one value, and the way back."""

import json
import re
from pathlib import Path

import pytest

from apigen.bundle import Bundle, bundle
from apigen.diagnostics import Report
from apigen.document import load
from apigen.pointers import at, split
from apigen.types import Json

HEAD = "openapi: 3.1.0\ninfo: {title: t, version: '1'}\n"


def bundled(folder: Path, *expected: str, **files: str) -> Bundle:
    """Bundle ``api.yaml`` and expect the codes of exactly these findings."""
    for name, text in files.items():
        path = folder / (name.replace("__", "/") + ".yaml")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text((HEAD if name == "api" else "") + text)
    report = Report()
    result = bundle(load(folder / "api.yaml", report), report)
    assert [finding.code.id for finding in report] == list(expected)
    assert not re.search(r'"\$ref": "[^#]', json.dumps(result.value))
    return result


def value(result: Bundle, pointer: str) -> Json:
    return at(result.value, split(pointer))


def where(result: Bundle, pointer: str) -> str:
    place = result.place(pointer)
    return f"{Path(place.file).name}:{place.line}:{place.column} {place.pointer}"


def test_a_document_of_one_file_stays_as_it_is(tmp_path: Path) -> None:
    text = "components: {schemas: {A: {$ref: '#/components/schemas/B%20b'}, 'B b': {type: string}}}"
    result = bundled(tmp_path, api=text)
    assert result.value == result.document.value
    assert result.follow("#/components/schemas/B%20b") == "/components/schemas/B b"
    assert where(result, "/components/schemas/B b").startswith("api.yaml:3:")


def test_what_stands_in_other_files_moves_below_components(tmp_path: Path) -> None:
    result = bundled(
        tmp_path,
        api="components: {schemas: {A: {items: {$ref: 'parts/b.yaml#/B'}}}}",
        parts__b="B: {items: {$ref: '#/C'}}\nC: {items: {$ref: '../d.yaml'}}\n",
        d="type: string\n",
    )
    assert value(result, "/components/schemas") == {
        "A": {"items": {"$ref": "#/components/schemas/B"}},
        "B": {"items": {"$ref": "#/components/schemas/C"}},
        "C": {"items": {"$ref": "#/components/schemas/d"}},
        "d": {"type": "string"},
    }
    assert where(result, "/components/schemas/C/items") == "b.yaml:2:5 /C/items"
    assert where(result, "/components/schemas/d/type") == "d.yaml:1:1 /type"
    assert where(result, "/components/schemas/A/items").startswith("api.yaml:3:")


def test_a_component_that_is_only_a_reference_is_the_home_of_its_target(tmp_path: Path) -> None:
    result = bundled(
        tmp_path,
        api=(
            "components:\n  schemas:\n    Pet: {$ref: schemas/Pet.yaml}\n"
            "    Alias: {$ref: schemas/Pet.yaml}\n    Dog: {$ref: 'schemas/index.yaml#/Dog'}\n"
        ),
        schemas__Pet="properties: {friend: {$ref: Pet.yaml}, dog: {$ref: Dog.yaml}}\n",
        schemas__Dog="type: string\n",
        schemas__index="Dog: {$ref: Dog.yaml}\n",
    )
    assert value(result, "/components/schemas") == {
        "Pet": {
            "properties": {
                "friend": {"$ref": "#/components/schemas/Pet"},
                "dog": {"$ref": "#/components/schemas/Dog"},
            }
        },
        "Alias": {"$ref": "#/components/schemas/Pet"},
        "Dog": {"type": "string"},
    }
    assert where(result, "/components/schemas/Pet/properties/dog") == (
        "Pet.yaml:1:40 /properties/dog"
    )


@pytest.mark.parametrize(
    ("section", "use"),
    [
        ("responses", "paths: {/a: {get: {responses: {'200': {$ref: b.yaml#/X}}}}}"),
        ("parameters", "paths: {/a: {parameters: [{$ref: b.yaml#/X}]}}"),
        ("requestBodies", "paths: {/a: {get: {requestBody: {$ref: b.yaml#/X}}}}"),
        ("callbacks", "paths: {/a: {get: {callbacks: {c: {$ref: b.yaml#/X}}}}}"),
        ("headers", "components: {responses: {r: {headers: {h: {$ref: b.yaml#/X}}}}}"),
        ("links", "components: {responses: {r: {links: {h: {$ref: b.yaml#/X}}}}}"),
        ("examples", "components: {parameters: {p: {examples: {e: {$ref: b.yaml#/X}}}}}"),
        ("securitySchemes", "components: {securitySchemes: {s: {$ref: b.yaml#/X, x-a: 1}}}"),
    ],
)
def test_every_kind_of_component_moves_to_its_section(
    tmp_path: Path, section: str, use: str
) -> None:
    result = bundled(tmp_path, api=use, b="X: {description: here}\n")
    assert value(result, f"/components/{section}/X") == {"description": "here"}
    assert where(result, f"/components/{section}/X/description") == "b.yaml:1:5 /X/description"
    assert f'"#/components/{section}/X"' in json.dumps(result.value)


def test_a_path_item_takes_the_place_of_its_reference(tmp_path: Path) -> None:
    result = bundled(
        tmp_path,
        api=(
            "paths:\n  /a: {$ref: 'b.yaml#/~1a', summary: mine}\n"
            "  /again: {$ref: '#/paths/~1a'}\n"
            "webhooks: {w: {$ref: '#/components/pathItems/P'}}\n"
            "components: {pathItems: {P: {get: {operationId: p}}}}\n"
        ),
        b="/a: {summary: its, get: {responses: {'200': {$ref: c.yaml}}}}\n",
        c="description: fine\n",
    )
    path = {"summary": "mine", "get": {"responses": {"200": {"$ref": "#/components/responses/c"}}}}
    assert value(result, "/paths/~1a") == path
    assert value(result, "/paths/~1again") == path
    assert value(result, "/webhooks/w") == {"get": {"operationId": "p"}}
    assert where(result, "/paths/~1a/get/responses") == "b.yaml:1:26 /~1a/get/responses"
    assert where(result, "/paths/~1a/summary") == "api.yaml:4:29 /paths/~1a/summary"


def test_sections_may_stand_in_files_of_their_own(tmp_path: Path) -> None:
    result = bundled(
        tmp_path,
        api="paths: {$ref: paths.yaml}\ncomponents: {schemas: {$ref: schemas.yaml}}\n",
        paths="/a: {get: {operationId: a}}\n",
        schemas="A: {items: {$ref: '#/B'}}\nB: {type: string}\n",
    )
    assert value(result, "/paths/~1a/get/operationId") == "a"
    assert value(result, "/components/schemas/A/items") == {"$ref": "#/components/schemas/B"}
    assert value(result, "/components/schemas/B") == {"type": "string"}


def test_a_file_may_refer_back_to_the_root(tmp_path: Path) -> None:
    result = bundled(
        tmp_path,
        api="components: {schemas: {A: {items: {$ref: b.yaml}}, C: {type: string}}}",
        b="items: {$ref: 'api.yaml#/components/schemas/C'}\n",
    )
    assert value(result, "/components/schemas/b") == {"items": {"$ref": "#/components/schemas/C"}}


def test_two_things_with_one_name_get_two_names_and_a_warning(tmp_path: Path) -> None:
    items = "{$ref: 'x.yaml#/A'}, {$ref: 'y.yaml#/A'}, {$ref: 'sub/y.yaml#/A'}"
    files = {
        "api": f"components: {{schemas: {{Root: {{allOf: [{items}]}}}}}}",
        "x": "A: {title: x}",
        "y": "A: {title: y}",
        "sub__y": "A: {title: sub}",
    }
    result = bundled(tmp_path, "AG221", "AG221", **files)
    titles = {name: v for name, v in _schemas(result).items() if name != "Root"}
    assert titles == {"A": {"title": "x"}, "y_A": {"title": "y"}, "sub_y_A": {"title": "sub"}}


def test_a_clash_that_nothing_resolves_is_an_error(tmp_path: Path) -> None:
    taken = "A: {type: string}, x_A: {type: string}"
    result = bundled(
        tmp_path,
        "AG222",
        api=f"components: {{schemas: {{R: {{items: {{$ref: 'x.yaml#/A'}}}}, {taken}}}}}",
        x="A: {title: x}",
    )
    assert result.value


def test_names_that_openapi_does_not_allow_are_made_fit(tmp_path: Path) -> None:
    result = bundled(
        tmp_path,
        api="components: {schemas: {R: {items: {$ref: 'x.yaml#/a~1b%20c'}}}}",
        x="a/b c: {title: x}",
    )
    assert _schemas(result)["a_b_c"] == {"title": "x"}


def test_discriminators_are_rewritten_where_they_refer(tmp_path: Path) -> None:
    union = (
        "discriminator: {propertyName: k, mapping: {a: 'b.yaml#/A', c: C, d: D, e: gone/E.json}}"
    )
    result = bundled(
        tmp_path,
        "AG021",
        api="components: {schemas: {C: {}, U: {$ref: 'u.yaml'}}}",
        u=f"{union}\ncomponents: {{schemas: {{D: {{title: d}}}}}}\n",
        b="A: {title: a}\n",
    )
    assert value(result, "/components/schemas/U/discriminator/mapping") == {
        "a": "#/components/schemas/A",
        "c": "C",
        "d": "#/components/schemas/D",
        "e": "gone/E.json",
    }


def test_anchors_ids_and_pointers_through_references_become_pointers(tmp_path: Path) -> None:
    result = bundled(
        tmp_path,
        api=(
            "components:\n  schemas:\n"
            "    A: {$anchor: here, properties: {p: {type: string}}}\n"
            "    B: {items: {$ref: '#here'}}\n"
            "    C: {items: {$ref: '#/components/schemas/D/properties/p'}}\n"
            "    D: {$ref: '#/components/schemas/A'}\n"
            "    E: {$id: 'https://example.com/e', $defs: {f: {type: string}}}\n"
            "    F: {items: {$ref: 'https://example.com/e#/$defs/f'}}\n"
            "    G: {items: {$ref: '#'}}\n"
        ),
    )
    found = _schemas(result)
    assert found["B"] == {"items": {"$ref": "#/components/schemas/A"}}
    assert found["C"] == {"items": {"$ref": "#/components/schemas/A/properties/p"}}
    assert found["F"] == {"items": {"$ref": "#/components/schemas/E/$defs/f"}}
    assert found["G"] == {"items": {"$ref": "#"}}


def test_members_beside_a_reference_stay(tmp_path: Path) -> None:
    result = bundled(
        tmp_path,
        api="components: {schemas: {R: {$ref: x.yaml, description: mine, items: {$ref: x.yaml}}}}",
        x="title: x",
    )
    assert value(result, "/components/schemas/R") == {
        "$ref": "#/components/schemas/x",
        "description": "mine",
        "items": {"$ref": "#/components/schemas/x"},
    }


def test_an_inlined_thing_that_contains_itself_ends(tmp_path: Path) -> None:
    result = bundled(
        tmp_path,
        "AG022",
        api="paths: {/a: {$ref: p.yaml}}",
        p="get: {callbacks: {c: {'{$url}': {$ref: p.yaml}}}}",
    )
    assert "x-apigen-unresolved" in json.dumps(result.value["paths"])


def test_inlining_is_bounded(tmp_path: Path) -> None:
    callback = "{{a: {{u: {{$ref: '#/p{}'}}}}, b: {{u: {{$ref: '#/p{}'}}}}}}"
    lines = [f"p{i}: {{get: {{callbacks: {callback.format(i + 1, i + 1)}}}}}\n" for i in range(19)]
    deep = [
        f"p{i}: {{get: {{callbacks: {{a: {{u: {{$ref: '#/p{i + 1}'}}}}}}}}}}\n" for i in range(60)
    ]
    bundled(
        tmp_path, "AG006", api="paths: {/a: {$ref: 'p.yaml#/p0'}}", p="".join(lines) + "p19: {}"
    )
    bundled(tmp_path, "AG006", api="paths: {/a: {$ref: 'p.yaml#/p0'}}", p="".join(deep) + "p60: {}")


def test_bundling_does_not_change_what_was_read(tmp_path: Path) -> None:
    (tmp_path / "api.yaml").write_text(
        HEAD + "components: {schemas: {A: &a {items: {$ref: b.yaml}}, B: *a}}"
    )
    (tmp_path / "b.yaml").write_text("type: string")
    document = load(tmp_path / "api.yaml", Report())
    before = json.dumps(document.value)
    first, second = bundle(document, Report()), bundle(document, Report())
    assert json.dumps(document.value) == before
    assert json.dumps(first.value) == json.dumps(second.value)
    assert first.origins == second.origins


def _schemas(result: Bundle) -> dict[str, Json]:
    found = value(result, "/components/schemas")
    assert isinstance(found, dict)
    return found
