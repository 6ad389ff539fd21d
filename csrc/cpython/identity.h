/* What a code object is, by its content: the same in every process, whatever the hash seed and however far
 * the interpreter has specialised it. */
#ifndef DXPY_CPYTHON_IDENTITY_H
#define DXPY_CPYTHON_IDENTITY_H

#include <Python.h>
#include <stdbool.h>

enum { IDENTITY_BYTES = 32 };

/* A few nanoseconds' worth: codes of one content and name have one hint, others hardly ever. */
uint64_t identity_hint(PyCodeObject *code, PyObject *name);

/* SHA-256 of all that compiled code may depend on, and of the name under which it runs. File and lines are
 * left out: they change with every edit above. False: the code holds constants that no compiler makes, or
 * memory ran out. Raises nothing, runs no Python code. */
bool identity_of_code(PyCodeObject *code, PyObject *name, uint8_t identity[IDENTITY_BYTES]);

/* The program that runs, by the name of its script or module; never 0 but by chance. */
uint64_t identity_of_program(void);

/* A class by its names, borrowed and in UTF-8; false: it has none that are str. */
bool identity_of_type(PyTypeObject *type, const char **module, const char **qualname);

/* Likewise a Python function. */
bool identity_of_function(PyObject *function, const char **module, const char **qualname);

/* What a module, or a class in one, has under these names; NULL: nothing. Looks into modules and classes
 * only; runs no Python code. borrowed */
PyObject *identity_find(const char *module, const char *qualname);

/* The version of the class of these names, which gets one if it has none; 0: there is no such class now. */
uint32_t identity_find_type_version(const char *module, const char *qualname);

#endif
