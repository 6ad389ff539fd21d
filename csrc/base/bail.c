#include "base/bail.h"

#include <stdarg.h>
#include <stdio.h>

static void out_of_memory(void *cx) { bail(cx, "no_memory", "memory ran out while compiling"); }

void cx_init(CompileContext *cx) {
    arena_init(&cx->arena, out_of_memory, cx);
    cx->reason = NULL;
    cx->message[0] = '\0';
}

void cx_free(CompileContext *cx) { arena_free(&cx->arena); }

void bail(CompileContext *cx, const char *reason, const char *format, ...) {
    va_list args;
    va_start(args, format);
    cx->reason = reason;
    vsnprintf(cx->message, sizeof(cx->message), format, args);
    va_end(args);
    longjmp(cx->bailed, 1);
}
