"""asyncio's own tests of futures and tasks, with PyFuture where they make a Future. A program, not a pytest module:

python tests/reactor/stdlib_futures.py
"""

import asyncio
import unittest

from test.test_asyncio import test_futures, test_tasks, utils

from dxpy.aio import PyFuture


class Futures(test_futures.BaseFutureTests, utils.TestCase):
    cls = PyFuture

    def _new_future(self, *arguments, **named):
        return PyFuture(*arguments, **named)


class Inheritance(test_futures.BaseFutureInheritanceTests, utils.TestCase):
    def _get_future_cls(self):
        return PyFuture


class DoneCallbacks(test_futures.BaseFutureDoneCallbackTests, utils.TestCase):
    def _new_future(self):
        return PyFuture(loop=self.loop)


class Tasks(test_tasks.BaseTaskTests, utils.TestCase):
    Task = asyncio.Task
    Future = PyFuture
    all_tasks = staticmethod(asyncio.all_tasks)


if __name__ == "__main__":
    unittest.main()
