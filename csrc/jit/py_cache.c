/* The code cache on disk, as `dxpy cache` and `dxpy doctor` see it. */
#define PY_SSIZE_T_CLEAN
#include <build_id.h> /* made by setup.py */
#include "base/cpu_level.h"
#include "cache/cache.h"
#include "cache/index.h"
#include "cpython/version.h"
#include "jit/options.h"
#include "jit/state.h"
#include "jit/warm.h"

/* A new value into a dict; false with an exception set, or when `value_steal` is NULL. */
static bool put(PyObject *dict, const char *name, PyObject *value_steal) {
    bool good = value_steal && PyDict_SetItemString(dict, name, value_steal) == 0;
    Py_XDECREF(value_steal);
    return good;
}

static PyObject *number(uint64_t value) { return PyLong_FromUnsignedLongLong(value); }

static PyObject *text(const char *value) {
    return PyUnicode_DecodeUTF8(value, (Py_ssize_t)strlen(value), "replace");
}

/* New dict: enabled, directory, entries, objects, bytes, limit, rejected, failed_stores, error ("" when
 * usable), problem (the last one, or ""), functions (in the index), index_bytes, index_damaged,
 * index_problem. */
PyObject *cache_info_to_python(void) {
    CacheInfo info = {0};
    IndexInfo index = {0};
    const char *folder = options_cache_folder(); // borrowed
    if (folder) {
        cache_open(folder, (uint64_t)options.cache_limit << 20);
        warm_open();
        index_get_info(&index);
        cache_get_info(&info);
    }
    const char *error = info.error;
    if (options.cache && !folder) error = "no folder for it is known; set DXPY_CACHE_DIR";
    PyObject *dict = PyDict_New();
    bool good = dict && put(dict, "enabled", PyBool_FromLong(options.cache)) &&
                put(dict, "directory", folder ? PyUnicode_DecodeFSDefault(folder) : Py_NewRef(Py_None)) &&
                put(dict, "entries", number(info.entries)) && put(dict, "objects", number(info.objects)) &&
                put(dict, "bytes", number(info.bytes)) && put(dict, "limit", number(info.limit)) &&
                put(dict, "rejected", number(info.rejected)) &&
                put(dict, "failed_stores", number(info.failed_stores)) && put(dict, "error", text(error)) &&
                put(dict, "problem", text(info.problem)) && put(dict, "functions", number(index.functions)) &&
                put(dict, "index_bytes", number(index.bytes)) &&
                put(dict, "index_damaged", number(index.damaged)) &&
                put(dict, "index_problem", text(index.problem));
    if (!good) Py_CLEAR(dict);
    return dict;
}

/* (why nothing can be stored, "" when it can; whether files cannot be locked there) */
PyObject *cache_probe_to_python(void) {
    char problem[256];
    bool no_locks;
    cache_probe(problem, &no_locks);
    return Py_BuildValue("(NN)", text(problem), PyBool_FromLong(no_locks));
}

static void add_entry(const char *key, const char *object, int unit, uint64_t bytes, double age_seconds,
                      void *arg) {
    PyObject *list = arg; // borrowed
    if (PyErr_Occurred()) return;
    PyObject *path = PyUnicode_DecodeFSDefault(object);
    PyObject *row =
        path ? Py_BuildValue("(sNiKd)", key, path, unit, (unsigned long long)bytes, age_seconds) : NULL;
    if (row) PyList_Append(list, row);
    Py_XDECREF(row);
}

/* New list of (key, object file, unit, bytes of the object, seconds since last used). */
PyObject *cache_entries_to_python(void) {
    PyObject *list = PyList_New(0);
    if (list) cache_each(add_entry, list);
    if (PyErr_Occurred()) Py_CLEAR(list);
    return list;
}

PyObject *cache_clear_to_python(void) { return PyBool_FromLong(cache_clear() == 0); }

/* Move an object file into the cache; `keys`: a key or None for each of its units. */
PyObject *cache_add_to_python(PyObject *args) {
    enum { MOST_UNITS = 64 };
    PyObject *path = NULL, *keys; // keys: borrowed
    const char *names[MOST_UNITS];
    char stored[1024];
    if (!PyArg_ParseTuple(args, "O&O!:cache_add", PyUnicode_FSConverter, &path, &PyTuple_Type, &keys))
        return NULL;
    int count = (int)Py_MIN(PyTuple_GET_SIZE(keys), MOST_UNITS);
    for (int i = 0; i < count; i++) {
        PyObject *key = PyTuple_GET_ITEM(keys, i); // borrowed
        names[i] = key == Py_None ? NULL : PyUnicode_AsUTF8(key);
    }
    bool good = !PyErr_Occurred() && cache_store(PyBytes_AS_STRING(path), names, count, stored) == 0;
    Py_DECREF(path);
    return PyErr_Occurred() ? NULL : PyBool_FromLong(good);
}

/* --- the index --- */

/* The world as a dict: name, build, cpu, python. What one of another name holds is of no use here. */
PyObject *cache_world_to_python(void) {
    char world[65];
    warm_world(world);
    return Py_BuildValue("{ss ss ss ss}", "name", world, "build", DXPY_BUILD_ID, "cpu", cpu_level(), "python",
                         Py_GetVersion());
}

static void add_record(const IndexRecord *record, void *arg) {
    PyObject *list = arg; // borrowed
    WarmSummary summary;
    if (PyErr_Occurred() || !warm_summarize(record, &summary)) return;
    PyObject *name = PyUnicode_DecodeUTF8(summary.name, summary.name_length, "replace");
    PyObject *keys = PyTuple_New(TIER_COUNT);
    for (int tier = 0; keys && tier < TIER_COUNT; tier++)
        PyTuple_SET_ITEM(keys, tier, summary.keys[tier][0] ? text(summary.keys[tier]) : Py_NewRef(Py_None));
    PyObject *row =
        name && keys
            ? Py_BuildValue("(OiisOKKy#y#)", name, summary.tier, summary.ceiling, summary.reason, keys,
                            (unsigned long long)record->saved, (unsigned long long)record->hint, record->id,
                            (Py_ssize_t)INDEX_ID, record->body, (Py_ssize_t)record->length)
            : NULL;
    if (row) PyList_Append(list, row);
    Py_XDECREF(row);
    Py_XDECREF(name);
    Py_XDECREF(keys);
}

/* New list of (name, tier, ceiling, reason, keys by tier, saved, hint, id, body). */
PyObject *cache_index_to_python(void) {
    PyObject *list = PyList_New(0);
    if (list) index_each(add_record, list);
    if (PyErr_Occurred()) Py_CLEAR(list);
    return list;
}

/* Append (hint, id, body), when it makes sense. */
PyObject *cache_index_add_to_python(PyObject *args) {
    unsigned long long hint;
    Py_ssize_t id_length, length;
    const char *id, *body;
    WarmSummary summary;
    if (!PyArg_ParseTuple(args, "Ky#y#:cache_index_add", &hint, &id, &id_length, &body, &length)) return NULL;
    IndexRecord record = {.hint = hint, .body = (const uint8_t *)body, .length = (size_t)length};
    if (id_length != INDEX_ID || length > INDEX_BODY) Py_RETURN_FALSE;
    memcpy(record.id, id, INDEX_ID);
    return PyBool_FromLong(warm_summarize(&record, &summary) && index_append(&record, 1));
}
