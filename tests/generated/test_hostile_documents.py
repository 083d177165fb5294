"""A document may hold anything: what comes out parses, imports, and runs nothing of it."""

from __future__ import annotations

from typing import Any

import pytest

TEXT = {"type": "string"}
FINE = {"200": {"description": "fine"}}

TEXTS = (
    '"""',
    '""""',
    "'''",
    '"',
    "\\",
    "ends with \\",
    'a"""b\\"""',
    "{{ x }}{% for each in y %}{# z #}",
    "\u202eright to left",
    "\x00",
    "line\r\nline\rline\x0bline\u2028line\x85",
    "x" * 5000,
    "\\N{DASH} \\u0041 \\x",
    "# type: ignore  # noqa  # fmt: off",
    "'); import os; os.system('true')  #",
    "\t \t",
)

NAMES = (
    *("Model", "Any", "Field", "Annotated", "None", "True", "class", "def", "self", "cls"),
    *("__init__", "__class__", "__root__", "_x", "json", "copy", "model_config", "model_fields"),
    *("schema", "dict", "int", "str", "list", "validate", "mro", "register", "body", "options"),
    *("m", "ops", "calls", "clients", "annotations", "UUID", "Enum", "BaseModel", "RootModel"),
    *("a b", "a-b", "a_b", "A-B", "a.b", "A", "a", "", " ", "-", "$", "1", "2x", "٣", "²"),
    *("用户", "ß", "\u017f", "s", "İ", "ª", "é", "e\u0301", "ﬁ", "fi", "😀", "limit", "page"),
    *("list_", "Model2", "ModelSchema", "Class000001", "Exactly", "member_count", "Timestamp"),
    *TEXTS[:11],
)


def obj(**properties: object) -> dict[str, object]:
    return {"type": "object", "properties": properties}


def ref(name: str) -> dict[str, object]:
    return {"$ref": f"#/components/schemas/{name}"}


def operation(**more: object) -> dict[str, object]:
    return {"responses": FINE} | more


def test_the_check_itself_sees_what_it_should(strange: Any) -> None:
    assert strange("models.py", "import os") == ["import os"]
    assert strange("models.py", "x = f()") == ["f"]
    assert strange("models.py", "x: (y := 1)") == []  # nothing is called
    assert strange("models.py", "'a'\nprint") == ["print"]
    assert strange("models.py", "x = '\u202e'") == ["U+202E"]


# --- Attacks --------------------------------------------------------------------------------------


def test_schemas_may_have_any_name(hold: Any) -> None:
    package = hold({name: obj(x=TEXT) for name in NAMES})
    assert len(package.contract.definitions) == len(NAMES)


def test_a_member_made_of_two_names_hides_no_import(hold: Any) -> None:
    package = hold({"A": obj(ny=obj(x=TEXT), nnotated=obj(x=TEXT)), "Fi": obj(eld=obj(x=TEXT))})
    assert package.models.A.model_validate_json('{"ny": {"x": "y"}}').ny.x == "y"


def test_members_may_have_any_name(hold: Any) -> None:
    package = hold({"Thing": obj(**dict.fromkeys(NAMES, TEXT))})
    sent = dict.fromkeys(NAMES, "here")
    thing = package.models.Thing.model_validate(sent)
    assert thing.model_extra == {}
    assert thing.model_dump(by_alias=True) == sent


def test_a_member_may_have_the_name_of_its_own_class(hold: Any) -> None:
    package = hold({"用户": obj(用户=ref("用户"))})
    assert package.models.用户.model_validate_json('{"用户": {"用户": {}}}')


def test_enumerations_may_have_any_values(hold: Any) -> None:
    package = hold({"Word": {"type": "string", "enum": [*NAMES, *NAMES]}})
    assert [member.value for member in package.models.Word] == [*dict.fromkeys(NAMES)]


def test_members_of_enumerations_may_want_any_names(hold: Any) -> None:
    values = [f"v{number}" for number in range(len(NAMES))]
    package = hold({"Word": {"enum": values, "x-enum-varnames": [*NAMES]}})
    assert [member.value for member in package.models.Word] == values


def texts_everywhere() -> dict[str, object]:
    """Return schemas that say hostile texts wherever a schema can say one."""
    words = {"type": "string", "enum": ["p", "q"]}
    schemas: dict[str, object] = {
        f"Thing{number}": obj(
            x=TEXT | {"description": text, "default": text},
            e=words | {"description": text, "x-enum-descriptions": [text, text]},
        )
        | {"description": text, "title": text}
        for number, text in enumerate(TEXTS)
    }
    for number, text in enumerate(TEXTS):
        schemas[f"Alias{number}"] = {"type": "string", "description": text}
    return schemas


@pytest.mark.parametrize("version", ["3.0.3", "3.1.0"])
def test_texts_may_say_anything_anywhere(hold: Any, version: str) -> None:
    schemas = texts_everywhere()
    paths = {
        f"/path{number}": {
            "post": operation(
                operationId=f"do{number}",
                summary=text,
                description=text,
                deprecated=True,
                parameters=[
                    {"name": "q", "in": "query", "description": text}
                    | {"schema": TEXT | {"default": text}}
                ],
                requestBody={
                    "description": text,
                    "content": {"application/json": {"schema": TEXT}},
                },
                responses={"200": {"description": text}, "404": {"description": text}},
            )
        }
        for number, text in enumerate(TEXTS)
    }
    problems = {text: {"layer": "database", "title": text} for text in TEXTS}
    whole = {
        "openapi": version,
        "info": {"title": TEXTS[0], "version": TEXTS[6], "description": TEXTS[7]},
        "paths": paths,
        "components": {"schemas": schemas},
        "x-apigen-problem-types": problems,
    }
    package = hold(whole=whole)
    assert len(package.contract.operations) == len(TEXTS)
    assert set(package.module("operations").PROBLEM_LAYERS) == set(TEXTS)


def test_operations_may_have_any_id(hold: Any) -> None:
    ids = list(dict.fromkeys((*NAMES, "import os; os.abort()", "send", "close")))
    ids += ["error", "problem", "pages_of_list", "uuid", "contract_sha256", "bind", "__enter__"]
    package = hold(
        paths={f"/p{n}": {"get": operation(operationId=id_)} for n, id_ in enumerate(ids)}
    )
    assert len(package.contract.operations) == len(ids)
    client = package.module("client").Client
    own = [name for name in dir(client) if name not in dir(client.__base__)]
    assert len(own) == len(ids)


def test_shared_error_bodies_and_operations_have_names_of_their_own(hold: Any) -> None:
    failed = {"description": "", "content": {"application/json": {"schema": TEXT}}}
    package = hold(
        paths={
            f"/{name}": {"get": operation(operationId=name, responses={**FINE, "400": failed})}
            for name in ("error", "problem", "error2", "ERROR3")
        }
    )
    table = package.module("operations")
    found = (getattr(table, name) for name in dir(table) if name.isupper())
    ids = {each.id for each in found if hasattr(each, "success")}
    assert ids == {"error", "problem", "error2", "ERROR3"}


def test_parameters_may_have_any_name_in_any_place(hold: Any) -> None:
    parameters: list[dict[str, Any]] = [
        {"name": name, "in": place, "schema": TEXT}
        for name in NAMES
        for place in ("query", "header", "cookie")
    ]
    parameters.append({"name": "limit", "in": "path", "required": True, "schema": TEXT})
    package = hold(
        paths={"/things/{limit}": {"get": operation(operationId="list", parameters=parameters)}}
    )
    (found,) = package.contract.operations
    names = {each.name for each in found.parameters if each.location == "query"}
    assert names == set(NAMES) - {""}


def test_a_header_that_ends_its_line_is_left_out_and_said(hold: Any) -> None:
    evil = {"name": "X\r\nEvil: 1", "in": "header", "schema": TEXT}
    package = hold(paths={"/a": {"get": operation(operationId="a", parameters=[evil])}})
    assert package.contract.operations[0].parameters == ()
    ((pointer, message),) = package.found("AG131")
    assert pointer == "/paths/~1a/get/parameters/0"
    assert "left out" in message


PATHS = (
    *("/a'b", '/a"b', "/{x}/{x}", "/{a b}", "/{a-b}/{a_b}/3", "/%7Bx%7D", "/é/用户", "/{", "/}"),
    *("/{}/4", "/{{x}}", "/a\nb", "/a?b=c", "/a#b", "/{x}y{z}", "/..", "/{__class__}/1", "/\u202e"),
    *("//", "/", "/{body}/{options}/2", "/{m}/{ops}/{calls}/{page}", "/\\", '/"""'),
)


def test_paths_may_hold_anything(hold: Any) -> None:
    package = hold(paths={path: {"get": operation(operationId=path)} for path in PATHS})
    assert {each.path for each in package.contract.operations} == set(PATHS)


def test_of_two_paths_that_are_the_same_the_second_is_left_out(hold: Any) -> None:
    package = hold(paths={"/a/{x}": {"get": operation()}, "/a/{y}": {"get": operation()}})
    assert [each.path for each in package.contract.operations] == ["/a/{x}"]
    ((pointer, message),) = package.found("AG132")
    assert pointer == "/paths/~1a~1{y}/get"
    assert "'/a/{x}' is the same path" in message


MEDIA_TYPES = (
    *("application/json", "application/json; charset=utf-8", "APPLICATION/JSON", "a\"b/c'd"),
    *("application/\r\nX: 1", "", "*/*", "text/*", "application/vnd.x+json", "image/png", "x"),
    *("multipart/form-data", "application/x-www-form-urlencoded", "application/xml", "{{x}}/y"),
    *("text/event-stream", "application/json\n", '"""/"""', "\\"),
)


def test_media_types_may_be_anything(hold: Any) -> None:
    paths = {
        f"/p{number}": {
            "post": operation(
                operationId=f"p{number}",
                requestBody={"content": {name: {"schema": obj(a=TEXT)}}},
                responses={"200": {"content": {name: {"schema": TEXT}}, "headers": {name: {}}}},
            )
        }
        for number, name in enumerate(MEDIA_TYPES)
    }
    package = hold(paths=paths)
    kept = {each.media_type for op in package.contract.operations for each in op.body.content}
    assert not any(char in name for name in kept for char in '\r\n"\\ ')


JUNK: tuple[Any, ...] = (None, 5, 1.5, "text", [], {}, [None], True, False)


@pytest.mark.parametrize("junk", JUNK, ids=repr)
def test_junk_in_the_place_of_anything_is_survived(hold: Any, junk: Any) -> None:
    keywords: tuple[str, ...] = (
        "type",
        "properties",
        "required",
        "items",
        "enum",
        "allOf",
        "oneOf",
        "anyOf",
    )
    keywords += ("additionalProperties", "discriminator", "format", "pattern", "default", "not")
    keywords += ("minimum", "exclusiveMinimum", "multipleOf", "minLength", "maxItems", "$ref")
    keywords += ("patternProperties", "prefixItems", "uniqueItems", "const", "nullable", "title")
    schemas: dict[str, Any] = {f"Only{n}": {key: junk} for n, key in enumerate(keywords)}
    for kind in ("string", "integer", "object", "array"):
        schemas |= {f"{kind}{n}": {"type": kind, key: junk} for n, key in enumerate(keywords)}
        schemas |= {
            f"{kind}All{n}": {"allOf": [{"type": kind, key: junk}, {key: junk, "title": ""}]}
            for n, key in enumerate(keywords)
        }
    schemas |= {"Whole": junk, "Member": obj(x=junk), "Part": {"allOf": [junk, TEXT]}}
    schemas |= {"One": {"oneOf": [junk, TEXT]}, "Union": {"oneOf": [junk, ref("One")]}}
    paths: dict[str, Any] = {"/whole": junk, "/method": {"get": junk}}
    parts = ("parameters", "requestBody", "responses", "tags", "security", "summary", "operationId")
    for number, part in enumerate(parts):
        paths[f"/part{number}"] = {"get": operation(operationId=f"part{number}") | {part: junk}}
    paths["/list"] = {"get": operation(operationId="list", parameters=[junk])}
    paths["/schema"] = {
        "get": operation(operationId="s", parameters=[{"name": "q", "in": "query", "schema": junk}])
    }
    paths["/body"] = {"post": operation(operationId="body", requestBody={"content": junk})}
    paths["/media"] = {
        "post": operation(operationId="media", requestBody={"content": {"application/json": junk}})
    }
    paths["/answer"] = {"get": operation(operationId="answer", responses={"200": junk})}
    paths["/headers"] = {
        "get": operation(operationId="headers", responses={"200": {"headers": {"x": junk}}})
    }
    package = hold(schemas, paths=paths)
    assert "Whole" in package.contract.definitions


@pytest.mark.parametrize("junk", JUNK, ids=repr)
@pytest.mark.parametrize("place", ["info", "servers", "components", "security", "tags"])
def test_junk_at_the_root_is_survived(hold: Any, junk: Any, place: str) -> None:
    paths = {"/a": {"get": operation(operationId="a")}}
    whole = {"openapi": "3.1.0", "info": {}, "paths": paths, "x-apigen-problem-types": junk}
    assert len(hold(whole=whole | {place: junk}).contract.operations) == 1
