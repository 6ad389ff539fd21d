/* Keys are ranked by a number first: of an int or a float that is its order, of a text its first characters,
 * of a tuple the rank of its first item. Numbers are sorted, and where they are the same the keys are
 * compared. */
#include "cpython/order.h"

#include <string.h>

enum { DEEPEST = 3, BLOCK = 8, FEW = 48, BYTE_VALUES = 256, BYTES = 8, BYTE_BITS = 8 };

/* Ints up to here are the same number as a float. */
static const int64_t MOST_OF_FLOAT = INT64_C(1) << 53;

static inline bool int_of(PyObject *object, int64_t *value) {
    int overflow;
    if (!PyLong_CheckExact(object) && !PyBool_Check(object)) return false;
    if ((size_t)(Py_SIZE(object) + 1) <= 2) {
        *value = Py_SIZE(object) * (int64_t)((PyLongObject *)object)->ob_digit[0];
        return true;
    }
    *value = PyLong_AsLongLongAndOverflow(object, &overflow);
    return overflow == 0;
}

static inline bool float_of(PyObject *object, double *value) {
    int64_t integer;
    if (PyFloat_CheckExact(object)) {
        *value = PyFloat_AS_DOUBLE(object);
        return *value == *value;
    }
    if (!int_of(object, &integer) || integer > MOST_OF_FLOAT || integer < -MOST_OF_FLOAT) return false;
    *value = (double)integer;
    return true;
}

static inline bool is_text(PyObject *object) {
    return PyUnicode_CheckExact(object) && PyUnicode_IS_READY(object);
}

static int order_of_texts(PyObject *a, PyObject *b) {
    Py_ssize_t one = PyUnicode_GET_LENGTH(a), other = PyUnicode_GET_LENGTH(b);
    if (PyUnicode_KIND(a) != PyUnicode_1BYTE_KIND || PyUnicode_KIND(b) != PyUnicode_1BYTE_KIND)
        return PyUnicode_Compare(a, b);
    int order = memcmp(PyUnicode_1BYTE_DATA(a), PyUnicode_1BYTE_DATA(b), (size_t)(one < other ? one : other));
    if (order == 0) return (one > other) - (one < other);
    return order < 0 ? -1 : 1;
}

static int order_at(PyObject *a, PyObject *b, bool lists, int depth) {
    int64_t one, other;
    double first, second;
    if (int_of(a, &one) && int_of(b, &other)) return (one > other) - (one < other);
    if (is_text(a) && is_text(b)) return order_of_texts(a, b);
    if (float_of(a, &first) && float_of(b, &second)) return (first > second) - (first < second);
    bool plain = PyTuple_CheckExact(a) || (lists && PyList_CheckExact(a));
    if (!plain || Py_TYPE(a) != Py_TYPE(b) || depth == DEEPEST) return ORDER_UNKNOWN;
    one = Py_SIZE(a);
    other = Py_SIZE(b);
    for (Py_ssize_t i = 0; i < one && i < other; i++) {
        PyObject *item = PySequence_Fast_ITEMS(a)[i], *beside = PySequence_Fast_ITEMS(b)[i];
        int order = item == beside ? 0 : order_at(item, beside, lists, depth + 1);
        if (order != 0) return order;
    }
    return (one > other) - (one < other);
}

int cp_order_of(PyObject *a, PyObject *b) { return order_at(a, b, true, 0); }

/* --- ranks --- */

typedef struct Ranked {
    uint64_t rank;
    uint32_t index;
} Ranked;

static const uint64_t TOP_BIT = UINT64_C(1) << 63;

static inline bool rank_int(PyObject *key, uint64_t *rank) {
    int64_t value;
    if (!int_of(key, &value)) return false;
    *rank = (uint64_t)value ^ TOP_BIT;
    return true;
}

static inline bool rank_float(PyObject *key, uint64_t *rank) {
    double value;
    if (!float_of(key, &value)) return false;
    value += 0.0; /* of -0.0 that is 0.0 */
    memcpy(rank, &value, sizeof value);
    *rank = *rank & TOP_BIT ? ~*rank : *rank | TOP_BIT;
    return true;
}

static inline bool rank_narrow_text(PyObject *key, uint64_t *rank) {
    unsigned char first[BYTES] = {0};
    if (!is_text(key) || PyUnicode_KIND(key) != PyUnicode_1BYTE_KIND) return false;
    Py_ssize_t length = PyUnicode_GET_LENGTH(key);
    if (length >= BYTES) memcpy(first, PyUnicode_1BYTE_DATA(key), BYTES);
    else memcpy(first, PyUnicode_1BYTE_DATA(key), (size_t)length);
    memcpy(rank, first, BYTES);
    *rank = __builtin_bswap64(*rank);
    return true;
}

static inline bool rank_text(PyObject *key, uint64_t *rank) {
    enum { CHARACTER_BITS = 32 };
    if (!is_text(key)) return false;
    Py_ssize_t length = PyUnicode_GET_LENGTH(key);
    *rank = length > 0 ? (uint64_t)PyUnicode_READ_CHAR(key, 0) << CHARACTER_BITS : 0;
    if (length > 1) *rank |= PyUnicode_READ_CHAR(key, 1);
    return true;
}

static inline PyObject *ranked_part(PyObject *key, bool of_tuples) { // borrowed; NULL: there is none
    if (!of_tuples) return key;
    return PyTuple_CheckExact(key) && PyTuple_GET_SIZE(key) > 0 ? PyTuple_GET_ITEM(key, 0) : NULL;
}

typedef bool (*Rank)(PyObject *key, uint64_t *rank);

static inline __attribute__((always_inline)) bool rank_each(Rank rank_of, PyObject *const *keys,
                                                            Py_ssize_t count, bool reverse, Ranked *ranked) {
    bool of_tuples = PyTuple_CheckExact(keys[0]);
    for (Py_ssize_t i = 0; i < count; i++) {
        PyObject *part = ranked_part(keys[i], of_tuples);
        uint64_t rank;
        if (part == NULL || !rank_of(part, &rank)) return false;
        ranked[i] = (Ranked){reverse ? ~rank : rank, (uint32_t)i};
    }
    return true;
}

/* False: they have none. *decides: keys of one rank are the same. */
static bool rank_all(PyObject *const *keys, Py_ssize_t count, bool reverse, Ranked *ranked, bool *decides) {
    *decides = !PyTuple_CheckExact(keys[0]);
    if (rank_each(rank_int, keys, count, reverse, ranked)) return true;
    if (rank_each(rank_float, keys, count, reverse, ranked)) return true;
    *decides = false;
    return rank_each(rank_narrow_text, keys, count, reverse, ranked) ||
           rank_each(rank_text, keys, count, reverse, ranked);
}

/* --- sorting, which keeps the order of what is the same --- */

typedef struct Sort {
    PyObject *const *keys;
    bool reverse, failed;
    int (*order)(struct Sort *, const Ranked *, const Ranked *);
} Sort;

static int order_of_ranks(Sort *sort, const Ranked *a, const Ranked *b) {
    (void)sort;
    return (a->rank > b->rank) - (a->rank < b->rank);
}

static int order_of_keys(Sort *sort, const Ranked *a, const Ranked *b) {
    /* not of lists: the one being sorted, which is empty for all who look, may be in them */
    int order = order_at(sort->keys[a->index], sort->keys[b->index], false, 0);
    if (order == ORDER_UNKNOWN) {
        sort->failed = true;
        return 0;
    }
    return sort->reverse ? -order : order;
}

static inline __attribute__((always_inline)) void insert_each(Sort *sort, Ranked *items, Py_ssize_t count) {
    for (Py_ssize_t i = 1; i < count; i++) {
        Ranked item = items[i];
        Py_ssize_t at = i;
        for (; at > 0 && sort->order(sort, &items[at - 1], &item) > 0; at--) items[at] = items[at - 1];
        items[at] = item;
    }
}

static inline __attribute__((always_inline)) void merge(Sort *sort, Ranked *from, Py_ssize_t first,
                                                        Py_ssize_t count, Ranked *to) {
    Ranked *left = from, *middle = from + first, *right = middle, *end = from + count;
    if (first >= count || sort->order(sort, middle - 1, middle) <= 0) {
        memcpy(to, from, sizeof(Ranked) * (size_t)count);
        return;
    }
    while (left < middle && right < end) {
        bool takes_right = sort->order(sort, left, right) > 0;
        const Ranked *next = takes_right ? right : left;
        *to++ = *next;
        right += takes_right;
        left += !takes_right;
    }
    memcpy(to, left, sizeof(Ranked) * (size_t)(middle - left));
    memcpy(to + (middle - left), right, sizeof(Ranked) * (size_t)(end - right));
}

/* Gives where they are in the end: items or spare. */
static inline __attribute__((always_inline)) Ranked *merge_sort(Sort *sort, Ranked *items, Py_ssize_t count,
                                                                Ranked *spare) {
    for (Py_ssize_t at = 0; at < count; at += BLOCK)
        insert_each(sort, items + at, count - at < BLOCK ? count - at : BLOCK);
    for (Py_ssize_t width = BLOCK; width < count && !sort->failed; width *= 2) {
        for (Py_ssize_t at = 0; at < count; at += 2 * width)
            merge(sort, items + at, width, count - at < 2 * width ? count - at : 2 * width, spare + at);
        Ranked *other = items;
        items = spare;
        spare = other;
    }
    return items;
}

static Ranked *sort_by_keys(Sort *sort, Ranked *items, Py_ssize_t count, Ranked *spare) {
    sort->order = order_of_keys;
    return merge_sort(sort, items, count, spare);
}

static Ranked *merge_by_rank(Ranked *items, Py_ssize_t count, Ranked *spare) {
    return merge_sort(&(Sort){.order = order_of_ranks}, items, count, spare);
}

/* Byte by byte, the lowest first. */
static Ranked *distribute(Ranked *items, Py_ssize_t count, Ranked *spare, uint64_t differing) {
    for (int byte = 0; byte < BYTES; byte++) {
        int shift = byte * BYTE_BITS;
        if ((differing >> shift & (BYTE_VALUES - 1)) == 0) continue;
        uint32_t places[BYTE_VALUES] = {0}, before = 0;
        for (Py_ssize_t i = 0; i < count; i++) places[(items[i].rank >> shift) & (BYTE_VALUES - 1)]++;
        for (int value = 0; value < BYTE_VALUES; value++) {
            uint32_t many = places[value];
            places[value] = before;
            before += many;
        }
        for (Py_ssize_t i = 0; i < count; i++)
            spare[places[(items[i].rank >> shift) & (BYTE_VALUES - 1)]++] = items[i];
        Ranked *other = items;
        items = spare;
        spare = other;
    }
    return items;
}

/* A few at the end of what is in order already. */
static void insert_last(Ranked *items, Py_ssize_t first, Py_ssize_t count) {
    for (Py_ssize_t i = first; i < count; i++) {
        Ranked item = items[i];
        Py_ssize_t low = 0, high = i;
        while (low < high) {
            Py_ssize_t middle = (low + high) / 2;
            if (items[middle].rank <= item.rank) low = middle + 1;
            else high = middle;
        }
        memmove(items + low + 1, items + low, sizeof(Ranked) * (size_t)(i - low));
        items[low] = item;
    }
}

/* How many stand in order from the first one on. */
static Py_ssize_t count_ordered(const Ranked *items, Py_ssize_t count) {
    Py_ssize_t ordered = 1;
    while (ordered < count && items[ordered - 1].rank <= items[ordered].rank) ordered++;
    return ordered;
}

static Ranked *sort_by_rank(Ranked *items, Py_ssize_t count, Ranked *spare, Py_ssize_t ordered) {
    if (count - ordered < BLOCK) {
        insert_last(items, ordered, count);
        return items;
    }
    uint64_t differing = 0;
    for (Py_ssize_t i = 1; i < count; i++) differing |= items[i].rank ^ items[0].rank;
    int passes = 0, halvings = 0;
    for (int byte = 0; byte < BYTES; byte++)
        passes += (differing >> byte * BYTE_BITS & (BYTE_VALUES - 1)) != 0;
    while (count >> halvings > 1) halvings++;
    bool distributes = passes * (count + BYTE_VALUES) < halvings * count;
    return distributes ? distribute(items, count, spare, differing) : merge_by_rank(items, count, spare);
}

/* What has one rank is sorted by its keys. */
static bool sort_within_ranks(PyObject *const *keys, bool reverse, Ranked *items, Py_ssize_t count,
                              Ranked *spare) {
    Sort sort = {.keys = keys, .reverse = reverse};
    for (Py_ssize_t first = 0, end; first < count && !sort.failed; first = end) {
        for (end = first + 1; end < count && items[end].rank == items[first].rank;) end++;
        if (end == first + 1) continue;
        Ranked *sorted = sort_by_keys(&sort, items + first, end - first, spare);
        if (sorted == spare) memcpy(items + first, spare, sizeof(Ranked) * (size_t)(end - first));
    }
    return !sort.failed;
}

static bool sort_ranked(PyObject **items, PyObject *const *keys, Py_ssize_t count, bool reverse,
                        Ranked *ranked) {
    bool decides;
    if (!rank_all(keys, count, reverse, ranked, &decides)) return false;
    Py_ssize_t ordered = count_ordered(ranked, count);
    if (decides && ordered == count) return true;
    Ranked *sorted = sort_by_rank(ranked, count, ranked + count, ordered);
    Ranked *spare = sorted == ranked ? ranked + count : ranked;
    if (!decides && !sort_within_ranks(keys, reverse, sorted, count, spare)) return false;
    char *before = (char *)spare;
    memcpy(before, items, sizeof(PyObject *) * (size_t)count);
    for (Py_ssize_t i = 0; i < count; i++)
        memcpy(&items[i], before + sizeof(PyObject *) * sorted[i].index, sizeof(PyObject *));
    return true;
}

bool cp_sort(PyObject **items, PyObject *const *keys, Py_ssize_t count, bool reverse) {
    Ranked few[2 * FEW], *ranked = few;
    if (count < 2) return true;
    if (count > UINT32_MAX) return false;
    if (count > FEW) ranked = PyMem_RawMalloc(2 * sizeof(Ranked) * (size_t)count);
    bool done = ranked != NULL && sort_ranked(items, keys, count, reverse, ranked);
    if (ranked != few) PyMem_RawFree(ranked);
    return done;
}
