/* Calls of helpers whose common case is done in line: nothing is called then, and nothing has to be saved.
 * What is not that case goes on to the helper, with nothing done. Each of these has its result in rax and
 * jumps to `done`; it may use the registers that operations work in. */
#include "bytecode/bytecode.h"
#include "codegen/quick_code.h"

/* On to the label unless the object in a register is exactly of the type; uses r11. */
static void need_type(Quick *q, Reg object, Known type, int otherwise) {
    x86_load(&q->a, R11, quick_link(q, LINK_KNOWN, type));
    x86_compare(&q->a, R11, quick_field(q, object, LAYOUT_object_type));
    x86_jump_if(&q->a, COND_NOT_EQUAL, otherwise);
}

static void add_reference(Quick *q, Reg object) {
    x86_add_1(&q->a, quick_field(q, object, LAYOUT_object_refcnt));
}

/* rax is an item or attribute that somebody else has. */
static void give(Quick *q, int done) {
    add_reference(q, RAX);
    x86_jump(&q->a, done);
}

/* rdx: where the value is put; what was there is in rdi, and goes. */
static void replace(Quick *q, const Ins *value, int done) {
    quick_load(q, RSI, value);
    add_reference(q, RSI);
    x86_store(&q->a, (Place){RDX, 0}, RSI);
    quick_drop(q, false);
    x86_set(&q->a, RAX, 0);
    x86_jump(&q->a, done);
}

/* --- containers --- */

/* Where a list has room a value goes there, and nothing is called; then on at the label. */
static void append_in_line(Quick *q, const Ins *ins, int done) {
    Assembler *a = &q->a;
    int full = x86_new_label(a);
    quick_forget(q);
    quick_load(q, RDI, ins->args[0]);
    x86_load(a, RCX, quick_field(q, RDI, LAYOUT_object_size));
    x86_compare(a, RCX, quick_field(q, RDI, LAYOUT_list_room));
    x86_jump_if(a, COND_GREATER_EQUAL, full);
    x86_load(a, RDX, quick_field(q, RDI, LAYOUT_list_items));
    x86_address_indexed(a, RDX, RDX, RCX, 0);
    quick_load(q, RSI, ins->args[1]);
    x86_store(a, (Place){RDX, 0}, RSI);
    x86_add_1(a, quick_field(q, RDI, LAYOUT_object_size));
    x86_set(a, RAX, 0);
    x86_jump(a, done);
    x86_place_label(a, full);
}

/* rax: where the key of the entry that rsi is the number of lies, of the keys in rdi; else on at the label.
 */
static void find_entry(Quick *q, int otherwise) {
    Assembler *a = &q->a;
    const int64_t *layout = q->fn->layout;
    int of_any = x86_new_label(a), found = x86_new_label(a);
    x86_compare(a, RSI, quick_field(q, RDI, LAYOUT_keys_entry_count));
    x86_jump_if(a, COND_GREATER_EQUAL, otherwise);
    x86_load_byte(a, RCX, quick_field(q, RDI, LAYOUT_keys_index_bytes));
    x86_set(a, RAX, 1);
    x86_shift_by_rcx(a, SHIFT_LEFT, RAX);
    x86_alu(a, ALU_ADD, RAX, RDI);
    x86_load_byte(a, RCX, quick_field(q, RDI, LAYOUT_keys_kind));
    x86_move(a, RDX, RSI);
    x86_alu_number(a, ALU_COMPARE, RCX, (int32_t)layout[LAYOUT_keys_of_str]);
    x86_jump_if(a, COND_NOT_EQUAL, of_any);
    x86_multiply_number(a, RDX, (int32_t)layout[LAYOUT_keys_entry_size]);
    x86_jump(a, found);
    x86_place_label(a, of_any);
    x86_alu_number(a, ALU_COMPARE, RCX, (int32_t)layout[LAYOUT_keys_of_any]);
    x86_jump_if(a, COND_NOT_EQUAL, otherwise);
    x86_multiply_number(a, RDX, (int32_t)layout[LAYOUT_keys_any_size]);
    x86_alu_number(a, ALU_ADD, RDX, (int32_t)(layout[LAYOUT_keys_any_size] - layout[LAYOUT_keys_entry_size]));
    x86_place_label(a, found);
    x86_alu(a, ALU_ADD, RAX, RDX);
    x86_alu_number(a, ALU_ADD, RAX, (int32_t)layout[LAYOUT_keys_indices]);
}

/* From a place, with a reference of its own. */
static void give_result(Quick *q, int32_t number, Place from) {
    x86_load(&q->a, RCX, from);
    add_reference(q, RCX);
    x86_store(&q->a, quick_word(q->outs + number), RCX);
}

/* Where a dict did not change, and the entry at the position has a value, nothing is called; then on at the
 * label. */
static void next_entry_in_line(Quick *q, const Ins *ins, int done) {
    enum { DICT, SIZE, POSITION, LEFT };
    Assembler *a = &q->a;
    int otherwise = x86_new_label(a), values = 0;
    int32_t value_at = (int32_t)q->fn->layout[LAYOUT_keys_entry_size] / 2;
    quick_forget(q);
    quick_load(q, RDI, ins->args[DICT]);
    quick_load(q, RSI, ins->args[POSITION]);
    quick_load(q, RCX, ins->args[SIZE]);
    x86_compare(a, RCX, quick_field(q, RDI, LAYOUT_dict_used));
    x86_jump_if(a, COND_NOT_EQUAL, otherwise);
    x86_load(a, RDI, quick_field(q, RDI, LAYOUT_dict_keys));
    find_entry(q, otherwise);
    x86_compare_number(a, (Place){RAX, value_at}, 0);
    x86_jump_if(a, COND_EQUAL, otherwise);
    quick_load(q, RCX, ins->args[LEFT]);
    x86_test(a, RCX);
    x86_jump_if(a, COND_EQUAL, otherwise);
    if (ins->imm != H_rt_next_value) give_result(q, values++, (Place){RAX, 0});
    if (ins->imm != H_rt_next_key) give_result(q, values, (Place){RAX, value_at});
    x86_move(a, RAX, RSI);
    x86_alu_number(a, ALU_ADD, RAX, 1);
    x86_jump(a, done);
    x86_place_label(a, otherwise);
}

/* An object of the class itself is an instance of it, whatever the class says: nothing is called; then on at
 * the label. */
static void same_class_in_line(Quick *q, const Ins *ins, int done) {
    enum { OBJECT, CLASS, BEFORE };
    Assembler *a = &q->a;
    int other = x86_new_label(a);
    if (ins->args[BEFORE]->op != IR_ki64_OP || ins->args[BEFORE]->imm != 0) return;
    quick_forget(q);
    quick_load(q, RDI, ins->args[OBJECT]);
    quick_load(q, RSI, ins->args[CLASS]);
    x86_compare(a, RSI, quick_field(q, RDI, LAYOUT_object_type));
    x86_jump_if(a, COND_NOT_EQUAL, other);
    x86_set(a, RAX, 1);
    x86_jump(a, done);
    x86_place_label(a, other);
}

/* What a site gave is noted where it is of another type than before; uses rcx. */
static void need_noted(Quick *q, const Ins *cache, int otherwise) {
    Assembler *a = &q->a;
    int noted = x86_new_label(a);
    x86_load(a, RCX, quick_field(q, RAX, LAYOUT_object_type));
    x86_compare(a, RCX, quick_cache(cache, CACHE_GAVE));
    x86_jump_if(a, COND_EQUAL, noted);
    x86_compare_number(a, quick_cache(cache, CACHE_GAVE), CACHE_GAVE_SEVERAL);
    x86_jump_if(a, COND_NOT_EQUAL, otherwise);
    x86_place_label(a, noted);
}

/* rcx: the number that the int in rsi is, one of one digit that is an index from the start of what rdi is. */
static void need_index(Quick *q, int otherwise) {
    Assembler *a = &q->a;
    need_type(q, RSI, KNOWN_int, otherwise);
    x86_load(a, RCX, quick_field(q, RSI, LAYOUT_object_size));
    x86_alu_number(a, ALU_COMPARE, RCX, 1);
    x86_jump_if(a, COND_ABOVE, otherwise);
    x86_load_uint32(a, RDX, quick_field(q, RSI, LAYOUT_int_digits));
    x86_multiply(a, RCX, RDX);
    x86_compare(a, RCX, quick_field(q, RDI, LAYOUT_object_size));
    x86_jump_if(a, COND_GREATER_EQUAL, otherwise);
}

static void item_in_line(Quick *q, const Ins *ins, Known type, int done) {
    enum { CONTAINER, KEY, CACHE };
    Assembler *a = &q->a;
    int otherwise = x86_new_label(a);
    quick_forget(q);
    quick_load(q, RDI, ins->args[CONTAINER]);
    quick_load(q, RSI, ins->args[KEY]);
    need_type(q, RDI, type, otherwise);
    need_index(q, otherwise);
    if (type == KNOWN_list) x86_load(a, RDI, quick_field(q, RDI, LAYOUT_list_items));
    x86_load_indexed(a, RAX, RDI, RCX, type == KNOWN_list ? 0 : (int32_t)q->fn->layout[LAYOUT_tuple_items]);
    need_noted(q, ins->args[CACHE], otherwise);
    give(q, done);
    x86_place_label(a, otherwise);
}

static void store_item_in_line(Quick *q, const Ins *ins, int done) {
    enum { CONTAINER, KEY, VALUE };
    Assembler *a = &q->a;
    int otherwise = x86_new_label(a);
    quick_forget(q);
    quick_load(q, RDI, ins->args[CONTAINER]);
    quick_load(q, RSI, ins->args[KEY]);
    need_type(q, RDI, KNOWN_list, otherwise);
    need_index(q, otherwise);
    x86_load(a, RDX, quick_field(q, RDI, LAYOUT_list_items));
    x86_load_indexed(a, RDI, RDX, RCX, 0);
    x86_address_indexed(a, RDX, RDX, RCX, 0);
    replace(q, ins->args[VALUE], done);
    x86_place_label(a, otherwise);
}

/* --- loops --- */

/* rax: the next item of a list that the iterator in rdi goes over. */
static void next_of_list(Quick *q, int otherwise) {
    Assembler *a = &q->a;
    x86_load(a, RSI, quick_field(q, RDI, LAYOUT_iterator_sequence));
    x86_test(a, RSI);
    x86_jump_if(a, COND_EQUAL, otherwise);
    x86_load(a, RCX, quick_field(q, RDI, LAYOUT_iterator_index));
    x86_compare(a, RCX, quick_field(q, RSI, LAYOUT_object_size));
    x86_jump_if(a, COND_GREATER_EQUAL, otherwise);
    x86_add_1(a, quick_field(q, RDI, LAYOUT_iterator_index));
    x86_load(a, RSI, quick_field(q, RSI, LAYOUT_list_items));
    x86_load_indexed(a, RAX, RSI, RCX, 0);
    add_reference(q, RAX);
}

/* Likewise the next number of a range; on to the exit where there is no memory for it. */
static void next_of_range(Quick *q, const Ins *ins, int otherwise) {
    Assembler *a = &q->a;
    need_type(q, RDI, KNOWN_range_iterator, otherwise);
    x86_load(a, RAX, quick_field(q, RDI, LAYOUT_range_index));
    x86_compare(a, RAX, quick_field(q, RDI, LAYOUT_range_length));
    x86_jump_if(a, COND_GREATER_EQUAL, otherwise);
    x86_add_1(a, quick_field(q, RDI, LAYOUT_range_index));
    x86_multiply_place(a, RAX, quick_field(q, RDI, LAYOUT_range_step));
    x86_alu_place(a, ALU_ADD, RAX, quick_field(q, RDI, LAYOUT_range_start));
    quick_box_int(q, ins);
}

static void next_in_line(Quick *q, const Ins *ins, int done) {
    Assembler *a = &q->a;
    int of_range = x86_new_label(a), found = x86_new_label(a), otherwise = x86_new_label(a);
    quick_forget(q);
    quick_load(q, RDI, ins->args[0]);
    need_type(q, RDI, KNOWN_list_iterator, of_range);
    next_of_list(q, otherwise);
    x86_jump(a, found);
    x86_place_label(a, of_range);
    next_of_range(q, ins, otherwise);
    x86_place_label(a, found);
    x86_store(a, quick_word(q->outs), RAX);
    x86_set(a, RAX, 1);
    x86_jump(a, done);
    x86_place_label(a, otherwise);
}

/* --- numbers --- */

/* A register gets the number that an int of one digit is (size -1, 0 or 1: the sign times the digit). */
static void take_digit(Quick *q, Reg to, Reg object, int otherwise) {
    Assembler *a = &q->a;
    x86_load(a, to, quick_field(q, object, LAYOUT_object_size));
    x86_address(a, RCX, (Place){to, 1});
    x86_alu_number(a, ALU_COMPARE, RCX, 2);
    x86_jump_if(a, COND_ABOVE, otherwise);
    x86_load_uint32(a, RCX, quick_field(q, object, LAYOUT_int_digits));
    x86_multiply(a, to, RCX);
}

/* rax and rdx: the first two arguments, both ints of one digit. */
static void take_digits(Quick *q, const Ins *ins, int otherwise) {
    quick_forget(q);
    quick_load(q, RDI, ins->args[0]);
    quick_load(q, RSI, ins->args[1]);
    need_type(q, RDI, KNOWN_int, otherwise);
    x86_compare(&q->a, R11, quick_field(q, RSI, LAYOUT_object_type));
    x86_jump_if(&q->a, COND_NOT_EQUAL, otherwise);
    take_digit(q, RAX, RDI, otherwise);
    take_digit(q, RDX, RSI, otherwise);
}

static void arithmetic_in_line(Quick *q, const Ins *ins, int64_t kind, int done) {
    Assembler *a = &q->a;
    int otherwise = x86_new_label(a);
    if (kind != BIN_ADD && kind != BIN_SUBTRACT && kind != BIN_MULTIPLY) return;
    take_digits(q, ins, otherwise);
    if (kind == BIN_MULTIPLY) x86_multiply(a, RAX, RDX);
    else x86_alu(a, kind == BIN_ADD ? ALU_ADD : ALU_SUB, RAX, RDX);
    quick_box_int(q, ins);
    x86_jump(a, done);
    x86_place_label(a, otherwise);
}

static void compare_in_line(Quick *q, const Ins *ins, int done) {
    static const Condition CONDITIONS[] = {COND_LESS,      COND_LESS_EQUAL, COND_EQUAL,
                                           COND_NOT_EQUAL, COND_GREATER,    COND_GREATER_EQUAL};
    enum { COMPARISONS = sizeof(CONDITIONS) / sizeof(CONDITIONS[0]) };
    Assembler *a = &q->a;
    uint64_t comparison = (uint64_t)ins->args[2]->imm;
    int otherwise = x86_new_label(a);
    if (comparison >= COMPARISONS) return; /* no text of ours */
    take_digits(q, ins, otherwise);
    x86_set(a, RCX, 0);
    x86_alu(a, ALU_COMPARE, RAX, RDX);
    x86_set_if(a, CONDITIONS[comparison], RCX);
    x86_move(a, RAX, RCX);
    x86_jump(a, done);
    x86_place_label(a, otherwise);
}

/* --- names and attributes, by the site's own cache --- */

/* Go on unless two versions, the second one the cache's, are the same; uses rcx and r11. */
static void need_version(Quick *q, Place version, const Ins *cache, int64_t field, int otherwise) {
    x86_load_uint32(&q->a, RCX, version);
    x86_load_uint32(&q->a, R11, quick_cache(cache, field));
    x86_alu(&q->a, ALU_COMPARE, RCX, R11);
    x86_jump_if(&q->a, COND_NOT_EQUAL, otherwise);
}

static void load_kind(Quick *q, const Ins *cache) {
    x86_load_byte(&q->a, RCX, quick_cache(cache, CACHE_KIND));
}

static void global_in_line(Quick *q, const Ins *ins, int done) {
    enum { NAME, CACHE };
    Assembler *a = &q->a;
    const Ins *cache = ins->args[CACHE];
    int own = x86_new_label(a), otherwise = x86_new_label(a);
    quick_forget(q);
    x86_load(a, RDX, quick_frame(q, 0, LAYOUT_frame_globals));
    x86_load(a, RDX, quick_field(q, RDX, LAYOUT_dict_keys));
    need_version(q, quick_field(q, RDX, LAYOUT_keys_version), cache, CACHE_KEYS_VERSION, otherwise);
    load_kind(q, cache);
    x86_alu_number(a, ALU_COMPARE, RCX, GLOBAL_OWN);
    x86_jump_if(a, COND_EQUAL, own);
    x86_jump_if(a, COND_BELOW, otherwise);
    x86_load(a, RDX, quick_frame(q, 0, LAYOUT_frame_builtins));
    need_type(q, RDX, KNOWN_dict, otherwise);
    x86_load(a, RDX, quick_field(q, RDX, LAYOUT_dict_keys));
    need_version(q, quick_field(q, RDX, LAYOUT_keys_version), cache, CACHE_SPARE, otherwise);
    x86_place_label(a, own);
    x86_load(a, RCX, quick_cache(cache, CACHE_OFFSET));
    x86_alu(a, ALU_ADD, RDX, RCX);
    x86_load(a, RAX, (Place){RDX, 0});
    give(q, done);
    x86_place_label(a, otherwise);
}

/* rdi: the owner, rsi: its type, of the version that the cache has. */
static void need_owner(Quick *q, const Ins *owner, const Ins *cache, int otherwise) {
    quick_forget(q);
    quick_load(q, RDI, owner);
    x86_load(&q->a, RSI, quick_field(q, RDI, LAYOUT_object_type));
    need_version(q, quick_field(q, RSI, LAYOUT_type_version), cache, CACHE_VERSION, otherwise);
}

/* rdx: where an instance that has values has the one that the cache says; rax: that one, there is one. */
static void need_value(Quick *q, const Ins *cache, int otherwise) {
    Assembler *a = &q->a;
    load_kind(q, cache);
    x86_alu_number(a, ALU_COMPARE, RCX, ATTR_VALUE);
    x86_jump_if(a, COND_NOT_EQUAL, otherwise);
    x86_load(a, RDX, quick_field(q, RDI, LAYOUT_instance_values));
    x86_test(a, RDX);
    x86_jump_if(a, COND_EQUAL, otherwise);
    x86_load_int32(a, RCX, quick_cache(cache, CACHE_INDEX));
    x86_address_indexed(a, RDX, RDX, RCX, 0);
    x86_load(a, RAX, (Place){RDX, 0});
    x86_test(a, RAX);
    x86_jump_if(a, COND_EQUAL, otherwise);
}

static void attribute_in_line(Quick *q, const Ins *ins, int done) {
    enum { OWNER, NAME, CACHE };
    int otherwise = x86_new_label(&q->a);
    need_owner(q, ins->args[OWNER], ins->args[CACHE], otherwise);
    need_value(q, ins->args[CACHE], otherwise);
    need_noted(q, ins->args[CACHE], otherwise);
    give(q, done);
    x86_place_label(&q->a, otherwise);
}

static void store_attribute_in_line(Quick *q, const Ins *ins, int done) {
    enum { OWNER, NAME, VALUE, CACHE };
    Assembler *a = &q->a;
    int otherwise = x86_new_label(a);
    need_owner(q, ins->args[OWNER], ins->args[CACHE], otherwise);
    need_value(q, ins->args[CACHE], otherwise);
    x86_move(a, RDI, RAX);
    replace(q, ins->args[VALUE], done);
    x86_place_label(a, otherwise);
}

/* A method of the class, where no instance can have one of its own of that name. */
static void method_in_line(Quick *q, const Ins *ins, int done) {
    enum { OWNER, NAME, CACHE };
    Assembler *a = &q->a;
    const Ins *cache = ins->args[CACHE];
    int found = x86_new_label(a), otherwise = x86_new_label(a);
    need_owner(q, ins->args[OWNER], cache, otherwise);
    load_kind(q, cache);
    x86_alu_number(a, ALU_COMPARE, RCX, ATTR_CLASS);
    x86_jump_if(a, COND_EQUAL, found);
    x86_alu_number(a, ALU_COMPARE, RCX, ATTR_CLASS_KEYS);
    x86_jump_if(a, COND_NOT_EQUAL, otherwise);
    x86_compare_number(a, quick_field(q, RDI, LAYOUT_instance_values), 0);
    x86_jump_if(a, COND_EQUAL, otherwise);
    x86_load(a, RDX, quick_field(q, RSI, LAYOUT_type_shared_keys));
    x86_load_int32(a, RCX, quick_cache(cache, CACHE_KEY_COUNT));
    x86_compare(a, RCX, quick_field(q, RDX, LAYOUT_keys_entry_count));
    x86_jump_if(a, COND_NOT_EQUAL, otherwise);
    x86_place_label(a, found);
    x86_load(a, RSI, quick_cache(cache, CACHE_VALUE));
    add_reference(q, RSI);
    x86_store(a, quick_word(q->outs), RSI);
    add_reference(q, RDI);
    x86_store(a, quick_word(q->outs + 1), RDI);
    x86_set(a, RAX, 0);
    x86_jump(a, done);
    x86_place_label(a, otherwise);
}

/* A method is noted where it is read; what was called last need not be noted again. */
static void note_called_in_line(Quick *q, const Ins *ins, int done) {
    enum { METHOD, CALLABLE, CACHE };
    Assembler *a = &q->a;
    if (ins->args[METHOD]->op != IR_null_OP) {
        quick_load(q, RSI, ins->args[METHOD]);
        x86_test(a, RSI);
        x86_jump_if(a, COND_NOT_EQUAL, done);
    }
    quick_load(q, RDI, ins->args[CALLABLE]);
    x86_compare(a, RDI, quick_cache(ins->args[CACHE], CACHE_VALUE));
    x86_jump_if(a, COND_EQUAL, done);
}

/* Mostly of the type that was noted before. */
static void note_item_in_line(Quick *q, const Ins *ins, int done) {
    enum { ITEM, CACHE };
    quick_load(q, RDI, ins->args[ITEM]);
    x86_load(&q->a, RCX, quick_field(q, RDI, LAYOUT_object_type));
    x86_compare(&q->a, RCX, quick_cache(ins->args[CACHE], CACHE_GAVE));
    x86_jump_if(&q->a, COND_EQUAL, done);
}

/* What tier 1 asks for; with what tier 2 knows it does these in other ways. */
static void begin_baseline(Quick *q, const Ins *ins, int done) {
    switch (ins->imm) {
    case H_rt_add: arithmetic_in_line(q, ins, BIN_ADD, done); break;
    case H_rt_subtract: arithmetic_in_line(q, ins, BIN_SUBTRACT, done); break;
    case H_rt_multiply: arithmetic_in_line(q, ins, BIN_MULTIPLY, done); break;
    case H_rt_inplace: arithmetic_in_line(q, ins, ins->args[2]->imm, done); break;
    case H_rt_compare_truth: compare_in_line(q, ins, done); break;
    case H_rt_subscr_list_noted: item_in_line(q, ins, KNOWN_list, done); break;
    case H_rt_subscr_tuple_noted: item_in_line(q, ins, KNOWN_tuple, done); break;
    case H_rt_store_subscr_list: store_item_in_line(q, ins, done); break;
    case H_rt_for_iter: next_in_line(q, ins, done); break;
    case H_rt_load_global: global_in_line(q, ins, done); break;
    case H_rt_load_attr: attribute_in_line(q, ins, done); break;
    case H_rt_store_attr: store_attribute_in_line(q, ins, done); break;
    case H_rt_load_method: method_in_line(q, ins, done); break;
    case H_rt_note_item: note_item_in_line(q, ins, done); break;
    case H_rt_note_called: note_called_in_line(q, ins, done); break;
    default: break;
    }
}

void quick_begin_in_line(Quick *q, const Ins *ins, int done) {
    switch (ins->imm) {
    case H_rt_is_or_isinstance: same_class_in_line(q, ins, done); break;
    case H_rt_list_append: append_in_line(q, ins, done); break;
    case H_rt_next_key:
    case H_rt_next_value:
    case H_rt_next_entry: next_entry_in_line(q, ins, done); break;
    default:
        if (q->fn->tier == 1) begin_baseline(q, ins, done);
    }
}
