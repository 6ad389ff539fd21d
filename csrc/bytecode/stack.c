/* Names, stack effects and the printed form of canonical bytecode. */
#include "bytecode/bytecode.h"

typedef enum ArgKind { ARG_NONE, ARG_LOCAL, ARG_CONST, ARG_NAME, ARG_COUNT, ARG_KIND, ARG_JUMP } ArgKind;

static const struct {
    const char *name;
    ArgKind arg;
    int pops, pushes;
} OPS[] = {
#define OP(name, arg, pops, pushes) {#name, ARG_##arg, pops, pushes},
#include "bytecode/ops.def"
};

const char *bc_name(BcOp op) { return OPS[op].name; }

static int bits(int mask) { return __builtin_popcount((unsigned)mask); }

bool bc_is_last(const Instr *instr) {
    return instr->op == BC_JUMP || instr->op == BC_RETURN_VALUE || instr->op == BC_RAISE_VARARGS ||
           instr->op == BC_RERAISE;
}

int bc_pops(const Instr *instr) {
    if (OPS[instr->op].pops >= 0) return OPS[instr->op].pops;
    switch (instr->op) {
    case BC_BUILD_MAP: return 2 * instr->arg;
    case BC_BUILD_CONST_KEY_MAP: return instr->arg + 1;
    case BC_FORMAT_VALUE: return instr->arg & 4 ? 2 : 1;
    case BC_CALL: return instr->arg + 2;
    case BC_CALL_FUNCTION_EX: return instr->arg ? 4 : 3;
    case BC_MAKE_FUNCTION: return 1 + bits(instr->arg);
    default: return instr->arg;
    }
}

int bc_pushes(const Instr *instr) {
    if (OPS[instr->op].pushes >= 0) return OPS[instr->op].pushes;
    switch (instr->op) {
    case BC_LOAD_GLOBAL: return instr->arg2 ? 2 : 1;
    case BC_UNPACK_EX: return instr->arg + instr->arg2 + 1;
    default: return instr->arg;
    }
}

int bc_cache_count(BcOp op) {
    if (op == BC_UNPACK_SEQUENCE) return NOTED_ITEMS;
    return op == BC_LOAD_GLOBAL || op == BC_LOAD_ATTR || op == BC_STORE_ATTR || op == BC_LOAD_METHOD ||
           op == BC_BINARY_OP || op == BC_BINARY_SUBSCR || op == BC_COMPARE_OP || op == BC_CONTAINS_OP ||
           op == BC_STORE_SUBSCR || op == BC_BEFORE_WITH || op == BC_CALL || op == BC_FOR_ITER ||
           op == BC_LOAD_DEREF;
}

void bc_print(const Bytecode *code, StrBuf *out) {
    strbuf_addf(out, "code \"%s\" args=%d locals=%d stack=%d%s\n", code->name, code->argument_count,
                code->local_count, code->stack_size, code->is_generator ? " generator" : "");
    for (int i = 0; i < code->handler_count; i++) {
        const BcHandler *handler = &code->handlers[i];
        strbuf_addf(out, "  handler %d: to %d, depth %d%s\n", i, handler->target, handler->depth,
                    handler->lasti ? ", lasti" : "");
    }
    for (int i = 0; i < code->count; i++) {
        const Instr *instr = &code->instrs[i];
        strbuf_addf(out, "%5d  @%-4u %-22s", i, instr->offset, bc_name(instr->op));
        if (OPS[instr->op].arg == ARG_JUMP) strbuf_addf(out, " -> %d", instr->target);
        else if (OPS[instr->op].arg != ARG_NONE) strbuf_addf(out, " %d", instr->arg);
        if (instr->arg2) strbuf_addf(out, ", %d", instr->arg2);
        if (instr->flags & BC_BACKWARD) strbuf_addf(out, " backward");
        if (instr->handler >= 0) strbuf_addf(out, " !%d", instr->handler);
        if (instr->feedback) strbuf_addf(out, " ?%d", instr->feedback);
        if (instr->left) strbuf_addf(out, " of %d %d", instr->left, instr->right);
        if (instr->flags & BC_NEVER_RAN) strbuf_addf(out, " never_ran");
        strbuf_addf(out, "\n");
    }
}
