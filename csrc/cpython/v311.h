/* CPython 3.11: its internal structures, under dxpy's names. */
#ifndef DXPY_CPYTHON_V311_H
#define DXPY_CPYTHON_V311_H

#include <stdbool.h>

#include <frameobject.h>
#include <internal/pycore_ceval.h>
#include <internal/pycore_code.h>
#include <internal/pycore_dict.h>
#include <internal/pycore_frame.h>
#include <internal/pycore_gc.h>
#include <internal/pycore_interp.h>
#include <internal/pycore_long.h>
#include <internal/pycore_object.h>
#include <internal/pycore_pystate.h>
#include <internal/pycore_moduleobject.h>
#include <opcode.h>
#include <structmember.h>

typedef struct _PyInterpreterFrame Frame;

enum { CP_OWNED_BY_THREAD = FRAME_OWNED_BY_THREAD, CP_OWNED_BY_GENERATOR = FRAME_OWNED_BY_GENERATOR };

static inline _Py_CODEUNIT *cp_code_units(PyCodeObject *code) { return _PyCode_CODE(code); }
static inline int cp_frame_lasti(Frame *frame) {
    return (int)(frame->prev_instr - _PyCode_CODE(frame->f_code));
}

/* A frame is incomplete before its first RESUME: nobody may see it yet. */
static inline bool cp_frame_is_incomplete(Frame *frame) { return _PyFrame_IsIncomplete(frame); }
static inline PyGenObject *cp_frame_generator(Frame *frame) { return _PyFrame_GetGenerator(frame); }

/* The running frame, as everything that walks frames sees it. */
static inline Frame *cp_current_frame(PyThreadState *tstate) { return tstate->cframe->current_frame; }
static inline void cp_set_current_frame(PyThreadState *tstate, Frame *frame) {
    tstate->cframe->current_frame = frame;
}
static inline bool cp_is_tracing(PyThreadState *tstate) { return tstate->cframe->use_tracing != 0; }

static inline bool cp_enter_recursive(PyThreadState *tstate) {
    if (tstate->recursion_remaining-- > 0) return true;
    return _Py_CheckRecursiveCall(tstate, "") == 0; // gives the count back when it fails
}
static inline void cp_leave_recursive(PyThreadState *tstate) { tstate->recursion_remaining++; }

static inline bool cp_breaker_is_set(PyThreadState *tstate) {
    return _Py_atomic_load_relaxed(&tstate->interp->ceval.eval_breaker) != 0;
}
static inline bool cp_gil_is_wanted(PyThreadState *tstate) {
    return _Py_atomic_load_relaxed(&tstate->interp->ceval.gil_drop_request) != 0;
}

/* An exception that another thread asked to be raised here (PyThreadState_SetAsyncExc): 0, or -1 with it set.
 */
static inline int cp_raise_async_exception(PyThreadState *tstate) {
    PyObject *type = tstate->async_exc;
    if (type == NULL) return 0;
    struct _ceval_state *state = &tstate->interp->ceval;
    tstate->async_exc = NULL;
    state->pending.async_exc = 0;
    _Py_atomic_store_relaxed(&state->eval_breaker,
                             _Py_atomic_load_relaxed(&state->gil_drop_request) |
                                 _Py_atomic_load_relaxed(&_PyRuntime.ceval.signals_pending) |
                                 _Py_atomic_load_relaxed(&state->pending.calls_to_do));
    PyErr_SetNone(type);
    Py_DECREF(type);
    return -1;
}

/* --- objects with instance values (attributes without a dict), and the keys they share --- */

static inline bool cp_has_values(PyTypeObject *type) {
    return (type->tp_flags & Py_TPFLAGS_MANAGED_DICT) != 0;
}
/* In bytes from the start of an object, where the pointer that cp_values gives stands. */
enum { CP_VALUES_OFFSET = -4 * (int)sizeof(void *) };
static inline PyDictValues **cp_values(PyObject *object) { return _PyObject_ValuesPointer(object); }
/* A value was put where there was none: the order of insertion is kept in the bytes before the values.
 * Emitted code does the same: emit_attr.c. */
static inline void cp_note_insertion(PyDictValues *values, Py_ssize_t index) {
    _PyDictValues_AddToInsertionOrder(values, index);
}
static inline PyObject **cp_managed_dict(PyObject *object) { return _PyObject_ManagedDictPointer(object); }
static inline PyDictKeysObject *cp_shared_keys(PyTypeObject *type) {
    return ((PyHeapTypeObject *)type)->ht_cached_keys;
}

/* Entry of a dict whose keys are all str: its key and where its value is; NULL: no such entry. */
static inline PyObject **cp_dict_entry(PyObject *dict, Py_ssize_t index, PyObject *key) {
    PyDictObject *object = (PyDictObject *)dict;
    PyDictKeysObject *keys = object->ma_keys;
    if (keys->dk_kind == DICT_KEYS_GENERAL || index >= keys->dk_nentries) return NULL;
    PyDictUnicodeEntry *entry = &DK_UNICODE_ENTRIES(keys)[index];
    if (entry->me_key != key) return NULL;
    return object->ma_values ? &object->ma_values->values[index] : &entry->me_value;
}

/* Index of `key` (an interned str) among the entries of str keys, -1: not there. */
static inline Py_ssize_t cp_keys_find(PyDictKeysObject *keys, PyObject *key) {
    if (keys->dk_kind == DICT_KEYS_GENERAL) return -1;
    for (Py_ssize_t i = 0; i < keys->dk_nentries; i++)
        if (DK_UNICODE_ENTRIES(keys)[i].me_key == key) return i;
    return -1;
}
static inline bool cp_keys_are_str(PyDictKeysObject *keys) { return keys->dk_kind != DICT_KEYS_GENERAL; }
static inline uint32_t cp_keys_version(PyObject *dict) { return ((PyDictObject *)dict)->ma_keys->dk_version; }
/* The same, given a version first if need be. CPython counts its own up from 1 and drops a version when a key
 * comes or goes; ours are counted down from the other end, so that no two states share one. 0: there are no
 * more. */
uint32_t cp_need_keys_version(PyDictKeysObject *keys);
/* The version of a function as it is: CPython drops it when code or defaults are set anew. Given one first if
 * need be, as with the keys. 0: there are no more. */
uint32_t cp_need_function_version(PyFunctionObject *function);
static inline uint32_t cp_type_version(PyTypeObject *type) { return type->tp_version_tag; }

/* A code object's extra slots; their layout is private to CPython's codeobject.c. */
typedef struct CodeExtra {
    Py_ssize_t size;
    void *slots[1];
} CodeExtra;

static inline void *cp_code_extra(PyCodeObject *code, Py_ssize_t index) {
    CodeExtra *extra = code->co_extra;
    return extra != NULL && index < extra->size ? extra->slots[index] : NULL;
}

/* --- cpython/frames.c --- */

void cp_init_frame(Frame *frame, PyFunctionObject *function_steal, int slots);
/* Give back what a finished, unlinked frame holds; its frame object, if anybody has it, lives on. */
void cp_clear_frame(PyThreadState *tstate, Frame *frame);
/* Add the running frame to the traceback of the exception that is set. */
void cp_add_traceback(Frame *frame);
/* Is the suspended generator or coroutine waiting for another one? */
bool cp_generator_awaits(PyGenObject *generator);
PyObject *cp_default_import(PyThreadState *tstate); // borrowed
PyObject *cp_property_getter(PyObject *property);   // borrowed, may be NULL
PyObject *cp_wrap_async_value(PyObject *value);     // new ref
bool cp_spec_is_initializing(PyObject *spec);
/* Evaluate a frame by whatever evaluates frames now: the hook, another's, or CPython's own loop. */
static inline PyObject *cp_evaluate(PyThreadState *tstate, Frame *frame) {
    _PyFrameEvalFunction evaluate = tstate->interp->eval_frame; // NULL: CPython's own
    return evaluate ? evaluate(tstate, frame, 0) : _PyEval_EvalFrameDefault(tstate, frame, 0);
}
/* How CPython's own loop is entered: behind the last instruction; with an exception that is thrown into the
 * generator there; or, while tracing, with one that was raised there and that the loop is to unwind, its
 * events included. */
typedef enum CpEntry { CP_GO_ON, CP_THROW, CP_UNWIND } CpEntry;
PyObject *cp_interpret(PyThreadState *tstate, Frame *frame, CpEntry entry);
/* From any thread, without the GIL: have `call` run in the main thread at its next look at the eval breaker,
 * if that thread runs Python code just now. False: it does not. 3.11 sets the breaker for pending calls only
 * when the main thread itself asks, so this sets it by hand; set while another thread runs, it would slow
 * that one down for nothing. */
bool cp_interrupt_main(int (*call)(void *));
/* Once, with the GIL. */
void cp_prepare_interrupts(void);

/* An opcode that jumps back and looks at the eval breaker. */
static inline bool cp_is_back_edge(uint8_t opcode) {
    return opcode == JUMP_BACKWARD || opcode == JUMP_BACKWARD_QUICK || opcode == POP_JUMP_BACKWARD_IF_TRUE ||
           opcode == POP_JUMP_BACKWARD_IF_FALSE || opcode == POP_JUMP_BACKWARD_IF_NONE ||
           opcode == POP_JUMP_BACKWARD_IF_NOT_NONE;
}

static inline void *cp_eval_breaker(PyInterpreterState *interp) { return &interp->ceval.eval_breaker; }

#endif
