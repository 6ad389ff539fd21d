/* The state of the module dxpy._jit: its types and exceptions. Everything Python-visible is in here. */
#ifndef DXPY_JIT_STATE_H
#define DXPY_JIT_STATE_H

#include <Python.h>

#include "jit/engine.h"

typedef struct ModuleState {
    PyTypeObject *integration_type, *mapper_type, *stats_type, *profile_type;
    PyObject *jit_error, *jit_disabled, *compilation_failed, *deopt_failed, *osr_failed;
    PyObject *tiers[TIER_COUNT]; /* members of dxpy.CompilationTier; NULL before the first is asked for */
    PyObject *integration;       /* the process's engine as an object; NULL before the first is asked for */
} ModuleState;

extern struct PyModuleDef jit_module; /* csrc/module.c */

static inline ModuleState *state_of_module(PyObject *module) { return PyModule_GetState(module); }

/* NULL with TypeError when the object is not of one of the module's types. */
static inline ModuleState *state_of(PyObject *object) {
    PyObject *module = PyType_GetModuleByDef(Py_TYPE(object), &jit_module); // borrowed
    return module ? PyModule_GetState(module) : NULL;
}

/* A member of dxpy.CompilationTier; new ref. */
PyObject *tier_to_python(ModuleState *state, Tier tier);

/* PyArg "O&" converter: CompilationTier or a whole number from 0 to 3. ValueError says what is taken. */
int tier_from_python(PyObject *value, void *tier);

/* The heap types; NULL with exception set. New refs. */
PyTypeObject *integration_type_new(PyObject *module);
PyTypeObject *mapper_type_new(PyObject *module);
PyTypeObject *stats_type_new(void);
PyTypeObject *profile_type_new(void);

/* The process's engine as a JitIntegration, always the same object; borrowed. */
PyObject *integration_of_process(PyObject *module);

/* A FunctionIdMapper over an engine's mapper, which `owner` keeps alive; new ref. */
PyObject *mapper_view_new(ModuleState *state, Mapper *mapper, PyObject *owner);
Mapper *mapper_of_object(PyObject *object); /* NULL with TypeError */
Engine *engine_of_object(PyObject *object); /* NULL with TypeError; NULL object: the process's */

PyObject *stats_to_python(ModuleState *state, const Engine *engine); /* JitStats; new ref */
PyObject *profile_to_python(ModuleState *state,
                            FunctionRecord *first); /* FunctionProfile, or None; new ref */
PyObject *record_to_dict(FunctionRecord *record);   /* new ref */
PyObject *engine_records_to_python(Engine *engine); /* list of such; new ref */

PyObject *cache_info_to_python(void);    /* new ref */
PyObject *cache_entries_to_python(void); /* new ref */
PyObject *cache_clear_to_python(void);   /* bool: all of it is gone; new ref */
PyObject *cache_probe_to_python(void);   /* these too: see py_cache.c */
PyObject *cache_add_to_python(PyObject *args);
PyObject *cache_world_to_python(void);
PyObject *cache_index_to_python(void);
PyObject *cache_index_add_to_python(PyObject *args);

/* CompilationFailed for `name`; also sets its attributes reason and function. */
void raise_compilation_failed(ModuleState *state, PyObject *name, Tier tier, const Refusal *refusal);

/* dxpy._jit._C_API: new ref. */
PyObject *capi_capsule_new(PyObject *module);

extern const char *const tier_names[TIER_COUNT];

#endif
