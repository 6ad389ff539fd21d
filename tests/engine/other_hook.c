/* Sets a frame hook of its own, for the test that dxpy stays off then. */
#include <Python.h>

static PyObject *pass_on(PyThreadState *thread, struct _PyInterpreterFrame *frame, int throwing) {
    return _PyEval_EvalFrameDefault(thread, frame, throwing);
}

static PyObject *set_hook(PyObject *module, PyObject *unused) {
    _PyInterpreterState_SetEvalFrameFunc(PyInterpreterState_Get(), pass_on);
    Py_RETURN_NONE;
}

static PyObject *is_set(PyObject *module, PyObject *unused) {
    return PyBool_FromLong(_PyInterpreterState_GetEvalFrameFunc(PyInterpreterState_Get()) == pass_on);
}

static PyMethodDef functions[] = {{"set", set_hook, METH_NOARGS}, {"is_set", is_set, METH_NOARGS}, {NULL}};
static struct PyModuleDef definition = {PyModuleDef_HEAD_INIT, .m_name = "other_hook", .m_size = -1, .m_methods = functions};

PyMODINIT_FUNC PyInit_other_hook(void) { return PyModule_Create(&definition); }
