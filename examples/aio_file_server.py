"""A small HTTP file server: files go from the disk to the socket without passing through Python.

python examples/aio_file_server.py [folder] [port]
"""

import asyncio
import mimetypes
import os
import sys
from urllib.parse import unquote

from dxpy import aio

SMALL = 64 * 1024


async def answer(stream, status, body=b"", kind="text/plain; charset=utf-8", length=None):
    """Send a response's head and, for what is at hand, its body."""
    size = len(body) if length is None else length
    head = f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {size}\r\n\r\n"
    await stream.write(head.encode() + body)


def locate(folder, target):
    """The path a request asks for, or None when it leads out of the folder."""
    path = os.path.normpath(os.path.join(folder, unquote(target.partition("?")[0]).lstrip("/")))
    return path if path == folder or path.startswith(folder + os.sep) else None


async def send_path(stream, pool, path):
    """Answer with a file, or with the names in a folder."""
    if await aio.is_dir(path):
        names = "\n".join(sorted(await aio.listdir(path)))
        await answer(stream, "200 OK", names.encode())
        return
    kind = mimetypes.guess_type(path)[0] or "application/octet-stream"
    size = (await aio.stat(path)).st_size
    if size <= SMALL:
        await answer(stream, "200 OK", await aio.read_file(path), kind)
        return
    async with aio.open(path, "rb") as file:
        await answer(stream, "200 OK", kind=kind, length=size)
        await pool.send_file(stream, file, 0, size)


def make_handler(folder, pool):
    """The handler of connections: one request after the other until the client leaves."""

    async def respond(stream, request):
        try:
            method, target, _ = request.decode("latin-1").split()
            path = locate(folder, target)
            if method != "GET" or path is None:
                await answer(stream, "400 Bad Request", b"only files of this folder can be had\n")
            else:
                await send_path(stream, pool, path)
        except (FileNotFoundError, NotADirectoryError):
            await answer(stream, "404 Not Found", b"no such file\n")
        except PermissionError:
            await answer(stream, "403 Forbidden", b"this file is not for you\n")

    async def handler(stream):
        try:
            while request := await stream.readline():
                while (await stream.readline()).strip():
                    pass
                await respond(stream, request)
        except ValueError:  # a line without an end, or a request of other parts
            await answer(stream, "400 Bad Request", b"not a request\n")
        except ConnectionError:
            pass  # the client has left

    return handler


async def main(folder=".", port=8000):
    """Serve the folder until interrupted."""
    with aio.ReactorPool(2) as pool:
        async with await aio.serve(
            make_handler(os.path.abspath(folder), pool), "127.0.0.1", int(port)
        ) as server:
            print("serving", os.path.abspath(folder), "on", server.addresses, flush=True)
            await server.serve_forever()


if __name__ == "__main__":
    try:
        asyncio.run(main(*sys.argv[1:]))
    except KeyboardInterrupt:
        pass
