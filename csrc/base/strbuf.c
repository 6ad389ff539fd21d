#include "base/strbuf.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool reserve(StrBuf *buffer, size_t extra) {
    size_t needed = buffer->length + extra + 1;
    if (buffer->failed) return false;
    if (needed <= buffer->capacity) return true;
    size_t capacity = buffer->capacity ? buffer->capacity : 256;
    while (capacity < needed) capacity *= 2;
    char *text = realloc(buffer->text, capacity);
    if (text == NULL) {
        buffer->failed = true;
        return false;
    }
    buffer->text = text;
    buffer->capacity = capacity;
    return true;
}

void strbuf_add_grown(StrBuf *buffer, const char *text, size_t length) {
    if (!reserve(buffer, length)) return;
    memcpy(buffer->text + buffer->length, text, length);
    buffer->length += length;
    buffer->text[buffer->length] = '\0';
}

void strbuf_add_number(StrBuf *buffer, int64_t number) {
    char digits[24], *at = digits + sizeof(digits);
    uint64_t left = number < 0 ? -(uint64_t)number : (uint64_t)number;
    do {
        *--at = (char)('0' + left % 10);
        left /= 10;
    } while (left != 0);
    if (number < 0) *--at = '-';
    strbuf_add(buffer, at, (size_t)(digits + sizeof(digits) - at));
}

void strbuf_addf(StrBuf *buffer, const char *format, ...) {
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    if (reserve(buffer, 128)) {
        size_t room = buffer->capacity - buffer->length;
        int length = vsnprintf(buffer->text + buffer->length, room, format, args);
        if ((size_t)length >= room && reserve(buffer, (size_t)length))
            vsnprintf(buffer->text + buffer->length, (size_t)length + 1, format, again);
        if (!buffer->failed) buffer->length += (size_t)length;
    }
    va_end(again);
    va_end(args);
}

char *strbuf_take(StrBuf *buffer) {
    if (buffer->failed || (buffer->text == NULL && !reserve(buffer, 0))) {
        strbuf_free(buffer);
        return NULL;
    }
    if (buffer->length == 0) buffer->text[0] = '\0';
    char *text = buffer->text;
    *buffer = (StrBuf){0};
    return text;
}

void strbuf_free(StrBuf *buffer) {
    free(buffer->text);
    *buffer = (StrBuf){0};
}
