"""Hosts the behaviour tests run under, and the import path of a checkout."""

import asyncio
import subprocess
import sys
from pathlib import Path

import pytest
import uvloop

sys.path.insert(0, str(Path(__file__).parent))


def _run_asyncio(coroutine):
    return asyncio.run(coroutine)


def _run_debug(coroutine):
    return asyncio.run(coroutine, debug=True)


def _run_uvloop(coroutine):
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(coroutine)


HOSTS = {"asyncio": _run_asyncio, "debug": _run_debug, "uvloop": _run_uvloop}


@pytest.fixture(params=HOSTS)
def run(request):
    """Runs a coroutine to its end under each kind of loop."""
    return HOSTS[request.param]


@pytest.fixture
def folder(tmp_path):
    """A fresh directory as a str."""
    return str(tmp_path)


@pytest.fixture(scope="session")
def certificate(tmp_path_factory):
    """Paths of a self-signed certificate and its key."""
    folder = tmp_path_factory.mktemp("tls")
    key, chain = str(folder / "key.pem"), str(folder / "chain.pem")
    subprocess.run(
        [
            "openssl",
            "req",
            "-x509",
            "-newkey",
            "rsa:2048",
            "-nodes",
            "-keyout",
            key,
            "-out",
            chain,
            "-days",
            "2",
            "-subj",
            "/CN=localhost",
            "-addext",
            "subjectAltName=DNS:localhost",
        ],
        check=True,
        capture_output=True,
    )
    return chain, key
