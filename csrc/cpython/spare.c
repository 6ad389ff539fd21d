#include "cpython/spare.h"
#include "cpython/compat.h"

enum { SPARE_COUNT = 64, SPARE_DIGITS = 3 }; /* digits: as many as 64 bits need */

static PyObject *ints[SPARE_COUNT], *floats[SPARE_COUNT]; // for the whole process; guarded by the GIL
static int int_count, float_count;

enum { SPARE_OBJECTS = 16 }; /* as many levels as an exit has, at least: one each */

/* Likewise; nothing that the garbage collector finds. */
typedef struct Pool {
    PyObject *objects[SPARE_OBJECTS];
    int count;
    PyObject *(*make)(void); // new ref
} Pool;

static PyObject *new_list_iterator(void) { return cp_new_sequence_iterator(&PyListIter_Type, NULL, 0); }
static PyObject *new_range_iterator(void) { return cp_new_range_iterator(0, 0, 1); }
/* Nor is what these have; what goes there comes when they are taken. */
static PyObject *without_gc(PyObject *tuple) { // borrowed
    if (_PyObject_GC_IS_TRACKED(tuple)) PyObject_GC_UnTrack(tuple);
    return tuple;
}

static PyObject *new_enumerate(void) {
    PyObject *enumerate = cp_new_enumerate(0, Py_None, Py_None);
    if (enumerate != NULL) without_gc(((CpEnumerate *)enumerate)->result);
    return enumerate;
}

static PyObject *new_zip(void) {
    PyObject *none[2 * SPARE_ZIPPED];
    for (int i = 0; i < 2 * SPARE_ZIPPED; i++) none[i] = Py_None;
    CpZip *zip = (CpZip *)cp_new_zip(SPARE_ZIPPED, none);
    if (zip == NULL) return NULL;
    without_gc(zip->iterators);
    without_gc(zip->result);
    return (PyObject *)zip;
}

static PyObject *new_dict_iterator(void) {
    CpHashedIterator none = {.key = Py_None, .value = Py_None};
    PyObject *iterator = cp_new_hashed_iterator(&PyDictIterItem_Type, &none);
    if (iterator != NULL) without_gc(((CpDictIterator *)iterator)->result);
    return iterator;
}

static PyObject *new_function(void) {
    PyObject *code = (PyObject *)PyCode_NewEmpty("", "", 1), *globals = PyDict_New();
    PyObject *function = code != NULL && globals != NULL ? PyFunction_New(code, globals) : NULL;
    Py_XDECREF(globals);
    Py_XDECREF(code);
    return function;
}

enum { GENERATOR_SLOTS = 64 }; /* few have more */
static PyObject *new_generator(void) {
    return (PyObject *)PyObject_GC_NewVar(PyGenObject, &PyGen_Type, GENERATOR_SLOTS);
}

static Pool iterators = {.make = new_list_iterator}, range_iterators = {.make = new_range_iterator},
            functions = {.make = new_function}, enumerates = {.make = new_enumerate},
            zips = {.make = new_zip}, dict_iterators = {.make = new_dict_iterator},
            generators = {.make = new_generator};
static Pool *const pools[] = {&iterators, &range_iterators, &functions, &enumerates,
                              &zips,      &dict_iterators,  &generators};
enum { POOLS = sizeof(pools) / sizeof(pools[0]) };

static void fill(Pool *pool) {
    while (pool->count < SPARE_OBJECTS && (pool->objects[pool->count] = pool->make()) != NULL) {
        PyObject *object = pool->objects[pool->count++];
        if (PyObject_IS_GC(object)) PyObject_GC_UnTrack(object);
    }
}

static PyObject *take(Pool *pool) {
    PyObject *object = pool->count > 0 ? pool->objects[--pool->count] : NULL;
    if (object != NULL && PyObject_IS_GC(object)) PyObject_GC_Track(object);
    return object;
}

void spare_fill(void) {
    PyObject *type, *value, *traceback;
    bool full = int_count == SPARE_COUNT && float_count == SPARE_COUNT;
    for (int i = 0; i < POOLS; i++) full &= pools[i]->count == SPARE_OBJECTS;
    if (full) return;
    PyErr_Fetch(&type, &value, &traceback);
    while (int_count < SPARE_COUNT && (ints[int_count] = (PyObject *)_PyLong_New(SPARE_DIGITS))) int_count++;
    while (float_count < SPARE_COUNT && (floats[float_count] = PyFloat_FromDouble(0.0))) float_count++;
    for (int i = 0; i < POOLS; i++) fill(pools[i]);
    PyErr_Restore(type, value, traceback);
}

PyObject *spare_iterator(PyTypeObject *type, PyObject *sequence, Py_ssize_t index) {
    PyObject *iterator = take(&iterators);
    if (iterator == NULL) return NULL;
    Py_SET_TYPE(iterator, type);
    cp_set_sequence_iterator(iterator, sequence, index);
    return iterator;
}

/* `tuple` is a new one that has None only; the rest of it is not needed. */
static void fill_tuple(PyObject *tuple, Py_ssize_t count, PyObject *const *items) {
    for (Py_ssize_t i = 0; i < Py_SIZE(tuple); i++) {
        Py_DECREF(Py_None);
        if (i < count) PyTuple_SET_ITEM(tuple, i, Py_NewRef(items[i]));
    }
    Py_SET_SIZE(tuple, count);
    PyObject_GC_Track(tuple);
}

PyObject *spare_enumerate(int64_t index, PyObject *last, PyObject *iterator) {
    CpEnumerate *enumerate = (CpEnumerate *)take(&enumerates);
    if (enumerate == NULL) return NULL;
    enumerate->index = (Py_ssize_t)index;
    fill_tuple(enumerate->result, 2, (PyObject *[]){Py_None, last});
    Py_SETREF(enumerate->iterator, Py_NewRef(iterator));
    return (PyObject *)enumerate;
}

PyObject *spare_zip(Py_ssize_t count, PyObject *const *lasts_and_iterators) {
    CpZip *zip = (CpZip *)take(&zips);
    if (zip == NULL) return NULL;
    zip->count = count;
    fill_tuple(zip->result, count, lasts_and_iterators);
    fill_tuple(zip->iterators, count, lasts_and_iterators + count);
    return (PyObject *)zip;
}

/* A set's has what a dict's has, but for the last item, and no more. */
_Static_assert(sizeof(CpSetIterator) <= sizeof(CpDictIterator), "see spare_hashed");

PyObject *spare_hashed(PyTypeObject *type, const CpHashedIterator *parts) {
    PyObject *object = take(&dict_iterators);
    CpDictIterator *iterator = (CpDictIterator *)object;
    if (object == NULL) return NULL;
    Py_SET_TYPE(object, type);
    if (type == &PyDictIterItem_Type)
        fill_tuple(iterator->result, 2, (PyObject *[]){parts->key, parts->value});
    else Py_CLEAR(iterator->result);
    cp_set_hashed_iterator(object, parts);
    return object;
}

PyObject *spare_range(int64_t next, int64_t end, int64_t step) {
    PyObject *iterator = take(&range_iterators);
    if (iterator != NULL) cp_set_range(iterator, next, end, step);
    return iterator;
}

PyGenObject *spare_generator(PyTypeObject *type, Py_ssize_t slots) {
    if (slots > GENERATOR_SLOTS || generators.count == 0) return NULL;
    PyObject *generator = generators.objects[--generators.count];
    Py_SET_TYPE(generator, type);
    Py_SET_SIZE(generator, slots);
    return (PyGenObject *)generator;
}

PyObject *spare_function(PyCodeObject *code, PyObject *globals, PyObject *builtins) {
    PyFunctionObject *function = (PyFunctionObject *)take(&functions);
    if (function == NULL) return NULL;
    PyObject *module = PyDict_GetItemString(globals, "__name__"); // borrowed
    Py_SETREF(function->func_code, Py_NewRef(code));
    Py_SETREF(function->func_globals, Py_NewRef(globals));
    Py_SETREF(function->func_builtins, Py_NewRef(builtins));
    Py_SETREF(function->func_name, Py_NewRef(code->co_name));
    Py_SETREF(function->func_qualname, Py_NewRef(code->co_qualname));
    Py_XSETREF(function->func_module, Py_XNewRef(module));
    return (PyObject *)function;
}

PyObject *spare_int(int64_t value, bool has_sign) {
    if (int_count == 0) return NULL;
    PyLongObject *number = (PyLongObject *)ints[--int_count];
    bool negative = has_sign && value < 0;
    uint64_t rest = negative ? -(uint64_t)value : (uint64_t)value;
    int size = 0;
    for (; rest != 0; rest >>= PyLong_SHIFT) number->ob_digit[size++] = (digit)(rest & PyLong_MASK);
    Py_SET_SIZE(number, negative ? -size : size);
    return (PyObject *)number;
}

PyObject *spare_float(double value) {
    if (float_count == 0) return NULL;
    PyFloatObject *number = (PyFloatObject *)floats[--float_count];
    number->ob_fval = value;
    return (PyObject *)number;
}
