/* Parse, verify, optimise and print IR texts and mutants of them; built with sanitizers by test_ir_text.py.
 *
 *   ir_mutants SEED COUNT FILE...      prints how many mutants were accepted and refused
 *
 * A text as it is must print as it was read. A mutant may be refused, as bad_ir, or accepted; then what it
 * prints must be read again to the same text, and the passes and quick code must come to an end with it. */
#include <ctype.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "codegen/quick.h"
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
    if (optimize && quick_can()) {
        StrBuf code = {0}, image = {0};
        quick_emit(fn, &code, &image);
        free(strbuf_take(&code));
        free(strbuf_take(&image));
    }
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

/* A word of letters, digits, dots and underscores, at or behind `at`: from there to `*end`. */
static size_t word_at(const char *text, size_t at, size_t *end) {
    while (text[at] && !isalnum((unsigned char)text[at])) at++;
    for (*end = at; isalnum((unsigned char)text[*end]) || text[*end] == '_' || text[*end] == '.';) (*end)++;
    return at;
}

/* Another word of the same kind: both are names with a number behind, numbers, or names. */
static bool is_like(const char *one, size_t length, const char *other, size_t others) {
    bool number = isdigit((unsigned char)one[0]), ends = isdigit((unsigned char)one[length - 1]);
    return number == !!isdigit((unsigned char)other[0]) &&
           ends == !!isdigit((unsigned char)other[others - 1]) && (number || !ends || one[0] == other[0]);
}

/* In the place of a word one that stands elsewhere: another operation, operand, type or label. Such texts are
 * often good ones that say something else. */
static void exchange(char *made, const char *text, size_t length) {
    size_t to, end, from = word_at(text, chance((uint32_t)length), &to);
    for (int i = 0; i < 50 && to > from; i++) {
        size_t start = word_at(text, chance((uint32_t)length), &end);
        if (end == start || !is_like(text + from, to - from, text + start, end - start)) continue;
        memcpy(made, text, from);
        memcpy(made + from, text + start, end - start);
        strcpy(made + from + (end - start), text + to);
        return;
    }
    memcpy(made, text, length + 1);
}

/* A copy of the text with one thing wrong. */
static char *mutant(const char *text) {
    size_t length = strlen(text), at = chance((uint32_t)length), from = line_start(text, at),
           to = line_end(text, at);
    char *made = malloc(2 * length + 64);
    switch (chance(14)) {
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
    case 6: /* a huge number */
        memcpy(made, text, at);
        strcpy(made + at, chance(2) ? "4000000" : "99999999999999999999");
        strcat(made, text + at);
        break;
    default: exchange(made, text, length);
    }
    return made;
}

static int fail(const char *what, const char *text, const char *message) {
    printf("%s\n%s\n%s\n", what, message, text);
    return 1;
}

enum { PATIENCE = 30 /* seconds a text may take; it is a few milliseconds */ };

static const char *tried = "";

/* What is being tried when it takes too long, or a sanitizer ends the process. */
static void tell(int signal_number) {
    ssize_t ignored = write(1, "the last text:\n", 15);
    ignored += write(1, tried, strlen(tried));
    (void)ignored;
    _exit(100 + signal_number);
}

static int try_mutant(const char *text, int *accepted) {
    char message[256] = "";
    tried = text;
    alarm(PATIENCE);
    char *printed = through(text, strlen(text), false, message, sizeof message);
    if (printed == NULL)
        return strncmp(message, "bad_ir: ", 8) == 0 ? 0 : fail("refused in another way", text, message);
    char *again = through(printed, strlen(printed), false, message, sizeof message);
    int status =
        again && strcmp(printed, again) == 0 ? 0 : fail("is not read as it was printed", printed, message);
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
    signal(SIGALRM, tell);
    signal(SIGABRT, tell);
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
