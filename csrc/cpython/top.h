/* Running a program as the interpreter runs the one on its command line: its outermost frame has none below
 * it, it has the whole recursion limit, and an exception that it leaves is printed as at the end of a
 * program. */
#ifndef DXPY_CPYTHON_TOP_H
#define DXPY_CPYTHON_TOP_H

#include <Python.h>

/* Each runs in sys.modules["__main__"] and returns the exit status, 0 or 1. SystemExit ends the process;
 * after an unhandled KeyboardInterrupt CPython ends it with the signal, which for top_run_call is left to the
 * caller. */
int top_run_file(FILE *file_steal, const char *name);
int top_run_string(const char *source);

/* `call` is runpy's function that runs a module as __main__. TOP_INTERRUPTED: by KeyboardInterrupt. */
enum { TOP_INTERRUPTED = 2 };
int top_run_call(PyObject *call, PyObject *arguments);

#endif
