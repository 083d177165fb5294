"""The contract's paths, wherever they are mounted: all holds there, and nowhere else."""

from __future__ import annotations

import time
from typing import Any
from urllib.parse import urljoin

import pytest
from fastapi import APIRouter, FastAPI
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Mount, Route
from starlette.testclient import TestClient

from apigen.runtime.routing import raw_path
from apigen.runtime.serving_routes import request_path

HOSTS = ["app", "starlette", "fastapi", "mount", "fastapi-mount", "router", "root_path"]


def hosted(sample: Any, host: str) -> tuple[TestClient, str]:
    """Return a client of the sample API in a host application, and where it lies there."""
    service = sample.make(sample.things)
    if host == "app":
        return TestClient(service.app()), ""
    if host == "starlette":
        return TestClient(Starlette(routes=[*service.routes(), *own_routes()])), ""
    if host == "mount":
        return TestClient(Starlette(routes=[Mount("/a/base", routes=service.routes())])), "/a/base"
    if host == "root_path":
        return TestClient(service.app(), root_path="/proxy"), ""
    application = FastAPI()
    application.add_api_route("/own/{name}", own_name)
    if host == "fastapi":
        application.router.routes.extend(service.routes())
        return TestClient(application), ""
    if host == "fastapi-mount":
        application.mount("/base", Starlette(routes=service.routes()))
        return TestClient(application), "/base"
    router = APIRouter()
    router.routes.extend(service.routes())
    application.mount("/v1", router)
    return TestClient(application), "/v1"


def own_name(name: str) -> dict[str, str]:
    return {"name": name}


def own_page(request: Request) -> PlainTextResponse:
    return PlainTextResponse(request.path_params.get("name", "own"))


def own_routes() -> list[Route]:
    return [Route("/own/{name}", own_page)]


@pytest.mark.parametrize("host", HOSTS)
def test_paths_are_found(sample: Any, host: str) -> None:
    client, base = hosted(sample, host)
    assert client.get(f"{base}/things").json() == []
    assert client.get(f"{base}/things/one").json() == {"name": "one"}
    assert client.post(f"{base}/things", json={"name": "x"}).status_code == 201


@pytest.mark.parametrize("host", HOSTS)
def test_a_slash_inside_a_value_stays_there(sample: Any, host: str) -> None:
    client, base = hosted(sample, host)
    assert client.get(f"{base}/things/a%2Fb%3F").json() == {"name": "a/b?"}


@pytest.mark.parametrize("host", HOSTS)
def test_a_concrete_path_beats_the_template_beside_it(sample: Any, host: str) -> None:
    client, base = hosted(sample, host)
    assert client.get(f"{base}/things/newest").json() == {"name": "newest"}
    assert client.get(f"{base}/things/%6eewest").json() == {"name": "newest"}
    answer = client.delete(f"{base}/things/newest")
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET")


@pytest.mark.parametrize("host", HOSTS)
def test_a_wrong_method_is_told_the_right_ones(sample: Any, host: str) -> None:
    client, base = hosted(sample, host)
    answer = client.put(f"{base}/things/1")
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, DELETE")
    assert answer.json()["instance"] == f"{base}/things/1"


@pytest.mark.parametrize("host", HOSTS)
def test_a_trailing_slash_is_another_path_and_no_redirect(sample: Any, host: str) -> None:
    client, base = hosted(sample, host)
    assert client.get(f"{base}/things/", follow_redirects=False).status_code == 404
    assert client.get(f"{base}/things/newest/", follow_redirects=False).status_code == 404


@pytest.mark.parametrize("host", ["starlette", "fastapi"])
def test_the_hosts_own_routes_go_on(sample: Any, host: str) -> None:
    client, _ = hosted(sample, host)
    assert "joe" in client.get("/own/joe").text
    own = client.post("/own/joe")
    assert own.status_code == 405
    assert own.headers["content-type"] != "application/problem+json"
    assert client.get("/nowhere").headers["content-type"] != "application/problem+json"
    assert client.get("/own/joe?unknown=1").status_code == 200


@pytest.mark.parametrize("host", ["fastapi", "fastapi-mount", "router"])
def test_fastapi_still_describes_itself(sample: Any, host: str) -> None:
    client, _ = hosted(sample, host)
    assert list(client.get("/openapi.json").json()["paths"]) == ["/own/{name}"]


def test_a_route_of_the_host_before_ours_wins_for_its_method(sample: Any) -> None:
    own = Route("/things", own_page, methods=["GET"])
    client = TestClient(Starlette(routes=[own, *sample.make(sample.things).routes()]))
    assert client.get("/things").text == "own"
    assert client.post("/things", json={"name": "x"}).status_code == 201
    assert client.put("/things").headers["allow"] == "GET, POST"


def test_a_path_that_only_looks_like_the_mount_is_not_below_it(sample: Any) -> None:
    client, _ = hosted(sample, "mount")
    assert client.get("/a/base%2Fthings").status_code == 404
    assert client.get("/a%2Fbase/things").status_code == 200  # what Starlette takes for the mount
    assert client.get("/things").status_code == 404


def test_a_route_by_itself_is_an_application(sample: Any) -> None:
    (route,) = sample.make(sample.things).routes()
    client = TestClient(route)
    assert client.get("/things/a%2Fb").json() == {"name": "a/b"}
    assert client.get("/nowhere").status_code == 404


def test_the_whole_application_answers_unknown_paths_with_problems(sample: Any) -> None:
    answer = sample.client().get("/nowhere%20at%20all?x=1")
    assert answer.status_code == 404
    assert answer.json()["instance"] == "/nowhere%20at%20all"
    assert answer.headers["x-request-id"]


def test_a_web_socket_is_refused(sample: Any) -> None:
    from starlette.websockets import WebSocketDisconnect

    for path in ("/things", "/nowhere"):
        with pytest.raises(WebSocketDisconnect), sample.client().websocket_connect(path):
            pass


def test_a_path_of_slashes_is_no_burden(sample: Any) -> None:
    client, base = hosted(sample, "mount")
    started = time.process_time()
    assert client.get(base + "/" * 60_000).status_code == 404
    assert time.process_time() - started < 10  # quadratic work takes minutes


@pytest.mark.parametrize("raw", [b"/base/things/a%2Fb", b"/things/a%2Fb"])
def test_servers_may_leave_the_root_path_out_of_the_raw_path(raw: bytes) -> None:
    scope = {"path": "/base/things/a/b", "root_path": "/base", "raw_path": raw}
    assert raw_path(scope) == "/things/a%2Fb"


def test_servers_may_tell_no_raw_path() -> None:
    assert raw_path({"path": "/base/a b", "root_path": "/base"}) == "/a%20b"
    assert raw_path({"path": "/rewritten", "raw_path": b"/as/it/came"}) == "/rewritten"


@pytest.mark.parametrize("path", ["/api/v1/x", "//api/v1/x", "///api", "/api//v1/x", "//", "/"])
def test_the_instance_of_a_problem_leads_back_to_the_path_of_its_request(path: str) -> None:
    told = request_path({"type": "http", "path": path, "raw_path": path.encode()})
    assert urljoin("http://host/anywhere/else", told) == f"http://host{path}"
    assert request_path({"type": "http", "path": path}) == told
