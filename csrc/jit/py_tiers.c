/* Tiers and refusals as Python sees them. */
#include "jit/reasons.h"
#include "jit/state.h"

const char *const tier_names[TIER_COUNT] = {"INTERPRETER", "BASELINE_JIT", "OPTIMIZING_JIT", "AOT_OPTIMIZED"};

/* The enumeration is a class written in Python: enum is imported when a tier is first asked for. */
static int load_tiers(ModuleState *state) {
    PyObject *module = PyImport_ImportModule("dxpy.tiers");
    PyObject *type = module ? PyObject_GetAttrString(module, "CompilationTier") : NULL;
    int failed = type ? 0 : -1;
    for (int tier = 0; !failed && tier < TIER_COUNT; tier++) {
        PyObject *member = PyObject_GetAttrString(type, tier_names[tier]);
        if (member) Py_XSETREF(state->tiers[tier], member);
        else failed = -1;
    }
    Py_XDECREF(type);
    Py_XDECREF(module);
    return failed;
}

PyObject *tier_to_python(ModuleState *state, Tier tier) {
    if (!state->tiers[TIER_COUNT - 1] && load_tiers(state) < 0) return NULL;
    return Py_NewRef(state->tiers[tier]);
}

int tier_from_python(PyObject *value, void *tier) {
    PyObject *number = PyBool_Check(value) ? NULL : PyNumber_Index(value);
    if (!number) {
        PyErr_Format(PyExc_TypeError, "tier must be a dxpy.CompilationTier, not %.100s",
                     Py_TYPE(value)->tp_name);
        return 0;
    }
    int overflow;
    long index = PyLong_AsLongAndOverflow(number, &overflow);
    Py_DECREF(number);
    if (overflow || index < 0 || index >= TIER_COUNT) {
        PyErr_Format(PyExc_ValueError, "tier must be a dxpy.CompilationTier, 0 to 3, not %.100R", value);
        return 0;
    }
    *(Tier *)tier = (Tier)index;
    return 1;
}

void raise_compilation_failed(ModuleState *state, PyObject *name, Tier tier, const Refusal *refusal) {
    const ReasonRow *row = refusal->reason ? reason_find(refusal->reason) : NULL;
    const char *reason = refusal->reason ? refusal->reason : "unknown";
    PyObject *text = PyUnicode_FromFormat("cannot compile %.200R at %s: %s: %s%s%s", name, tier_names[tier],
                                          reason, row ? row->message : "",
                                          row && refusal->message[0] ? ": " : "", refusal->message);
    PyObject *error = text ? PyObject_CallOneArg(state->compilation_failed, text) : NULL;
    PyObject *reason_object = error ? PyUnicode_FromString(reason) : NULL;
    if (reason_object && PyObject_SetAttrString(error, "reason", reason_object) == 0 &&
        PyObject_SetAttrString(error, "function", name) == 0)
        PyErr_SetObject(state->compilation_failed, error);
    Py_XDECREF(text);
    Py_XDECREF(error);
    Py_XDECREF(reason_object);
}
