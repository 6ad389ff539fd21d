/* dxpy.FunctionIdMapper. */
#include "jit/names.h"
#include "jit/state.h"

typedef struct MapperObject {
    PyObject_HEAD Mapper *mapper; /* owned, or the owner's */
    PyObject *owner;              /* new ref: the JitIntegration whose mapper this is; NULL: our own */
} MapperObject;

static PyObject *mapper_object_new(PyTypeObject *type, PyObject *args, PyObject *kwargs) {
    static char *names[] = {NULL};
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, ":FunctionIdMapper", names)) return NULL;
    MapperObject *self = (MapperObject *)type->tp_alloc(type, 0);
    if (!self) return NULL;
    self->mapper = mapper_new();
    if (!self->mapper) {
        Py_DECREF(self);
        return PyErr_NoMemory();
    }
    return (PyObject *)self;
}

PyObject *mapper_view_new(ModuleState *state, Mapper *mapper, PyObject *owner) {
    MapperObject *self = (MapperObject *)state->mapper_type->tp_alloc(state->mapper_type, 0);
    if (!self) return NULL;
    self->mapper = mapper;
    self->owner = Py_NewRef(owner);
    return (PyObject *)self;
}

static int mapper_object_traverse(MapperObject *self, visitproc visit, void *arg) {
    Py_VISIT(Py_TYPE(self));
    Py_VISIT(self->owner);
    return 0;
}

static void mapper_object_dealloc(MapperObject *self) {
    PyTypeObject *type = Py_TYPE(self);
    PyObject_GC_UnTrack(self);
    if (!self->owner) mapper_free(self->mapper);
    Py_XDECREF(self->owner);
    type->tp_free(self);
    Py_DECREF(type);
}

static PyObject *mapper_get_or_create_method(MapperObject *self, PyObject *name) {
    NameBytes bytes;
    if (name_check(name, "get_or_create") < 0 || name_encode(name, &bytes) < 0) return NULL;
    int64_t id = mapper_get_or_create(self->mapper, bytes.bytes, bytes.length);
    name_release(&bytes);
    return id < 0 ? PyErr_NoMemory() : PyLong_FromLongLong(id);
}

static PyObject *mapper_get_method(MapperObject *self, PyObject *name) {
    NameBytes bytes;
    if (name_check(name, "get") < 0 || name_encode(name, &bytes) < 0) return NULL;
    int64_t id = mapper_get(self->mapper, bytes.bytes, bytes.length);
    name_release(&bytes);
    if (id < 0) Py_RETURN_NONE;
    return PyLong_FromLongLong(id);
}

static PyObject *mapper_name_of_method(MapperObject *self, PyObject *number) {
    const char *bytes;
    size_t length;
    int overflow;
    if (!PyLong_Check(number)) {
        PyErr_Format(PyExc_TypeError, "name_of(): an id must be int, not %.100s", Py_TYPE(number)->tp_name);
        return NULL;
    }
    long long id = PyLong_AsLongLongAndOverflow(number, &overflow);
    if (!overflow && mapper_name_of(self->mapper, id, &bytes, &length)) return name_decode(bytes, length);
    PyErr_Format(PyExc_KeyError, "no function has the id %.100R; ids given out: %lld", number,
                 (long long)mapper_count(self->mapper));
    return NULL;
}

static Py_ssize_t mapper_length(MapperObject *self) { return (Py_ssize_t)mapper_count(self->mapper); }

static int mapper_contains(MapperObject *self, PyObject *name) {
    NameBytes bytes;
    if (!PyUnicode_Check(name)) return 0;
    if (name_encode(name, &bytes) < 0) return -1;
    int64_t id = mapper_get(self->mapper, bytes.bytes, bytes.length);
    name_release(&bytes);
    return id >= 0;
}

static PyObject *mapper_repr(MapperObject *self) {
    return PyUnicode_FromFormat("<dxpy.FunctionIdMapper of %lld names>",
                                (long long)mapper_count(self->mapper));
}

static PyMethodDef methods[] = {
    {"get_or_create", (PyCFunction)mapper_get_or_create_method, METH_O,
     "get_or_create($self, name, /)\n--\n\nThe name's id: dense from 0, given out now if it has none. Safe "
     "from any thread."},
    {"get", (PyCFunction)mapper_get_method, METH_O,
     "get($self, name, /)\n--\n\nThe name's id, or None when it has none; gives out nothing."},
    {"name_of", (PyCFunction)mapper_name_of_method, METH_O,
     "name_of($self, id, /)\n--\n\nThe name that has this id. KeyError when it was never given out."},
    {NULL},
};

static PyType_Slot slots[] = {
    {Py_tp_doc, "FunctionIdMapper()\n--\n\nGives each function name a 64-bit id of its own, dense from 0 and "
                "unique for ever.\n\n"
                "Two threads that ask for one new name at the same moment get one id. A name is any str."},
    {Py_tp_new, mapper_object_new},
    {Py_tp_dealloc, mapper_object_dealloc},
    {Py_tp_traverse, mapper_object_traverse},
    {Py_tp_repr, mapper_repr},
    {Py_tp_methods, methods},
    {Py_sq_length, mapper_length},
    {Py_sq_contains, mapper_contains},
    {0, NULL},
};

static PyType_Spec spec = {
    .name = "dxpy.FunctionIdMapper",
    .basicsize = sizeof(MapperObject),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_BASETYPE | Py_TPFLAGS_IMMUTABLETYPE,
    .slots = slots,
};

PyTypeObject *mapper_type_new(PyObject *module) {
    return (PyTypeObject *)PyType_FromModuleAndSpec(module, &spec, NULL);
}

Mapper *mapper_of_object(PyObject *object) {
    ModuleState *state = state_of(object);
    if (state && PyObject_TypeCheck(object, state->mapper_type)) return ((MapperObject *)object)->mapper;
    PyErr_Format(PyExc_TypeError, "expected a dxpy.FunctionIdMapper, not %.100s", Py_TYPE(object)->tp_name);
    return NULL;
}
