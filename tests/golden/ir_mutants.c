/* Parse, verify, optimise and print IR texts and mutants of them; built with sanitizers by test_ir_text.py.
 *
 *   ir_mutants SEED COUNT FILE...      prints how many mutants were accepted and refused
 *
 * A text as it is must print as it was read. A mutant may be refused, as bad_ir, or accepted; then what it prints
 * must be read again to the same text. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ir/ir.h"
#include "opt/opt.h"

static uint64_t state;

static uint32_t chance(uint32_t below) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(state >> 33) % below;
}

/* What is printed of a text, or NULL: refused, with `message` filled. */
static char *through(const char *text, size_t length, bool optimize, char *message, size_t size) {
    CompileContext cx;
    StrBuf out = {0};
    cx_init(&cx);
    if (setjmp(cx.bailed)) {
        snprintf(message, size, "%s: %s", cx.reason, cx.message);
        cx_free(&cx);
        return NULL;
    }
    Fn *fn = ir_parse(&cx, text, length);
    ir_verify(fn, "parse");
    if (optimize) opt_run(fn, NULL, NULL, NULL);
    ir_print(fn, &out);
    cx_free(&cx);
    return strbuf_take(&out);
}

static char *read_file(const char *path) {
    StrBuf text = {0};
    char buffer[4096];
    FILE *file = fopen(path, "r");
    for (size_t n; file && (n = fread(buffer, 1, sizeof buffer, file)) > 0;) strbuf_add(&text, buffer, n);
    if (file) fclose(file);
    return strbuf_take(&text);
}

static size_t line_start(const char *text, size_t at) {
    while (at > 0 && text[at - 1] != '\n') at--;
    return at;
}

static size_t line_end(const char *text, size_t at) {
    while (text[at] != '\0' && text[at] != '\n') at++;
    return at + (text[at] == '\n');
}

/* A copy of the text with one thing wrong. */
static char *mutant(const char *text) {
    size_t length = strlen(text), at = chance((uint32_t)length), from = line_start(text, at), to = line_end(text, at);
    char *made = malloc(2 * length + 64);
    switch (chance(7)) {
    case 0: /* a byte */
        memcpy(made, text, length + 1);
        made[at] = (char)(1 + chance(255));
        break;
    case 1: /* a digit, so that it still looks like a number */
        while (text[at] && (text[at] < '0' || text[at] > '9')) at++;
        memcpy(made, text, length + 1);
        if (text[at]) made[at] = (char)('0' + chance(10));
        break;
    case 2: /* a line is missing */
        memcpy(made, text, from);
        strcpy(made + from, text + to);
        break;
    case 3: /* a line comes twice */
        memcpy(made, text, to);
        strcpy(made + to, text + from);
        break;
    case 4: /* cut off */
        memcpy(made, text, at);
        made[at] = '\0';
        break;
    case 5: { /* a line stands elsewhere */
        size_t other = line_start(text, chance((uint32_t)length));
        memcpy(made, text, other);
        memcpy(made + other, text + from, to - from);
        strcpy(made + other + (to - from), text + other);
        break;
    }
    default: /* a huge number */
        memcpy(made, text, at);
        strcpy(made + at, chance(2) ? "4000000" : "99999999999999999999");
        strcat(made, text + at);
    }
    return made;
}

static int fail(const char *what, const char *text, const char *message) {
    printf("%s\n%s\n%s\n", what, message, text);
    return 1;
}

static int try_mutant(const char *text, int *accepted) {
    char message[256] = "";
    char *printed = through(text, strlen(text), false, message, sizeof message);
    if (printed == NULL) return strncmp(message, "bad_ir: ", 8) == 0 ? 0 : fail("refused in another way", text, message);
    char *again = through(printed, strlen(printed), false, message, sizeof message);
    int status = again && strcmp(printed, again) == 0 ? 0 : fail("is not read as it was printed", printed, message);
    free(through(text, strlen(text), true, message, sizeof message));
    (*accepted)++;
    free(printed);
    free(again);
    return status;
}

int main(int argc, char **argv) {
    int accepted = 0, count = atoi(argv[2]);
    char message[256] = "";
    state = strtoull(argv[1], NULL, 10);
    for (int i = 3; i < argc; i++) {
        char *text = read_file(argv[i]);
        char *same = through(text, strlen(text), false, message, sizeof message);
        if (same == NULL || strcmp(same, text) != 0) return fail("a good text changes", text, message);
        free(same);
        same = through(text, strlen(text), true, message, sizeof message);
        if (same == NULL) return fail("a good text is refused by a pass", text, message);
        free(same);
        for (int k = 0; k < count; k++) {
            char *wrong = mutant(text);
            int status = try_mutant(wrong, &accepted);
            free(wrong);
            if (status) return status;
        }
        free(text);
    }
    printf("%d accepted, %d refused\n", accepted, count * (argc - 3) - accepted);
    return 0;
}
