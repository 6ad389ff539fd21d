/* The keeper stands between the user's process and dxpy-cc, so that the user's program cannot see a child it
 * did not start, and nothing of the worker stays behind.
 *
 * A child whose exit signal is not SIGCHLD is skipped by wait(), waitpid(-1), waitid() and pidfds, and its
 * end raises no signal; but exec() makes the exit signal SIGCHLD again. So the child we make never calls
 * exec: it is a bare fork without exit signal, gives back all memory but its block and its own code, starts
 * dxpy-cc as a child of its own, adopts what that leaves (`as`, `ld`), waits, and passes the exit status on.
 * When the user's process is gone, it has the files removed.
 *
 * After the memory is gone there is no C library: no call, no constant data, no thread-local variable (errno)
 * may be used. All code of the keeper is in the section `dxpy_keeper` or inlined into it, and enters the
 * kernel itself.
 */
#define _GNU_SOURCE
#include "jit/keeper.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "worker/protocol.h"

/* General registers only: wide ones would be filled from constant data. */
#define KEEPER_PLAIN                                                                                         \
    __attribute__((no_stack_protector, no_profile_instrument_function, target("general-regs-only"),          \
                   no_sanitize("address", "thread", "undefined")))
#define KEEPER_CODE   __attribute__((section("dxpy_keeper"), noinline)) KEEPER_PLAIN
#define KEEPER_INLINE static inline __attribute__((always_inline)) KEEPER_PLAIN

enum {
    BLOCK_SIZE = 64 << 10,
    RANGES = 3,
    SIGNAL_SET_SIZE = 8,
    SIGNAL_LAST = 64,
    STEP_MS = 20,
    GRACE_MS = 400
};

typedef struct Range {
    uintptr_t start, end; /* whole pages */
} Range;

/* Lies at the bottom of the block; the keeper's stack grows down from the top. */
typedef struct Block {
    long parent; /* the user's process */
    long socket, log;
    long niceness;
    Range kept[RANGES]; /* memory that stays, in order; empty: all of it */
    char *serve[7];     /* argv of the worker */
    char *clean[4];     /* argv that removes what a dead client left */
    char *environment[4];
    char *name;           /* what ps shows for the keeper */
    char *home;           /* its and the worker's working folder */
    struct timespec step; /* between looks at a worker that is to leave by itself */
    size_t used;
    char strings[8192];
} Block;

#if defined(__x86_64__)
KEEPER_INLINE long kernel(long number, long a, long b, long c, long d, long e) {
    register long fourth __asm__("r10") = d;
    register long fifth __asm__("r8") = e;
    long result;
    __asm__ volatile("syscall"
                     : "=a"(result)
                     : "a"(number), "D"(a), "S"(b), "d"(c), "r"(fourth), "r"(fifth)
                     : "rcx", "r11", "memory");
    return result;
}
#elif defined(__aarch64__)
KEEPER_INLINE long kernel(long number, long a, long b, long c, long d, long e) {
    register long x8 __asm__("x8") = number;
    register long x0 __asm__("x0") = a;
    register long x1 __asm__("x1") = b;
    register long x2 __asm__("x2") = c;
    register long x3 __asm__("x3") = d;
    register long x4 __asm__("x4") = e;
    __asm__ volatile("svc 0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4) : "memory");
    return x0;
}
#else
#error "dxpy compiles for x86-64 and aarch64"
#endif

KEEPER_INLINE void leave(int status) {
    for (;;) kernel(SYS_exit_group, status, 0, 0, 0, 0);
}

/* The keeper must not hold the user's memory: every page it shares would be copied when the user writes it.
 */
KEEPER_INLINE void give_back_memory(const Block *block) {
    enum { SMALLEST_PAGE = 4096 };
    uintptr_t from = 0;
    for (int i = 0; i < RANGES; i++) {
        const Range *range = &block->kept[i];
        if (range->start == range->end) return;
        if (from < range->start) kernel(SYS_munmap, (long)from, (long)(range->start - from), 0, 0, 0);
        if (from < range->end) from = range->end;
    }
    /* Where the address space ends differs, and a range that goes beyond the end is refused. */
    for (int bits = 56; bits > 38; bits--) {
        uintptr_t last = ((uintptr_t)1 << bits) - SMALLEST_PAGE;
        if (last <= from || kernel(SYS_munmap, (long)from, (long)(last - from), 0, 0, 0) == 0) return;
    }
}

/* Signals as in a fresh process, and blocked: the keeper asks for them. */
KEEPER_INLINE void reset_signals(void) {
    uint64_t all = ~(uint64_t)0;
    struct {
        void *handler;
        unsigned long flags;
        void *restorer;
        uint64_t mask;
    } standard;
    standard.handler = (void *)SIG_DFL;
    standard.flags = 0;
    standard.restorer = NULL;
    standard.mask = 0;
    kernel(SYS_rt_sigprocmask, SIG_SETMASK, (long)&all, 0, SIGNAL_SET_SIZE, 0);
    for (int i = 1; i <= SIGNAL_LAST; i++)
        kernel(SYS_rt_sigaction, i, (long)&standard, 0, SIGNAL_SET_SIZE, 0);
}

/* Where the program wants a processor, it comes before its compiler. */
KEEPER_INLINE void lower_priority(long niceness) {
    enum { ASKED_AS_20_MINUS = 20 }; /* the kernel's own getpriority never answers below zero */
    long now = ASKED_AS_20_MINUS - kernel(SYS_getpriority, PRIO_PROCESS, 0, 0, 0, 0);
    kernel(SYS_setpriority, PRIO_PROCESS, 0, now + niceness, 0, 0);
}

/* The user's soft limits are the user's business: the worker takes what the hard ones allow. */
KEEPER_INLINE void reset_limits(void) {
    enum { LIMIT_COUNT = 16 };
    for (int which = 0; which < LIMIT_COUNT; which++) {
        struct {
            uint64_t soft, hard;
        } limit;
        if (kernel(SYS_prlimit64, 0, which, 0, (long)&limit, 0) < 0) continue;
        uint64_t wanted = limit.hard;
        if (which == RLIMIT_STACK) wanted = 64 << 20;
        if (which == RLIMIT_NOFILE) wanted = 1024;
        if (which == RLIMIT_CORE) wanted = 1; /* the one value that also stops a core dump into a pipe */
        if (which == RLIMIT_RTPRIO || which == RLIMIT_NICE) continue;
        limit.soft = wanted < limit.hard ? wanted : limit.hard;
        kernel(SYS_prlimit64, 0, which, (long)&limit, 0, 0);
    }
}

enum { LAST_DESCRIPTOR = 0x7fffffff };

KEEPER_INLINE void close_between(long first, long last) {
    enum { OLD_KERNEL_LAST = 65535 };
    if (first > last || kernel(SYS_close_range, first, last, 0, 0, 0) == 0) return;
    for (long fd = first; fd <= last && fd <= OLD_KERNEL_LAST; fd++) kernel(SYS_close, fd, 0, 0, 0, 0);
}

/* 0, 1 and 2 become the log, 3 the socket, all others are closed: first, since there may be no room for more.
 */
KEEPER_INLINE bool place_descriptors(const Block *block) {
    long lower = block->log < block->socket ? block->log : block->socket;
    long upper = block->log < block->socket ? block->socket : block->log;
    close_between(0, lower - 1);
    close_between(lower + 1, upper - 1);
    close_between(upper + 1, LAST_DESCRIPTOR);
    long log = kernel(SYS_fcntl, block->log, F_DUPFD, 4, 0, 0);
    long socket = kernel(SYS_fcntl, block->socket, F_DUPFD, 4, 0, 0);
    bool placed = log >= 0 && socket >= 0;
    for (long fd = 0; fd < 3; fd++) placed = placed && kernel(SYS_dup3, log, fd, 0, 0, 0) == fd;
    placed = placed && kernel(SYS_dup3, socket, 3, 0, 0, 0) == 3;
    close_between(4, LAST_DESCRIPTOR);
    return placed;
}

KEEPER_CODE static long start_program(char *const *argv, char *const *environment) {
    long keeper = kernel(SYS_getpid, 0, 0, 0, 0, 0);
    long pid = kernel(SYS_clone, SIGCHLD, 0, 0, 0, 0);
    if (pid != 0) return pid;
    uint64_t none = 0;
    kernel(SYS_prctl, PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
    kernel(SYS_setpgid, 0, 0, 0, 0, 0);
    kernel(SYS_rt_sigprocmask, SIG_SETMASK, (long)&none, 0, SIGNAL_SET_SIZE, 0);
    if (kernel(SYS_getppid, 0, 0, 0, 0, 0) == keeper)
        kernel(SYS_execve, (long)argv[0], (long)argv, (long)environment, 0, 0);
    leave(KEEPER_NOT_STARTED);
    return 0;
}

KEEPER_INLINE int exit_status(int status) {
    return WIFEXITED(status) ? WEXITSTATUS(status) : KEEPER_SIGNALLED;
}

/* Wait for the worker's end; sets `orphaned` when the user's process ended first. A worker leaves by itself
 * when its client goes; one that does not is killed. */
KEEPER_CODE static int watch(const Block *block, long worker, bool *orphaned) {
    uint64_t all = ~(uint64_t)0;
    long waited_ms = 0;
    for (;;) {
        siginfo_t info;
        long got = kernel(SYS_rt_sigtimedwait, (long)&all, (long)&info, *orphaned ? (long)&block->step : 0,
                          SIGNAL_SET_SIZE, 0);
        if (got == SIGTERM) *orphaned = true;
        if (got == KEEPER_KILL) kernel(SYS_kill, worker, SIGKILL, 0, 0, 0);
        if (got == -EAGAIN && (waited_ms += STEP_MS) >= GRACE_MS) kernel(SYS_kill, worker, SIGKILL, 0, 0, 0);
        for (;;) {
            int status;
            long ended = kernel(SYS_wait4, -1, (long)&status, WNOHANG, 0, 0);
            if (ended == worker) return exit_status(status);
            if (ended <= 0) break;
        }
    }
}

/* What the worker started goes with it. The group is its own, so nobody else is hit. */
KEEPER_INLINE void reap_rest(long group) {
    kernel(SYS_kill, -group, SIGKILL, 0, 0, 0);
    while (kernel(SYS_wait4, -1, 0, 0, 0, 0) > 0) continue;
}

KEEPER_CODE static int keep(void *argument) {
    const Block *block = argument;
    reset_signals();
    kernel(SYS_prctl, PR_SET_PDEATHSIG, SIGTERM, 0, 0, 0);
    give_back_memory(block);
    kernel(SYS_setsid, 0, 0, 0, 0, 0);
    kernel(SYS_prctl, PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
    kernel(SYS_prctl, PR_SET_NAME, (long)block->name, 0, 0, 0);
    kernel(SYS_umask, 077, 0, 0, 0, 0);
    kernel(SYS_chdir, (long)block->home, 0, 0, 0, 0);
    bool orphaned = kernel(SYS_getppid, 0, 0, 0, 0, 0) != block->parent;
    int status = KEEPER_NOT_STARTED;
    if (place_descriptors(block)) {
        reset_limits();
        if (block->niceness > 0) lower_priority(block->niceness);
        long worker = start_program(block->serve, block->environment);
        close_between(0, LAST_DESCRIPTOR);
        if (worker > 0) {
            status = watch(block, worker, &orphaned);
            reap_rest(worker);
        }
    }
    if (status == WORKER_CLIENT_GONE || orphaned) {
        long cleaner = start_program(block->clean, block->environment);
        while (cleaner > 0 && kernel(SYS_wait4, cleaner, 0, 0, 0, 0) == -EINTR) continue;
    }
    leave(status);
    return 0;
}

static char *add_string(Block *block, const char *prefix, const char *text) {
    char *start = block->strings + block->used;
    size_t room = sizeof block->strings - block->used, first = strlen(prefix), second = strlen(text);
    if (first + second + 1 > room) return NULL;
    memcpy(start, prefix, first);
    memcpy(start + first, text, second + 1);
    block->used += first + second + 1;
    return start;
}

/* glibc 2.35 and later have the kernel write to this part of each thread's variables whenever the thread is
 * scheduled; it is copied with the thread. */
extern const ptrdiff_t __rseq_offset __attribute__((weak));

static void insert_range(Range ranges[RANGES], int count, uintptr_t start, uintptr_t end) {
    uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
    Range added = {start & ~(page - 1), (end + page - 1) & ~(page - 1)};
    int at = count;
    for (; at > 0 && ranges[at - 1].start > added.start; at--) ranges[at] = ranges[at - 1];
    ranges[at] = added;
}

/* With the thread's variables in the code's pages, or such, two may overlap: the gap between them is empty.
 */
static void choose_ranges(Block *block) {
    extern const char __start_dxpy_keeper[] __attribute__((visibility("hidden")));
    extern const char __stop_dxpy_keeper[] __attribute__((visibility("hidden")));
    enum { RSEQ_SIZE = 256 }; /* as much as it can grow to */
    uintptr_t rseq =
        &__rseq_offset ? (uintptr_t)__builtin_thread_pointer() + (uintptr_t)__rseq_offset : (uintptr_t)block;
    insert_range(block->kept, 0, (uintptr_t)block, (uintptr_t)block + BLOCK_SIZE);
    insert_range(block->kept, 1, (uintptr_t)__start_dxpy_keeper, (uintptr_t)__stop_dxpy_keeper);
    insert_range(block->kept, 2, rseq, rseq + RSEQ_SIZE);
}

static bool fill_block(Block *block, const KeeperOrder *order) {
    block->parent = getpid();
    block->step.tv_nsec = STEP_MS * 1000 * 1000;
    block->socket = order->socket, block->log = order->log;
    block->niceness = order->niceness;
    if (!order->keep_memory) choose_ranges(block);
    char *program = add_string(block, "", order->program);
    char *scratch = add_string(block, "", order->scratch), *folder = add_string(block, "", order->folder);
    char *clean = add_string(block, "", "--clean"), *serve = add_string(block, "", "--serve");
    char *cache = order->cache_dir ? add_string(block, "", order->cache_dir) : NULL;
    char *temporary = add_string(block, "TMPDIR=", order->scratch);
    char *path = add_string(block, "", "PATH=" WORKER_TOOL_PATH), *locale = add_string(block, "", "LC_ALL=C");
    block->name = add_string(block, "", "dxpy-keeper");
    block->home = add_string(block, "", "/");
    if (!block->name || !block->home || !program || !scratch || !folder || !clean || !serve || !temporary ||
        !path || !locale)
        return false;
    if (order->cache_dir && !cache) return false;
    block->serve[0] = program, block->serve[1] = serve, block->serve[2] = scratch, block->serve[3] = folder;
    char limit[24];
    snprintf(limit, sizeof limit, "%llu", (unsigned long long)order->cache_limit);
    block->serve[4] = cache, block->serve[5] = cache ? add_string(block, "", limit) : NULL;
    block->clean[0] = program, block->clean[1] = clean, block->clean[2] = folder;
    block->environment[0] = path, block->environment[1] = locale, block->environment[2] = temporary;
    return true;
}

pid_t keeper_start(const KeeperOrder *order) {
    Block *block =
        mmap(NULL, BLOCK_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);
    if (block == MAP_FAILED) return -1;
    pid_t pid = -1;
    if (fill_block(block, order)) pid = clone(keep, (char *)block + BLOCK_SIZE, 0, block);
    else errno = ENAMETOOLONG;
    int error = errno;
    munmap(block, BLOCK_SIZE);
    errno = error;
    return pid;
}
