/* What the way into compiled code (codegen/quick_way_in.c) does not do itself. */
#include "runtime/rt.h"

#include "cpython/generators.h"
#include "ir/image.h"
#include "runtime/osr.h"

/* Of those on the stack, only as many as the function takes mean anything. */
PyObject *rt_call_refused(PyThreadState *tstate, PyObject *function_steal, PyObject *first_steal,
                          PyObject *second_steal, PyObject *third_steal, PyObject *fourth_steal,
                          PyObject *fifth_steal, PyObject *sixth_steal, PyObject *seventh_steal,
                          PyObject *eighth_steal) {
    PyObject *rest[2 + WAY_IN_MOST_ARGS] = {NULL,          function_steal, first_steal, second_steal,
                                            third_steal,   fourth_steal,   fifth_steal, sixth_steal,
                                            seventh_steal, eighth_steal};
    PyCodeObject *code = (PyCodeObject *)((PyFunctionObject *)function_steal)->func_code;
    i64 count = 2 + code->co_argcount;
    return rt_call(tstate, NULL, rest, count, (UINT64_C(1) << count) - 1);
}

PyObject *rt_make_generator(PyThreadState *tstate, PyObject *function_steal, PyObject *first_steal,
                            PyObject *second_steal, PyObject *third_steal, PyObject *fourth_steal) {
    PyFunctionObject *function = (PyFunctionObject *)function_steal;
    PyCodeObject *code = (PyCodeObject *)function->func_code;
    FunctionRecord *record = table_record(code);
    PyGenObject *generator = NULL;
    if (__builtin_expect(record->calls + 1 < record->next_ask && !cp_is_tracing(tstate) &&
                             tstate->recursion_remaining > 0,
                         1))
        generator = cp_new_generator(tstate, function);
    if (__builtin_expect(generator == NULL, 0))
        return rt_call_refused(tstate, function_steal, first_steal, second_steal, third_steal, fourth_steal,
                               NULL, NULL, NULL, NULL);
    PyObject *given[WAY_IN_REGISTER_ARGS] = {first_steal, second_steal, third_steal, fourth_steal},
             **slots = cp_generator_frame(generator)->localsplus;
    for (int i = 0; i < code->co_argcount; i++) slots[i] = given[i];
    for (int i = code->co_argcount; i < code->co_nlocalsplus; i++) slots[i] = NULL;
    record->calls++;
    Py_DECREF(function); /* the frame holds it too */
    return cp_publish_generator(generator) ? (PyObject *)generator : NULL;
}

PyObject *rt_end_call(PyThreadState *tstate, Frame *frame, PyObject *result) {
    if (rt_has_left(result)) {
        cp_leave_recursive(tstate);
        result = osr_interpret(tstate, frame, result == RT_UNWIND ? CP_UNWIND : CP_GO_ON);
        tstate->recursion_remaining--;
    }
    cp_pop_frame(tstate, frame); /* runs code: it counts as one level, as in the interpreter */
    cp_leave_recursive(tstate);
    return result;
}
