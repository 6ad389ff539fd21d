/* The code cache on disk, as `dxpy cache` and `dxpy doctor` see it. */
#include "cache/cache.h"
#include "jit/options.h"
#include "jit/state.h"

/* New dict: enabled, directory, entries, objects, bytes, limit, rejected, error ("" when usable). */
PyObject *cache_info_to_python(void) {
    CacheInfo info = {0};
    const char *folder = options_cache_folder(); // borrowed
    if (folder) {
        cache_open(folder, (uint64_t)options.cache_limit << 20);
        cache_get_info(&info);
    }
    const char *error = info.error;
    if (options.cache && !folder) error = "no folder for it is known; set DXPY_CACHE_DIR";
    PyObject *directory = folder ? PyUnicode_DecodeFSDefault(folder) : Py_NewRef(Py_None);
    if (!directory) return NULL;
    return Py_BuildValue("{sO sN sK sK sK sK sK ss}", "enabled", options.cache ? Py_True : Py_False,
                         "directory", directory, "entries", (unsigned long long)info.entries, "objects",
                         (unsigned long long)info.objects, "bytes", (unsigned long long)info.bytes, "limit",
                         (unsigned long long)info.limit, "rejected", (unsigned long long)info.rejected,
                         "error", error);
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
