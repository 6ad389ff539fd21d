/* What compiling needs, asked for before libgccjit finds out in its own way. */
#define _GNU_SOURCE
#include <errno.h>
#include <libgccjit.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cpu_level.h"
#include "base/files.h"
#include "worker/protocol.h"
#include "worker/worker.h"

static bool find_tool(const char *name, char *path, size_t size) {
    for (const char *folder = WORKER_TOOL_PATH; *folder;) {
        int length = (int)strcspn(folder, ":");
        snprintf(path, size, "%.*s/%s", length, folder, name);
        if (access(path, X_OK) == 0) return true;
        folder += length + (folder[length] == ':');
    }
    return false;
}

void check_tools(char *error, size_t size) {
    char path[256];
    error[0] = 0;
    const char *missing = !find_tool("as", path, sizeof path)   ? "as"
                          : !find_tool("ld", path, sizeof path) ? "ld"
                                                                : NULL;
    if (missing)
        snprintf(error, size, "the program %s is not in " WORKER_TOOL_PATH "; install binutils", missing);
}

static bool report(bool good, const char *what, const char *found) {
    printf("%-9s %s  %s\n", what, good ? "ok " : "BAD", found);
    fflush(stdout);
    return good;
}

static bool check_tool(const char *name) {
    char path[256], command[300], version[256] = "";
    if (!find_tool(name, path, sizeof path))
        return report(false, name, "not in " WORKER_TOOL_PATH "; install binutils");
    snprintf(command, sizeof command, "%s --version 2>&1", path);
    FILE *output = popen(command, "re");
    bool said = output && fgets(version, sizeof version, output);
    bool well = output && pclose(output) == 0 && said;
    version[strcspn(version, "\n")] = 0;
    return report(well, name, well ? version : "does not run; install binutils anew");
}

static bool make_scratch(const char *base, char *folder, size_t size) {
    char prefix[480];
    snprintf(prefix, sizeof prefix, "%s/dxpy-check-", base);
    return files_make_private(prefix, folder, size);
}

/* A folder where the client would make one: in $TMPDIR, or where that does not do, in one that does. */
static bool check_scratch(char *folder, size_t size) {
    const char *wanted = getenv("TMPDIR"), *problem = wanted ? files_scratch_problem(wanted) : NULL;
    char line[1200];
    bool made = wanted && !problem && make_scratch(wanted, folder, size);
    if (wanted && !problem && !made) problem = strerror(errno);
    for (int i = 0; files_scratch_folders[i] && !made; i++)
        made = !files_scratch_problem(files_scratch_folders[i]) &&
               make_scratch(files_scratch_folders[i], folder, size);
    if (!made)
        return report(
            false, "scratch",
            "neither $TMPDIR, /tmp, /var/tmp nor /dev/shm has room and allows execution; set TMPDIR "
            "to a folder that does");
    snprintf(line, sizeof line, problem ? "%s (TMPDIR is not used: %.300s %s)" : "%s", folder, wanted,
             problem);
    return report(true, "scratch", line);
}

static bool compile_probe(const char *path) {
    gcc_jit_context *context = gcc_jit_context_acquire();
    if (context == NULL) return false;
    gcc_jit_type *number = gcc_jit_context_get_type(context, GCC_JIT_TYPE_INT);
    gcc_jit_function *function =
        gcc_jit_context_new_function(context, NULL, GCC_JIT_FUNCTION_EXPORTED, number, "probe", 0, NULL, 0);
    gcc_jit_block *block = gcc_jit_function_new_block(function, NULL);
    gcc_jit_block_end_with_return(block, NULL, gcc_jit_context_one(context, number));
    gcc_jit_context_add_driver_option(context, "-nostdlib");
    gcc_jit_context_compile_to_file(context, GCC_JIT_OUTPUT_KIND_DYNAMIC_LIBRARY, path);
    bool compiled = gcc_jit_context_get_first_error(context) == NULL;
    gcc_jit_context_release(context);
    return compiled;
}

/* In a process of its own: libgccjit may end it. */
static bool check_compile(const char *folder) {
    char path[560];
    snprintf(path, sizeof path, "%s/probe.so", folder);
    pid_t child = fork();
    if (child == 0) _exit(compile_probe(path) ? 0 : 1);
    int status = -1;
    if (child > 0) waitpid(child, &status, 0);
    return report(status == 0, "compile",
                  status == 0 ? "a test function"
                              : "a test function fails; install libgccjit-12-dev and binutils anew");
}

int check_all(void) {
    char version[64], folder[512];
    snprintf(version, sizeof version, "%d.%d.%d", gcc_jit_version_major(), gcc_jit_version_minor(),
             gcc_jit_version_patchlevel());
    bool good = report(gcc_jit_version_major() >= 12, "libgccjit", version);
    good &= report(true, "cpu", cpu_level());
    good &= check_tool("as");
    good &= check_tool("ld");
    if (!check_scratch(folder, sizeof folder)) return 1;
    setenv("TMPDIR", folder, 1);
    good = good && check_compile(folder);
    files_remove_tree(folder);
    return good ? 0 : 1;
}
