/* The worker's loop: one request after the other until the client says QUIT or is gone. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cpu_level.h"
#include "base/files.h"
#include "cache/cache.h"
#include "codegen/compile.h"
#include "worker/protocol.h"
#include "worker/worker.h"

typedef struct Server {
    const char *scratch, *folder;
    bool cache;
    uint64_t serial; /* of objects compiled */
} Server;

/* The units of a batch that are compiled together: `from[i]` is the batch's number of unit i. */
typedef struct Group {
    int count;
    int from[PROTOCOL_BATCH];
    CcUnit units[PROTOCOL_BATCH];
    const char *keys[PROTOCOL_BATCH];
    CcResult results[PROTOCOL_BATCH];
    double gcc_ms;
} Group;

static _Noreturn void client_gone(void) { _exit(WORKER_CLIENT_GONE); }

static void send_frame(FrameType type, const void *payload, size_t length, const void *text,
                       size_t text_length) {
    FrameHeader header = {.type = type, .length = (uint32_t)(length + text_length)};
    if (!files_write_all(PROTOCOL_SOCKET, &header, sizeof header) ||
        !files_write_all(PROTOCOL_SOCKET, payload, length) ||
        !files_write_all(PROTOCOL_SOCKET, text, text_length))
        client_gone();
}

static uint64_t resident_memory(void) {
    unsigned long all = 0, resident = 0;
    FILE *file = fopen("/proc/self/statm", "re");
    if (file == NULL) return 0;
    if (fscanf(file, "%lu %lu", &all, &resident) != 2) resident = 0;
    fclose(file);
    return (uint64_t)resident * (uint64_t)sysconf(_SC_PAGESIZE);
}

/* --- compile --- */

static void report_progress(void *argument, int unit) {
    const Group *group = argument;
    ProgressFrame progress = {.unit = unit >= 0 && unit < group->count ? group->from[unit]
                                      : group->count == 1              ? group->from[0]
                                                                       : -1};
    send_frame(FRAME_PROGRESS, &progress, sizeof progress, NULL, 0);
}

static void send_result(const Group *group, int i, const char *path, bool temporary) {
    const CcResult *from = &group->results[i];
    ResultFrame result = {.index = (uint32_t)group->from[i],
                          .ok = from->ok,
                          .temporary = from->ok && temporary,
                          .unit = i,
                          .parse_ms = from->parse_ms,
                          .opt_ms = from->opt_ms,
                          .emit_ms = from->emit_ms,
                          .gcc_ms = group->gcc_ms / group->count};
    snprintf(result.path, sizeof result.path, "%s", from->ok ? path : "");
    snprintf(result.reason, sizeof result.reason, "%s", from->reason);
    snprintf(result.message, sizeof result.message, "%s", from->message);
    send_frame(FRAME_RESULT, &result, sizeof result, NULL, 0);
}

/* Without a cache each receiver gets a name of its own for the object, which it removes. */
static void send_uncached(Server *server, const char *object, Group *group) {
    for (int i = 0; i < group->count; i++) {
        char path[1024];
        snprintf(path, sizeof path, "%s/%d-%llu-%d.so", server->folder, (int)getpid(),
                 (unsigned long long)server->serial, i);
        CcResult *result = &group->results[i];
        if (result->ok && link(object, path) < 0) {
            result->ok = false;
            snprintf(result->reason, sizeof result->reason, "no_space");
            snprintf(result->message, sizeof result->message, "cannot write to %.150s: %m", server->folder);
        }
        send_result(group, i, path, true);
    }
    unlink(object);
}

static CcSettings settings_for(const Server *server, int level, Group *group) {
    return (CcSettings){.march = cpu_level(),
                        .optimize = level,
                        .scratch = server->scratch,
                        .progress = group ? report_progress : NULL,
                        .progress_arg = group};
}

static void compile_group(Server *server, Group *group, int level);

/* What fails in libgccjit fails for the whole batch: the units are tried one by one. */
static void compile_one_by_one(Server *server, const Group *group, int level) {
    for (int i = 0; i < group->count; i++) {
        Group alone = {
            .count = 1, .from = {group->from[i]}, .units = {group->units[i]}, .keys = {group->keys[i]}};
        compile_group(server, &alone, level);
    }
}

static void compile_group(Server *server, Group *group, int level) {
    char object[1024], stored[1024];
    snprintf(object, sizeof object, "%s/%llu.so", server->scratch, (unsigned long long)++server->serial);
    CcSettings settings = settings_for(server, level, group);
    report_progress(group, -1);
    double start = files_now();
    bool compiled = cc_compile(group->units, group->count, &settings, object, group->results);
    group->gcc_ms = (files_now() - start) * 1e3;
    const char *keys[PROTOCOL_BATCH];
    bool any = false;
    for (int i = 0; i < group->count; i++) {
        const CcResult *result = &group->results[i];
        group->gcc_ms -= result->parse_ms + result->opt_ms + result->emit_ms;
        keys[i] = result->ok ? group->keys[i] : NULL;
        any |= result->ok;
    }
    if (group->gcc_ms < 0) group->gcc_ms = 0;
    if (!compiled && group->count > 1) {
        unlink(object);
        compile_one_by_one(server, group, level);
    } else if (any && server->cache && cache_store(object, keys, group->count, stored) == 0) {
        for (int i = 0; i < group->count; i++) send_result(group, i, stored, false);
    } else {
        send_uncached(server, object, group);
    }
}

/* Another process may have compiled it since the client looked. */
static bool answer_from_cache(uint32_t index, const char *key) {
    CacheEntry entry;
    if (!cache_lookup(key, &entry)) return false;
    ResultFrame result = {.index = index, .ok = 1, .cached = 1, .unit = entry.unit};
    memcpy(result.path, entry.path, sizeof entry.path);
    send_frame(FRAME_RESULT, &result, sizeof result, NULL, 0);
    return true;
}

/* Another process compiles it. */
static bool answer_claimed(uint32_t index, const char *key) {
    enum { LONGEST_SECONDS = 60 };
    if (cache_claim(key, LONGEST_SECONDS) != CLAIM_TAKEN) return false;
    ResultFrame result = {.index = index, .claimed = 1};
    send_frame(FRAME_RESULT, &result, sizeof result, NULL, 0);
    return true;
}

/* What was not in the cache a moment ago may be: whoever had claimed it has finished. */
static bool answer_without_compiling(uint32_t index, const char *key) {
    if (answer_from_cache(index, key) || answer_claimed(index, key)) return true;
    if (!answer_from_cache(index, key)) return false;
    cache_release(key);
    return true;
}

static void answer_unusable(const Group *group, const char *error) {
    for (int i = 0; i < group->count; i++) {
        ResultFrame result = {.index = (uint32_t)group->from[i]};
        snprintf(result.reason, sizeof result.reason, "worker_unusable");
        snprintf(result.message, sizeof result.message, "%.200s", error);
        send_frame(FRAME_RESULT, &result, sizeof result, NULL, 0);
    }
}

static void answer_compile(Server *server, const RequestFrame *request, const UnitFrame *units,
                           const CcUnit *texts) {
    char error[256];
    Group group = {0};
    for (uint32_t i = 0; i < request->count; i++) {
        if (server->cache && answer_without_compiling(i, units[i].key)) continue;
        group.from[group.count] = (int)i;
        group.units[group.count] = texts[i];
        group.keys[group.count] = units[i].key;
        group.count++;
    }
    check_tools(error, sizeof error);
    if (group.count == 0) return;
    if (error[0]) answer_unusable(&group, error);
    else compile_group(server, &group, request->level);
    for (int i = 0; server->cache && i < group.count; i++) cache_release(group.keys[i]);
}

static void answer_dump(Server *server, const RequestFrame *request, const CcUnit *unit) {
    CcResult found = {0};
    CcSettings settings = settings_for(server, request->level, NULL);
    char *text = cc_dump(unit, &settings, request->stage, &found);
    ResultFrame result = {.ok = text != NULL, .text = text ? strlen(text) : 0};
    memcpy(result.reason, found.reason, sizeof found.reason);
    memcpy(result.message, found.message, sizeof found.message);
    send_frame(FRAME_RESULT, &result, sizeof result, text, text ? strlen(text) : 0);
    free(text);
}

/* --- requests --- */

/* Point into the payload; false when it does not hold what it says. */
static bool read_request(char *payload, size_t length, RequestFrame *request, UnitFrame *units,
                         CcUnit *texts) {
    if (length < sizeof *request) return false;
    memcpy(request, payload, sizeof *request);
    payload += sizeof *request, length -= sizeof *request;
    if (request->count == 0 || request->count > PROTOCOL_BATCH || length < request->count * sizeof *units)
        return false;
    memcpy(units, payload, request->count * sizeof *units);
    payload += request->count * sizeof *units, length -= request->count * sizeof *units;
    for (uint32_t i = 0; i < request->count; i++) {
        if (units[i].length >= length || payload[units[i].length] != 0) return false;
        texts[i] = (CcUnit){.text = payload, .length = units[i].length};
        payload += units[i].length + 1, length -= units[i].length + 1;
    }
    request->stage[sizeof request->stage - 1] = 0;
    return length == 0;
}

/* A folder in /tmp may be tidied away by the system while the worker idles. */
static void restore_folders(const Server *server) {
    if (access(server->scratch, W_OK | X_OK) == 0) return;
    mkdir(server->folder, 0700);
    mkdir(server->scratch, 0700);
    struct stat about;
    bool ours = lstat(server->folder, &about) == 0 && S_ISDIR(about.st_mode) && about.st_uid == geteuid() &&
                (about.st_mode & 077) == 0;
    if (!ours) {
        fprintf(stderr, "dxpy-cc: %s is not a folder of ours any more\n", server->folder);
        _exit(2);
    }
}

static void answer(Server *server, const FrameHeader *header, char *payload) {
    RequestFrame request;
    UnitFrame units[PROTOCOL_BATCH];
    CcUnit texts[PROTOCOL_BATCH];
    if (!read_request(payload, header->length, &request, units, texts)) {
        fprintf(stderr, "dxpy-cc: a request that is not well formed\n");
        _exit(2);
    }
    /* What was said during earlier requests explains nothing about this one. */
    if (ftruncate(STDERR_FILENO, 0) < 0) fprintf(stderr, "dxpy-cc: the log cannot be cut: %m\n");
    restore_folders(server);
    if (header->type == FRAME_DUMP) answer_dump(server, &request, &texts[0]);
    else answer_compile(server, &request, units, texts);
    DoneFrame done = {.memory = resident_memory()};
    send_frame(FRAME_DONE, &done, sizeof done, NULL, 0);
}

/* --- the process --- */

/* Sees the client's end while the main thread compiles; the keeper kills what that has started. */
static void *watch_client(void *argument) {
    const char *folder = argument;
    enum { SETTLED_MS = 500 };
    struct pollfd client = {.fd = PROTOCOL_SOCKET, .events = POLLRDHUP};
    if (poll(&client, 1, SETTLED_MS) == 0) sweep_folders(folder);
    while (poll(&client, 1, -1) < 0) continue;
    client_gone();
}

static void start_watching(const char *folder) {
    enum { STACK = 256 << 10 }; /* what is usual may be more than the memory that the program is limited to */
    pthread_t thread;
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    pthread_attr_setstacksize(&attributes, STACK);
    int error = pthread_create(&thread, &attributes, watch_client, (void *)folder);
    if (error) {
        fprintf(stderr, "dxpy-cc: cannot start a thread: %s\n", strerror(error));
        _exit(2);
    }
    pthread_attr_destroy(&attributes);
}

static void tell_kernel(const char *file, const char *value) {
    int fd = open(file, O_WRONLY | O_CLOEXEC);
    if (fd < 0) return; /* a kernel without it, or no /proc */
    if (!files_write_all(fd, value, strlen(value)))
        fprintf(stderr, "dxpy-cc: cannot write to %s: %m\n", file);
    close(fd);
}

/* When memory is short, the program's own matters more; and so does its time where the keeper has set a
 * niceness. Some kernels share a processor between sessions first, so the session needs it too. */
static void be_modest(void) {
    tell_kernel("/proc/self/oom_score_adj", "500");
    struct sched_param standard = {0};
    int niceness = getpriority(PRIO_PROCESS, 0);
    sched_setscheduler(0, niceness > 0 ? SCHED_BATCH : SCHED_OTHER, &standard);
    char text[16];
    snprintf(text, sizeof text, "%d", niceness);
    if (niceness > 0) tell_kernel("/proc/self/autogroup", text);
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
    struct rlimit limit;
    rlim_t most = (rlim_t)4 << 30;
    if (getrlimit(RLIMIT_AS, &limit) == 0 && limit.rlim_cur > most) {
        limit.rlim_cur = most;
        setrlimit(RLIMIT_AS, &limit);
    }
#endif
}

_Noreturn void serve(const char *scratch, const char *folder, const char *cache_dir, uint64_t cache_limit) {
    Server server = {.scratch = scratch, .folder = folder};
    signal(SIGPIPE, SIG_IGN);
    fcntl(PROTOCOL_SOCKET, F_SETFD, FD_CLOEXEC);
    be_modest();
    start_watching(folder);
    server.cache = cache_dir && cache_open(cache_dir, cache_limit) == 0;
    HelloFrame hello = {.version = PROTOCOL_VERSION, .pid = getpid(), .memory = resident_memory()};
    check_tools(hello.error, sizeof hello.error);
    send_frame(FRAME_HELLO, &hello, sizeof hello, NULL, 0);
    for (;;) {
        FrameHeader header;
        if (!files_read_all(PROTOCOL_SOCKET, &header, sizeof header)) client_gone();
        if (header.type == FRAME_QUIT) _exit(0);
        char *payload = header.length <= PROTOCOL_FRAME ? malloc(header.length + 1) : NULL;
        if (payload == NULL) _exit(2);
        if (!files_read_all(PROTOCOL_SOCKET, payload, header.length)) client_gone();
        answer(&server, &header, payload);
        free(payload);
    }
}
