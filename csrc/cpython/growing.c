/* Text that is put to the end of a str which nobody else has, as `text += part` does in a loop: it stays
 * where it is while its memory has room, and gets more room than it needs when it has not. */
#include "cpython/compat.h"

#include <malloc.h>
#include <string.h>

/* What CPython asks its own small blocks for; blocks of more bytes are malloc's. */
enum { MOST_OF_SMALL_BLOCK = 512 };

/* Are objects made by the allocators that CPython comes with, undebugged? Who sets others does so first. */
static bool knows_room;

void cp_find_allocator(void) {
    const char *name = _PyMem_GetCurrentAllocatorName(); // NULL: somebody's own
    knows_room = name != NULL && (strcmp(name, "pymalloc") == 0 || strcmp(name, "malloc") == 0);
}

static inline bool is_ascii(PyObject *text) {
    return PyUnicode_CheckExact(text) && PyUnicode_IS_COMPACT_ASCII(text);
}

/* May nobody tell that it becomes another text? */
static inline bool may_grow(PyObject *text) {
    PyASCIIObject *its = (PyASCIIObject *)text;
    return is_ascii(text) && Py_REFCNT(text) == 1 && its->hash == -1 && its->wstr == NULL &&
           !its->state.interned && its->length > 0;
}

/* With memory for so many bytes; NULL: there is none, and nothing was done. */
static PyObject *with_room(PyObject *text, size_t has, size_t needs) {
    if (!knows_room || needs <= MOST_OF_SMALL_BLOCK) return PyObject_Realloc(text, needs);
    if (has > MOST_OF_SMALL_BLOCK && malloc_usable_size(text) >= needs) return text;
    return PyObject_Realloc(text, needs + needs / 8);
}

PyObject *cp_append_text(PyObject *text_steal, PyObject *part) {
    if (!may_grow(text_steal) || !is_ascii(part) || text_steal == part) {
        PyUnicode_Append(&text_steal, part);
        return text_steal;
    }
    size_t size = (size_t)((PyASCIIObject *)text_steal)->length,
           more = (size_t)((PyASCIIObject *)part)->length;
    size_t around = sizeof(PyASCIIObject) + 1;
    PyObject *text = with_room(text_steal, around + size, around + size + more);
    if (text == NULL) {
        Py_DECREF(text_steal);
        return PyErr_NoMemory();
    }
    char *end = (char *)((PyASCIIObject *)text + 1) + size;
    memcpy(end, (PyASCIIObject *)part + 1, more);
    end[more] = 0;
    ((PyASCIIObject *)text)->length = (Py_ssize_t)(size + more);
    return text;
}
