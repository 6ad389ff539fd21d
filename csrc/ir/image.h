/* What an artifact says about itself, as an array of int32: written by codegen/image.c, read by jit/link.c.
 *
 *   magic, version
 *   calls put in line, then per call: frame of its caller, is it an __init__
 *   caches, link slots, then per slot: kind, index
 *   entries, then per entry: kind, offset
 *   exits, then per exit: kind, levels, then per level, innermost first: frame, whether it
 *   is there, offset, lasti, depth, pushes lasti; values, then per value: kind, slot
 *
 * The link block of a loaded function: inline caches first, then the link slots. Emitted code gets its
 * address. */
#ifndef DXPY_IR_IMAGE_H
#define DXPY_IR_IMAGE_H

enum {
    IMAGE_MAGIC = 0x69787064,
    IMAGE_VERSION = 11,
    CACHE_BYTES = 80,
    RANGE_PARTS = 2,           /* rows behind EXIT_RANGE */
    OBJECT_MAX_PLACE = 8 * 30, /* of a part of an object that an exit makes */
    EXIT_MOST_ZIPPED = 4       /* iterators of a zip that it makes */
};

typedef enum LinkKind {
    LINK_CODE,    /* the CompiledCode itself */
    LINK_BREAKER, /* address of the eval breaker */
    LINK_VISITS,  /* address of the counts of Visits in jit/table.c, where exits are forced */
    LINK_INVALID, /* address of the flag that says the code was invalidated */
    LINK_HELPER,  /* index: Helper */
    LINK_CONST,   /* index: co_consts */
    LINK_NAME,    /* index: co_names */
    LINK_KNOWN,   /* index: Known */
    LINK_FACT,    /* index: Fn.facts */
    LINK_FLOOR,   /* from where a thread's own variables are to stack_floor (runtime/stack.h) */
    LINK_NATIVE,  /* address of native_state (runtime/rt.h) */
    LINK_RECORDS, /* which word of what others keep with a code object is its FunctionRecord */
} LinkKind;

/* What emitted code reads of a site's inline cache (RtCache, runtime/rt.h): bytes from its start, */
enum CacheField {
    CACHE_VERSION = 0,
    CACHE_KIND = 4, /* no kind needs more than a byte */
    CACHE_INDEX = 8,
    CACHE_KEY_COUNT = 12,
    CACHE_VALUE = 16,
    CACHE_KEYS_VERSION = 24,
    CACHE_SPARE = 28,
    CACHE_OFFSET = 32,
    CACHE_GAVE = 72
};
enum { CACHE_GAVE_SEVERAL = 1 };
/* and what kinds of places there are: of a global, */
typedef enum GlobalKind { GLOBAL_UNKNOWN, GLOBAL_OWN, GLOBAL_BUILTIN } GlobalKind;
/* and of an attribute or a method. */
typedef enum AttrKind {
    ATTR_NONE,
    ATTR_VALUE,      /* instance value at `index` */
    ATTR_DICT,       /* entry `index` of the instance's dict */
    ATTR_MEMBER,     /* object pointer at byte offset `index` (__slots__) */
    ATTR_CLASS,      /* `value` of the class; instances have no dict */
    ATTR_CLASS_KEYS, /* `value` of the class; the name is not among the first `key_count` shared keys */
    ATTR_CLASS_DICT, /* `value` of the class; the instance's dict is asked first */
    ATTR_PROPERTY,   /* `value` is the property, whose getter may be replaced */
    ATTR_GETTER,     /* `value` is a descriptor of a C type, which comes first */
    ATTR_MODULE,     /* entry `index` of a module's dict */
    ATTR_OF_TYPE,    /* the owner is a class of version `keys_version`: `value` */
} AttrKind;

/* How a call finds the way into compiled code: bytes from the start of a FunctionRecord and a CompiledCode.
 */
enum { RECORD_COMPILED = 0, COMPILED_WAY_IN = 16, COMPILED_WAY_IN_ARGS = 24 };
/* Arguments that it takes, and how many of them in registers: the others lie on the C stack, as in C. */
enum { WAY_IN_MOST_ARGS = 8, WAY_IN_REGISTER_ARGS = 4 };

#endif
