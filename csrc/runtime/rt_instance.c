/* isinstance, where it runs no code: asked of the object's type, and remembered. */
#include "cpython/abstract.h"
#include "runtime/rt.h"

#include <string.h>

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

static bool says_its_type(PyTypeObject *type) {
    return cp_finds_by(type) == PyObject_GenericGetAttr && cp_tells_its_class(type);
}

static __attribute__((noinline)) i64 ask_type(PyTypeObject *type, PyObject *class, Answer *answer) {
    bool asks_nobody = PyType_CheckExact(class) || cp_inherits_instance_check(Py_TYPE(class));
    i64 is = !asks_nobody                                    ? -1
             : PyType_IsSubtype(type, (PyTypeObject *)class) ? 1
             : says_its_type(type)                           ? 0
                                                             : -1;
    *answer = (Answer){cp_type_version(type), cp_type_version(Py_TYPE(class)), class, is};
    return is;
}

/* What an abstract base class has answered. It says the same again while no class is registered with any:
 * ABCMeta remembers its answers itself, in Python. */
typedef struct AbstractAnswer {
    uint32_t version, asked, of_class; /* of the object's type, of the class's class, and of the class */
    int32_t is;
    const void *class; // as above
    uint64_t token;    /* 0: none yet */
} AbstractAnswer;
enum { ABSTRACT_ANSWERS = 256 };
static AbstractAnswer abstract_answers[ABSTRACT_ANSWERS]; // as above

static AbstractAnswer *abstract_answer(PyTypeObject *type, PyObject *class) {
    return &abstract_answers[(cp_type_version(type) * 31 ^ (uintptr_t) class >> 4) % ABSTRACT_ANSWERS];
}

static AbstractAnswer made_answer(PyTypeObject *type, PyObject *class, i64 is, uint64_t token) {
    return (AbstractAnswer){.version = cp_type_version(type),
                            .asked = cp_type_version(Py_TYPE(class)),
                            .of_class = cp_type_version((PyTypeObject *)class),
                            .is = (int32_t)is,
                            .class = class,
                            .token = token};
}

/* -1: it is not known. */
static __attribute__((noinline)) i64 answered_before(PyTypeObject *type, PyObject *class) {
    const AbstractAnswer *answer = abstract_answer(type, class);
    if (answer->class != class || answer->token == 0) return -1;
    const AbstractAnswer now = made_answer(type, class, answer->is, cp_abc_token());
    return memcmp(answer, &now, sizeof(now)) == 0 ? answer->is : -1;
}

static i64 ask_abstract(PyObject *object, PyObject *class) {
    PyTypeObject *type = Py_TYPE(object), *metaclass = Py_TYPE(class);
    uint64_t token = cp_abc_token();
    i64 is = PyObject_IsInstance(object, class);
    AbstractAnswer answer = made_answer(type, class, is, token);
    bool holds = is >= 0 && token == cp_abc_token() && Py_TYPE(object) == type && says_its_type(type) &&
                 Py_TYPE(class) == metaclass && cp_answers_as_abc(metaclass);
    if (holds && answer.version != 0 && answer.asked != 0 && answer.of_class != 0)
        *abstract_answer(type, class) = answer;
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
    bool known = answer->version == version && version != 0 && answer->class == class &&
                 answer->asked == asked && asked != 0;
    i64 is = __builtin_expect(known, 1) ? answer->is : ask_type(type, class, answer);
    return __builtin_expect(is >= 0, 1) ? is : answered_before(type, class);
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
    if (is >= 0) return is;
    return PyType_Check(type) && cp_answers_as_abc(Py_TYPE(type)) ? ask_abstract(object, type)
                                                                  : PyObject_IsInstance(object, type);
}

i64 rt_is_or_isinstance(PyObject *object, PyObject *class, i64 before) {
    return before != 0 ? before : is_plain_instance(object, class);
}
