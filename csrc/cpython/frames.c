/* Frames: what CPython keeps to itself of making, leaving and unwinding them. */
#include "cpython/compat.h"

void cp_init_frame(Frame *frame, PyFunctionObject *function_steal, int slots) {
    _PyFrame_InitializeSpecials(frame, function_steal, NULL, slots);
}

/* Somebody holds the frame object: it takes the frame's contents over, as they are when the function ends. */
static void give_to_object(PyThreadState *tstate, PyFrameObject *object, Frame *frame) {
    size_t size = (size_t)((char *)&frame->localsplus[frame->stacktop] - (char *)frame);
    Frame *own = (Frame *)object->_f_frame_data;
    memcpy(own, frame, size);
    object->f_frame = own;
    own->owner = FRAME_OWNED_BY_FRAME_OBJECT;
    if (cp_frame_is_incomplete(own))
        own->prev_instr = cp_code_units(own->f_code) + own->f_code->_co_firsttraceable;
    own->previous = NULL;
    object->f_back = PyThreadState_GetFrame(tstate);
    if (object->f_back == NULL) PyErr_Clear();
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
    for (int i = 0; i < frame->stacktop; i++) Py_XDECREF(frame->localsplus[i]);
    Py_XDECREF(frame->f_locals);
    Py_DECREF(frame->f_func);
    Py_DECREF(frame->f_code);
}

void cp_add_traceback(Frame *frame) {
    if (cp_frame_is_incomplete(frame)) return;
    PyFrameObject *object = PyEval_GetFrame(); // borrowed
    if (object != NULL) PyTraceBack_Here(object);
}

bool cp_generator_awaits(PyGenObject *generator) {
    if (generator->gi_frame_state >= FRAME_CLEARED || generator->gi_frame_state == FRAME_CREATED)
        return false;
    Frame *frame = (Frame *)generator->gi_iframe;
    _Py_CODEUNIT next = frame->prev_instr[1];
    int opcode = _Py_OPCODE(next);
    return (opcode == RESUME || opcode == RESUME_QUICK) && _Py_OPARG(next) >= 2;
}

PyObject *cp_default_import(PyThreadState *tstate) { return tstate->interp->import_func; }

/* property's layout is private to CPython's descrobject.c; its first field is the getter. */
typedef struct PropertyObject {
    PyObject_HEAD PyObject *getter;
} PropertyObject;

PyObject *cp_property_getter(PyObject *property) { return ((PropertyObject *)property)->getter; }

/* Likewise the wrapper an async generator yields its values in, of genobject.c. */
typedef struct WrappedValue {
    PyObject_HEAD PyObject *value;
} WrappedValue;

PyObject *cp_wrap_async_value(PyObject *value) {
    extern PyTypeObject _PyAsyncGenWrappedValue_Type;
    WrappedValue *wrapped = PyObject_GC_New(WrappedValue, &_PyAsyncGenWrappedValue_Type);
    if (wrapped == NULL) return NULL;
    wrapped->value = Py_NewRef(value);
    _PyObject_GC_TRACK((PyObject *)wrapped);
    return (PyObject *)wrapped;
}

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

static PyThreadState *main_thread; // for comparison only; set with the GIL before any other thread may look

void cp_prepare_interrupts(void) {
    PyThreadState *thread = PyInterpreterState_ThreadHead(PyInterpreterState_Main());
    while (thread != NULL && thread->thread_id != _PyRuntime.main_thread) thread = PyThreadState_Next(thread);
    main_thread = thread;
}

bool cp_interrupt_main(int (*call)(void *)) {
    if (!Py_IsInitialized() || _Py_IsFinalizing()) return false;
    PyThreadState *holder = (PyThreadState *)_Py_atomic_load_relaxed(&_PyRuntime.gilstate.tstate_current);
    if (holder == NULL || holder != main_thread || Py_AddPendingCall(call, NULL) < 0) return false;
    _Py_atomic_store_relaxed(&PyInterpreterState_Main()->ceval.eval_breaker, 1);
    return true;
}

static int take_itself_out(PyObject *unused, PyFrameObject *frame, int what, PyObject *arg) {
    PyThreadState_Get()->c_tracefunc = NULL;
    return 0;
}

/* The loop begins with a call event for a frame that it finds throwing, which is true of generators only. So
 * it is entered with its events off; the exception event, which goes by the trace function alone, turns them
 * on again. */
static PyObject *unwind(PyThreadState *tstate, Frame *frame) {
    tstate->cframe->use_tracing = 0;
    if (tstate->c_tracefunc == NULL) tstate->c_tracefunc = take_itself_out;
    PyObject *result = _PyEval_EvalFrameDefault(tstate, frame, 1);
    if (tstate->c_tracefunc == take_itself_out) tstate->c_tracefunc = NULL;
    return result;
}

PyObject *cp_interpret(PyThreadState *tstate, Frame *frame, CpEntry entry) {
    return entry == CP_UNWIND ? unwind(tstate, frame)
                              : _PyEval_EvalFrameDefault(tstate, frame, entry == CP_THROW);
}
