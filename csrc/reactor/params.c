/* Arguments of the operations, parsed by what their rows in ops.def say. */
#include "reactor/reactor.h"

#include <netdb.h>
#include <netinet/in.h>

typedef enum Kind {
    KIND_PATH,    // str, bytes or PathLike -> path
    KIND_PATH2,   // the same -> path2
    KIND_FD,      // int or object with fileno() -> fd
    KIND_FD2,     // the same -> fd2
    KIND_DATA,    // bytes-like or str -> data, size, held
    KIND_BYTES,   // bytes-like -> data, size, held
    KIND_BUFFER,  // writable bytes-like -> data, size, held
    KIND_BUFFERS, // sequence of writable ones -> vectors
    KIND_SOURCES, // sequence of readable ones -> vectors
    KIND_SIZE,    // bytes to read, not negative -> size
    KIND_LENGTH,  // a length in bytes, not negative -> size
    KIND_LIMIT,   // the same or None for no limit -> size
    KIND_OFFSET,  // not negative -> offset
    KIND_MODE,    // int -> mode
    KIND_FLAGS,   // int -> flags
    KIND_ID1,     // int -> fd
    KIND_ID2,     // int -> fd2
    KIND_BIT1,    // bool -> flags
    KIND_BIT2,
    KIND_BIT4,
    KIND_ENCODING, // str or None
    KIND_ERRORS,   // str or None
    KIND_HOST,     // str, bytes or None -> path
    KIND_SERVICE,  // str, bytes, int or None -> path2
    KIND_TIMES,    // (seconds, seconds) or None -> times, flag 1 for now
    KIND_SOCKADDR, // (host, port[, flow, scope]) -> data, size
    KIND_COUNT
} Kind;

static const char *const kind_names[KIND_COUNT] = {
    "path", "path2",  "fd",       "fd2",    "data", "bytes",   "buffer", "buffers",  "sources",
    "size", "length", "limit",    "offset", "mode", "flags",   "id1",    "id2",      "bit1",
    "bit2", "bit4",   "encoding", "errors", "host", "service", "times",  "sockaddr",
};

typedef struct Param {
    PyObject *name; // interned
    Kind kind;
    bool named_only;
    bool optional;
    bool none;      // the default is None
    long value;     // the default as a number
    char shown[16]; // the default as in the signature
} Param;

struct ParamList {
    int count, positional, required;
    Param items[12];
};

static int find_kind(const char *text, size_t length) {
    for (int i = 0; i < KIND_COUNT; i++)
        if (strlen(kind_names[i]) == length && memcmp(kind_names[i], text, length) == 0) return i;
    return -1;
}

static int parse_default(Param *param, const char *text, size_t length) {
    if (length >= sizeof param->shown) return -1;
    memcpy(param->shown, text, length);
    param->optional = true;
    if (strcmp(param->shown, "None") == 0) param->none = true;
    else if (strcmp(param->shown, "True") == 0) param->value = 1;
    else if (strncmp(param->shown, "0o", 2) == 0) param->value = strtol(param->shown + 2, NULL, 8);
    else if (strcmp(param->shown, "False") != 0) param->value = strtol(param->shown, NULL, 10);
    return 0;
}

static int parse_spec(ParamList *list, const char *spec) {
    bool named_only = false;
    while (*spec != '\0') {
        size_t length = strcspn(spec, " ");
        if (length == 1 && *spec == '*') {
            named_only = true;
        } else {
            Param *param = &list->items[list->count++];
            size_t name = strcspn(spec, ":"), all = strcspn(spec, "= ");
            int kind = find_kind(spec + name + 1, all - name - 1);
            PyObject *text = PyUnicode_FromStringAndSize(spec, (Py_ssize_t)name);
            if (text == NULL) return -1;
            PyUnicode_InternInPlace(&text);
            param->name = text;
            param->named_only = named_only;
            param->kind = (Kind)kind;
            if (kind < 0 ||
                (spec[all] == '=' && parse_default(param, spec + all + 1, length - all - 1) < 0)) {
                PyErr_Format(PyExc_SystemError, "ops.def: bad parameter in \"%s\"", spec);
                return -1;
            }
            if (!named_only) list->positional++;
            if (!param->optional) list->required++;
        }
        spec += length;
        spec += strspn(spec, " ");
    }
    return 0;
}

int params_init(State *state) {
    for (int i = 0; i < OP_COUNT; i++) {
        state->params[i] = PyMem_Calloc(1, sizeof(ParamList));
        if (state->params[i] == NULL) {
            PyErr_NoMemory();
            return -1;
        }
        if (parse_spec(state->params[i], op_table[i].params) < 0) return -1;
    }
    return 0;
}

void params_free(State *state) {
    for (int i = 0; i < OP_COUNT; i++) {
        if (state->params[i] == NULL) continue;
        for (int j = 0; j < state->params[i]->count; j++) Py_CLEAR(state->params[i]->items[j].name);
        PyMem_Free(state->params[i]);
        state->params[i] = NULL;
    }
}

PyObject *params_signature(State *state, OpKind kind) {
    ParamList *list = state->params[kind];
    PyObject *text = PyUnicode_FromString(op_table[kind].name), *part;
    const char *before = "(";
    bool star = false;
    for (int i = 0; i < list->count && text != NULL; i++) {
        Param *param = &list->items[i];
        const char *marker = param->named_only && !star ? "*, " : "";
        star |= param->named_only;
        part = param->optional
                   ? PyUnicode_FromFormat("%U%s%s%U=%s", text, before, marker, param->name, param->shown)
                   : PyUnicode_FromFormat("%U%s%s%U", text, before, marker, param->name);
        Py_SETREF(text, part);
        before = ", ";
    }
    if (text != NULL) Py_SETREF(text, PyUnicode_FromFormat("%U%s", text, list->count ? ")" : "()"));
    return text;
}

/* conversions */

static int to_path(PyObject *value, void **object, char **path) {
    PyObject *bytes = NULL;
    if (PyUnicode_CheckExact(value) && PyUnicode_IS_COMPACT_ASCII(value)) {
        // The text itself is the path, and stays as long as the object does.
        Py_ssize_t length;
        const char *text = PyUnicode_AsUTF8AndSize(value, &length);
        if (strlen(text) != (size_t)length) {
            PyErr_SetString(PyExc_ValueError, "embedded null byte");
            return -1;
        }
        *object = Py_NewRef(value);
        *path = (char *)text;
        return 0;
    }
    if (!PyUnicode_FSConverter(value, &bytes)) return -1;
    // The caller's object is shown in errors; the bytes live in its place when they are not inside it.
    PyObject *pair = PyTuple_Pack(2, value, bytes);
    *path = PyBytes_AS_STRING(bytes);
    Py_DECREF(bytes);
    *object = pair;
    return pair == NULL ? -1 : 0;
}

static int to_number(PyObject *value, const char *name, long long low, long long high, long long *number) {
    PyObject *index = PyNumber_Index(value);
    if (index == NULL && PyErr_ExceptionMatches(PyExc_TypeError) && !PyIndex_Check(value))
        PyErr_Format(PyExc_TypeError, "%s must be int, not %.200s", name, Py_TYPE(value)->tp_name);
    if (index == NULL) return -1;
    int overflow;
    *number = PyLong_AsLongLongAndOverflow(index, &overflow);
    Py_DECREF(index);
    if (*number == -1 && PyErr_Occurred()) return -1;
    if (low == 0 && overflow <= 0 && *number < 0) {
        PyErr_Format(PyExc_ValueError, "%s must not be negative", name);
        return -1;
    }
    if (overflow || *number < low || *number > high) {
        PyErr_Format(PyExc_OverflowError, "%s is out of range", name);
        return -1;
    }
    return 0;
}

static int to_view(Op *op, PyObject *value, int flags) {
    Py_buffer *view = PyMem_Malloc(sizeof *view);
    if (view == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    if (PyObject_GetBuffer(value, view, flags) < 0) {
        PyMem_Free(view);
        if (flags == PyBUF_WRITABLE && PyErr_ExceptionMatches(PyExc_BufferError) &&
            PyObject_CheckBuffer(value))
            PyErr_SetString(PyExc_TypeError, "a writable, contiguous buffer is needed");
        return -1;
    }
    op->views = view;
    op->view_count = 1;
    op->data = view->buf;
    op->size = (size_t)view->len;
    return 0;
}

static int to_data(Op *op, PyObject *value) {
    if (!PyUnicode_Check(value)) return to_view(op, value, PyBUF_SIMPLE);
    const char *encoding = op->encoding ? PyUnicode_AsUTF8(op->encoding) : "utf-8";
    const char *errors = op->errors ? PyUnicode_AsUTF8(op->errors) : "strict";
    if (encoding == NULL || errors == NULL) return -1;
    PyObject *bytes = PyUnicode_AsEncodedString(value, encoding, errors);
    if (bytes == NULL) return -1;
    int result = to_view(op, bytes, PyBUF_SIMPLE);
    Py_DECREF(bytes);
    return result;
}

static int to_views(Op *op, PyObject *value, int flags) {
    PyObject *list = PySequence_Fast(value, "a sequence of buffers is needed");
    if (list == NULL) return -1;
    Py_ssize_t count = PySequence_Fast_GET_SIZE(list);
    Py_buffer *views = PyMem_Calloc((size_t)count + 1, sizeof *views);
    op->vectors = PyMem_Calloc((size_t)count + 1, sizeof *op->vectors);
    op->views = views;
    int result = 0;
    if (views == NULL || op->vectors == NULL) {
        PyErr_NoMemory();
        result = -1;
    }
    for (Py_ssize_t i = 0; result == 0 && i < count; i++) {
        result = PyObject_GetBuffer(PySequence_Fast_GET_ITEM(list, i), &views[i], flags);
        if (result == 0) {
            op->view_count = op->vector_count = (int)i + 1;
            op->vectors[i] = (struct iovec){views[i].buf, (size_t)views[i].len};
        } else if (PyErr_ExceptionMatches(PyExc_BufferError)) {
            PyErr_SetString(PyExc_TypeError, "contiguous buffers, writable ones for reading, are needed");
        }
    }
    Py_DECREF(list);
    return result;
}

static int to_text(PyObject *value, const char *name, void **object) {
    if (value == Py_None) return 0;
    if (!PyUnicode_Check(value)) {
        PyErr_Format(PyExc_TypeError, "%s must be str or None, not %.200s", name, Py_TYPE(value)->tp_name);
        return -1;
    }
    *object = Py_NewRef(value);
    return 0;
}

static int to_host(PyObject *value, void **object, char **text, bool service) {
    PyObject *bytes;
    if (value == Py_None) return 0;
    if (PyUnicode_Check(value)) {
        bytes = service || PyUnicode_IS_ASCII(value) ? PyUnicode_AsUTF8String(value)
                                                     : PyUnicode_AsEncodedString(value, "idna", NULL);
    } else if (PyBytes_Check(value)) {
        bytes = Py_NewRef(value);
    } else if (service && PyLong_Check(value)) {
        PyObject *digits = PyObject_Str(value);
        bytes = digits ? PyUnicode_AsUTF8String(digits) : NULL;
        Py_XDECREF(digits);
    } else {
        PyErr_Format(PyExc_TypeError,
                     service ? "port must be int, str, bytes or None, not %s"
                             : "host must be str, bytes or None, not %s",
                     Py_TYPE(value)->tp_name);
        return -1;
    }
    if (bytes == NULL) return -1;
    *object = bytes;
    if (PyBytes_AsStringAndSize(bytes, text, NULL) < 0) return -1;
    return 0;
}

static int to_times(Op *op, PyObject *value) {
    if (value == Py_None) {
        op->flags |= 1;
        return 0;
    }
    if (!PyTuple_Check(value) || PyTuple_GET_SIZE(value) != 2) {
        PyErr_SetString(PyExc_TypeError, "times must be None or a tuple of two numbers");
        return -1;
    }
    for (int i = 0; i < 2; i++) {
        op->times[i] = PyFloat_AsDouble(PyTuple_GET_ITEM(value, i));
        if (op->times[i] == -1.0 && PyErr_Occurred()) return -1;
    }
    return 0;
}

static int to_sockaddr(Op *op, PyObject *value) {
    const char *host;
    int port, flow = 0, scope = 0;
    if (!PyTuple_Check(value)) {
        PyErr_SetString(PyExc_TypeError, "sockaddr must be a tuple");
        return -1;
    }
    if (!PyArg_ParseTuple(value, "si|ii:getnameinfo", &host, &port, &flow, &scope)) return -1;
    char digits[16];
    PyOS_snprintf(digits, sizeof digits, "%d", port);
    struct addrinfo hints = {.ai_flags = AI_NUMERICHOST, .ai_socktype = SOCK_DGRAM}, *list;
    int error = getaddrinfo(host, digits, &hints, &list);
    if (error != 0) {
        PyErr_Format(PyExc_ValueError, "sockaddr: %s", gai_strerror(error));
        return -1;
    }
    op->data = malloc(list->ai_addrlen);
    op->owns_data = true;
    op->size = list->ai_addrlen;
    if (op->data != NULL) memcpy(op->data, list->ai_addr, list->ai_addrlen);
    freeaddrinfo(list);
    if (op->data == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    if (op->size == sizeof(struct sockaddr_in6)) {
        ((struct sockaddr_in6 *)op->data)->sin6_flowinfo = htonl((uint32_t)flow);
        ((struct sockaddr_in6 *)op->data)->sin6_scope_id = (uint32_t)scope;
    }
    return 0;
}

static int to_size(Op *op, const Param *param, PyObject *value) {
    long long number;
    if (value == Py_None && param->kind == KIND_LIMIT) return 0;
    if (to_number(value, PyUnicode_AsUTF8(param->name), 0, PY_SSIZE_T_MAX, &number) < 0) return -1;
    op->size = (size_t)number;
    return 0;
}

static int set_bit(Op *op, PyObject *value, int bit) {
    int truth = PyObject_IsTrue(value);
    if (truth < 0) return -1;
    op->flags = truth ? op->flags | bit : op->flags & ~bit;
    return 0;
}

static int set_int(int *target, const Param *param, PyObject *value) {
    long long number;
    if (to_number(value, PyUnicode_AsUTF8(param->name), INT_MIN, INT_MAX, &number) < 0) return -1;
    *target = (int)number;
    return 0;
}

static int set_fd(int *target, PyObject *value) {
    return (*target = PyObject_AsFileDescriptor(value)) < 0 ? -1 : 0;
}

static int convert(Op *op, const Param *param, PyObject *value) {
    long long number;
    switch (param->kind) {
    case KIND_PATH: return to_path(value, &op->path_object, &op->path);
    case KIND_PATH2: return to_path(value, &op->path2_object, &op->path2);
    case KIND_FD: return set_fd(&op->fd, value);
    case KIND_FD2: return set_fd(&op->fd2, value);
    case KIND_DATA: return to_data(op, value);
    case KIND_BYTES: return to_view(op, value, PyBUF_SIMPLE);
    case KIND_BUFFER: return to_view(op, value, PyBUF_WRITABLE);
    case KIND_BUFFERS: return to_views(op, value, PyBUF_WRITABLE);
    case KIND_SOURCES: return to_views(op, value, PyBUF_SIMPLE);
    case KIND_SIZE:
    case KIND_LENGTH:
    case KIND_LIMIT: return to_size(op, param, value);
    case KIND_OFFSET:
        if (to_number(value, PyUnicode_AsUTF8(param->name), 0, INT64_MAX, &number) < 0) return -1;
        op->offset = number;
        return 0;
    case KIND_MODE: return set_int(&op->mode, param, value);
    case KIND_FLAGS: return set_int(&op->flags, param, value);
    case KIND_ID1: return set_int(&op->fd, param, value);
    case KIND_ID2: return set_int(&op->fd2, param, value);
    case KIND_BIT1: return set_bit(op, value, 1);
    case KIND_BIT2: return set_bit(op, value, 2);
    case KIND_BIT4: return set_bit(op, value, 4);
    case KIND_ENCODING: return to_text(value, "encoding", &op->encoding);
    case KIND_ERRORS: return to_text(value, "errors", &op->errors);
    case KIND_HOST: return to_host(value, &op->path_object, &op->path, false);
    case KIND_SERVICE: return to_host(value, &op->path2_object, &op->path2, true);
    case KIND_TIMES: return to_times(op, value);
    case KIND_SOCKADDR: return to_sockaddr(op, value);
    case KIND_COUNT: break;
    }
    return -1;
}

static void set_default(Op *op, const Param *param) {
    switch (param->kind) {
    case KIND_MODE: op->mode = (int)param->value; break;
    case KIND_FLAGS: op->flags = (int)param->value; break;
    case KIND_BIT1: op->flags |= param->value ? 1 : 0; break;
    case KIND_ID1: op->fd = (int)param->value; break;
    case KIND_ID2: op->fd2 = (int)param->value; break;
    case KIND_TIMES: op->flags |= 1; break;
    default: break; // None, False and 0 are what an empty operation has
    }
}

static int find_param(ParamList *list, PyObject *name) {
    for (int i = 0; i < list->count; i++)
        if (list->items[i].name == name) return i;
    for (int i = 0; i < list->count; i++)
        if (PyUnicode_Compare(list->items[i].name, name) == 0) return i;
    return -1;
}

static int collect(ParamList *list, const char *op, PyObject **values, PyObject *const *arguments,
                   Py_ssize_t count, PyObject *names) {
    if (count > list->positional) {
        PyErr_Format(PyExc_TypeError, "%s() takes at most %d positional arguments (%zd given)", op,
                     list->positional, count);
        return -1;
    }
    for (Py_ssize_t i = 0; i < count; i++) values[i] = arguments[i];
    for (Py_ssize_t i = 0; names != NULL && i < PyTuple_GET_SIZE(names); i++) {
        PyObject *name = PyTuple_GET_ITEM(names, i);
        int at = find_param(list, name);
        if (at < 0 || values[at] != NULL) {
            PyErr_Format(PyExc_TypeError,
                         at < 0 ? "%s() got an unexpected keyword argument '%U'"
                                : "%s() got multiple values for argument '%U'",
                         op, name);
            return -1;
        }
        values[at] = arguments[count + i];
    }
    for (int i = 0; i < list->count; i++) {
        if (values[i] != NULL || list->items[i].optional) continue;
        PyErr_Format(PyExc_TypeError, "%s() missing required argument: '%U'", op, list->items[i].name);
        return -1;
    }
    return 0;
}

int params_parse(State *state, Op *op, PyObject *const *arguments, Py_ssize_t count, PyObject *names) {
    ParamList *list = state->params[op->kind];
    PyObject *values[12] = {NULL};
    if (collect(list, op_table[op->kind].name, values, arguments, count, names) < 0) return -1;
    // From the back, because data is encoded by the encoding that follows it.
    for (int i = list->count - 1; i >= 0; i--) {
        if (values[i] == NULL) {
            set_default(op, &list->items[i]);
        } else if (convert(op, &list->items[i], values[i]) < 0) {
            op_release(state, op);
            return -1;
        }
    }
    if (op->kind == OP_WRITE_FILE && (op->flags & 3) == 3) {
        PyErr_SetString(PyExc_ValueError, "atomic and append exclude each other");
        op_release(state, op);
        return -1;
    }
    return 0;
}
