"""A small web on loopback: one real HTTP and one real HTTPS server that answer for every host of the tests.

The product's own address policy stays as it is: hosts resolve to public addresses, and the network backend, which sees
every dialled address, leads those to the servers here. What is dialled is on record.
"""

import ssl
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from typing import Any, Self

import httpcore
import trustme

from corpus.fetching.fetcher import Fetcher, FetchLimits
from corpus.fetching.url_policy import system_resolver
from corpus.settings import ArchiveSettings
from tests.waiting import PATIENCE_S

PUBLIC = "93.184.215.14"


@dataclass(frozen=True)
class Reply:
    body: bytes = b""
    content_type: str = "text/html; charset=utf-8"
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Request:
    host: str
    path: str
    headers: dict[str, str]


Answer = Reply | Callable[[BaseHTTPRequestHandler], None]


class Web(httpcore.SyncBackend):
    """Hold what the web answers (`routes`, by "host/path" or "/path") and what was asked of it."""

    def __init__(self) -> None:
        self.routes: dict[str, Answer] = {}
        self.hosts: dict[str, Callable[[], list[str]]] = {}
        self.requests: list[Request] = []
        self.dialled: list[tuple[str, int]] = []
        self.pauses: list[float] = []
        self.stopping = threading.Event()
        self._authority = trustme.CA()
        self._servers = {80: self._server(), 443: self._server()}
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._authority.issue_cert("news.example", "*.news.example").configure_cert(tls)
        self._servers[443].socket = tls.wrap_socket(self._servers[443].socket, server_side=True)

    def __enter__(self) -> Self:
        for server in self._servers.values():
            threading.Thread(target=server.serve_forever, args=(0.02,)).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stopping.set()
        for server in self._servers.values():
            server.shutdown()
            server.server_close()

    def fetcher(self, **options: Any) -> Fetcher:
        """Return a fetcher that sees this web; without robots.txt and pauses unless told."""
        own: dict[str, Any] = {
            name: options.pop(name) for name in ("robots", "host_delay_s", "user_agent") if name in options
        }
        settings = ArchiveSettings(**({"robots": False, "host_delay_s": 0.0} | own))
        tls = ssl.create_default_context()
        self._authority.configure_trust(tls)
        given: dict[str, Any] = {"resolver": self.resolve, "network": self, "tls": tls, "pause": self.pauses.append}
        given["limits"] = PATIENT
        return Fetcher(settings, **(given | options))

    def resolve(self, host: str, port: int, limit_s: float) -> list[str]:
        """Lead names to a public address, and whatever the system takes for a number to where it leads."""
        if host in self.hosts:
            return self.hosts[host]()
        return list(system_resolver(host, port, limit_s)) if _is_numeric(host) else [PUBLIC]

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        """Note the address and lead it to a server here."""
        self.dialled.append((host, port))
        here = self._servers[port].server_address[1]
        return super().connect_tcp("127.0.0.1", here, timeout, local_address, socket_options)

    def paths(self) -> list[str]:
        """Return what was asked for, in order."""
        return [request.path for request in self.requests]

    def _server(self) -> ThreadingHTTPServer:
        web = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                web.answer(self)

            def log_message(self, *_: object) -> None:
                return

        return _QuietServer(("127.0.0.1", 0), Handler)

    def answer(self, handler: BaseHTTPRequestHandler) -> None:
        host = handler.headers.get("Host", "")
        headers = {name.lower(): value for name, value in handler.headers.items()}
        self.requests.append(Request(host, handler.path, headers))
        reply = self.routes.get(f"{host}{handler.path}") or self.routes.get(handler.path) or Reply(b"none", status=404)
        if isinstance(reply, Reply):
            send(handler, reply)
        else:
            reply(handler)


def send(handler: BaseHTTPRequestHandler, reply: Reply) -> None:
    """Write a whole reply."""
    handler.send_response(reply.status)
    if reply.content_type:
        handler.send_header("Content-Type", reply.content_type)
    for name, value in reply.headers.items():
        handler.send_header(name, value)
    handler.send_header("Content-Length", str(len(reply.body)))
    handler.end_headers()
    handler.wfile.write(reply.body)


def dripping(web: Web, start: bytes, drop: bytes) -> Callable[[BaseHTTPRequestHandler], None]:
    """Answer with a start and then a drop every 20 ms, for ever."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(start)
        while not web.stopping.wait(0.02):
            handler.wfile.write(drop)

    return answer


def redirect(location: str, status: int = 302) -> Reply:
    return Reply(status=status, headers={"Location": location})


PATIENT = FetchLimits(connect_s=PATIENCE_S, read_s=PATIENCE_S, total_s=PATIENCE_S)
SHORT = FetchLimits(connect_s=2.0, read_s=0.3, total_s=0.6)


class _QuietServer(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing when a client hangs up, which is what many tests are about."""


def _is_numeric(host: str) -> bool:
    try:
        ip_address(host.partition("%")[0])
    except ValueError:
        return host.replace(".", "").lower().removeprefix("0x").isalnum() and host[:1].isdigit()
    return True
