/* Text of an open file: decoding what was read, cutting lines, encoding what is written. */
#include "reactor/file.h"

int text_decode(File *file, bool last) {
    State *state = file->state;
    PyObject *bytes = PyBytes_FromStringAndSize(file->read_buffer + file->read_start,
                                                (Py_ssize_t)(file->read_end - file->read_start));
    PyObject *arguments[] = {file->decoder, bytes, last ? Py_True : Py_False};
    PyObject *more = bytes ? PyObject_VectorcallMethod(state->names[NAME_DECODE], arguments, 3, NULL) : NULL;
    Py_XDECREF(bytes);
    if (more == NULL) return -1;
    file->read_start = file->read_end = 0;
    if (text_ready(file) == 0) {
        Py_XSETREF(file->text, more);
    } else {
        PyObject *rest = PyUnicode_Substring(file->text, file->text_at, PY_SSIZE_T_MAX);
        PyObject *all = rest ? PyUnicode_Concat(rest, more) : NULL;
        Py_XDECREF(rest);
        Py_DECREF(more);
        if (all == NULL) return -1;
        Py_SETREF(file->text, all);
    }
    file->text_at = 0;
    return 0;
}

PyObject *text_take(File *file, Py_ssize_t size) {
    Py_ssize_t there = text_ready(file);
    if (file->text == NULL) return PyUnicode_FromString("");
    if (size < 0 || size > there) size = there;
    PyObject *part = PyUnicode_Substring(file->text, file->text_at, file->text_at + size);
    if (part != NULL) file->text_at += size;
    return part;
}

/* Where the line that begins at text_at ends, or -1. */
static Py_ssize_t line_end(File *file, Py_ssize_t length) {
    Py_ssize_t at = file->text_at;
    if (file->newline == NULL || (PyUnicode_CompareWithASCIIString(file->newline, "\n") == 0)) {
        Py_ssize_t end = PyUnicode_FindChar(file->text, '\n', at, length, 1);
        return end < 0 ? end : end + 1;
    }
    Py_ssize_t terminator = PyUnicode_GET_LENGTH(file->newline);
    if (terminator > 0) {
        Py_ssize_t end = PyUnicode_Find(file->text, file->newline, at, length, 1);
        return end < 0 ? end : end + terminator;
    }
    // Any of \n, \r, \r\n ends a line; the decoder does not split a pair.
    Py_ssize_t feed = PyUnicode_FindChar(file->text, '\n', at, length, 1);
    Py_ssize_t back = PyUnicode_FindChar(file->text, '\r', at, feed >= 0 ? feed : length, 1);
    if (back < 0) return feed < 0 ? feed : feed + 1;
    return back + 1 == feed ? feed + 1 : back + 1;
}

PyObject *text_take_line(File *file, Py_ssize_t limit, bool at_end) {
    Py_ssize_t there = text_ready(file);
    Py_ssize_t end = there > 0 ? line_end(file, file->text_at + there) : -1;
    Py_ssize_t size = end >= 0 ? end - file->text_at : there;
    if (limit >= 0 && size >= limit) size = limit;
    else if (end < 0 && !at_end) return NULL;
    return text_take(file, size);
}

PyObject *text_encode(File *file, PyObject *text) {
    PyObject *whole = NULL;
    if (file->newline != NULL && PyUnicode_GET_LENGTH(file->newline) > 0 &&
        PyUnicode_CompareWithASCIIString(file->newline, "\n") != 0) {
        PyObject *feed = PyUnicode_FromString("\n");
        whole = feed ? PyUnicode_Replace(text, feed, file->newline, -1) : NULL;
        Py_XDECREF(feed);
        if (whole == NULL) return NULL;
        text = whole;
    }
    PyObject *bytes;
    if (file->encoder == NULL)
        bytes = PyUnicode_AsEncodedString(text, "utf-8", PyUnicode_AsUTF8(file->errors));
    else bytes = PyObject_CallMethod(file->encoder, "encode", "O", text);
    Py_XDECREF(whole);
    if (bytes != NULL && !PyBytes_Check(bytes)) {
        PyErr_SetString(PyExc_TypeError, "the encoder did not return bytes");
        Py_CLEAR(bytes);
    }
    return bytes;
}

/* The byte where the next character stands: what is decoded and unread is encoded again, which is exact as
 * long as no newline was translated. */
PyObject *text_tell(File *file) {
    PyObject *seen = NULL, *state = NULL, *rest = NULL, *bytes = NULL, *pending, *result = NULL;
    if (text_ready(file) == 0 && file->text == NULL) return PyLong_FromLongLong(file->position);
    if (PyObject_HasAttrString(file->decoder, "newlines"))
        seen = PyObject_GetAttrString(file->decoder, "newlines");
    else seen = Py_NewRef(Py_None);
    if (seen == NULL) return NULL;
    bool plain = file->newline != NULL || seen == Py_None ||
                 (PyUnicode_Check(seen) && (PyUnicode_CompareWithASCIIString(seen, "\n") == 0));
    if (!plain && text_ready(file) > 0) {
        PyErr_SetString(PyExc_OSError,
                        "tell() is not possible in the middle of text whose newlines were translated");
        goto error;
    }
    state = PyObject_CallMethod(file->decoder, "getstate", NULL);
    if (state == NULL || !PyArg_ParseTuple(state, "Si:getstate", &pending, &(int){0})) goto error;
    rest = PyUnicode_Substring(file->text, file->text_at, PY_SSIZE_T_MAX);
    if (rest == NULL) goto error;
    bytes = PyUnicode_AsEncodedString(rest, PyUnicode_AsUTF8(file->encoding), PyUnicode_AsUTF8(file->errors));
    if (bytes == NULL) goto error;
    result = PyLong_FromLongLong(file->position - PyBytes_GET_SIZE(bytes) - PyBytes_GET_SIZE(pending));
error:
    Py_XDECREF(seen);
    Py_XDECREF(state);
    Py_XDECREF(rest);
    Py_XDECREF(bytes);
    return result;
}

int text_restart(File *file) {
    PyObject *done = PyObject_CallMethodNoArgs(file->decoder, file->state->names[NAME_RESET]);
    Py_XDECREF(done);
    Py_CLEAR(file->text);
    file->text_at = 0;
    return done == NULL ? -1 : 0;
}
