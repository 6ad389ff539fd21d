#include "jit/options.h"

#include <fnmatch.h>
#include <stddef.h>
#include <string.h>

typedef enum OptionType {
    OPTION_BOOL,
    OPTION_INT,
    OPTION_SECONDS,
    OPTION_PATH,
    OPTION_LIST,
    OPTION_STAGES,
    OPTION_THRESHOLDS,
} OptionType;

typedef struct OptionRow {
    const char *name;
    OptionType type;
    const char *type_name;
    const char *initial; /* as in the environment */
    double lowest, highest;
    const char *environment, *flag, *doc;
    size_t offset; /* in Options */
} OptionRow;

static const OptionRow rows[] = {
#define OPTION(name, type, initial, lowest, highest, environment, flag, doc)                                 \
    {#name, OPTION_##type, #type, initial, lowest, highest, environment, flag, doc, offsetof(Options, name)},
#include "jit/options.def"
#undef OPTION
};

enum { ROW_COUNT = sizeof rows / sizeof rows[0] };

Options options;

/* What `dump` takes: the stages, and what other parts of the pipeline call them. */
static const struct {
    const char *word, *stage;
} stage_words[] = {{"bytecode", "bytecode"}, {"ir", "ir"},    {"opt", "opt"},
                   {"asm", "asm"},           {"lower", "ir"}, {"decode", "bytecode"}};

/* One parsed value; `list` and `path` are owned until it is stored. */
typedef union Value {
    bool flag;
    int64_t number;
    double seconds;
    char *path;
    char **list;
    uint64_t thresholds[3];
} Value;

/* --- what an option takes --- */

static PyObject *describe_takes(const OptionRow *row) {
    switch (row->type) {
    case OPTION_BOOL: return PyUnicode_FromString("1 or 0");
    case OPTION_INT:
        if (row->highest >= (double)INT64_MAX)
            return PyUnicode_FromFormat("a whole number of at least %lld", (long long)row->lowest);
        return PyUnicode_FromFormat("a whole number from %lld to %lld", (long long)row->lowest,
                                    (long long)row->highest);
    case OPTION_SECONDS: {
        char text[80];
        snprintf(text, sizeof text, "a number of seconds from %g to %g", row->lowest, row->highest);
        return PyUnicode_FromString(text);
    }
    case OPTION_PATH: return PyUnicode_FromString("a path");
    case OPTION_LIST: return PyUnicode_FromString("patterns with commas between, like app.*,lib.parse");
    case OPTION_STAGES: return PyUnicode_FromString("stages with commas between, of bytecode, ir, opt, asm");
    case OPTION_THRESHOLDS: break;
    }
    return PyUnicode_FromString("three growing whole numbers above 0, like 100,1000,10000");
}

/* -1 with ValueError: the option's name, what it takes, what it got, and where from. */
static int reject(const OptionRow *row, PyObject *value, PyObject *source) {
    PyErr_Clear();
    PyObject *takes = describe_takes(row);
    if (!takes) return -1;
    if (source)
        PyErr_Format(PyExc_ValueError, "%U: %s takes %U, not %.200R", source, row->name, takes, value);
    else PyErr_Format(PyExc_ValueError, "%s takes %U, not %.200R", row->name, takes, value);
    Py_DECREF(takes);
    return -1;
}

/* --- parsing; each returns false for a bad value, an exception set or not --- */

static PyObject *strip(PyObject *text) { return PyObject_CallMethod(text, "strip", NULL); }

/* The whole number that an int or a str says. */
static bool parse_number(PyObject *value, int64_t *result) {
    PyObject *number = NULL;
    if (PyBool_Check(value)) return false;
    if (PyUnicode_Check(value)) number = PyLong_FromUnicodeObject(value, 10);
    else number = PyNumber_Index(value);
    if (!number) return false;
    *result = PyLong_AsLongLong(number);
    Py_DECREF(number);
    return !PyErr_Occurred();
}

static bool parse_bool(PyObject *value, bool *result) {
    static const char *const words[2][5] = {{"0", "false", "no", "off", ""}, {"1", "true", "yes", "on", "1"}};
    if (PyBool_Check(value)) {
        *result = value == Py_True;
        return true;
    }
    if (!PyUnicode_Check(value)) {
        int64_t number;
        if (!parse_number(value, &number) || (number != 0 && number != 1)) return false;
        *result = number == 1;
        return true;
    }
    PyObject *lowered = PyObject_CallMethod(value, "lower", NULL);
    if (!lowered) return false;
    bool found = false;
    for (int side = 0; side < 2; side++) {
        for (int i = 0; i < 5; i++) {
            if (PyUnicode_CompareWithASCIIString(lowered, words[side][i]) == 0) {
                *result = side;
                found = true;
            }
        }
    }
    Py_DECREF(lowered);
    return found;
}

static bool parse_seconds(PyObject *value, double *result) {
    if (PyBool_Check(value)) return false;
    PyObject *number = PyUnicode_Check(value) ? PyFloat_FromString(value) : PyNumber_Float(value);
    if (!number) return false;
    *result = PyFloat_AS_DOUBLE(number);
    Py_DECREF(number);
    return true;
}

static bool parse_path(PyObject *value, char **result) {
    PyObject *bytes = NULL;
    *result = NULL;
    if (value == Py_None) return true;
    if (!PyUnicode_FSConverter(value, &bytes)) return false;
    if (PyBytes_GET_SIZE(bytes) > 0) *result = strdup(PyBytes_AS_STRING(bytes));
    bool ok = *result || PyBytes_GET_SIZE(bytes) == 0;
    Py_DECREF(bytes);
    return ok;
}

/* A sequence of the words of a str with commas, or of any iterable; new ref. */
static PyObject *words_of(PyObject *value) {
    if (!PyUnicode_Check(value)) {
        if (value == Py_None) return PyTuple_New(0);
        return PyBytes_Check(value) ? NULL : PySequence_Tuple(value);
    }
    PyObject *comma = PyUnicode_FromString(",");
    PyObject *parts = comma ? PyUnicode_Split(value, comma, -1) : NULL;
    PyObject *words = PyList_New(0);
    Py_XDECREF(comma);
    if (!parts || !words) goto error;
    for (Py_ssize_t i = 0; i < PyList_GET_SIZE(parts); i++) {
        PyObject *word = strip(PyList_GET_ITEM(parts, i));
        if (!word) goto error;
        int failed = PyUnicode_GET_LENGTH(word) > 0 ? PyList_Append(words, word) : 0;
        Py_DECREF(word);
        if (failed) goto error;
    }
    Py_DECREF(parts);
    return words;
error:
    Py_XDECREF(parts);
    Py_XDECREF(words);
    return NULL;
}

static void free_list(char **list) {
    for (char **word = list; word && *word; word++) free(*word);
    free(list);
}

static bool parse_list(PyObject *value, char ***result) {
    PyObject *words = words_of(value);
    char **list = NULL;
    *result = NULL;
    if (!words) return false;
    Py_ssize_t count = PySequence_Fast_GET_SIZE(words);
    if (count > 0) list = calloc((size_t)count + 1, sizeof *list);
    for (Py_ssize_t i = 0; i < count; i++) {
        PyObject *word = PySequence_Fast_GET_ITEM(words, i); // borrowed
        PyObject *bytes =
            list && PyUnicode_Check(word) ? PyUnicode_AsEncodedString(word, "utf-8", "surrogatepass") : NULL;
        if (bytes) list[i] = strdup(PyBytes_AS_STRING(bytes));
        Py_XDECREF(bytes);
        if (!list || !list[i]) {
            free_list(list);
            Py_DECREF(words);
            return false;
        }
    }
    Py_DECREF(words);
    *result = list;
    return true;
}

static bool parse_stages(PyObject *value, char ***result) {
    if (!parse_list(value, result)) return false;
    for (char **word = *result; word && *word; word++) {
        const char *stage = NULL;
        for (size_t i = 0; i < sizeof stage_words / sizeof stage_words[0]; i++) {
            if (strcmp(*word, stage_words[i].word) == 0) stage = stage_words[i].stage;
        }
        char *copy = stage ? strdup(stage) : NULL;
        if (!copy) {
            free_list(*result);
            return false;
        }
        free(*word);
        *word = copy;
    }
    return true;
}

static bool parse_thresholds(PyObject *value, uint64_t result[3]) {
    PyObject *words = words_of(value);
    int64_t numbers[3];
    bool ok = words && PySequence_Fast_GET_SIZE(words) == 3;
    for (int i = 0; ok && i < 3; i++) {
        ok = parse_number(PySequence_Fast_GET_ITEM(words, i), &numbers[i]) &&
             numbers[i] > (i ? numbers[i - 1] : 0);
        result[i] = ok ? (uint64_t)numbers[i] : 0;
    }
    Py_XDECREF(words);
    return ok;
}

static bool parse_value(const OptionRow *row, PyObject *value, Value *result) {
    switch (row->type) {
    case OPTION_BOOL: return parse_bool(value, &result->flag);
    case OPTION_INT:
        return parse_number(value, &result->number) && (double)result->number >= row->lowest &&
               (double)result->number <= row->highest;
    case OPTION_SECONDS:
        return parse_seconds(value, &result->seconds) && result->seconds >= row->lowest &&
               result->seconds <= row->highest;
    case OPTION_PATH: return parse_path(value, &result->path);
    case OPTION_LIST: return parse_list(value, &result->list);
    case OPTION_STAGES: return parse_stages(value, &result->list);
    case OPTION_THRESHOLDS: break;
    }
    return parse_thresholds(value, result->thresholds);
}

/* `value` from the environment or a flag has blanks around it dropped. */
static int parse_option(const OptionRow *row, PyObject *value, PyObject *source, Value *result) {
    PyObject *given = PyUnicode_Check(value) && row->type != OPTION_PATH ? strip(value) : Py_NewRef(value);
    if (!given) return -1;
    bool ok = parse_value(row, given, result);
    Py_DECREF(given);
    return ok ? 0 : reject(row, value, source);
}

/* --- storing --- */

static void *field_of(const OptionRow *row) { return (char *)&options + row->offset; }

static void store_option(const OptionRow *row, const Value *value) {
    void *field = field_of(row);
    switch (row->type) {
    case OPTION_BOOL: *(bool *)field = value->flag; break;
    case OPTION_INT: *(int64_t *)field = value->number; break;
    case OPTION_SECONDS: *(double *)field = value->seconds; break;
    case OPTION_PATH:
        free(*(char **)field);
        *(char **)field = value->path;
        break;
    case OPTION_LIST:
    case OPTION_STAGES:
        free_list(*(char ***)field);
        *(char ***)field = value->list;
        break;
    case OPTION_THRESHOLDS: memcpy(field, value->thresholds, sizeof value->thresholds); break;
    }
}

static void discard_value(const OptionRow *row, Value *value) {
    if (row->type == OPTION_PATH) free(value->path);
    if (row->type == OPTION_LIST || row->type == OPTION_STAGES) free_list(value->list);
}

int options_prepare(void) {
    static bool prepared;
    if (prepared) return 0;
    for (int i = 0; i < ROW_COUNT; i++) {
        Value value;
        PyObject *text = PyUnicode_FromString(rows[i].initial);
        int failed = text ? parse_option(&rows[i], text, NULL, &value) : -1;
        Py_XDECREF(text);
        if (failed) return -1;
        store_option(&rows[i], &value);
    }
    prepared = true;
    return 0;
}

static int reject_unknown(PyObject *values) {
    PyObject *name, *names = PyList_New(0);
    Py_ssize_t position = 0;
    for (int i = 0; names && i < ROW_COUNT; i++) {
        PyObject *known = PyUnicode_FromString(rows[i].name);
        if (!known || PyList_Append(names, known) < 0) Py_CLEAR(names);
        Py_XDECREF(known);
    }
    PyObject *comma = names ? PyUnicode_FromString(", ") : NULL;
    PyObject *list = comma ? PyUnicode_Join(comma, names) : NULL;
    while (list && PyDict_Next(values, &position, &name, NULL)) {
        int known = PySequence_Contains(names, name);
        if (known == 0)
            PyErr_Format(PyExc_TypeError, "no option is called %.200R; there are: %U", name, list);
        if (known <= 0) break;
    }
    Py_XDECREF(names);
    Py_XDECREF(comma);
    Py_XDECREF(list);
    return PyErr_Occurred() ? -1 : 0;
}

int options_configure(PyObject *values, PyObject *sources) {
    Value parsed[ROW_COUNT];
    bool given[ROW_COUNT] = {false};
    int failed = reject_unknown(values);
    for (int i = 0; !failed && i < ROW_COUNT; i++) {
        PyObject *value = PyDict_GetItemString(values, rows[i].name); // borrowed
        if (!value) continue;
        PyObject *source = sources ? PyDict_GetItemString(sources, rows[i].name) : NULL; // borrowed
        failed = parse_option(&rows[i], value, source, &parsed[i]);
        given[i] = !failed;
    }
    for (int i = 0; i < ROW_COUNT; i++) {
        if (!given[i]) continue;
        if (failed) discard_value(&rows[i], &parsed[i]);
        else store_option(&rows[i], &parsed[i]);
    }
    return failed;
}

/* --- looking on --- */

static PyObject *list_to_tuple(char **list) {
    PyObject *words = PyList_New(0);
    for (char **word = list; words && word && *word; word++) {
        PyObject *text = PyUnicode_DecodeUTF8(*word, (Py_ssize_t)strlen(*word), "surrogatepass");
        if (!text || PyList_Append(words, text) < 0) Py_CLEAR(words);
        Py_XDECREF(text);
    }
    PyObject *tuple = words ? PyList_AsTuple(words) : NULL;
    Py_XDECREF(words);
    return tuple;
}

static PyObject *current_value(const OptionRow *row) {
    void *field = field_of(row);
    uint64_t *thresholds = field;
    switch (row->type) {
    case OPTION_BOOL: return PyBool_FromLong(*(bool *)field);
    case OPTION_INT: return PyLong_FromLongLong(*(int64_t *)field);
    case OPTION_SECONDS: return PyFloat_FromDouble(*(double *)field);
    case OPTION_PATH:
        return *(char **)field ? PyUnicode_DecodeFSDefault(*(char **)field) : Py_NewRef(Py_None);
    case OPTION_LIST:
    case OPTION_STAGES: return list_to_tuple(*(char ***)field);
    case OPTION_THRESHOLDS: break;
    }
    return Py_BuildValue("(KKK)", thresholds[0], thresholds[1], thresholds[2]);
}

PyObject *options_table(void) {
    PyObject *table = PyList_New(ROW_COUNT);
    for (int i = 0; table && i < ROW_COUNT; i++) {
        const OptionRow *row = &rows[i];
        PyObject *takes = describe_takes(row), *value = current_value(row), *tuple = NULL;
        if (takes && value)
            tuple = Py_BuildValue("(ssssssOO)", row->name, row->type_name, row->initial, row->environment,
                                  row->flag, row->doc, takes, value);
        Py_XDECREF(takes);
        Py_XDECREF(value);
        if (tuple) PyList_SET_ITEM(table, i, tuple);
        else Py_CLEAR(table);
    }
    return table;
}

/* The user's cache folder never changes in a process; Python code that a compile request runs must not lead
 * to another compile request. */
static char *user_cache_folder;
static bool user_cache_folder_known; /* that there is none, say */
static bool being_asked;

bool options_being_asked(void) { return being_asked; }

const char *options_cache_folder(void) {
    if (!options.cache) return NULL;
    if (options.cache_dir || user_cache_folder_known || being_asked) {
        return options.cache_dir ? options.cache_dir : user_cache_folder;
    }
    PyObject *type, *value, *traceback;
    PyErr_Fetch(&type, &value, &traceback);
    being_asked = true;
    PyObject *module = PyImport_ImportModule("dxpy.config");
    PyObject *folder = module ? PyObject_CallMethod(module, "cache_folder", NULL) : NULL;
    user_cache_folder_known = folder && parse_path(folder, &user_cache_folder);
    if (!user_cache_folder_known) user_cache_folder = NULL;
    /* Ctrl-C met this code, which must not raise: it is for the program, in a moment. */
    if (PyErr_Occurred() && PyErr_ExceptionMatches(PyExc_KeyboardInterrupt)) PyErr_SetInterrupt();
    being_asked = false;
    Py_XDECREF(module);
    Py_XDECREF(folder);
    PyErr_Restore(type, value, traceback);
    return user_cache_folder;
}

static bool matches_any(char **patterns, const char *name) {
    for (char **pattern = patterns; pattern && *pattern; pattern++) {
        if (fnmatch(*pattern, name, 0) == 0) return true;
    }
    return false;
}

bool options_leave_out(const char *name) {
    return (options.only && !matches_any(options.only, name)) || matches_any(options.exclude, name);
}
