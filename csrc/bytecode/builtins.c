/* What is known of built-in callables: rows of builtins.def. */
#include "bytecode/bytecode.h"

#include <string.h>

typedef struct Row {
    uint8_t builtin, result;
    uint8_t type;     /* Likely of the object that a method is called on */
    const char *name; /* of a method */
    const char *quiet;
} Row;

_Static_assert((int)BI_COUNT <= (int)NAME_REAL, "a Builtin is a byte in many places");

#define OF_int       LIKELY_INT
#define OF_float     LIKELY_FLOAT
#define OF_list      LIKELY_LIST
#define OF_dict      LIKELY_DICT
#define OF_str       LIKELY_STR
#define OF_bytes     LIKELY_BYTES
#define OF_bytearray LIKELY_BYTEARRAY
#define OF_set       LIKELY_SET
#define OF_complex   LIKELY_COMPLEX

static const Row ROWS[BI_COUNT] = {
#define FUNCTION(module, name, result, quiet)                                                                \
    [BI_##module##_##name] = {BI_##module##_##name, LIKELY_##result, 0, "", quiet},
#define TYPE(name, expression, result, quiet)                                                                \
    [BI_type_##name] = {BI_type_##name, LIKELY_##result, 0, "", quiet},
#define METHOD(type, name, result, quiet)                                                                    \
    [BI_##type##_##name] = {BI_##type##_##name, LIKELY_##result, OF_##type, #name, quiet},
#define CLASS_METHOD(type, name, result, quiet)                                                              \
    [BI_##type##_##name] = {BI_##type##_##name, LIKELY_##result, 0, "", quiet},
#define LIBRARY(type, name, result, quiet)                                                                   \
    [BI_##type##_##name] = {BI_##type##_##name, LIKELY_##result, 0, "", quiet},
#include "bytecode/builtins.def"
    [BI_object_init] = {BI_object_init, LIKELY_NONE, 0, "", "-"},
};

int bc_name_id(const char *name) {
    if (strcmp(name, "real") == 0) return NAME_REAL;
    if (strcmp(name, "imag") == 0) return NAME_IMAG;
    for (int i = 1; i < BI_COUNT; i++)
        if (ROWS[i].type != 0 && ROWS[i].name[0] == name[0] && strcmp(ROWS[i].name, name) == 0) return i;
    return 0;
}

Builtin bc_method(Likely type, int name_id) {
    if (type == LIKELY_CHAR) type = LIKELY_STR;
    if (type == LIKELY_BIG) type = LIKELY_INT;
    if (name_id <= 0 || name_id >= BI_COUNT) return BI_NONE;
    for (int i = name_id; i < BI_COUNT; i++)
        if (ROWS[i].type == type && strcmp(ROWS[i].name, ROWS[name_id].name) == 0) return (Builtin)i;
    return BI_NONE;
}

Likely bc_method_type(Builtin builtin) { return (Likely)ROWS[builtin].type; }

Likely bc_builtin_result(Builtin builtin) {
    return builtin == BI_NONE ? LIKELY_OTHER : (Likely)ROWS[builtin].result;
}

bool bc_is_quiet(Builtin builtin, int count) {
    const char *letters = builtin == BI_NONE ? "-" : ROWS[builtin].quiet;
    size_t length = strlen(letters); /* 0: it takes no arguments */
    if (letters[0] == '-') return false;
    return (size_t)count <= length || (length > 0 && letters[length - 1] == '+');
}

char bc_quiet_argument(Builtin builtin, int n) {
    const char *letters = ROWS[builtin].quiet;
    size_t length = strlen(letters);
    if (letters[length - 1] == '+' && (size_t)n >= length - 1) return letters[length - 2];
    return letters[n];
}

bool bc_keeps_memory(Builtin builtin) {
    switch (ROWS[builtin].result) {
    case LIKELY_INT:
    case LIKELY_FLOAT:
    case LIKELY_BOOL:
    case LIKELY_STR:
    case LIKELY_CHAR:
    case LIKELY_BYTES: return true;
    default: return false;
    }
}
