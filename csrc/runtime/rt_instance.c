/* isinstance, where it runs no code: asked of the object's type, and remembered. */
#include "cpython/compat.h"
#include "runtime/rt.h"

/* What was answered for the version of a type and a class. The answers hold while the type has that version,
 * and the class's own class has its: the type's bases are alive and the same, and a class that is made later,
 * be it at the same address, is none of them. */
typedef struct Answer {
    uint32_t version;  /* 0: none yet */
    uint32_t asked;    /* of the class's class, which may have an __instancecheck__ */
    const void *class; // borrowed, never looked into
    i64 is;            /* -1: it cannot be said without running code */
} Answer;
enum { ANSWERS = 1024 };
static Answer answers[ANSWERS]; // one per process, like type versions; guarded by the GIL

static __attribute__((noinline)) i64 ask_type(PyTypeObject *type, PyObject *class, Answer *answer) {
    bool asks_nobody = PyType_CheckExact(class) || cp_inherits_instance_check(Py_TYPE(class));
    bool is_told = cp_finds_by(type) == PyObject_GenericGetAttr && cp_tells_its_class(type);
    i64 is = !asks_nobody ? -1 : PyType_IsSubtype(type, (PyTypeObject *)class) ? 1 : is_told ? 0 : -1;
    *answer = (Answer){cp_type_version(type), cp_type_version(Py_TYPE(class)), class, is};
    return is;
}

static i64 is_one_of(PyObject *object, PyObject *classes);

/* Of a class that asks nobody, or a tuple of such, and an object that does not say that it is of another
 * class. -1: of others. */
static inline i64 is_plain_instance(PyObject *object, PyObject *class) {
    PyTypeObject *type = Py_TYPE(object);
    if ((PyObject *)type == class) return 1;
    if (__builtin_expect(!PyType_Check(class), 0)) return is_one_of(object, class);
    uint32_t version = cp_type_version(type), asked = cp_type_version(Py_TYPE(class));
    Answer *answer = &answers[(version * 31 ^ (uintptr_t) class >> 4) % ANSWERS];
    if (__builtin_expect(answer->version == version && version != 0 && answer->class == class &&
                             answer->asked == asked && asked != 0,
                         1))
        return answer->is;
    return ask_type(type, class, answer);
}

static __attribute__((noinline)) i64 is_one_of(PyObject *object, PyObject *classes) {
    if (!PyTuple_CheckExact(classes)) return -1;
    i64 is = 0;
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(classes) && is == 0; i++) {
        PyObject *class = PyTuple_GET_ITEM(classes, i);
        is = PyType_Check(class) ? is_plain_instance(object, class) : -1;
    }
    return is;
}

i64 rt_isinstance(PyObject *object, PyObject *type) {
    i64 is = is_plain_instance(object, type);
    return is >= 0 ? is : PyObject_IsInstance(object, type);
}

i64 rt_is_or_isinstance(PyObject *object, PyObject *class, i64 before) {
    return before != 0 ? before : is_plain_instance(object, class);
}
