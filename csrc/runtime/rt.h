/* The helpers of ir/helpers.def: what compiled code calls. One rt_*.c per section of the table. */
#ifndef DXPY_RUNTIME_RT_H
#define DXPY_RUNTIME_RT_H

#include "cpython/compat.h"
#include "cpython/decode.h"
#include "ir/image.h"
#include "ir/ir.h"
#include "jit/table.h"

/* A site's inline cache. Zero is empty. Pointers in it are borrowed: what they lead to lives as long as the
 * versions beside them hold. */
typedef struct RtCache {
    uint32_t version; /* tp_version_tag the rest holds for */
    uint16_t kind;    /* of the site: see rt_attr.c */
    uint16_t misses;
    int32_t index;         /* of a value, a dict entry or a byte offset */
    int32_t key_count;     /* entries of the shared keys among which the name is not */
    PyObject *value;       // borrowed from the type's dict, valid with version
    uint32_t keys_version; /* dk_version of the globals' keys */
    uint32_t spare;
    int64_t offset;            /* of a global from the start of its dict's keys */
    uint32_t seen[SEEN_TYPES]; /* versions of the owners' types, in the order they came; 0: no more */
    /* Type of what the site gave, GAVE_SEVERAL: of several; it may be gone and is compared with static types
     * only. */
    const void *gave;
} RtCache;
#define GAVE_SEVERAL ((const void *)CACHE_GAVE_SEVERAL)
_Static_assert(sizeof(RtCache) == CACHE_BYTES, "emitted code steps over caches by this size");
_Static_assert(offsetof(RtCache, version) == CACHE_VERSION && offsetof(RtCache, kind) == CACHE_KIND &&
                   offsetof(RtCache, index) == CACHE_INDEX && offsetof(RtCache, value) == CACHE_VALUE &&
                   offsetof(RtCache, key_count) == CACHE_KEY_COUNT &&
                   offsetof(RtCache, keys_version) == CACHE_KEYS_VERSION &&
                   offsetof(RtCache, spare) == CACHE_SPARE && offsetof(RtCache, offset) == CACHE_OFFSET &&
                   offsetof(RtCache, gave) == CACHE_GAVE,
               "emitted code reads them");

/* How a native function is called; emitted code knows where these are. */
typedef struct NativeCell {
    void *entry;
    void *link;
} NativeCell;

/* Of all native functions. One per process, guarded by the GIL: nobody's code runs from where one leaves to
 * where its caller that has a frame takes over. */
typedef struct NativeState {
    int64_t active;    /* calls of native functions by code that has a frame */
    struct Left *left; /* activations that have left, the outermost first */
} NativeState;
extern NativeState native_state;

typedef int64_t i64;
#define TS   PyThreadState *tstate
#define FR   Frame *frame
#define REST PyObject **rest, i64 count, uint64_t consumed

PyObject *rt_add(PyObject *a, PyObject *b);
PyObject *rt_subtract(PyObject *a, PyObject *b);
PyObject *rt_multiply(PyObject *a, PyObject *b);
PyObject *rt_add_floats(PyObject *a, PyObject *b);
PyObject *rt_subtract_floats(PyObject *a, PyObject *b);
PyObject *rt_multiply_floats(PyObject *a, PyObject *b);
PyObject *rt_add_texts(PyObject *a, PyObject *b);
PyObject *rt_true_divide(PyObject *a, PyObject *b);
PyObject *rt_floor_divide(PyObject *a, PyObject *b);
PyObject *rt_remainder(PyObject *a, PyObject *b);
PyObject *rt_binary(PyObject *a, PyObject *b, i64 kind);
PyObject *rt_with_ints(PyObject *a, PyObject *b, i64 kind);
i64 rt_with_numbers(PyObject *a, PyObject *b, i64 kind, PyObject **results);
i64 rt_compare_numbers(PyObject *a, PyObject *b, i64 op);
PyObject *rt_binary_noted(FR, PyObject *a, PyObject *b, i64 kind, i64 in_place, RtCache *cache);
PyObject *rt_not_implemented(PyObject *a, PyObject *b, i64 kind, i64 in_place);
i64 rt_yields(PyObject *class, PyObject *b);
i64 rt_yields_compared(PyObject *class, PyObject *b);
/* What __contains__ and __len__ gave as the bool and the int that they stand for; NULL: it raised. */
PyObject *rt_found_given(PyObject *result_steal, bool turned);
PyObject *rt_length_given(PyObject *result_steal);
PyObject *rt_inplace(PyObject *a, PyObject *b, i64 kind);
void rt_note_left(PyObject *left, RtCache *cache);
PyObject *rt_add_local(FR, PyObject *a, PyObject *b, i64 slot, i64 in_place);
PyObject *rt_negative(PyObject *a);
PyObject *rt_positive(PyObject *a);
PyObject *rt_invert(PyObject *a);
PyObject *rt_compare(PyObject *a, PyObject *b, i64 op);
PyObject *rt_compare_noted(PyObject *a, PyObject *b, i64 op, RtCache *cache);
PyObject *rt_not_compared(PyObject *a, PyObject *b, i64 op);
i64 rt_compare_truth(PyObject *a, PyObject *b, i64 op);
i64 rt_compare_quietly(PyObject *a, PyObject *b, i64 op);
i64 rt_compare_part(PyObject *a, PyObject *b, i64 op, i64 behind);
i64 rt_char_code(PyObject *object);
i64 rt_same_text(PyObject *a, PyObject *b);
i64 rt_hash_parts(PyObject *first, PyObject *second, PyObject *third);
i64 rt_contains(PyObject *container, PyObject *item);
i64 rt_contains_noted(PyObject *container, PyObject *item, RtCache *cache);

PyObject *rt_subscr(PyObject *container, PyObject *key);
PyObject *rt_subscr_noted(PyObject *container, PyObject *key, RtCache *cache);
PyObject *rt_subscr_list_noted(PyObject *container, PyObject *key, RtCache *cache);
PyObject *rt_subscr_tuple_noted(PyObject *container, PyObject *key, RtCache *cache);
PyObject *rt_subscr_list(PyObject *container, PyObject *key);
PyObject *rt_subscr_tuple(PyObject *container, PyObject *key);
PyObject *rt_subscr_dict(PyObject *container, PyObject *key);
i64 rt_store_subscr(PyObject *container, PyObject *key, PyObject *value);
i64 rt_store_subscr_list(PyObject *container, PyObject *key, PyObject *value);
i64 rt_store_subscr_noted(PyObject *container, PyObject *key, PyObject *value, RtCache *cache);
i64 rt_delete_subscr(PyObject *container, PyObject *key);
PyObject *rt_build_tuple(REST);
PyObject *rt_build_list(REST);
PyObject *rt_repeat(PyObject *sequence, i64 times);
PyObject *rt_repeat_item(i64 times, PyObject *item);
PyObject *rt_build_set(REST);
PyObject *rt_build_map(REST);
PyObject *rt_new_set(void);
PyObject *rt_new_frozenset(void);
PyObject *rt_new_map(void);
PyObject *rt_build_const_map(PyObject *keys, REST);
PyObject *rt_keyword_map(PyObject *names, REST);
PyObject *rt_build_slice(PyObject *start, PyObject *stop, PyObject *step);
i64 rt_list_append(PyObject *list, PyObject *value_steal);
i64 rt_set_add(PyObject *set, PyObject *value);
i64 rt_map_add(PyObject *dict, PyObject *key, PyObject *value);
i64 rt_list_extend(PyObject *list, PyObject *iterable);
i64 rt_set_update(PyObject *set, PyObject *iterable);
i64 rt_dict_update(PyObject *dict, PyObject *mapping);
i64 rt_dict_merge(PyObject *dict, PyObject *mapping, PyObject *function);
PyObject *rt_list_to_tuple(PyObject *list);
i64 rt_unpack(TS, PyObject *iterable, i64 count, PyObject **results);
void rt_note_item(PyObject *item, RtCache *cache);
i64 rt_unpack_ex(TS, PyObject *iterable, i64 before, i64 after, PyObject **results);
PyObject *rt_get_iter(PyObject *iterable);
PyObject *rt_get_len(PyObject *object);

i64 rt_next_item(PyObject *iterator, PyObject **results);
i64 rt_next_counted(PyObject *iterator, PyObject **results);
i64 rt_next_pair(PyObject *iterator, PyObject **results);
i64 rt_quiet_iter(PyObject *iterable, PyObject **results);
PyObject *rt_new_iterator(PyObject *type, PyObject *sequence, i64 index);
PyObject *rt_new_enumerate(i64 index, PyObject *last, PyObject *iterator);
PyObject *rt_new_zip(PyObject **rest, i64 count, uint64_t consumed);
i64 rt_take_enumerate(PyObject *object, PyObject **results);
i64 rt_take_zip(PyObject *object, i64 count);
i64 rt_take_inner(PyObject *object, i64 place, PyObject *type, PyObject **results);
i64 rt_take_inner_hashed(PyObject *object, PyObject *type, PyObject **results);
i64 rt_take_inner_range(PyObject *object, i64 place, PyObject **results);
i64 rt_begin_hashed(PyObject *object, PyObject *type, PyObject **results);
i64 rt_take_hashed(PyObject *iterator, PyObject *type, PyObject **results);
PyObject *rt_new_hashed(PyObject *type, PyObject *container, i64 size, i64 position, i64 left);
void rt_keep_entry(PyObject *iterator, PyObject *key, PyObject *value);
i64 rt_next_key(PyObject *dict, i64 size, i64 position, i64 left, PyObject **results);
i64 rt_next_value(PyObject *dict, i64 size, i64 position, i64 left, PyObject **results);
i64 rt_next_entry(PyObject *dict, i64 size, i64 position, i64 left, PyObject **results);
i64 rt_next_member(PyObject *set, i64 size, i64 position, i64 left, PyObject **results);
i64 rt_range_parts(PyObject *range, PyObject **results);
i64 rt_take_iterator(PyObject *iterator, PyObject *type, PyObject **results);
i64 rt_go_quietly(PyObject **rest, i64 count, uint64_t consumed);
i64 rt_iter_over(PyObject *iterator);
i64 rt_iter_end(TS, PyObject *iterator);
i64 rt_dict_item(PyObject *dict, PyObject *key, i64 hint, PyObject **results);
i64 rt_dict_get(PyObject *dict, PyObject *key, PyObject *otherwise, PyObject **results);
i64 rt_dict_has(PyObject *dict, PyObject *key);
i64 rt_dict_item_int(PyObject *dict, i64 key, i64 hint, PyObject **results);
i64 rt_dict_get_int(PyObject *dict, i64 key, PyObject *otherwise, PyObject **results);
i64 rt_dict_has_int(PyObject *dict, i64 key);
i64 rt_dict_set(PyObject *dict, PyObject *key, PyObject *value, i64 hint);
i64 rt_dict_put(PyObject *dict, PyObject *key, i64 bits, i64 is_float, i64 hint);
i64 rt_dict_put_at_int(PyObject *dict, i64 key, i64 bits, i64 is_float, i64 hint);
i64 rt_dict_set_int(PyObject *dict, i64 key, PyObject *value, i64 hint);
i64 rt_own_dict_set(PyObject *owner, PyObject *name, PyObject *value, i64 hint);
i64 rt_own_lacks(PyObject *owner, PyObject *name);
i64 rt_dict_setdefault(PyObject *dict, PyObject *key, PyObject *otherwise, PyObject **results);
i64 rt_dict_pop(PyObject *dict, PyObject *key, PyObject *otherwise, PyObject **results);
i64 rt_dict_like_item(PyObject *dict, PyObject *key, PyObject **results);
i64 rt_dict_like_has(PyObject *dict, PyObject *key);
i64 rt_dict_like_set(PyObject *dict, PyObject *key, PyObject *value, i64 hint);
i64 rt_dict_item_parts(PyObject *dict, PyObject *a, PyObject *b, PyObject *c, i64 hint, PyObject **results);
i64 rt_dict_get_parts(PyObject *dict, PyObject *otherwise, PyObject *a, PyObject *b, PyObject *c,
                      PyObject **results);
i64 rt_dict_has_parts(PyObject *dict, PyObject *a, PyObject *b, PyObject *c);
i64 rt_dict_set_parts(PyObject *dict, PyObject *value, PyObject *a, PyObject *b, PyObject *c, i64 hint);
i64 rt_set_has_parts(PyObject *set, PyObject *a, PyObject *b, PyObject *c);
i64 rt_set_put_parts(PyObject *set, PyObject *a, PyObject *b, PyObject *c);
i64 rt_set_discard_parts(PyObject *set, PyObject *a, PyObject *b, PyObject *c);
i64 rt_quiet_has(PyObject *container, PyObject *item);
i64 rt_sequence_has(PyObject *sequence, PyObject *item);
i64 rt_set_has(PyObject *set, PyObject *key);
i64 rt_set_put(PyObject *set, PyObject *key);
i64 rt_set_discard(PyObject *set, PyObject *key);
i64 rt_str_has(PyObject *container, PyObject *item);
i64 rt_str_affix(PyObject *text, PyObject *affix, i64 start, i64 end);
i64 rt_str_order(PyObject *a, PyObject *b);
i64 rt_str_find(PyObject *text, PyObject *part, i64 from_right);
i64 rt_str_count(PyObject *text, PyObject *part);
i64 rt_heap_push(PyObject *heap, PyObject *item);
PyObject *rt_heap_pop(PyObject *heap);
i64 rt_deque_append(PyObject *deque, PyObject *value, i64 left);
i64 rt_deque_pop(PyObject *deque, i64 left, PyObject **results);
i64 rt_list_pop(PyObject *list, PyObject **results);
PyObject *rt_slice(PyObject *sequence, i64 start, i64 stop);
PyObject *rt_slice_by(PyObject *sequence, i64 start, i64 stop, i64 step);
i64 rt_set_slice(PyObject *list, i64 start, i64 stop, PyObject *items);
PyObject *rt_list_concat(PyObject *a_steal, PyObject *b_steal);
i64 rt_size(PyObject *object);
i64 rt_abs_of(PyObject *object, PyObject **results);
i64 rt_int_of(PyObject *object, PyObject **results);
i64 rt_str_of(PyObject *object, PyObject **results);
i64 rt_str_of_int(PyThreadState *tstate, i64 number, PyObject **results);
PyObject *rt_type_of(PyObject *object);
i64 rt_float_of(PyObject *object, PyObject **results);
i64 rt_is_or_isinstance(PyObject *object, PyObject *class, i64 before);
i64 rt_sum_of(PyObject *sequence, PyObject **results);
i64 rt_extreme_of(PyObject *sequence, i64 greatest, PyObject **results);
i64 rt_extreme_of_two(PyObject *first, PyObject *second, i64 greatest, PyObject **results);
i64 rt_further_of(PyObject *best, PyObject *item, i64 greatest, PyObject **results);
PyObject *rt_list_of(PyObject *items);
PyObject *rt_tuple_of(PyObject *items);
i64 rt_isinstance(PyObject *object, PyObject *type);
i64 rt_bit_length(i64 number);
i64 rt_bit_count(i64 number);
i64 rt_is_plain(PyObject *object);
i64 rt_is_plain_or_items(PyObject *object);
double rt_floor(double x);
double rt_ceil(double x);
double rt_sqrt(double x);
double rt_pow(double x, double y);
double rt_hypot(double x, double y);
double rt_float_rest(double x, double y);
double rt_float_floor(double x, double y);
double rt_sin(double x);
double rt_cos(double x);
double rt_tan(double x);
double rt_atan(double x);
double rt_exp(double x);
double rt_log(double x);

PyObject *rt_load_global(TS, FR, PyObject *name, RtCache *cache);
PyObject *rt_load_name(TS, FR, PyObject *name);
PyObject *rt_load_classderef(TS, FR, PyObject *cell, i64 slot);
i64 rt_store_name(TS, FR, PyObject *name, PyObject *value);
i64 rt_delete_name(TS, FR, PyObject *name);
i64 rt_replace_global(FR, PyObject *name, PyObject *value, RtCache *cache);
i64 rt_store_global(FR, PyObject *name, PyObject *value);
i64 rt_delete_global(TS, FR, PyObject *name);
PyObject *rt_load_deref(FR, PyObject *cell, i64 slot);
void rt_store_deref(PyObject *cell, PyObject *value_steal);
i64 rt_delete_deref(FR, PyObject *cell, i64 slot);
i64 rt_forget_slot(FR, i64 slot, i64 others);
i64 rt_make_cell(FR, i64 slot);
PyObject *rt_new_cell(PyObject *value);
void rt_copy_free_vars(FR, i64 count);
PyObject *rt_closure_of(PyObject *function);
PyObject *rt_load_attr(PyObject *owner, PyObject *name, RtCache *cache);
i64 rt_store_quietly(PyObject *owner, PyObject *name, PyObject *value);
i64 rt_store_attr(PyObject *owner, PyObject *name, PyObject *value, RtCache *cache);
/* owner.name; all that is known of classes is known by interned names. NULL without an exception: there is
 * none, and there may be none. */
PyObject *rt_getattr_interned(PyObject *owner, PyObject *name, bool may_lack);
PyObject *rt_getattr(PyObject *owner, PyObject *name, PyObject *otherwise);
i64 rt_hasattr(PyObject *owner, PyObject *name);
i64 rt_setattr(PyObject *owner, PyObject *name, PyObject *value);
i64 rt_delete_attr(PyObject *owner, PyObject *name);
i64 rt_load_method(PyObject *owner, PyObject *name, RtCache *cache, PyObject **results);

void rt_note_called(PyObject *method, PyObject *callable, RtCache *cache);
PyObject *rt_call(TS, PyObject *names, REST);
PyObject *rt_call_ex(TS, PyObject *callable, PyObject *args, PyObject *keywords);
i64 rt_makes_with(FR, PyObject *globals, PyObject *builtins);
PyObject *rt_make_function(FR, PyObject *code, PyObject *defaults_steal, PyObject *kwdefaults_steal,
                           PyObject *annotations_steal, PyObject *closure_steal);
PyObject *rt_load_build_class(TS, FR);
i64 rt_setup_annotations(TS, FR);
PyObject *rt_import_name(TS, FR, PyObject *name, PyObject *fromlist, PyObject *level);
PyObject *rt_import_from(TS, PyObject *module, PyObject *name);
i64 rt_import_star(FR, PyObject *module);
i64 rt_display(PyObject *value);
PyObject *rt_format_value(PyObject *value, PyObject *spec, i64 conversion);
i64 rt_format_plain(PyObject *value, PyObject *spec, PyObject **results);
PyObject *rt_build_string(REST);
PyObject *rt_str_concat(PyObject *a, PyObject *b);
PyObject *rt_str_format(PyObject *pattern, REST);
PyObject *rt_percent(PyObject *pattern, REST);
PyObject *rt_percent_one(PyObject *pattern, PyObject *value);
i64 rt_percent_plain(PyObject *pattern, PyObject **results, REST);
i64 rt_percent_plain_one(PyObject *pattern, PyObject *value, PyObject **results);

i64 rt_raise(TS, PyObject *exception_steal, PyObject *cause_steal);
void rt_reraise(TS, FR, PyObject *exception_steal, PyObject *lasti);
PyObject *rt_push_exc_info(TS, PyObject *exception);
void rt_pop_except(TS, PyObject *previous_steal);
int rt_check_catchable(PyObject *type); /* 0, or -1 with the error that an except clause raises */
i64 rt_raises_plainly(PyObject *class);
i64 rt_catches(PyObject *raised, PyObject *class);
i64 rt_goes_unnoticed(PyObject *object);
i64 rt_is_there(PyObject *object);
i64 rt_exc_match(TS, PyObject *exception, PyObject *type);
i64 rt_group_match(TS, PyObject *exception, PyObject *type, PyObject **results);
PyObject *rt_group_to_raise(PyObject *original, PyObject *exceptions);
/* An exception of a class whose instances BaseException makes of what they are given; the arguments are
 * borrowed. */
PyObject *rt_new_exception(PyTypeObject *type, PyObject *const *args, i64 count);
/* Is it such a class? *init: its __init__ if that is a Python function, borrowed; else NULL, and
 * BaseException's is all there is. */
bool rt_is_exception_class(PyObject *class, PyObject **init);
PyObject *rt_bind(PyObject *function, PyObject *self);
i64 rt_with_noted(TS, PyObject *manager, RtCache *cache, PyObject **results);
i64 rt_before_with(TS, PyObject *manager, PyObject **results);
i64 rt_before_async_with(TS, PyObject *manager, PyObject **results);
PyObject *rt_with_except_start(TS, PyObject *exit, PyObject *exception);

i64 rt_for_iter(TS, PyObject *iterator, PyObject **results);
i64 rt_send(TS, PyObject *receiver, PyObject *value, PyObject **results);
PyObject *rt_yield_from_iter(TS, PyObject *iterable, i64 in_coroutine);
PyObject *rt_get_awaitable(TS, PyObject *object, i64 context);
PyObject *rt_get_aiter(TS, PyObject *object);
PyObject *rt_get_anext(TS, PyObject *iterator);
i64 rt_end_async_for(TS, PyObject *exception_steal);
PyObject *rt_async_gen_wrap(PyObject *value);

i64 rt_match_mapping(PyObject *subject);
i64 rt_match_sequence(PyObject *subject);
PyObject *rt_match_keys(TS, PyObject *subject, PyObject *keys);
PyObject *rt_match_class(TS, PyObject *subject, PyObject *type, PyObject *names, i64 positional);

void rt_dealloc(PyObject *object);
i64 rt_is_true(PyObject *object);
i64 rt_is_true_quiet(PyObject *object);
PyObject *rt_box_i64(i64 value);
PyObject *rt_box_u64(i64 bits);
PyObject *rt_box_f64(double value);
PyObject *rt_new_complex(double real, double imag);
i64 rt_put_f64(PyObject **place, double value, PyDictValues *values, i64 index);
i64 rt_unbox_long(PyObject *object, PyObject **results);
i64 rt_unbox_word(PyObject *object, PyObject **results);
i64 rt_unbox_low(PyObject *object, PyObject **results);
i64 rt_put_i64(PyObject **place, i64 value, PyDictValues *values, i64 index);
PyObject *rt_new_range(i64 next, i64 end, i64 step);
i64 rt_range_end(i64 start, i64 stop, i64 step);
i64 rt_exit_poll(TS, FR, CompiledCode *compiled, i64 exit, PyObject **spill);
i64 rt_exit_turn(TS, FR, CompiledCode *compiled, i64 exit, PyObject **spill);
void rt_unbound_local(FR, i64 slot);
void rt_clear_frame(TS, FR);
/* A function of functools.lru_cache, called with positional arguments. False: it is left to CPython, and
 * nothing was done. */
bool rt_call_memo(PyThreadState *tstate, PyObject *memo, PyObject **args, i64 count, PyObject **result);
/* An object of functools.partial, likewise. */
bool rt_call_partial(TS, PyObject *partial, PyObject *const *args, i64 count, PyObject **result);
PyObject *rt_call_known_class(TS, PyObject *class, PyObject *argument, bool *known);
void rt_call_prepare(void); // once, before anything is called
/* The __init__ of a class whose instances object.__new__ makes; NULL: they are made in another way. borrowed
 */
PyObject *rt_find_init(PyTypeObject *type);
/* The Python function that makes a class's instances, of which nothing but object.__init__ is called then, as
 * of named tuples; NULL: it is another kind of class. borrowed */
PyObject *rt_find_new(PyTypeObject *type);
/* What tuple.__new__ gives for a class made of tuple and a tuple; NULL: it is another call, or there is no
 * memory; no exception is set. */
PyObject *rt_new_tuple_of(TS, PyObject *callable, PyObject *const *args, i64 count);
/* What a call of a class gives that `new` (see rt_find_new) makes the instances of, where that is a tuple of
 * the arguments and no code is to be run for it. NULL, without an exception: nothing was done. */
PyObject *rt_new_named(TS, PyTypeObject *type, PyObject *new, PyObject *const *args, i64 count);
i64 rt_check_depth(TS);
PyObject *rt_after_c_call(TS, PyObject *result_steal);
PyObject *rt_new_instance(PyObject *class);
PyObject *rt_new_plain(PyObject *class);
PyObject *rt_whole_complex(PyObject *whole, i64 real, i64 imag);
PyObject *rt_whole(PyObject *whole, i64 places, REST);
PyObject *rt_int_of_bits(i64 bits);
PyObject *rt_float_of_bits(i64 bits);
/* Of an __init__'s result; false: an exception is set. */
bool rt_check_none(PyObject *result_steal);
/* What a class has of a name that it is stored again and again by; borrowed. NULL: nothing that is known. */
PyObject *rt_restless_attr(PyObject *owner, PyObject *name);
i64 rt_exit_raise(TS, FR, CompiledCode *compiled, i64 exit, PyObject **spill);
PyObject *rt_exit_catch(TS, FR, CompiledCode *compiled, i64 exit, PyObject **spill);
i64 rt_may_enter(TS);
i64 rt_goes_on(TS, CompiledCode *compiled);
void rt_exit_native(TS, FR, CompiledCode *compiled, i64 exit, PyObject **spill);
PyObject *rt_exit_leave(TS, FR, CompiledCode *compiled, i64 exit, PyObject **spill);
void rt_exit_yield(TS, FR, CompiledCode *compiled, i64 exit, PyObject **spill);

/* Instead of a native function that has no code now: it is left at its start. `link` is the Native
 * (jit/native.h), whose arguments follow. */
i64 rt_absent_native(TS, void *link, i64 a0, i64 a1, i64 a2, i64 a3, i64 a4, i64 a5, i64 a6, i64 a7, i64 a8,
                     i64 a9, i64 a10, i64 a11);

/* --- for the link block --- */

void *rt_small_ints(void);
PyObject **rt_characters(void);                          // borrowed: the str of each code below 256
PyObject *rt_method(const char *type, const char *name); // borrowed from a type of builtins.def

/* --- for runtime/ and the frame hook --- */

/* What the eval breaker asks for: 0, or -1 with an exception set. */
int rt_poll(TS);
/* --- rt_untold.c --- */
/* int or float called with what is no number, where the error is most likely seen by nobody: it is set, its
 * text is not made yet. False: nothing was done. */
bool rt_fails_untold(TS, PyObject *class, PyObject *argument);
void rt_forget_untold(void); /* nobody has seen it */
void rt_tell(TS);            /* somebody may: it gets its text */

void rt_raise_name_error(PyObject *name);
void rt_unbound_cell(FR, i64 slot);

/* Enter compiled code on a frame that is not linked yet, as the interpreter's entry does; RT_RESUME or
 * RT_UNWIND when it left and the interpreter is to go on. */
PyObject *rt_enter(TS, FR, CompiledCode *compiled, int entry);

/* The same, and go on in the interpreter where it left. */
PyObject *rt_run(TS, FR, CompiledCode *compiled, int entry);

PyObject *rt_operator_method(PyTypeObject *type, const Instr *instr); // borrowed, for the decoder
/* Note in an inline cache that an operand was of this class. */
void rt_note_class(RtCache *cache, PyTypeObject *type);
/* Likewise what stands for it in `seen`; too many of them, or 0, is several. */
void rt_note_seen(RtCache *cache, uint32_t number);
/* What an inline cache of an attribute has seen: the version of its owners' type, 0: nothing, SEEN_SEVERAL:
 * different ones, or one that does not tell where its instances have the attribute. */
void rt_seen_types(const RtCache *cache, uint32_t seen[SEEN_TYPES]);
/* Tier 1: what a site has just given, NULL: nothing. */
static inline void rt_note_given(RtCache *cache, const PyObject *value) {
    if (value != NULL && cache->gave != Py_TYPE(value))
        cache->gave = cache->gave == NULL ? Py_TYPE(value) : GAVE_SEVERAL;
}

/* object.__setattr__(owner, name, value), by which frozen classes set what their instances are made with.
 * False: nothing was done, CPython's own way is to be taken. */
bool rt_object_setattr(TS, PyObject *const *args, PyObject **result);
/* The Python function that a class has under an interned name; NULL: none, or something else. borrowed */
PyObject *rt_special_function(PyTypeObject *type, PyObject *name);
PyObject *rt_item_function(PyTypeObject *type); /* likewise for a[b] */
PyObject *rt_set_item_function(PyTypeObject *type);
PyObject *rt_call_with_two(PyObject *function, PyObject *a, PyObject *b);
i64 rt_set_item_by(PyObject *function, PyObject *container, PyObject *key, PyObject *value);
/* Operators of classes that have Python functions for them (runtime/rt_special.c). False: nothing was done,
 * CPython's own way is to be taken; else the result may be an error. */
bool rt_special_binary(PyObject *a, PyObject *b, i64 kind, bool in_place, PyObject **result);
bool rt_special_compare(PyObject *a, PyObject *b, i64 op, PyObject **result);
bool rt_special_item(PyObject *container, PyObject *key, PyObject **result);
bool rt_special_set_item(PyObject *container, PyObject *key, PyObject *value, i64 *status);
bool rt_special_contains(PyObject *container, PyObject *item, i64 *found);
bool rt_special_truth(PyObject *object, i64 *truth);
/* Likewise a length by a Python __len__; negative: an exception is set. */
bool rt_special_length(PyObject *object, i64 *length);
/* Text of an object: as PyObject_Str, PyObject_Repr and, without a format, PyObject_Format. */
PyObject *rt_str_of_any(PyObject *object);
PyObject *rt_repr_of_any(PyObject *object);
PyObject *rt_format_of_any(PyObject *object);
bool rt_special_await(PyObject *object, PyObject **result);
bool rt_special_aiter(PyObject *object, PyObject **result);
bool rt_special_anext(PyObject *object, PyObject **result);
/* The function that calling an object calls; NULL: CPython's own way. borrowed */
PyObject *rt_special_call(PyObject *callable);

/* generator.send(value) of a generator or coroutine, and next(generator, otherwise). */
PyObject *rt_generator_send(TS, PyObject *generator, PyObject *value);
/* A generator was put in line in the call of a built-in function, see GatherKind: it gets its frame, running;
 * that is run on, and the function, which has gathered so much, goes over the rest. What the call gives;
 * NULL: raised. The generator is gone then. */
Frame *rt_running_gather(TS, PyFunctionObject *function);
PyObject *rt_gather_on(TS, FR, PyObject *gathered_steal, int kind, CpEntry how);
/* A generator was put in line in a loop: it gets its frame, running, and lies where the loop's iterator does;
 * it has raised; it has been run on, and `loop` goes on with what that gave. */
Frame *rt_running_step(TS, PyFunctionObject *function, Frame *caller, int depth);
i64 rt_suspended_at(PyObject *iterator);
PyObject *rt_function_of(PyObject *generator);
i64 rt_take_slot(PyObject *generator, i64 slot, PyObject **results);
void rt_end_taken(TS, PyObject *generator);
/* Either is over, without a result. */
void rt_end_running(TS, FR);
CpEntry rt_step_given(TS, FR, Frame *loop, const ExitLevel *at, PyObject *result_steal);
/* What compiled code calls in place of the C functions that resume generators, see CpResumers. */
PyObject *rt_send_to_generator(PyObject *generator, PyObject *value);
PyObject *rt_take_next(PyObject *self, PyObject *const *args, Py_ssize_t count);
/* And in place of sorted and list.sort. With names of arguments: likewise of min and max; false: it is
 * another function, or there is more to it, and nothing was done. */
PyObject *rt_sorted(PyObject *self, PyObject *const *args, Py_ssize_t count, PyObject *names);
PyObject *rt_count_elements(PyObject *module, PyObject *const *args, Py_ssize_t count);
PyObject *rt_map_item(PyObject *map); // for tp_iternext, see CpSlots
PyObject *rt_list_sort(PyObject *list, PyObject *const *args, Py_ssize_t count, PyObject *names);
bool rt_call_replaced(TS, PyObject *callable, PyObject *const *args, i64 count, PyObject *names,
                      PyObject **result);
void rt_prepare_replaced(void); // once, before anything is compiled
/* What C code resumes generators and coroutines by, see CpSlots. */
PyObject *rt_generator_item(PyObject *generator);
PySendResult rt_generator_take(PyObject *generator, PyObject *value, PyObject **result);
PyObject *rt_generator_next(TS, PyObject *generator, PyObject *otherwise); /* NULL: there is no other value */

/* For the way into compiled code (codegen/quick_way_in.h). A function of few positional arguments that cannot
 * just be entered, as any other call. All are handed over. */
PyObject *rt_call_refused(TS, PyObject *function_steal, PyObject *first_steal, PyObject *second_steal,
                          PyObject *third_steal, PyObject *fourth_steal, PyObject *fifth_steal,
                          PyObject *sixth_steal, PyObject *seventh_steal, PyObject *eighth_steal);
/* The way into a function that makes a generator or coroutine of itself: none of its code is run. */
PyObject *rt_make_generator(TS, PyObject *function_steal, PyObject *first_steal, PyObject *second_steal,
                            PyObject *third_steal, PyObject *fourth_steal);
/* The code has raised or left, or somebody has the frame: go on in the interpreter, if so, and end the call.
 */
PyObject *rt_end_call(TS, FR, PyObject *result);

/* Call with vectorcall's layout and borrowed arguments; Python functions with compiled code are entered
 * directly. */
PyObject *rt_call_borrowed(TS, PyObject *callable, PyObject **args, i64 count);

/* Enter a Python function's compiled code with arguments as vectorcall has them. False: that cannot be done
 * just now, or there is none; nothing happened. */
bool rt_call_compiled(TS, PyObject *function, PyObject *const *args, i64 count, PyObject **result);
/* Likewise make the generator or coroutine that a function gives which does nothing else. */
bool rt_call_generator(TS, PyObject *function, PyObject *const *args, i64 count, PyObject **result);

/* Does the end of such an object run no code? */
static inline bool rt_ends_quietly(const PyObject *object) {
    const PyTypeObject *type = Py_TYPE(object);
    return type == &PyFloat_Type || type == &PyLong_Type || type == &PyUnicode_Type;
}

/* The value of an int of one digit, or 0: its size is the sign. */
static inline bool rt_digit_int(PyObject *object, i64 *value) {
    Py_ssize_t size = Py_SIZE(object);
    *value = size * (i64)((PyLongObject *)object)->ob_digit[0];
    return (size_t)(size + 1) <= 2;
}

/* A list of so many items that are still to be put there. */
PyObject *rt_new_list(Py_ssize_t count);
/* Likewise with the memory that CPython gives one made of an iterator that knows of so many. */
PyObject *rt_new_list_of_iterator(Py_ssize_t count, Py_ssize_t known);

/* Give a new reference of each value in the rest that the mask does not let go of; afterwards all are ours.
 */
static inline void rt_own_rest(PyObject **rest, i64 count, uint64_t consumed) {
    for (i64 i = 0; i < count; i++)
        if (count <= 64 && !(consumed >> i & 1)) Py_XINCREF(rest[i]);
}

/* The number that `int` or `float` reads in a text, where that is plain. False: it is not, or there is none.
 */
bool rt_int_in_text(PyObject *text, i64 *number);
bool rt_float_in_text(PyObject *text, double *number);

#define ALL_OF_REST UINT64_MAX /* the mask that hands all over */

/* Drop what the mask hands over. */
static inline void rt_drop_rest(PyObject **rest, i64 count, uint64_t consumed) {
    for (i64 i = count - 1; i >= 0; i--)
        if (count > 64 || (consumed >> i & 1)) Py_XDECREF(rest[i]);
}

#undef TS
#undef FR
#undef REST

#endif
