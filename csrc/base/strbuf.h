/* A string that grows; malloc'ed, since texts leave the compilation they were made in. */
#ifndef DXPY_BASE_STRBUF_H
#define DXPY_BASE_STRBUF_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

typedef struct StrBuf {
    char *text; /* NUL-terminated once something was added */
    size_t length, capacity;
    bool failed; /* memory ran out: the text is incomplete */
} StrBuf;

void strbuf_add_grown(StrBuf *buffer, const char *text,
                      size_t length); /* as strbuf_add, where there is no room */

static inline void strbuf_add(StrBuf *buffer, const char *text, size_t length) {
    if (buffer->capacity - buffer->length <= length || buffer->failed) {
        strbuf_add_grown(buffer, text, length);
        return;
    }
    memcpy(buffer->text + buffer->length, text, length);
    buffer->length += length;
    buffer->text[buffer->length] = '\0';
}

static inline void strbuf_add_text(StrBuf *buffer, const char *text) {
    strbuf_add(buffer, text, strlen(text));
}

void strbuf_add_number(StrBuf *buffer, int64_t number); /* in decimal, some ten times as fast as by format */
void strbuf_addf(StrBuf *buffer, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Give the text away (caller frees); NULL when memory ran out. The buffer is empty afterwards. */
char *strbuf_take(StrBuf *buffer);
void strbuf_free(StrBuf *buffer);

#endif
