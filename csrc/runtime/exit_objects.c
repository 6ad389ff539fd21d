/* Objects that compiled code did without, and that an exit makes of their parts. */
#include "runtime/exit.h"

#include "cpython/generators.h"
#include "cpython/spare.h"

PyObject *exit_boxed(int kind, PyObject *bits) {
    i64 integer;
    double real;
    memcpy(&integer, &bits, sizeof(integer));
    memcpy(&real, &bits, sizeof(real));
    PyObject *type, *value, *traceback;
    PyErr_Fetch(&type, &value, &traceback);
    PyObject *object = kind == EXIT_I64   ? PyLong_FromLongLong(integer)
                       : kind == EXIT_U64 ? PyLong_FromUnsignedLongLong((uint64_t)integer)
                                          : PyFloat_FromDouble(real);
    if (object != NULL) spare_fill();
    else object = kind == EXIT_F64 ? spare_float(real) : spare_int(integer, kind == EXIT_I64);
    if (object == NULL) Py_FatalError("dxpy: no memory to rebuild a frame");
    PyErr_Restore(type, value, traceback);
    return object;
}

static PyObject *no_memory(void) { Py_FatalError("dxpy: no memory to rebuild a frame"); }

PyObject *exit_range(PyObject **parts) {
    PyObject *type, *value, *traceback;
    PyErr_Fetch(&type, &value, &traceback);
    i64 next = exit_bits(parts[0]), end = exit_bits(parts[1]), step = exit_bits(parts[2]);
    PyObject *object = cp_new_range_iterator(next, end, step);
    if (object != NULL) spare_fill();
    else object = spare_range(next, end, step);
    PyErr_Restore(type, value, traceback);
    return object != NULL ? object : no_memory();
}

/* A part as an object of its own. */
static PyObject *part(const ExitSlot *slot, PyObject **rows, PyObject *value) { // new ref
    switch (slot->kind) {
    case EXIT_OWNED: return value;
    case EXIT_BORROWED: return Py_XNewRef(value);
    case EXIT_MADE: return Py_NewRef(rows[exit_bits(value)]);
    default: return exit_boxed(slot->kind, value);
    }
}

static PyObject *empty_object(PyTypeObject *class, Py_ssize_t parts) { // new ref
    PyObject *object = PyFunction_Check(class)  ? (PyObject *)cp_bare_generator((PyFunctionObject *)class)
                       : class == &PyTuple_Type ? PyTuple_New(parts)
                       : class == &PyList_Type  ? PyList_New(parts)
                       : class == &PyDict_Type  ? PyDict_New()
                                                : cp_new_instance(class);
    return object != NULL ? object : no_memory();
}

/* Of a sequence; its parts are the index, as a number, and what it goes over. */
static PyObject *new_iterator(const ExitSlot *slot, PyObject **parts, PyObject **rows) { // new ref
    enum { INDEX = 1, SEQUENCE };
    PyObject *sequence = part(&slot[SEQUENCE], rows, parts[SEQUENCE]);
    i64 index = exit_bits(parts[INDEX]);
    PyObject *iterator = cp_new_sequence_iterator((PyTypeObject *)parts[0], sequence, index);
    if (iterator != NULL) spare_fill();
    else iterator = spare_iterator((PyTypeObject *)parts[0], sequence, index);
    Py_XDECREF(sequence);
    return iterator != NULL ? iterator : no_memory();
}

/* A part of an enumerate or a zip: an iterator, or the item that one gave last, which may not be known. */
static PyObject *part_of_pairs(const ExitSlot *slot, PyObject **parts, PyObject **rows, int i) { // new ref
    PyObject *value = part(&slot[i], rows, parts[i]);
    return value != NULL ? value : Py_NewRef(Py_None);
}

/* Its parts are the next number, the item that was given last, and what it goes over. */
static PyObject *new_enumerate(const ExitSlot *slot, PyObject **parts, PyObject **rows) { // new ref
    enum { NUMBER = 1, LAST, ITERATOR };
    PyObject *last = part_of_pairs(slot, parts, rows, LAST),
             *iterator = part_of_pairs(slot, parts, rows, ITERATOR),
             *enumerate = cp_new_enumerate(exit_bits(parts[NUMBER]), last, iterator);
    if (enumerate != NULL) spare_fill();
    else enumerate = spare_enumerate(exit_bits(parts[NUMBER]), last, iterator);
    Py_DECREF(iterator);
    Py_DECREF(last);
    return enumerate != NULL ? enumerate : no_memory();
}

_Static_assert((int)EXIT_MOST_ZIPPED == (int)SPARE_ZIPPED, "a spare zip is for all of them");

/* Its parts are the items that were given last, then the iterators that it goes over. */
static PyObject *new_zip(const ExitSlot *slot, PyObject **parts, PyObject **rows) { // new ref
    PyObject *given[EXIT_MOST_ZIPPED * 2];
    for (int i = 0; i < slot->slot; i++) given[i] = part_of_pairs(slot, parts, rows, i + 1);
    PyObject *zip = cp_new_zip(slot->slot / 2, given);
    if (zip != NULL) spare_fill();
    else zip = spare_zip(slot->slot / 2, given);
    for (int i = 0; i < slot->slot; i++) Py_DECREF(given[i]);
    return zip != NULL ? zip : no_memory();
}

/* Its parts are the size, the position and what is left as numbers, of items() what was given last, then the
 * dict or set. */
static PyObject *new_hashed(const ExitSlot *slot, PyObject **parts, PyObject **rows) { // new ref
    enum { SIZE = 1, POSITION, LEFT, KEY, VALUE };
    int last = slot->slot;
    bool pairs = last > VALUE;
    CpHashedIterator made = {.size = exit_bits(parts[SIZE]),
                             .position = exit_bits(parts[POSITION]),
                             .left = exit_bits(parts[LEFT])};
    made.container = part(&slot[last], rows, parts[last]);
    made.key = pairs ? part(&slot[KEY], rows, parts[KEY]) : NULL;
    made.value = pairs ? part(&slot[VALUE], rows, parts[VALUE]) : NULL;
    PyObject *iterator = cp_new_hashed_iterator((PyTypeObject *)parts[0], &made);
    if (iterator != NULL) spare_fill();
    else iterator = spare_hashed((PyTypeObject *)parts[0], &made);
    Py_DECREF(made.container);
    Py_XDECREF(made.key);
    Py_XDECREF(made.value);
    return iterator != NULL ? iterator : no_memory();
}

static bool is_sequence_iterator(const PyTypeObject *type) {
    return type == &PyListIter_Type || type == &PyTupleIter_Type || type == &PyListRevIter_Type ||
           type == &PyBytesIter_Type || type == cp_ascii_iterator_type();
}

/* Its parts are its code, the number of the frame that it is made in, and its closure. */
static PyObject *new_function(const Frames *f, const ExitSlot *slot, PyObject **parts) { // new ref
    enum { CODE = 1, FRAME, CLOSURE };
    int level = 0;
    while (f->record->levels[level].frame != exit_bits(parts[FRAME])) level++;
    const Frame *frame = f->at[level];
    PyObject *code = part(&slot[CODE], f->spill, parts[CODE]);
    PyObject *function = PyFunction_New(code, frame->f_globals);
    if (function != NULL) spare_fill();
    else function = spare_function((PyCodeObject *)code, frame->f_globals, frame->f_builtins);
    Py_DECREF(code);
    if (function == NULL) return no_memory();
    ((PyFunctionObject *)function)->func_closure = part(&slot[CLOSURE], f->spill, parts[CLOSURE]);
    return function;
}

/* Its parts are its function and its object. */
static PyObject *new_bound_method(const ExitSlot *slot, PyObject **parts, PyObject **rows) { // new ref
    enum { FUNCTION = 1, SELF };
    PyObject *function = part(&slot[FUNCTION], rows, parts[FUNCTION]),
             *self = part(&slot[SELF], rows, parts[SELF]);
    PyObject *method = rt_bind(function, self);
    Py_DECREF(function);
    Py_DECREF(self);
    return method != NULL ? method : no_memory();
}

/* Its parts are the operator and its operands, numbers or rows before. */
static PyObject *new_int(const ExitSlot *slot, PyObject **parts, PyObject **rows) { // new ref
    enum { KIND = 1, LEFT, RIGHT };
    PyObject *left = part(&slot[LEFT], rows, parts[LEFT]), *right = part(&slot[RIGHT], rows, parts[RIGHT]);
    PyObject *type, *value, *traceback;
    PyErr_Fetch(&type, &value, &traceback);
    PyObject *result = rt_with_ints(left, right, exit_bits(parts[KIND]));
    PyErr_Restore(type, value, traceback);
    Py_DECREF(left);
    Py_DECREF(right);
    return result != NULL ? result : no_memory();
}

static double real_of(const ExitSlot *slot, PyObject **rows, PyObject *value) {
    PyObject *number = part(slot, rows, value);
    double real = PyFloat_AS_DOUBLE(number);
    Py_DECREF(number);
    return real;
}

static PyObject *new_complex(const ExitSlot *slot, PyObject **parts, PyObject **rows) { // new ref
    enum { REAL = 1, IMAG };
    double real = real_of(&slot[REAL], rows, parts[REAL]), imag = real_of(&slot[IMAG], rows, parts[IMAG]);
    PyObject *object = PyComplex_FromDoubles(real, imag);
    return object != NULL ? object : no_memory();
}

/* `value` is a new reference, which goes into the object. Of a dict the first part is the tuple of its names.
 */
static void put_part(PyObject *object, PyObject *names, int place, PyObject *value) {
    if (PyTuple_CheckExact(object)) {
        PyTuple_SET_ITEM(object, place, value);
    } else if (PyList_CheckExact(object)) {
        PyList_SET_ITEM(object, place, value);
    } else if (PyGen_CheckExact(object)) {
        if (place > 0) {
            cp_put_slot((PyGenObject *)object, place - 1, value);
        } else {
            cp_suspend_at((PyGenObject *)object, (int)PyLong_AsLong(value));
            Py_DECREF(value);
        }
    } else if (PyDict_CheckExact(object)) {
        if (place > 0 && PyDict_SetItem(object, PyTuple_GET_ITEM(names, place - 1), value) < 0) no_memory();
        Py_DECREF(value);
    } else {
        cp_put_value(object, place, value);
    }
}

/* That a loop began with, which is there: of its parts others have the objects that it has. */
static PyObject *the_object(const ExitSlot *slot, PyObject **rows, int row) { // new ref
    PyObject *object = rows[row];
    if (PyComplex_CheckExact(object)) return Py_NewRef(object); /* it has no objects */
    for (int i = 1; i <= slot->slot; i++) {
        if (slot[i].kind == EXIT_OWNED) Py_XDECREF(rows[row + i]);
        rows[row + i] = PyTuple_CheckExact(object) ? PyTuple_GET_ITEM(object, slot[i].slot)
                                                   : cp_value_at(object, slot[i].slot); // borrowed
    }
    return Py_NewRef(object);
}

/* Make an object of the rows behind its own. Each number's row has its object from now on, so that others can
 * be the same one. */
static PyObject *new_object(const Frames *f, int row) { // new ref
    const ExitSlot *slot = &f->record->values[row];
    PyObject **rows = f->spill;
    PyTypeObject *class = (PyTypeObject *)rows[row];
    if (class == NULL) { /* none on this way: who would have it has a condition */
        memset(&rows[row + 1], 0, sizeof(*rows) * (size_t)slot->slot);
        return NULL;
    }
    if (!PyType_Check(class) && !PyFunction_Check(class)) return the_object(slot, rows, row);
    if (class == &PyRangeIter_Type) return exit_range(&rows[row + 1]);
    if (class == &PyLong_Type) return new_int(slot, &rows[row], rows);
    if (class == &PyComplex_Type) return new_complex(slot, &rows[row], rows);
    if (is_sequence_iterator(class)) return new_iterator(slot, &rows[row], rows);
    if (cp_is_hashed_iterator(class)) return new_hashed(slot, &rows[row], rows);
    if (class == &PyEnum_Type) return new_enumerate(slot, &rows[row], rows);
    if (class == &PyZip_Type) return new_zip(slot, &rows[row], rows);
    if (class == &PyMethod_Type) return new_bound_method(slot, &rows[row], rows);
    if (class == &PyFunction_Type) return new_function(f, slot, &rows[row]);
    PyObject *object = empty_object(class, slot->slot);
    for (int i = 1; i <= slot->slot; i++) {
        PyObject *value = part(&slot[i], rows, rows[row + i]);
        rows[row + i] = value;
        put_part(object, rows[row + 1], slot[i].slot, value);
    }
    return object;
}

/* The garbage collector would find frames that are half made. */
void exit_make_objects(Frames *f, PyObject **spill) {
    const ExitRecord *record = f->record;
    if (f->has_objects) return;
    f->has_objects = true;
    f->spill = spill;
    if (record->value_count == 0 || record->values[0].kind != EXIT_NEW) return;
    PyObject *type, *value, *traceback;
    PyErr_Fetch(&type, &value, &traceback);
    int collects = PyGC_Disable(), row = 0;
    for (; row < record->value_count && record->values[row].kind == EXIT_NEW;
         row = exit_next_row(record, row))
        spill[row] = new_object(f, row);
    f->objects_end = row;
    if (collects) PyGC_Enable();
    PyErr_Restore(type, value, traceback);
}

void exit_forget_objects(const Frames *f) {
    for (int row = 0; row < f->objects_end; row = exit_next_row(f->record, row)) Py_XDECREF(f->spill[row]);
}

/* --- in the middle of the code --- */

PyObject *rt_int_of_bits(i64 bits) { return exit_boxed(EXIT_I64, (PyObject *)(intptr_t)bits); }
PyObject *rt_float_of_bits(i64 bits) { return exit_boxed(EXIT_F64, (PyObject *)(intptr_t)bits); }

PyObject *rt_whole_complex(PyObject *whole, i64 real, i64 imag) {
    Py_complex value;
    memcpy(&value.real, &real, sizeof(real));
    memcpy(&value.imag, &imag, sizeof(imag));
    PyObject *object = PyType_Check(whole) ? PyComplex_FromCComplex(value) : Py_NewRef(whole);
    return object != NULL ? object : no_memory();
}

PyObject *rt_whole(PyObject *whole, i64 places, PyObject **rest, i64 count, uint64_t consumed) {
    enum { PLACE_BITS = 5 };
    if (!PyType_Check(whole)) {
        rt_drop_rest(rest, count, consumed);
        return Py_NewRef(whole);
    }
    PyObject *object = whole == (PyObject *)&PyTuple_Type ? PyTuple_New(count) : rt_new_plain(whole);
    if (object == NULL) no_memory();
    rt_own_rest(rest, count, consumed);
    int unit = PyTuple_CheckExact(object) ? 1 : (int)sizeof(PyObject *);
    for (i64 i = 0; i < count; i++)
        put_part(object, NULL, unit * (int)(places >> PLACE_BITS * i & ((1 << PLACE_BITS) - 1)), rest[i]);
    return object;
}
