/* Text made of values: f-strings, str.format and %. The common formats of ints, floats and ASCII text are
 * done here, without a look at classes and without an object for each part; all else is CPython's. */
#include <math.h>
#include <string.h>

#include "runtime/rt.h"

enum { ROOM = 512, MOST_WIDTH = 99, MOST_DIGITS = 20 };

/* Text that grows; where there is no room left it is CPython's. */
typedef struct Text {
    char chars[ROOM];
    Py_ssize_t size;
} Text;

typedef struct Format {
    char fill, align, type;      /* align: 0 where none is given; '=' puts zeros behind the sign */
    char conversion;             /* of a field of str.format: 's', 'r'; 0: none */
    Py_ssize_t width, precision; /* -1: none is given */
} Format;

static const Format NO_FORMAT = {.fill = ' ', .width = 0, .precision = -1};

static bool put(Text *text, const char *chars, Py_ssize_t size) {
    if (size > ROOM - text->size) return false;
    memcpy(text->chars + text->size, chars, (size_t)size);
    text->size += size;
    return true;
}

static bool put_times(Text *text, char fill, Py_ssize_t times) {
    if (times > ROOM - text->size) return false;
    memset(text->chars + text->size, fill, (size_t)times);
    text->size += times;
    return true;
}

static PyObject *made_of(const Text *text) {
    if (text->size == 1) return PyUnicode_FromOrdinal(text->chars[0]);
    PyObject *result = PyUnicode_New(text->size, 127);
    if (result != NULL) memcpy(PyUnicode_1BYTE_DATA(result), text->chars, (size_t)text->size);
    return result;
}

/* CPython counts a level of recursion for what it calls. */
static bool has_room(void) { return cp_may_recurse(PyThreadState_Get()); }

static bool is_ascii(PyObject *object) {
    return PyUnicode_CheckExact(object) && PyUnicode_IS_COMPACT_ASCII(object);
}

static const char *chars_of(PyObject *ascii) { return (const char *)PyUnicode_1BYTE_DATA(ascii); }

static bool put_padded(Text *text, const char *chars, Py_ssize_t size, const Format *format, char align) {
    Py_ssize_t lacking = format->width > size ? format->width - size : 0, left = lacking;
    if (format->align != 0) align = format->align;
    if (align == '<') left = 0;
    if (align == '^') left = lacking / 2;
    bool sign_first = align == '=' && size > 0 && *chars == '-';
    return (!sign_first || put(text, chars, 1)) && put_times(text, format->fill, left) &&
           put(text, chars + sign_first, size - sign_first) && put_times(text, format->fill, lacking - left);
}

static bool put_int(Text *text, PyObject *value, const Format *format) {
    char digits[MOST_DIGITS + 1], *first = digits + sizeof(digits);
    int overflow;
    i64 number = PyLong_AsLongAndOverflow(value, &overflow);
    if (overflow || format->precision >= 0 || (format->type != 0 && format->type != 'd')) return false;
    uint64_t rest = number < 0 ? -(uint64_t)number : (uint64_t)number;
    do *--first = (char)('0' + rest % 10);
    while ((rest /= 10) > 0);
    if (number < 0) *--first = '-';
    return put_padded(text, first, digits + sizeof(digits) - first, format, '>');
}

static bool put_float(Text *text, PyObject *value, const Format *format) {
    double number = PyFloat_AS_DOUBLE(value);
    bool plain = format->type == 0 && format->precision < 0;
    if (!isfinite(number) || (!plain && format->type != 'f')) return false;
    int precision = format->precision < 0 ? 6 : (int)format->precision;
    char *chars = plain ? PyOS_double_to_string(number, 'r', 0, Py_DTSF_ADD_DOT_0, NULL)
                        : PyOS_double_to_string(number, 'f', precision, 0, NULL);
    if (chars == NULL) PyErr_Clear(); /* no memory: it will be told again */
    bool done = chars != NULL && put_padded(text, chars, (Py_ssize_t)strlen(chars), format, '>');
    PyMem_Free(chars);
    return done;
}

/* `text_align`: where text goes for which no alignment is given. */
static bool put_value(Text *text, PyObject *value, const Format *format, char text_align) {
    if (PyLong_CheckExact(value)) return put_int(text, value, format);
    if (PyFloat_CheckExact(value)) return put_float(text, value, format);
    if (!is_ascii(value) || format->precision >= 0 || format->align == '=') return false;
    if (format->type != 0 && format->type != 's') return false;
    return put_padded(text, chars_of(value), PyUnicode_GET_LENGTH(value), format, text_align);
}

static const char *read_number(const char *at, const char *end, Py_ssize_t *number) {
    for (*number = 0; at < end && *at >= '0' && *at <= '9' && *number <= MOST_WIDTH; at++)
        *number = *number * 10 + (*at - '0');
    return at;
}

/* Width, precision and type, which all kinds of formats end with. NULL: it is another one. */
static const char *read_end(const char *at, const char *end, Format *format) {
    at = read_number(at, end, &format->width);
    if (at < end && *at == '.') {
        const char *digits = at + 1;
        at = read_number(digits, end, &format->precision);
        if (at == digits) return NULL;
    }
    if (at < end && (*at == 'd' || *at == 's' || *at == 'f')) format->type = *at++;
    return format->width <= MOST_WIDTH && format->precision <= MOST_WIDTH ? at : NULL;
}

static bool is_align(char c) { return c == '<' || c == '>' || c == '^'; }

/* What stands behind the colon of a field. */
static bool read_spec(const char *at, const char *end, Format *format) {
    *format = NO_FORMAT;
    if (end - at >= 2 && is_align(at[1])) {
        format->fill = at[0];
        format->align = at[1];
        at += 2;
    } else if (end - at >= 1 && is_align(at[0])) {
        format->align = *at++;
    }
    if (at < end && *at == '0') {
        if (format->align != 0) return false;
        format->fill = '0';
        format->align = '=';
        at++;
    }
    return read_end(at, end, format) == end;
}

PyObject *rt_format_value(PyObject *value, PyObject *spec, i64 conversion) {
    PyObject *(*const CONVERT[4])(PyObject *) = {NULL, rt_str_of_any, rt_repr_of_any, PyObject_ASCII};
    Format format;
    Text text;
    text.size = 0; /* its room is not cleared */
    if (conversion == 0 && spec != NULL && is_ascii(spec) && has_room() &&
        read_spec(chars_of(spec), chars_of(spec) + PyUnicode_GET_LENGTH(spec), &format) &&
        put_value(&text, value, &format, '<'))
        return made_of(&text);
    PyObject *converted = conversion ? CONVERT[conversion](value) : Py_NewRef(value);
    if (converted == NULL || (spec == NULL && PyUnicode_CheckExact(converted))) return converted;
    PyObject *result = spec != NULL ? PyObject_Format(converted, spec) : rt_format_of_any(converted);
    Py_DECREF(converted);
    return result;
}

/* --- what runs no code --- */

static bool is_plain_value(PyObject *value) {
    return PyLong_CheckExact(value) || PyFloat_CheckExact(value) || PyUnicode_CheckExact(value) ||
           PyBool_Check(value) || value == Py_None;
}

/* 1 with the text in the results; -1: there is none, and it is done again where that is told. */
static i64 given(PyObject *text, PyObject **results) {
    results[0] = text;
    if (text == NULL) PyErr_Clear();
    return text != NULL ? 1 : -1;
}

i64 rt_format_plain(PyObject *value, PyObject *spec, PyObject **results) {
    bool is_plain = PyLong_CheckExact(value) || PyFloat_CheckExact(value) || PyUnicode_CheckExact(value);
    return is_plain && PyUnicode_CheckExact(spec) ? given(rt_format_value(value, spec, 0), results) : -1;
}

/* --- str.format --- */

/* A field, from behind its brace: which value, and how. Its end; NULL: it is CPython's. */
static const char *read_field(const char *at, const char *end, i64 *index, Format *format) {
    Py_ssize_t number;
    const char *digits = at;
    at = read_number(at, end, &number);
    bool numbered = at > digits;
    if (numbered != (*index < 0) && *index != 0) return NULL; /* numbered and not by turns */
    const char *close = memchr(at, '}', (size_t)(end - at));
    if (close == NULL) return NULL;
    char conversion = 0;
    if (*at == '!' && (at[1] == 'r' || at[1] == 's')) {
        conversion = at[1];
        at += 2;
    }
    if ((at < close && *at != ':') || !read_spec(at < close ? at + 1 : at, close, format)) return NULL;
    format->conversion = conversion;
    *index = numbered ? -number - 1 : *index + 1;
    return close + 1;
}

static bool put_field(Text *text, PyObject *value, const Format *format) {
    if (format->conversion == 0) return put_value(text, value, format, '<');
    if (!is_plain_value(value)) return false;
    PyObject *words = format->conversion == 'r' ? PyObject_Repr(value) : PyObject_Str(value);
    bool done = words != NULL && put_value(text, words, format, '<');
    if (words == NULL) PyErr_Clear();
    Py_XDECREF(words);
    return done;
}

/* Up to the next brace. */
static const char *put_literal(Text *text, const char *at, const char *end) {
    const char *from = at;
    while (at < end && *at != '{' && *at != '}') at++;
    return put(text, from, at - from) ? at : NULL;
}

/* `index` is above 0 where fields are counted: the number of the next one; below: of the one named last. */
static bool format_fields(Text *text, PyObject *pattern, PyObject **values, i64 count) {
    const char *at = chars_of(pattern), *end = at + PyUnicode_GET_LENGTH(pattern);
    Format format;
    for (i64 index = 0;;) {
        at = put_literal(text, at, end);
        if (at == NULL || at == end) return at != NULL;
        if (at + 1 < end && at[0] == at[1]) { /* a brace that means itself */
            if (!put(text, at, 1)) return false;
            at += 2;
            continue;
        }
        at = *at == '{' ? read_field(at + 1, end, &index, &format) : NULL;
        i64 number = index < 0 ? -index - 1 : index - 1;
        if (at == NULL || number >= count || !put_field(text, values[number], &format)) return false;
    }
}

/* How the fields of a pattern are filled in, False: it is CPython's; and how CPython does it with a tuple of
 * the values. */
typedef bool (*Filling)(Text *text, PyObject *pattern, PyObject **values, i64 count);

static PyObject *with_tuple(PyObject *pattern, PyObject **values, i64 count, binaryfunc otherwise) {
    PyObject *packed = PyTuple_New(count);
    if (packed == NULL) return NULL;
    for (i64 i = 0; i < count; i++) PyTuple_SET_ITEM(packed, i, Py_NewRef(values[i]));
    PyObject *result = otherwise(pattern, packed);
    Py_DECREF(packed);
    return result;
}

static PyObject *filled(PyObject *pattern, PyObject **rest, i64 count, uint64_t consumed, Filling fill,
                        binaryfunc otherwise) {
    Text text;
    text.size = 0; /* its room is not cleared */
    bool done = is_ascii(pattern) && has_room() && fill(&text, pattern, rest, count);
    PyObject *result = done ? made_of(&text) : with_tuple(pattern, rest, count, otherwise);
    rt_drop_rest(rest, count, consumed);
    return result;
}

static PyObject *by_method(PyObject *pattern, PyObject *values) {
    static PyCFunction format; // one per process, as the type is; guarded by the GIL
    if (format == NULL) format = ((PyMethodDescrObject *)rt_method("str", "format"))->d_method->ml_meth;
    if (Py_EnterRecursiveCall(" while calling a Python object")) return NULL;
    PyObject *result = ((PyCFunctionWithKeywords)(void (*)(void))format)(pattern, values, NULL);
    Py_LeaveRecursiveCall();
    return result;
}

PyObject *rt_str_format(PyObject *pattern, PyObject **rest, i64 count, uint64_t consumed) {
    return filled(pattern, rest, count, consumed, format_fields, by_method);
}

/* --- % --- */

/* From behind the %. NULL: it is CPython's. */
static const char *read_percent(const char *at, const char *end, Format *format) {
    *format = NO_FORMAT;
    if (at < end && *at == '-') {
        format->align = '<';
        at++;
    } else if (at < end && *at == '0') {
        format->fill = '0';
        format->align = '=';
        at++;
    }
    at = read_end(at, end, format);
    return at != NULL && format->type != 0 ? at : NULL;
}

/* %s takes any value, as it is without a format; the others what their letter is of. */
static bool put_percent(Text *text, PyObject *value, Format *format) {
    bool number = PyLong_CheckExact(value) || PyFloat_CheckExact(value);
    if (format->type != 's') return number && put_value(text, value, format, '>');
    if (format->align == '=') return false;
    format->type = 0;
    return format->precision < 0 && put_value(text, value, format, '>');
}

static bool percent_fields(Text *text, PyObject *pattern, PyObject **values, i64 count) {
    const char *at = chars_of(pattern), *end = at + PyUnicode_GET_LENGTH(pattern);
    Format format;
    for (i64 number = 0;;) {
        const char *percent = memchr(at, '%', (size_t)(end - at)), *literal_end = percent ? percent : end;
        if (!put(text, at, literal_end - at)) return false;
        if (percent == NULL) return number == count;
        at = percent + 1;
        if (at < end && *at == '%') {
            if (!put(text, at++, 1)) return false;
            continue;
        }
        at = read_percent(at, end, &format);
        if (at == NULL || number >= count || !put_percent(text, values[number++], &format)) return false;
    }
}

PyObject *rt_percent(PyObject *pattern, PyObject **rest, i64 count, uint64_t consumed) {
    return filled(pattern, rest, count, consumed, percent_fields, PyNumber_Remainder);
}

PyObject *rt_percent_one(PyObject *pattern, PyObject *value) {
    Text text;
    text.size = 0; /* its room is not cleared */
    bool done = is_ascii(pattern) && has_room() && percent_fields(&text, pattern, &value, 1);
    return done ? made_of(&text) : PyNumber_Remainder(pattern, value);
}

static bool are_plain(PyObject **values, i64 count) {
    for (i64 i = 0; i < count; i++)
        if (!is_plain_value(values[i])) return false;
    return true;
}

i64 rt_percent_plain(PyObject *pattern, PyObject **results, PyObject **rest, i64 count, uint64_t consumed) {
    if (are_plain(rest, count)) return given(rt_percent(pattern, rest, count, consumed), results);
    rt_drop_rest(rest, count, consumed);
    return -1;
}

i64 rt_percent_plain_one(PyObject *pattern, PyObject *value, PyObject **results) {
    PyObject **values = &value;
    i64 count = 1;
    if (PyTuple_CheckExact(value)) {
        values = PySequence_Fast_ITEMS(value);
        count = PyTuple_GET_SIZE(value);
    }
    return are_plain(values, count) ? given(rt_percent(pattern, values, count, 0), results) : -1;
}

/* --- joining --- */

static Py_ssize_t size_of_all(PyObject **parts, i64 count) {
    Py_ssize_t size = 0;
    for (i64 i = 0; i < count; i++) {
        if (!is_ascii(parts[i])) return -1;
        if (__builtin_add_overflow(size, PyUnicode_GET_LENGTH(parts[i]), &size)) return -1;
    }
    return size;
}

static PyObject *joined_ascii(PyObject **parts, i64 count, Py_ssize_t size) {
    PyObject *result = PyUnicode_New(size, 127);
    char *at = result != NULL ? (char *)PyUnicode_1BYTE_DATA(result) : NULL;
    for (i64 i = 0; result != NULL && i < count; at += PyUnicode_GET_LENGTH(parts[i]), i++)
        memcpy(at, chars_of(parts[i]), (size_t)PyUnicode_GET_LENGTH(parts[i]));
    return result;
}

PyObject *rt_build_string(PyObject **rest, i64 count, uint64_t consumed) {
    Py_ssize_t size = size_of_all(rest, count);
    PyObject *result = NULL;
    if (size > 1 && count > 1) {
        result = joined_ascii(rest, count, size);
    } else {
        PyObject *empty = PyUnicode_New(0, 0);
        if (empty != NULL) result = _PyUnicode_JoinArray(empty, rest, count);
        Py_XDECREF(empty);
    }
    rt_drop_rest(rest, count, consumed);
    return result;
}

PyObject *rt_str_concat(PyObject *a, PyObject *b) {
    PyObject *parts[] = {a, b};
    Py_ssize_t size = size_of_all(parts, 2);
    bool joins = size > 0 && PyUnicode_GET_LENGTH(a) > 0 && PyUnicode_GET_LENGTH(b) > 0;
    return joins ? joined_ascii(parts, 2, size) : PyUnicode_Concat(a, b);
}
