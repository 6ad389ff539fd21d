/* What is known of built-in callables: rows of builtins.def. */
#include "bytecode/bytecode.h"

#include <string.h>

typedef struct Row {
    uint8_t builtin, result;
    uint8_t type;     /* Likely of the object that a method is called on */
    const char *name; /* of a method */
} Row;

#define OF_list      LIKELY_LIST
#define OF_dict      LIKELY_DICT
#define OF_str       LIKELY_STR
#define OF_bytes     LIKELY_BYTES
#define OF_bytearray LIKELY_BYTEARRAY
#define OF_set       LIKELY_SET

static const Row ROWS[BI_COUNT] = {
#define FUNCTION(module, name, result)                                                                       \
    [BI_##module##_##name] = {BI_##module##_##name, LIKELY_##result, 0, ""},
#define TYPE(name, expression, result) [BI_type_##name] = {BI_type_##name, LIKELY_##result, 0, ""},
#define METHOD(type, name, result)                                                                           \
    [BI_##type##_##name] = {BI_##type##_##name, LIKELY_##result, OF_##type, #name},
#include "bytecode/builtins.def"
    [BI_object_init] = {BI_object_init, LIKELY_NONE, 0, ""},
};

int bc_name_id(const char *name) {
    for (int i = 1; i < BI_COUNT; i++)
        if (ROWS[i].type != 0 && ROWS[i].name[0] == name[0] && strcmp(ROWS[i].name, name) == 0) return i;
    return 0;
}

Builtin bc_method(Likely type, int name_id) {
    if (type == LIKELY_CHAR) type = LIKELY_STR;
    if (name_id <= 0 || name_id >= BI_COUNT) return BI_NONE;
    for (int i = name_id; i < BI_COUNT; i++)
        if (ROWS[i].type == type && strcmp(ROWS[i].name, ROWS[name_id].name) == 0) return (Builtin)i;
    return BI_NONE;
}

Likely bc_builtin_result(Builtin builtin) {
    return builtin == BI_NONE ? LIKELY_OTHER : (Likely)ROWS[builtin].result;
}
