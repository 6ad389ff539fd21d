/* C functions of the library that helpers do the work of, deques, fields of named tuples and functions that
 * functools.lru_cache made: what of these no header of CPython says. */
#include "cpython/library.h"

#include <string.h>

#include "bytecode/bytecode.h"

enum { BLOCK = 64 }; /* items of a block */

typedef struct Block {
    struct Block *left;
    PyObject *items[BLOCK];
    struct Block *right;
} Block;

typedef struct Deque {
    PyObject_VAR_HEAD Block *left_block, *right_block;
    Py_ssize_t left, right; /* of the first item in its block, and of the last one */
    size_t changes;
    Py_ssize_t most; /* -1: any number */
    Py_ssize_t spare_count;
    Block *spare[16];
    PyObject *weak_references;
} Deque;

static const void *deque_type; // a static type: it never goes

/* The methods, in the order of KnownCode. */
static PyCFunction methods[KNOWN_CODE_COUNT];

static PyCFunction originals[CP_REPLACED_COUNT], replacements[CP_REPLACED_COUNT];

static PyCFunction method_named(PyTypeObject *type, const char *name) {
    PyObject *method = PyDict_GetItemString(type->tp_dict, name);
    bool is_method = method != NULL && Py_IS_TYPE(method, &PyMethodDescr_Type);
    return is_method ? ((PyMethodDescrObject *)method)->d_method->ml_meth : NULL;
}

static PyCFunction function_named(PyObject *names, const char *name) {
    PyObject *function = PyDict_GetItemString(names, name);
    bool is_it = function != NULL && PyCFunction_CheckExact(function) &&
                 strcmp(((PyCFunctionObject *)function)->m_ml->ml_name, name) == 0;
    return is_it ? PyCFunction_GET_FUNCTION(function) : NULL;
}

static void learn(PyTypeObject *type) {
    if (strcmp(type->tp_name, "collections.deque") != 0 || type->tp_flags & Py_TPFLAGS_HEAPTYPE ||
        type->tp_basicsize != sizeof(Deque))
        return;
    deque_type = type;
    methods[CODE_DEQUE_APPEND] = method_named(type, "append");
    methods[CODE_DEQUE_APPENDLEFT] = method_named(type, "appendleft");
    methods[CODE_DEQUE_POP] = method_named(type, "pop");
    methods[CODE_DEQUE_POPLEFT] = method_named(type, "popleft");
}

static void learn_heaps(PyObject *functions) {
    methods[CODE_HEAP_PUSH] = function_named(functions, "heappush");
    methods[CODE_HEAP_POP] = function_named(functions, "heappop");
}

/* What a module that is there already has; borrowed, NULL: it is not there. Without it there is nothing of it
 * to call. */
static PyObject *names_of(const char *name) {
    PyObject *module = PyDict_GetItemString(PyImport_GetModuleDict(), name);
    return module != NULL && PyModule_CheckExact(module) ? PyModule_GetDict(module) : NULL;
}

static void learn_all(void) {
    PyObject *names = deque_type == NULL ? names_of("_collections") : NULL;
    PyObject *type = names != NULL ? PyDict_GetItemString(names, "deque") : NULL;
    if (type != NULL && PyType_Check(type)) learn((PyTypeObject *)type);
    if (names != NULL) originals[CP_COUNT_ELEMENTS] = function_named(names, "_count_elements");
    names = methods[CODE_HEAP_PUSH] == NULL ? names_of("_heapq") : NULL;
    if (names != NULL) learn_heaps(names);
}

uint8_t cp_known_code(void *address) {
    learn_all();
    for (uint8_t i = CODE_UNKNOWN + 1; i < KNOWN_CODE_COUNT; i++)
        if (address != NULL && (void *)(uintptr_t)methods[i] == address) return i;
    return CODE_UNKNOWN;
}

void cp_find_replaced(const PyCFunction *ours) {
    PyObject *builtins = PyEval_GetBuiltins(); // borrowed
    originals[CP_SORTED] = function_named(builtins, "sorted");
    originals[CP_LIST_SORT] = method_named(&PyList_Type, "sort");
    originals[CP_MIN] = function_named(builtins, "min");
    originals[CP_MAX] = function_named(builtins, "max");
    memcpy(replacements, ours, sizeof(replacements));
}

CpReplaced cp_replaced(PyCFunction theirs) {
    int which = 0;
    while (which < CP_REPLACED_COUNT && originals[which] != theirs) which++;
    return (CpReplaced)which;
}

PyCFunction cp_original(CpReplaced which) { return originals[which]; }

PyCFunction cp_replacement(PyCFunction theirs) {
    learn_all();
    CpReplaced which = cp_replaced(theirs);
    return which < CP_REPLACED_COUNT ? replacements[which] : NULL;
}

/* Only C code makes a type whose methods are method descriptors of its own, and it names it for its module.
 */
bool cp_is_library_type(const PyTypeObject *type, const char *name) {
    static const char *const TYPES[][2] = {{"Random", "_random.Random"}, {"Struct", "_struct.Struct"}};
    for (size_t i = 0; i < sizeof(TYPES) / sizeof(TYPES[0]); i++)
        if (strcmp(TYPES[i][0], name) == 0) return strcmp(type->tp_name, TYPES[i][1]) == 0;
    return false;
}

bool cp_counts_as_dict(PyTypeObject *type) {
    return PyType_HasFeature(type, Py_TPFLAGS_DICT_SUBCLASS) &&
           _PyType_Lookup(type, &_Py_ID(get)) == _PyType_Lookup(&PyDict_Type, &_Py_ID(get)) &&
           _PyType_Lookup(type, &_Py_ID(__setitem__)) == _PyType_Lookup(&PyDict_Type, &_Py_ID(__setitem__));
}

bool cp_is_deque(PyObject *object) { return deque_type != NULL && Py_TYPE(object) == deque_type; }

/* By the method itself: a block comes or goes. */
static PyObject *by_method(KnownCode code, PyObject *deque, PyObject *value) {
    PyObject *result = methods[code](deque, value);
    if (result == NULL) PyErr_Clear(); /* it will be told again */
    return result;
}

int64_t cp_deque_append(PyObject *object, PyObject *value, bool left) {
    Deque *deque = (Deque *)object;
    if (deque->most >= 0) return -1; /* an item may have to go */
    if (left ? deque->left == 0 : deque->right == BLOCK - 1) {
        PyObject *none = by_method(left ? CODE_DEQUE_APPENDLEFT : CODE_DEQUE_APPEND, object, value);
        Py_XDECREF(none);
        return none != NULL ? 1 : -1;
    }
    if (left) deque->left_block->items[--deque->left] = Py_NewRef(value);
    else deque->right_block->items[++deque->right] = Py_NewRef(value);
    Py_SET_SIZE(deque, Py_SIZE(deque) + 1);
    deque->changes++;
    return 1;
}

int64_t cp_deque_pop(PyObject *object, bool left, PyObject **result) {
    Deque *deque = (Deque *)object;
    if (Py_SIZE(deque) == 0) return -1;
    if (left ? deque->left == BLOCK - 1 : deque->right == 0) {
        *result = by_method(left ? CODE_DEQUE_POPLEFT : CODE_DEQUE_POP, object, NULL);
        return *result != NULL ? 1 : -1;
    }
    *result = left ? deque->left_block->items[deque->left++] : deque->right_block->items[deque->right--];
    Py_SET_SIZE(deque, Py_SIZE(deque) - 1);
    deque->changes++;
    return 1;
}

typedef struct TupleGetter {
    PyObject_HEAD Py_ssize_t index;
    PyObject *text;
} TupleGetter;

int64_t cp_tuple_getter_index(PyTypeObject *type, PyObject *found) {
    const PyTypeObject *its = Py_TYPE(found);
    bool getter = !(its->tp_flags & Py_TPFLAGS_HEAPTYPE) && its->tp_basicsize == sizeof(TupleGetter) &&
                  strcmp(its->tp_name, "_collections._tuplegetter") == 0;
    bool of_tuple = PyType_HasFeature(type, Py_TPFLAGS_TUPLE_SUBCLASS);
    return getter && of_tuple ? ((TupleGetter *)found)->index : -1;
}

/* --- functools.lru_cache --- */

/* In a list of those that were asked for, in that order, whose beginning is in the function. */
typedef struct MemoEntry {
    PyObject_HEAD struct MemoEntry *before, *after;
    Py_hash_t hash;
    PyObject *key, *result;
} MemoEntry;

typedef struct Memo {
    MemoEntry first;
    void *way;
    int typed;
    PyObject *results; /* by key: what was given, or, where there may be so many only, its entry */
    Py_ssize_t hits;
    PyObject *function;
    Py_ssize_t most; /* -1: any number; 0: none */
    Py_ssize_t misses;
    PyObject *mark;
    PyTypeObject *entry_type;
    PyObject *info_type, *dict, *weak_references;
} Memo;

static ternaryfunc memo_call; // code of a C module: it never goes

/* A class of a C module, by its name; no class made in Python is immutable. What it is called by goes to
 * `call`. */
static bool learn_class(const PyTypeObject *type, size_t size, const char *name, ternaryfunc *call) {
    if (type->tp_basicsize != (Py_ssize_t)size || !(type->tp_flags & Py_TPFLAGS_IMMUTABLETYPE) ||
        strcmp(type->tp_name, name) != 0)
        return false;
    *call = type->tp_call;
    return true;
}

bool cp_is_memo(PyObject *object) {
    const PyTypeObject *type = Py_TYPE(object);
    return memo_call != NULL ? type->tp_call == memo_call
                             : learn_class(type, sizeof(Memo), "functools._lru_cache_wrapper", &memo_call);
}

/* Is the only argument the key, and no tuple of it? */
static bool is_key_itself(PyObject *const *args, Py_ssize_t count) {
    return count == 1 && (PyUnicode_CheckExact(args[0]) || PyLong_CheckExact(args[0]));
}

PyObject *cp_memo_key(PyObject *const *args, Py_ssize_t count) {
    if (is_key_itself(args, count)) return Py_NewRef(args[0]);
    PyObject *tuple = PyTuple_New(count);
    for (Py_ssize_t i = 0; tuple != NULL && i < count; i++) PyTuple_SET_ITEM(tuple, i, Py_NewRef(args[i]));
    return tuple;
}

/* To the end of the list: it was asked for last. */
static void move_to_end(Memo *memo, MemoEntry *entry) {
    entry->before->after = entry->after;
    entry->after->before = entry->before;
    entry->before = memo->first.before;
    entry->after = &memo->first;
    entry->before->after = memo->first.before = entry;
}

int64_t cp_memo_find(PyObject *object, PyObject *const *args, Py_ssize_t count, PyObject **result) {
    Memo *memo = (Memo *)object;
    if (memo->typed || memo->most == 0) return -1;
    PyObject *found;
    int64_t status = is_key_itself(args, count) ? cp_dict_find(memo->results, args[0], &found)
                                                : cp_dict_find_parts(memo->results, args, count, &found);
    if (status <= 0) return status == 0 && memo->most > 0 ? -1 : status;
    memo->hits++;
    if (memo->most > 0) {
        move_to_end(memo, (MemoEntry *)found);
        found = ((MemoEntry *)found)->result;
    }
    *result = Py_NewRef(found);
    return 1;
}

PyObject *cp_memo_missed(PyObject *memo) {
    ((Memo *)memo)->misses++;
    return ((Memo *)memo)->function;
}

bool cp_memo_keep(PyObject *memo, PyObject *key, PyObject *result) {
    PyObject *results = ((Memo *)memo)->results;
    return cp_dict_set(results, key, result, 0) > 0 || PyDict_SetItem(results, key, result) == 0;
}

/* --- functools.partial --- */

typedef struct Partial {
    PyObject_HEAD PyObject *function, *args, *keywords;
    PyObject *dict, *weak_references;
    vectorcallfunc vectorcall;
} Partial;

static ternaryfunc partial_call; // likewise

bool cp_find_partial(PyObject *object, CpPartial *parts) {
    const PyTypeObject *type = Py_TYPE(object);
    if (partial_call != NULL ? type->tp_call != partial_call
                             : !learn_class(type, sizeof(Partial), "functools.partial", &partial_call))
        return false;
    const Partial *partial = (Partial *)object;
    *parts = (CpPartial){partial->function, partial->args, partial->keywords};
    return PyTuple_CheckExact(partial->args) && PyDict_CheckExact(partial->keywords);
}
