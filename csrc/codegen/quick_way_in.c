#include "codegen/quick_way_in.h"

#include "codegen/x86.h"
#include "ir/ir.h"

enum { CODE_UNIT_BYTES = 2 };

/* While it decides, rdi is the thread state, rsi the function, then come the arguments; r11 is the frame that
 * it makes. Behind the call rbx is the thread state, rsi the frame and rax the result. */
static const Reg ARGUMENTS[WAY_IN_REGISTER_ARGS] = {RDX, RCX, R8, R9};

/* Words between rsp and the arguments on the stack while the frame is filled: pushed registers, and where to
 * return to. */
enum { WORDS_BELOW_ARGUMENTS = 4 };

/* Places where the end of an object is called for, and where each goes on. */
enum { MOST_ENDS = WAY_IN_MOST_LOCALS + 2 };

typedef struct Way {
    const WayIn *in;
    Assembler a;
    int refuse, too_deep, rare, end;
    int ends[MOST_ENDS], behind[MOST_ENDS], end_count;
} Way;

static Place field(const Way *w, Reg object, LayoutField name) {
    return (Place){object, (int32_t)w->in->layout[name]};
}

static Place slot(const Way *w, Reg frame, int index) {
    return (Place){frame, (int32_t)w->in->layout[LAYOUT_frame_localsplus] + 8 * index};
}

static void set_address(Way *w, Reg to, const void *address) { x86_set(&w->a, to, (int64_t)address); }

/* Anything but a plain call with nothing due is refused. Leaves the frame in r11, where the next one goes in
 * rax, and the number of calls in r10. */
static void decide(Way *w) {
    Assembler *a = &w->a;
    set_address(w, RAX, w->in->calls);
    x86_load_uint32(a, R10, (Place){RAX, 0});
    set_address(w, RAX, w->in->next_ask);
    x86_load_uint32(a, R11, (Place){RAX, 0});
    x86_alu_number(a, ALU_ADD, R10, 1);
    x86_alu(a, ALU_COMPARE, R10, R11);
    x86_jump_if(a, COND_ABOVE_EQUAL, w->refuse);
    x86_load(a, RAX, field(w, RDI, LAYOUT_tstate_cframe));
    x86_load_byte(a, RAX, field(w, RAX, LAYOUT_cframe_use_tracing));
    x86_test(a, RAX);
    x86_jump_if(a, COND_NOT_EQUAL, w->refuse);
    x86_set(a, RAX, w->in->floor);
    x86_compare_own(a, RSP, RAX);
    x86_jump_if(a, COND_BELOW, w->refuse);
    x86_load(a, R11, field(w, RDI, LAYOUT_stack_top));
    x86_address(a, RAX, (Place){R11, w->in->frame_bytes});
    x86_compare(a, RAX, field(w, RDI, LAYOUT_stack_limit));
    x86_jump_if(a, COND_ABOVE_EQUAL, w->refuse);
    x86_add_int32(a, field(w, RDI, LAYOUT_tstate_recursion), -1);
    x86_jump_if(a, COND_NEGATIVE, w->too_deep);
}

static void copy_field(Way *w, LayoutField to, LayoutField from) {
    x86_load(&w->a, RAX, field(w, RSI, from));
    x86_store(&w->a, field(w, R11, to), RAX);
}

static void fill_frame(Way *w) {
    Assembler *a = &w->a;
    x86_store(a, field(w, R11, LAYOUT_frame_function), RSI);
    copy_field(w, LAYOUT_frame_globals, LAYOUT_function_globals);
    copy_field(w, LAYOUT_frame_builtins, LAYOUT_function_builtins);
    x86_set(a, RAX, 0);
    x86_store(a, field(w, R11, LAYOUT_frame_locals), RAX);
    x86_store(a, field(w, R11, LAYOUT_frame_object), RAX);
    for (int i = w->in->arg_count; i < w->in->local_count; i++) x86_store(a, slot(w, R11, i), RAX);
    for (int i = 0; i < w->in->arg_count; i++) {
        int beyond = i - WAY_IN_REGISTER_ARGS;
        if (beyond >= 0) x86_load(a, RAX, (Place){RSP, 8 * (WORDS_BELOW_ARGUMENTS + beyond)});
        x86_store(a, slot(w, R11, i), beyond >= 0 ? RAX : ARGUMENTS[i]);
    }
    set_address(w, RAX, w->in->code);
    x86_add_1(a, field(w, RAX, LAYOUT_object_refcnt));
    x86_store(a, field(w, R11, LAYOUT_frame_code), RAX);
    x86_address(a, RAX, (Place){RAX, (int32_t)w->in->layout[LAYOUT_code_units] - CODE_UNIT_BYTES});
    x86_store(a, field(w, R11, LAYOUT_frame_prev_instr), RAX);
    x86_store_byte(a, field(w, R11, LAYOUT_frame_is_entry), 1);
    x86_store_byte(a, field(w, R11, LAYOUT_frame_owner), (uint8_t)w->in->layout[LAYOUT_owned_by_thread]);
}

/* The code sets the frame's stacktop itself. */
static void run(Way *w) {
    Assembler *a = &w->a;
    x86_store(a, field(w, RDI, LAYOUT_stack_top), RAX);
    set_address(w, RAX, w->in->calls);
    x86_store_half(a, (Place){RAX, 0}, R10);
    x86_push(a, RBX);
    x86_push(a, R11);
    x86_push(a, R11); /* calls find rsp even to 16 */
    x86_move(a, RBX, RDI);
    fill_frame(w);
    x86_load(a, R10, field(w, RBX, LAYOUT_tstate_cframe));
    x86_load(a, RAX, field(w, R10, LAYOUT_cframe_frame));
    x86_store(a, field(w, R11, LAYOUT_frame_previous), RAX);
    x86_store(a, field(w, R10, LAYOUT_cframe_frame), R11);
    set_address(w, RAX, w->in->active);
    x86_add_int32(a, (Place){RAX, 0}, 1);
    x86_move(a, RSI, R11);
    set_address(w, RDX, w->in->link);
    x86_set(a, RCX, w->in->start_entry);
    set_address(w, RAX, w->in->entry);
    x86_call_at(a, RAX);
    x86_pop(a, RSI);
    x86_pop(a, RCX);
    x86_load(a, R10, field(w, RBX, LAYOUT_tstate_cframe));
    x86_load(a, RCX, field(w, RSI, LAYOUT_frame_previous));
    x86_store(a, field(w, R10, LAYOUT_cframe_frame), RCX);
}

/* One reference less to the object in rdi. */
static void drop(Way *w, bool nullable) {
    Assembler *a = &w->a;
    int behind = w->behind[w->end_count] = x86_new_label(a), end = w->ends[w->end_count] = x86_new_label(a);
    w->end_count++;
    if (nullable) {
        x86_test(a, RDI);
        x86_jump_if(a, COND_EQUAL, behind);
    }
    x86_take_1(a, field(w, RDI, LAYOUT_object_refcnt));
    x86_jump_if(a, COND_EQUAL, end);
    x86_place_label(a, behind);
}

/* What a frame holds that nobody asked for, in the order in which the interpreter drops it. */
static void drop_contents(Way *w) {
    Assembler *a = &w->a;
    x86_load(a, RCX, field(w, RSI, LAYOUT_frame_locals));
    x86_alu_place(a, ALU_OR, RCX, field(w, RSI, LAYOUT_frame_object));
    x86_jump_if(a, COND_NOT_EQUAL, w->rare);
    for (int i = 0; i < w->in->local_count; i++) {
        x86_load(a, RDI, slot(w, RSI, i));
        drop(w, true);
    }
    x86_load(a, RDI, field(w, RSI, LAYOUT_frame_function));
    drop(w, false);
    x86_load(a, RDI, field(w, RSI, LAYOUT_frame_code));
    drop(w, false);
    x86_store(a, field(w, RBX, LAYOUT_stack_top), RSI);
    x86_add_int32(a, field(w, RBX, LAYOUT_tstate_recursion), 1);
}

/* While it is active, neither its code nor this is freed: no code may run behind that. */
static void leave(Way *w) {
    Assembler *a = &w->a;
    x86_place_label(a, w->end);
    set_address(w, RCX, w->in->active);
    x86_add_int32(a, (Place){RCX, 0}, -1);
    x86_pop(a, RBX);
    x86_return(a);
}

static void rare_ways(Way *w) {
    Assembler *a = &w->a;
    for (int i = 0; i < w->end_count; i++) {
        x86_place_label(a, w->ends[i]);
        x86_push(a, RAX);
        x86_push(a, RSI);
        set_address(w, RAX, w->in->dealloc);
        x86_call_at(a, RAX);
        x86_pop(a, RSI);
        x86_pop(a, RAX);
        x86_jump(a, w->behind[i]);
    }
    x86_place_label(a, w->rare);
    x86_move(a, RDI, RBX);
    x86_move(a, RDX, RAX);
    set_address(w, RAX, w->in->end_call);
    x86_call_at(a, RAX);
    x86_jump(a, w->end);
    x86_place_label(a, w->too_deep);
    x86_add_int32(a, field(w, RDI, LAYOUT_tstate_recursion), 1);
    x86_place_label(a, w->refuse);
    set_address(w, RAX, w->in->refused);
    x86_jump_to(a, RAX);
}

void quick_way_in(const WayIn *way, Arena *arena, StrBuf *code) {
    enum { NO_OBJECTS = 2 }; /* up to here: NULL, and what is given when the code has left */
    Way w = {.in = way, .a = {.arena = arena}};
    w.refuse = x86_new_label(&w.a);
    w.too_deep = x86_new_label(&w.a);
    w.rare = x86_new_label(&w.a);
    w.end = x86_new_label(&w.a);
    decide(&w);
    run(&w);
    x86_alu_number(&w.a, ALU_COMPARE, RAX, NO_OBJECTS);
    x86_jump_if(&w.a, COND_BELOW_EQUAL, w.rare);
    drop_contents(&w);
    leave(&w);
    rare_ways(&w);
    x86_resolve(&w.a);
    strbuf_add(code, (const char *)w.a.code.items, (size_t)w.a.code.count);
}
