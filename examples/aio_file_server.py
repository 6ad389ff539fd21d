"""A small HTTP file server: keep-alive, byte ranges, TLS, time limits, and an end that lets requests finish.

    python examples/aio_file_server.py [--port 8000] [--tls chain.pem key.pem] [--grace 5] [folder]

Large files go from the disk to the socket without passing through Python; with TLS they go in pieces.
"""

import argparse
import asyncio
import mimetypes
import os
import re
import signal
import ssl
from urllib.parse import quote, unquote

from dxpy import aio

SMALL = 64 * 1024  # sent with the head, from the kernel's cache when it is there
PIECE = 256 * 1024
HEAD_LINES = 100
STATUS = {
    200: "OK",
    206: "Partial Content",
    400: "Bad Request",
    403: "Forbidden",
    404: "Not Found",
    405: "Method Not Allowed",
    408: "Request Timeout",
    416: "Range Not Satisfiable",
    500: "Internal Server Error",
}


class Refused(Exception):
    """Answered with this status and no more."""


def head(status, length, kind="text/plain; charset=utf-8", **fields):
    """The first part of a response."""
    lines = [f"HTTP/1.1 {status} {STATUS[status]}", f"Content-Length: {length}", f"Content-Type: {kind}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in fields.items()]
    return "\r\n".join([*lines, "\r\n"]).encode("latin-1")


def wanted(fields, size):
    """The part of a file that is asked for: status, first byte, number of bytes."""
    match = re.fullmatch(r"bytes=(\d*)-(\d*)", fields.get("range", ""))
    if match is None or match[0] == "bytes=-":
        return 200, 0, size
    first, last = match.groups()
    start = int(first) if first else max(0, size - int(last))
    end = min(size, int(last) + 1) if first and last else size
    if start >= end:
        raise Refused(416)
    return 206, start, end - start


class Site:
    """The files of one folder."""

    def __init__(self, folder, pool, idle, sending):
        self.folder = os.path.realpath(folder)
        self.pool = pool
        self.idle = idle  # seconds a client may take for a request
        self.sending = sending  # and for a piece of the answer
        self.waiting = set()  # connections between two requests
        self.ending = False

    async def serve(self, stream):
        """The handler of connections: one request after the other, until the client leaves."""
        try:
            while not self.ending and (request := await self.request(stream)):
                await self.answer(stream, *request)
        except aio.Timeout:
            await stream.write(head(408, 0))
        except (ConnectionError, asyncio.IncompleteReadError):
            pass  # the client has left, which is no news

    def end(self):
        """Let go of those who ask for nothing, and of the others after their answer."""
        self.ending = True
        for stream in [*self.waiting]:
            stream.abort()

    async def request(self, stream):
        """Method, target and fields of the next request; None when there is none."""
        fields = {}
        async with aio.timeout(self.idle):
            try:
                self.waiting.add(stream)
                first = await stream.readline()
                self.waiting.discard(stream)
                for _ in range(HEAD_LINES):
                    line = (await stream.readline()).decode("latin-1").strip()
                    if not line:
                        break
                    name, _, value = line.partition(":")
                    fields[name.lower()] = value.strip()
            except ValueError:  # a line longer than any stream takes
                await stream.write(head(400, 0))
                return None
            finally:
                self.waiting.discard(stream)
        if not first:
            return None
        parts = first.decode("latin-1").split()
        return (parts[0], parts[1], fields) if len(parts) == 3 else ("", "", fields)

    async def answer(self, stream, method, target, fields):
        """Answer one request; what cannot be had is told with its status."""
        try:
            if not method:
                raise Refused(400)
            if method not in ("GET", "HEAD"):
                raise Refused(405)
            await self.send_path(stream, await self.locate(target), method == "GET", fields)
        except Refused as error:
            await stream.write(head(error.args[0], 0))
        except (FileNotFoundError, NotADirectoryError, ValueError):  # the last: a path with a NUL
            await stream.write(head(404, 0))
        except PermissionError:
            await stream.write(head(403, 0))

    async def locate(self, target):
        """The real path a request asks for, which no link may lead out of the folder."""
        path = os.path.join(self.folder, unquote(target.partition("?")[0]).lstrip("/"))
        path = await aio.realpath(path)
        if path != self.folder and not path.startswith(self.folder + os.sep):
            raise Refused(403)
        return path

    async def send_path(self, stream, path, body, fields):
        """A file, or the names in a folder."""
        if await aio.is_dir(path):
            entries = sorted(await aio.scandir(path), key=lambda entry: entry.name)
            names = "".join(quote(entry.name) + "/" * entry.is_dir() + "\n" for entry in entries).encode()
            await stream.write(head(200, len(names)) + (names if body else b""))
            return
        kind = mimetypes.guess_type(path)[0] or "application/octet-stream"
        async with aio.open(path, "rb") as file:
            size = (await aio.fstat(file.fileno())).st_size
            status, start, count = wanted(fields, size)
            extra = {"Content_Range": f"bytes {start}-{start + count - 1}/{size}"} if status == 206 else {}
            first = head(status, count, kind, Accept_Ranges="bytes", **extra)
            if not body:
                await stream.write(first)
            elif count <= SMALL:
                await stream.write(first + await file.pread(count, start))
            else:
                await stream.write(first)
                await self.send_much(stream, file, start, count)

    async def send_much(self, stream, file, start, count):
        """A part of a file, in pieces, each of which has its time."""
        end = start + count
        plain = isinstance(stream, aio.Stream)
        while start < end:
            size = min(PIECE if not plain else 64 * PIECE, end - start)
            async with aio.timeout(self.sending):
                if plain:
                    sent = await self.pool.send_file(stream, file, start, size)
                else:
                    data = await file.pread(size, start)
                    await stream.write(data)
                    sent = len(data)
            if not sent:
                raise ConnectionAbortedError("the file has become shorter")
            start += sent


async def main(options):
    """Serve the folder until SIGTERM or SIGINT; requests under way have their time to end."""
    context = None
    if options.tls:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*options.tls)
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    with aio.ReactorPool(2) as pool:
        site = Site(options.folder, pool, options.idle, options.sending)
        async with await aio.serve(site.serve, options.host, options.port, ssl=context) as server:
            print("serving", site.folder, "on", server.addresses, flush=True)
            await stop.wait()
            site.end()
            await server.close(grace=options.grace)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folder", nargs="?", default=".")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--tls", nargs=2, metavar=("CHAIN", "KEY"))
    parser.add_argument("--idle", type=float, default=30, help="seconds a client may take for a request")
    parser.add_argument(
        "--sending", type=float, default=30, help="seconds it may take for a piece of the answer"
    )
    parser.add_argument("--grace", type=float, default=5, help="seconds requests have to end at the end")
    asyncio.run(main(parser.parse_args()))
