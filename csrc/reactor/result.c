/* What has come out of an operation, as Python objects: results, and errors of the right class. */
#include "reactor/reactor.h"

#include <netdb.h>
#include <netinet/in.h>
#include <structmember.h>
#include <sys/stat.h>
#include <sys/un.h>

/* A path is shown as the caller gave it; to_path keeps it with its encoded form when these differ. */
static PyObject *shown_path(PyObject *object) {
    if (object == NULL) return Py_None;
    return PyTuple_CheckExact(object) ? PyTuple_GET_ITEM(object, 0) : object;
}

PyObject *make_os_error(State *state, int error, PyObject *path, PyObject *path2) {
    PyObject *number = PyLong_FromLong(error), *exception = NULL, *text = NULL;
    if (number == NULL) return NULL;
    PyObject *class = PyDict_GetItemWithError(state->errors_by_errno, number); // borrowed
    if (class == NULL && PyErr_Occurred()) goto error;
    if (class == NULL) class = state->io_error;
    text = PyUnicode_DecodeLocale(strerror(error), "surrogateescape");
    if (text == NULL) goto error;
    if (path2 != NULL)
        exception = PyObject_CallFunctionObjArgs(class, number, text, shown_path(path), Py_None,
                                                 shown_path(path2), NULL);
    else if (path != NULL)
        exception = PyObject_CallFunctionObjArgs(class, number, text, shown_path(path), NULL);
    else exception = PyObject_CallFunctionObjArgs(class, number, text, NULL);
error:
    Py_XDECREF(text);
    Py_DECREF(number);
    return exception;
}

void raise_os_error(State *state, int error, PyObject *path, PyObject *path2) {
    PyObject *exception = make_os_error(state, error, path, path2);
    if (exception == NULL) return;
    PyErr_SetObject((PyObject *)Py_TYPE(exception), exception);
    Py_DECREF(exception);
}

/* host: whom it is about, or NULL. */
static void raise_dns_error(State *state, int code, const char *host) {
    PyObject *name = host ? PyUnicode_DecodeUTF8(host, (Py_ssize_t)strlen(host), "replace") : NULL;
    PyObject *exception = name
                              ? PyObject_CallFunction(state->dns_error, "isO", code, gai_strerror(code), name)
                              : PyObject_CallFunction(state->dns_error, "is", code, gai_strerror(code));
    Py_XDECREF(name);
    if (exception == NULL) return;
    PyErr_SetObject((PyObject *)Py_TYPE(exception), exception);
    Py_DECREF(exception);
}

static void raise_op_error(State *state, Op *op) {
    if (op->dns_error) {
        raise_dns_error(state, op->error, op->kind == OP_GETADDRINFO ? op->path : NULL);
        return;
    }
    PyObject *exception = make_os_error(state, op->error, op->path_object, op->path2_object);
    if (exception == NULL) return;
    if (op_table[op->kind].cancel == CANCEL_WAIT && op_table[op->kind].result == RESULT_SIZE) {
        PyObject *count = PyLong_FromLongLong(op->value);
        if (count == NULL || PyObject_SetAttr(exception, state->names[NAME_BYTES_WRITTEN], count) < 0)
            PyErr_Clear();
        Py_XDECREF(count);
    }
    PyErr_SetObject((PyObject *)Py_TYPE(exception), exception);
    Py_DECREF(exception);
}

static PyObject *nanoseconds(const struct timespec *time) {
    PyObject *seconds = PyLong_FromLongLong(time->tv_sec), *billion = PyLong_FromLong(1000000000),
             *all = NULL;
    PyObject *rest = PyLong_FromLong(time->tv_nsec), *product = NULL;
    if (seconds != NULL && billion != NULL) product = PyNumber_Multiply(seconds, billion);
    if (product != NULL && rest != NULL) all = PyNumber_Add(product, rest);
    Py_XDECREF(seconds);
    Py_XDECREF(billion);
    Py_XDECREF(rest);
    Py_XDECREF(product);
    return all;
}

static PyObject *nanoseconds_of(const struct timespec *time) {
    if (time->tv_sec >= 0 && time->tv_sec < INT64_MAX / 1000000000 - 1)
        return PyLong_FromLongLong(time->tv_sec * 1000000000LL + time->tv_nsec);
    return nanoseconds(time);
}

PyObject *make_stat_result(State *state, const void *status_pointer) {
    const struct stat *status = status_pointer;
    const struct timespec *times[] = {&status->st_atim, &status->st_mtim, &status->st_ctim};
    PyObject *result = PyStructSequence_New(state->stat_result);
    if (result == NULL) return NULL;
    int at = 0;
    PyStructSequence_SET_ITEM(result, at++, PyLong_FromUnsignedLong(status->st_mode));
    PyStructSequence_SET_ITEM(result, at++, PyLong_FromUnsignedLongLong(status->st_ino));
    PyStructSequence_SET_ITEM(result, at++, PyLong_FromUnsignedLongLong(status->st_dev));
    PyStructSequence_SET_ITEM(result, at++, PyLong_FromUnsignedLongLong(status->st_nlink));
    PyStructSequence_SET_ITEM(result, at++, PyLong_FromUnsignedLong(status->st_uid));
    PyStructSequence_SET_ITEM(result, at++, PyLong_FromUnsignedLong(status->st_gid));
    PyStructSequence_SET_ITEM(result, at++, PyLong_FromLongLong(status->st_size));
    for (int i = 0; i < 3; i++)
        PyStructSequence_SET_ITEM(result, at++, PyLong_FromLongLong(times[i]->tv_sec));
    for (int i = 0; i < 3; i++)
        PyStructSequence_SET_ITEM(
            result, at++, PyFloat_FromDouble((double)times[i]->tv_sec + 1e-9 * (double)times[i]->tv_nsec));
    for (int i = 0; i < 3; i++) PyStructSequence_SET_ITEM(result, at++, nanoseconds_of(times[i]));
    PyStructSequence_SET_ITEM(result, at++, PyLong_FromLongLong(status->st_blksize));
    PyStructSequence_SET_ITEM(result, at++, PyLong_FromLongLong(status->st_blocks));
    PyStructSequence_SET_ITEM(result, at++, PyLong_FromUnsignedLongLong(status->st_rdev));
    if (PyErr_Occurred()) Py_CLEAR(result);
    return result;
}

static PyObject *make_bytes(Op *op) {
    PyObject *content = op->content; // filled in place when there is one
    if (content == NULL || op->owns_data) return PyBytes_FromStringAndSize(op->data, (Py_ssize_t)op->value);
    op->content = NULL;
    if (op->value != PyBytes_GET_SIZE(content)) _PyBytes_Resize(&content, (Py_ssize_t)op->value);
    return content;
}

static PyObject *make_content(Op *op) {
    if (op->encoding == NULL) return make_bytes(op);
    const char *encoding = PyUnicode_AsUTF8(op->encoding);
    const char *errors = op->errors ? PyUnicode_AsUTF8(op->errors) : "strict";
    if (encoding == NULL || errors == NULL) return NULL;
    return PyUnicode_Decode(op->data, (Py_ssize_t)op->value, encoding, errors);
}

static PyObject *path_text(Op *op, const char *text) {
    bool bytes = op->path_object != NULL && PyBytes_Check(shown_path(op->path_object));
    return bytes ? PyBytes_FromString(text) : PyUnicode_DecodeFSDefault(text);
}

static PyObject *make_entries(Op *op) {
    PyObject *list = PyList_New(0);
    const char *at = op->data, *end = op->data + op->value;
    while (list != NULL && at < end) {
        uint64_t inode;
        memcpy(&inode, at + 1, 8);
        PyObject *name = path_text(op, at + 9);
        PyObject *entry = name ? Py_BuildValue("(NCK)", name, at[0], (unsigned long long)inode) : NULL;
        if (entry == NULL || PyList_Append(list, entry) < 0) Py_CLEAR(list);
        Py_XDECREF(entry);
        at += 9 + strlen(at + 9) + 1;
    }
    return list;
}

static PyObject *make_address(const struct sockaddr *address, size_t size) {
    char host[NI_MAXHOST];
    if (address->sa_family == AF_UNIX)
        return PyUnicode_DecodeFSDefault(((const struct sockaddr_un *)address)->sun_path);
    if (address->sa_family != AF_INET && address->sa_family != AF_INET6)
        return Py_BuildValue("(iy#)", address->sa_family, address->sa_data,
                             (Py_ssize_t)(size - sizeof address->sa_family));
    int error = getnameinfo(address, (socklen_t)size, host, sizeof host, NULL, 0, NI_NUMERICHOST);
    if (error != 0) {
        PyErr_SetString(PyExc_OSError, gai_strerror(error));
        return NULL;
    }
    if (address->sa_family == AF_INET)
        return Py_BuildValue("(si)", host, ntohs(((const struct sockaddr_in *)address)->sin_port));
    const struct sockaddr_in6 *six = (const struct sockaddr_in6 *)address;
    return Py_BuildValue("(siII)", host, ntohs(six->sin6_port), ntohl(six->sin6_flowinfo),
                         six->sin6_scope_id);
}

static PyObject *make_addresses(Op *op) {
    PyObject *list = PyList_New(0);
    for (const struct addrinfo *one = op->extra; list != NULL && one != NULL; one = one->ai_next) {
        PyObject *address = make_address(one->ai_addr, one->ai_addrlen);
        PyObject *entry = address
                              ? Py_BuildValue("(iiisN)", one->ai_family, one->ai_socktype, one->ai_protocol,
                                              one->ai_canonname ? one->ai_canonname : "", address)
                              : NULL;
        if (entry == NULL || PyList_Append(list, entry) < 0) Py_CLEAR(list);
        Py_XDECREF(entry);
    }
    return list;
}

PyObject *op_result_steal(State *state, Op *op) {
    if (op->error != 0) {
        raise_op_error(state, op);
        return NULL;
    }
    switch (op_table[op->kind].result) {
    case RESULT_NONE: Py_RETURN_NONE;
    case RESULT_SIZES: return Py_BuildValue("(LL)", (long long)op->value, (long long)op->offset);
    case RESULT_SIZE:
    case RESULT_FD: return PyLong_FromLongLong(op->value);
    case RESULT_BOOL: return PyBool_FromLong(op->value != 0);
    case RESULT_BYTES: return make_bytes(op);
    case RESULT_CONTENT: return make_content(op);
    case RESULT_STAT: return make_stat_result(state, op->extra);
    case RESULT_ENTRIES: return make_entries(op);
    case RESULT_PATH: return path_text(op, op->extra);
    case RESULT_ADDRESSES: return make_addresses(op);
    case RESULT_NAMES: return Py_BuildValue("(ss)", op->extra, (char *)op->extra + NI_MAXHOST);
    }
    Py_UNREACHABLE();
}
