/* Frames: what CPython keeps to itself of making, leaving and unwinding them. */
#include "cpython/compat.h"

#include "cpython/kept.h"

/* Somebody holds the frame object: it takes the frame's contents over, as they are when the function ends. */
static void give_to_object(PyThreadState *tstate, PyFrameObject *object, Frame *frame) {
    size_t size = (size_t)((char *)&frame->localsplus[frame->stacktop] - (char *)frame);
    Frame *own = (Frame *)object->_f_frame_data;
    memcpy(own, frame, size);
    object->f_frame = own;
    own->owner = FRAME_OWNED_BY_FRAME_OBJECT;
    if (cp_frame_is_incomplete(own))
        own->prev_instr = cp_code_units(own->f_code) + own->f_code->_co_firsttraceable;
    if (own->previous != NULL) { // a generator's frame was taken out of the chain
        own->previous = NULL;
        object->f_back = PyThreadState_GetFrame(tstate);
        if (object->f_back == NULL) PyErr_Clear();
    }
    if (!_PyObject_GC_IS_TRACKED((PyObject *)object)) _PyObject_GC_TRACK((PyObject *)object);
}

void cp_clear_frame(PyThreadState *tstate, Frame *frame) {
    if (frame->frame_obj != NULL) {
        PyFrameObject *object = frame->frame_obj;
        frame->frame_obj = NULL;
        if (Py_REFCNT(object) > 1) {
            PyObject *type, *value, *traceback; // making f_back may allocate: the function's exception waits
            PyErr_Fetch(&type, &value, &traceback);
            give_to_object(tstate, object, frame);
            PyErr_Restore(type, value, traceback);
            Py_DECREF(object);
            return;
        }
        Py_DECREF(object);
    }
    for (int i = 0; i < frame->stacktop; i++)
        if (frame->localsplus[i] != NULL) cp_drop(frame->localsplus[i]);
    Py_XDECREF(frame->f_locals);
    cp_drop((PyObject *)frame->f_func);
    Py_DECREF(frame->f_code);
}

/* The line is worked out by going through the code's table of lines from its start. */
static int line_of(PyFrameObject *object, Frame *frame, CpLine *known) {
    if (object->f_lineno != 0 || known == NULL) return PyFrame_GetLineNumber(object);
    int unit = cp_frame_lasti(frame);
    CpLine *line = &known[unit % CP_LINES];
    if (line->unit != unit + 1) *line = (CpLine){unit + 1, PyFrame_GetLineNumber(object)};
    return line->line;
}

void cp_add_traceback(Frame *frame, CpLine *known) {
    PyObject *type, *value, *traceback; /* making an object may collect garbage: they wait */
    if (cp_frame_is_incomplete(frame)) return;
    PyFrameObject *object = PyEval_GetFrame(); // borrowed
    if (object == NULL) {
        PyErr_NoMemory(); /* what was raised is lost with the frame that could not be made */
        return;
    }
    PyErr_Fetch(&type, &value, &traceback);
    PyTracebackObject *entry = PyObject_GC_New(PyTracebackObject, &PyTraceBack_Type);
    if (entry == NULL) {
        _PyErr_ChainExceptions(type, value, traceback);
        return;
    }
    entry->tb_frame = (PyFrameObject *)Py_NewRef(object);
    entry->tb_lasti = cp_frame_lasti(frame) * (int)sizeof(_Py_CODEUNIT);
    entry->tb_lineno = line_of(object, frame, known);
    entry->tb_next = (PyTracebackObject *)traceback;
    _PyObject_GC_TRACK(entry);
    PyErr_Restore(type, value, (PyObject *)entry);
}

PyObject *cp_default_import(PyThreadState *tstate) { return tstate->interp->import_func; }

/* property's layout is private to CPython's descrobject.c; its first fields are the getter and the setter. */
typedef struct PropertyObject {
    PyObject_HEAD PyObject *getter, *setter;
} PropertyObject;

PyObject *cp_held_function(PyObject *holder, int64_t *offset) {
    *offset = Py_TYPE(holder)->tp_members[0].offset; /* __func__ is the first of both types */
    return *(PyObject **)((char *)holder + *offset);
}

PyObject *cp_held_getter(PyObject *property, int64_t *offset) {
    *offset = offsetof(PropertyObject, getter);
    return cp_property_getter(property);
}

PyObject *cp_held_setter(PyObject *property, int64_t *offset) {
    *offset = offsetof(PropertyObject, setter);
    return ((PropertyObject *)property)->setter;
}

PyObject *cp_property_getter(PyObject *property) { return ((PropertyObject *)property)->getter; }

bool cp_spec_is_initializing(PyObject *spec) { return _PyModuleSpec_IsInitializing(spec) > 0; }

uint32_t cp_need_keys_version(PyDictKeysObject *keys) {
    static uint32_t next = UINT32_MAX; // of all dicts of the process; guarded by the GIL
    if (keys->dk_version == 0 && cp_keys_are_str(keys) && next > UINT32_MAX / 2) keys->dk_version = next--;
    return keys->dk_version;
}

uint32_t cp_need_function_version(PyFunctionObject *function) {
    static uint32_t next = UINT32_MAX; // of all functions of the process; guarded by the GIL
    if (function->func_version == 0 && next > UINT32_MAX / 2) function->func_version = next--;
    return function->func_version;
}

void cp_hide_from_items(PyFunctionObject *function) {
    function->func_version = 0;
    cp_need_function_version(function);
}

static PyThreadState *main_thread; // for comparison only; set with the GIL before any other thread may look

void cp_prepare_interrupts(void) {
    PyThreadState *thread = PyInterpreterState_ThreadHead(PyInterpreterState_Main());
    while (thread != NULL && thread->thread_id != _PyRuntime.main_thread) thread = PyThreadState_Next(thread);
    main_thread = thread;
}

static char own_mark; // its address says of a pending call that it is dxpy's own, and runs nobody's code

/* Not Py_AddPendingCall: it works the eval breaker out anew as the calling thread sees it, and for any but
 * the main one no signal is pending then: one that came just now would be noticed late, or not at all. */
static bool add_pending_call(struct _pending_calls *pending, int (*call)(void *)) {
    PyThread_acquire_lock(pending->lock, WAIT_LOCK);
    int last = pending->last, next = (last + 1) % NPENDINGCALLS;
    bool there_is_room = next != pending->first;
    if (there_is_room) {
        pending->calls[last].func = call;
        pending->calls[last].arg = &own_mark;
        pending->last = next;
    }
    PyThread_release_lock(pending->lock);
    return there_is_room;
}

bool cp_interrupt_main(int (*call)(void *)) {
    if (!Py_IsInitialized() || _Py_IsFinalizing()) return false;
    PyThreadState *holder = (PyThreadState *)_Py_atomic_load_relaxed(&_PyRuntime.gilstate.tstate_current);
    if (holder == NULL || holder != main_thread) return false;
    struct _ceval_state *state = &PyInterpreterState_Main()->ceval;
    bool added = add_pending_call(&state->pending, call);
    _Py_atomic_store_relaxed(&state->pending.calls_to_do, 1);
    _Py_atomic_store_relaxed(&state->eval_breaker, 1);
    return added;
}

bool cp_other_thread_runs(void) {
    if (!Py_IsInitialized() || _Py_IsFinalizing() || main_thread == NULL) return false;
    const PyThreadState *holder =
        (PyThreadState *)_Py_atomic_load_relaxed(&_PyRuntime.gilstate.tstate_current);
    return holder != NULL && holder != main_thread;
}

/* Take all calls out of the queue, if they are dxpy's own; the number of them, -1: others are there. */
static int take_own_calls(struct _pending_calls *pending, int (*calls[NPENDINGCALLS])(void *)) {
    int count = 0;
    PyThread_acquire_lock(pending->lock, WAIT_LOCK);
    for (int i = pending->first; i != pending->last && count >= 0; i = (i + 1) % NPENDINGCALLS) {
        if (pending->calls[i].arg == &own_mark) calls[count++] = pending->calls[i].func;
        else count = -1;
    }
    if (count >= 0) {
        pending->first = pending->last;
        _Py_atomic_store_relaxed(&pending->calls_to_do, 0);
    }
    PyThread_release_lock(pending->lock);
    return count;
}

bool cp_poll_quietly(PyThreadState *tstate) {
    struct _ceval_state *state = &tstate->interp->ceval;
    _Py_atomic_int *signals = &_PyRuntime.ceval.signals_pending;
    int (*calls[NPENDINGCALLS])(void *);
    if (cp_gil_is_wanted(tstate) || tstate->async_exc != NULL) return false;
    if (tstate->thread_id != _PyRuntime.main_thread) return true; /* the rest is the main thread's business */
    if (_Py_atomic_load_relaxed(signals)) return false;
    int count = take_own_calls(&state->pending, calls);
    if (count < 0) return false;
    _Py_atomic_store_relaxed(&state->eval_breaker, 0);
    if (_Py_atomic_load_relaxed(signals) || cp_gil_is_wanted(tstate) || state->pending.async_exc ||
        _Py_atomic_load_relaxed(&state->pending.calls_to_do))
        _Py_atomic_store_relaxed(&state->eval_breaker, 1); /* one that came just now */
    int collects = PyGC_Disable();
    for (int i = 0; i < count; i++) calls[i](NULL);
    if (collects) PyGC_Enable();
    return true;
}

static int take_itself_out(PyObject *unused, PyFrameObject *frame, int what, PyObject *arg) {
    PyThreadState_Get()->c_tracefunc = NULL;
    return 0;
}

/* The loop begins with a call event for a frame that it finds throwing, which is true of generators only. So
 * it is entered with its events off; the exception event, which goes by the trace function alone, turns them
 * on again. */
PyObject *cp_unwind(PyThreadState *tstate, Frame *frame) {
    tstate->cframe->use_tracing = 0;
    if (tstate->c_tracefunc == NULL) tstate->c_tracefunc = take_itself_out;
    PyObject *result = _PyEval_EvalFrameDefault(tstate, frame, 1);
    if (tstate->c_tracefunc == take_itself_out) tstate->c_tracefunc = NULL;
    return result;
}

PyObject *cp_builtins_of(const Frame *frame) {
    PyObject *builtins = PyDict_GetItemWithError(frame->f_globals, &_Py_ID(__builtins__)); // borrowed
    return builtins != NULL && PyModule_Check(builtins) ? PyModule_GetDict(builtins) : builtins;
}
