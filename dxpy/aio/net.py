"""Connections and servers over TCP and Unix sockets, with TLS."""

import asyncio
import inspect
import io
import itertools
import os
import socket
import ssl as tls
import time

from dxpy import _reactor
from dxpy._reactor import Stream
from dxpy.aio import errors, hosts, timers

MAX_UNIX_PATH = 107
MAX_PORT = 65535
TLS_CHUNK = 64 * 1024
ATTEMPT_DELAY = 0.25  # of RFC 8305


def _unix_path(path):
    name = os.fsencode(path)
    if not name:
        raise ValueError("a Unix socket's path must not be empty")
    if b"\0" in name:
        raise ValueError("embedded null byte")
    if len(name) > MAX_UNIX_PATH:
        raise ValueError(f"a Unix socket's path has at most {MAX_UNIX_PATH} bytes")
    return name


def _checked_port(port):
    # What is too large would be cut to 16 bits on the way.
    if isinstance(port, int) and not 0 <= port <= MAX_PORT:
        raise OverflowError(f"port must be 0-{MAX_PORT}, not {port}")
    return port


def _numeric(sockaddr):
    host, port, *rest = sockaddr
    return host.partition("%")[0], port, rest[1] if len(rest) > 1 else 0


async def connect(host=None, port=None, *, path=None, ssl=None, server_hostname=None):
    """Connect to host and port, or to the Unix socket at path; a Stream, or a TlsStream when ssl is given.

    ssl is True for the default context, or an ssl.SSLContext. The addresses of the host are tried one after the other,
    the next a quarter of a second after the last or as soon as that fails; the first connection made is taken, and when
    there is none the last error is raised, with a note on the others. Raises OSError subclasses, ssl.SSLError, ValueError for contradicting arguments.
    """
    if (path is None) == (host is None) or (host is None) != (port is None):
        raise ValueError("either host and port or path must be given")
    if ssl not in (None, True, False) and not isinstance(ssl, tls.SSLContext):
        raise TypeError(f"ssl must be True or an ssl.SSLContext, not {type(ssl).__name__}")
    if path is not None:
        try:
            stream = await _reactor._connect_unix(_unix_path(path))
        except OSError as error:
            error.filename = path
            raise
    else:
        stream = await _connect_host(host, port)
    if not ssl:
        return stream
    context = tls.create_default_context() if ssl is True else ssl
    return await _start_tls(stream, context, server_side=False, hostname=server_hostname or host)


async def _connect_host(host, port):
    found = await _reactor.getaddrinfo(host, _checked_port(port), 0, socket.SOCK_STREAM)
    addresses = _families_in_turn(list(dict.fromkeys(entry[4] for entry in found)))
    if not addresses:
        raise errors.IoError(0, f"{host} has no address")
    attempts, failure, last = {}, None, time.monotonic()
    try:
        while addresses or attempts:
            wait = max(0, last + ATTEMPT_DELAY - time.monotonic()) if addresses else None
            if addresses and (not attempts or wait == 0):
                address, last = addresses.pop(0), time.monotonic()
                attempts[_reactor._connect_tcp(*_numeric(address))] = address
                continue
            await hosts.first_of(attempts, wait)
            for attempt in [one for one in attempts if one.done()]:
                address = attempts.pop(attempt)
                if attempt.exception() is None:
                    return attempt.result()
                note = f"while connecting to {address[0]} port {address[1]}"
                if failure is not None:
                    note += f", after {failure}"
                failure = attempt.exception()
                failure.add_note(note)
                last = -ATTEMPT_DELAY  # the next one at once
        raise failure
    finally:
        failure = None
        for attempt in attempts:
            if not attempt.cancel() and attempt.exception() is None:
                attempt.result().abort()


def _families_in_turn(addresses):
    """The system's order, but with the other family of addresses second, fourth and so on."""
    first = [address for address in addresses if len(address) == len(addresses[0])]
    other = [address for address in addresses if len(address) != len(addresses[0])]
    pairs = itertools.zip_longest(first, other)
    return [address for pair in pairs for address in pair if address is not None]


class TlsStream:
    """A Stream's methods over TLS, but for write_eof(); and version, cipher, getpeercert, selected_alpn_protocol.

    truncated: whether the other side has ended without saying so, in which case what it sent may have been cut short by
    somebody in between. Reading then ends as it always does.
    """

    def __init__(self, stream, context, server_side, hostname):
        self._stream = stream
        self._incoming = tls.MemoryBIO()
        self._outgoing = tls.MemoryBIO()
        self._object = context.wrap_bio(
            self._incoming, self._outgoing, server_side, None if server_side else hostname
        )
        self._buffer = bytearray()
        self._at_end = False
        self.truncated = False

    async def _handshake(self):
        while True:
            try:
                self._object.do_handshake()
            except tls.SSLWantReadError:
                await self._flush()
                await self._feed()
            else:
                await self._flush()
                return

    async def _flush(self):
        data = self._outgoing.read()
        if data:
            await self._stream.write(data)

    async def _feed(self):
        data = await self._stream.read(TLS_CHUNK)
        if data:
            self._incoming.write(data)
        else:
            self._incoming.write_eof()

    async def _fill(self):
        """Decrypt some more into the buffer; False at the end."""
        while not self._at_end:
            try:
                data = self._object.read(TLS_CHUNK)
            except tls.SSLWantReadError:
                await self._flush()
                await self._feed()
                continue
            except (tls.SSLZeroReturnError, tls.SSLEOFError):
                data = b""
            if not data:
                # A goodbye is found before the end of the connection is.
                self.truncated = self._incoming.eof
                self._at_end = True
                return False
            self._buffer += data
            return True
        return False

    def _take(self, size):
        data = bytes(self._buffer[:size])
        del self._buffer[:size]
        return data

    async def read(self, size=-1):
        """Stream.read."""
        if size < 0:
            while await self._fill():
                pass
            return self._take(len(self._buffer))
        if size and not self._buffer:
            await self._fill()
        return self._take(size)

    async def readexactly(self, size):
        """Stream.readexactly."""
        if size < 0:
            raise ValueError("size must not be negative")
        while len(self._buffer) < size:
            if not await self._fill():
                raise asyncio.IncompleteReadError(self._take(len(self._buffer)), size)
        return self._take(size)

    async def readuntil(self, separator=b"\n"):
        """Stream.readuntil."""
        if not separator:
            raise ValueError("the separator must not be empty")
        start = 0
        while (found := self._buffer.find(separator, start)) < 0:
            start = max(0, len(self._buffer) - len(separator) + 1)
            if len(self._buffer) >= 256 * 1024:
                raise ValueError("no separator within the limit of 256 KiB")
            if not await self._fill():
                raise asyncio.IncompleteReadError(self._take(len(self._buffer)), None)
        return self._take(found + len(separator))

    async def readline(self):
        """Stream.readline."""
        try:
            return await self.readuntil(b"\n")
        except asyncio.IncompleteReadError as error:
            return error.partial

    async def write(self, data):
        """Stream.write."""
        view = memoryview(data).cast("B")
        while view:
            view = view[self._object.write(view) :]
        await self._flush()

    async def close(self):
        """Say goodbye to the other side and close; its own goodbye is not waited for."""
        if not self._stream.closed:
            try:
                self._object.unwrap()
            except tls.SSLError:
                pass
            try:
                await self._flush()
            except OSError:
                pass
        await self._stream.close()

    def abort(self):
        """Close at once."""
        self._stream.abort()

    @property
    def plain(self):
        """The Stream beneath, for its descriptor's settings."""
        return self._stream

    def fileno(self):
        """Refused: what passes through the descriptor is not encrypted."""
        raise io.UnsupportedOperation(
            "what is sent through a TLS stream's descriptor is not encrypted; see .plain"
        )

    def __getattr__(self, name):
        if name in ("peername", "sockname", "closed"):
            return getattr(self._stream, name)
        if name in ("version", "cipher", "getpeercert", "selected_alpn_protocol"):
            return getattr(self._object, name)
        raise AttributeError(f"TlsStream has no attribute {name!r}")

    async def __aenter__(self):
        return self

    async def __aexit__(self, kind, *_):
        if kind is None:
            await self.close()
        else:
            self.abort()

    def __aiter__(self):
        return self

    async def __anext__(self):
        line = await self.readline()
        if not line:
            raise StopAsyncIteration
        return line


async def _start_tls(stream, context, server_side, hostname=None):
    secure = TlsStream(stream, context, server_side, hostname)
    try:
        await secure._handshake()
    except BaseException:
        stream.abort()
        raise
    return secure


class Server:
    """A running server: ``async with``, or close(). handler(stream) runs as a task for each connection."""

    def __init__(self, listeners, handler, ssl, handshake_timeout, limit):
        self._listeners = listeners
        self._handler = handler
        self._ssl = ssl
        self._handshake_timeout = handshake_timeout
        self._gate = asyncio.Semaphore(limit)
        self._tasks = set()
        self._accepting = [asyncio.ensure_future(self._accept(one)) for one in listeners]

    @property
    def addresses(self):
        """The addresses it listens on."""
        return [one.sockname for one in self._listeners]

    def __repr__(self):
        return f"<dxpy.aio.Server at {', '.join(map(repr, self.addresses))}, {len(self._tasks)} connections>"

    async def _accept(self, listener):
        while True:
            await self._gate.acquire()
            try:
                stream = await listener.accept()
            except OSError:
                self._gate.release()
                if listener.sockname is None:
                    return
                await asyncio.sleep(0.05)  # no descriptors left, or no memory: others may give some back
                continue
            except BaseException:
                self._gate.release()
                raise
            task = asyncio.ensure_future(self._serve(stream))
            self._tasks.add(task)
            task.add_done_callback(self._ended)

    def _ended(self, task):
        self._tasks.discard(task)
        self._gate.release()
        if not task.cancelled() and task.exception() is not None:
            task.get_loop().call_exception_handler(
                {"message": "a connection's handler failed", "exception": task.exception(), "task": task}
            )

    async def _serve(self, stream):
        if self._ssl is not None:
            try:
                async with asyncio.timeout(self._handshake_timeout):
                    stream = await _start_tls(stream, self._ssl, server_side=True)
            except OSError:
                return  # what does not speak TLS, or not in time, is not the handler's affair
        async with stream:
            answer = self._handler(stream)
            if not inspect.isawaitable(answer):
                raise TypeError(
                    f"handler must be a coroutine function: {self._handler!r} returned {answer!r}"
                )
            await answer

    async def serve_forever(self):
        """Wait until the server is closed."""
        ended, _ = await asyncio.wait(self._accepting)
        for task in ended:
            if not task.cancelled():
                task.result()

    async def close(self, grace=0):
        """Stop listening, give the handlers that run grace seconds to end (None: all they need), cancel the others, and
        wait for them. A handler that calls it is not its own affair.
        """
        for listener in self._listeners:
            listener.close()
        for task in self._accepting:
            task.cancel()
        try:
            if grace != 0 and (running := self._running()):
                await asyncio.wait(running, timeout=grace)
        finally:
            for task in self._running():
                task.cancel()
            await asyncio.gather(*self._accepting, *self._running(), return_exceptions=True)

    def _running(self):
        return self._tasks - {asyncio.current_task()}

    async def __aenter__(self):
        return self

    async def __aexit__(self, *_):
        await self.close()


async def listen(host=None, port=0, *, path=None, backlog=1024):
    """Listening sockets, one for each address of host, or one for the Unix socket at path: objects with accept()."""
    if (path is None) == (host is None):
        raise ValueError("either host and port or path must be given")
    if path is not None:
        return [_reactor._listen_unix(_unix_path(path), backlog)]
    found = await _reactor.getaddrinfo(host, _checked_port(port), 0, socket.SOCK_STREAM, 0, socket.AI_PASSIVE)
    listeners = []
    try:
        for address in dict.fromkeys(entry[4] for entry in found):
            name, number, scope = _numeric(address)
            listeners.append(_reactor._listen_tcp(name, number, backlog, scope))
    except BaseException:
        for listener in listeners:
            listener.close()
        raise
    return listeners


async def serve(
    handler, host=None, port=0, *, path=None, ssl=None, handshake_timeout=60, backlog=1024, limit=10000
):
    """Serve TCP (host, port; port 0 takes a free one) or a Unix socket (path), with TLS when ssl is an SSLContext.

    handler(stream) is a coroutine function, run as a task for each connection, at most limit at a time; the stream
    is closed when it returns. A client that has not finished its TLS handshake within handshake_timeout seconds (None:
    no limit) is let go. Returns a Server.
    """
    if not callable(handler):
        raise TypeError(f"handler must be a coroutine function, not {type(handler).__name__}")
    if ssl is not None and not isinstance(ssl, tls.SSLContext):
        raise TypeError(f"ssl must be an ssl.SSLContext with a certificate, not {type(ssl).__name__}")
    if handshake_timeout is not None:
        timers.check_seconds("handshake_timeout", handshake_timeout)
    for name, value in (("limit", limit), ("backlog", backlog)):
        if not isinstance(value, int):
            raise TypeError(f"{name} must be int, not {type(value).__name__}")
        if value < 1:
            raise ValueError(f"{name} must be positive")
    listeners = await listen(host, port, path=path, backlog=backlog)
    return Server(listeners, handler, ssl, handshake_timeout, limit)


def open_socket(sock):
    """Take over a connected socket.socket: a Stream on its descriptor; the socket object is detached."""
    if not isinstance(sock, socket.socket):
        raise TypeError(f"a socket.socket is needed, not {type(sock).__name__}")
    if sock.type != socket.SOCK_STREAM:
        raise ValueError("only stream sockets can be taken over")
    tcp = sock.family != socket.AF_UNIX
    return _reactor._stream_open(sock.detach(), tcp, True)


__all__ = ["Server", "Stream", "TlsStream", "connect", "listen", "open_socket", "serve"]
