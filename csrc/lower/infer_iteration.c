/* What built-in types are gone over by, and what their iterators give. */
#include "lower/infer.h"

uint8_t infer_iterator_of(Likely type) {
    switch (type) {
    case LIKELY_RANGE: return LIKELY_RANGE_ITER;
    case LIKELY_LIST: return LIKELY_LIST_ITER;
    case LIKELY_TUPLE: return LIKELY_TUPLE_ITER;
    case LIKELY_CHAR:
    case LIKELY_STR: return LIKELY_STR_ITER;
    case LIKELY_DICT_ITEMS: return LIKELY_DICT_ITEMS_ITER;
    case LIKELY_BYTES: return LIKELY_BYTES_ITER;
    case LIKELY_BYTEARRAY: return LIKELY_BYTEARRAY_ITER;
    case LIKELY_DICT:
    case LIKELY_SET:
    case LIKELY_DICT_VIEW: return LIKELY_PLAIN_ITER;
    case LIKELY_ENUMERATE:
    case LIKELY_ZIP:
    case LIKELY_PLAIN_ITER:
    case LIKELY_LIST_ITER:
    case LIKELY_TUPLE_ITER:
    case LIKELY_STR_ITER:
    case LIKELY_BYTES_ITER:
    case LIKELY_BYTEARRAY_ITER:
    case LIKELY_DICT_ITEMS_ITER:
    case LIKELY_RANGE_ITER: return type; /* its own iterator */
    default: return LIKELY_OTHER;
    }
}

bool infer_iterates_quietly(Likely type) {
    switch (type) {
    case LIKELY_LIST:
    case LIKELY_TUPLE:
    case LIKELY_DICT:
    case LIKELY_SET:
    case LIKELY_CHAR:
    case LIKELY_STR:
    case LIKELY_BYTES:
    case LIKELY_BYTEARRAY:
    case LIKELY_RANGE:
    case LIKELY_DICT_ITEMS:
    case LIKELY_DICT_VIEW: return true;
    default: return false;
    }
}

uint8_t infer_item_of(Likely iterator) {
    switch (iterator) {
    case LIKELY_RANGE_ITER:
    case LIKELY_BYTES_ITER:
    case LIKELY_BYTEARRAY_ITER: return LIKELY_INT;
    case LIKELY_STR_ITER: return LIKELY_CHAR;
    case LIKELY_ENUMERATE:
    case LIKELY_ZIP:
    case LIKELY_DICT_ITEMS_ITER: return LIKELY_TUPLE;
    default: return LIKELY_OTHER;
    }
}
