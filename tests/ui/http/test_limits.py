"""Slow clients, lost clients, too many clients, and input that is not HTTP, from the client's end of the connection."""

import asyncio
import json
import socket
import threading
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager

import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

from tests.support.waiting import wait_until
from ui.http import limits
from ui.http.limits import Connection
from ui.http.proxies import Network, networks

HEAD = b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"
WAIT = 0.5  # seconds
PATIENCE = 25  # seconds: long enough for a busy machine, but shorter than a connection's default time limit


async def _short(request: Request) -> Response:
    return PlainTextResponse(f"hello {request.query_params.get('n', '')}")


async def _endless(_: Request) -> Response:
    async def pieces() -> AsyncIterator[bytes]:
        while True:
            await asyncio.sleep(0)
            yield b"x" * 65536

    return StreamingResponse(pieces())


@contextmanager
def _serving(protocol: type[Connection]) -> Iterator[uvicorn.Server]:
    routes = [Route("/", _short, methods=["GET", "POST"]), Route("/healthz", _short), Route("/endless", _endless)]
    app = Starlette(routes=routes)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        server = uvicorn.Server(uvicorn.Config(app, http=protocol, log_config=None, timeout_graceful_shutdown=1))
        server.port = listening.getsockname()[1]
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
        thread.start()
        wait_until(lambda: server.started, "the server's start")
        yield server
        server.should_exit = True
        thread.join(10)


@pytest.fixture(scope="module")
def hasty() -> Iterator[uvicorn.Server]:
    """A server whose connections wait for half a second."""
    with _serving(type("Hasty", (Connection,), {"request_seconds": WAIT, "response_seconds": WAIT})) as server:
        yield server


@pytest.fixture(scope="module")
def server() -> Iterator[uvicorn.Server]:
    """A server with the default time limits."""
    with _serving(Connection) as server:
        yield server


@pytest.fixture
def hurried(hasty: uvicorn.Server) -> Iterator[socket.socket]:
    """A connection with a short time limit."""
    with _connected(hasty) as opened:
        yield opened


@pytest.fixture
def client(server: uvicorn.Server) -> Iterator[socket.socket]:
    """A connection."""
    with _connected(server) as opened:
        yield opened


def _connected(server: uvicorn.Server) -> socket.socket:
    return socket.create_connection(("127.0.0.1", server.port), timeout=PATIENCE)


def _answered(server: uvicorn.Server, request: bytes) -> socket.socket:
    """A connection on which a request was answered; on a busy machine, the first request may arrive too late."""
    for _ in range(20):
        opened = _connected(server)
        opened.sendall(request)
        if opened.recv(1000).startswith(b"HTTP/1.1 200"):
            return opened
        opened.close()
    raise AssertionError("no request was answered")


def _until_closed(client: socket.socket) -> bytes:
    received = b""
    try:
        while piece := client.recv(65536):
            received += piece
            assert len(received) < 50_000_000
    except ConnectionResetError:
        pass
    return received


def _trickle(client: socket.socket, piece: bytes = b"x") -> None:
    """Send a byte now and then, until the other end closes the connection."""

    def is_closed() -> bool:
        try:
            client.sendall(piece)
        except OSError:
            return True
        return False

    wait_until(is_closed, "the connection's end", seconds=PATIENCE)


def _problem(received: bytes) -> tuple[int, dict, bytes]:
    head, _, body = received.partition(b"\r\n\r\n")
    assert b"application/problem+json" in head
    return int(head.split()[1]), json.loads(body), head


@pytest.mark.parametrize("begun", [b"", HEAD[:20]])
def test_incomplete_headers_time_out(begun: bytes, hurried: socket.socket):
    hurried.sendall(begun)
    assert _problem(_until_closed(hurried))[0] == 408


def test_headers_sent_byte_by_byte_get_no_more_time(hurried: socket.socket):
    hurried.sendall(HEAD[:-2] + b"X-Slow: ")
    _trickle(hurried)


def test_a_second_request_gets_no_more_time_than_the_first(hasty: uvicorn.Server):
    with _answered(hasty, HEAD) as client:
        _trickle(client, HEAD[:1])


def test_an_incomplete_body_that_no_route_reads_times_out(hasty: uvicorn.Server):
    with _answered(hasty, b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\n") as client:
        _trickle(client)


def test_a_client_that_does_not_read_its_response_is_disconnected(hasty: uvicorn.Server):
    with _connected(hasty) as client:
        client.sendall(b"GET /endless HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert client.recv(1)
        wait_until(lambda: not hasty.server_state.connections, "the connection's end", seconds=PATIENCE)
        assert len(_until_closed(client)) > 0  # what had been sent already, then the end of the connection


def test_input_that_is_not_http_is_answered_with_a_problem(client: socket.socket):
    client.sendall(b"\x16\x03\x01 this is no HTTP\r\n\r\n")
    assert _problem(_until_closed(client))[0] == 400


def test_enormous_headers_are_refused(client: socket.socket):
    client.sendall(HEAD[:-2] + b"X-Large: " + b"x" * 200_000)
    assert _until_closed(client).startswith(b"HTTP/1.1 400")


def test_a_connection_above_the_limit_is_refused_at_once(server: uvicorn.Server, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(limits, "MAX_CONNECTIONS", 3)
    monkeypatch.setattr(limits, "HEALTH_RESERVE", 0)
    crowd = [_connected(server) for _ in range(4)]
    try:
        status, problem, head = _problem(_until_closed(crowd[3]))
        assert (status, problem["status"]) == (503, 503)
        assert b"retry-after: 1" in head.lower()
        crowd[0].sendall(HEAD)
        assert crowd[0].recv(1000).startswith(b"HTTP/1.1 200")
    finally:
        for one in crowd:
            one.close()


def test_pipelined_requests_are_answered_in_order(client: socket.socket):
    client.sendall(b"".join(b"GET /?n=%d HTTP/1.1\r\nHost: localhost\r\n\r\n" % n for n in range(5)))
    received = b""
    while received.count(b"hello") < 5:
        received += client.recv(65536)
    assert [int(piece[:1]) for piece in received.split(b"hello ")[1:]] == [0, 1, 2, 3, 4]


def test_beyond_the_limit_health_checks_are_still_answered(server: uvicorn.Server, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(limits, "MAX_CONNECTIONS", 2)
    crowd = [_connected(server) for _ in range(4)]
    try:
        crowd[2].sendall(HEAD)
        assert _problem(_until_closed(crowd[2]))[0] == 503
        crowd[3].sendall(HEAD.replace(b"GET /", b"GET /healthz"))
        assert crowd[3].recv(1000).startswith(b"HTTP/1.1 200")
    finally:
        for one in crowd:
            one.close()


@pytest.mark.parametrize("proxies", [(), networks(["127.0.0.0/8"])])
def test_one_address_cannot_take_all_connections_unless_it_is_a_proxy(
    monkeypatch: pytest.MonkeyPatch, proxies: tuple[Network, ...]
):
    monkeypatch.setattr(limits, "MAX_PER_ADDRESS", 2)
    with _serving(type("Proxied", (Connection,), {"proxies": proxies})) as server:
        crowd = [_connected(server) for _ in range(3)]
        crowd[2].sendall(HEAD)
        assert crowd[2].recv(1000).startswith(b"HTTP/1.1 200" if proxies else b"HTTP/1.1 503")
        for one in crowd:
            one.close()


def test_responses_on_a_kept_connection_are_not_delayed(client: socket.socket):
    """Nagle's algorithm and delayed acknowledgement together would take 40 ms each."""
    delays = []
    for number in range(12):
        began = time.perf_counter()
        client.sendall(b"GET /?n=%d HTTP/1.1\r\nHost: localhost\r\n\r\n" % number)
        received = b""
        while not received.endswith(b"hello %d" % number):
            received += client.recv(65536)
        delays.append(time.perf_counter() - began)
    assert min(delays[2:]) < 0.02
