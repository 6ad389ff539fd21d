/* Operators of classes whose methods for them are Python functions: the function is found by the class's
 * version and called at once. What CPython does around such a call, when the method does not know what to do
 * with the other operand, is done here too; where anything else has a say, CPython is asked from the start.
 */
#include <stddef.h>

#include "bytecode/bytecode.h"
#include "runtime/rt.h"

/* --- binary operators --- */

typedef struct Operator {
    const char *method, *reflected, *sign, *in_place_sign;
    size_t slot, in_place_slot;      /* in PyNumberMethods */
    PyObject *name, *reflected_name; // interned when first needed; they stay
} Operator;

#define OPERATOR(name, field, sign)                                                                          \
    {                                                                                                        \
        "__" #name "__", "__r" #name "__", sign, sign "=", offsetof(PyNumberMethods, nb_##field),            \
            offsetof(PyNumberMethods, nb_inplace_##field), NULL, NULL                                        \
    }

static Operator operators[BIN_COUNT] = {
    [BIN_ADD] = OPERATOR(add, add, "+"),
    [BIN_AND] = OPERATOR(and, and, "&"),
    [BIN_FLOOR_DIVIDE] = OPERATOR(floordiv, floor_divide, "//"),
    [BIN_LSHIFT] = OPERATOR(lshift, lshift, "<<"),
    [BIN_MATRIX_MULTIPLY] = OPERATOR(matmul, matrix_multiply, "@"),
    [BIN_MULTIPLY] = OPERATOR(mul, multiply, "*"),
    [BIN_REMAINDER] = OPERATOR(mod, remainder, "%"),
    [BIN_OR] = OPERATOR(or, or, "|"),
    [BIN_RSHIFT] = OPERATOR(rshift, rshift, ">>"),
    [BIN_SUBTRACT] = OPERATOR(sub, subtract, "-"),
    [BIN_TRUE_DIVIDE] = OPERATOR(truediv, true_divide, "/"),
    [BIN_XOR] = OPERATOR(xor, xor, "^"),
};

static bool intern(PyObject **place, const char *text) {
    if (*place == NULL) *place = PyUnicode_InternFromString(text);
    if (*place == NULL) PyErr_Clear();
    return *place != NULL;
}

static binaryfunc number_slot(PyTypeObject *type, size_t slot) {
    PyNumberMethods *methods = type->tp_as_number;
    return methods != NULL ? *(binaryfunc *)((char *)methods + slot) : NULL;
}

static bool joins(PyTypeObject *type) {
    return type->tp_as_sequence != NULL &&
           (type->tp_as_sequence->sq_concat != NULL || type->tp_as_sequence->sq_repeat != NULL);
}

PyObject *rt_call_with_two(PyObject *function, PyObject *a, PyObject *b) {
    PyObject *args[2] = {a, b};
    Py_INCREF(function); /* its class may change meanwhile */
    PyObject *result = rt_call_borrowed(PyThreadState_Get(), function, args, 2);
    Py_DECREF(function);
    return result;
}

/* The other operand's method of the same operator; NotImplemented when it has none. */
static PyObject *reflected(Operator *operator, PyObject * a, PyObject *b) {
    binaryfunc left = number_slot(Py_TYPE(a), operator->slot),
               right = number_slot(Py_TYPE(b), operator->slot);
    if (Py_TYPE(a) == Py_TYPE(b) || right == NULL) return Py_NewRef(Py_NotImplemented);
    if (right != left) return right(a, b);
    if (!intern(&operator->reflected_name, operator->reflected)) return PyErr_NoMemory();
    PyObject *method = _PyType_Lookup(Py_TYPE(b), operator->reflected_name);
    if (method == NULL) return Py_NewRef(Py_NotImplemented);
    if (PyFunction_Check(method)) return rt_call_with_two(method, b, a);
    PyObject *bound = Py_NewRef(method);
    if (Py_TYPE(method)->tp_descr_get != NULL)
        Py_SETREF(bound, Py_TYPE(method)->tp_descr_get(method, b, (PyObject *)Py_TYPE(b)));
    PyObject *result = bound != NULL ? PyObject_CallOneArg(bound, a) : NULL;
    Py_XDECREF(bound);
    return result;
}

/* The function that an operator calls first where an object of the class is on its left; NULL: it is for
 * CPython to say. */
static PyObject *operator_function(PyTypeObject *left, i64 kind, bool in_place) { // borrowed
    Operator *operator= & operators[kind];
    if (!(left->tp_flags & Py_TPFLAGS_HEAPTYPE) ||
        operator->method == NULL || !intern(&operator->name, operator->method) || joins(left) ||
        (in_place && number_slot(left, operator->in_place_slot) != NULL))
        return NULL;
    return rt_special_function(left, operator->name);
}

/* Has the class on the right no say before that on the left? */
static bool yields(PyTypeObject *left, PyTypeObject *right) {
    return left == right || !(joins(right) || PyType_IsSubtype(right, left));
}

i64 rt_yields(PyObject *class, PyObject *b) { return yields((PyTypeObject *)class, Py_TYPE(b)); }

PyObject *rt_not_implemented(PyObject *a, PyObject *b, i64 kind, i64 in_place) {
    Operator *operator= & operators[kind];
    PyObject *result = reflected(operator, a, b);
    if (result != Py_NotImplemented) return result;
    Py_DECREF(result);
    return PyErr_Format(PyExc_TypeError, "unsupported operand type(s) for %.100s: '%.100s' and '%.100s'",
                        in_place ? operator->in_place_sign : operator->sign, Py_TYPE(a)->tp_name,
                        Py_TYPE(b)->tp_name);
}

bool rt_special_binary(PyObject *a, PyObject *b, i64 kind, bool in_place, PyObject **result) {
    PyTypeObject *left = Py_TYPE(a);
    PyObject *function = operator_function(left, kind, in_place);
    if (function == NULL || !yields(left, Py_TYPE(b))) return false;
    *result = rt_call_with_two(function, a, b);
    if (*result != Py_NotImplemented) return true;
    Py_DECREF(*result);
    *result = rt_not_implemented(a, b, kind, in_place);
    return true;
}

/* --- comparisons --- */

typedef struct Comparison {
    const char *method, *sign;
    int swapped;
    PyObject *name; // interned when first needed; it stays
} Comparison;

static Comparison comparisons[] = {
    [Py_LT] = {"__lt__", "<", Py_GT, NULL},  [Py_LE] = {"__le__", "<=", Py_GE, NULL},
    [Py_EQ] = {"__eq__", "==", Py_EQ, NULL}, [Py_NE] = {"__ne__", "!=", Py_NE, NULL},
    [Py_GT] = {"__gt__", ">", Py_LT, NULL},  [Py_GE] = {"__ge__", ">=", Py_LE, NULL},
};

/* Neither operand has its say, or the first has had it. */
static PyObject *compare_other_way(PyObject *a, PyObject *b, i64 op) {
    richcmpfunc other = Py_TYPE(b)->tp_richcompare;
    if (other != NULL) {
        PyObject *result = other(b, a, comparisons[op].swapped);
        if (result != Py_NotImplemented) return result;
        Py_DECREF(result);
    }
    if (op == Py_EQ || op == Py_NE) return Py_NewRef((a == b) == (op == Py_EQ) ? Py_True : Py_False);
    return PyErr_Format(PyExc_TypeError, "'%s' not supported between instances of '%.100s' and '%.100s'",
                        comparisons[op].sign, Py_TYPE(a)->tp_name, Py_TYPE(b)->tp_name);
}

/* A comparison counts as a level of recursion; it did so for the method that has returned. */
PyObject *rt_not_compared(PyObject *a, PyObject *b, i64 op) {
    PyThreadState *tstate = PyThreadState_Get();
    tstate->recursion_remaining--;
    PyObject *result = compare_other_way(a, b, op);
    cp_leave_recursive(tstate);
    return result;
}

/* Has the class on the right no say before that on the left? */
static bool yields_compared(PyTypeObject *left, PyTypeObject *right) {
    return left == right || !PyType_IsSubtype(right, left);
}

i64 rt_yields_compared(PyObject *class, PyObject *b) {
    return yields_compared((PyTypeObject *)class, Py_TYPE(b));
}

/* The function that a comparison calls first where an object of the class is on its left; NULL: it is for
 * CPython to say. */
static PyObject *comparing_function(PyTypeObject *left, i64 op) { // borrowed
    Comparison *comparison = &comparisons[op];
    if (!(left->tp_flags & Py_TPFLAGS_HEAPTYPE) || !intern(&comparison->name, comparison->method))
        return NULL;
    return rt_special_function(left, comparison->name);
}

bool rt_special_compare(PyObject *a, PyObject *b, i64 op, PyObject **result) {
    PyTypeObject *left = Py_TYPE(a);
    if (!yields_compared(left, Py_TYPE(b))) return false;
    PyObject *function = comparing_function(left, op);
    PyThreadState *tstate = PyThreadState_Get();
    if (function == NULL) return false;
    *result = NULL;
    if (!cp_enter_recursive(tstate, " in comparison")) return true;
    *result = rt_call_with_two(function, a, b);
    if (*result == Py_NotImplemented) {
        Py_DECREF(*result);
        *result = compare_other_way(a, b, op);
    }
    cp_leave_recursive(tstate);
    return true;
}

/* --- items --- */

static PyObject *getitem_name, *setitem_name, *contains_name, *length_name,
    *call_name; // interned when first needed

static PyObject *function_of(PyTypeObject *type, PyObject **name, const char *text) { // borrowed
    bool may_be = type->tp_flags & Py_TPFLAGS_HEAPTYPE;
    return may_be && intern(name, text) ? rt_special_function(type, *name) : NULL;
}

static PyObject *method_of(PyObject *object, PyObject **name, const char *text) { // borrowed
    return function_of(Py_TYPE(object), name, text);
}

PyObject *rt_item_function(PyTypeObject *type) { return function_of(type, &getitem_name, "__getitem__"); }
PyObject *rt_set_item_function(PyTypeObject *type) { return function_of(type, &setitem_name, "__setitem__"); }

PyObject *rt_operator_method(PyTypeObject *type, const Instr *instr) {
    if (instr->op == BC_BINARY_OP) return operator_function(type, instr->arg, instr->arg2);
    if (instr->op == BC_COMPARE_OP) return comparing_function(type, instr->arg);
    if (!(type->tp_flags & Py_TPFLAGS_HEAPTYPE)) return NULL;
    static const struct {
        PyObject **name;
        const char *text;
    } METHODS[BC_OP_COUNT] = {
        [BC_BINARY_SUBSCR] = {&getitem_name, "__getitem__"},
        [BC_STORE_SUBSCR] = {&setitem_name, "__setitem__"},
        [BC_CONTAINS_OP] = {&contains_name, "__contains__"},
        [BC_CALL] = {&length_name, "__len__"},
        [BC_CALL_FUNCTION_EX] = {&call_name, "__call__"},
    };
    if (instr->op == BC_BEFORE_WITH) return rt_special_function(type, cp_name_enter());
    if (instr->op == BC_WITH_EXCEPT_START) return rt_special_function(type, cp_name_exit());
    bool known = METHODS[instr->op].name != NULL && intern(METHODS[instr->op].name, METHODS[instr->op].text);
    return known ? rt_special_function(type, *METHODS[instr->op].name) : NULL;
}

PyObject *rt_found_given(PyObject *result_steal, bool turned) {
    int truth = PyObject_IsTrue(result_steal);
    Py_DECREF(result_steal);
    return truth < 0 ? NULL : Py_NewRef((truth != 0) != turned ? Py_True : Py_False);
}

/* A length, as CPython asks a method for it. */
static i64 length_given(PyObject *result_steal) {
    if (result_steal == NULL) return -1;
    PyObject *index = PyNumber_Index(result_steal);
    Py_DECREF(result_steal);
    if (index == NULL) return -1;
    bool negative = _PyLong_Sign(index) < 0;
    Py_ssize_t length = negative ? -1 : PyNumber_AsSsize_t(index, PyExc_OverflowError);
    Py_DECREF(index);
    if (negative) PyErr_SetString(PyExc_ValueError, "__len__() should return >= 0");
    return length;
}

PyObject *rt_length_given(PyObject *result_steal) {
    i64 length = length_given(result_steal);
    return length < 0 ? NULL : PyLong_FromSsize_t(length);
}

bool rt_special_length(PyObject *object, i64 *length) {
    PyObject *function = method_of(object, &length_name, "__len__");
    if (function == NULL) return false;
    Py_INCREF(function); /* its class may change meanwhile */
    *length = length_given(rt_call_borrowed(PyThreadState_Get(), function, &object, 1));
    Py_DECREF(function);
    return true;
}

bool rt_special_item(PyObject *container, PyObject *key, PyObject **result) {
    PyObject *function = rt_item_function(Py_TYPE(container));
    if (function == NULL) return false;
    *result = rt_call_with_two(function, container, key);
    return true;
}

i64 rt_set_item_by(PyObject *function, PyObject *container, PyObject *key, PyObject *value) {
    PyObject *args[3] = {container, key, value};
    Py_INCREF(function);
    PyObject *result = rt_call_borrowed(PyThreadState_Get(), function, args, 3);
    Py_DECREF(function);
    Py_XDECREF(result);
    return result != NULL ? 0 : -1;
}

bool rt_special_set_item(PyObject *container, PyObject *key, PyObject *value, i64 *status) {
    PyObject *function = rt_set_item_function(Py_TYPE(container));
    if (function == NULL) return false;
    *status = rt_set_item_by(function, container, key, value);
    return true;
}

bool rt_special_contains(PyObject *container, PyObject *item, i64 *found) {
    PyObject *function = method_of(container, &contains_name, "__contains__");
    if (function == NULL) return false;
    PyObject *result = rt_call_with_two(function, container, item);
    *found = result != NULL ? PyObject_IsTrue(result) : -1;
    Py_XDECREF(result);
    return true;
}

/* --- truth and text --- */

static PyObject *bool_name, *str_name, *repr_name, *format_name; // interned when first needed

bool rt_special_truth(PyObject *object, i64 *truth) {
    PyObject *function = method_of(object, &bool_name, "__bool__");
    if (function == NULL) return false;
    Py_INCREF(function); /* its class may change meanwhile */
    PyObject *result = rt_call_borrowed(PyThreadState_Get(), function, &object, 1);
    Py_DECREF(function);
    *truth = result == NULL ? -1 : result == Py_True;
    if (result != NULL && !PyBool_Check(result)) {
        PyErr_Format(PyExc_TypeError, "__bool__ should return bool, returned %s", Py_TYPE(result)->tp_name);
        *truth = -1;
    }
    Py_XDECREF(result);
    return true;
}

/* What a method for the text of an object gives, a level of recursion deeper, as CPython calls it. */
static PyObject *text_by(PyObject *function, PyObject *object, const char *where, const char *complaint) {
    PyThreadState *tstate = PyThreadState_Get();
    if (PyErr_CheckSignals() < 0 || !cp_enter_recursive(tstate, where)) return NULL;
    Py_INCREF(function); /* its class may change meanwhile */
    PyObject *result = rt_call_borrowed(tstate, function, &object, 1);
    Py_DECREF(function);
    cp_leave_recursive(tstate);
    if (result == NULL || PyUnicode_Check(result)) return result;
    PyErr_Format(PyExc_TypeError, complaint, Py_TYPE(result)->tp_name);
    Py_DECREF(result);
    return NULL;
}

PyObject *rt_repr_of_any(PyObject *object) {
    PyObject *function = method_of(object, &repr_name, "__repr__");
    if (function == NULL) return PyObject_Repr(object);
    return text_by(function, object, " while getting the repr of an object",
                   "__repr__ returned non-string (type %.200s)");
}

PyObject *rt_str_of_any(PyObject *object) {
    PyObject *function = method_of(object, &str_name, "__str__");
    if (function == NULL && Py_TYPE(object)->tp_str == PyBaseObject_Type.tp_str)
        function = method_of(object, &repr_name, "__repr__");
    if (function == NULL) return PyObject_Str(object);
    return text_by(function, object, " while getting the str of an object",
                   "__str__ returned non-string (type %.200s)");
}

PyObject *rt_format_of_any(PyObject *object) {
    PyTypeObject *type = Py_TYPE(object);
    if (!(type->tp_flags & Py_TPFLAGS_HEAPTYPE) || !intern(&format_name, "__format__") ||
        _PyType_Lookup(type, format_name) != _PyType_Lookup(&PyBaseObject_Type, format_name))
        return PyObject_Format(object, NULL);
    PyThreadState *tstate = PyThreadState_Get(); /* object.__format__ is called, which takes the str */
    if (!cp_enter_recursive(tstate, " while calling a Python object")) return NULL;
    PyObject *result = rt_str_of_any(object);
    cp_leave_recursive(tstate);
    return result;
}

/* --- awaiting --- */

static PyObject *await_name, *aiter_name, *anext_name; // interned when first needed

static bool call_method(PyObject *object, PyObject **name, const char *text, PyObject **result) {
    PyObject *function = method_of(object, name, text);
    if (function == NULL) return false;
    Py_INCREF(function); /* its class may change meanwhile */
    *result = rt_call_borrowed(PyThreadState_Get(), function, &object, 1);
    Py_DECREF(function);
    return true;
}

bool rt_special_await(PyObject *object, PyObject **result) {
    return call_method(object, &await_name, "__await__", result);
}
bool rt_special_aiter(PyObject *object, PyObject **result) {
    return call_method(object, &aiter_name, "__aiter__", result);
}
bool rt_special_anext(PyObject *object, PyObject **result) {
    return call_method(object, &anext_name, "__anext__", result);
}

/* --- calls --- */

PyObject *rt_special_call(PyObject *callable) {
    if (Py_TYPE(callable)->tp_flags & (Py_TPFLAGS_IMMUTABLETYPE | Py_TPFLAGS_HAVE_VECTORCALL))
        return NULL; /* one of C's own */
    return method_of(callable, &call_name, "__call__");
}
