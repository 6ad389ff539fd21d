"""Hosts the behaviour tests run under, and the import path of a checkout."""

import asyncio
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
