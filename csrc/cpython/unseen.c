/* Exceptions that are caught where nobody sees them: the clause that catches one does not name it, and its
 * body neither runs code nor raises, so that until it is through nobody can ask what is being handled. Such
 * an exception needs no object, no traceback and no frame object: its class goes into the handler in its
 * place, by which compiled code and the interpreter find the same clause. */
#include "cpython/unseen.h"

#include <internal/pycore_opcode.h>

enum { MOST_OPERANDS = 8, MOST_CLASSES = 8, MOST_STEPS = 32 };

static inline int opcode_at(const _Py_CODEUNIT *units, int unit) {
    return _PyOpcode_Deopt[_Py_OPCODE(units[unit])];
}
static inline int behind(const _Py_CODEUNIT *units, int unit) {
    return unit + 1 + _PyOpcode_Caches[opcode_at(units, unit)];
}

/* --- the handler --- */

static int read_number(const uint8_t **at) {
    int result = *(*at)++, more = result & 64;
    for (result &= 63; more; more = *(*at)++ & 64) result = (result << 6) | (**at & 63);
    return result;
}

/* The first of the table's ranges that has the unit. The decoder has found the table whole. */
static int find_handler(PyCodeObject *code, int unit) {
    const uint8_t *at = (const uint8_t *)PyBytes_AS_STRING(code->co_exceptiontable);
    const uint8_t *end = at + PyBytes_GET_SIZE(code->co_exceptiontable);
    while (at < end) {
        int start = read_number(&at), size = read_number(&at), target = read_number(&at);
        read_number(&at);
        if (unit < start) return -1;
        if (unit < start + size) return target;
    }
    return -1;
}

/* A global or built-in variable; NULL: there is none, or finding it might run code. */
static PyObject *global_of(Frame *frame, int index) { // borrowed
    PyObject *name = PyTuple_GET_ITEM(frame->f_code->co_names, index), *value;
    int64_t found = cp_dict_find(frame->f_globals, name, &value);
    if (found == 0) found = cp_dict_find(frame->f_builtins, name, &value);
    return found > 0 ? value : NULL;
}

/* The unit behind a LOAD_GLOBAL; -1: it is another instruction. */
static int load_class(Frame *frame, int unit, PyObject **class) {
    const _Py_CODEUNIT *units = cp_code_units(frame->f_code);
    if (opcode_at(units, unit) != LOAD_GLOBAL || _Py_OPARG(units[unit]) & 1) return -1;
    *class = global_of(frame, _Py_OPARG(units[unit]) >> 1);
    return *class != NULL && PyExceptionClass_Check(*class) ? behind(units, unit) : -1;
}

/* A clause's classes: the unit behind them, and whether one of them is the raised one's, or a base of it. */
static int match_classes(Frame *frame, int unit, PyObject *raised, bool *matches) {
    const _Py_CODEUNIT *units = cp_code_units(frame->f_code);
    int count = 0;
    PyObject *class = NULL;
    *matches = false;
    for (; count < MOST_CLASSES && opcode_at(units, unit) == LOAD_GLOBAL; count++) {
        unit = load_class(frame, unit, &class);
        if (unit < 0) return -1;
        *matches |= PyType_IsSubtype((PyTypeObject *)raised, (PyTypeObject *)class) != 0;
    }
    if (opcode_at(units, unit) == BUILD_TUPLE && _Py_OPARG(units[unit]) == count) unit++;
    else if (count != 1) return -1;
    return unit;
}

static int find_clause(Frame *frame, int unit, PyObject *raised) {
    const _Py_CODEUNIT *units = cp_code_units(frame->f_code);
    bool matches;
    if (opcode_at(units, unit++) != PUSH_EXC_INFO) return -1;
    while (opcode_at(units, unit) != POP_TOP) {
        unit = match_classes(frame, unit, raised, &matches);
        if (unit < 0 || opcode_at(units, unit) != CHECK_EXC_MATCH ||
            opcode_at(units, unit + 1) != POP_JUMP_FORWARD_IF_FALSE)
            return -1;
        unit += 2;
        if (!matches) unit += _Py_OPARG(units[unit - 1]);
        else if (opcode_at(units, unit) != POP_TOP) return -1;
    }
    return unit + 1;
}

/* By what is known, or worked out anew. */
static int body_of(Frame *frame, PyObject *raised, CpCatcher *known) {
    int unit = cp_frame_lasti(frame);
    CpCatcher *entry = &known[unit % CP_LINES];
    if (!PyDict_CheckExact(frame->f_globals) || !PyDict_CheckExact(frame->f_builtins)) return -1;
    CpCatcher now = {.unit = unit + 1,
                     .class = cp_class_number((PyTypeObject *)raised),
                     .globals = ((PyDictObject *)frame->f_globals)->ma_version_tag,
                     .builtins = ((PyDictObject *)frame->f_builtins)->ma_version_tag};
    if (entry->unit == now.unit && entry->class == now.class && now.class != 0 &&
        entry->globals == now.globals && entry->builtins == now.builtins)
        return entry->body;
    int handler = find_handler(frame->f_code, unit);
    now.body = handler >= 0 ? find_clause(frame, handler, raised) : -1;
    *entry = now;
    return now.body;
}

/* --- what goes --- */

/* Does nobody notice when one reference to it goes? */
static inline bool goes_unnoticed(PyObject *object) {
    return object == NULL || Py_REFCNT(object) > 1 || cp_is_plain_key(object) || PyBytes_CheckExact(object);
}

static bool items_go_unnoticed(PyObject *tuple) {
    if (Py_REFCNT(tuple) > 1) return true;
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(tuple); i++)
        if (!goes_unnoticed(PyTuple_GET_ITEM(tuple, i))) return false;
    return true;
}

static bool values_go_unnoticed(PyObject *dict) {
    PyObject *key, *value;
    Py_ssize_t position = 0;
    if (dict == NULL) return true;
    if (Py_REFCNT(dict) > 1 || !PyDict_CheckExact(dict)) return false;
    while (PyDict_Next(dict, &position, &key, &value))
        if (!goes_unnoticed(key) || !goes_unnoticed(value)) return false;
    return true;
}

/* The class of C that an exception's own is made of, with what that class keeps in it. NULL: not known, or
 * instances have more than that, or have an end of their own. */
static PyTypeObject *known_base(PyTypeObject *type) {
    PyTypeObject *base = type;
    Py_ssize_t weakrefs = 0;
    for (; base->tp_flags & Py_TPFLAGS_HEAPTYPE; base = base->tp_base) {
        if (base->tp_finalize != NULL || base->tp_del != NULL) return NULL;
        if (base->tp_weaklistoffset != 0) weakrefs = sizeof(PyObject *);
    }
    PyTypeObject *plain = (PyTypeObject *)PyExc_BaseException;
    bool is_known = base->tp_dealloc == plain->tp_dealloc || (PyObject *)base == PyExc_StopIteration ||
                    (PyObject *)base == PyExc_AttributeError;
    return is_known && type->tp_basicsize == base->tp_basicsize + weakrefs ? base : NULL;
}

bool cp_raises_plainly(PyObject *class) {
    PyTypeObject *type = (PyTypeObject *)class;
    if (!Py_IS_TYPE(class, &PyType_Type) || !PyExceptionClass_Check(class)) return false;
    const PyTypeObject *known = known_base(type), *plain = (PyTypeObject *)PyExc_BaseException;
    return known != NULL && type->tp_new == plain->tp_new && type->tp_init == known->tp_init;
}

bool cp_goes_unnoticed(PyObject *object) { return goes_unnoticed(object); }

static bool exception_goes_unnoticed(PyObject *exception) {
    PyBaseExceptionObject *base = (PyBaseExceptionObject *)exception;
    PyTypeObject *known = known_base(Py_TYPE(exception));
    if (Py_REFCNT(exception) > 1 || known == NULL || base->traceback != NULL || base->notes != NULL ||
        cp_has_weakrefs(exception))
        return false;
    if ((PyObject *)known == PyExc_StopIteration &&
        !goes_unnoticed(((PyStopIterationObject *)exception)->value))
        return false;
    if ((PyObject *)known == PyExc_AttributeError &&
        !goes_unnoticed(((PyAttributeErrorObject *)exception)->obj))
        return false;
    return goes_unnoticed(base->context) && goes_unnoticed(base->cause) && values_go_unnoticed(base->dict) &&
           (base->args == NULL || items_go_unnoticed(base->args));
}

static bool value_goes_unnoticed(PyThreadState *tstate) {
    PyObject *value = tstate->curexc_value;
    if (value != NULL && PyExceptionInstance_Check(value))
        return (PyObject *)Py_TYPE(value) == tstate->curexc_type && exception_goes_unnoticed(value);
    if (value != NULL && PyTuple_CheckExact(value)) return items_go_unnoticed(value);
    return goes_unnoticed(value);
}

bool cp_ends_unseen(Frame *frame) {
    for (int i = 0; i < frame->f_code->co_nlocalsplus; i++)
        if (!goes_unnoticed(frame->localsplus[i])) return false;
    return frame->frame_obj == NULL;
}

bool cp_close_unseen(PyThreadState *tstate, Frame *frame) {
    if (tstate->curexc_type != PyExc_GeneratorExit || tstate->curexc_value || tstate->curexc_traceback)
        return false; /* close() sets the class alone, throw() an instance */
    if (cp_is_tracing(tstate) || tstate->recursion_remaining <= 1 || !cp_ends_unseen(frame) ||
        find_handler(frame->f_code, cp_frame_lasti(frame)) >= 0)
        return false;
    frame->previous = cp_current_frame(tstate);
    cp_set_current_frame(tstate, frame);
    tstate->recursion_remaining--;
    while (frame->stacktop > frame->f_code->co_nlocalsplus) Py_XDECREF(_PyFrame_StackPop(frame));
    tstate->recursion_remaining++;
    cp_set_current_frame(tstate, frame->previous); /* who resumed it takes its caller from it */
    return true;
}

int cp_unseen_body(PyThreadState *tstate, Frame *frame, CpCatcher *known) {
#ifdef Py_DEBUG
    return -1; /* the debug build asks whether an instance is handled */
#endif
    PyObject *raised = tstate->curexc_type;
    if (raised == NULL || tstate->curexc_traceback != NULL || !PyExceptionClass_Check(raised)) return -1;
    int body = body_of(frame, raised, known);
    return body >= 0 && value_goes_unnoticed(tstate) ? body : -1;
}

bool cp_may_be_unseen(Frame *frame, PyObject *class, CpCatcher *known) {
    return body_of(frame, class, known) >= 0;
}

PyObject *cp_take_class(void) {
    PyObject *type, *value, *traceback;
    PyErr_Fetch(&type, &value, &traceback);
    Py_XDECREF(value);
    return type;
}

/* --- the body --- */

/* What the body would have done so far: operands, and variables it has given a value. An object of NULL is a
 * number that it computes. */
typedef struct Walk {
    Frame *frame;
    int depth;
    struct Operand {
        PyTypeObject *type;
        PyObject *object; // borrowed
    } stack[MOST_OPERANDS];
    uint64_t stored;
} Walk;

static bool push(Walk *walk, PyTypeObject *type, PyObject *object) {
    if (walk->depth == MOST_OPERANDS) return false;
    walk->stack[walk->depth].type = type;
    walk->stack[walk->depth++].object = object;
    return true;
}

static bool push_object(Walk *walk, PyObject *object) {
    return object != NULL && push(walk, Py_TYPE(object), object);
}

static bool load_variable(Walk *walk, int slot) {
    return slot < 64 && !(walk->stored >> slot & 1) && push_object(walk, walk->frame->localsplus[slot]);
}

static bool store_variable(Walk *walk, int slot) {
    if (slot >= 64 || walk->depth == 0 || walk->stored >> slot & 1) return false;
    walk->depth--;
    walk->stored |= UINT64_C(1) << slot;
    return goes_unnoticed(walk->frame->localsplus[slot]);
}

/* Sums of numbers: no result of these is an error. */
static bool operate(Walk *walk, int operator) {
    if (walk->depth < 2) return false;
    PyTypeObject *left = walk->stack[walk->depth - 2].type, *right = walk->stack[walk->depth - 1].type;
    bool ints = left == &PyLong_Type && right == &PyLong_Type;
    bool numbers =
        (left == &PyLong_Type || left == &PyFloat_Type) && (right == &PyLong_Type || right == &PyFloat_Type);
    if (!ints && (!numbers || left != right)) return false; /* a large int is no float */
    switch (operator) {
    case NB_ADD:
    case NB_INPLACE_ADD:
    case NB_SUBTRACT:
    case NB_INPLACE_SUBTRACT: break;
    case NB_XOR:
    case NB_INPLACE_XOR:
    case NB_AND:
    case NB_INPLACE_AND:
    case NB_OR:
    case NB_INPLACE_OR:
        if (!ints) return false;
        break;
    default: return false;
    }
    walk->depth -= 2;
    return push(walk, left, NULL);
}

static bool store_item(Walk *walk) {
    if (walk->depth < 3) return false;
    PyObject *container = walk->stack[walk->depth - 2].object, *key = walk->stack[walk->depth - 1].object;
    PyObject *old = NULL;
    walk->depth -= 3;
    if (container == NULL || key == NULL || !PyDict_CheckExact(container)) return false;
    return cp_dict_find(container, key, &old) == 0;
}

/* False: it might run code or raise, or it is not known. */
static bool step(Walk *walk, int opcode, int oparg) {
    Frame *frame = walk->frame;
    switch (opcode) {
    case NOP: return true;
    case LOAD_FAST: return load_variable(walk, oparg);
    case LOAD_CONST: return push_object(walk, PyTuple_GET_ITEM(frame->f_code->co_consts, oparg));
    case LOAD_GLOBAL: return !(oparg & 1) && push_object(walk, global_of(frame, oparg >> 1));
    case STORE_FAST: return store_variable(walk, oparg);
    case BINARY_OP: return operate(walk, oparg);
    case STORE_SUBSCR: return store_item(walk);
    default: return false;
    }
}

bool cp_body_is_blind(Frame *frame, int unit) {
    const _Py_CODEUNIT *units = cp_code_units(frame->f_code);
    Walk walk;
    walk.frame = frame;
    walk.depth = 0;
    walk.stored = 0;
    for (int steps = 0; steps < MOST_STEPS; steps++) {
        int opcode = opcode_at(units, unit), oparg = _Py_OPARG(units[unit]);
        if (opcode == POP_EXCEPT) return true;
        if (opcode == SWAP && opcode_at(units, unit + 1) == POP_EXCEPT) return walk.depth == 1;
        if (!step(&walk, opcode, oparg)) return false;
        unit = behind(units, unit);
    }
    return false;
}
