/* Generators and coroutines: see generators.h. */
#include "cpython/generators.h"

#include "cpython/kept.h"
#include "cpython/spare.h"

#include <internal/pycore_opcode.h>

bool cp_generator_awaits(PyGenObject *generator) {
    if (generator->gi_frame_state >= FRAME_CLEARED || generator->gi_frame_state == FRAME_CREATED)
        return false;
    Frame *frame = (Frame *)generator->gi_iframe;
    _Py_CODEUNIT next = frame->prev_instr[1];
    int opcode = _Py_OPCODE(next);
    return (opcode == RESUME || opcode == RESUME_QUICK) && _Py_OPARG(next) >= 2;
}

CpPassingLoop cp_passing_loop(PyGenObject *generator) {
    enum { AROUND = 3 }; /* units of the loop on either side of its yield */
    const CpPassingLoop none = {0};
    Frame *frame = cp_generator_frame(generator);
    if (!PyGen_CheckExact(generator) || generator->gi_frame_state != FRAME_SUSPENDED) return none;
    int at = cp_frame_lasti(frame), first = at - AROUND, last = at + AROUND;
    if (first < 1 || last >= Py_SIZE(frame->f_code)) return none;
    const _Py_CODEUNIT *units = cp_code_units(frame->f_code);
    const uint8_t wanted[] = {FOR_ITER, STORE_FAST, LOAD_FAST, YIELD_VALUE, RESUME, POP_TOP, JUMP_BACKWARD};
    for (int i = 0; i < (int)sizeof(wanted); i++)
        if (_PyOpcode_Deopt[_Py_OPCODE(units[first + i])] != wanted[i]) return none;
    int local = _Py_OPARG(units[first + 1]);
    bool goes_round = last + 1 - _Py_OPARG(units[last]) == first;
    bool is_long = _Py_OPCODE(units[first - 1]) == EXTENDED_ARG;
    if (is_long || !goes_round || _Py_OPARG(units[at - 1]) != local) return none;
    return (CpPassingLoop){(int16_t)local, AROUND};
}

/* Where a generator function's code makes the generator: at its beginning, or behind taking the closure over
 * and making its cells. -1: it does more before. */
static int creation_unit(PyCodeObject *code) {
    const _Py_CODEUNIT *units = cp_code_units(code);
    int unit = _Py_OPCODE(units[0]) == COPY_FREE_VARS;
    while (_Py_OPCODE(units[unit]) == MAKE_CELL) unit++;
    return _Py_OPCODE(units[unit]) == RETURN_GENERATOR ? unit : -1;
}

int16_t cp_plain_generator(PyCodeObject *code) {
    int kinds = CO_GENERATOR | CO_COROUTINE, own_locals = CO_OPTIMIZED | CO_NEWLOCALS;
    if (!(code->co_flags & kinds) || code->co_flags & (CO_ASYNC_GENERATOR | CO_VARARGS | CO_VARKEYWORDS) ||
        (code->co_flags & own_locals) != own_locals || code->co_kwonlyargcount > 0 || creation_unit(code) < 0)
        return -1;
    return code->co_argcount < 64 ? (int16_t)(code->co_argcount + 1) : -1;
}

/* Memory of generators and coroutines that are gone, by the number of their slots: the next ones are made of
 * it, as CPython does it with frames. */
enum { KEPT_SLOTS = 32, KEPT_OF_SIZE = 16 };
static struct KeptGenerators {
    int count;
    PyGenObject *generators[KEPT_OF_SIZE];
} kept_generators[KEPT_SLOTS]; // one per process, guarded by the GIL

static inline Py_ssize_t slots_of(PyCodeObject *code) { return code->co_nlocalsplus + code->co_stacksize; }

/* NULL: an exception is set. Where the collector's turn has come, it runs. */
static inline PyGenObject *allocate(PyTypeObject *type, Py_ssize_t slots) {
    struct _gc_runtime_state *collector = &_PyInterpreterState_GET()->gc;
    if (slots >= KEPT_SLOTS || kept_generators[slots].count == 0 || cp_would_collect(collector) ||
        _Py_tracemalloc_config.tracing)
        return PyObject_GC_NewVar(PyGenObject, type, slots);
    PyGenObject *generator = kept_generators[slots].generators[--kept_generators[slots].count];
    collector->generations[0].count++;
    Py_SET_TYPE(generator, type);
    Py_SET_REFCNT(generator, 1);
    *_Py_AS_GC(generator) = (PyGC_Head){0};
    return generator;
}

/* Its memory is wanted no more; it is not tracked. */
static inline void give_back(PyGenObject *generator, Py_ssize_t slots) {
    bool wanted = slots < KEPT_SLOTS && !_Py_tracemalloc_config.tracing;
#ifdef Py_REF_DEBUG
    wanted = false; /* the debug build keeps account of what goes */
#endif
    if (!wanted || kept_generators[slots].count == KEPT_OF_SIZE) {
        PyObject_GC_Del(generator);
        return;
    }
    struct _gc_runtime_state *collector = &_PyInterpreterState_GET()->gc;
    if (collector->generations[0].count > 0) collector->generations[0].count--;
    kept_generators[slots].generators[kept_generators[slots].count++] = generator;
}

PyGenObject *cp_new_generator(PyThreadState *tstate, PyFunctionObject *function) {
    PyCodeObject *code = (PyCodeObject *)function->func_code;
    bool is_coroutine = code->co_flags & CO_COROUTINE;
    int unit = creation_unit(code);
    if (unit < 0 || code->co_flags & CO_ASYNC_GENERATOR ||
        (is_coroutine && tstate->coroutine_origin_tracking_depth != 0))
        return NULL;
    Py_ssize_t slots = slots_of(code);
    PyGenObject *generator = allocate(is_coroutine ? &PyCoro_Type : &PyGen_Type, slots);
    if (generator == NULL) {
        PyErr_Clear();
        return NULL;
    }
    if ((PyCodeObject *)function->func_code != code) { /* by a finalizer */
        give_back(generator, slots);
        return NULL;
    }
    Frame *frame = cp_generator_frame(generator);
    _PyFrame_InitializeSpecials(frame, (PyFunctionObject *)Py_NewRef(function), NULL, code->co_nlocalsplus);
    frame->prev_instr = cp_code_units(code) + unit;
    frame->owner = FRAME_OWNED_BY_GENERATOR;
    frame->previous = NULL;
    return generator;
}

/* What the code does between its start and where the generator is made. */
static bool fill_cells(PyFunctionObject *function, Frame *frame) {
    PyCodeObject *code = frame->f_code;
    const _Py_CODEUNIT *unit = cp_code_units(code);
    if (_Py_OPCODE(*unit) == COPY_FREE_VARS) {
        int first = code->co_nlocalsplus - code->co_nfreevars;
        for (int i = 0; i < code->co_nfreevars; i++)
            frame->localsplus[first + i] = Py_NewRef(PyTuple_GET_ITEM(function->func_closure, i));
        unit++;
    }
    for (; _Py_OPCODE(*unit) == MAKE_CELL; unit++) {
        PyObject **slot = &frame->localsplus[_Py_OPARG(*unit)], *cell = PyCell_New(*slot);
        if (cell == NULL) return false;
        Py_XSETREF(*slot, cell);
    }
    return true;
}

static void publish(PyGenObject *generator) {
    Frame *frame = cp_generator_frame(generator);
    generator->gi_code = (PyCodeObject *)Py_NewRef(frame->f_code);
    generator->gi_name = Py_NewRef(frame->f_func->func_name);
    generator->gi_qualname = Py_NewRef(frame->f_func->func_qualname);
    generator->gi_weakreflist = NULL;
    generator->gi_exc_state = (_PyErr_StackItem){0};
    generator->gi_frame_state = FRAME_CREATED;
    if (PyCoro_CheckExact(generator)) ((PyCoroObject *)generator)->cr_origin_or_finalizer = NULL;
    _PyObject_GC_TRACK(generator);
}

PyGenObject *cp_bare_generator(PyFunctionObject *function) {
    PyCodeObject *code = (PyCodeObject *)function->func_code;
    int locals = code->co_nlocalsplus;
    PyTypeObject *type = code->co_flags & CO_COROUTINE ? &PyCoro_Type : &PyGen_Type;
    PyGenObject *generator = allocate(type, slots_of(code));
    if (generator == NULL) {
        PyErr_Clear();
        generator = spare_generator(type, slots_of(code));
    }
    if (generator == NULL) return NULL;
    Frame *frame = cp_generator_frame(generator);
    _PyFrame_InitializeSpecials(frame, (PyFunctionObject *)Py_NewRef(function), NULL, locals);
    frame->owner = FRAME_OWNED_BY_GENERATOR;
    frame->previous = NULL;
    for (int i = 0; i < locals; i++) frame->localsplus[i] = NULL;
    publish(generator);
    return generator;
}

int cp_suspended_at(PyObject *object) {
    if (!PyGen_CheckExact(object) || Py_REFCNT(object) != 1) return -1;
    PyGenObject *generator = (PyGenObject *)object;
    Frame *frame = cp_generator_frame(generator);
    bool plain = generator->gi_frame_state == FRAME_SUSPENDED && frame->frame_obj == NULL &&
                 generator->gi_weakreflist == NULL && generator->gi_exc_state.exc_value == NULL;
    return plain ? cp_frame_lasti(frame) : -1;
}

void cp_put_slot(PyGenObject *generator, int slot, PyObject *value_steal) {
    Frame *frame = cp_generator_frame(generator);
    int locals = frame->f_code->co_nlocalsplus;
    if (slot >= locals && value_steal == NULL) return;
    frame->localsplus[slot] = value_steal;
    if (slot >= locals) frame->stacktop = slot + 1;
}

void cp_suspend_at(PyGenObject *generator, int unit) {
    Frame *frame = cp_generator_frame(generator);
    frame->prev_instr = cp_code_units(frame->f_code) + unit;
    generator->gi_frame_state = FRAME_SUSPENDED;
}

bool cp_publish_generator(PyGenObject *generator) {
    Frame *frame = cp_generator_frame(generator);
    PyFunctionObject *function = frame->f_func;
    if (!fill_cells(function, frame)) {
        for (int i = 0; i < frame->f_code->co_nlocalsplus; i++) Py_XDECREF(frame->localsplus[i]);
        cp_forget_generator(generator);
        return false;
    }
    publish(generator);
    return true;
}

void cp_forget_generator(PyGenObject *generator) {
    Frame *frame = cp_generator_frame(generator);
    Py_ssize_t slots = slots_of(frame->f_code);
    Py_DECREF(frame->f_func);
    Py_DECREF(frame->f_code);
    give_back(generator, slots);
}

static const char *kind_of(PyGenObject *generator) {
    return PyCoro_CheckExact(generator)       ? "coroutine"
           : PyAsyncGen_CheckExact(generator) ? "async generator"
                                              : "generator";
}

void cp_finish_generator(PyThreadState *tstate, PyGenObject *generator) {
    if (tstate->curexc_type != NULL) {
        if (PyErr_ExceptionMatches(PyExc_StopIteration))
            _PyErr_FormatFromCause(PyExc_RuntimeError, "%s raised StopIteration", kind_of(generator));
        else if (PyAsyncGen_CheckExact(generator) && PyErr_ExceptionMatches(PyExc_StopAsyncIteration))
            _PyErr_FormatFromCause(PyExc_RuntimeError, "%s raised StopAsyncIteration", kind_of(generator));
    }
    _PyErr_ClearExcState(&generator->gi_exc_state);
    generator->gi_frame_state = FRAME_CLEARED;
    cp_clear_frame(tstate, cp_generator_frame(generator));
}

void cp_free_generator(PyGenObject *generator) {
    _PyObject_GC_UNTRACK(generator);
    if (PyCoro_CheckExact(generator)) Py_XDECREF(((PyCoroObject *)generator)->cr_origin_or_finalizer);
    Py_XDECREF(generator->gi_exc_state.exc_value);
    Py_ssize_t slots = slots_of(generator->gi_code);
    Py_DECREF(generator->gi_code);
    Py_DECREF(generator->gi_name);
    Py_DECREF(generator->gi_qualname);
    give_back(generator, slots);
}

/* The wrapper an async generator yields its values in, of genobject.c. */
typedef struct WrappedValue {
    PyObject_HEAD PyObject *value;
} WrappedValue;

PyObject *cp_wrap_async_value(PyObject *value) {
    struct _Py_async_gen_state *kept = &_PyInterpreterState_GET()->async_gen;
    WrappedValue *wrapped;
    if (kept->value_numfree > 0) {
        wrapped = (WrappedValue *)kept->value_freelist[--kept->value_numfree];
        _Py_NewReference((PyObject *)wrapped);
    } else {
        wrapped = PyObject_GC_New(WrappedValue, &_PyAsyncGenWrappedValue_Type);
        if (wrapped == NULL) return NULL;
    }
    wrapped->value = Py_NewRef(value);
    _PyObject_GC_TRACK((PyObject *)wrapped);
    return (PyObject *)wrapped;
}

PyObject *cp_unwrap_async_value(PyObject *wrapped) {
    if (!Py_IS_TYPE(wrapped, &_PyAsyncGenWrappedValue_Type)) return NULL;
    PyObject *value = Py_NewRef(((WrappedValue *)wrapped)->value);
    Py_DECREF(wrapped);
    return value;
}

CpResumers cp_resumers, cp_own_resumers;

CpSlots cp_generator_slots;
PyInterpreterState *cp_home;

void cp_find_resumers(CpResumers own) {
    cp_own_resumers = own;
    if (cp_generator_slots.next == NULL)
        cp_generator_slots =
            (CpSlots){PyGen_Type.tp_iternext, PyGen_Type.tp_as_async->am_send, PyMap_Type.tp_iternext};
    PyObject *send = PyDict_GetItemString(PyGen_Type.tp_dict, "send");   // borrowed
    PyObject *next = PyDict_GetItemString(PyEval_GetBuiltins(), "next"); // borrowed
    if (send == NULL || !Py_IS_TYPE(send, &PyMethodDescr_Type)) return;
    cp_resumers.send = ((PyMethodDescrObject *)send)->d_method->ml_meth;
    if (next != NULL && PyCFunction_CheckExact(next) && PyCFunction_GET_FLAGS(next) == METH_FASTCALL &&
        strcmp(((PyCFunctionObject *)next)->m_ml->ml_name, "next") == 0)
        cp_resumers.next = PyCFunction_GET_FUNCTION(next);
}

static void set_slots(CpSlots slots) {
    PyGen_Type.tp_iternext = slots.next;
    PyMap_Type.tp_iternext = slots.map_next;
    PyGen_Type.tp_as_async->am_send = slots.send;
    PyCoro_Type.tp_as_async->am_send = slots.send;
}

void cp_take_slots(CpSlots slots) {
    cp_home = PyInterpreterState_Get();
    set_slots(slots);
}

void cp_give_slots_back(void) { set_slots(cp_generator_slots); }
