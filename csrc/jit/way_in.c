#include "jit/way_in.h"

#include "base/bail.h"
#include "codegen/quick.h"
#include "codegen/quick_way_in.h"
#include "cpython/generators.h"
#include "cpython/layout.h"
#include "jit/code_memory.h"
#include "jit/install.h"
#include "jit/options.h"
#include "runtime/osr.h"
#include "runtime/rt.h"
#include "runtime/stack.h"

_Static_assert((intptr_t)RT_RESUME == 1 && (intptr_t)RT_UNWIND == 2, "the code compares with the higher one");

/* A function that makes a generator of itself has no code to be entered. */
static bool makes_generator(CompiledCode *compiled, FunctionRecord *record) {
    if (record->plain_generator == 0) record->plain_generator = cp_plain_generator(record->code);
    if (record->plain_generator < 0 || record->plain_generator - 1 > WAY_IN_REGISTER_ARGS) return false;
    compiled->way_in = (void *)rt_make_generator;
    compiled->way_in_args = record->plain_generator - 1;
    return true;
}

void way_in_make(CompiledCode *compiled) {
    FunctionRecord *record = compiled->record;
    if (makes_generator(compiled, record)) return;
    if (!quick_can() || LAYOUT_OFFSETS[LAYOUT_count_refs] || compiled->plain_args < 0 ||
        compiled->plain_args > WAY_IN_MOST_ARGS || compiled->local_count > WAY_IN_MOST_LOCALS)
        return;
    const WayIn way = {
        .layout = LAYOUT_OFFSETS,
        .arg_count = compiled->plain_args,
        .local_count = compiled->local_count,
        .frame_bytes = compiled->frame_words * (int32_t)sizeof(void *),
        .active = &compiled->active,
        .calls = &record->calls,
        .next_ask = &record->next_ask,
        .code = record->code,
        .entry = (const void *)compiled->entry,
        .link = compiled->link,
        .start_entry = compiled->start_entry,
        .floor = (char *)&stack_floor - (char *)__builtin_thread_pointer(),
        .dealloc = (const void *)rt_dealloc,
        .end_call = (const void *)rt_end_call,
        .refused = (const void *)rt_call_refused,
    };
    CompileContext cx;
    StrBuf code = {0};
    cx_init(&cx);
    if (setjmp(cx.bailed) == 0) quick_way_in(&way, &cx.arena, &code);
    else code.failed = true;
    cx_free(&cx);
    if (!code.failed) compiled->way_in = code_memory_copy(code.text, code.length, &compiled->way_in_chunk);
    if (compiled->way_in != NULL) compiled->way_in_args = compiled->plain_args;
    if (compiled->way_in != NULL && options.perf_map)
        install_write_perf_map(record, compiled->way_in, code.length, "way in");
    strbuf_free(&code);
}
