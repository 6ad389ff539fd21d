/* Arithmetic and comparison of objects: int, float and str in line, everything else by CPython's protocols.
 */
#include "bytecode/bytecode.h"
#include "runtime/rt.h"

/* The value of an int of at most two digits (60 bits). */
static __attribute__((noinline)) bool long_int(PyObject *object, i64 *value) {
    const digit *digits = ((PyLongObject *)object)->ob_digit;
    Py_ssize_t size = Py_SIZE(object);
    if (rt_digit_int(object, value)) return true;
    if (size != 2 && size != -2) return false;
    *value = (i64)digits[1] << PyLong_SHIFT | digits[0];
    if (size < 0) *value = -*value;
    return true;
}

static inline bool small_int(PyObject *object, i64 *value) {
    return PyLong_CheckExact(object) && (rt_digit_int(object, value) || long_int(object, value));
}

static inline bool two_ints(PyObject *a, PyObject *b, i64 *x, i64 *y) {
    if (!PyLong_CheckExact(a) || !PyLong_CheckExact(b)) return false;
    if (__builtin_expect(rt_digit_int(a, x) & rt_digit_int(b, y), 1)) return true;
    return long_int(a, x) && long_int(b, y);
}

static bool as_double(PyObject *object, double *value) {
    i64 number;
    if (PyFloat_CheckExact(object)) *value = PyFloat_AS_DOUBLE(object);
    else if (small_int(object, &number) && number >= -(1LL << 53) && number <= 1LL << 53)
        *value = (double)number;
    else return false;
    return true;
}

/* One is a float and the other a small int that converts exactly. */
static __attribute__((noinline)) bool mixed_floats(PyObject *a, PyObject *b, double *x, double *y) {
    return (PyFloat_CheckExact(a) || PyFloat_CheckExact(b)) && as_double(a, x) && as_double(b, y);
}

/* Both as doubles. */
static inline bool two_floats(PyObject *a, PyObject *b, double *x, double *y) {
    if (!PyFloat_CheckExact(a) || !PyFloat_CheckExact(b)) return mixed_floats(a, b, x, y);
    *x = PyFloat_AS_DOUBLE(a);
    *y = PyFloat_AS_DOUBLE(b);
    return true;
}

static PyObject *power(PyObject *a, PyObject *b) { return PyNumber_Power(a, b, Py_None); }
static PyObject *inplace_power(PyObject *a, PyObject *b) { return PyNumber_InPlacePower(a, b, Py_None); }

static const binaryfunc PLAIN[BIN_COUNT] = {
    [BIN_ADD] = PyNumber_Add,
    [BIN_AND] = PyNumber_And,
    [BIN_FLOOR_DIVIDE] = PyNumber_FloorDivide,
    [BIN_LSHIFT] = PyNumber_Lshift,
    [BIN_MATRIX_MULTIPLY] = PyNumber_MatrixMultiply,
    [BIN_MULTIPLY] = PyNumber_Multiply,
    [BIN_REMAINDER] = PyNumber_Remainder,
    [BIN_OR] = PyNumber_Or,
    [BIN_POWER] = power,
    [BIN_RSHIFT] = PyNumber_Rshift,
    [BIN_SUBTRACT] = PyNumber_Subtract,
    [BIN_TRUE_DIVIDE] = PyNumber_TrueDivide,
    [BIN_XOR] = PyNumber_Xor,
};

static const binaryfunc IN_PLACE[BIN_COUNT] = {
    [BIN_ADD] = PyNumber_InPlaceAdd,
    [BIN_AND] = PyNumber_InPlaceAnd,
    [BIN_FLOOR_DIVIDE] = PyNumber_InPlaceFloorDivide,
    [BIN_LSHIFT] = PyNumber_InPlaceLshift,
    [BIN_MATRIX_MULTIPLY] = PyNumber_InPlaceMatrixMultiply,
    [BIN_MULTIPLY] = PyNumber_InPlaceMultiply,
    [BIN_REMAINDER] = PyNumber_InPlaceRemainder,
    [BIN_OR] = PyNumber_InPlaceOr,
    [BIN_POWER] = inplace_power,
    [BIN_RSHIFT] = PyNumber_InPlaceRshift,
    [BIN_SUBTRACT] = PyNumber_InPlaceSubtract,
    [BIN_TRUE_DIVIDE] = PyNumber_InPlaceTrueDivide,
    [BIN_XOR] = PyNumber_InPlaceXor,
};

/* As CPython does it, which makes a complex of the other operand. */
static bool as_complex(PyObject *object, Py_complex *value) {
    value->imag = 0;
    if (!PyComplex_CheckExact(object)) return as_double(object, &value->real);
    *value = ((PyComplexObject *)object)->cval;
    return true;
}

static bool two_complex(PyObject *a, PyObject *b, i64 kind, PyObject **result) {
    static Py_complex (*const FUNCTIONS[BIN_COUNT])(Py_complex, Py_complex) = {
        [BIN_ADD] = _Py_c_sum, [BIN_SUBTRACT] = _Py_c_diff, [BIN_MULTIPLY] = _Py_c_prod};
    Py_complex x, y;
    if (FUNCTIONS[kind] == NULL || !(PyComplex_CheckExact(a) || PyComplex_CheckExact(b)) ||
        !as_complex(a, &x) || !as_complex(b, &y))
        return false;
    *result = PyComplex_FromCComplex(FUNCTIONS[kind](x, y));
    return true;
}

/* What ints do with each other, of any size; NULL: the operator goes another way. */
static binaryfunc of_ints(i64 kind) {
    const PyNumberMethods *ints = PyLong_Type.tp_as_number;
    switch (kind) {
    case BIN_ADD: return ints->nb_add;
    case BIN_SUBTRACT: return ints->nb_subtract;
    case BIN_MULTIPLY: return ints->nb_multiply;
    case BIN_FLOOR_DIVIDE: return ints->nb_floor_divide;
    case BIN_REMAINDER: return ints->nb_remainder;
    case BIN_TRUE_DIVIDE: return ints->nb_true_divide;
    case BIN_AND: return ints->nb_and;
    case BIN_OR: return ints->nb_or;
    case BIN_XOR: return ints->nb_xor;
    case BIN_LSHIFT: return ints->nb_lshift;
    case BIN_RSHIFT: return ints->nb_rshift;
    default: return NULL;
    }
}

static bool with_ints(PyObject *a, PyObject *b, i64 kind, PyObject **result) {
    binaryfunc function = PyLong_CheckExact(a) && PyLong_CheckExact(b) ? of_ints(kind) : NULL;
    if (function != NULL) *result = function(a, b);
    return function != NULL;
}

/* As the operands themselves have it. */
static __attribute__((noinline)) PyObject *by_objects(PyObject *a, PyObject *b, i64 kind) {
    PyObject *result;
    if (with_ints(a, b, kind, &result) || two_complex(a, b, kind, &result)) return result;
    return rt_special_binary(a, b, kind, false, &result) ? result : PLAIN[kind](a, b);
}

#define ARITHMETIC(name, builtin, operator, kind)                                                            \
    PyObject *name(PyObject *a, PyObject *b) {                                                               \
        i64 x, y, result;                                                                                    \
        double p, q;                                                                                         \
        if (two_ints(a, b, &x, &y) && !builtin(x, y, &result)) return rt_box_i64(result);                    \
        if (two_floats(a, b, &p, &q)) return PyFloat_FromDouble(p operator q);                               \
        return by_objects(a, b, kind);                                                                       \
    }

ARITHMETIC(rt_add, __builtin_add_overflow, +, BIN_ADD)
ARITHMETIC(rt_subtract, __builtin_sub_overflow, -, BIN_SUBTRACT)
ARITHMETIC(rt_multiply, __builtin_mul_overflow, *, BIN_MULTIPLY)

#define FLOATS_FIRST(name, operator, otherwise)                                                              \
    PyObject *name(PyObject *a, PyObject *b) {                                                               \
        if (!PyFloat_CheckExact(a) || !PyFloat_CheckExact(b)) return otherwise(a, b);                        \
        return PyFloat_FromDouble(PyFloat_AS_DOUBLE(a) operator PyFloat_AS_DOUBLE(b));                       \
    }

FLOATS_FIRST(rt_add_floats, +, rt_add)
FLOATS_FIRST(rt_subtract_floats, -, rt_subtract)
FLOATS_FIRST(rt_multiply_floats, *, rt_multiply)

PyObject *rt_add_texts(PyObject *a, PyObject *b) {
    return PyUnicode_CheckExact(a) && PyUnicode_CheckExact(b) ? PyUnicode_Concat(a, b) : rt_add(a, b);
}

PyObject *rt_true_divide(PyObject *a, PyObject *b) {
    double x, y;
    if (two_floats(a, b, &x, &y) && y != 0.0) return PyFloat_FromDouble(x / y);
    return by_objects(a, b, BIN_TRUE_DIVIDE);
}

PyObject *rt_floor_divide(PyObject *a, PyObject *b) {
    i64 x, y;
    if (!two_ints(a, b, &x, &y) || y == 0) return by_objects(a, b, BIN_FLOOR_DIVIDE);
    i64 quotient = x / y;
    if (x % y != 0 && (x < 0) != (y < 0)) quotient--;
    return rt_box_i64(quotient);
}

PyObject *rt_remainder(PyObject *a, PyObject *b) {
    i64 x, y;
    if (!two_ints(a, b, &x, &y) || y == 0) return by_objects(a, b, BIN_REMAINDER);
    i64 rest = x % y;
    if (rest != 0 && (rest < 0) != (y < 0)) rest += y;
    return rt_box_i64(rest);
}

/* Operators on ints that need no more than 64 bits; false: not such a case. */
static bool int_binary(i64 x, i64 y, i64 kind, i64 *result) {
    switch (kind) {
    case BIN_AND: *result = x & y; return true;
    case BIN_OR: *result = x | y; return true;
    case BIN_XOR: *result = x ^ y; return true;
    case BIN_RSHIFT:
        if (y < 0) return false;
        *result = x >> (y > 63 ? 63 : y);
        return true;
    case BIN_LSHIFT:
        if (y < 0 || y > 62) return false;
        *result = (i64)((uint64_t)x << y);
        return *result >> y == x;
    default: return false;
    }
}

PyObject *rt_binary(PyObject *a, PyObject *b, i64 kind) {
    i64 x, y, result;
    if (two_ints(a, b, &x, &y) && int_binary(x, y, kind, &result)) return rt_box_i64(result);
    return by_objects(a, b, kind);
}

/* Does it surely not fit into 64 bits? */
static bool is_big_int(PyObject *object) {
    enum { MOST_DIGITS = 64 / PyLong_SHIFT + 1 };
    return PyLong_CheckExact(object) && Py_ABS(Py_SIZE(object)) > MOST_DIGITS;
}

static bool is_number(PyObject *object) { return PyLong_CheckExact(object) || PyFloat_CheckExact(object); }

static bool has_own_helper(i64 kind) {
    return kind == BIN_ADD || kind == BIN_SUBTRACT || kind == BIN_MULTIPLY || kind == BIN_TRUE_DIVIDE ||
           kind == BIN_FLOOR_DIVIDE || kind == BIN_REMAINDER;
}

static PyObject *plain_operator(PyObject *a, PyObject *b, i64 kind) {
    switch (kind) {
    case BIN_ADD: return rt_add(a, b);
    case BIN_SUBTRACT: return rt_subtract(a, b);
    case BIN_MULTIPLY: return rt_multiply(a, b);
    case BIN_TRUE_DIVIDE: return rt_true_divide(a, b);
    case BIN_FLOOR_DIVIDE: return rt_floor_divide(a, b);
    case BIN_REMAINDER: return rt_remainder(a, b);
    default: return rt_binary(a, b, kind);
    }
}

i64 rt_with_numbers(PyObject *a, PyObject *b, i64 kind, PyObject **results) {
    if (!is_number(a) || !is_number(b)) return -1;
    bool big = is_big_int(a) || is_big_int(b);
    if (!big || !with_ints(a, b, kind, &results[0])) results[0] = plain_operator(a, b, kind);
    if (results[0] != NULL) return 1;
    PyErr_Clear(); /* it will be raised again */
    return -1;
}

PyObject *rt_with_ints(PyObject *a, PyObject *b, i64 kind) { return of_ints(kind)(a, b); }

static uint64_t magnitude(i64 number) { return number < 0 ? -(uint64_t)number : (uint64_t)number; }

i64 rt_bit_length(i64 number) { return number == 0 ? 0 : 64 - __builtin_clzll(magnitude(number)); }
i64 rt_bit_count(i64 number) { return __builtin_popcountll(magnitude(number)); }

/* Exact numbers do not know in place: the plain operator is the same and is quick. Not with anything else,
 * whose error message says which operator it was. */
PyObject *rt_inplace(PyObject *a, PyObject *b, i64 kind) {
    i64 x, y, value;
    if (is_number(a) && is_number(b)) {
        if (has_own_helper(kind)) return plain_operator(a, b, kind);
        if (two_ints(a, b, &x, &y) && int_binary(x, y, kind, &value)) return rt_box_i64(value);
    }
    PyObject *result;
    return rt_special_binary(a, b, kind, true, &result) ? result : IN_PLACE[kind](a, b);
}

static unsigned note_of(PyObject *object) {
    return PyLong_CheckExact(object) ? CP_INT : PyFloat_CheckExact(object) ? CP_FLOAT : CP_OTHER;
}

PyObject *rt_binary_noted(Frame *frame, PyObject *a, PyObject *b, i64 kind, i64 in_place, RtCache *cache) {
    rt_note_class(cache, Py_TYPE(a));
    if (!bc_is_watched(kind)) cp_note_operands(frame, note_of(a) | note_of(b) << CP_RIGHT);
    PyObject *result = in_place ? rt_inplace(a, b, kind) : plain_operator(a, b, kind);
    if (bc_is_watched(kind)) rt_note_given(cache, result);
    return result;
}

void rt_note_left(PyObject *left, RtCache *cache) { rt_note_class(cache, Py_TYPE(left)); }

PyObject *rt_add_local(Frame *frame, PyObject *a, PyObject *b, i64 slot, i64 in_place) {
    /* Both operands may be borrowed from the slot: x += x must not grow what it reads. */
    if (!PyUnicode_CheckExact(a) || !PyUnicode_CheckExact(b) || frame->localsplus[slot] != a || a == b)
        return in_place ? rt_inplace(a, b, BIN_ADD) : rt_add(a, b);
    frame->localsplus[slot] = NULL; /* its reference is ours now */
    return cp_append_text(a, b);
}

PyObject *rt_negative(PyObject *a) {
    i64 x;
    if (small_int(a, &x)) return rt_box_i64(-x);
    if (PyFloat_CheckExact(a)) return PyFloat_FromDouble(-PyFloat_AS_DOUBLE(a));
    return PyNumber_Negative(a);
}

PyObject *rt_positive(PyObject *a) { return PyNumber_Positive(a); }
PyObject *rt_invert(PyObject *a) { return PyNumber_Invert(a); }

/* Outcomes of a comparison for which it holds: bit 0 below, 1 equal, 2 above. Of numbers that are neither
 * (nan) none is. */
static const uint8_t HOLDS[] = {[Py_LT] = 1, [Py_LE] = 3, [Py_EQ] = 2, [Py_NE] = 5, [Py_GT] = 4, [Py_GE] = 6};

static inline int compare_ints(i64 x, i64 y, i64 op) { return HOLDS[op] >> (1 + (x > y) - (x < y)) & 1; }

static inline int compare_floats(double x, double y, i64 op) {
    int outcome = (x < y) | (x == y) << 1 | (x > y) << 2;
    return outcome ? (HOLDS[op] & outcome) != 0 : op == Py_NE;
}

/* 0 or 1 for the common exact types; -1: ask the objects. */
static inline int quick_compare(PyObject *a, PyObject *b, i64 op) {
    i64 x, y;
    double p, q;
    if (two_ints(a, b, &x, &y)) return compare_ints(x, y, op);
    if (two_floats(a, b, &p, &q)) return compare_floats(p, q, op);
    if (op != Py_EQ && op != Py_NE) return -1;
    if (PyUnicode_CheckExact(a) && PyUnicode_CheckExact(b))
        return (a == b || cp_same_text(a, b)) == (op == Py_EQ);
    if (cp_compares_by_identity(Py_TYPE(a)) && cp_compares_by_identity(Py_TYPE(b)))
        return (a == b) == (op == Py_EQ);
    return -1;
}

i64 rt_compare_numbers(PyObject *a, PyObject *b, i64 op) {
    if (!is_number(a) || !is_number(b)) return -1;
    int known = quick_compare(a, b, op);
    return known >= 0 ? known : PyObject_RichCompareBool(a, b, (int)op);
}

static PyObject *compare_objects(PyObject *a, PyObject *b, i64 op) {
    PyObject *result;
    return rt_special_compare(a, b, op, &result) ? result : PyObject_RichCompare(a, b, (int)op);
}

PyObject *rt_compare(PyObject *a, PyObject *b, i64 op) {
    int known = quick_compare(a, b, op);
    if (known >= 0) return Py_NewRef(known ? Py_True : Py_False);
    return compare_objects(a, b, op);
}

PyObject *rt_compare_noted(PyObject *a, PyObject *b, i64 op, RtCache *cache) {
    rt_note_class(cache, Py_TYPE(Py_IsNone(a) ? b : a));
    return rt_compare(a, b, op);
}

i64 rt_compare_truth(PyObject *a, PyObject *b, i64 op) {
    int known = quick_compare(a, b, op);
    if (known >= 0) return known;
    PyObject *result = compare_objects(a, b, op);
    if (result == NULL) return -1;
    i64 truth = PyObject_IsTrue(result);
    Py_DECREF(result);
    return truth;
}

/* Of objects whose comparison runs no code; -1: it may. */
i64 rt_compare_quietly(PyObject *a, PyObject *b, i64 op) {
    int known = quick_compare(a, b, op);
    if (known >= 0) return known;
    if (is_number(a) && is_number(b)) return PyObject_RichCompareBool(a, b, (int)op);
    if (PyUnicode_CheckExact(a) && PyUnicode_CheckExact(b)) {
        int order = PyUnicode_Compare(a, b);
        return compare_ints(order, 0, op);
    }
    bool equality = op == Py_EQ || op == Py_NE;
    return equality && cp_is_plain_key(a) && cp_is_plain_key(b) ? PyObject_RichCompareBool(a, b, (int)op)
                                                                : -1;
}

i64 rt_compare_part(PyObject *a, PyObject *b, i64 op, i64 behind) {
    i64 same = a == b ? 1 : rt_compare_quietly(a, b, Py_EQ);
    if (same != 0) return same < 0 ? -1 : behind;
    return op == Py_EQ ? 0 : op == Py_NE ? 1 : rt_compare_quietly(a, b, op);
}

i64 rt_char_code(PyObject *object) {
    enum { NO_CHARACTER = 256 };
    if (!cp_compares_as_text(Py_TYPE(object)))
        return cp_compares_as_no_text(Py_TYPE(object)) ? NO_CHARACTER : -1;
    if (!PyUnicode_IS_READY(object)) return -1;
    if (PyUnicode_GET_LENGTH(object) != 1) return NO_CHARACTER;
    Py_UCS4 code = PyUnicode_READ_CHAR(object, 0);
    return code < NO_CHARACTER ? (i64)code : NO_CHARACTER;
}

i64 rt_same_text(PyObject *a, PyObject *b) {
    bool text = cp_compares_as_text(Py_TYPE(a)), other_text = cp_compares_as_text(Py_TYPE(b));
    if (text && other_text) return a == b || cp_same_text(a, b);
    if ((text && cp_compares_as_no_text(Py_TYPE(b))) || (other_text && cp_compares_as_no_text(Py_TYPE(a))))
        return 0;
    return rt_compare_quietly(a, b, Py_EQ);
}

i64 rt_hash_parts(PyObject *first, PyObject *second, PyObject *third) {
    PyObject *parts[] = {first, second, third};
    return cp_hash_parts(parts, third != NULL ? 3 : second != NULL ? 2 : 1);
}

i64 rt_contains(PyObject *container, PyObject *item) {
    i64 found;
    return rt_special_contains(container, item, &found) ? found : PySequence_Contains(container, item);
}

i64 rt_contains_noted(PyObject *container, PyObject *item, RtCache *cache) {
    rt_note_class(cache, Py_TYPE(container));
    return rt_contains(container, item);
}
