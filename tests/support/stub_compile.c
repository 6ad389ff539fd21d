/* A compiler that does what the unit's text tells it. The text is words:
 *
 *   sleep S | crash | exit N | grow MB | spawn | stop | garbage | say WORDS | signal FIFO |
 *   fail REASON | ok
 *
 * done as the unit's own work, or after `gcc` as part of the work on all units together. `whole` before
 * fail: the batch fails as a whole. The object holds the texts and is no shared object. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "codegen/compile.h"

/* Underscores stand for spaces. */
static void say(char *words) {
    for (char *c = words; *c; c++)
        if (*c == '_') *c = ' ';
    fprintf(stderr, "%s\n", words);
}

/* Tell who reads the FIFO, if anybody does, that this word was reached. */
static void signal_reader(const char *fifo) {
    int fd = open(fifo, O_WRONLY | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0) return;
    if (write(fd, "x", 1) != 1) abort();
    close(fd);
}

/* Takes memory and keeps it, as libgccjit does. */
static void grow(size_t megabytes) {
    char *taken = malloc(megabytes << 20);
    if (taken) memset(taken, 1, megabytes << 20);
    __asm__ volatile("" : : "r"(taken) : "memory");
}

/* A child that outlives its parent, as `as` does when the worker is killed. */
static void spawn(void) {
    if (fork() == 0) {
        execl("/bin/sleep", "sleep", "100", NULL);
        _exit(1);
    }
}

/* Words on the client's socket that are no frame. */
static void garbage(void) {
    if (write(3, "garbage, garbage", 16) != 16) abort();
}

static void refuse(CcResult *result, const char *reason) {
    result->ok = false;
    snprintf(result->reason, sizeof result->reason, "%s", reason);
    snprintf(result->message, sizeof result->message, "told to fail: %s", reason);
}

/* False when the whole batch is to fail. */
static bool obey(const char *text, bool in_gcc, CcResult *result) {
    char words[1024], *rest = NULL;
    bool now = !in_gcc;
    snprintf(words, sizeof words, "%s", text);
    for (char *word = strtok_r(words, " \n", &rest); word; word = strtok_r(NULL, " \n", &rest)) {
        if (strcmp(word, "gcc") == 0) now = in_gcc;
        else if (!now) continue;
        else if (strcmp(word, "sleep") == 0) usleep((useconds_t)(atof(strtok_r(NULL, " \n", &rest)) * 1e6));
        else if (strcmp(word, "crash") == 0) abort();
        else if (strcmp(word, "exit") == 0) exit(atoi(strtok_r(NULL, " \n", &rest)));
        else if (strcmp(word, "grow") == 0) grow((size_t)atoi(strtok_r(NULL, " \n", &rest)));
        else if (strcmp(word, "spawn") == 0) spawn();
        else if (strcmp(word, "say") == 0) say(strtok_r(NULL, " \n", &rest));
        else if (strcmp(word, "signal") == 0) signal_reader(strtok_r(NULL, " \n", &rest));
        else if (strcmp(word, "stop") == 0) raise(SIGSTOP);
        else if (strcmp(word, "garbage") == 0) garbage();
        else if (strcmp(word, "fail") == 0) return refuse(result, strtok_r(NULL, " \n", &rest)), true;
        else if (strcmp(word, "whole") == 0) return refuse(result, "whole_batch"), false;
    }
    return true;
}

bool cc_compile(const CcUnit *units, int count, const CcSettings *settings, const char *path,
                CcResult *results) {
    bool well = true;
    for (int i = 0; i < count; i++) {
        results[i] = (CcResult){.ok = true, .parse_ms = 1, .opt_ms = 2, .emit_ms = 3};
        settings->progress(settings->progress_arg, i);
        obey(units[i].text, false, &results[i]);
    }
    settings->progress(settings->progress_arg, -1);
    for (int i = 0; i < count; i++) well &= obey(units[i].text, true, &results[i]);
    if (!well) return false;
    FILE *object = fopen(path, "we");
    if (object == NULL) return false;
    for (int i = 0; i < count; i++) fprintf(object, "%d %s %d\n", i, units[i].text, settings->optimize);
    fclose(object);
    return true;
}

char *cc_dump(const CcUnit *unit, const CcSettings *settings, const char *stage, CcResult *result) {
    char *text = NULL;
    obey(unit->text, false, result);
    if (result->reason[0] || asprintf(&text, "%s of %s for %s", stage, unit->text, settings->march) < 0)
        return NULL;
    return text;
}
