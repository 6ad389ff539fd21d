/* Canonical, version-neutral bytecode of one code object, with what the interpreter learned about it. */
#ifndef DXPY_BYTECODE_BYTECODE_H
#define DXPY_BYTECODE_BYTECODE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/strbuf.h"

typedef enum BcOp {
#define OP(name, arg, pops, pushes) BC_##name,
#include "bytecode/ops.def"
    BC_OP_COUNT
} BcOp;

enum {
    BC_BACKWARD = 1,
    BC_NO_SPECULATION = 2 /* a guard kept failing here */,
    BC_OSR = 4 /* a hot back-edge: compiled code can be entered before it */,
    BC_RAN = 8 /* it ran since the interpreter began to watch this code */,
    BC_NEVER_RAN = 16 /* it did not; instructions that are not watched have neither flag */,
    BC_COLD = 32 /* not worth compiling: compiled code leaves here (set by lower/cold.c) */,
    BC_WARM = 64 /* compiled code left here, so it runs, whatever the interpreter noted */,
    BC_ARRIVES_BOXED = 128 /* what arrives here was not the number that was guessed */,
    BC_LINE = 256 /* a source line begins */,
    BC_GUARDS_STAY = 512 /* a guard moved out of the loop that begins here kept failing */,
    BC_STEPS = 1024 /* a loop over a generator that may be put in line in it (set by lower/lower_steps.c) */,
    BC_BY_IDENTITY = 4096 /* what is compared here had classes that leave == and != to object */,
    BC_OVERFLOWS = 8192 /* what an operator gave of two ints did not fit in 64 bits */,
    BC_BY_OPERANDS = 2048 /* types of operands say more than feedback, which is of all callers */
};

/* BINARY_OP's kinds, in CPython's order of the plain operators; in place is Instr.arg2. */
typedef enum BinaryKind {
    BIN_ADD,
    BIN_AND,
    BIN_FLOOR_DIVIDE,
    BIN_LSHIFT,
    BIN_MATRIX_MULTIPLY,
    BIN_MULTIPLY,
    BIN_REMAINDER,
    BIN_OR,
    BIN_POWER,
    BIN_RSHIFT,
    BIN_SUBTRACT,
    BIN_TRUE_DIVIDE,
    BIN_XOR,
    BIN_COUNT
} BinaryKind;

/* Does the interpreter note an operator's operands itself? Of the others the next tier knows what tier 1
 * notes. */
static inline bool bc_is_watched(int kind) {
    return kind == BIN_ADD || kind == BIN_SUBTRACT || kind == BIN_MULTIPLY;
}

/* What a built-in function does with the items of a generator that is put in line in its call. */
typedef enum GatherKind {
    GATHER_ANY,
    GATHER_ALL,
    GATHER_INTS,   /* sum of ints */
    GATHER_FLOATS, /* sum of floats: -0.0, which no sum can be, as long as there was none */
    GATHER_LIST,   /* they are put into a list, which the function is called with */
    GATHER_SET,
    GATHER_DICT, /* they are tuples of a key and a value */
    GATHER_MIN,  /* None, as long as there was none */
    GATHER_MAX,
    GATHER_FROZEN, /* a frozenset */
    GATHER_KINDS
} GatherKind;

/* What the interpreter's inline caches say about a site. Hints only: nothing may rely on one. */
typedef enum FeedbackKind {
    FB_NONE, /* never ran, or not specialised */
    FB_INT,
    FB_FLOAT,
    FB_STR, /* BINARY_OP, COMPARE_OP */
    FB_LIST_INT,
    FB_TUPLE_INT,
    FB_DICT, /* BINARY_SUBSCR, STORE_SUBSCR */
    FB_INSTANCE_VALUE,
    FB_MODULE,
    FB_WITH_HINT,
    FB_SLOT, /* LOAD_ATTR, STORE_ATTR */
    FB_METHOD_VALUES,
    FB_METHOD_DICT,
    FB_METHOD_NO_DICT,
    FB_METHOD_MODULE,
    FB_METHOD_CLASS, /* LOAD_METHOD */
    FB_GLOBAL_MODULE,
    FB_GLOBAL_BUILTIN, /* LOAD_GLOBAL */
    FB_CALL_PY,
    FB_CALL_BOUND,
    FB_CALL_C,
    FB_CALL_CLASS,
    FB_CALL_LEN,
    FB_CALL_ISINSTANCE,
    FB_CALL_APPEND, /* CALL */
    FB_TWO_TUPLE,
    FB_TUPLE,
    FB_LIST,
    FB_LIST_OR_TUPLE, /* UNPACK_SEQUENCE */
    FB_MEGAMORPHIC,   /* gave up specialising */
} FeedbackKind;

/* What a value probably is. */
typedef enum Likely {
    LIKELY_UNSEEN, /* nothing reaches it */
    LIKELY_INT,
    LIKELY_FLOAT,
    LIKELY_BOOL,
    LIKELY_STR,
    LIKELY_LIST,
    LIKELY_TUPLE,
    LIKELY_DICT,
    LIKELY_DICT_LIKE, /* of another class that looks keys up as dict does */
    LIKELY_RANGE,
    LIKELY_RANGE_ITER,
    LIKELY_RANGE_TYPE, /* the callable range */
    LIKELY_CHAR,       /* str of one character */
    LIKELY_SET,
    LIKELY_SLICE,
    LIKELY_NONE,
    LIKELY_BYTES,
    LIKELY_BYTEARRAY,
    LIKELY_DICT_ITEMS,
    LIKELY_DICT_VIEW, /* keys or values */
    LIKELY_LIST_ITER,
    LIKELY_TUPLE_ITER,
    LIKELY_STR_ITER,
    LIKELY_BYTES_ITER,
    LIKELY_BYTEARRAY_ITER,
    LIKELY_PLAIN_ITER, /* others whose next item comes without running code: see cpython/iterate.c */
    LIKELY_ENUMERATE,
    LIKELY_ZIP,
    LIKELY_DICT_ITEMS_ITER,
    LIKELY_NUMBER,  /* int or float by turns, of an operator's operands */
    LIKELY_MIXED,   /* likewise, and one of the two is a float */
    LIKELY_BIG,     /* int that may be of any size */
    LIKELY_WORD,    /* int from 0 to 2**64 */
    LIKELY_DOUBLES, /* array.array of doubles, of C ints */
    LIKELY_C_INTS,
    LIKELY_COMPLEX,
    LIKELY_OTHER
} Likely;

/* Built-in callables, of bytecode/builtins.def. */
typedef enum Builtin {
    BI_NONE,
#define FUNCTION(module, name, result, quiet)   BI_##module##_##name,
#define TYPE(name, expression, result, quiet)   BI_type_##name,
#define METHOD(type, name, result, quiet)       BI_##type##_##name,
#define CLASS_METHOD(type, name, result, quiet) BI_##type##_##name,
#define LIBRARY(type, name, result, quiet)      BI_##type##_##name,
#include "bytecode/builtins.def"
    BI_object_init, /* object.__init__, which is no method like those of builtins.def */
    BI_COUNT
} Builtin;

/* Names of attributes in Bytecode.name_ids, beside those of methods. */
enum { NAME_REAL = 254, NAME_IMAG = 255 };

enum { CONST_ITEMS = 4 };

typedef struct ConstInfo {
    uint8_t type;    /* Likely */
    int64_t integer; /* of an int that fits, of LIKELY_WORD its bits; if it does not, type is LIKELY_OTHER. Of
                        LIKELY_CHAR: its code */
    bool is_2_64;    /* 2**64 */
    double real;     /* of a float, and with `imag` of a complex number */
    double imag;
    int length;       /* of a tuple */
    bool of_integers; /* a tuple of at most CONST_ITEMS ints that fit: `integers` */
    int64_t integers[CONST_ITEMS];
    bool is_start; /* the tuple of the name `start` alone */
    bool is_latin; /* a str whose characters are below 256, and `characters` says which */
    uint64_t characters[4];
} ConstInfo;

/* C functions that a helper does the work of. */
typedef enum KnownCode {
    CODE_UNKNOWN,
    CODE_DEQUE_APPEND,
    CODE_DEQUE_APPENDLEFT,
    CODE_DEQUE_POP,
    CODE_DEQUE_POPLEFT,
    CODE_HEAP_PUSH,
    CODE_HEAP_POP,
    KNOWN_CODE_COUNT
} KnownCode;

/* The code of a C function, and how it is called: CallConvention. */
typedef struct CCode {
    void *address;
    uint8_t convention;
    uint8_t known;    /* KnownCode */
    bool takes_tuple; /* of CONVENTION_OTHER: its arguments come as a tuple, none by name */
} CCode;

/* What a site leads to in the running process, found out when it is decoded. The numbers are compared with
 * when compiled code runs; the addresses are borrowed and mean something only behind such a comparison. */
typedef enum SiteKind {
    SITE_GLOBAL,
    SITE_BUILTIN,
    /* LOAD_ATTR, STORE_ATTR, LOAD_METHOD: of an owner whose type has `type_version` */
    SITE_VALUE,  /* instance value, `offset` bytes from the start of the values */
    SITE_MEMBER, /* of __slots__: `offset` bytes from the start of the object */
    SITE_ENTRY, /* entry number `entry` of the instance's own dict, its value `offset` bytes from its start */
    SITE_METHOD, /* `object` is a function or method descriptor of the class, to be called with the owner;
                    LOAD_ATTR binds it to it */
    SITE_CLASS_VALUE, /* `object` is an attribute of the class that is given as it is */
    SITE_OF_CLASS,    /* the owner is a class of `owner_version`: likewise `object` */
    SITE_OF_MODULE,   /* `offset` bytes from the start of the keys of the module's dict */
    SITE_PROPERTY,    /* `holder` is a property of the class, whose getter, or setter where it is written,
                         `object` is at `offset` of it */
    SITE_CODE,        /* any function of the code `object` that looks names up in `globals` and `builtins` */
    SITE_CALLABLE,    /* the function, class or built-in function `object`, which was there in a sample */
    SITE_ITEM,        /* of a tuple of the class: `offset` is its index */
    SITE_SUPER, /* CALL of super() where no class of the first argument is known, see `above`; where one is
                   it is a SITE_METHOD */
} SiteKind;

/* `super().method`, `super(class, object).method`: the method is that of the classes behind `class` in the
 * order of those of the object, which is the function's first argument if it is not given. */
typedef struct SuperCall {
    void *class;  /* what the cell of __class__, or the first operand, has */
    void *name;   /* of the method */
    int32_t cell; /* slot of that cell; -1: the operands are given */
} SuperCall;

typedef struct Site {
    uint8_t kind;   /* SiteKind */
    uint8_t likely; /* Likely of what is there now or of a sample; LIKELY_OTHER: not known */
    uint32_t keys_version, builtin_version; /* of the dicts' keys; of attributes see lower_attr.c */
    uint32_t type_version, owner_version;
    uint32_t value_version;   /* of the class of `object`, which may be given __get__; 0: it cannot */
    int64_t offset;           /* in bytes, of the value from the start of the keys */
    void *globals, *builtins; /* the dicts */
    int32_t entry;
    bool called;  /* of a CALL: what is called is an object of the class */
    bool in_dict; /* SITE_METHOD, SITE_CLASS_VALUE: instances have a dict, which may have it too */
    void *type;   /* that has type_version */
    void *object; /* what is there now */
    void *holder; /* the staticmethod or classmethod that has `object`, at `offset`; NULL: it is no such
                     thing. SITE_CODE: a sample of the functions; NULL: none is there */
    const ConstInfo *defaults; /* SITE_CODE: those that one of the functions has, or had */
    int default_count;         /* 0: none is known */
    void *bound; /* LOAD_METHOD: the class that `object` is called with; NULL: with the owner, or with nothing
                  */
    const struct SuperCall *above; /* of `super()` and of the LOAD_METHOD behind it; NULL: it is neither */
    void *code; /* of a Python function that `object` is; SITE_CODE: that, NULL: they are made by this very
                   code. Else NULL */
    uint8_t builtin; /* Builtin that the object is */
    uint8_t method;  /* Builtin that it is a bound method of: of a C type, with what it is called on */
    const struct Site
        *unbound;            /* of a bound method of a Python function: its function; NULL: it is none such */
    void *definition;        /* of a built-in function: its PyMethodDef, which never goes */
    CCode c_code;            /* likewise, and of a method of a C type */
    const struct Site *next; /* likewise for owners of another class; `likely` is of all; NULL: no more */
} Site;

/* Does a site lead to one object, whatever class its owner has? */
static inline bool bc_leads_to_one(const Site *site) {
    for (const Site *other = site->next; other != NULL; other = other->next)
        if (other->object != site->object) return false;
    return true;
}

/* Does a site say what a call of what is there is of? */
static inline bool bc_names_callable(const Site *site) {
    return site != NULL && (site->object != NULL || site->unbound != NULL || site->definition != NULL);
}

/* Does a site lead to what a sample, or the call itself, was found to be of? */
static inline bool bc_is_called(const Site *site) {
    return !site->called && (site->kind == SITE_CALLABLE || (site->kind == SITE_CODE && site->code != NULL));
}

/* Does LOAD_METHOD give a function and what to call it with? */
static inline bool bc_is_method(const Site *site) { return site->kind == SITE_METHOD || site->bound != NULL; }

enum { NOTED_ITEMS = 3 }; /* of those that are unpacked, the first ones */

typedef struct Instr {
    uint8_t op; /* BcOp */
    uint16_t flags;
    uint8_t feedback; /* FeedbackKind */
    uint8_t left,
        right;     /* Likely of a binary operation's operands, as tier 1 noted them; LIKELY_UNSEEN: not */
    uint8_t value; /* Likely of what an attribute, a call or a loop gives, as was noted; LIKELY_UNSEEN: not */
    uint8_t items[NOTED_ITEMS]; /* likewise of what is unpacked */
    int32_t arg, arg2;
    int32_t target;   /* index of the instruction jumped to, -1: none */
    int32_t handler;  /* index into Bytecode.handlers of the innermost one, -1: none */
    uint32_t offset;  /* code unit at which the interpreter can go on with this instruction */
    uint32_t lasti;   /* code unit that frames show while it runs */
    const Site *site; /* NULL: nothing is known */
} Instr;

typedef struct BcHandler {
    int32_t target; /* instruction index */
    int32_t depth;  /* stack entries kept */
    bool lasti;     /* the raising instruction's lasti is pushed before the exception */
} BcHandler;

/* A frame that stood before a hot back-edge, as a sample of what values are there. */
typedef struct OsrSample {
    int32_t index;  /* of the back-edge's instruction */
    int32_t depth;  /* of its operand stack */
    uint8_t *types; /* Likely of each local (LIKELY_UNSEEN: unbound), then of the operands, bottom first */
} OsrSample;

typedef struct Bytecode {
    const char *name; /* UTF-8, for people */
    Instr *instrs;
    int count;
    int32_t *firsts; /* by instruction: that of which it is a copy (lower/peel.c), or itself; NULL: all are */
    BcHandler *handlers;
    int handler_count;
    int argument_count; /* slots that hold arguments on entry, *args and **kwargs included */
    int rest_parameter, keywords_parameter; /* the slot of *args, of **kwargs; -1: there is none */
    int local_count;                        /* localsplus slots without the stack */
    int plain_local_count; /* of these, plain locals (the rest are cells and free variables) */
    int free_count;        /* free variables, the last slots */
    int stack_size;
    int const_count, name_count;
    ConstInfo *consts;
    uint8_t *name_types; /* Likely of a global of that name: LIKELY_RANGE_TYPE for range */
    uint8_t *name_ids; /* for a method name: its number among those of builtins.def, see bc_method; NAME_REAL,
                          NAME_IMAG */
    uint8_t *argument_types; /* Likely, from a sample call; NULL: none */
    uint8_t *
        sample_types; /* Likely of locals, then operands, in the frame seen last at a back-edge; NULL: none */
    int sample_count;
    OsrSample *osr_samples;
    int osr_sample_count;
    void *array_type;     /* array.array, NULL: none was seen */
    const CCode *methods; /* by Builtin: of methods; NULL: nothing is known of them */
    int unit_count;       /* length in code units */
    bool is_generator;    /* generator, coroutine or async generator */
    bool is_coroutine;    /* may await: coroutine, or generator marked as one */
} Bytecode;

/* The sites of what a CALL was noted to be of, if it goes by these; NULL. `read`: where its function was
 * read, which says more, unless it is of a sample only and `sampled` says so: there may be several functions.
 */
static inline const Site *bc_noted(const Instr *call, const Site *read, bool sampled) {
    const Site *noted = call->site;
    if (noted == NULL || !bc_is_called(noted) || call->flags & BC_NO_SPECULATION) return NULL;
    if (!bc_names_callable(read)) return noted;
    return sampled && bc_is_called(read) && noted->next != NULL ? noted : NULL;
}

/* Where the loop stood that an instruction is a copy of: what is in front of it led into the loop. */
static inline int bc_first(const Bytecode *code, int index) {
    return code->firsts != NULL ? code->firsts[index] : index;
}

/* Does control never go on behind it? */
bool bc_is_last(const Instr *instr);

/* Names and effects from ops.def. */
const char *bc_name(BcOp op);
int bc_pops(const Instr *instr);
int bc_pushes(const Instr *instr);
/* How many inline caches tier 1 gives the operation: one for each of the first items that are unpacked. They
 * are numbered in the order of the instructions. */
int bc_cache_count(BcOp op);

/* The method of a built-in type with the name that name_ids gave a number; BI_NONE: it is not known. */
Builtin bc_method(Likely type, int name_id);
/* Of which type a method is: LIKELY_UNSEEN: none that is known by a guard. */
Likely bc_method_type(Builtin builtin);
/* What a call of it probably gives. */
Likely bc_builtin_result(Builtin builtin);
/* May a call of so many arguments run no code? Then which ones: the letter of the nth. */
bool bc_is_quiet(Builtin builtin, int count);
char bc_quiet_argument(Builtin builtin, int n);
/* Does a call change no object, and make none that garbage is collected for? */
bool bc_keeps_memory(Builtin builtin);
/* Number of a method's name, 0: none that is known. Methods of one name share it. */
int bc_name_id(const char *name);

/* Print one instruction a line. */
void bc_print(const Bytecode *code, StrBuf *out);

#endif
