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
#include <internal/pycore_global_strings.h>
#include <internal/pycore_interp.h>
#include <internal/pycore_long.h>
#include <internal/pycore_object.h>
#include <internal/pycore_pymem.h>
#include <internal/pycore_pyerrors.h>
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

static inline bool cp_enter_recursive(PyThreadState *tstate, const char *where) {
    if (__builtin_expect(tstate->recursion_remaining-- > 0, 1)) return true;
    return _Py_CheckRecursiveCall(tstate, where) == 0; // gives the count back when it fails
}
/* Would it succeed? */
static inline bool cp_may_recurse(PyThreadState *tstate) { return tstate->recursion_remaining > 0; }
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

/* Is every instance of a class true, since it has no way to say otherwise? */
static inline bool cp_is_true_always(PyTypeObject *type) {
    const PyHeapTypeObject *heap = (PyHeapTypeObject *)type;
    return PyType_HasFeature(type, Py_TPFLAGS_HEAPTYPE) && heap->as_number.nb_bool == NULL &&
           heap->as_mapping.mp_length == NULL && heap->as_sequence.sq_length == NULL;
}

/* A class whose call is that of `type`: its metaclass, which may be one like ABCMeta, has none of its own. */
static inline bool cp_is_called_as_class(PyObject *callable) {
    return Py_TYPE(callable)->tp_call == PyType_Type.tp_call && PyType_Check(callable);
}

/* Has a class that is called without arguments nothing to do but to make an instance? */
static inline bool cp_only_makes(PyTypeObject *type) {
    return PyType_HasFeature(type, Py_TPFLAGS_HEAPTYPE) && !PyType_HasFeature(type, Py_TPFLAGS_IS_ABSTRACT) &&
           type->tp_new == PyBaseObject_Type.tp_new && type->tp_init == PyBaseObject_Type.tp_init &&
           type->tp_vectorcall == NULL;
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
/* Do instances have nothing but values, and go without anybody noticing? */
static inline bool cp_is_plain_class(PyTypeObject *type) {
    Py_ssize_t size =
        (Py_ssize_t)sizeof(PyObject) + (type->tp_weaklistoffset ? (Py_ssize_t)sizeof(void *) : 0);
    if (!cp_has_values(type) || type->tp_basicsize != size || type->tp_itemsize != 0 ||
        type->tp_finalize != NULL || type->tp_del != NULL || type->tp_alloc != PyType_GenericAlloc)
        return false;
    for (PyTypeObject *base = type; base != &PyBaseObject_Type; base = base->tp_base)
        if (!(base->tp_flags & Py_TPFLAGS_HEAPTYPE) || base->tp_dealloc != type->tp_dealloc) return false;
    return true;
}
static inline bool cp_has_weakrefs(PyObject *object) {
    Py_ssize_t offset = Py_TYPE(object)->tp_weaklistoffset;
    return offset > 0 && *(PyObject **)((char *)object + offset) != NULL;
}
/* What object.__new__ makes of a class: an instance with its values. */
static inline PyObject *cp_new_instance(PyTypeObject *type) { // new ref
    PyObject *none = PyTuple_New(0), *object = NULL;          /* CPython's one empty tuple */
    if (none != NULL) object = PyBaseObject_Type.tp_new(type, none, NULL);
    Py_XDECREF(none);
    return object;
}
/* An attribute of a new object, at so many bytes from the start of its values. */
static inline void cp_put_value(PyObject *object, int offset, PyObject *value_steal) {
    PyDictValues *values = *cp_values(object);
    int index = offset / (int)sizeof(PyObject *);
    if (values->values[index] == NULL) cp_note_insertion(values, index);
    values->values[index] = value_steal;
}
/* What an object has there; NULL: its values are in a dict of its own. */
static inline PyObject *cp_value_at(PyObject *object, int offset) { // borrowed
    PyDictValues *values = *cp_values(object);
    return values != NULL ? values->values[offset / (int)sizeof(PyObject *)] : NULL;
}
/* Likewise where the pointer to its dict stands; it has values or a dict. */
enum { CP_DICT_OFFSET = -3 * (int)sizeof(void *) };
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

/* The value of an entry of a dict that has str keys of its own; NULL: it is no such dict. borrowed */
static inline PyObject *cp_str_entry(PyObject *dict, Py_ssize_t index) {
    PyDictKeysObject *keys = ((PyDictObject *)dict)->ma_keys;
    bool there = keys->dk_kind == DICT_KEYS_UNICODE && index < keys->dk_nentries;
    return there ? DK_UNICODE_ENTRIES(keys)[index].me_value : NULL;
}

/* The index of an entry that stands at a place of the table. */
static inline Py_ssize_t cp_index_at(PyDictKeysObject *keys, size_t place) {
    int log2_size = keys->dk_log2_size;
    if (log2_size < 8) return ((const int8_t *)keys->dk_indices)[place];
    if (log2_size < 16) return ((const int16_t *)keys->dk_indices)[place];
    if (log2_size < 32) return ((const int32_t *)keys->dk_indices)[place];
    return (Py_ssize_t)((const int64_t *)keys->dk_indices)[place];
}
static inline void cp_set_index_at(PyDictKeysObject *keys, size_t place, Py_ssize_t index) {
    int log2_size = keys->dk_log2_size;
    if (log2_size < 8) ((int8_t *)keys->dk_indices)[place] = (int8_t)index;
    else if (log2_size < 16) ((int16_t *)keys->dk_indices)[place] = (int16_t)index;
    else if (log2_size < 32) ((int32_t *)keys->dk_indices)[place] = (int32_t)index;
    else ((int64_t *)keys->dk_indices)[place] = index;
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
void cp_hide_from_items(PyFunctionObject *function);
static inline uint32_t cp_type_version(PyTypeObject *type) { return type->tp_version_tag; }
/* Is a slot of the code that of a cell which the code makes itself? */
static inline bool cp_is_cell(PyCodeObject *code, int slot) {
    return _PyLocals_GetKind(code->co_localspluskinds, slot) & CO_FAST_CELL;
}
/* What an object of super was made for; NULL: nothing yet. borrowed */
static inline PyObject *cp_super_self(PyObject *super) {
    return ((struct {
               PyObject base;
               PyTypeObject *class;
               PyObject *self;
           } *)super)
        ->self;
}

/* A code object's extra slots; their layout is private to CPython's codeobject.c. */
typedef struct CodeExtra {
    Py_ssize_t size;
    void *slots[1];
} CodeExtra;

static inline void *cp_code_extra(PyCodeObject *code, Py_ssize_t index) {
    CodeExtra *extra = code->co_extra;
    return extra != NULL && index < extra->size ? extra->slots[index] : NULL;
}

/* What lies behind the first `size` slots is nobody's yet: the free functions of their owners are not called.
 */
static inline void cp_shorten_code_extra(PyCodeObject *code, Py_ssize_t size) {
    ((CodeExtra *)code->co_extra)->size = size;
}

/* --- iterators of built-in types, whose structures are private to CPython's files --- */

typedef struct CpSequenceIterator { /* of list, tuple, str, bytes, bytearray; counting down: of reversed(list)
                                     */
    PyObject_HEAD Py_ssize_t index;
    PyObject *sequence; /* NULL: exhausted */
} CpSequenceIterator;

typedef struct CpRangeIterator {
    PyObject_HEAD long index, start, step, length;
} CpRangeIterator;

typedef struct CpEnumerate {
    PyObject_HEAD Py_ssize_t index;
    PyObject *iterator, *result, *long_index, *one;
} CpEnumerate;

typedef struct CpZip {
    PyObject_HEAD Py_ssize_t count;
    PyObject *iterators, *result;
    int strict;
} CpZip;

typedef struct CpDictIterator {
    PyObject_HEAD PyDictObject *dict; /* NULL: exhausted */
    Py_ssize_t used, position;
    PyObject *result;
    Py_ssize_t left;
} CpDictIterator;

typedef struct CpSetIterator {
    PyObject_HEAD PySetObject *set; /* NULL: exhausted */
    Py_ssize_t used, position, left;
} CpSetIterator;

/* --- cpython/iterate.c: the next item, without running code --- */

/* 1: its items are in `items`, new references; 0: the iterator may be exhausted, which asking it will tell;
 * -1: it cannot be said without running code. In the latter two cases nothing has happened. */
int cp_next_item(PyObject *iterator, PyObject **items);
/* What goes over the characters of an ASCII str, laid out like PyUnicodeIter_Type's. borrowed */
PyTypeObject *cp_ascii_iterator_type(void);
/* The same for enumerate: items[0] is the index as a number. */
int cp_next_counted(PyObject *iterator, PyObject **items);
/* The same for zip of two and for dict.items(). */
int cp_next_pair(PyObject *iterator, PyObject **items);
/* Of an iterator that has no next item: does nobody else hold it, so that it need not be told that it is
 * over? */
bool cp_is_over_unseen(PyObject *iterator);
/* Comparing two of these runs nobody's code, and neither does the end of one. */
static inline bool cp_is_plain_key(PyObject *key) {
    PyTypeObject *type = Py_TYPE(key);
    return type == &PyUnicode_Type || type == &PyLong_Type || type == &PyFloat_Type || type == &PyBool_Type;
}

/* Has what gives an object of a type its __class__ come from `object`? Then that is the type. */
static inline bool cp_tells_its_class(PyTypeObject *type) {
    return _PyType_Lookup(type, &_Py_ID(__class__)) == _PyType_Lookup(&PyBaseObject_Type, &_Py_ID(__class__));
}

/* --- cpython/hashed.c: dicts and sets, by keys that run no code --- */

/* Value of a key in a dict, borrowed. Above 0: it is there, and this is a hint for cp_dict_set; 0: it is not;
 * -1: it cannot be said without running code. */
int64_t cp_dict_find(PyObject *dict, PyObject *key, PyObject **value);
int64_t cp_dict_find_int(PyObject *dict, int64_t key, PyObject **value);
/* Likewise, where it was found before: 0, or what an earlier search has given, whatever became of the dict.
 */
int64_t cp_dict_find_at(PyObject *dict, PyObject *key, int64_t hint, PyObject **value);
int64_t cp_dict_find_int_at(PyObject *dict, int64_t key, int64_t hint, PyObject **value);
/* cpython/members.c: the hash of a member of an enumeration whose class leaves it to Enum. False: it is none
 * such. */
bool cp_hash_of_member(PyObject *key, Py_hash_t *hash);
/* Put a value there. `hint`: what finding the key gave, or 0. 1: done; -1: it might run code, nothing was
 * done. */
int64_t cp_dict_set(PyObject *dict, PyObject *key, PyObject *value, int64_t hint);
int64_t cp_dict_set_int(PyObject *dict, int64_t key, PyObject *value, int64_t hint);
/* Likewise an int or a float that has no object yet: it is written into the one that is there, if only the
 * dict has that. `key`: NULL: it is `int_key`. */
typedef struct CpNumber {
    bool is_float;
    union {
        int64_t integer;
        double real;
    };
} CpNumber;
int64_t cp_dict_put(PyObject *dict, PyObject *key, int64_t int_key, CpNumber number, int64_t hint);
/* Likewise the int there plus 1; 1 where there is none. */
int64_t cp_dict_count(PyObject *dict, PyObject *key);
/* Likewise of a name that is there, which `*index` says where to look for first, and is told. */
int64_t cp_dict_replace(PyObject *dict, PyObject *name, PyObject *value, int32_t *index);
/* The hash of a tuple of these parts, of a single one the part's own; -1: hashing may run code, or fail. */
int64_t cp_hash_parts(PyObject *const *parts, Py_ssize_t count);
/* Likewise by a tuple of these parts, which is made only if it comes to stand there. */
int64_t cp_dict_find_parts(PyObject *dict, PyObject *const *parts, Py_ssize_t count, PyObject **value);
int64_t cp_dict_find_parts_at(PyObject *dict, PyObject *const *parts, Py_ssize_t count, int64_t hint,
                              PyObject **value);
int64_t cp_dict_set_parts(PyObject *dict, PyObject *const *parts, Py_ssize_t count, PyObject *value,
                          int64_t hint);
int64_t cp_set_find_parts(PyObject *set, PyObject *const *parts, Py_ssize_t count);
int64_t cp_set_change_parts(PyObject *set, PyObject *const *parts, Py_ssize_t count, bool add);
/* cpython/dict_display.c: a dict of so many str keys, all different, and their values. NULL: CPython is to
 * make it, and nothing was done. */
PyObject *cp_dict_of(PyObject *const *names, PyObject *const *values_steal, Py_ssize_t count);
/* --- cpython/dict_likes.c: classes made of dict --- */

/* Does a class other than dict look keys up as dict does, what is missing apart? */
bool cp_is_dict_like(PyTypeObject *type);
/* As cp_dict_find, but a new reference, and what is missing is given where that runs no code; -1 too where
 * the object has its own way. The same for cp_dict_set, and for whether a key is there: 1, 0, -1. */
int64_t cp_dict_like_item(PyObject *dict, PyObject *key, PyObject **value);
int64_t cp_dict_like_set(PyObject *dict, PyObject *key, PyObject *value, int64_t hint);
int64_t cp_dict_like_has(PyObject *dict, PyObject *key);

/* cpython/growing.c: as PyUnicode_Append of two exact str. */
PyObject *cp_append_text(PyObject *text_steal, PyObject *part);
void cp_find_allocator(void); /* once, before it is asked */

/* Are two exact str equal? */
bool cp_same_text(PyObject *a, PyObject *b);
/* 1: an exact list or tuple has an item that is the same or equal; 0; -1. */
int64_t cp_sequence_find(PyObject *sequence, PyObject *item);
/* 1: a set has the key; 0; -1. Add or discard it: 1: done; -1: nothing was done. */
int64_t cp_set_find(PyObject *set, PyObject *key);
int64_t cp_set_change(PyObject *set, PyObject *key, bool add);

/* The ints that are always there, the least first. */
static inline void *cp_small_ints(void) { return _PyLong_SMALL_INTS; }

/* --- functions that the interpreter knows when it sees them called --- */

static inline PyObject *cp_known_len(PyThreadState *tstate) { return tstate->interp->callable_cache.len; }
static inline PyObject *cp_known_isinstance(PyThreadState *tstate) {
    return tstate->interp->callable_cache.isinstance;
}
static inline PyObject *cp_known_list_append(PyThreadState *tstate) {
    return tstate->interp->callable_cache.list_append;
}

/* May a class's attribute become a descriptor, when its own class, a Python one, is given __get__ or __set__?
 */
static inline bool cp_may_become_descriptor(PyObject *attribute) {
    PyTypeObject *type = Py_TYPE(attribute);
    return type->tp_flags & Py_TPFLAGS_HEAPTYPE && !(type->tp_flags & Py_TPFLAGS_IMMUTABLETYPE);
}

/* May it come before the instance's own, now or later? */
static inline bool cp_may_come_first(PyObject *attribute) {
    return Py_TYPE(attribute)->tp_descr_set != NULL || cp_may_become_descriptor(attribute);
}

/* cpython/lookups.c: the function by which a type's objects find an attribute that is there, whatever is
 * asked for one that is not. */
void cp_find_lookups(void); /* once, before it is asked */
getattrofunc cp_finds_by(PyTypeObject *type);
/* Is isinstance with a class of such a class told by the object's type alone? */
bool cp_inherits_instance_check(PyTypeObject *metaclass);
/* The function __getattr__ of its class that an object is asked by, since it has nothing of that name;
 * borrowed. NULL: there is none, or it cannot be said without running code. */
PyObject *cp_asked_instead(PyObject *object, PyObject *name);
/* What came of asking an object for an attribute: it is handed on. Where that is an AttributeError that does
 * not say what it is about, it is given the name and the object, as PyObject_GetAttr does. */
PyObject *cp_asked_for(PyObject *object, PyObject *name, PyObject *result);
/* Has an object of a type no attribute of its own of that name, for certain and without running code? */
bool cp_lacks_own(PyTypeObject *type, PyObject *object, PyObject *name);
/* Is it `object.__setattr__`, and may that be called for objects of a type, as far as the type's version
 * holds? CPython says no where a class written in C stores in its own way. */
bool cp_is_object_setattr(PyObject *callable);
bool cp_object_may_store(PyTypeObject *type);

/* cpython/restless.c: attributes of classes that are stored again and again. What a class has of such a name,
 * if that is no descriptor; borrowed. NULL: it cannot be told. */
PyObject *cp_restless_value(PyTypeObject *class, PyObject *name);
/* As PyObject_SetAttr of a class; its version stays where nobody can know by it what was there. */
int cp_store_in_class(PyTypeObject *class, PyObject *name, PyObject *value);

/* Interned names that the interpreter itself looks up; all borrowed. */
static inline PyObject *cp_name_init(void) { return &_Py_ID(__init__); }
static inline PyObject *cp_name_new(void) { return &_Py_ID(__new__); }
/* object.__init__ itself. borrowed */
static inline PyObject *cp_object_init(void) {
    return PyDict_GetItemWithError(PyBaseObject_Type.tp_dict, cp_name_init());
}
static inline PyObject *cp_name_annotations(void) { return &_Py_ID(__annotations__); }
static inline PyObject *cp_name_build_class(void) { return &_Py_ID(__build_class__); }
static inline PyObject *cp_name_import(void) { return &_Py_ID(__import__); }
static inline PyObject *cp_name_enter(void) { return &_Py_ID(__enter__); }
static inline PyObject *cp_name_exit(void) { return &_Py_ID(__exit__); }
static inline PyObject *cp_name_aenter(void) { return &_Py_ID(__aenter__); }
static inline PyObject *cp_name_aexit(void) { return &_Py_ID(__aexit__); }

/* --- frames on the thread's data stack --- */

static inline int cp_frame_words(PyCodeObject *code) {
    return code->co_nlocalsplus + code->co_stacksize + (int)FRAME_SPECIALS_SIZE;
}

/* Is there room for a frame in the data stack's current chunk? */
static inline bool cp_has_room(PyThreadState *tstate, int words) {
    return words < tstate->datastack_limit - tstate->datastack_top;
}
/* cpython/data_stack.c: a chunk with room for that and much more, until it is taken off again. Whoever pushes
 * a frame in between need not look whether it is the chunk's first. False: there is none. */
bool cp_push_chunk(PyThreadState *tstate, int words);
void cp_pop_chunk(PyThreadState *tstate);

/* Variables that hold arguments when a call begins, `*args` and `**kwargs` included: the first ones. */
static inline int cp_argument_slots(PyCodeObject *code) {
    return code->co_argcount + code->co_kwonlyargcount + !!(code->co_flags & CO_VARARGS) +
           !!(code->co_flags & CO_VARKEYWORDS);
}

/* How many arguments a function takes that takes positional ones only, and not many; -1: any other. */
static inline int16_t cp_plain_args(PyCodeObject *code) {
    enum { OWN_LOCALS = CO_OPTIMIZED | CO_NEWLOCALS, MOST = 32 };
    bool is_plain = (code->co_flags & (OWN_LOCALS | CO_VARARGS | CO_VARKEYWORDS)) == OWN_LOCALS &&
                    code->co_kwonlyargcount == 0 && code->co_argcount <= MOST;
    return is_plain ? (int16_t)code->co_argcount : -1;
}

/* The interpreter runs a __getitem__ of two arguments within its own loop where a subscript is specialised
 * for it, which no hook sees: a frame like that must not meet an armed back-edge. It is not specialised for
 * functions whose version has more than 16 bits, as ours have; functions made again and again by one piece of
 * code may have none yet. */
static inline bool cp_is_named_getitem(PyCodeObject *code) { return code->co_name == &_Py_ID(__getitem__); }
static inline bool cp_may_get_items(PyCodeObject *code) {
    return cp_plain_args(code) == 2 && (!(code->co_flags & CO_NESTED) || cp_is_named_getitem(code));
}
static inline bool cp_is_made_anew_for_items(PyCodeObject *code) {
    return cp_may_get_items(code) && code->co_flags & CO_NESTED;
}
static inline bool cp_is_hidden_from_items(PyFunctionObject *function) {
    return function->func_version > UINT16_MAX;
}
static inline bool cp_runs_unseen(const Frame *frame) { return !frame->is_entry; }

/* Everything but its slots and its place in the chain. */
static inline void cp_init_frame(Frame *frame, PyFunctionObject *function_steal) {
    PyCodeObject *code = (PyCodeObject *)function_steal->func_code;
    _PyFrame_InitializeSpecials(frame, function_steal, NULL, code->co_nlocalsplus);
}
static inline Frame *cp_push_frame(PyThreadState *tstate, PyFunctionObject *function_steal, int words) {
    Frame *frame = (Frame *)tstate->datastack_top;
    tstate->datastack_top += words;
    cp_init_frame(frame, function_steal);
    return frame;
}

/* One reference more, or none. */
static inline void cp_incref_if(PyObject *object, bool wanted) {
#ifdef Py_REF_DEBUG
    if (wanted) Py_INCREF(object);
#else
    object->ob_refcnt += wanted; /* no branch: it would go one way here and the other way there */
#endif
}

/* --- cpython/packers.c --- */
/* How many parameters behind the first one a function has that does nothing but call its first global with
 * the first one and a tuple of the others; -1: it does something else. */
int cp_packed_arguments(PyCodeObject *code);

/* --- cpython/frames.c --- */
/* Give back what a finished, unlinked frame holds; its frame object, if anybody has it, lives on. */
void cp_clear_frame(PyThreadState *tstate, Frame *frame);
/* Add the running frame to the traceback of the exception that is set. `known`: CP_LINES of its code, or
 * NULL. */
void cp_add_traceback(Frame *frame, CpLine *known);
PyObject *cp_default_import(PyThreadState *tstate); // borrowed
/* What a staticmethod or classmethod holds, and how far from its start. */
PyObject *cp_held_function(PyObject *holder, int64_t *offset); // borrowed, may be NULL
PyObject *cp_held_getter(PyObject *property, int64_t *offset); // likewise
PyObject *cp_held_setter(PyObject *property, int64_t *offset); // likewise
PyObject *cp_property_getter(PyObject *property);              // borrowed, may be NULL
bool cp_spec_is_initializing(PyObject *spec);
/* cpython/kept.c: the last reference to an object is gone: its end, the memory kept where it is wanted. */
void cp_dealloc(PyObject *object);
static inline void cp_drop(PyObject *object) {
#ifdef Py_REF_DEBUG
    Py_DECREF(object);
#else
    if (--object->ob_refcnt == 0) cp_dealloc(object);
#endif
}
/* Clear a frame of the data stack and take it off. */
static inline void cp_pop_frame(PyThreadState *tstate, Frame *frame) {
    if (__builtin_expect(frame->frame_obj != NULL, 0)) {
        cp_clear_frame(tstate, frame);
    } else {
        PyObject **slots = frame->localsplus;
        for (int i = 0, count = frame->stacktop; i < count; i++) Py_XDECREF(slots[i]);
        Py_XDECREF(frame->f_locals);
        cp_drop((PyObject *)frame->f_func);
        Py_DECREF(frame->f_code);
    }
    tstate->datastack_top = (PyObject **)frame;
}
/* Evaluate a frame by whatever evaluates frames now: the hook, another's, or CPython's own loop. */
static inline PyObject *cp_evaluate(PyThreadState *tstate, Frame *frame) {
    _PyFrameEvalFunction evaluate = tstate->interp->eval_frame; // NULL: CPython's own
    return evaluate ? evaluate(tstate, frame, 0) : _PyEval_EvalFrameDefault(tstate, frame, 0);
}
/* How CPython's own loop is entered: behind the last instruction; with an exception that is thrown into the
 * generator there; or, while tracing, with one that was raised there and that the loop is to unwind, its
 * events included. */
typedef enum CpEntry { CP_GO_ON, CP_THROW, CP_UNWIND } CpEntry;
PyObject *cp_unwind(PyThreadState *tstate, Frame *frame); // CP_UNWIND
static inline PyObject *cp_interpret(PyThreadState *tstate, Frame *frame, CpEntry entry) {
    if (__builtin_expect(entry == CP_UNWIND, 0)) return cp_unwind(tstate, frame);
    return _PyEval_EvalFrameDefault(tstate, frame, entry == CP_THROW);
}
/* From any thread, without the GIL: have `call` run in the main thread at its next look at the eval breaker,
 * if that thread runs Python code just now. False: it does not, or too many calls wait. The breaker would
 * slow any other thread down for nothing. */
bool cp_interrupt_main(int (*call)(void *));
/* Does another thread than the main one run Python code just now, not another interpreter's? */
bool cp_other_thread_runs(void);
/* The eval breaker is set. True: dxpy's own calls were all there was to be done, and they are; no code ran,
 * no other thread did. False: there is more, and nothing was done. */
bool cp_poll_quietly(PyThreadState *tstate);
/* The iterator of a range that goes from `next` to `end` in steps, meeting the end exactly. */
PyObject *cp_new_range_iterator(int64_t next, int64_t end, int64_t step);
void cp_set_range(PyObject *iterator, int64_t next, int64_t end, int64_t step); /* likewise, of one at hand */
/* Such a range's next number, its end and its step, of an iterator that nobody else holds; false: it is none.
 */
bool cp_range_parts(PyObject *iterator, int64_t *next, int64_t *end, int64_t *step);
/* An iterator that is laid out like a list's, whose next item is at the index; without a sequence it is
 * exhausted.
 */
PyObject *cp_new_sequence_iterator(PyTypeObject *type, PyObject *sequence, Py_ssize_t index); // new ref
void cp_set_sequence_iterator(PyObject *iterator, PyObject *sequence, Py_ssize_t index); /* of one at hand */
/* enumerate with the item it gave last and its iterator; zip of so many iterators, behind the items that
 * these gave last. */
PyObject *cp_new_enumerate(int64_t index, PyObject *last, PyObject *iterator); // new ref
PyObject *cp_new_zip(Py_ssize_t count, PyObject *const *lasts_and_iterators);  // new ref
/* Is it one that nobody else holds, nor what it gave last? Its index; of so many iterators, and not strict.
 */
bool cp_is_lone_enumerate(PyObject *object, int64_t *index);
bool cp_is_lone_zip(PyObject *object, Py_ssize_t count);
/* An iterator of such a one, and the item last taken from it. borrowed */
PyObject *cp_inner_iterator(PyObject *object, Py_ssize_t place, PyObject **last);
/* Where a function that the frame makes looks built-in names up; NULL: that is not said. */
PyObject *cp_builtins_of(const Frame *frame); // borrowed
/* What an iterator of a dict or a set is made of: that, how many items it had, where the next one is looked
 * for, how many are left, and what a dict's items() gave last. */
typedef struct CpHashedIterator {
    PyObject *container; // borrowed, likewise the others
    int64_t size, position, left;
    PyObject *key, *value;
} CpHashedIterator;
PyObject *cp_new_hashed_iterator(PyTypeObject *type, const CpHashedIterator *parts); // new ref
void cp_set_hashed_iterator(PyObject *iterator, const CpHashedIterator *parts);      /* of one at hand */
bool cp_is_hashed_iterator(const PyTypeObject *type);
/* False: it is over, others have it, or its dict's values are an instance's. */
bool cp_hashed_parts(PyObject *iterator, CpHashedIterator *parts);
void cp_keep_entry(PyObject *iterator, PyObject *key, PyObject *value);
/* The dict or set that an iterator of such a type goes over for an object; NULL: for another one. borrowed */
PyObject *cp_hashed_of(PyTypeObject *type, PyObject *object);
Py_ssize_t cp_hashed_size(PyObject *container);
/* The position behind the next item, which is borrowed; 0: there is none; -1: asking an iterator would raise.
 */
int64_t cp_next_entry(PyObject *dict, int64_t size, int64_t position, int64_t left, PyObject **key,
                      PyObject **value);
int64_t cp_next_member(PyObject *set, int64_t size, int64_t position, int64_t left, PyObject **key);
/* What an iterator of such a type, laid out like a list's, goes over, if nobody else holds it; NULL. */
PyObject *cp_iterator_sequence(PyObject *iterator, PyTypeObject *type, int64_t *index); // borrowed
/* Where a reference to each of some objects goes, does no code run? */
bool cp_end_quietly(PyObject *const *objects, Py_ssize_t count);
/* Once, with the GIL. */
void cp_prepare_interrupts(void);

/* An opcode that jumps back and looks at the eval breaker. */
static inline bool cp_is_back_edge(uint8_t opcode) {
    return opcode == JUMP_BACKWARD || opcode == JUMP_BACKWARD_QUICK || opcode == POP_JUMP_BACKWARD_IF_TRUE ||
           opcode == POP_JUMP_BACKWARD_IF_FALSE || opcode == POP_JUMP_BACKWARD_IF_NONE ||
           opcode == POP_JUMP_BACKWARD_IF_NOT_NONE;
}

/* The back-edge that an instruction at which a frame was interrupted has taken: itself, or the jump behind a
 * comparison that takes it in one step. -1: none. */
int32_t cp_back_edge_of(PyCodeObject *code, int32_t unit);
/* A back-edge of the innermost loop around an instruction, of several that lead to its head another one for
 * each `turn`. -1: it is in no loop. */
int32_t cp_loop_around(PyCodeObject *code, int32_t unit, unsigned turn);
/* What compiled code notes of the operands of operations that the interpreter has no specialised form of:
 * bits, in the operation's inline cache, which is not in use then. */
enum { CP_INT = 1, CP_FLOAT = 2, CP_OTHER = 4, CP_RIGHT = 3 /* shift of the right operand's */ };
static inline void cp_note_operands(Frame *frame, unsigned bits) {
    _Py_CODEUNIT *unit = frame->prev_instr;
    if (_Py_OPCODE(unit[0]) == BINARY_OP && frame->f_code->co_warmup == 0) unit[1] |= (_Py_CODEUNIT)bits;
}

/* Where the instruction at this code unit begins, prefixes included. */
int32_t cp_first_unit(PyCodeObject *code, int32_t unit);
/* A comparison that takes the jump at this code unit in one step, so that the jump itself is not met. -1:
 * none. */
int32_t cp_comparison_before(PyCodeObject *code, int32_t unit);
/* Is this one of the names that the code looks up? */
bool cp_has_name(PyCodeObject *code, const char *name);
/* Has any thread a trace or profile function? */
bool cp_any_thread_is_traced(void);
/* The first back-edge behind one (behind -1: the first of all). -1: there is none. */
int32_t cp_next_back_edge(PyCodeObject *code, int32_t unit);
/* An opcode that compares without jumping. */
enum { CP_COMPARE = COMPARE_OP };

/* Is an object of the class equal to itself and, as far as the class has a say, to nothing else? */
static inline bool cp_compares_by_identity(PyTypeObject *type) {
    return type->tp_richcompare == PyBaseObject_Type.tp_richcompare;
}

/* Is an object of the class equal to what is a str of its text, as far as the class has a say? */
static inline bool cp_compares_as_text(PyTypeObject *type) {
    return type->tp_richcompare == PyUnicode_Type.tp_richcompare;
}

/* Is an object of the class equal to no str, and says so without running code? bytes may warn. */
static inline bool cp_compares_as_no_text(PyTypeObject *type) {
    richcmpfunc compare = type->tp_richcompare;
    return compare == PyBaseObject_Type.tp_richcompare || compare == PyLong_Type.tp_richcompare ||
           compare == PyFloat_Type.tp_richcompare || compare == PyTuple_Type.tp_richcompare ||
           compare == PyList_Type.tp_richcompare || compare == PyDict_Type.tp_richcompare;
}

/* Does the interpreter note what this code does (does it run the quickened form)? */
static inline bool cp_is_watched(PyCodeObject *code) { return code->co_warmup == 0; }
/* An instruction that the interpreter will specialise. */
bool cp_is_adaptive(uint8_t opcode);
/* Begin to watch now. CPython does it after 8 calls or jumps back, and a `while` loop counts as neither. */
void cp_watch(PyCodeObject *code);

static inline void *cp_eval_breaker(PyInterpreterState *interp) { return &interp->ceval.eval_breaker; }

/* A list loses its last items, whose references are the caller's; its room becomes what list.pop makes it,
 * which may be more than a short list had. A little memory stays as it is, for items come back most often,
 * and more room than is said does no harm. False: there is none, and nothing has changed. */
static inline bool cp_list_cut(PyListObject *list, Py_ssize_t size) {
    enum { LITTLE = 16 };
    if (size < list->allocated >> 1) {
        size_t room = size == 0 ? 0 : ((size_t)size + ((size_t)size >> 3) + 6) & ~(size_t)3;
        PyObject **items = list->ob_item;
        if (list->allocated > LITTLE || (Py_ssize_t)room > list->allocated)
            items = PyMem_Realloc(items, room * sizeof(PyObject *));
        if (items == NULL) return false;
        list->ob_item = items;
        list->allocated = (Py_ssize_t)room;
    }
    Py_SET_SIZE(list, size);
    return true;
}

#endif
