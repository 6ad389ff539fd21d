/* The frame hook (PEP 523): counts calls into the records that co_extra points to and runs compiled code.
 * All of it needs the GIL. */
#ifndef DXPY_CPYTHON_HOOK_H
#define DXPY_CPYTHON_HOOK_H

#include <Python.h>
#include <stdbool.h>

struct FunctionRecord; /* jit/record.h */

/* Set up co_extra; called once, when the module is made. -1: exception set. */
int hook_prepare(void);

/* 0, also when it was in already; -1 with RuntimeError when another hook is set. */
int hook_install(void);
void hook_remove(void);
bool hook_is_installed(void);

/* Ask the policy about the function of a frame, which is a sample of it. */
void hook_ask(struct FunctionRecord *record, struct _PyInterpreterFrame *frame);

/* Does calling a function run the code it has? An extension may have put something else there. */
bool hook_calls_own_code(PyFunctionObject *function);
/* Call a function that compiled code cannot be entered for now: not by what would ask for that again. */
PyObject *hook_call_cpythons_way(PyObject *function, PyObject *const *args, size_t given, PyObject *names);

/* The record that a code object's co_extra points to (borrowed), or NULL; works with the hook out. */
struct FunctionRecord *hook_find_record(PyCodeObject *code);

/* Let co_extra own the record; sets in_co_extra and makes record->code borrowed. -1: exception set. */
int hook_attach_record(PyCodeObject *code, struct FunctionRecord *record);

#endif
