/* Who compiles what: a file a key, made by the one process that does it and removed when it is done. Nothing
 * waits for it inside here; whoever finds it taken comes back later. A claim that cannot be made does no
 * harm: then two may compile the same. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/files.h"
#include "cache/cache_internal.h"

enum { OWNER_TEXT = 200 };

static void read_text(const char *path, char *text, size_t size) {
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t length = fd < 0 ? 0 : read(fd, text, size - 1);
    text[length > 0 ? length : 0] = 0;
    text[strcspn(text, "\n")] = 0;
    if (fd >= 0) close(fd);
}

/* When a process started, in the kernel's ticks; 0: there is none of that number. */
static unsigned long long started_at(int pid) {
    char path[64], text[1024];
    unsigned long long start = 0;
    snprintf(path, sizeof path, "/proc/%d/stat", pid);
    read_text(path, text, sizeof text);
    const char *fields = strrchr(text, ')'); /* the name before it may hold anything */
    for (int field = 2; fields && field < 22; field++) fields = strchr(fields + 1, ' ');
    return fields && sscanf(fields, "%llu", &start) == 1 ? start : 0;
}

/* Where process numbers mean the same as here: this boot of this machine, this container. */
static void describe_place(char place[128]) {
    char boot[64], space[64] = "";
    read_text("/proc/sys/kernel/random/boot_id", boot, sizeof boot);
    ssize_t length = readlink("/proc/self/ns/pid", space, sizeof space - 1);
    space[length > 0 ? length : 0] = 0;
    snprintf(place, 128, "%.40s/%.40s", boot, space);
}

/* What was left by a process that is gone, or by one that takes longer than any compilation may. The clock
 * may have been moved: a claim from the future is no better. */
static bool is_stale(int folder, const char *key, double max_age) {
    char text[OWNER_TEXT] = "", place[128], owner_place[128] = "";
    struct stat about;
    int pid = 0;
    unsigned long long start = 0;
    int fd = openat(folder, key, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0) return errno != ENOENT;
    ssize_t length = fstat(fd, &about) == 0 ? read(fd, text, sizeof text - 1) : -1;
    close(fd);
    if (length < 0) return true;
    double age = difftime(time(NULL), about.st_mtime);
    if (age > max_age || age < -max_age) return true;
    if (sscanf(text, "%d %llu %127s", &pid, &start, owner_place) != 3) return false;
    describe_place(place);
    return strcmp(place, owner_place) == 0 && started_at(pid) != start;
}

static int open_claims(bool make) {
    int root = cache_open_root(make);
    int folder = root < 0 ? -1 : cache_open_inner(root, "claims", make);
    if (root >= 0) close(root);
    return folder;
}

static int make_claim(int folder, const char *key) {
    return openat(folder, key, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
}

ClaimState cache_claim(const char *key, double max_age) {
    char text[OWNER_TEXT], place[128];
    int folder = cache_is_key(key) ? open_claims(true) : -1;
    if (folder < 0) return CLAIM_IMPOSSIBLE;
    int fd = make_claim(folder, key);
    bool taken = fd < 0 && errno == EEXIST;
    if (taken && is_stale(folder, key, max_age)) {
        unlinkat(folder, key, 0);
        fd = make_claim(folder, key);
        taken = fd < 0 && errno == EEXIST;
    }
    ClaimState state = fd >= 0 ? CLAIM_MINE : taken ? CLAIM_TAKEN : CLAIM_IMPOSSIBLE;
    if (fd >= 0) {
        describe_place(place);
        int length =
            snprintf(text, sizeof text, "%d %llu %s\n", (int)getpid(), started_at((int)getpid()), place);
        /* On a full disk what it says is cut short, and only its age counts. */
        (void)!files_write_all(fd, text, (size_t)length);
        close(fd);
    }
    close(folder);
    return state;
}

void cache_release(const char *key) {
    int folder = cache_is_key(key) ? open_claims(false) : -1;
    if (folder < 0) return;
    unlinkat(folder, key, 0);
    close(folder);
}
