/* dxpy-cc: the compiler as a program. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <libgccjit.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cpu_level.h"
#include "base/files.h"
#include "codegen/compile.h"
#include "worker/protocol.h"
#include "worker/worker.h"

static const char USAGE[] =
    "usage: dxpy-cc FILE.ir -o OUT.so [-O0|-O1|-O2|-O3]   compile one function from its IR text\n"
    "       dxpy-cc --dump=STAGE FILE.ir [-O...]          print what a stage makes of it: ir, opt or asm\n"
    "       dxpy-cc --check                               print what compiling needs, and whether it is "
    "there\n"
    "       dxpy-cc --version\n";

typedef struct Options {
    const char *input, *output, *stage;
    int level;
} Options;

static int complain(const char *what, const char *which) {
    fprintf(stderr, "dxpy-cc: %s%s\n", what, which);
    return 2;
}

static char *read_file(const char *path, size_t *length) {
    struct stat about;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    char *text = NULL;
    if (fd >= 0 && fstat(fd, &about) == 0 && S_ISREG(about.st_mode)) {
        *length = (size_t)about.st_size;
        text = calloc(1, *length + 1);
        if (text && !files_read_all(fd, text, *length)) {
            free(text);
            text = NULL;
        }
    }
    if (fd >= 0) close(fd);
    return text;
}

static int run(const Options *options, const CcUnit *unit, const char *scratch) {
    CcSettings settings = {.march = cpu_level(), .optimize = options->level, .scratch = scratch};
    CcResult result = {0};
    if (options->stage) {
        char *text = cc_dump(unit, &settings, options->stage, &result);
        if (text) fputs(text, stdout);
        result.ok = text != NULL;
        free(text);
    } else {
        cc_compile(unit, 1, &settings, options->output, &result);
    }
    if (!result.ok) fprintf(stderr, "dxpy-cc: %s: %s: %s\n", options->input, result.reason, result.message);
    return result.ok ? 0 : 1;
}

/* In a process of its own: libgccjit may end it, and the folder is to go all the same. */
static int run_apart(const Options *options, const CcUnit *unit, const char *scratch) {
    int status = -1;
    pid_t child = fork();
    if (child == 0) {
        status = run(options, unit, scratch);
        _exit(fflush(stdout) == 0 ? status : 2);
    }
    if (child > 0) waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : complain("the compiler crashed", "");
}

static int compile_file(const Options *options) {
    CcUnit unit = {0};
    char folder[64], error[256];
    check_tools(error, sizeof error);
    if (error[0]) return complain(error, "");
    char *text = read_file(options->input, &unit.length);
    if (text == NULL) return complain("cannot read ", options->input);
    unit.text = text;
    int status = 2;
    if (files_make_private("/tmp/dxpy-cc-", folder, sizeof folder)) {
        setenv("TMPDIR", folder, 1);
        setenv("PATH", WORKER_TOOL_PATH, 1);
        status = run_apart(options, &unit, folder);
        files_remove_tree(folder);
    } else {
        complain("cannot make a folder in ", "/tmp");
    }
    free(text);
    return status;
}

static int print_version(void) {
    printf("dxpy-cc protocol %d, libgccjit %d.%d.%d, %s\n", PROTOCOL_VERSION, gcc_jit_version_major(),
           gcc_jit_version_minor(), gcc_jit_version_patchlevel(), cpu_level());
    return 0;
}

int main(int argc, char **argv) {
    Options options = {.level = 2};
    if (argc >= 4 && strcmp(argv[1], "--serve") == 0)
        serve(argv[2], argv[3], argv[4], argc > 5 ? strtoull(argv[5], NULL, 10) : 0);
    if (argc == 3 && strcmp(argv[1], "--clean") == 0) return clean_folder(argv[2]) ? 0 : 1;
    for (int i = 1; i < argc; i++) {
        const char *word = argv[i];
        if (strcmp(word, "--check") == 0) return check_all();
        if (strcmp(word, "--version") == 0) return print_version();
        if (strcmp(word, "--help") == 0) return fputs(USAGE, stdout) < 0;
        if (strncmp(word, "--dump=", 7) == 0) options.stage = word + 7;
        else if (strcmp(word, "-o") == 0 && i + 1 < argc) options.output = argv[++i];
        else if (strncmp(word, "-O", 2) == 0 && word[2] >= '0' && word[2] <= '3' && word[3] == 0)
            options.level = word[2] - '0';
        else if (word[0] == '-' || options.input)
            return complain("not understood: ", word), fputs(USAGE, stderr), 2;
        else options.input = word;
    }
    if (options.input == NULL || (options.output == NULL) == (options.stage == NULL))
        return fputs(USAGE, stderr), 2;
    return compile_file(&options);
}
