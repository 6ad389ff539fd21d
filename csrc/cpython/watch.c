/* Quickened code: what it is like, and how it is made, since CPython's own function for that is not exported.
 */
#include "cpython/compat.h"

/* Its tables are defined in decode.c. */
#include <internal/pycore_opcode.h>

static uint8_t watched_form(uint8_t opcode) {
    switch (opcode) {
    case BINARY_OP: return BINARY_OP_ADAPTIVE;
    case BINARY_SUBSCR: return BINARY_SUBSCR_ADAPTIVE;
    case CALL: return CALL_ADAPTIVE;
    case COMPARE_OP: return COMPARE_OP_ADAPTIVE;
    case LOAD_ATTR: return LOAD_ATTR_ADAPTIVE;
    case LOAD_GLOBAL: return LOAD_GLOBAL_ADAPTIVE;
    case LOAD_METHOD: return LOAD_METHOD_ADAPTIVE;
    case PRECALL: return PRECALL_ADAPTIVE;
    case STORE_ATTR: return STORE_ATTR_ADAPTIVE;
    case STORE_SUBSCR: return STORE_SUBSCR_ADAPTIVE;
    case UNPACK_SEQUENCE: return UNPACK_SEQUENCE_ADAPTIVE;
    case EXTENDED_ARG: return EXTENDED_ARG_QUICK;
    case JUMP_BACKWARD: return JUMP_BACKWARD_QUICK;
    case RESUME: return RESUME_QUICK;
    default: return opcode;
    }
}

bool cp_is_adaptive(uint8_t opcode) {
    return opcode != _PyOpcode_Deopt[opcode] && watched_form(_PyOpcode_Deopt[opcode]) == opcode;
}

/* Two plain operations that the interpreter does in one step. */
static uint8_t joined(uint8_t first, uint8_t second) {
    static const struct {
        uint8_t first, second, both;
    } PAIRS[] = {
        {LOAD_FAST, LOAD_FAST, LOAD_FAST__LOAD_FAST},     {STORE_FAST, LOAD_FAST, STORE_FAST__LOAD_FAST},
        {LOAD_CONST, LOAD_FAST, LOAD_CONST__LOAD_FAST},   {LOAD_FAST, LOAD_CONST, LOAD_FAST__LOAD_CONST},
        {STORE_FAST, STORE_FAST, STORE_FAST__STORE_FAST},
    };
    for (size_t i = 0; i < sizeof(PAIRS) / sizeof(PAIRS[0]); i++)
        if (PAIRS[i].first == first && PAIRS[i].second == second) return PAIRS[i].both;
    return first;
}

void cp_watch(PyCodeObject *code) {
    if (cp_is_watched(code)) return;
    _Py_CODEUNIT *units = cp_code_units(code);
    uint8_t previous = NOP;
    code->co_warmup = 0;
    for (Py_ssize_t i = 0; i < Py_SIZE(code); i++) {
        uint8_t plain = _Py_OPCODE(units[i]);
        *(uint8_t *)(units + i) = watched_form(plain);
        if (i > 0 && joined(previous, plain) != previous)
            *(uint8_t *)(units + i - 1) = joined(previous, plain);
        previous = plain;
        i += _PyOpcode_Caches[plain];
    }
}

static bool jumps_too(uint8_t opcode) {
    return opcode == COMPARE_OP_FLOAT_JUMP || opcode == COMPARE_OP_INT_JUMP || opcode == COMPARE_OP_STR_JUMP;
}

enum { FROM_COMPARISON_TO_JUMP = 1 + INLINE_CACHE_ENTRIES_COMPARE_OP };

int32_t cp_back_edge_of(PyCodeObject *code, int32_t unit) {
    if (unit < 0 || unit >= Py_SIZE(code)) return -1;
    if (jumps_too(_Py_OPCODE(cp_code_units(code)[unit]))) unit += FROM_COMPARISON_TO_JUMP;
    return unit < Py_SIZE(code) && cp_is_back_edge(_Py_OPCODE(cp_code_units(code)[unit])) ? unit : -1;
}

/* The instruction behind one: what lies between are its caches, which can look like anything. */
static int32_t next_instruction(const _Py_CODEUNIT *units, int32_t unit) {
    return unit + 1 + _PyOpcode_Caches[_PyOpcode_Deopt[_Py_OPCODE(units[unit])]];
}

int32_t cp_next_back_edge(PyCodeObject *code, int32_t unit) {
    const _Py_CODEUNIT *units = cp_code_units(code);
    for (unit = unit < 0 ? 0 : next_instruction(units, unit); unit < Py_SIZE(code);
         unit = next_instruction(units, unit))
        if (cp_is_back_edge(_Py_OPCODE(units[unit]))) return unit;
    return -1;
}

int32_t cp_loop_around(PyCodeObject *code, int32_t unit, unsigned turn) {
    enum { MOST_EDGES = 16 };
    const _Py_CODEUNIT *units = cp_code_units(code);
    int32_t edges[MOST_EDGES], head = -1;
    unsigned count = 0;
    uint32_t distance = 0;
    for (int32_t at = 0; at < Py_SIZE(code); at = next_instruction(units, at)) {
        distance = distance << 8 | _Py_OPARG(units[at]);
        if (_PyOpcode_Deopt[_Py_OPCODE(units[at])] == EXTENDED_ARG) continue;
        int32_t to = at + 1 - (int32_t)distance;
        distance = 0;
        if (at < unit || to > unit || to < head || !cp_is_back_edge(_Py_OPCODE(units[at]))) continue;
        if (to > head) count = 0;
        head = to;
        if (count < MOST_EDGES) edges[count++] = at;
    }
    return count > 0 ? edges[turn % count] : -1;
}

int32_t cp_first_unit(PyCodeObject *code, int32_t unit) {
    const _Py_CODEUNIT *units = cp_code_units(code);
    int32_t first = 0;
    for (int32_t at = 0; at < unit; at = next_instruction(units, at))
        if (_PyOpcode_Deopt[_Py_OPCODE(units[at])] != EXTENDED_ARG) first = next_instruction(units, at);
    return first;
}

int32_t cp_comparison_before(PyCodeObject *code, int32_t unit) {
    const _Py_CODEUNIT *units = cp_code_units(code);
    int32_t wanted = unit - FROM_COMPARISON_TO_JUMP;
    if (wanted < 0 || !jumps_too(_Py_OPCODE(units[wanted]))) return -1;
    int32_t at = 0;
    while (at < wanted) at = next_instruction(units, at);
    return at == wanted ? wanted : -1; // else what looks like one is in a cache
}

bool cp_has_name(PyCodeObject *code, const char *name) {
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(code->co_names); i++)
        if (_PyUnicode_EqualToASCIIString(PyTuple_GET_ITEM(code->co_names, i), name)) return true;
    return false;
}

bool cp_any_thread_is_traced(void) {
    for (PyThreadState *thread = PyInterpreterState_ThreadHead(PyInterpreterState_Get()); thread != NULL;
         thread = PyThreadState_Next(thread))
        if (thread->c_tracefunc != NULL || thread->c_profilefunc != NULL) return true;
    return false;
}
