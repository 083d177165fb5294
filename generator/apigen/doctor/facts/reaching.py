"""TCP by itself: which addresses of a host answer."""

import socket
from collections.abc import Iterator

from apigen.doctor.facts.database import Reach

_TCP_SECONDS = 1.5
_MOST_ADDRESSES = 8


def reach(host: str, port: int) -> Iterator[Reach]:
    """Try to reach each address of a host by TCP."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError as error:
        yield Reach(host, "", error.strerror or str(error))
        return
    for family, _, _, _, address in list(dict.fromkeys(found))[:_MOST_ADDRESSES]:
        name = "IPv6" if family == socket.AF_INET6 else "IPv4"
        with socket.socket(family, socket.SOCK_STREAM) as tried:
            tried.settimeout(_TCP_SECONDS)
            try:
                tried.connect(address)
            except OSError as error:
                yield Reach(str(address[0]), name, error.strerror or str(error) or "no answer")
            else:
                yield Reach(str(address[0]), name, "")
