"""What HTTP libraries call things: which functions send, which objects, which argument is what."""

from collections.abc import Mapping
from dataclasses import dataclass

from apigen.guard.wordlist import words

VERBS = frozenset({"get", "post", "put", "patch", "delete", "head", "options"})
_VERB_MODULES = words(
    "requests requests.api httpx httpx2 niquests treq grequests curl_cffi.requests asks pip._vendor"
    ".requests botocore.vendored.requests primp rnet hishel urllib3.util"
)
ROOTS = words(
    "requests httpx httpx2 aiohttp urllib urllib2 urllib3 http httplib httplib2 niquests treq "
    "grequests pycurl curl_cffi requests_toolbelt requests_futures requests_cache "
    "requests_oauthlib "
    "asks tornado twisted pyodide primp cloudscraper authlib httpx_sse httpx_retries hishel "
    "aiohttp_retry aiohttp_client_cache retryhttp playwright locust rnet aiosonic uplink "
    "requests_html geventhttpclient robot "
    "subprocess os asyncio sh plumbum socket ssl invoke fabric pexpect"
)
"""First words of modules that can send."""


@dataclass(frozen=True, slots=True)
class Sender:
    """How a function that sends is called."""

    method: str = ""
    """Fixed, or empty where it is an argument."""
    method_at: int = -1
    url_at: int = 0
    url_names: tuple[str, ...] = ("url", "uri", "URL")
    usual: str = "GET"
    """The method where none is given; empty: any."""


GENERIC = Sender(method_at=0, url_at=1)
FUNCTIONS: Mapping[str, Sender] = {
    "requests.request": GENERIC,
    "requests.api.request": GENERIC,
    "httpx.request": GENERIC,
    "httpx.stream": GENERIC,
    "httpx2.request": GENERIC,
    "httpx2.stream": GENERIC,
    "niquests.request": GENERIC,
    "treq.request": GENERIC,
    "aiohttp.request": GENERIC,
    "urllib3.request": GENERIC,
    "curl_cffi.requests.request": GENERIC,
    "urllib.request.urlopen": Sender(),
    "urllib.request.urlretrieve": Sender("GET"),
    "urllib2.urlopen": Sender(),
    "pyodide.http.pyfetch": Sender(),
    "pyodide.http.open_url": Sender("GET"),
    "httpx_sse.connect_sse": Sender(method_at=1, url_at=2),
    "httpx_sse.aconnect_sse": Sender(method_at=1, url_at=2),
}
REQUESTS: Mapping[str, Sender] = {
    "urllib.request.Request": Sender(),
    "urllib2.Request": Sender(),
    "requests.Request": GENERIC,
    "httpx.Request": GENERIC,
    "httpx2.Request": GENERIC,
    "niquests.Request": GENERIC,
    "tornado.httpclient.HTTPRequest": Sender(),
}
"""Classes of requests that are sent later."""
_CLIENTS: Mapping[str, int] = {
    "requests_toolbelt.sessions.BaseUrlSession": 0,
    "aiohttp.ClientSession": 0,
    "aiohttp_retry.RetryClient": -1,
    "aiohttp_client_cache.CachedSession": 0,
    "http.client.HTTPConnection": 0,
    "http.client.HTTPSConnection": 0,
    "httplib.HTTPConnection": 0,
    "urllib3.HTTPConnectionPool": 0,
    "urllib3.HTTPSConnectionPool": 0,
    "urllib3.connection_from_url": 0,
    "urllib3.connectionpool.HTTPConnectionPool": 0,
    "urllib3.PoolManager": -1,
    "urllib3.ProxyManager": -1,
    "urllib3.poolmanager.PoolManager": -1,
    "httplib2.Http": -1,
    "tornado.httpclient.HTTPClient": -1,
    "tornado.httpclient.AsyncHTTPClient": -1,
    "twisted.web.client.Agent": -1,
    "treq.client.HTTPClient": -1,
    "urllib.request.build_opener": -1,
    "pycurl.Curl": -1,
    "cloudscraper.create_scraper": -1,
}
"""Where the address that a client is bound to stands among its arguments; -1: nowhere."""
_ENDINGS = ("Session", "Client", "session")
_METHODS: Mapping[str, Sender] = {
    **{verb: Sender(verb.upper()) for verb in VERBS},
    "request": GENERIC,
    "stream": GENERIC,
    "urlopen": GENERIC,
    "open": Sender(),
    "fetch": Sender(),
    "build_request": GENERIC,
    "ws_connect": Sender("GET"),
}
_URL_FIRST = frozenset({"httplib2.Http"})
"""Their ``request`` takes the address first."""
NO_NETWORK = frozenset({"transport", "app", "mounts"})
"""Arguments that keep a client within the process."""
_IN_PROCESS = ("ASGITransport", "WSGITransport", "MockTransport")
SHELLS = words(
    "os.system os.popen subprocess.run subprocess.call subprocess.check_call subprocess.getoutput "
    "subprocess.check_output subprocess.Popen subprocess.getstatusoutput commands.getoutput "
    "asyncio.create_subprocess_exec asyncio.create_subprocess_shell os.execvp os.execlp os.spawnvp "
    "anyio.run_process anyio.open_process trio.run_process pexpect.spawn pexpect.run "
    "invoke.run"
)
"""Functions that run a command line."""
ADDRESSES = words(
    "yarl.URL httpx.URL httpx2.URL furl.furl hyperlink.URL.from_text urllib.parse.quote "
    "hyperlink.parse starlette.datastructures.URL pydantic.HttpUrl pydantic.AnyHttpUrl "
    "pydantic.AnyUrl pathlib.PurePosixPath pathlib.Path posixpath.normpath str bytes "
    "urllib.parse.urlsplit urllib.parse.urlparse urllib.parse.unquote rfc3986.uri_reference "
    "typing.Final os.fspath os.path.expandvars string.Template builtins.str"
)
"""Callables that give back, as an address, the text that they are given."""
JOINERS = frozenset({"urllib.parse.urljoin", "urlparse.urljoin", "requests.compat.urljoin"})
SLASHERS = frozenset({"posixpath.join", "os.path.join"})


def function(path: str) -> Sender | None:
    """Return how an imported function sends, if it does."""
    if found := FUNCTIONS.get(path):
        return found
    module, _, name = path.rpartition(".")
    if name in VERBS and module in _VERB_MODULES:
        return Sender(name.upper())
    return None


def client(path: str) -> int | None:
    """Return where a class of clients takes its base address (-1: by name only), if it is one."""
    if path in _CLIENTS:
        return _CLIENTS[path]
    root, _, rest = path.partition(".")
    name = rest.rpartition(".")[2]
    senders = ROOTS - {"subprocess", "os", "asyncio", "socket", "ssl", "http", "playwright"}
    if root in senders and name.endswith(_ENDINGS) and "Test" not in name:
        return -1
    return None


def method(kind: str, name: str) -> Sender | None:
    """Return how a method of a client sends, if it does."""
    if kind in _URL_FIRST and name == "request":
        return Sender(method_at=1, url_at=0)
    return _METHODS.get(name)


def is_in_process(path: str) -> bool:
    """Return whether something keeps requests within the process."""
    return path.endswith(_IN_PROCESS)


def is_test_client(path: str) -> bool:
    """Return whether a class calls an application within the process."""
    return path.rpartition(".")[2] in {"TestClient", "AsyncTestClient", "FlaskClient", "APIClient"}
