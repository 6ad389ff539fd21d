/* The life of an operation's record: first on the caller's stack, on the heap once it leaves the thread. */
#include "reactor/file.h"

static void release_views(Op *op) {
    Py_buffer *views = op->views;
    for (int i = 0; i < op->view_count; i++) PyBuffer_Release(&views[i]);
    PyMem_Free(views);
    op->views = NULL;
    op->view_count = 0;
}

void op_release(State *state, Op *op) {
    release_views(op);
    Py_CLEAR(op->future);
    Py_CLEAR(op->path_object);
    Py_CLEAR(op->path2_object);
    Py_CLEAR(op->content);
    Py_CLEAR(op->encoding);
    Py_CLEAR(op->errors);
    if (op->beside) file_other_ended(op->owner);
    op->beside = false;
    Py_CLEAR(op->owner);
    if (op->owns_data) free(op->data);
    op->data = NULL;
    op->owns_data = false;
    PyMem_Free(op->vectors);
    op->vectors = NULL;
    free_extra(op);
}

static char *copy_text(char **at, const char *text) {
    if (text == NULL) return NULL;
    size_t size = strlen(text) + 1;
    char *copy = memcpy(*at, text, size);
    *at += size;
    return copy;
}

Op *op_to_heap(State *state, Op *op) {
    size_t texts = (op->path ? strlen(op->path) + 1 : 0) + (op->path2 ? strlen(op->path2) + 1 : 0);
    Op *copy = malloc(sizeof *copy + texts);
    if (copy == NULL) {
        op_release(state, op);
        PyErr_NoMemory();
        return NULL;
    }
    *copy = *op;
    char *at = (char *)(copy + 1);
    copy->path = copy_text(&at, op->path);
    copy->path2 = copy_text(&at, op->path2);
    state->live_ops++;
    return copy;
}

void op_free(State *state, Op *op) {
    op_release(state, op);
    free(op);
    state->live_ops--;
}
