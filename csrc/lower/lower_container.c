/* Operations on str, bytes, bytearray, list, tuple and dict whose exact types are guarded: subscripts,
 * slices, membership, comparison, joining. A character of a str is its code until somebody wants the object.
 */
#include <string.h>

#include "lower/lower.h"

/* Of Py_LT .. Py_GE. */
enum { LE = 1, EQ = 2, NE = 3, GE = 5 };

static const OperandTypes *operands(const Lowerer *l) { return &l->inference->operands[l->index]; }

static Ins *top(const Lowerer *l, int depth) { return l->stack[l->depth - depth]; }

static void replace_operands(Lowerer *l, int count, Ins *result) {
    l->depth -= count;
    lower_push(l, result);
}

Known lower_known_type(Likely type) {
    switch (type) {
    case LIKELY_CHAR:
    case LIKELY_STR: return KNOWN_str;
    case LIKELY_LIST: return KNOWN_list;
    case LIKELY_TUPLE: return KNOWN_tuple;
    case LIKELY_DICT: return KNOWN_dict;
    case LIKELY_SET: return KNOWN_set;
    case LIKELY_BYTES: return KNOWN_bytes;
    case LIKELY_BYTEARRAY: return KNOWN_bytearray;
    default: return KNOWN_COUNT;
    }
}

Known lower_exact_type(Likely type) {
    switch (type) {
    case LIKELY_INT:
    case LIKELY_BIG: return KNOWN_int;
    case LIKELY_FLOAT: return KNOWN_float;
    default: return lower_known_type(type);
    }
}

/* What a constant, or a value that was made here, is for sure; LIKELY_OTHER: not known. */
static Likely sure_type(const Lowerer *l, const Ins *value) {
    if (value->op == IR_char_OP) return LIKELY_CHAR;
    const ConstInfo *info = lower_const_info(value);
    return info != NULL ? (Likely)info->type : LIKELY_OTHER;
}

void lower_guard_type(Lowerer *l, Ins *object, Known type, FrameState *state) {
    if (lower_known_type(sure_type(l, object)) == type) return;
    lower_guarded(INS(l, is_type, type, object), state);
}

bool lower_likely_str(const Lowerer *l, const Ins *value, Likely guess) {
    if (value->type != IR_OBJ) return false;
    if (sure_type(l, value) != LIKELY_OTHER) guess = sure_type(l, value);
    return guess == LIKELY_STR || guess == LIKELY_CHAR;
}

/* --- characters --- */

bool lower_is_char(const Lowerer *l, const Ins *value, Likely guess) {
    if (value->type != IR_OBJ) return false;
    const ConstInfo *info = lower_const_info(value);
    if (info != NULL) return info->type == LIKELY_CHAR && info->integer < 256;
    return value->op == IR_char_OP || guess == LIKELY_CHAR;
}

Ins *lower_code_of(Lowerer *l, Ins *value, FrameState *state) {
    if (value->op == IR_char_OP) return value->args[0];
    if (value->op == IR_const_OP) return K_INT(l, lower_const_info(value)->integer);
    return lower_guarded(INS(l, code_of, 0, value), state);
}

bool lower_is_made_tuple(const Ins *value) {
    enum { MOST = 4 };
    return value->op == IR_call_OP && value->imm == H_rt_build_tuple && value->arg_count > 0 &&
           value->arg_count <= MOST;
}

/* The item of a tuple that is made here. */
bool lower_item_made(Lowerer *l, const Ins *tuple, const Ins *key) {
    const ConstInfo *index = key->type == IR_OBJ ? lower_const_info(key) : NULL;
    if (!lower_is_made_tuple(tuple) || index == NULL || index->type != LIKELY_INT) return false;
    int64_t at = index->integer < 0 ? index->integer + tuple->arg_count : index->integer;
    if (at < 0 || at >= tuple->arg_count) return false;
    replace_operands(l, 2, tuple->args[at]);
    return true;
}

/* Whether a tuple's parts are known, or are to be had once it has been asked. */
static bool has_parts(const Lowerer *l, const Ins *tuple, Likely guess, int count) {
    if (lower_is_made_tuple(tuple)) return tuple->arg_count == count;
    const ConstInfo *info = lower_const_info(tuple);
    if (info != NULL) return info->of_integers && info->length == count;
    return guess == LIKELY_TUPLE && (l->instr->arg == EQ || l->instr->arg == NE);
}

/* How many parts the tuples have that are compared; 0: it is not known. */
static int count_parts(const Lowerer *l, const Ins *left, const Ins *right) {
    if (left->type != IR_OBJ || right->type != IR_OBJ) return 0;
    const ConstInfo *info = lower_const_info(right);
    int count = lower_is_made_tuple(left)    ? left->arg_count
                : lower_is_made_tuple(right) ? right->arg_count
                : info != NULL               ? info->length
                                             : 0;
    return has_parts(l, left, operands(l)->left, count) && has_parts(l, right, operands(l)->right, count)
               ? count
               : 0;
}

static Ins *part_of(Lowerer *l, Ins *tuple, int i) {
    if (lower_is_made_tuple(tuple)) return tuple->args[i];
    const ConstInfo *info = lower_const_info(tuple);
    return info != NULL ? INS(l, box_i64, 0, K_INT(l, info->integers[i])) : INS(l, tuple_at, i, tuple);
}

static void guard_parts(Lowerer *l, Ins *tuple, int count, FrameState *state) {
    if (!lower_is_made_tuple(tuple) && lower_const_info(tuple) == NULL)
        lower_guarded(INS(l, tuple_is, count, tuple), state);
}

/* Of two tuples, one of them made here or constant: part by part, the last ones first, since which of them
 * decides is only known then. Numbers are compared as such once it is known that they are (opt_fold.c). */
static bool compare_parts(Lowerer *l) {
    Ins *left = top(l, 2), *right = top(l, 1);
    int op = l->instr->arg, count = count_parts(l, left, right);
    if (count == 0) return false;
    FrameState *state = lower_state_here(l);
    guard_parts(l, left, count, state);
    guard_parts(l, right, count, state);
    Ins *result = K_INT(l, op == EQ || op == LE || op == GE);
    for (int i = count - 1; i >= 0; i--)
        result =
            EMIT_CALL(l, rt_compare_part, part_of(l, left, i), part_of(l, right, i), K_INT(l, op), result);
    lower_guarded(INS(l, settled, 0, result), state);
    replace_operands(l, 2, INS(l, mkbool, 0, result));
    return true;
}

static void guard_by_identity(Lowerer *l, Ins *value, FrameState *state) {
    const ConstInfo *info = lower_const_info(value);
    if (info == NULL || info->type != LIKELY_NONE) lower_guarded(INS(l, by_identity, 0, value), state);
}

/* == and != of objects neither of whose classes has a say. */
static bool compare_by_identity(Lowerer *l) {
    Ins *left = top(l, 2), *right = top(l, 1);
    if (!(l->instr->flags & BC_BY_IDENTITY) || left->type != IR_OBJ || right->type != IR_OBJ) return false;
    FrameState *state = lower_state_here(l);
    guard_by_identity(l, left, state);
    guard_by_identity(l, right, state);
    Ins *same = INS(l, is, 0, left, right);
    if (l->instr->arg == NE) same = INS(l, not, 0, same);
    replace_operands(l, 2, INS(l, mkbool, 0, same));
    return true;
}

/* Which of two texts comes first; where nothing is known of one of them it is taken for text. */
static bool compare_order(Lowerer *l) {
    Ins *left = top(l, 2), *right = top(l, 1);
    Likely left_type = operands(l)->left, right_type = operands(l)->right;
    bool left_text = lower_likely_str(l, left, left_type),
         right_text = lower_likely_str(l, right, right_type);
    bool texts = (left_text || (left->type == IR_OBJ && left_type == LIKELY_OTHER)) &&
                 (right_text || (right->type == IR_OBJ && right_type == LIKELY_OTHER));
    if (!texts || !(left_text || right_text) || l->instr->arg == EQ || l->instr->arg == NE) return false;
    FrameState *state = lower_state_here(l);
    lower_guard_type(l, left, KNOWN_str, state);
    lower_guard_type(l, right, KNOWN_str, state);
    Ins *order = EMIT_CALL(l, rt_str_order, left, right);
    replace_operands(l, 2, INS(l, mkbool, 0, INS(l, icmp, l->instr->arg, order, K_INT(l, 0))));
    return true;
}

static bool is_text(const Lowerer *l, const Ins *value) { return lower_likely_str(l, value, LIKELY_OTHER); }

/* A character that is at hand as its code. */
static bool has_code(const Lowerer *l, const Ins *value) {
    return value->type == IR_OBJ && lower_is_char(l, value, LIKELY_OTHER);
}

/* == and != where one is a str for sure, or both are probably: nothing is asked of the other one but whether
 * comparing it runs code. */
static bool compare_text(Lowerer *l) {
    Ins *left = top(l, 2), *right = top(l, 1), *result;
    if ((l->instr->arg != EQ && l->instr->arg != NE) || left->type != IR_OBJ || right->type != IR_OBJ)
        return false;
    bool one = is_text(l, left) || is_text(l, right);
    bool both =
        lower_likely_str(l, left, operands(l)->left) && lower_likely_str(l, right, operands(l)->right);
    if (!one && !both && l->instr->feedback != FB_STR) return false;
    if (l->instr->site != NULL && !both) return false; /* a class that has its say was seen */
    FrameState *state = lower_state_here(l);
    if (has_code(l, left) || has_code(l, right)) {
        Ins *a = has_code(l, left) ? lower_code_of(l, left, state) : INS(l, char_code, 0, left);
        Ins *b = has_code(l, right) ? lower_code_of(l, right, state) : INS(l, char_code, 0, right);
        if (a->op == IR_char_code_OP) lower_guarded(a, state);
        if (b->op == IR_char_code_OP) lower_guarded(b, state);
        result = INS(l, icmp, l->instr->arg, a, b);
    } else {
        bool first = is_text(l, left);
        result = lower_guarded(INS(l, same_text, one, first ? right : left, first ? left : right), state);
        if (l->instr->arg == NE) result = INS(l, not, 0, result);
    }
    replace_operands(l, 2, INS(l, mkbool, 0, result));
    return true;
}

bool lower_known_compare(Lowerer *l) {
    if (!lower_speculates(l) || l->depth < 2) return false;
    if (compare_parts(l) || compare_by_identity(l) || compare_text(l)) return true;
    Ins *left = top(l, 2), *right = top(l, 1), *result;
    Likely left_type = operands(l)->left, right_type = operands(l)->right;
    FrameState *state = lower_state_here(l);
    if (lower_is_char(l, left, left_type) && lower_is_char(l, right, right_type)) {
        Ins *a = lower_code_of(l, left, state), *b = lower_code_of(l, right, state);
        result = INS(l, icmp, l->instr->arg, a, b);
        replace_operands(l, 2, INS(l, mkbool, 0, result));
        return true;
    }
    return compare_order(l);
}

bool lower_quiet_compare(Lowerer *l) {
    if (!lower_speculates(l) || l->depth < 2 || (l->instr->arg != EQ && l->instr->arg != NE)) return false;
    if (l->instr->site != NULL) return false; /* a class that has its say was seen */
    FrameState *state = lower_state_here(l);
    Ins *right = lower_peek(l, 1), *left = lower_peek(l, 2);
    Ins *result = EMIT_CALL(l, rt_compare_quietly, left, right, K_INT(l, l->instr->arg));
    lower_guarded(INS(l, settled, 0, result), state);
    replace_operands(l, 2, INS(l, mkbool, 0, result));
    return true;
}

/* --- subscripts --- */

bool lower_is_hash_key(const Ins *key, Likely guess) {
    if (key->type != IR_OBJ && key->type != IR_I64) return false;
    return key->type == IR_I64 || key->op == IR_char_OP || guess == LIKELY_OTHER || guess == LIKELY_INT ||
           guess == LIKELY_WORD || guess == LIKELY_STR || guess == LIKELY_CHAR || guess == LIKELY_TUPLE ||
           guess == LIKELY_UNSEEN;
}

bool lower_key_parts(const Lowerer *l, const Ins *key, Ins *parts[3]) {
    if (key->op != IR_call_OP || key->imm != H_rt_build_tuple || key->block != l->block) return false;
    if (key->arg_count < 2 || key->arg_count > 3) return false;
    for (const Ins *ins = key->next; ins != NULL; ins = ins->next)
        if (ins->op == IR_stloc_OP && ins->args[0] == key) return false;
    parts[2] = NULL;
    for (int i = 0; i < key->arg_count; i++) parts[i] = key->args[i];
    return true;
}

Ins *lower_last_part(Lowerer *l, Ins *parts[3]) { return parts[2] != NULL ? parts[2] : K_NULL(l); }

void lower_note_found(Lowerer *l, const Ins *dict, const Ins *key, Ins *found) {
    l->found.dict = dict;
    l->found.key = key;
    l->found.hint = found;
}

static Ins *hint_for(Lowerer *l, const Ins *dict, const Ins *key) {
    bool same = l->found.hint != NULL && l->found.hint->block == l->block && l->found.dict == dict &&
                l->found.key == key;
    return same ? l->found.hint : K_INT(l, 0);
}

/* The item that a helper has found, or left where it cannot be said. */
static void give_item(Lowerer *l, Ins *container, Ins *key, Ins *found, FrameState *state) {
    lower_guarded(INS(l, settled, 0, found), state);
    lower_note_found(l, container, key, found);
    Ins *value = INS0(l, ldout, 0);
    value->nullable = false;
    replace_operands(l, 2, value);
}

/* Likewise where a KeyError is caught unseen: what a helper has found, or 0, and the raise is a jump. */
static void give_item_or_jump(Lowerer *l, Ins *container, Ins *key, Ins *found, FrameState *state) {
    lower_guarded(INS(l, settled, 0, found), state);
    Ins *value = INS0(l, ldout, 0);
    value->nullable = false;
    lower_unseen_unless(l, found, K_KNOWN(l, KeyError), key, 2, state);
    l->depth -= 2;
    lower_note_found(l, container, key, INS(l, ior, 0, found, K_INT(l, 0))); /* which holds here only */
    lower_push(l, value);
}

static bool dict_subscr(Lowerer *l, Ins *container, Likely key_type) {
    Ins *key = top(l, 1);
    if (!lower_is_hash_key(key, key_type)) return false;
    Ins *parts[3], *found;
    bool made = lower_key_parts(l, key, parts), jumps = !made && lower_may_catch(l, key);
    if (jumps) lower_leave_here(l); /* what is raised is an event */
    FrameState *state = lower_state_here(l);
    lower_guard_type(l, container, KNOWN_dict, state);
    if (jumps) {
        Ins *none = K_KNOWN(l, None);
        found = key->type == IR_I64 ? EMIT_CALL(l, rt_dict_get_int, container, key, none)
                                    : EMIT_CALL(l, rt_dict_get, container, key, none);
        give_item_or_jump(l, container, key, found, state);
        return true;
    }
    if (made)
        found = EMIT_CALL(l, rt_dict_item_parts, container, parts[0], parts[1], lower_last_part(l, parts),
                          K_INT(l, 0));
    else
        found = key->type == IR_I64 ? EMIT_CALL(l, rt_dict_item_int, container, key, K_INT(l, 0))
                                    : EMIT_CALL(l, rt_dict_item, container, key, K_INT(l, 0));
    give_item(l, container, key, found, state);
    return true;
}

/* Of a class that looks keys up as dict does, which the helper asks for. */
static bool dict_like_subscr(Lowerer *l, Ins *container, Likely key_type) {
    if (!lower_is_hash_key(top(l, 1), key_type)) return false;
    Ins *given = top(l, 1), *key = lower_peek(l, 1);
    FrameState *state = lower_state_here(l);
    Ins *found = EMIT_CALL(l, rt_dict_like_item, container, key);
    give_item(l, container, given, found, state);
    return true;
}

static bool dict_like_store(Lowerer *l, Likely key_type) {
    Ins *container = top(l, 2), *given = top(l, 1);
    if (!lower_is_hash_key(given, key_type) || container->type != IR_OBJ) return false;
    Ins *value = lower_peek(l, 3), *key = lower_peek(l, 1), *hint = hint_for(l, container, given);
    FrameState *state = lower_state_here(l);
    lower_guarded(INS(l, settled, 0, EMIT_CALL(l, rt_dict_like_set, container, key, value, hint)), state);
    l->depth -= 3;
    return true;
}

static bool dict_store(Lowerer *l, Likely key_type) {
    Ins *container = top(l, 2), *key = top(l, 1);
    if (!lower_is_hash_key(key, key_type) || container->type != IR_OBJ) return false;
    Ins *value = lower_peek(l, 3);
    FrameState *state = lower_state_here(l);
    lower_guard_type(l, container, KNOWN_dict, state);
    Ins *hint = hint_for(l, container, key), *parts[3], *done;
    if (lower_key_parts(l, key, parts))
        done = EMIT_CALL(l, rt_dict_set_parts, container, value, parts[0], parts[1],
                         lower_last_part(l, parts), hint);
    else
        done = key->type == IR_I64 ? EMIT_CALL(l, rt_dict_set_int, container, key, value, hint)
                                   : EMIT_CALL(l, rt_dict_set, container, key, value, hint);
    lower_guarded(INS(l, settled, 0, done), state);
    l->depth -= 3;
    return true;
}

/* MAP_ADD and SET_ADD, to a dict or set that lies so deep below what is added. */
bool lower_known_add(Lowerer *l) {
    bool map = l->instr->op == BC_MAP_ADD;
    int added = 1 + map, depth = added + l->instr->arg;
    if (!lower_speculates(l) || l->depth < depth || l->instr->arg < 1) return false;
    Ins *container = top(l, depth), *key = top(l, added);
    if (container->type != IR_OBJ || !lower_is_hash_key(key, map ? operands(l)->left : operands(l)->right))
        return false;
    Ins *last = lower_peek(l, 1);
    if (map && key->type != IR_I64) key = lower_peek(l, 2);
    FrameState *state = lower_state_here(l);
    lower_guard_type(l, container, map ? KNOWN_dict : KNOWN_set, state);
    Ins *done = !map                  ? EMIT_CALL(l, rt_set_put, container, last)
                : key->type == IR_I64 ? EMIT_CALL(l, rt_dict_set_int, container, key, last, K_INT(l, 0))
                                      : EMIT_CALL(l, rt_dict_set, container, key, last, K_INT(l, 0));
    lower_guarded(INS(l, settled, 0, done), state);
    l->depth -= added;
    return true;
}

/* Where a str, bytes or bytearray has the byte that an index means. */
typedef struct BytePlace {
    Ins *start, *index;
} BytePlace;

static BytePlace byte_place(Lowerer *l, Ins *container, Known type, Ins *index, FrameState *state) {
    if (type == KNOWN_str) lower_guarded(INS(l, latin_is, 0, container), state);
    Ins *count = lower_guarded(INS(l, length, type, container), state);
    Ins *counted = lower_guarded(INS(l, index, 0, index, count), state);
    return (BytePlace){INS(l, bytes_start, type, container), counted};
}

static BytePlace array_place(Lowerer *l, Ins *container, Likely type, Ins *index, FrameState *state) {
    Ins *address = K_FACT(l, OBJECT, (intptr_t)l->code->array_type);
    lower_guarded(INS(l, array_is, type == LIKELY_DOUBLES ? 'd' : 'i', container, address), state);
    Ins *counted = lower_guarded(INS(l, index, 0, index, INS(l, size, 0, container)), state);
    return (BytePlace){INS(l, array_start, 0, container), counted};
}

static Ins *array_item(Lowerer *l, Ins *container, Likely type, Ins *key, FrameState *state) {
    BytePlace place = array_place(l, container, type, lower_i64(l, key, state), state);
    return type == LIKELY_DOUBLES ? INS(l, array_f64, 0, container, place.start, place.index)
                                  : INS(l, array_i32, 0, container, place.start, place.index);
}

/* What an array of doubles takes for one: a float or an int. */
static bool array_store(Lowerer *l) {
    Ins *value = top(l, 3), *container = top(l, 2), *key = top(l, 1);
    const ConstInfo *info = lower_const_info(value);
    bool number =
        value->type != IR_OBJ ||
        (info != NULL ? info->type == LIKELY_INT || info->type == LIKELY_FLOAT
                      : !ir_is(value, OPF_CONST) && value->op != IR_mkbool_OP && value->op != IR_char_OP);
    if (!number || l->code->array_type == NULL) return false;
    FrameState *state = lower_state_here(l);
    bool object = value->type == IR_OBJ && info == NULL;
    Ins *real = object ? lower_guarded(INS(l, unbox_number, 0, value), state)
                       : lower_f64(l, value, LIKELY_FLOAT, state);
    BytePlace place = array_place(l, container, LIKELY_DOUBLES, lower_i64(l, key, state), state);
    INS(l, array_put_f64, 0, container, place.start, place.index, real);
    l->depth -= 3;
    return true;
}

static Ins *byte_item(Lowerer *l, Ins *container, Known type, Ins *key, FrameState *state) {
    BytePlace place = byte_place(l, container, type, lower_i64(l, key, state), state);
    return INS(l, byte_get, type, container, place.start, place.index);
}

bool lower_known_subscr(Lowerer *l) {
    if (!lower_speculates(l) || l->depth < 2) return false;
    Ins *container = top(l, 2), *key = top(l, 1), *item;
    Likely type = operands(l)->left, key_type = operands(l)->right;
    if (l->instr->feedback == FB_DICT) type = LIKELY_DICT;
    if (container->type != IR_OBJ || container->op == IR_null_OP) return false;
    if (type == LIKELY_DICT) return dict_subscr(l, container, key_type);
    if (type == LIKELY_DICT_LIKE) return dict_like_subscr(l, container, key_type);
    bool sure_int = lower_likely_int(l, key, key_type);
    bool maybe_int = sure_int || (key->type == IR_OBJ && !ir_is(key, OPF_CONST) && key_type == LIKELY_OTHER);
    if (!maybe_int) return false;
    FrameState *state = lower_state_here(l);
    switch (type) {
    case LIKELY_CHAR:
    case LIKELY_STR: item = INS(l, char, 0, byte_item(l, container, KNOWN_str, key, state)); break;
    case LIKELY_BYTES: item = byte_item(l, container, KNOWN_bytes, key, state); break;
    case LIKELY_BYTEARRAY: item = byte_item(l, container, KNOWN_bytearray, key, state); break;
    case LIKELY_DOUBLES:
    case LIKELY_C_INTS:
        if (l->code->array_type == NULL) return false;
        item = array_item(l, container, type, key, state);
        break;
    case LIKELY_LIST: item = lower_item(l, container, lower_i64(l, key, state), true, state); break;
    case LIKELY_TUPLE: item = lower_item(l, container, lower_i64(l, key, state), false, state); break;
    default: return false;
    }
    item->nullable = false;
    replace_operands(l, 2, item);
    return true;
}

bool lower_known_store_subscr(Lowerer *l) {
    if (!lower_speculates(l) || l->depth < 3) return false;
    Ins *value = top(l, 3), *container = top(l, 2), *key = top(l, 1);
    if (operands(l)->left == LIKELY_DICT || l->instr->feedback == FB_DICT)
        return dict_store(l, operands(l)->right);
    if (operands(l)->left == LIKELY_DICT_LIKE) return dict_like_store(l, operands(l)->right);
    Likely type = (Likely)operands(l)->left;
    if ((type != LIKELY_BYTEARRAY && type != LIKELY_DOUBLES) || container->type != IR_OBJ) return false;
    if (!lower_likely_int(l, key, operands(l)->right) &&
        (key->type != IR_OBJ || operands(l)->right != LIKELY_OTHER))
        return false;
    if (type == LIKELY_DOUBLES) return array_store(l);
    if (value->type == IR_F64 || value->op == IR_mkbool_OP ||
        (ir_is(value, OPF_CONST) && sure_type(l, value) != LIKELY_INT && value->op != IR_ki64_OP))
        return false;
    FrameState *state = lower_state_here(l);
    Ins *number = lower_i64(l, value, state), *index = lower_i64(l, key, state);
    BytePlace place = byte_place(l, container, KNOWN_bytearray, index, state);
    if (number->op != IR_ki64_OP || number->imm < 0 || number->imm > 255) {
        Ins *above = INS(l, iand, 0, number, K_INT(l, ~INT64_C(255)));
        lower_guarded(INS(l, guard, 0, INS(l, icmp, EQ, above, K_INT(l, 0))), state);
    }
    INS(l, byte_put, 0, container, place.start, place.index, number);
    l->depth -= 3;
    return true;
}

/* --- slices --- */

static bool is_none(const Lowerer *l, const Ins *value) {
    const ConstInfo *info = lower_const_info(value);
    return info != NULL && info->type == LIKELY_NONE;
}

static bool is_bound(const Lowerer *l, const Ins *value, Likely guess) {
    bool open = guess == LIKELY_OTHER && value->type == IR_OBJ && !ir_is(value, OPF_CONST) &&
                value->op != IR_mkbool_OP && value->op != IR_char_OP;
    return is_none(l, value) || open || lower_likely_int(l, value, guess);
}

/* Where a slice begins, ends, and by what it steps; step: NULL where it is not written. */
typedef struct Slice {
    Ins *start, *stop, *step;
} Slice;

/* The operands of a BUILD_SLICE, the last ones on the stack. What None stands for depends on the step's sign.
 */
static bool find_slice(const Lowerer *l, Slice *slice) {
    int count = l->instr->arg;
    Likely last = operands(l)->right, before = operands(l)->left;
    *slice = (Slice){top(l, count), top(l, count - 1), count == 3 ? top(l, 1) : NULL};
    if (slice->step == NULL) return is_bound(l, slice->start, before) && is_bound(l, slice->stop, last);
    if (is_none(l, slice->step)) slice->step = NULL;
    const ConstInfo *step = slice->step != NULL ? lower_const_info(slice->step) : NULL;
    bool sign_is_known = slice->step == NULL || (step != NULL && step->type == LIKELY_INT && step->integer);
    if (!sign_is_known && (step != NULL || is_none(l, slice->start) || is_none(l, slice->stop))) return false;
    return is_bound(l, slice->start, LIKELY_OTHER) && is_bound(l, slice->stop, before) &&
           (slice->step == NULL || is_bound(l, slice->step, last));
}

static Ins *bound(Lowerer *l, Ins *value, int64_t otherwise, FrameState *state) {
    return is_none(l, value) ? K_INT(l, otherwise) : lower_i64(l, value, state);
}

static void slice_numbers(Lowerer *l, Slice *slice, FrameState *state) {
    if (slice->step != NULL) slice->step = lower_i64(l, slice->step, state);
    bool down = slice->step != NULL && slice->step->op == IR_ki64_OP && slice->step->imm < 0;
    slice->start = bound(l, slice->start, down ? INT64_MAX : 0, state);
    slice->stop = bound(l, slice->stop, down ? INT64_MIN : INT64_MAX, state);
    if (slice->step != NULL && slice->step->op != IR_ki64_OP)
        lower_guarded(INS(l, guard, 0, INS(l, icmp, NE, slice->step, K_INT(l, 0))), state);
}

/* BUILD_SLICE and the store behind it. */
static bool store_slice(Lowerer *l, Slice *slice) {
    Ins *container = top(l, l->instr->arg + 1), *items = top(l, l->instr->arg + 2);
    if ((Likely)l->inference->operands[l->index + 1].left != LIKELY_LIST || slice->step != NULL) return false;
    if (container->type != IR_OBJ || items->type != IR_OBJ) return false;
    FrameState *state = lower_state_here(l);
    lower_guard_type(l, container, KNOWN_list, state);
    slice_numbers(l, slice, state);
    Ins *done = EMIT_CALL(l, rt_set_slice, container, slice->start, slice->stop, items);
    lower_guarded(INS(l, settled, 0, done), state);
    l->depth -= l->instr->arg + 2;
    l->index++;
    return true;
}

/* BUILD_SLICE and the subscript or the store behind it. */
bool lower_known_slice(Lowerer *l) {
    const Instr *next = lower_next(l);
    Slice slice;
    if (!lower_speculates(l) || l->depth < l->instr->arg + 1 || next == NULL ||
        next->flags & BC_NO_SPECULATION || !find_slice(l, &slice))
        return false;
    if (next->op == BC_STORE_SUBSCR && l->depth > l->instr->arg + 1) return store_slice(l, &slice);
    Ins *container = top(l, l->instr->arg + 1);
    Known type = lower_known_type((Likely)l->inference->operands[l->index + 1].left);
    if (next->op != BC_BINARY_SUBSCR || container->type != IR_OBJ || type == KNOWN_COUNT ||
        type == KNOWN_dict || type == KNOWN_set)
        return false;
    FrameState *state = lower_state_here(l);
    lower_guard_type(l, container, type, state);
    slice_numbers(l, &slice, state);
    Ins *given = slice.step == NULL
                     ? EMIT_CALL(l, rt_slice, container, slice.start, slice.stop)
                     : EMIT_CALL(l, rt_slice_by, container, slice.start, slice.stop, slice.step);
    replace_operands(l, l->instr->arg + 1, given);
    l->index++;
    return true;
}

/* --- operators --- */

static bool is_repeated(const Lowerer *l, const Ins *sequence, Likely type, const Ins *count,
                        Likely count_type) {
    Known known = lower_known_type(type);
    return sequence->type == IR_OBJ && known != KNOWN_COUNT && known != KNOWN_dict && known != KNOWN_set &&
           (lower_likely_int(l, count, count_type) || (count->type == IR_OBJ && count_type == LIKELY_OTHER));
}

/* A sequence times a number, on whichever side it stands. */
static bool known_repetition(Lowerer *l) {
    Likely type = operands(l)->left, count_type = operands(l)->right;
    int at = 2;
    if (l->instr->arg2) return false;
    if (!is_repeated(l, top(l, 2), type, top(l, 1), count_type)) {
        if (!is_repeated(l, top(l, 1), count_type, top(l, 2), type)) return false;
        at = 1;
        type = count_type;
    }
    Ins *sequence = lower_peek(l, at), *count = top(l, 3 - at);
    FrameState *state = lower_state_here(l);
    bool is_display = sequence->op == IR_call_OP && sequence->imm == H_rt_build_list;
    if (!is_display) lower_guard_type(l, sequence, lower_known_type(type), state);
    replace_operands(l, 2, EMIT_CALL(l, rt_repeat, sequence, lower_i64(l, count, state)));
    return true;
}

bool lower_known_binary(Lowerer *l) {
    if (!lower_speculates(l) || l->depth < 2) return false;
    if (l->instr->arg == BIN_MULTIPLY) return known_repetition(l);
    if (l->instr->arg != BIN_ADD) return false;
    Ins *left = top(l, 2), *right = top(l, 1);
    Likely left_type = operands(l)->left, right_type = operands(l)->right;
    if (left->type != IR_OBJ || right->type != IR_OBJ) return false;
    bool strings = lower_likely_str(l, left, left_type) && lower_likely_str(l, right, right_type);
    bool lists = (left_type == LIKELY_LIST || (left_type == LIKELY_OTHER && right_type == LIKELY_LIST)) &&
                 (right_type == LIKELY_LIST || right_type == LIKELY_OTHER) && !l->instr->arg2;
    if (!strings && !lists && l->instr->feedback != FB_STR) return false;
    FrameState *state = lower_state_here(l);
    Known type = lists ? KNOWN_list : KNOWN_str;
    lower_guard_type(l, left, type, state);
    lower_guard_type(l, right, type, state);
    replace_operands(
        l, 2, lists ? EMIT_CALL(l, rt_list_concat, left, right) : EMIT_CALL(l, rt_str_concat, left, right));
    return true;
}

Ins *lower_code_in(Lowerer *l, Ins *code, const uint64_t set[4]) {
    enum { LT = 0 };
    Ins *word = K_INT(l, (int64_t)set[3]);
    for (int i = 2; i >= 0; i--) {
        Ins *here = K_INT(l, (int64_t)set[i]);
        if (here != word)
            word = INS(l, iselect, 0, INS(l, icmp, LT, code, K_INT(l, (i + 1) * 64)), here, word);
    }
    return INS(l, bit, 0, word, code);
}

/* A character that is looked for in a constant. */
static bool char_in_constant(Lowerer *l, Ins *container, Ins *item, Likely item_type) {
    const ConstInfo *info = container->type == IR_OBJ ? lower_const_info(container) : NULL;
    if (info == NULL || !info->is_latin || !lower_is_char(l, item, item_type)) return false;
    Ins *found = lower_code_in(l, lower_code_of(l, item, lower_state_here(l)), info->characters);
    if (l->instr->arg) found = INS(l, not, 0, found);
    replace_operands(l, 2, INS(l, mkbool, 0, found));
    return true;
}

/* 1, 0 or -1, by the type of the container. */
static Ins *look_for(Lowerer *l, Ins *container, Ins *item, Likely type, FrameState *state) {
    if (lower_likely_str(l, container, type)) {
        lower_guard_type(l, container, KNOWN_str, state);
        lower_guard_type(l, item, KNOWN_str, state);
        return EMIT_CALL(l, rt_str_has, container, item);
    }
    if (type == LIKELY_DICT_LIKE) return EMIT_CALL(l, rt_dict_like_has, container, item);
    lower_guard_type(l, container, lower_known_type(type), state);
    Ins *parts[3];
    bool hashed = type == LIKELY_SET || type == LIKELY_DICT;
    if (hashed && lower_key_parts(l, item, parts)) {
        Ins *last = lower_last_part(l, parts);
        return type == LIKELY_SET ? EMIT_CALL(l, rt_set_has_parts, container, parts[0], parts[1], last)
                                  : EMIT_CALL(l, rt_dict_has_parts, container, parts[0], parts[1], last);
    }
    if (type == LIKELY_SET) return EMIT_CALL(l, rt_set_has, container, item);
    if (type != LIKELY_DICT) return EMIT_CALL(l, rt_sequence_has, container, item);
    return item->type == IR_I64 ? EMIT_CALL(l, rt_dict_has_int, container, item)
                                : EMIT_CALL(l, rt_dict_has, container, item);
}

static void push_found(Lowerer *l, Ins *found, FrameState *state) {
    lower_guarded(INS(l, settled, 0, found), state);
    bool hint = found->op == IR_call_OP && (found->imm == H_rt_dict_has || found->imm == H_rt_dict_has_int ||
                                            found->imm == H_rt_dict_has_parts);
    if (l->instr->arg) found = INS(l, not, 0, found);
    else if (hint) found = INS(l, icmp, 3 /* != */, found, K_INT(l, 0));
    replace_operands(l, 2, INS(l, mkbool, 0, found));
}

bool lower_known_contains(Lowerer *l) {
    if (!lower_speculates(l) || l->depth < 2) return false;
    Ins *container = top(l, 1), *item = top(l, 2);
    Likely type = operands(l)->right, item_type = operands(l)->left;
    if (char_in_constant(l, container, item, item_type)) return true;
    bool strings = lower_likely_str(l, container, type) && lower_likely_str(l, item, item_type);
    bool like = type == LIKELY_DICT_LIKE;
    bool hashed = (type == LIKELY_DICT || type == LIKELY_SET || like) && lower_is_hash_key(item, item_type);
    bool items = type == LIKELY_LIST || type == LIKELY_TUPLE;
    if (container->type != IR_OBJ || (!strings && !hashed && !items)) return false;
    if (type == LIKELY_SET || items || like) item = lower_peek(l, 2);
    FrameState *state = lower_state_here(l);
    push_found(l, look_for(l, container, item, type, state), state);
    return true;
}

/* Nothing says what the container is, and no class with a method of its own was met: most often of some
 * built-in type, and nobody's code runs. */
bool lower_quiet_contains(Lowerer *l) {
    if (!lower_speculates(l) || l->depth < 2 || top(l, 1)->type != IR_OBJ) return false;
    Likely type = operands(l)->right;
    if ((type != LIKELY_OTHER && type != LIKELY_UNSEEN) || l->instr->site != NULL) return false;
    Ins *container = lower_peek(l, 1), *item = lower_peek(l, 2);
    FrameState *state = lower_state_here(l);
    push_found(l, EMIT_CALL(l, rt_quiet_has, container, item), state);
    return true;
}
