/* Functions that do nothing but call something with what they are given packed into a tuple. */
#include "cpython/compat.h"

typedef struct Reader {
    const _Py_CODEUNIT *at, *end;
} Reader;

/* Does the next instruction do that? What the interpreter has put in place of it was taken back. */
static bool is_next(Reader *reader, int opcode, int argument) {
    while (reader->at < reader->end && _Py_OPCODE(*reader->at) == CACHE) reader->at++;
    if (reader->at == reader->end || _Py_OPCODE(*reader->at) != opcode ||
        _Py_OPARG(*reader->at) != (unsigned)argument)
        return false;
    reader->at++;
    return true;
}

static bool packs(Reader *reader, int count) {
    enum { FIRST_NAME_IS_CALLED = 1 };
    if (!is_next(reader, RESUME, 0) || !is_next(reader, LOAD_GLOBAL, FIRST_NAME_IS_CALLED)) return false;
    for (int i = 0; i <= count; i++)
        if (!is_next(reader, LOAD_FAST, i)) return false;
    return is_next(reader, BUILD_TUPLE, count) && is_next(reader, PRECALL, 2) && is_next(reader, CALL, 2) &&
           is_next(reader, RETURN_VALUE, 0) && reader->at == reader->end;
}

int cp_packed_arguments(PyCodeObject *code) {
    int count = code->co_argcount - 1;
    if (cp_plain_args(code) < 2 || code->co_nlocalsplus != code->co_argcount) return -1;
    PyObject *bytes = PyCode_GetCode(code);
    if (bytes == NULL) {
        PyErr_Clear();
        return -1;
    }
    const _Py_CODEUNIT *units = (const _Py_CODEUNIT *)PyBytes_AS_STRING(bytes);
    Reader reader = {units, units + PyBytes_GET_SIZE(bytes) / (Py_ssize_t)sizeof(_Py_CODEUNIT)};
    bool found = packs(&reader, count);
    Py_DECREF(bytes);
    return found ? count : -1;
}
