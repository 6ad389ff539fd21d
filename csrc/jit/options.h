/* The options of jit/options.def: their values, their parser, their table. */
#ifndef DXPY_JIT_OPTIONS_H
#define DXPY_JIT_OPTIONS_H

#include <Python.h>
#include <stdbool.h>
#include <stdint.h>

#define OPTION_FIELD_BOOL(name)       bool name
#define OPTION_FIELD_INT(name)        int64_t name
#define OPTION_FIELD_SECONDS(name)    double name
#define OPTION_FIELD_PATH(name)       char *name
#define OPTION_FIELD_LIST(name)       char **name
#define OPTION_FIELD_STAGES(name)     char **name
#define OPTION_FIELD_THRESHOLDS(name) uint64_t name[3]

typedef struct Options {
#define OPTION(name, type, ...) OPTION_FIELD_##type(name);
#include "jit/options.def"
#undef OPTION
} Options;

/* The process's options, like its one engine: read by the hook and the compiler, which have no module state.
 * Written under the GIL; a PATH or LIST may be replaced then, so copy what is needed without the GIL. */
extern Options options;

int options_prepare(void); /* set the defaults, once. -1: exception set */

/* Set what `values` (dict: name -> value) says, all or nothing. A value is of the option's Python type or a
 * str as in the environment; `sources` (dict: name -> str, or NULL) tells where a value came from, for the
 * message. TypeError for an unknown name, ValueError for a bad value; both say what is taken. */
int options_configure(PyObject *values, PyObject *sources);

/* New list of (name, type, default, environment, flag, doc, takes, value), in the table's order. */
PyObject *options_table(void);

/* The folder of the code cache: the option, else the user's cache folder, which Python code is asked for
 * once; meanwhile the policy rests. NULL when the cache is off or no folder is known. Borrowed; no exception
 * set. */
const char *options_cache_folder(void);
bool options_being_asked(void); /* Python code is being run for an option */

/* Whether only/exclude leave a function out. */
bool options_leave_out(const char *name);

#endif
