/* Numbers in plain ASCII text. What is not that case is left to CPython. */
#include "runtime/rt.h"

static inline bool is_ascii(PyObject *object) {
    return PyUnicode_CheckExact(object) && PyUnicode_IS_COMPACT_ASCII(object);
}

static inline const char *bytes_of(PyObject *ascii) { return (const char *)((PyASCIIObject *)ascii + 1); }

/* Reads digits up to the first byte that is none. */
static inline const char *read_digits(const char *at, uint64_t *number) {
    for (; (unsigned char)(*at - '0') <= 9; at++) *number = *number * 10 + (uint64_t)(*at - '0');
    return at;
}

enum { MOST_DIGITS_OF_INT = 18, MOST_DIGITS_OF_FLOAT = 15 };

bool rt_int_in_text(PyObject *text, i64 *number) {
    if (!is_ascii(text) || PyUnicode_GET_LENGTH(text) > MOST_DIGITS_OF_INT) return false;
    const char *first = bytes_of(text), *digits = first + (*first == '-');
    uint64_t value = 0;
    const char *end = read_digits(digits, &value);
    *number = digits > first ? -(i64)value : (i64)value;
    return end > digits && end == first + PyUnicode_GET_LENGTH(text);
}

/* Digits that a double has room for, divided by a power of ten that is a double: the quotient is rounded
 * once, and so is the number that the text says. */
bool rt_float_in_text(PyObject *text, double *number) {
    static const double TENS[] = {1e0, 1e1, 1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                  1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15};
    if (!is_ascii(text) || PyUnicode_GET_LENGTH(text) > MOST_DIGITS_OF_FLOAT + 1) return false;
    const char *first = bytes_of(text), *digits = first + (*first == '-');
    uint64_t value = 0;
    const char *end = read_digits(digits, &value), *point = end;
    if (*point == '.') end = read_digits(point + 1, &value);
    Py_ssize_t behind = *point == '.' ? end - point - 1 : 0, all = point - digits + behind;
    if (all == 0 || all > MOST_DIGITS_OF_FLOAT || end != first + PyUnicode_GET_LENGTH(text)) return false;
    double magnitude = (double)value / TENS[behind];
    *number = digits > first ? -magnitude : magnitude;
    return true;
}
