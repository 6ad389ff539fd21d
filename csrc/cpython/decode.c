/* Raw code units -> canonical bytecode: un-specialise, strip caches, join EXTENDED_ARG and call pairs,
 * resolve jumps and exception ranges to instructions, read the inline caches as feedback. */
#include "cpython/arrays.h"
#include "cpython/library.h"
#include "cpython/decode_sites.h"
#include "cpython/generators.h"
#include "cpython/hook.h"
#include "ir/ir.h"

enum { CONTAINED_DEPTH = 8 };

typedef struct Decoder {
    CompileContext *cx;
    PyCodeObject *code;
    Bytecode *out;
    int32_t *instr_at; /* code unit -> instruction that starts there (-1: none) */
    VEC(Instr) instrs;
    int pending_offset, pending_names; /* of a call whose CALL has not come yet, -1: none */
    uint8_t pending_feedback, pending_flags;
} Decoder;

#include "cpython/decode_311.h"

static const int16_t SAME_OPS[256] = {
#define SAME(name) [name] = BC_##name + 1,
#include "cpython/opmap_311.h"
#undef SAME
};

/* The instruction that begins at a code unit, which becomes that of the next one. */
static Instr read_instr(Decoder *d, int *at) {
    _Py_CODEUNIT *units = cp_code_units(d->code);
    int unit = *at, count = (int)Py_SIZE(d->code), opcode = plain_opcode(units[unit]);
    unsigned oparg = 0;
    while (opcode == EXTENDED_ARG) {
        oparg = (oparg | _Py_OPARG(units[unit])) << 8;
        if (++unit >= count) bail(d->cx, "bad_bytecode", "EXTENDED_ARG at the end");
        opcode = plain_opcode(units[unit]);
    }
    oparg |= _Py_OPARG(units[unit]);
    if ((int)oparg < 0) bail(d->cx, "bad_bytecode", "argument of code unit %d is too large", unit);
    Instr instr = {.offset = (uint32_t)*at,
                   .lasti = (uint32_t)unit,
                   .arg = (int32_t)oparg,
                   .target = -1,
                   .handler = -1,
                   .flags = has_run(d->code, unit),
                   .feedback = FEEDBACK_OF[_Py_OPCODE(units[unit])]};
    const JumpRule *jump = &JUMP_RULES[opcode];
    if (jump->direction != 0) {
        instr.op = jump->op;
        instr.flags |= jump->checks ? BC_BACKWARD : 0;
        instr.target = unit + 1 + jump->direction * (int)oparg; /* a code unit until resolve_jumps */
    } else if (SAME_OPS[opcode]) {
        instr.op = (uint8_t)(SAME_OPS[opcode] - 1);
        if (instr.op == BC_RESUME) instr.arg &= 3;
    } else if (!decode_by_rule(d, &instr, opcode, (int)oparg)) {
        bail(d->cx, "bad_bytecode", "unknown opcode %d at code unit %d", opcode, unit);
    }
    *at = unit + 1 + cache_units(opcode);
    return instr;
}

static void decode_instrs(Decoder *d) {
    for (int i = 0; i < d->out->unit_count; i++) d->instr_at[i] = -1;
    for (int unit = 0; unit < d->out->unit_count;) {
        d->instr_at[unit] = d->instrs.count;
        vec_push(&d->cx->arena, &d->instrs, read_instr(d, &unit));
    }
}

int decode_cache_count(PyCodeObject *code) {
    CompileContext cx;
    Decoder d = {.cx = &cx, .code = code, .pending_offset = -1, .pending_names = -1};
    volatile int count = 0;
    if (setjmp(cx.bailed)) return 0; /* it will never be decoded */
    for (int unit = 0; unit < Py_SIZE(code);) count += bc_cache_count(read_instr(&d, &unit).op);
    return count;
}

int decode_find_cache(PyCodeObject *code, int32_t offset, Instr *found) {
    CompileContext cx;
    Decoder d = {.cx = &cx, .code = code, .pending_offset = -1, .pending_names = -1};
    int cache = -1;
    if (setjmp(cx.bailed)) return -1;
    for (int unit = 0; unit < Py_SIZE(code);) {
        *found = read_instr(&d, &unit);
        cache += bc_cache_count(found->op);
        if (found->op != BC_NOP && (int32_t)found->offset >= offset)
            return bc_cache_count(found->op) == 1 && (int32_t)found->offset == offset ? cache : -1;
    }
    return -1;
}

static void resolve_jumps(Decoder *d) {
    for (int i = 0; i < d->instrs.count; i++) {
        Instr *instr = &d->instrs.items[i];
        if (instr->target == -1) continue;
        if (instr->target < 0 || instr->target >= d->out->unit_count || d->instr_at[instr->target] < 0)
            bail(d->cx, "bad_bytecode", "jump at code unit %u leads to no instruction", instr->lasti);
        instr->target = d->instr_at[instr->target];
    }
}

/* One number of the exception table: six bits a byte, most significant first, bit 6 says that more follow. */
static bool read_number(const uint8_t **at, const uint8_t *end, int *value) {
    int result = 0;
    const uint8_t *p = *at;
    do {
        if (p == end || result > 0x1ffffff) return false;
        result = (result << 6) | (*p & 63);
    } while (*p++ & 64);
    *at = p;
    *value = result;
    return true;
}

static void decode_handlers(Decoder *d) {
    VEC(BcHandler) handlers = {0};
    const uint8_t *at = (const uint8_t *)PyBytes_AS_STRING(d->code->co_exceptiontable);
    const uint8_t *end = at + PyBytes_GET_SIZE(d->code->co_exceptiontable);
    int next = 0; /* first instruction not behind the ranges read so far */
    while (at < end) {
        int start, size, target, depth;
        if (!read_number(&at, end, &start) || !read_number(&at, end, &size) ||
            !read_number(&at, end, &target) || !read_number(&at, end, &depth))
            bail(d->cx, "bad_bytecode", "the exception table is cut short");
        if (target >= d->out->unit_count || d->instr_at[target] < 0)
            bail(d->cx, "bad_bytecode", "an exception handler at code unit %d is no instruction", target);
        BcHandler handler = {.target = d->instr_at[target], .depth = depth >> 1, .lasti = depth & 1};
        for (; next < d->instrs.count && (int)d->instrs.items[next].lasti < start; next++) {
        }
        for (int i = next; i < d->instrs.count && (int)d->instrs.items[i].lasti < start + size; i++)
            if (d->instrs.items[i].handler < 0) d->instrs.items[i].handler = handlers.count;
        vec_push(&d->cx->arena, &handlers, handler);
    }
    d->out->handlers = handlers.items;
    d->out->handler_count = handlers.count;
}

/* Each entry of the line table begins with a byte above 127: what it says in bits 3 to 6, and how many code
 * units less one it covers in the lowest three. Numbers are in groups of six bits, least significant first.
 */
static int line_of_entry(const uint8_t *entry, const uint8_t *end, int *line) {
    enum { FORM_ONE_LINE = 10, FORM_NO_COLUMN = 13, FORM_LONG, FORM_NONE };
    int form = *entry >> 3 & 15;
    if (form == FORM_NONE) return -1;
    if (form < FORM_NO_COLUMN) return *line += form < FORM_ONE_LINE ? 0 : form - FORM_ONE_LINE;
    unsigned value = 0;
    for (int shift = 0; ++entry < end && shift < 30; shift += 6) {
        value |= (unsigned)(*entry & 63) << shift;
        if (!(*entry & 64)) break;
    }
    return *line += value & 1 ? -(int)(value >> 1) : (int)(value >> 1);
}

static void mark_lines(Decoder *d) {
    const uint8_t *at = (const uint8_t *)PyBytes_AS_STRING(d->code->co_linetable);
    const uint8_t *end = at + PyBytes_GET_SIZE(d->code->co_linetable);
    int line = d->code->co_firstlineno, covered = 0, before = -1;
    for (int i = 0; at < end;) {
        int now = line_of_entry(at, end, &line);
        covered += (*at & 7) + 1;
        for (; i < d->instrs.count && (int)d->instrs.items[i].lasti < covered; i++) {
            if (now >= 0 && now != before) d->instrs.items[i].flags |= BC_LINE;
            before = now;
        }
        do at++;
        while (at < end && !(*at & 128));
    }
}

static void check_args(Decoder *d) {
    Bytecode *code = d->out;
    for (int i = 0; i < code->count; i++) {
        const Instr *instr = &code->instrs[i];
        int limit = INT_MAX;
        switch (instr->op) {
        case BC_LOAD_CONST: limit = code->const_count; break;
        case BC_LOAD_FAST:
        case BC_STORE_FAST:
        case BC_DELETE_FAST:
        case BC_LOAD_CLOSURE:
        case BC_MAKE_CELL:
        case BC_LOAD_DEREF:
        case BC_STORE_DEREF:
        case BC_DELETE_DEREF:
        case BC_LOAD_CLASSDEREF: limit = code->local_count; break;
        case BC_LOAD_NAME:
        case BC_STORE_NAME:
        case BC_DELETE_NAME:
        case BC_LOAD_GLOBAL:
        case BC_STORE_GLOBAL:
        case BC_DELETE_GLOBAL:
        case BC_LOAD_ATTR:
        case BC_STORE_ATTR:
        case BC_DELETE_ATTR:
        case BC_LOAD_METHOD:
        case BC_IMPORT_NAME:
        case BC_IMPORT_FROM: limit = code->name_count; break;
        case BC_COPY_FREE_VARS: limit = code->free_count + 1; break;
        case BC_RAISE_VARARGS: limit = 3; break;
        case BC_COMPARE_OP: limit = 6; break;
        default: break;
        }
        if (instr->arg >= limit)
            bail(d->cx, "bad_bytecode", "argument %d of %s at code unit %u is out of range", instr->arg,
                 bc_name(instr->op), instr->lasti);
    }
}

static uint8_t decode_likely_iterator(const void *type) {
    static const struct {
        PyTypeObject *type;
        uint8_t likely;
    } TYPES[] = {
        {&PySet_Type, LIKELY_SET},
        {&PyBytes_Type, LIKELY_BYTES},
        {&PyByteArray_Type, LIKELY_BYTEARRAY},
        {&PyDictItems_Type, LIKELY_DICT_ITEMS},
        {&PyDictKeys_Type, LIKELY_DICT_VIEW},
        {&PyDictValues_Type, LIKELY_DICT_VIEW},
        {&PyListIter_Type, LIKELY_LIST_ITER},
        {&PyTupleIter_Type, LIKELY_TUPLE_ITER},
        {&PyUnicodeIter_Type, LIKELY_STR_ITER},
        {&PyEnum_Type, LIKELY_ENUMERATE},
        {&PyZip_Type, LIKELY_ZIP},
        {&PyDictIterItem_Type, LIKELY_DICT_ITEMS_ITER},
        {&PyDictIterKey_Type, LIKELY_PLAIN_ITER},
        {&PyDictIterValue_Type, LIKELY_PLAIN_ITER},
        {&PySetIter_Type, LIKELY_PLAIN_ITER},
        {&PyListRevIter_Type, LIKELY_PLAIN_ITER},
        {&PyBytesIter_Type, LIKELY_BYTES_ITER},
        {&PyByteArrayIter_Type, LIKELY_BYTEARRAY_ITER},
    };
    for (size_t i = 0; i < sizeof(TYPES) / sizeof(TYPES[0]); i++)
        if (TYPES[i].type == type) return TYPES[i].likely;
    return type == cp_ascii_iterator_type() ? LIKELY_STR_ITER : LIKELY_OTHER;
}

static uint8_t likely_array(PyObject *object) {
    char kind = cp_array_kind(object);
    return kind == 'd' ? LIKELY_DOUBLES : kind == 'i' ? LIKELY_C_INTS : LIKELY_OTHER;
}

uint8_t decode_likely_of(const void *type) {
    return type == &PyLong_Type        ? LIKELY_INT
           : type == &PyFloat_Type     ? LIKELY_FLOAT
           : type == &PyComplex_Type   ? LIKELY_COMPLEX
           : type == &PyBool_Type      ? LIKELY_BOOL
           : type == &PyUnicode_Type   ? LIKELY_STR
           : type == &PyList_Type      ? LIKELY_LIST
           : type == &PyTuple_Type     ? LIKELY_TUPLE
           : type == &PyDict_Type      ? LIKELY_DICT
           : type == &PyRange_Type     ? LIKELY_RANGE
           : type == &PyRangeIter_Type ? LIKELY_RANGE_ITER
                                       : decode_likely_iterator(type);
}

/* Has it 64 bits exactly, and no sign? */
static bool is_word(PyObject *object) { return Py_SIZE(object) == 3 && _PyLong_NumBits(object) == 64; }

uint8_t decode_likely_type(PyObject *object) {
    if (object == NULL) return LIKELY_OTHER;
    if (cp_array_kind(object) != 0) return likely_array(object);
    if (PyLong_CheckExact(object) && is_word(object)) return LIKELY_WORD;
    return cp_is_dict_like(Py_TYPE(object)) ? LIKELY_DICT_LIKE : decode_likely_of(Py_TYPE(object));
}

static void find_characters(PyObject *text, ConstInfo *info) {
    info->is_latin = PyUnicode_IS_READY(text) && PyUnicode_KIND(text) == PyUnicode_1BYTE_KIND;
    for (Py_ssize_t i = 0; info->is_latin && i < PyUnicode_GET_LENGTH(text); i++) {
        Py_UCS1 code = PyUnicode_1BYTE_DATA(text)[i];
        info->characters[code / 64] |= UINT64_C(1) << code % 64;
    }
}

static bool is_text(PyObject *object, const char *text) {
    return PyUnicode_CheckExact(object) && PyUnicode_CompareWithASCIIString(object, text) == 0;
}

/* The numbers of a tuple of a few. */
static void find_integers(PyObject *tuple, ConstInfo *info) {
    info->of_integers = info->length <= CONST_ITEMS;
    for (int i = 0; info->of_integers && i < info->length; i++) {
        PyObject *item = PyTuple_GET_ITEM(tuple, i);
        int overflow = 1;
        if (PyLong_CheckExact(item)) info->integers[i] = PyLong_AsLongLongAndOverflow(item, &overflow);
        info->of_integers = !overflow;
    }
}

void decode_constant(PyObject *object, ConstInfo *info) {
    int overflow = 0;
    info->type = decode_likely_type(object);
    if (info->type == LIKELY_INT) info->integer = PyLong_AsLongLongAndOverflow(object, &overflow);
    if (overflow) info->type = LIKELY_OTHER;
    if (overflow)
        info->is_2_64 = Py_SIZE(object) == 3 && _PyLong_NumBits(object) == 65 &&
                        PyLong_AsUnsignedLongLongMask(object) == 0;
    if (info->type == LIKELY_WORD) info->integer = (int64_t)PyLong_AsUnsignedLongLongMask(object);
    if (info->type == LIKELY_FLOAT) info->real = PyFloat_AS_DOUBLE(object);
    if (info->type == LIKELY_COMPLEX) {
        info->real = PyComplex_RealAsDouble(object);
        info->imag = PyComplex_ImagAsDouble(object);
    }
    if (object == Py_None) info->type = LIKELY_NONE;
    if (info->type == LIKELY_TUPLE) info->length = (int)PyTuple_GET_SIZE(object);
    if (info->type == LIKELY_TUPLE) find_integers(object, info);
    if (info->length == 1) info->is_start = is_text(PyTuple_GET_ITEM(object, 0), "start");
    if (info->type == LIKELY_STR) find_characters(object, info);
    if (info->type == LIKELY_STR && PyUnicode_GET_LENGTH(object) == 1) {
        info->type = LIKELY_CHAR;
        info->integer = PyUnicode_READ_CHAR(object, 0);
    }
}

ConstInfo *decode_constants(CompileContext *cx, PyObject *tuple, int *count) {
    *count = tuple != NULL ? (int)PyTuple_GET_SIZE(tuple) : 0;
    ConstInfo *infos = arena_array(&cx->arena, ConstInfo, *count + 1);
    for (int i = 0; i < *count; i++) decode_constant(PyTuple_GET_ITEM(tuple, i), &infos[i]);
    return infos;
}

static void describe_consts(Decoder *d) {
    d->out->consts = decode_constants(d->cx, d->code->co_consts, &d->out->const_count);
    d->out->name_ids = arena_array(&d->cx->arena, uint8_t, d->out->name_count + 1);
    d->out->name_types = arena_array(&d->cx->arena, uint8_t, d->out->name_count + 1);
    for (int i = 0; i < d->out->name_count; i++) {
        PyObject *name = PyTuple_GET_ITEM(d->code->co_names, i);
        bool is_range = PyUnicode_Check(name) && PyUnicode_CompareWithASCIIString(name, "range") == 0;
        d->out->name_types[i] = is_range ? LIKELY_RANGE_TYPE : LIKELY_OTHER;
        if (PyUnicode_CheckExact(name) && PyUnicode_IS_ASCII(name))
            d->out->name_ids[i] = (uint8_t)bc_name_id(PyUnicode_DATA(name));
    }
}

bool decode_find_entry(PyObject *dict, PyObject *name, int64_t *offset, uint32_t *version, void **object) {
    PyDictKeysObject *keys = ((PyDictObject *)dict)->ma_keys;
    Py_ssize_t index = ((PyDictObject *)dict)->ma_values ? -1 : cp_keys_find(keys, name);
    *version = cp_need_keys_version(keys);
    if (index < 0 || *version == 0) return false;
    PyObject **value = cp_dict_entry(dict, index, name);
    *offset = (char *)value - (char *)keys;
    *object = *value;
    return *value != NULL;
}

static const Site *global_site(Decoder *d, PyObject *name, const Surroundings *around) {
    Site site = {.kind = SITE_GLOBAL, .globals = around->globals, .builtins = around->builtins};
    if (!PyDict_CheckExact(around->globals) || !PyDict_CheckExact(around->builtins) ||
        !PyUnicode_CheckExact(name) || !PyUnicode_CHECK_INTERNED(name))
        return NULL;
    if (!decode_find_entry(around->globals, name, &site.offset, &site.keys_version, &site.object)) {
        int there = PyDict_Contains(around->globals, name);
        if (there < 0) PyErr_Clear();
        if (there != 0 || site.keys_version == 0) return NULL;
        site.kind = SITE_BUILTIN;
        if (!decode_find_entry(around->builtins, name, &site.offset, &site.builtin_version, &site.object))
            return NULL;
    }
    site.likely = site.object == (void *)&PyRange_Type ? LIKELY_RANGE_TYPE : decode_likely_type(site.object);
    Site *kept = arena_new(&d->cx->arena, Site);
    *kept = site;
    return kept;
}

const Site *decode_code_site(CompileContext *cx, PyObject *code, PyObject *globals, PyObject *builtins) {
    Site *site = arena_new(&cx->arena, Site);
    *site = (Site){
        .kind = SITE_CODE, .likely = LIKELY_OTHER, .globals = globals, .builtins = builtins, .object = code};
    return site;
}

static bool is_module_named(PyObject *module, const char *name) {
    return module != NULL && PyUnicode_CheckExact(module) &&
           PyUnicode_CompareWithASCIIString(module, name) == 0;
}

/* What is called for a C function: some of them are ours, and generators are resumed in a way of our own. */
static PyCFunction called_for(const PyMethodDef *def) {
    if (def->ml_meth == cp_resumers.send) return cp_own_resumers.send;
    if (def->ml_meth == cp_resumers.next) return cp_own_resumers.next;
    PyCFunction ours = cp_replacement(def->ml_meth);
    return ours != NULL ? ours : def->ml_meth;
}

static CCode c_code(const PyMethodDef *def) {
    CCode code = {.address = (void *)(uintptr_t)called_for(def)};
    code.known = cp_known_code((void *)(uintptr_t)def->ml_meth);
    if (strcmp(def->ml_name, "getrefcount") == 0) return code; /* it asks how many hold its argument */
    switch (def->ml_flags & ~METH_COEXIST) {
    case METH_NOARGS: code.convention = CONVENTION_NOTHING; break;
    case METH_O: code.convention = CONVENTION_ONE; break;
    case METH_FASTCALL: code.convention = CONVENTION_ARRAY; break;
    case METH_FASTCALL | METH_KEYWORDS: code.convention = CONVENTION_ARRAY_AND_NAMES; break;
    case METH_VARARGS: code.takes_tuple = true; break;
    default: break;
    }
    return code;
}

#define TYPE_OF_int       &PyLong_Type
#define TYPE_OF_float     &PyFloat_Type
#define TYPE_OF_list      &PyList_Type
#define TYPE_OF_dict      &PyDict_Type
#define TYPE_OF_str       &PyUnicode_Type
#define TYPE_OF_bytes     &PyBytes_Type
#define TYPE_OF_bytearray &PyByteArray_Type
#define TYPE_OF_set       &PySet_Type
#define TYPE_OF_complex   &PyComplex_Type

/* Of methods of built-in types, which never change. */
static const CCode *known_methods(void) {
    static CCode methods[BI_COUNT]; // one per process; guarded by the GIL
    static bool found;
    PyObject *method;
    if (found) return methods;
    found = true;
#define METHOD(type, name, result, quiet)                                                                    \
    method = PyDict_GetItemString((TYPE_OF_##type)->tp_dict, #name);                                         \
    if (method != NULL && Py_IS_TYPE(method, &PyMethodDescr_Type))                                           \
        methods[BI_##type##_##name] = c_code(((PyMethodDescrObject *)method)->d_method);
#include "bytecode/builtins.def"
    return methods;
}

/* Which row of bytecode/builtins.def a method of a C type is. */
static uint8_t builtin_of(const PyMethodDescrObject *method) {
    const char *name = method->d_method->ml_name;
#define METHOD(type, row, result, quiet)                                                                     \
    if (PyDescr_TYPE(method) == TYPE_OF_##type && strcmp(name, #row) == 0) return BI_##type##_##row;
#define LIBRARY(type, row, result, quiet)                                                                    \
    if (strcmp(name, #row) == 0 && cp_is_library_type(PyDescr_TYPE(method), #type)) return BI_##type##_##row;
#include "bytecode/builtins.def"
    return BI_NONE;
}

/* Likewise a function object that is a method and what to call it on. */
static uint8_t bound_builtin(const PyCFunctionObject *function) {
    PyObject *self = function->m_self;
    if (self == NULL || function->m_ml->ml_flags & METH_STATIC || PyModule_Check(self) || PyType_Check(self))
        return BI_NONE;
    PyObject *name = PyUnicode_FromString(function->m_ml->ml_name);
    PyObject *method = name != NULL ? _PyType_Lookup(Py_TYPE(self), name) : NULL; // borrowed
    PyErr_Clear();
    Py_XDECREF(name);
    if (method == NULL || !Py_IS_TYPE(method, &PyMethodDescr_Type)) return BI_NONE;
    const PyMethodDescrObject *descriptor = (PyMethodDescrObject *)method;
    return descriptor->d_method == function->m_ml ? builtin_of(descriptor) : BI_NONE;
}

/* Which of bytecode/builtins.def a site's object is, and its code; of which function it is a method. */
static void name_callable(CompileContext *cx, Site *site) {
    PyObject *object = site->object;
    if (object == NULL) return;
    if (Py_IS_TYPE(object, &PyMethod_Type) && PyFunction_Check(PyMethod_GET_FUNCTION(object))) {
        Site *unbound = arena_new(&cx->arena, Site);
        *unbound =
            (Site){.kind = SITE_CALLABLE, .likely = LIKELY_OTHER, .object = PyMethod_GET_FUNCTION(object)};
        site->unbound = unbound;
    }
    if (PyCFunction_CheckExact(object)) {
        PyCFunctionObject *function = (PyCFunctionObject *)object;
#define FUNCTION(module, name, result, quiet)                                                                \
    if (strcmp(function->m_ml->ml_name, #name) == 0 && is_module_named(function->m_module, #module))         \
        site->builtin = BI_##module##_##name;
#define CLASS_METHOD(type, name, result, quiet)                                                              \
    if (function->m_self == (PyObject *)TYPE_OF_##type && strcmp(function->m_ml->ml_name, #name) == 0)       \
        site->builtin = BI_##type##_##name;
#include "bytecode/builtins.def"
        site->definition = function->m_ml;
        site->method = bound_builtin(function);
        site->c_code = c_code(function->m_ml);
    }
    if (Py_IS_TYPE(object, &PyMethodDescr_Type)) {
        PyMethodDescrObject *method = (PyMethodDescrObject *)object;
        site->c_code = c_code(method->d_method);
        site->builtin = builtin_of(method);
    }
    if (Py_IS_TYPE(object, &PyWrapperDescr_Type) && object == cp_object_init())
        site->builtin = BI_object_init;
#define TYPE(name, expression, result, quiet)                                                                \
    if (object == (PyObject *)(expression)) site->builtin = BI_type_##name;
#include "bytecode/builtins.def"
    if (site->builtin == BI_type_int || site->builtin == BI_type_float)
        site->c_code = (CCode){.address = (void *)(uintptr_t)((PyTypeObject *)object)->tp_vectorcall,
                               .convention = CONVENTION_ARRAY_AND_NAMES};
}

/* What MAKE_FUNCTION gives, if the instruction before it loads the code. */
static const Site *made_site(Decoder *d, const Instr *load, const Surroundings *around) {
    PyObject *code = load->op == BC_LOAD_CONST ? PyTuple_GET_ITEM(d->code->co_consts, load->arg) : NULL;
    return code != NULL && PyCode_Check(code)
               ? decode_code_site(d->cx, code, around->globals, around->builtins)
               : NULL;
}

/* How often a variable is stored to. */
static int stores_of(const Bytecode *out, BcOp store, int slot) {
    int stores = 0;
    for (int i = 0; i < out->count; i++) stores += out->instrs[i].op == store && out->instrs[i].arg == slot;
    return stores;
}

/* A variable that is only given one function, made here, is that function wherever it is read. */
static void describe_made_functions(Bytecode *out, BcOp store, BcOp load) {
    for (int i = 1; i < out->count; i++) {
        const Instr *given = &out->instrs[i], *made = given - 1;
        if (given->op != store || made->op != BC_MAKE_FUNCTION || made->site == NULL ||
            stores_of(out, store, given->arg) != 1)
            continue;
        for (int k = 0; k < out->count; k++)
            if (out->instrs[k].op == load && out->instrs[k].arg == given->arg)
                out->instrs[k].site = made->site;
    }
}

/* What a variable is that gets a bound method, as far as a call of it goes; NULL: it is not known. */
static Site *bound_site(CompileContext *cx, const Site *method) {
    PyObject *object = method->kind == SITE_METHOD && method->next == NULL ? method->object : NULL;
    if (object == NULL) return NULL;
    Site *site = arena_new(&cx->arena, Site);
    *site = (Site){.kind = SITE_CALLABLE, .likely = LIKELY_OTHER};
    if (Py_IS_TYPE(object, &PyMethodDescr_Type)) {
        PyMethodDescrObject *descriptor = (PyMethodDescrObject *)object;
        site->definition = descriptor->d_method;
        site->method = builtin_of(descriptor);
        site->c_code = c_code(descriptor->d_method);
    } else {
        Site *function = arena_new(&cx->arena, Site);
        *function = (Site){.kind = SITE_CALLABLE, .likely = LIKELY_OTHER, .object = object};
        site->unbound = function;
    }
    return site;
}

/* A variable that is only given one bound method is that wherever it is read. */
static void describe_bound_methods(CompileContext *cx, Bytecode *out) {
    for (int i = 1; i < out->count; i++) {
        const Instr *given = &out->instrs[i], *read = given - 1;
        if (given->op != BC_STORE_FAST || read->op != BC_LOAD_ATTR || read->site == NULL ||
            stores_of(out, BC_STORE_FAST, given->arg) != 1)
            continue;
        const Site *site = bound_site(cx, read->site);
        for (int k = 0; k < out->count && site != NULL; k++)
            if (out->instrs[k].op == BC_LOAD_FAST && out->instrs[k].arg == given->arg &&
                out->instrs[k].site == NULL)
                out->instrs[k].site = site;
    }
}

/* Is a code object a constant of another, or of one of its constants? A hold on that would be one on itself.
 */
static bool contains(PyCodeObject *outer, PyCodeObject *code, int depth) {
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(outer->co_consts) && depth > 0; i++) {
        PyObject *constant = PyTuple_GET_ITEM(outer->co_consts, i);
        if (!PyCode_Check(constant)) continue;
        if (constant == (PyObject *)code || contains((PyCodeObject *)constant, code, depth - 1)) return true;
    }
    return depth == 0;
}

PyObject *decode_variable(PyCodeObject *code, const Instr *load, const Surroundings *around) {
    const Frame *frame = around->frame;
    PyFunctionObject *function = around->function != NULL ? around->function : frame ? frame->f_func : NULL;
    int free = load->arg - (code->co_nlocalsplus - code->co_nfreevars);
    PyObject *value = NULL;
    if (load->op == BC_LOAD_FAST || free < 0)
        value = frame != NULL && load->arg < frame->stacktop ? frame->localsplus[load->arg] : NULL;
    else if (function != NULL && function->func_code == (PyObject *)code && function->func_closure != NULL)
        value = PyTuple_GET_ITEM(function->func_closure, free);
    if (load->op == BC_LOAD_FAST || value == NULL) return value;
    return PyCell_Check(value) ? PyCell_GET(value) : NULL;
}

Site *decode_called_code_site(CompileContext *cx, PyCodeObject *code, PyObject *called, PyObject *globals,
                              PyObject *builtins) {
    if (contains((PyCodeObject *)called, code, CONTAINED_DEPTH)) return NULL;
    Site *site = arena_new(&cx->arena, Site);
    *site = *decode_code_site(cx, called, globals, builtins);
    site->code = called;
    return site;
}

/* A function that has cells, or was made by another one, is made again and again, mostly. */
Site *decode_callable_site(CompileContext *cx, PyCodeObject *code, PyObject *callable, bool several) {
    bool is_function = Py_IS_TYPE(callable, &PyFunction_Type);
    if (!(is_function || Py_IS_TYPE(callable, &PyType_Type) || PyCFunction_CheckExact(callable) ||
          Py_IS_TYPE(callable, &PyMethod_Type)))
        return NULL;
    PyFunctionObject *function = (PyFunctionObject *)callable;
    Site *site = arena_new(&cx->arena, Site);
    *site = (Site){.kind = SITE_CALLABLE, .likely = LIKELY_OTHER, .object = callable};
    if (!is_function) return site;
    PyCodeObject *called = (PyCodeObject *)function->func_code;
    site->code = called;
    if (function->func_closure == NULL && !(called->co_flags & CO_NESTED) && !several) return site;
    if (!hook_calls_own_code(function)) return NULL;
    site = decode_called_code_site(cx, code, function->func_code, function->func_globals,
                                   function->func_builtins);
    if (site == NULL) return NULL;
    site->holder = function;
    site->defaults = decode_constants(cx, function->func_defaults, &site->default_count);
    return site;
}

/* A variable that has something in the sample that calls of are known. */
static const Site *variable_site(Decoder *d, PyObject *value) {
    return value != NULL ? decode_callable_site(d->cx, d->code, value, false) : NULL;
}

/* How many items *args has in the sample, where it has no **kwargs: one more than that goes to where it is
 * handed on. */
static void describe_spreads(Decoder *d, const Surroundings *around) {
    Instr rest = {.op = BC_LOAD_FAST, .arg = d->out->rest_parameter},
          keywords = {.op = BC_LOAD_FAST, .arg = d->out->keywords_parameter};
    PyObject *tuple = rest.arg >= 0 ? decode_variable(d->code, &rest, around) : NULL,
             *dict = keywords.arg >= 0 ? decode_variable(d->code, &keywords, around) : NULL;
    if (tuple == NULL || !PyTuple_CheckExact(tuple)) return;
    if (keywords.arg >= 0 && (dict == NULL || !PyDict_CheckExact(dict) || PyDict_GET_SIZE(dict) != 0)) return;
    for (int i = 0; i < d->out->count; i++)
        if (d->out->instrs[i].op == BC_CALL_FUNCTION_EX)
            d->out->instrs[i].arg2 = 1 + (int)PyTuple_GET_SIZE(tuple);
}

static void describe_sites(Decoder *d, const Surroundings *around) {
    for (int i = 0; i < d->out->count && around->globals != NULL; i++) {
        Instr *instr = &d->out->instrs[i];
        if (instr->op == BC_LOAD_GLOBAL)
            instr->site = global_site(d, PyTuple_GET_ITEM(d->code->co_names, instr->arg), around);
        if (instr->op == BC_MAKE_FUNCTION && i > 0) instr->site = made_site(d, instr - 1, around);
    }
    for (int i = 0; i < d->out->count; i++) {
        Instr *instr = &d->out->instrs[i];
        if (instr->op == BC_LOAD_FAST || instr->op == BC_LOAD_DEREF)
            instr->site = variable_site(d, decode_variable(d->code, instr, around));
    }
    describe_spreads(d, around);
    describe_made_functions(d->out, BC_STORE_FAST, BC_LOAD_FAST);
    describe_made_functions(d->out, BC_STORE_DEREF, BC_LOAD_DEREF);
    decode_attribute_sites(d->cx, d->code, d->out, around);
    for (int i = 0; i < d->out->count; i++)
        for (const Site *site = d->out->instrs[i].site; site != NULL; site = site->next)
            name_callable(d->cx, (Site *)site); // made here, ours
    describe_bound_methods(d->cx, d->out);
}

Bytecode *decode_code(CompileContext *cx, PyCodeObject *code, const Surroundings *around) {
    Bytecode *out = arena_new(&cx->arena, Bytecode);
    const char *name = PyUnicode_AsUTF8(code->co_qualname);
    int named = code->co_argcount + code->co_kwonlyargcount;
    bool rest = code->co_flags & CO_VARARGS, keywords = code->co_flags & CO_VARKEYWORDS;
    if (name == NULL) { /* lone surrogates */
        PyErr_Clear();
        name = "?";
    }
    *out = (Bytecode){
        .name = name,
        .argument_count = cp_argument_slots(code),
        .rest_parameter = rest ? named : -1,
        .keywords_parameter = keywords ? named + rest : -1,
        .local_count = code->co_nlocalsplus,
        .plain_local_count = code->co_nlocals,
        .free_count = code->co_nfreevars,
        .stack_size = code->co_stacksize,
        .const_count = (int)PyTuple_GET_SIZE(code->co_consts),
        .name_count = (int)PyTuple_GET_SIZE(code->co_names),
        .unit_count = (int)Py_SIZE(code),
        .is_generator = (code->co_flags & (CO_GENERATOR | CO_COROUTINE | CO_ASYNC_GENERATOR)) != 0,
        .is_coroutine = (code->co_flags & (CO_COROUTINE | CO_ITERABLE_COROUTINE)) != 0,
    };
    Decoder d = {.cx = cx, .code = code, .out = out, .pending_offset = -1, .pending_names = -1};
    d.instr_at = arena_array(&cx->arena, int32_t, out->unit_count + 1);
    decode_instrs(&d);
    resolve_jumps(&d);
    out->instrs = d.instrs.items;
    out->count = d.instrs.count;
    decode_handlers(&d);
    mark_lines(&d);
    check_args(&d);
    describe_consts(&d);
    if (around != NULL) describe_sites(&d, around);
    out->array_type = cp_array_type(); // as it is known by now
    out->methods = known_methods();
    return out;
}
