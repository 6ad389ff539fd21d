/* Calls. */
#include "runtime/rt.h"

#include "cpython/called.h"
#include "cpython/generators.h"
#include "cpython/hook.h"
#include "cpython/library.h"
#include "runtime/osr.h"
#include "runtime/stack.h"

/* Arguments as vectorcall takes them, the positional ones first; bit i of `owned`: values[i] is handed over.
 */
typedef struct Args {
    PyObject **values;
    i64 positional;
    PyObject *names; /* of the keyword arguments behind them; NULL: there are none */
    uint64_t owned;
} Args;

static inline i64 arg_count(const Args *args) {
    return args->positional + (args->names != NULL ? PyTuple_GET_SIZE(args->names) : 0);
}

static void drop_owned(const Args *args) {
    for (i64 i = arg_count(args) - 1; i >= 0; i--)
        if (args->owned >> i & 1) Py_DECREF(args->values[i]);
}

/* --- a compiled function that takes its arguments as they come --- */

/* Does a function take so many positional arguments, its defaults filled in? */
static inline bool takes(const CompiledCode *compiled, PyObject *function, i64 count) {
    if (__builtin_expect(compiled->plain_args == count, 1)) return true;
    PyObject *defaults = ((PyFunctionObject *)function)->func_defaults;
    return compiled->plain_args > count && defaults != NULL &&
           compiled->plain_args - count <= PyTuple_GET_SIZE(defaults);
}

/* The code to enter with these arguments, the call counted; NULL: something else has to be done as well. */
static inline CompiledCode *enterable(PyThreadState *tstate, PyObject *callable, i64 count) {
    if (!Py_IS_TYPE(callable, &PyFunction_Type)) return NULL;
    FunctionRecord *record = table_record((PyCodeObject *)((PyFunctionObject *)callable)->func_code);
    if (record == NULL) return NULL;
    CompiledCode *compiled = record->compiled;
    if (compiled == NULL || !takes(compiled, callable, count) || record->calls + 1 >= record->next_ask ||
        cp_is_tracing(tstate) || stack_is_low() || tstate->recursion_remaining <= 0 ||
        !cp_has_room(tstate, compiled->frame_words))
        return NULL;
    record->calls++;
    return compiled;
}

/* Run compiled code on a frame of the data stack, which is gone afterwards. The recursion limit has room. */
static inline PyObject *run_frame(PyThreadState *tstate, Frame *frame, CompiledCode *compiled) {
    Frame *previous = cp_current_frame(tstate);
    tstate->recursion_remaining--;
    frame->previous = previous;
    frame->is_entry = true;
    cp_set_current_frame(tstate, frame);
    compiled->active++;
    PyObject *result = compiled->entry(tstate, frame, compiled->link, compiled->start_entry);
    compiled->active--;
    cp_set_current_frame(tstate, previous);
    if (__builtin_expect(rt_has_left(result), 0)) {
        cp_leave_recursive(tstate);
        result = osr_interpret(tstate, frame, result == RT_UNWIND ? CP_UNWIND : CP_GO_ON);
        tstate->recursion_remaining--;
    }
    cp_pop_frame(tstate, frame); /* runs code: it counts as one level, as in the interpreter */
    cp_leave_recursive(tstate);
    return result;
}

static inline PyObject *enter(PyThreadState *tstate, CompiledCode *compiled, PyObject *function,
                              bool function_owned, PyObject *const *args, i64 count, uint64_t owned) {
    cp_incref_if(function, !function_owned);
    Frame *frame = cp_push_frame(tstate, (PyFunctionObject *)function, compiled->frame_words);
    PyObject **slots = frame->localsplus;
    i64 slot = 0;
    for (; slot < count; slot++, owned >>= 1) {
        cp_incref_if(args[slot], !(owned & 1));
        slots[slot] = args[slot];
    }
    if (__builtin_expect(slot < compiled->plain_args, 0)) {
        PyObject *defaults = ((PyFunctionObject *)function)->func_defaults;
        PyObject **end = &PyTuple_GET_ITEM(defaults, PyTuple_GET_SIZE(defaults)) - compiled->plain_args;
        for (; slot < compiled->plain_args; slot++) slots[slot] = Py_NewRef(end[slot]);
    }
    for (; slot < compiled->local_count; slot++) slots[slot] = NULL;
    return run_frame(tstate, frame, compiled);
}

/* Into compiled code by its way in (codegen/quick_way_in.c), which does what `enter` does, and asks what
 * `enterable` asks. False: there is none for these arguments. */
static inline bool go_in(PyThreadState *tstate, PyObject *callable, PyObject *const *args, i64 count,
                         uint64_t owned, PyObject **result) {
    if (!Py_IS_TYPE(callable, &PyFunction_Type)) return false;
    FunctionRecord *record = table_record((PyCodeObject *)((PyFunctionObject *)callable)->func_code);
    CompiledCode *compiled = record != NULL ? record->compiled : NULL;
    if (compiled == NULL || compiled->way_in_args != count) return false;
    PyObject *given[WAY_IN_MOST_ARGS]; /* beyond those that there are, anything */
    given[0] = given[1] = given[2] = given[3] = NULL;
    for (i64 i = 0; i < count; i++, owned >>= 1) {
        cp_incref_if(args[i], !(owned & 1));
        given[i] = args[i];
    }
    Py_INCREF(callable);
    if (__builtin_expect(count <= WAY_IN_REGISTER_ARGS, 1))
        *result = ((ShortWayInto)compiled->way_in)(tstate, callable, given[0], given[1], given[2], given[3]);
    else
        *result = ((WayInto)compiled->way_in)(tstate, callable, given[0], given[1], given[2], given[3],
                                              given[4], given[5], given[6], given[7]);
    return true;
}

/* --- any other Python function --- */

enum { OWN_LOCALS = CO_OPTIMIZED | CO_NEWLOCALS, MASK_BITS = 64 };

/* Bits of what a frame's slots got: defaults by slot, arguments that went into the ** dict. */
typedef struct Binding {
    uint64_t defaults, in_dict;
} Binding;

/* A keyword argument to the slot of its name, or into the dict. */
static bool bind_keyword(PyCodeObject *code, PyObject **slots, PyObject *name, PyObject *value,
                         PyObject *dict, bool *went_into_dict) {
    int named = code->co_argcount + code->co_kwonlyargcount;
    for (int slot = code->co_posonlyargcount; slot < named; slot++) {
        if (PyTuple_GET_ITEM(code->co_localsplusnames, slot) != name) continue;
        if (slots[slot] != NULL) return false;
        slots[slot] = value;
        return true;
    }
    *went_into_dict = dict != NULL && PyUnicode_CHECK_INTERNED(name); /* or it may equal a name it is not */
    return *went_into_dict && PyDict_SetItem(dict, name, value) == 0;
}

static bool bind_default(PyObject **slots, int slot, PyObject *value, Binding *binding) {
    slots[slot] = value; // borrowed
    binding->defaults |= UINT64_C(1) << slot;
    return value != NULL;
}

static bool bind_defaults(PyFunctionObject *function, PyCodeObject *code, PyObject **slots,
                          Binding *binding) {
    PyObject *defaults = function->func_defaults, *kwdefaults = function->func_kwdefaults;
    int first = code->co_argcount - (defaults != NULL ? (int)PyTuple_GET_SIZE(defaults) : 0), slot = 0;
    for (; slot < code->co_argcount; slot++) {
        if (slots[slot] != NULL) continue;
        if (slot < first || first < 0) return false;
        bind_default(slots, slot, PyTuple_GET_ITEM(defaults, slot - first), binding);
    }
    for (; slot < code->co_argcount + code->co_kwonlyargcount; slot++) {
        if (slots[slot] != NULL) continue;
        PyObject *name = PyTuple_GET_ITEM(code->co_localsplusnames, slot);
        PyObject *value = kwdefaults != NULL ? PyDict_GetItemWithError(kwdefaults, name) : NULL;
        if (!bind_default(slots, slot, value, binding)) return false;
    }
    return true;
}

/* Arguments and defaults into the frame's slots, all still borrowed. False: there is something to complain
 * about, and nothing was changed that counts. */
static bool bind(Frame *frame, PyFunctionObject *function, const Args *args, Binding *binding) {
    PyCodeObject *code = frame->f_code;
    int flags = code->co_flags, named = code->co_argcount + code->co_kwonlyargcount;
    PyObject **slots = frame->localsplus, *tuple = NULL, *dict = NULL;
    i64 direct = Py_MIN(args->positional, code->co_argcount), extra = args->positional - direct;
    bool ok = extra == 0 || flags & CO_VARARGS;
    if (ok && flags & CO_VARARGS) ok = (tuple = PyTuple_New(extra)) != NULL;
    if (ok && flags & CO_VARKEYWORDS) ok = (dict = PyDict_New()) != NULL;
    for (int slot = 0; slot < code->co_nlocalsplus; slot++)
        slots[slot] = slot < direct ? args->values[slot] : NULL;
    for (i64 i = 0; ok && args->names != NULL && i < PyTuple_GET_SIZE(args->names); i++) {
        i64 at = args->positional + i;
        bool went_into_dict = false;
        ok = bind_keyword(code, slots, PyTuple_GET_ITEM(args->names, i), args->values[at], dict,
                          &went_into_dict);
        if (went_into_dict) binding->in_dict |= UINT64_C(1) << at;
    }
    if (!ok || !bind_defaults(function, code, slots, binding)) {
        Py_XDECREF(tuple);
        Py_XDECREF(dict);
        PyErr_Clear();
        return false;
    }
    for (i64 i = 0; i < extra; i++) PyTuple_SET_ITEM(tuple, i, args->values[direct + i]);
    if (tuple != NULL) slots[named++] = tuple;
    if (dict != NULL) slots[named] = dict;
    return true;
}

/* From here on the frame owns what it shows. */
static void take_over(Frame *frame, const Args *args, Binding binding) {
    for (i64 i = 0, count = arg_count(args); i < count; i++) {
        cp_incref_if(args->values[i], !(args->owned >> i & 1));
        if (binding.in_dict >> i & 1) Py_DECREF(args->values[i]); /* the dict has one of its own */
    }
    for (int slot = 0; binding.defaults != 0; slot++, binding.defaults >>= 1)
        if (binding.defaults & 1) Py_INCREF(frame->localsplus[slot]);
}

static PyObject *run_bound(PyThreadState *tstate, Frame *frame) {
    FunctionRecord *record = table_record(frame->f_code);
    CompiledCode *compiled = record != NULL ? record->compiled : NULL;
    if (compiled != NULL && compiled->start_entry >= 0 && record->calls + 1 < record->next_ask &&
        !cp_is_tracing(tstate) && !stack_is_low() && tstate->recursion_remaining > 0) {
        record->calls++;
        return run_frame(tstate, frame, compiled);
    }
    PyObject *result = cp_evaluate(tstate, frame);
    tstate->recursion_remaining--; /* dropping locals runs code: it counts as one level, as in the interpreter
                                    */
    cp_pop_frame(tstate, frame);
    cp_leave_recursive(tstate);
    return result;
}

/* What calling a generator function gives; *made: false when CPython has to make it. */
static PyObject *call_generator(PyThreadState *tstate, PyFunctionObject *function, const Args *args,
                                bool *made) {
    FunctionRecord *record = table_record((PyCodeObject *)function->func_code);
    Binding binding = {0};
    *made = false;
    if (record == NULL || record->calls + 1 >= record->next_ask || cp_is_tracing(tstate) ||
        tstate->recursion_remaining <= 0)
        return NULL;
    PyGenObject *generator = cp_new_generator(tstate, function);
    if (generator == NULL) return NULL;
    *made = bind(cp_generator_frame(generator), function, args, &binding);
    if (!*made) {
        cp_forget_generator(generator);
        return NULL;
    }
    take_over(cp_generator_frame(generator), args, binding);
    record->calls++;
    return cp_publish_generator(generator) ? (PyObject *)generator : NULL;
}

/* The generator or coroutine that a function makes of itself, which takes positional arguments only. False:
 * it makes none, or there is more to be done; nothing happened. */
static bool call_plain_generator(PyThreadState *tstate, PyObject *callable, const Args *args,
                                 PyObject **result) {
    PyFunctionObject *function = (PyFunctionObject *)callable;
    PyCodeObject *code = (PyCodeObject *)function->func_code;
    FunctionRecord *record = table_record(code);
    if (record == NULL || record->plain_generator < 0 || record->calls + 1 >= record->next_ask ||
        cp_is_tracing(tstate) || tstate->recursion_remaining <= 0)
        return false;
    if (record->plain_generator == 0) record->plain_generator = cp_plain_generator(code);
    i64 wanted = record->plain_generator - 1, given = args->positional, slot = 0;
    PyObject *defaults = wanted != given ? function->func_defaults : NULL; // borrowed
    if (wanted < given ||
        (wanted > given && (defaults == NULL || wanted - given > PyTuple_GET_SIZE(defaults))))
        return false;
    Py_XINCREF(defaults); /* what is allocated may have a finalizer run */
    PyGenObject *generator = cp_new_generator(tstate, function);
    if (generator != NULL) {
        PyObject **slots = cp_generator_frame(generator)->localsplus;
        for (; slot < given; slot++) {
            cp_incref_if(args->values[slot], !(args->owned >> slot & 1));
            slots[slot] = args->values[slot];
        }
        for (; slot < wanted; slot++)
            slots[slot] = Py_NewRef(PyTuple_GET_ITEM(defaults, PyTuple_GET_SIZE(defaults) - wanted + slot));
        for (; slot < code->co_nlocalsplus; slot++) slots[slot] = NULL;
        record->calls++;
        *result = cp_publish_generator(generator) ? (PyObject *)generator : NULL;
    }
    Py_XDECREF(defaults);
    return generator != NULL;
}

/* Call a function on a frame made here. *entered: false when it has to be called in CPython's own way, and
 * nothing happened. */
static PyObject *call_bound(PyThreadState *tstate, PyFunctionObject *function, const Args *args,
                            bool *entered) {
    PyCodeObject *code = (PyCodeObject *)function->func_code;
    int words = cp_frame_words(code);
    Binding binding = {0};
    *entered = false;
    if ((code->co_flags & OWN_LOCALS) != OWN_LOCALS || arg_count(args) > MASK_BITS ||
        code->co_argcount + code->co_kwonlyargcount > MASK_BITS || !cp_has_room(tstate, words))
        return NULL;
    if (code->co_flags & (CO_GENERATOR | CO_COROUTINE)) {
        PyObject *generator = call_generator(tstate, function, args, entered);
        if (*entered) return generator;
    }
    Py_INCREF(function);
    Frame *frame = cp_push_frame(tstate, function, words);
    *entered = bind(frame, function, args, &binding);
    if (!*entered) {
        frame->stacktop = 0;
        cp_pop_frame(tstate, frame);
        return NULL;
    }
    take_over(frame, args, binding);
    return run_bound(tstate, frame);
}

/* Call a Python function, whatever it takes. Values that are owned are gone afterwards. */
static PyObject *call_function(PyThreadState *tstate, PyObject *function, const Args *args) {
    if (args->names == NULL) {
        CompiledCode *compiled = enterable(tstate, function, args->positional);
        if (compiled != NULL)
            return enter(tstate, compiled, function, false, args->values, args->positional, args->owned);
        PyObject *generator;
        if (call_plain_generator(tstate, function, args, &generator)) return generator;
    }
    int words = cp_frame_words((PyCodeObject *)((PyFunctionObject *)function)->func_code);
    PyObject *result;
    if (!cp_has_room(tstate, words) && cp_push_chunk(tstate, words)) {
        result = call_function(tstate, function, args);
        cp_pop_chunk(tstate);
        return result;
    }
    bool entered;
    result = call_bound(tstate, (PyFunctionObject *)function, args, &entered);
    if (entered) return result;
    result = hook_call_cpythons_way(function, args->values, (size_t)args->positional, args->names);
    drop_owned(args);
    return result;
}

bool rt_call_generator(PyThreadState *tstate, PyObject *function, PyObject *const *args, i64 count,
                       PyObject **result) {
    return call_plain_generator(tstate, function, &(Args){(PyObject **)args, count, NULL, 0}, result);
}

bool rt_call_compiled(PyThreadState *tstate, PyObject *function, PyObject *const *args, i64 count,
                      PyObject **result) {
    if (go_in(tstate, function, args, count, 0, result)) return true;
    CompiledCode *compiled = enterable(tstate, function, count);
    if (compiled == NULL) return false;
    *result = enter(tstate, compiled, function, false, args, count, 0);
    return true;
}

PyObject *rt_call_borrowed(PyThreadState *tstate, PyObject *callable, PyObject **args, i64 count) {
    PyObject *result;
    if (go_in(tstate, callable, args, count, 0, &result)) return result;
    CompiledCode *compiled = enterable(tstate, callable, count);
    if (compiled != NULL) return enter(tstate, compiled, callable, false, args, count, 0);
    if (!Py_IS_TYPE(callable, &PyFunction_Type))
        return PyObject_Vectorcall(callable, args, (size_t)count, NULL);
    return call_function(tstate, callable, &(Args){.values = args, .positional = count});
}

/* --- classes --- */

/* What type.__call__ does with such a class, or one of exceptions, whose init may be NULL: nothing is left to
 * be done then. values[-1] is free to be written to. */
static PyObject *construct(PyThreadState *tstate, PyTypeObject *type, PyObject *init, Args args) {
    PyObject *self, *before = args.values[-1];
    if (!cp_enter_recursive(tstate, " while calling a Python object")) {
        drop_owned(&args);
        return NULL;
    }
    Py_XINCREF(init); /* making the object may run a finalizer, which may do anything to the class */
    if (type->tp_new == PyBaseObject_Type.tp_new) self = rt_new_instance((PyObject *)type);
    else self = rt_new_exception(type, args.values, args.positional);
    if (self == NULL || init == NULL) {
        drop_owned(&args);
    } else {
        args.values--;
        args.positional++;
        args.owned <<= 1;
        args.values[0] = self;
        PyObject *given;
        if (args.names != NULL || !go_in(tstate, init, args.values, args.positional, args.owned, &given))
            given = call_function(tstate, init, &args);
        if (!rt_check_none(given)) Py_CLEAR(self);
        args.values[0] = before;
    }
    Py_XDECREF(init);
    cp_leave_recursive(tstate);
    return self;
}

/* What was made is of a class that wants to be told the arguments, or complains of them. */
static bool initialise(PyObject *object, const Args *args) {
    PyObject *tuple = PyTuple_New(args->positional), *keywords = NULL;
    bool ok = tuple != NULL;
    for (i64 i = 0; ok && i < args->positional; i++) PyTuple_SET_ITEM(tuple, i, Py_NewRef(args->values[i]));
    Py_ssize_t named = args->names != NULL ? PyTuple_GET_SIZE(args->names) : 0;
    if (ok && named > 0) ok = (keywords = PyDict_New()) != NULL;
    for (Py_ssize_t i = 0; ok && i < named; i++)
        ok = PyDict_SetItem(keywords, PyTuple_GET_ITEM(args->names, i), args->values[args->positional + i]) ==
             0;
    ok = ok && Py_TYPE(object)->tp_init(object, tuple, keywords) == 0;
    Py_XDECREF(tuple);
    Py_XDECREF(keywords);
    return ok;
}

/* What type.__call__ does with such a class; the arguments are kept until all is done. values[-1] is free to
 * be written to. */
static PyObject *construct_by_new(PyThreadState *tstate, PyTypeObject *type, PyObject *function, Args args) {
    PyObject *result = NULL, *before = args.values[-1];
    if (cp_enter_recursive(tstate, " while calling a Python object")) {
        Args given = {.values = args.values - 1, .positional = args.positional + 1, .names = args.names};
        given.values[0] = (PyObject *)type;
        Py_INCREF(function); /* its class may change meanwhile */
        if (args.names != NULL || !go_in(tstate, function, given.values, given.positional, 0, &result))
            result = call_function(tstate, function, &given);
        Py_DECREF(function);
        args.values[-1] = before;
        bool told = result == NULL || !PyObject_TypeCheck(result, type) ||
                    (Py_TYPE(result)->tp_init == PyBaseObject_Type.tp_init &&
                     Py_TYPE(result)->tp_new != PyBaseObject_Type.tp_new);
        if (!told && !initialise(result, &args)) Py_CLEAR(result);
        cp_leave_recursive(tstate);
    }
    drop_owned(&args);
    return result;
}

/* --- C functions --- */

static inline int convention(const PyMethodDef *def) {
    return def->ml_flags &
           (METH_VARARGS | METH_FASTCALL | METH_NOARGS | METH_O | METH_KEYWORDS | METH_METHOD);
}

/* Call by a convention without keywords. `class`: the one that defines it, if it wants to know. *known: false
 * when it is another one, or the arguments do not fit. */
static inline PyObject *call_method_def(PyThreadState *tstate, const PyMethodDef *def, PyTypeObject *class,
                                        PyObject *self, PyObject **args, i64 count, bool *known) {
    PyObject *result;
    int how = convention(def);
    *known = true;
    if ((how == METH_O && count == 1) || (how == METH_NOARGS && count == 0)) {
        if (!cp_enter_recursive(tstate, " while calling a Python object")) return NULL;
        if (def->ml_meth == cp_resumers.send) result = rt_generator_send(tstate, self, args[0]);
        else result = def->ml_meth(self, count ? args[0] : NULL);
        cp_leave_recursive(tstate);
        return result;
    }
    if (how == METH_FASTCALL && def->ml_meth == cp_resumers.next && (count == 1 || count == 2) &&
        PyGen_CheckExact(args[0]))
        return rt_generator_next(tstate, args[0], count == 2 ? args[1] : NULL);
    if (how == METH_FASTCALL)
        return ((_PyCFunctionFast)(void (*)(void))def->ml_meth)(self, args, (Py_ssize_t)count);
    if (how == (METH_FASTCALL | METH_KEYWORDS))
        return ((_PyCFunctionFastWithKeywords)(void (*)(void))def->ml_meth)(self, args, (Py_ssize_t)count,
                                                                            NULL);
    if (how == (METH_METHOD | METH_FASTCALL | METH_KEYWORDS) && class != NULL)
        return ((PyCMethod)(void (*)(void))def->ml_meth)(self, class, args, (size_t)count, NULL);
    *known = false;
    return NULL;
}

static inline PyObject *call_c_function(PyThreadState *tstate, PyObject *callable, PyObject **args, i64 count,
                                        bool *known) {
    if (callable == cp_known_isinstance(tstate) && count == 2) {
        i64 is = rt_isinstance(args[0], args[1]);
        return is < 0 ? NULL : Py_NewRef(is ? Py_True : Py_False);
    }
    if (callable == cp_known_len(tstate) && count == 1) {
        i64 length = rt_size(args[0]);
        return length < 0 ? NULL : PyLong_FromSsize_t(length);
    }
    PyCFunctionObject *function = (PyCFunctionObject *)callable;
    PyObject *self = function->m_ml->ml_flags & METH_STATIC ? NULL : function->m_self;
    return call_method_def(tstate, function->m_ml, NULL, self, args, count, known);
}

static inline PyObject *call_c_method(PyThreadState *tstate, PyObject *callable, PyObject **args, i64 count,
                                      bool *known) {
    PyMethodDescrObject *method = (PyMethodDescrObject *)callable;
    *known = count > 0 && Py_IS_TYPE(args[0], method->d_common.d_type);
    if (!*known) return NULL;
    if (callable == cp_known_list_append(tstate) && count == 2)
        return rt_list_append(args[0], Py_NewRef(args[1])) < 0 ? NULL : Py_NewRef(Py_None);
    return call_method_def(tstate, method->d_method, method->d_common.d_type, args[0], args + 1, count - 1,
                           known);
}

static const PyMethodDef *getrefcount; // one per process, for as long as that

void rt_call_prepare(void) {
    PyObject *found = PySys_GetObject("getrefcount"); // borrowed
    if (found != NULL && PyCFunction_CheckExact(found)) getrefcount = ((PyCFunctionObject *)found)->m_ml;
}

/* sys.getrefcount of what the caller does not hand over: the interpreter would hold it on its operand stack.
 */
static PyObject *count_references(PyThreadState *tstate, PyObject *callable, PyObject **args, bool *known) {
    PyObject *object = Py_NewRef(args[0]);
    PyObject *count = call_c_function(tstate, callable, args, 1, known);
    Py_DECREF(object);
    return count;
}

/* Drop what a call was given: the arguments in their order, then the callable. */
static inline void drop_call(PyObject **rest, i64 place, uint64_t consumed) {
    for (uint64_t mask = consumed >> (place + 1) << (place + 1); mask != 0; mask &= mask - 1)
        Py_DECREF(rest[__builtin_ctzll(mask)]);
    if (consumed >> place & 1) Py_DECREF(rest[place]);
}

/* Behind a call of anything that has no RESUME of its own: a signal that arrived meanwhile is handled before
 * what comes next, as in the interpreter. */
static inline PyObject *look_at_breaker(PyThreadState *tstate, PyObject *result) {
    if (__builtin_expect(cp_breaker_is_set(tstate), 0) && result != NULL && rt_poll(tstate) < 0)
        Py_CLEAR(result);
    return result;
}

static inline PyObject *end_call(PyThreadState *tstate, PyObject **rest, i64 place, uint64_t consumed,
                                 PyObject *result) {
    drop_call(rest, place, consumed);
    return look_at_breaker(tstate, result);
}

/* --- calls of C functions in line --- */

i64 rt_check_depth(PyThreadState *tstate) {
    return _Py_CheckRecursiveCall(tstate, " while calling a Python object"); // gives the count back likewise
}

PyObject *rt_after_c_call(PyThreadState *tstate, PyObject *result_steal) {
    return look_at_breaker(tstate, result_steal);
}

/* Call something written in C without keyword arguments; rest[place] is the callable. */
static __attribute__((noinline)) PyObject *call_c(PyThreadState *tstate, PyObject **rest, i64 place,
                                                  i64 count, uint64_t consumed) {
    PyObject *callable = rest[place], **args = rest + place + 1, *result;
    bool known = true;
    if (Py_IS_TYPE(callable, &PyMethodDescr_Type))
        result = call_c_method(tstate, callable, args, count, &known);
    else if (((PyCFunctionObject *)callable)->m_ml == getrefcount && count == 1 &&
             !(consumed >> (place + 1) & 1))
        result = count_references(tstate, callable, args, &known);
    else result = call_c_function(tstate, callable, args, count, &known);
    if (!known && (result = rt_new_tuple_of(tstate, callable, args, count)) == NULL)
        result = PyObject_Vectorcall(callable, args, (size_t)count | PY_VECTORCALL_ARGUMENTS_OFFSET, NULL);
    return end_call(tstate, rest, place, consumed, result);
}

/* --- the call instruction --- */

/* NULL and a bound method become its function and its self, both owned. */
static uint64_t unbind(PyObject **rest, uint64_t consumed) {
    PyObject *bound = rest[1];
    rest[0] = Py_NewRef(PyMethod_GET_FUNCTION(bound));
    rest[1] = Py_NewRef(PyMethod_GET_SELF(bound));
    if (consumed & 2) Py_DECREF(bound);
    return consumed | 3;
}

/* A function that is owned, the object that it is called of, arguments. */
static PyObject *call_method(PyThreadState *tstate, PyObject *names, PyObject **rest, i64 count,
                             uint64_t consumed) {
    PyObject *function = rest[0], *result;
    if (names != NULL || !go_in(tstate, function, rest + 1, count - 1, consumed >> 1, &result))
        return rt_call(tstate, names, rest, count, consumed);
    Py_DECREF(function);
    return result;
}

/* A bound method where others go with the object that they are called of, as a with statement calls its
 * __exit__. */
static PyObject *call_bound_method(PyThreadState *tstate, PyObject **rest, i64 count, uint64_t consumed) {
    PyObject *bound = rest[0];
    rest[0] = PyMethod_GET_SELF(bound);
    PyObject *result = rt_call_borrowed(tstate, PyMethod_GET_FUNCTION(bound), rest, count);
    rest[0] = bound;
    return end_call(tstate, rest, 0, consumed, result);
}

/* An object whose class has a function for it: as that function of the object, which is kept meanwhile. */
static PyObject *call_instance(PyThreadState *tstate, PyObject *names, PyObject *function, PyObject **rest,
                               i64 count, uint64_t consumed) {
    PyObject *result = NULL;
    rest[0] = function;
    if (cp_enter_recursive(tstate, " while calling a Python object")) {
        Py_INCREF(function);
        result = call_method(tstate, names, rest, count, 1);
        cp_leave_recursive(tstate);
    }
    drop_call(rest, 0, consumed & ~UINT64_C(1));
    return result;
}

/* A class without a line of Python in how it is called: neither it nor its like is looked up anywhere. */
static bool is_plainly_of_c(PyObject *callable) {
    return Py_IS_TYPE(callable, &PyType_Type) &&
           !(((PyTypeObject *)callable)->tp_flags & (Py_TPFLAGS_HEAPTYPE | Py_TPFLAGS_BASE_EXC_SUBCLASS));
}

/* All that is not done at once. */
static __attribute__((noinline)) PyObject *call_slowly(PyThreadState *tstate, PyObject *names,
                                                       PyObject **rest, i64 count, uint64_t consumed) {
    if (count > MASK_BITS) { /* all is consumed, and the mask too small to say so */
        i64 place = rest[0] == NULL;
        size_t given = (size_t)(count - place - 1 - (names ? PyTuple_GET_SIZE(names) : 0));
        PyObject *result =
            PyObject_Vectorcall(rest[place], rest + place + 1, given | PY_VECTORCALL_ARGUMENTS_OFFSET, names);
        for (i64 i = place + 1; i < count; i++) Py_DECREF(rest[i]);
        Py_DECREF(rest[place]);
        return look_at_breaker(tstate, result);
    }
    i64 place = rest[0] == NULL; /* of the callable; its arguments follow */
    PyObject *callable = rest[place], *result, *init, *method;
    Args args = {.values = rest + place + 1,
                 .positional = count - place - 1 - (names != NULL ? PyTuple_GET_SIZE(names) : 0),
                 .names = names,
                 .owned = consumed >> (place + 1)};
    if (Py_IS_TYPE(callable, &PyFunction_Type)) {
        result = call_function(tstate, callable, &args);
        if (consumed >> place & 1) Py_DECREF(callable);
        return result;
    }
    if (names != NULL && rt_call_replaced(tstate, callable, args.values, args.positional, names, &result))
        return end_call(tstate, rest, place, consumed, result);
    if (names == NULL && cp_is_memo(callable) &&
        rt_call_memo(tstate, callable, args.values, args.positional, &result))
        return end_call(tstate, rest, place, consumed, result);
    if (names == NULL && rt_call_partial(tstate, callable, args.values, args.positional, &result))
        return end_call(tstate, rest, place, consumed, result);
    if (args.positional == 1 && names == NULL) {
        bool known;
        result = rt_call_known_class(tstate, callable, args.values[0], &known);
        if (known) return end_call(tstate, rest, place, consumed, result);
    }
    if (is_plainly_of_c(callable)) goto plainly;
    if (args.positional == 3 && names == NULL && cp_is_object_setattr(callable) &&
        rt_object_setattr(tstate, args.values, &result))
        return end_call(tstate, rest, place, consumed, result);
    if (cp_is_called_as_class(callable) && count < MASK_BITS &&
        ((init = rt_find_init((PyTypeObject *)callable)) != NULL ||
         (arg_count(&args) == 0 && cp_only_makes((PyTypeObject *)callable)) ||
         (names == NULL && rt_is_exception_class(callable, &init)))) {
        result = construct(tstate, (PyTypeObject *)callable, init, args);
        if (consumed >> place & 1) Py_DECREF(callable);
        return look_at_breaker(tstate, result);
    }
    if (cp_is_called_as_class(callable) && count < MASK_BITS &&
        (method = rt_find_new((PyTypeObject *)callable)) != NULL) {
        if (names == NULL && (result = rt_new_named(tstate, (PyTypeObject *)callable, method, args.values,
                                                    args.positional)) != NULL)
            return end_call(tstate, rest, place, consumed, result);
        result = construct_by_new(tstate, (PyTypeObject *)callable, method, args);
        if (consumed >> place & 1) Py_DECREF(callable);
        return look_at_breaker(tstate, result);
    }
    if (rest[0] == NULL && count < MASK_BITS && (method = rt_special_call(callable)) != NULL)
        return look_at_breaker(tstate, call_instance(tstate, names, method, rest, count, consumed));
plainly:
    result = PyObject_Vectorcall(callable, args.values,
                                 (size_t)args.positional | PY_VECTORCALL_ARGUMENTS_OFFSET, names);
    return end_call(tstate, rest, place, consumed, result);
}

void rt_note_called(PyObject *method, PyObject *callable, RtCache *cache) {
    if (method != NULL || cache->value == callable) return;
    cache->value = callable; // compared with, nothing else
    rt_note_seen(cache, called_number(callable));
}

/* rest: method or NULL, callable or self, arguments. */
PyObject *rt_call(PyThreadState *tstate, PyObject *names, PyObject **rest, i64 count, uint64_t consumed) {
    i64 place = rest[0] == NULL; /* of the callable; its arguments follow */
    PyObject *callable = rest[place];
    i64 given = count - place - 1;
    if (place == 1 && Py_IS_TYPE(callable, &PyMethod_Type) && count <= MASK_BITS)
        return call_method(tstate, names, rest, count, unbind(rest, consumed));
    if (__builtin_expect(names == NULL, 1)) {
        if (place == 0 && Py_IS_TYPE(callable, &PyMethod_Type) && count <= MASK_BITS)
            return call_bound_method(tstate, rest, count, consumed);
        CompiledCode *compiled = enterable(tstate, callable, given);
        if (compiled != NULL)
            return enter(tstate, compiled, callable, consumed >> place & 1, rest + place + 1, given,
                         consumed >> (place + 1));
        if ((Py_IS_TYPE(callable, &PyCFunction_Type) || Py_IS_TYPE(callable, &PyMethodDescr_Type)) &&
            count <= MASK_BITS)
            return call_c(tstate, rest, place, given, consumed);
        if (Py_IS_TYPE(callable, &PyFunction_Type) && count <= MASK_BITS) {
            const Args args = {rest + place + 1, given, NULL, consumed >> (place + 1)};
            PyObject *generator;
            if (call_plain_generator(tstate, callable, &args, &generator)) {
                if (consumed >> place & 1) Py_DECREF(callable);
                return generator;
            }
        }
    }
    return call_slowly(tstate, names, rest, count, consumed);
}

static void describe_kwargs_error(PyObject *callable, PyObject *keywords) {
    if (PyErr_ExceptionMatches(PyExc_AttributeError)) {
        PyErr_Clear();
        PyObject *name = _PyObject_FunctionStr(callable);
        if (name == NULL) return;
        PyErr_Format(PyExc_TypeError, "%U argument after ** must be a mapping, not %.200s", name,
                     Py_TYPE(keywords)->tp_name);
        Py_DECREF(name);
        return;
    }
    if (!PyErr_ExceptionMatches(PyExc_KeyError)) return;
    PyObject *type, *value, *traceback;
    PyErr_Fetch(&type, &value, &traceback);
    if (value == NULL || !PyTuple_Check(value) ||
        PyTuple_GET_SIZE(value) != 1) { /* not from the merge itself */
        PyErr_Restore(type, value, traceback);
        return;
    }
    PyObject *name = _PyObject_FunctionStr(callable);
    if (name != NULL)
        PyErr_Format(PyExc_TypeError, "%U got multiple values for keyword argument '%S'", name,
                     PyTuple_GET_ITEM(value, 0));
    Py_XDECREF(name);
    Py_XDECREF(type);
    Py_XDECREF(value);
    Py_XDECREF(traceback);
}

i64 rt_dict_merge(PyObject *dict, PyObject *mapping, PyObject *function) {
    if (_PyDict_MergeEx(dict, mapping, 2) == 0) return 0;
    describe_kwargs_error(function, mapping);
    return -1;
}

static PyObject *positional_tuple(PyObject *callable, PyObject *args) { // new ref
    if (PyTuple_CheckExact(args)) return Py_NewRef(args);
    if (Py_TYPE(args)->tp_iter == NULL && !PySequence_Check(args)) {
        PyObject *name = _PyObject_FunctionStr(callable);
        if (name != NULL) {
            PyErr_Format(PyExc_TypeError, "%U argument after * must be an iterable, not %.200s", name,
                         Py_TYPE(args)->tp_name);
            Py_DECREF(name);
        }
        return NULL;
    }
    return PySequence_Tuple(args);
}

/* A Python function, or a class whose instances object.__new__ makes, called with all that a tuple and a dict
 * have. False: it is something else, and nothing was done. */
static bool call_spread(PyThreadState *tstate, PyObject *callable, PyObject *tuple, PyObject *dict,
                        PyObject **result) {
    enum { MOST = 16 };
    PyObject *values[1 + MOST] = {NULL}, *key, *value, *init = NULL, *names = NULL;
    Py_ssize_t given = PyTuple_GET_SIZE(tuple), named = dict != NULL ? PyDict_GET_SIZE(dict) : 0, at = 0;
    if (given + named > MOST) return false;
    if (cp_is_called_as_class(callable)) init = rt_find_init((PyTypeObject *)callable);
    if (init == NULL && !Py_IS_TYPE(callable, &PyFunction_Type)) return false;
    while (named > 0 && PyDict_Next(dict, &at, &key, &value))
        if (!PyUnicode_CheckExact(key)) return false;
    at = 0;
    if (named > 0 && (names = PyTuple_New(named)) == NULL) {
        *result = NULL;
        return true;
    }
    for (Py_ssize_t i = 0; i < given; i++) values[1 + i] = PyTuple_GET_ITEM(tuple, i);
    if (named == 0 && init == NULL && go_in(tstate, callable, values + 1, given, 0, result)) return true;
    for (Py_ssize_t i = 0; i < named && PyDict_Next(dict, &at, &key, &value); i++) {
        PyTuple_SET_ITEM(names, i, Py_NewRef(key));
        values[1 + given + i] = Py_NewRef(value);
    }
    Args args = {.values = values + 1,
                 .positional = given,
                 .names = names,
                 .owned = ((UINT64_C(1) << named) - 1) << given};
    *result = init != NULL ? construct(tstate, (PyTypeObject *)callable, init, args)
                           : call_function(tstate, callable, &args);
    Py_XDECREF(names);
    return true;
}

PyObject *rt_call_ex(PyThreadState *tstate, PyObject *callable, PyObject *args, PyObject *keywords) {
    PyObject *tuple = NULL, *dict = NULL, *result = NULL;
    if (keywords != NULL && !PyDict_CheckExact(keywords)) {
        dict = PyDict_New();
        if (dict == NULL) goto done;
        if (_PyDict_MergeEx(dict, keywords, 2) < 0) {
            describe_kwargs_error(callable, keywords);
            goto done;
        }
    } else {
        dict = Py_XNewRef(keywords);
    }
    tuple = positional_tuple(callable, args);
    if (tuple == NULL) goto done;
    if (!call_spread(tstate, callable, tuple, dict, &result)) result = PyObject_Call(callable, tuple, dict);
done:
    Py_XDECREF(tuple);
    Py_XDECREF(dict);
    return look_at_breaker(tstate, result);
}
