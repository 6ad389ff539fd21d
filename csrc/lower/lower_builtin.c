/* Calls of built-in functions, types and methods that are known: done in line, or by a helper without the way
 * of a call. What the callable is, its site said when this was compiled; a guard asks whether it still is. */
#include "lower/lower.h"

typedef struct Call {
    Builtin builtin;
    Ins *callable, *self; /* self: of a method */
    Ins **args;
    int count;
    Likely types[2]; /* of the two last arguments, the last one first */
    const Site *site;
    FrameState *state;
} Call;

/* The methods and the objects that emitted code names. */
static const struct {
    uint8_t builtin, known;
} METHODS[] = {
#define METHOD(type, name, result, quiet) {BI_##type##_##name, KNOWN_##type##_##name},
#include "bytecode/builtins.def"
};
enum { METHOD_COUNT = sizeof(METHODS) / sizeof(METHODS[0]) };

/* LOAD_METHOD of an object whose exact type is guarded: built-in types never change. */
bool lower_known_method(Lowerer *l) {
    if (!lower_speculates(l) || l->depth < 1) return false;
    Ins *owner = l->stack[l->depth - 1];
    Likely type = lower_likely_of((IrType)owner->type);
    if (owner->type == IR_OBJ) type = (Likely)l->inference->operands[l->index].right;
    Builtin method = bc_method(type, l->code->name_ids[l->instr->arg]);
    int row = 0;
    while (row < METHOD_COUNT && METHODS[row].builtin != method) row++;
    if (method == BI_NONE || row == METHOD_COUNT) return false;
    if (owner->type == IR_OBJ && type == LIKELY_INT) owner = lower_i64(l, owner, lower_state_here(l));
    else if (owner->type == IR_OBJ) lower_guard_type(l, owner, lower_exact_type(type), lower_state_here(l));
    l->depth--;
    lower_push(l, lower_const(l, IR_known_OP, METHODS[row].known));
    lower_push(l, owner);
    return true;
}

Ins *lower_named_method(Lowerer *l, Builtin builtin) {
    for (int i = 0; i < METHOD_COUNT; i++)
        if (METHODS[i].builtin == builtin) return lower_const(l, IR_known_OP, METHODS[i].known);
    return NULL;
}

const CCode *lower_method_code(const Lowerer *l, const Ins *method, Builtin *builtin) {
    if (method->op != IR_known_OP || l->code->methods == NULL) return NULL;
    for (int i = 0; i < METHOD_COUNT; i++) {
        if (METHODS[i].known != method->imm) continue;
        *builtin = (Builtin)METHODS[i].builtin;
        return &l->code->methods[*builtin];
    }
    return NULL;
}

/* Of what two operands that a call begins with lead to. */
static bool find_callable(Call *call, Ins **operands) {
    Ins *method = operands[0], *second = operands[1];
    call->callable = second;
    const Site *site = lower_site(method);
    if (site != NULL && site->kind == SITE_METHOD) {
        call->builtin = (Builtin)site->builtin;
        call->self = second;
    } else if (method->op == IR_known_OP) {
        for (int i = 0; i < METHOD_COUNT; i++)
            if (METHODS[i].known == method->imm) call->builtin = (Builtin)METHODS[i].builtin;
        call->self = second;
    } else if (method->op == IR_null_OP && lower_site(second) != NULL) {
        call->site = lower_site(second);
        call->builtin = (Builtin)call->site->builtin;
    }
    return call->builtin != BI_NONE;
}

static bool find_builtin(Lowerer *l, Call *call) {
    int count = l->instr->arg;
    if (!lower_speculates(l) || l->instr->arg2 >= 0 || l->depth < count + 2) return false;
    const OperandTypes *types = &l->inference->operands[l->index];
    *call = (Call){.args = &l->stack[l->depth - count],
                   .count = count,
                   .types = {(Likely)types->right, (Likely)types->left}};
    return find_callable(call, call->args - 2);
}

/* The argument at a place, counted from the last. */
static Ins *last(const Call *call, int from_last) { return call->args[call->count - 1 - from_last]; }

/* The types and the objects that emitted code names. */
static const struct {
    uint8_t builtin, known;
} TYPES[] = {{BI_type_int, KNOWN_int},
             {BI_type_float, KNOWN_float},
             {BI_type_bool, KNOWN_bool},
             {BI_type_str, KNOWN_str},
             {BI_type_list, KNOWN_list},
             {BI_type_tuple, KNOWN_tuple},
             {BI_type_set, KNOWN_set},
             {BI_type_dict, KNOWN_dict},
             {BI_type_bytes, KNOWN_bytes},
             {BI_type_bytearray, KNOWN_bytearray},
             {BI_type_reversed, KNOWN_reversed},
             {BI_type_type, KNOWN_type},
             {BI_type_enumerate, KNOWN_enumerate},
             {BI_type_zip, KNOWN_zip},
             {BI_type_frozenset, KNOWN_frozenset}};
enum { TYPE_COUNT = sizeof(TYPES) / sizeof(TYPES[0]) };

static int type_row(Builtin builtin) {
    int row = 0;
    while (row < TYPE_COUNT && TYPES[row].builtin != builtin) row++;
    return row;
}

static void guard_same(Lowerer *l, const Call *call) {
    if (call->self != NULL) return;
    if (call->site->definition != NULL) {
        lower_guarded(INS(l, is_function, 0, call->callable, K_FACT(l, OBJECT, call->site->definition)),
                      call->state);
        return;
    }
    Known type = TYPES[type_row(call->builtin)].known;
    Ins *same = INS(l, is, 0, call->callable, lower_const(l, IR_known_OP, type));
    lower_guarded(INS(l, guard, 0, same), call->state);
}

/* How many levels of recursion such a call is to the interpreter: none where it takes an array or is of a
 * type, nor where it has an instruction of its own; comparing is one more. */
static int levels_of(const Lowerer *l, const Call *call) {
    if (call->builtin == BI_builtins_len || call->builtin == BI_list_append) return 0;
    if (call->builtin == BI_builtins_min || call->builtin == BI_builtins_max) return 2;
    if (call->self == NULL)
        return call->site->definition != NULL && !ir_takes_array(call->site->c_code.convention);
    return l->code->methods != NULL && !ir_takes_array(l->code->methods[call->builtin].convention);
}

/* Is the callable what it was, and is there room for it? Taken before everything else that the call does. */
static void guard_callable(Lowerer *l, Call *call) {
    call->state = lower_state_here(l);
    guard_same(l, call);
    int levels = levels_of(l, call);
    if (levels > 0) lower_guard_room(l, levels, call->state);
}

Builtin lower_builtin_at(Ins **operands) {
    Call call = {0};
    return find_callable(&call, operands) ? call.builtin : BI_NONE;
}

void lower_guard_builtin(Lowerer *l, Ins **operands) {
    Call call = {0};
    if (find_callable(&call, operands)) guard_callable(l, &call);
}

static bool is_number(const Lowerer *l, const Ins *value, Likely guess, Likely wanted) {
    if (value->type != IR_OBJ) return value->type == (wanted == LIKELY_INT ? IR_I64 : IR_F64);
    if (lower_const_info(value) != NULL) return lower_const_info(value)->type == wanted;
    return guess == wanted && value->op != IR_mkbool_OP && value->op != IR_char_OP;
}

static Ins *as_float(Lowerer *l, Call *call, Ins *value, Likely guess) {
    bool integer = lower_likely_int(l, value, guess);
    return lower_f64(l, value, integer ? LIKELY_INT : LIKELY_FLOAT, call->state);
}

/* May the argument be a float or an int for all that is known? */
static bool may_be_number(const Lowerer *l, const Ins *value, Likely guess) {
    if (value->type != IR_OBJ) return true;
    if (lower_const_info(value) != NULL) guess = (Likely)lower_const_info(value)->type;
    else if (ir_is(value, OPF_CONST) || value->op == IR_mkbool_OP || value->op == IR_char_OP) return false;
    return guess == LIKELY_INT || guess == LIKELY_FLOAT ||
           (guess == LIKELY_OTHER && value->op != IR_const_OP);
}

/* --- one function for each family; NULL: the general way --- */

static Ins *call_len(Lowerer *l, Call *call) {
    Ins *object = last(call, 0);
    Known type = lower_known_type(call->types[0]);
    if (object->type != IR_OBJ) return NULL;
    guard_callable(l, call);
    if (type == KNOWN_COUNT) return EMIT_CALL(l, rt_size, object);
    return lower_guarded(INS(l, length, type, object), call->state);
}

static Ins *call_ord(Lowerer *l, Call *call) {
    Ins *character = last(call, 0);
    bool sure = lower_likely_str(l, character, call->types[0]);
    if (!sure && (call->types[0] != LIKELY_OTHER || character->type != IR_OBJ || ir_is(character, OPF_CONST)))
        return NULL;
    guard_callable(l, call);
    if (character->op == IR_char_OP) return character->args[0];
    return lower_guarded(INS(l, code_of, 0, character), call->state);
}

static Ins *call_chr(Lowerer *l, Call *call) {
    Ins *value = last(call, 0);
    if (!lower_likely_int(l, value, call->types[0])) return NULL;
    guard_callable(l, call);
    Ins *code = lower_i64(l, value, call->state);
    lower_guarded(INS(l, guard, 0, INS(l, icmp, 5 /* >= */, code, K_INT(l, 0))), call->state);
    lower_guarded(INS(l, guard, 0, INS(l, icmp, 0 /* < */, code, K_INT(l, 256))), call->state);
    return INS(l, char, 0, code);
}

Ins *lower_settled_result(Lowerer *l, Ins *found, FrameState *state) {
    lower_guarded(INS(l, settled, 0, found), state);
    Ins *result = INS0(l, ldout, 0);
    result->nullable = false;
    return result;
}

/* abs, int and float of what may be any number, or a str: a helper's, which runs no code. */
static Ins *call_of_any_number(Lowerer *l, Call *call) {
    Ins *value = last(call, 0);
    bool open = value->type == IR_OBJ && !ir_is(value, OPF_CONST) && value->op != IR_mkbool_OP,
         text = lower_likely_str(l, value, call->types[0]) && call->builtin != BI_builtins_abs;
    if (!open || (call->types[0] != LIKELY_OTHER && !text)) return NULL;
    guard_callable(l, call);
    Ins *found = call->builtin == BI_builtins_abs ? EMIT_CALL(l, rt_abs_of, value)
                 : call->builtin == BI_type_int   ? EMIT_CALL(l, rt_int_of, value)
                                                  : EMIT_CALL(l, rt_float_of, value);
    return lower_settled_result(l, found, call->state);
}

static Ins *call_abs(Lowerer *l, Call *call) {
    Ins *value = last(call, 0);
    if (is_number(l, value, call->types[0], LIKELY_FLOAT)) {
        guard_callable(l, call);
        return INS(l, fabs, 0, lower_f64(l, value, LIKELY_FLOAT, call->state));
    }
    if (!is_number(l, value, call->types[0], LIKELY_INT)) return call_of_any_number(l, call);
    guard_callable(l, call);
    Ins *number = lower_i64(l, value, call->state), *zero = K_INT(l, 0);
    Ins *negated = lower_guarded(INS(l, ineg, 0, number), call->state);
    return INS(l, iselect, 0, INS(l, icmp, 0 /* < */, number, zero), negated, number);
}

static Likely guess_of(const Lowerer *l, const Call *call, int i) {
    const OperandTypes *types = &l->inference->operands[l->index];
    int from_last = call->count - 1 - i;
    return from_last < 2               ? call->types[from_last]
           : i < types->argument_count ? (Likely)types->arguments[i]
                                       : LIKELY_OTHER;
}

/* What numbers all arguments are, of some of which nothing else is known. LIKELY_OTHER: not of one kind. */
static Likely number_of_all(const Lowerer *l, const Call *call) {
    Likely all = LIKELY_OTHER;
    for (int i = 0; i < call->count; i++) {
        const Ins *value = call->args[i];
        Likely guess = guess_of(l, call, i);
        Likely type = is_number(l, value, guess, LIKELY_INT)     ? LIKELY_INT
                      : is_number(l, value, guess, LIKELY_FLOAT) ? LIKELY_FLOAT
                                                                 : LIKELY_OTHER;
        bool open = call->count > 2 && value->type == IR_OBJ && !ir_is(value, OPF_CONST) &&
                    value->op != IR_mkbool_OP && value->op != IR_char_OP && guess == LIKELY_OTHER;
        if (type == LIKELY_OTHER ? !open : all != LIKELY_OTHER && all != type) return LIKELY_OTHER;
        if (type != LIKELY_OTHER) all = type;
    }
    return all;
}

/* Has nobody an object for a number yet, or all the same one: is it computed here, or a constant int? */
static bool is_of_nobody(const Ins *value) {
    const ConstInfo *constant = lower_const_info(value);
    if (constant != NULL) return constant->type == LIKELY_INT;
    switch (value->op) {
    case IR_ki64_OP:
    case IR_iadd_OP:
    case IR_iadd_wrap_OP:
    case IR_isub_OP:
    case IR_isub_wrap_OP:
    case IR_imul_OP:
    case IR_imul_wrap_OP:
    case IR_ifloordiv_OP:
    case IR_imod_OP:
    case IR_fadd_OP:
    case IR_fsub_OP:
    case IR_fmul_OP:
    case IR_fdiv_OP: return true;
    default: return false;
    }
}

/* Is it a number or a str, for all that is known? */
static bool may_have_order(const Lowerer *l, const Ins *value, Likely guess) {
    const ConstInfo *info = lower_const_info(value);
    if (value->type != IR_OBJ || lower_likely_str(l, value, guess)) return true;
    if (info != NULL) return info->type == LIKELY_INT || info->type == LIKELY_FLOAT;
    if (ir_is(value, OPF_CONST) || value->op == IR_mkbool_OP) return false;
    return guess == LIKELY_INT || guess == LIKELY_FLOAT || guess == LIKELY_NUMBER || guess == LIKELY_MIXED ||
           guess == LIKELY_BIG || (guess == LIKELY_OTHER && lower_hinted(l, value) == 0);
}

/* Of what nothing is known, or not the same of all: a helper compares, which runs no code. */
static Ins *extreme_of_any(Lowerer *l, Call *call) {
    for (int i = 0; i < call->count; i++)
        if (!may_have_order(l, call->args[i], guess_of(l, call, i))) return NULL;
    guard_callable(l, call);
    Ins *best = lower_object(l, call->args[0]), *greatest = K_INT(l, call->builtin == BI_builtins_max);
    for (int i = 1; i < call->count; i++) {
        Ins *found = EMIT_CALL(l, rt_extreme_of_two, best, lower_object(l, call->args[i]), greatest);
        best = lower_settled_result(l, found, call->state);
    }
    return best;
}

/* Of equal ones the first, as CPython has it: another must be truly less, or greater. Of objects the result
 * is one of them; of several numbers that came as objects, some of which are none any more, CPython says. */
static Ins *call_min_max(Lowerer *l, Call *call) {
    int compare = call->builtin == BI_builtins_min ? 0 : 4; /* another < best, another > best */
    Likely type = number_of_all(l, call);
    bool objects = true, integers = type == LIKELY_INT;
    if (type == LIKELY_OTHER) return extreme_of_any(l, call);
    for (int i = 0; i < call->count; i++) objects &= lower_has_object(l, call->args[i]);
    for (int i = 0; i < call->count && call->count > 2 && !objects; i++)
        if (!is_of_nobody(call->args[i])) return NULL;
    guard_callable(l, call);
    Ins *object = call->args[0], *best = NULL;
    for (int i = 0; i < call->count; i++) {
        Ins *given = call->args[i];
        Ins *number = integers ? lower_i64(l, given, call->state) : lower_f64(l, given, type, call->state);
        if (best == NULL) {
            best = number;
            continue;
        }
        Ins *choice = integers ? INS(l, icmp, compare, number, best) : INS(l, fcmp, compare, number, best);
        if (objects) object = INS(l, oselect, 0, choice, lower_object(l, given), lower_object(l, object));
        if (objects && i + 1 == call->count) return object;
        best = integers ? INS(l, iselect, 0, choice, number, best) : INS(l, fselect, 0, choice, number, best);
    }
    return best;
}

/* bit_length and bit_count. */
static Ins *call_bits(Lowerer *l, Call *call) {
    if (call->self->type != IR_I64) return NULL;
    guard_callable(l, call);
    return call->builtin == BI_int_bit_length ? EMIT_CALL(l, rt_bit_length, call->self)
                                              : EMIT_CALL(l, rt_bit_count, call->self);
}

/* The tuple is not made where it is taken apart at once. */
static Ins *call_divmod(Lowerer *l, Call *call) {
    Ins *first = last(call, 1), *second = last(call, 0);
    if (!lower_likely_int(l, first, call->types[1]) || !lower_likely_int(l, second, call->types[0]))
        return NULL;
    guard_callable(l, call);
    Ins *a = lower_i64(l, first, call->state), *b = lower_i64(l, second, call->state);
    Ins *quotient = lower_guarded(INS(l, ifloordiv, 0, a, b), call->state);
    Ins *rest = lower_guarded(INS(l, imod, 0, a, b), call->state);
    return EMIT_CALL(l, rt_build_tuple, lower_object(l, quotient), lower_object(l, rest));
}

/* The type that a value is of for sure. */
static Known sure_type(const Ins *value) {
    if (value->type == IR_I64 || value->type == IR_U64 || value->type == IR_WIDE) return KNOWN_int;
    if (value->type == IR_F64) return KNOWN_float;
    if (value->op != IR_call_OP) return KNOWN_COUNT;
    return value->imm == H_rt_build_tuple  ? KNOWN_tuple
           : value->imm == H_rt_build_list ? KNOWN_list
                                           : KNOWN_COUNT;
}

/* -1: it cannot be said. */
static int is_surely_instance(const Ins *object, const Ins *class) {
    Known type = sure_type(object);
    int row = lower_site(class) != NULL ? type_row((Builtin)lower_site(class)->builtin) : TYPE_COUNT;
    if (type == KNOWN_COUNT || row == TYPE_COUNT) return -1;
    return TYPES[row].known == type;
}

static Ins *call_isinstance(Lowerer *l, Call *call) {
    Ins *object = last(call, 1), *type = last(call, 0);
    if (type->type != IR_OBJ) return NULL;
    int truth = is_surely_instance(object, type);
    if (truth < 0) object = lower_object(l, object);
    guard_callable(l, call);
    if (truth >= 0) {
        int row = type_row((Builtin)lower_site(type)->builtin);
        Ins *same = INS(l, is, 0, type, lower_const(l, IR_known_OP, TYPES[row].known));
        lower_guarded(INS(l, guard, 0, same), call->state);
        return INS(l, mkbool, 0, K_INT(l, truth));
    }
    if (lower_is_made_tuple(type)) {
        Ins *found = K_INT(l, 0);
        for (int i = 0; i < type->arg_count; i++)
            found = EMIT_CALL(l, rt_is_or_isinstance, object, type->args[i], found);
        lower_guarded(INS(l, settled, 0, found), call->state);
        return INS(l, mkbool, 0, found);
    }
    Ins *found = EMIT_CALL(l, rt_is_or_isinstance, object, type, K_INT(l, 0));
    lower_guarded(INS(l, settled, 0, found), call->state);
    return INS(l, mkbool, 0, found);
}

/* The argument itself, of the type that the result has. Its type is asked even if nobody uses the result. */
static Ins *call_unchanged(Lowerer *l, Call *call, Ins *value, Known type) {
    if (value->type == IR_OBJ) lower_guarded(INS(l, is_type, type, value), call->state);
    return value;
}

static Ins *call_number_type(Lowerer *l, Call *call) {
    Ins *value = last(call, 0);
    bool real = is_number(l, value, call->types[0], LIKELY_FLOAT),
         integer = is_number(l, value, call->types[0], LIKELY_INT);
    if (!real && !integer) return call_of_any_number(l, call);
    guard_callable(l, call);
    if (value->type == IR_OBJ && integer == (call->builtin == BI_type_int))
        return call_unchanged(l, call, value, integer ? KNOWN_int : KNOWN_float);
    if (call->builtin == BI_type_float) return as_float(l, call, value, integer ? LIKELY_INT : LIKELY_FLOAT);
    if (integer) return value;
    return lower_guarded(INS(l, f2i, 0, lower_f64(l, value, LIKELY_FLOAT, call->state)), call->state);
}

/* operator.index: of an int itself. */
static Ins *call_index(Lowerer *l, Call *call) {
    Ins *value = last(call, 0);
    if (!is_number(l, value, call->types[0], LIKELY_INT)) return NULL;
    guard_callable(l, call);
    return call_unchanged(l, call, value, KNOWN_int);
}

/* Is nothing known of a value, not even that it is of some class? */
static bool may_be_plain(const Lowerer *l, const Ins *value, Likely type) {
    return type == LIKELY_OTHER && value->type == IR_OBJ && !ir_is(value, OPF_CONST) &&
           lower_hinted(l, value) == 0;
}

static Ins *call_str(Lowerer *l, Call *call) {
    Ins *value = last(call, 0);
    bool integer = lower_likely_int(l, value, call->types[0]);
    Likely type = call->types[0];
    bool plain = type == LIKELY_FLOAT || type == LIKELY_BOOL || type == LIKELY_NONE || type == LIKELY_STR ||
                 type == LIKELY_CHAR || may_be_plain(l, value, type);
    if (!integer && !plain) return NULL;
    if (!integer) value = lower_object(l, value);
    guard_callable(l, call);
    Ins *found = integer ? EMIT_CALL(l, rt_str_of_int, lower_i64(l, value, call->state))
                         : EMIT_CALL(l, rt_str_of, value);
    return lower_settled_result(l, found, call->state);
}

static Ins *call_type(Lowerer *l, Call *call) {
    Ins *object = call->args[0] = lower_object(l, last(call, 0));
    guard_callable(l, call);
    return EMIT_CALL(l, rt_type_of, object);
}

/* A field of an f-string that has no format: of an int, or of a str as it is. */
bool lower_known_format(Lowerer *l) {
    enum { CONVERSION = 3, REPR = 2, ASCII = 3, HAS_FORMAT = 4 };
    int conversion = l->instr->arg & CONVERSION;
    if (!lower_speculates(l) || l->depth < 1 || l->instr->arg & HAS_FORMAT) return false;
    Ins *value = l->stack[l->depth - 1];
    Likely type = (Likely)l->inference->operands[l->index].right;
    bool integer = lower_likely_int(l, value, type),
         text = lower_likely_str(l, value, type) && conversion != REPR && conversion != ASCII;
    bool plain = conversion != REPR && conversion != ASCII && may_be_plain(l, value, type);
    if (!integer && !text && !plain) return false;
    FrameState *state = lower_state_here(l);
    if (plain && !integer && !text) value = lower_settled_result(l, EMIT_CALL(l, rt_str_of, value), state);
    else if (integer)
        value = lower_settled_result(l, EMIT_CALL(l, rt_str_of_int, lower_i64(l, value, state)), state);
    else lower_guard_type(l, value, KNOWN_str, state);
    l->depth--;
    lower_push(l, value);
    return true;
}

/* One that has a format, which is a text: of a number or a str. */
bool lower_plain_format(Lowerer *l) {
    enum { HAS_FORMAT_ONLY = 4 };
    if (!lower_speculates(l) || l->depth < 2 || l->instr->arg != HAS_FORMAT_ONLY) return false;
    if (lower_hinted(l, l->stack[l->depth - 2]) != 0) return false;
    Ins *value = lower_peek(l, 2), *spec = lower_peek(l, 1);
    FrameState *state = lower_state_here(l);
    Ins *text = lower_settled_result(l, EMIT_CALL(l, rt_format_plain, value, spec), state);
    l->depth -= 2;
    lower_push(l, text);
    return true;
}

/* A constant text % values: a tuple that is made for it is not needed. */
bool lower_percent(Lowerer *l) {
    if (l->instr->arg != BIN_REMAINDER || l->depth < 2) return false;
    Ins *left = l->stack[l->depth - 2], *right = lower_peek(l, 1);
    if (left->op != IR_const_OP || !lower_likely_str(l, left, LIKELY_OTHER)) return false;
    bool tuple = right->op == IR_call_OP && right->imm == H_rt_build_tuple;
    int count = tuple ? right->arg_count : 1;
    Ins **args = arena_array(&l->cx->arena, Ins *, count + 1), *text;
    bool plain = lower_speculates(l);
    args[0] = left;
    for (int i = 0; i < count; i++) {
        args[i + 1] = tuple ? right->args[i] : right;
        plain &= lower_hinted(l, args[i + 1]) == 0;
    }
    Helper helper = tuple ? (plain ? H_rt_percent_plain : H_rt_percent)
                          : (plain ? H_rt_percent_plain_one : H_rt_percent_one);
    FrameState *state = plain ? lower_state_here(l) : NULL;
    if (!plain) l->depth -= 2;
    text = lower_call(l, helper, count + 1, args);
    if (plain) {
        text = lower_settled_result(l, text, state);
        l->depth -= 2;
    }
    lower_push(l, text);
    return true;
}

static Ins *call_bool(Lowerer *l, Call *call) {
    guard_callable(l, call);
    return INS(l, mkbool, 0, lower_truth(l, last(call, 0), call->state));
}

static Helper math_helper(Builtin builtin) {
    switch (builtin) {
    case BI_math_sqrt: return H_rt_sqrt;
    case BI_math_sin: return H_rt_sin;
    case BI_math_cos: return H_rt_cos;
    case BI_math_tan: return H_rt_tan;
    case BI_math_atan: return H_rt_atan;
    case BI_math_exp: return H_rt_exp;
    case BI_math_floor: return H_rt_floor;
    case BI_math_ceil: return H_rt_ceil;
    default: return H_rt_log;
    }
}

static Ins *call_math(Lowerer *l, Call *call) {
    Ins *value = last(call, 0);
    bool rounds = call->builtin == BI_math_floor || call->builtin == BI_math_ceil;
    if (!may_be_number(l, value, call->types[0])) return NULL;
    guard_callable(l, call);
    bool word = value->type == IR_U64 || value->type == IR_WIDE;
    if (rounds && (word || lower_likely_int(l, value, call->types[0])))
        return call_unchanged(l, call, value, KNOWN_int);
    Ins *number = as_float(l, call, value, call->types[0]);
    if (call->builtin == BI_math_fabs) return INS(l, fabs, 0, number);
    Ins *result = lower_guarded(INS(l, fmath, math_helper(call->builtin), number), call->state);
    return rounds ? lower_guarded(INS(l, f2i, 0, result), call->state) : result;
}

static Ins *call_list_append(Lowerer *l, Call *call) {
    Ins *value = lower_object(l, last(call, 0));
    EMIT_CALL(l, rt_list_append, call->self, value);
    return K_KNOWN(l, None);
}

static Ins *call_list_pop(Lowerer *l, Call *call) {
    guard_callable(l, call);
    return lower_settled_result(l, EMIT_CALL(l, rt_list_pop, call->self), call->state);
}

/* get, setdefault and pop: the key, and what is given where it is not there. */
static Ins *call_dict_item(Lowerer *l, Call *call) {
    Ins *key = call->args[0], *found;
    if (!lower_is_hash_key(key, call->types[call->count - 1])) return NULL;
    if (call->count == 2) call->args[1] = lower_object(l, call->args[1]);
    Ins *otherwise = call->count == 2               ? call->args[1]
                     : call->builtin == BI_dict_pop ? K_NULL(l)
                                                    : K_KNOWN(l, None);
    Ins *parts[3];
    if (call->builtin == BI_dict_get && lower_key_parts(l, key, parts)) {
        guard_callable(l, call);
        found = EMIT_CALL(l, rt_dict_get_parts, call->self, otherwise, parts[0], parts[1],
                          lower_last_part(l, parts));
    } else if (call->builtin == BI_dict_get && key->type == IR_I64) {
        guard_callable(l, call);
        found = EMIT_CALL(l, rt_dict_get_int, call->self, key, otherwise);
    } else {
        call->args[0] = lower_object(l, key);
        guard_callable(l, call);
        found = call->builtin == BI_dict_get ? EMIT_CALL(l, rt_dict_get, call->self, call->args[0], otherwise)
                : call->builtin == BI_dict_pop
                    ? EMIT_CALL(l, rt_dict_pop, call->self, call->args[0], otherwise)
                    : EMIT_CALL(l, rt_dict_setdefault, call->self, call->args[0], otherwise);
    }
    Ins *result = lower_settled_result(l, found, call->state);
    if (call->builtin == BI_dict_get) lower_note_found(l, call->self, key, found);
    return result;
}

static Ins *call_set_change(Lowerer *l, Call *call) {
    if (!lower_is_hash_key(call->args[0], call->types[0])) return NULL;
    call->args[0] = lower_object(l, call->args[0]);
    guard_callable(l, call);
    Ins *parts[3], *done;
    bool add = call->builtin == BI_set_add;
    if (lower_key_parts(l, call->args[0], parts)) {
        Ins *last = lower_last_part(l, parts);
        done = add ? EMIT_CALL(l, rt_set_put_parts, call->self, parts[0], parts[1], last)
                   : EMIT_CALL(l, rt_set_discard_parts, call->self, parts[0], parts[1], last);
    } else {
        done = add ? EMIT_CALL(l, rt_set_put, call->self, call->args[0])
                   : EMIT_CALL(l, rt_set_discard, call->self, call->args[0]);
    }
    lower_guarded(INS(l, settled, 0, done), call->state);
    return K_KNOWN(l, None);
}

/* The characters below 256 for which a method of str says yes. */
static const struct {
    uint8_t builtin;
    uint64_t characters[4];
} KINDS[] = {
    {BI_str_isdigit, {0x3ff000000000000, 0x0, 0x20c000000000000, 0x0}},
    {BI_str_isalpha, {0x0, 0x7fffffe07fffffe, 0x420040000000000, 0xff7fffffff7fffff}},
    {BI_str_isalnum, {0x3ff000000000000, 0x7fffffe07fffffe, 0x762c040000000000, 0xff7fffffff7fffff}},
    {BI_str_isspace, {0x1f0003e00, 0x0, 0x100000020, 0x0}},
    {BI_str_isupper, {0x0, 0x7fffffe, 0x0, 0x7f7fffff}},
    {BI_str_islower, {0x0, 0x7fffffe00000000, 0x420040000000000, 0xff7fffff80000000}},
};

static Ins *call_str_kind(Lowerer *l, Call *call) {
    size_t row = 0;
    while (KINDS[row].builtin != call->builtin) row++;
    if (!lower_is_char(l, call->self, call->types[0])) return NULL;
    guard_callable(l, call);
    return INS(l, mkbool, 0,
               lower_code_in(l, lower_code_of(l, call->self, call->state), KINDS[row].characters));
}

/* Does a str begin, from a place on, or end with another? */
static Ins *call_str_affix(Lowerer *l, Call *call) {
    bool end = call->builtin == BI_str_endswith;
    Ins *affix = call->args[0], *from = call->count == 2 ? last(call, 0) : K_INT(l, 0);
    if (!lower_likely_str(l, affix, call->types[call->count - 1])) return NULL;
    bool maybe_int = from->type == IR_OBJ && !ir_is(from, OPF_CONST) && call->types[0] == LIKELY_OTHER;
    if (call->count == 2 && !maybe_int && !lower_likely_int(l, from, call->types[0])) return NULL;
    guard_callable(l, call);
    lower_guard_type(l, affix, KNOWN_str, call->state);
    from = lower_i64(l, from, call->state);
    Ins *found = EMIT_CALL(l, rt_str_affix, call->self, affix, from, K_INT(l, end));
    lower_guarded(INS(l, settled, 0, found), call->state);
    return INS(l, mkbool, 0, found);
}

/* find, rfind, index and count of the whole text. */
static Ins *call_str_find(Lowerer *l, Call *call) {
    Ins *part = call->args[0];
    bool counts = call->builtin == BI_str_count, index = call->builtin == BI_str_index;
    if (!lower_likely_str(l, part, call->types[0])) return NULL;
    guard_callable(l, call);
    lower_guard_type(l, part, KNOWN_str, call->state);
    Ins *found = counts
                     ? EMIT_CALL(l, rt_str_count, call->self, part)
                     : EMIT_CALL(l, rt_str_find, call->self, part, K_INT(l, call->builtin == BI_str_rfind));
    enum { GE = 5 };
    Ins *least = K_INT(l, counts || index ? 0 : -1); /* what is not there is an error to index */
    lower_guarded(INS(l, guard, 0, INS(l, icmp, GE, found, least)), call->state);
    return found;
}

static Ins *call_str_format(Lowerer *l, Call *call) {
    Ins **args = arena_array(&l->cx->arena, Ins *, call->count + 1);
    args[0] = call->self;
    for (int i = 0; i < call->count; i++) args[i + 1] = call->args[i] = lower_object(l, call->args[i]);
    guard_callable(l, call);
    return lower_call(l, H_rt_str_format, call->count + 1, args);
}

/* getattr, hasattr, setattr: a constant name has a cache of its own. */
static Ins *call_attr(Lowerer *l, Call *call) {
    Ins *owner = call->args[0], *name = call->args[1];
    bool constant = name->op == IR_const_OP;
    if (owner->type != IR_OBJ ||
        !lower_likely_str(l, name, call->count == 2 ? call->types[0] : call->types[1]))
        return NULL;
    Ins *third = call->count == 3 ? call->args[2] = lower_object(l, call->args[2]) : K_NULL(l);
    guard_callable(l, call);
    lower_guard_type(l, name, KNOWN_str, call->state);
    if (call->builtin == BI_builtins_hasattr) return INS(l, mkbool, 0, EMIT_CALL(l, rt_hasattr, owner, name));
    if (call->builtin == BI_builtins_getattr)
        return constant && call->count == 2 ? EMIT_CALL(l, rt_load_attr, owner, name, K_CACHE(l))
                                            : EMIT_CALL(l, rt_getattr, owner, name, third);
    if (constant) EMIT_CALL(l, rt_store_attr, owner, name, third, K_CACHE(l));
    else EMIT_CALL(l, rt_setattr, owner, name, third);
    return K_KNOWN(l, None);
}

/* Of a list or tuple. */
static Ins *call_gathering(Lowerer *l, Call *call) {
    Ins *sequence = last(call, 0);
    if (sequence->type != IR_OBJ || (call->types[0] != LIKELY_LIST && call->types[0] != LIKELY_TUPLE))
        return NULL;
    guard_callable(l, call);
    Ins *found = call->builtin == BI_builtins_sum
                     ? EMIT_CALL(l, rt_sum_of, sequence)
                     : EMIT_CALL(l, rt_extreme_of, sequence, K_INT(l, call->builtin == BI_builtins_max));
    return lower_settled_result(l, found, call->state);
}

/* A list or tuple of the items of a built-in container. */
static Ins *call_sequence_type(Lowerer *l, Call *call) {
    Ins *items = last(call, 0);
    bool made = items == l->listed || (items->op == IR_call_OP && items->imm == H_rt_build_list);
    Known type = made ? KNOWN_list : lower_known_type(call->types[0]);
    if (items->type != IR_OBJ || type == KNOWN_COUNT) return NULL;
    guard_callable(l, call);
    lower_guard_type(l, items, type, call->state);
    return call->builtin == BI_type_list ? EMIT_CALL(l, rt_list_of, items) : EMIT_CALL(l, rt_tuple_of, items);
}

/* Of a tuple made here, which is not needed for it, and of text. */
static Ins *call_hash(Lowerer *l, Call *call) {
    Ins *key = call->args[0], *parts[3];
    bool text = call->types[0] == LIKELY_STR || call->types[0] == LIKELY_CHAR;
    bool made = lower_key_parts(l, key, parts);
    if (key->type != IR_OBJ || !(made || text)) return NULL;
    guard_callable(l, call);
    Ins *hash = made ? EMIT_CALL(l, rt_hash_parts, parts[0], parts[1], lower_last_part(l, parts))
                     : EMIT_CALL(l, rt_hash_parts, key, K_NULL(l), K_NULL(l));
    lower_guarded(INS(l, guard, 0, INS(l, icmp, 3 /* != */, hash, K_INT(l, -1))), call->state);
    return hash;
}

/* object.__init__ without arguments does nothing, whatever it is called on. */
static Ins *call_object_init(Lowerer *l, Call *call) { return call->self != NULL ? K_KNOWN(l, None) : NULL; }

static const struct {
    uint8_t builtin, least, most; /* arguments */
    Ins *(*lower)(Lowerer *, Call *);
} CALLS[] = {
    {BI_builtins_len, 1, 1, call_len},
    {BI_builtins_ord, 1, 1, call_ord},
    {BI_builtins_chr, 1, 1, call_chr},
    {BI_builtins_abs, 1, 1, call_abs},
    {BI_builtins_min, 2, 8, call_min_max},
    {BI_builtins_max, 2, 8, call_min_max},
    {BI_builtins_min, 1, 1, call_gathering},
    {BI_builtins_max, 1, 1, call_gathering},
    {BI_builtins_sum, 1, 1, call_gathering},
    {BI_builtins_getattr, 2, 3, call_attr},
    {BI_str_format, 1, 16, call_str_format},
    {BI_str_find, 1, 1, call_str_find},
    {BI_str_rfind, 1, 1, call_str_find},
    {BI_str_index, 1, 1, call_str_find},
    {BI_str_count, 1, 1, call_str_find},
    {BI_builtins_hasattr, 2, 2, call_attr},
    {BI_builtins_setattr, 3, 3, call_attr},
    {BI_builtins_divmod, 2, 2, call_divmod},
    {BI_int_bit_length, 0, 0, call_bits},
    {BI_int_bit_count, 0, 0, call_bits},
    {BI__operator_index, 1, 1, call_index},
    {BI_builtins_isinstance, 2, 2, call_isinstance},
    {BI_type_int, 1, 1, call_number_type},
    {BI_type_float, 1, 1, call_number_type},
    {BI_type_bool, 1, 1, call_bool},
    {BI_type_str, 1, 1, call_str},
    {BI_type_type, 1, 1, call_type},
    {BI_type_list, 1, 1, call_sequence_type},
    {BI_type_tuple, 1, 1, call_sequence_type},
    {BI_math_sqrt, 1, 1, call_math},
    {BI_math_sin, 1, 1, call_math},
    {BI_math_cos, 1, 1, call_math},
    {BI_math_tan, 1, 1, call_math},
    {BI_math_atan, 1, 1, call_math},
    {BI_math_exp, 1, 1, call_math},
    {BI_math_log, 1, 1, call_math},
    {BI_math_fabs, 1, 1, call_math},
    {BI_math_floor, 1, 1, call_math},
    {BI_math_ceil, 1, 1, call_math},
    {BI_list_append, 1, 1, call_list_append},
    {BI_list_pop, 0, 0, call_list_pop},
    {BI_dict_get, 1, 2, call_dict_item},
    {BI_dict_setdefault, 1, 2, call_dict_item},
    {BI_dict_pop, 1, 2, call_dict_item},
    {BI_str_isdigit, 0, 0, call_str_kind},
    {BI_str_isalpha, 0, 0, call_str_kind},
    {BI_str_isalnum, 0, 0, call_str_kind},
    {BI_str_isspace, 0, 0, call_str_kind},
    {BI_str_isupper, 0, 0, call_str_kind},
    {BI_str_islower, 0, 0, call_str_kind},
    {BI_str_startswith, 1, 2, call_str_affix},
    {BI_str_endswith, 1, 1, call_str_affix},
    {BI_set_add, 1, 1, call_set_change},
    {BI_set_discard, 1, 1, call_set_change},
    {BI_builtins_hash, 1, 1, call_hash},
    {BI_object_init, 0, 0, call_object_init},
};

bool lower_builtin_call(Lowerer *l) {
    Call call;
    if (!find_builtin(l, &call)) return false;
    for (size_t i = 0; i < sizeof(CALLS) / sizeof(CALLS[0]); i++) {
        if (CALLS[i].builtin != call.builtin) continue;
        if (call.count < CALLS[i].least || call.count > CALLS[i].most) continue;
        Ins *result = CALLS[i].lower(l, &call);
        if (result == NULL) return false;
        l->depth -= call.count + 2;
        lower_push(l, result);
        return true;
    }
    return false;
}
