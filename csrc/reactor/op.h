/* An operation as the worker threads see it. No Python.h here: what includes only this cannot touch the
 * interpreter. */
#ifndef DXPY_REACTOR_OP_H
#define DXPY_REACTOR_OP_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE 1
#endif
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <sys/uio.h>

typedef enum OpKind {
#define OP(NAME, name, lane, inlined, cancel, result, params, doc) OP_##NAME,
#include "reactor/ops.def"
    OP_COUNT
} OpKind;

typedef enum LaneId { LANE_FILES, LANE_META, LANE_DNS, LANE_COUNT, LANE_LOOP = LANE_COUNT, LANE_POOL } LaneId;
typedef enum CancelKind { CANCEL_ABANDON, CANCEL_WAIT } CancelKind;
typedef enum ResultKind {
    RESULT_NONE,
    RESULT_SIZE,
    RESULT_FD,
    RESULT_BOOL,
    RESULT_BYTES,
    RESULT_CONTENT,
    RESULT_STAT,
    RESULT_ENTRIES,
    RESULT_PATH,
    RESULT_ADDRESSES,
    RESULT_NAMES,
    RESULT_SIZES,
} ResultKind;

typedef struct OpInfo {
    const char *name;
    LaneId lane;
    bool inlines;
    CancelKind cancel;
    ResultKind result;
    const char *params;
    const char *doc;
} OpInfo;

extern const OpInfo op_table[OP_COUNT];
extern const char *const lane_names[];

typedef enum OpPlace { PLACE_NONE, PLACE_DEFERRED, PLACE_WAITING, PLACE_LANE } OpPlace;
typedef enum OpState { OP_NEW, OP_QUEUED, OP_RUNNING, OP_DONE } OpState;

// A FIFO that is opened for writing may never get a reader: until then nothing has been begun.
typedef enum OpPeer { PEER_NONE, PEER_AWAITED, PEER_GIVEN_UP } OpPeer;

typedef struct Op Op;
typedef struct Channel Channel;

struct Op {
    Op *next, *previous;             // lane queue, then completion list
    Op *reactor_next, *reactor_prev; // everything a reactor has under way
    Channel *channel;                // counted reference while queued or running
    uint8_t kind, lane;
    uint8_t state; // OpState, changed under the lane's lock
    uint8_t place; // OpPlace, under the GIL
    bool owns_data;
    bool abandoned;       // nobody waits: dispose of the result
    bool cancel_wanted;   // CANCEL_WAIT: end as cancelled
    _Atomic uint8_t peer; // OpPeer, changed by the worker and who cancels
    bool opened;          // fd was opened for this operation and is closed with it
    int error;            // 0, an errno, or for DNS an EAI code when dns_error
    bool dns_error;
    int fd, fd2, flags, mode;
    int64_t offset;
    size_t size;
    int64_t value; // bytes done, descriptor, truth
    char *data;    // where bytes go or come from; malloc'ed when owns_data, else kept by the Python side
    struct iovec *vectors; // owned
    int vector_count;
    char *path, *path2; // borrowed while the Op is on the stack; then in the Op's own block
    void *extra;        // owned: struct stat, struct addrinfo list, path text
    double times[2];
    uint64_t started, finished; // monotonic nanoseconds

    // The Python side, touched under the GIL only.
    void *future;                     // owned PyFuture
    void *reactor;                    // borrowed: a reactor outlives what it has under way
    void *path_object, *path2_object; // owned
    void *content;                    // owned: bytes being filled, or the object data belongs to
    void *encoding, *errors;          // owned str or NULL
    void *views;                      // owned array of Py_buffer, vector_count or 1 of them
    int view_count;
    void (*finish)(Op *op); // set for operations a file makes for itself
    void *owner;            // owned: the file
    bool beside;            // counted among the file's others until released
};

enum { INLINE_LIMIT = 256 * 1024 };

static inline bool op_is_retry(int error) { return error == 4 /* EINTR */; }

uint64_t clock_ns(void);

// Close without a word. A function of its own for the thread sanitizer's list of what it gets wrong:
// tools/tsan.supp.
void close_descriptor(int fd);

// run.c: do the operation in this thread, blocking; sets error, value, data, extra.
void op_run(Op *op);
// Close or remove what an undelivered operation has produced.
void op_dispose_result(Op *op);
void free_extra(Op *op);

// fastpath.c: true when the operation has ended without waiting, false when it needs a lane.
bool fast_run(Op *op);
// A regular file opened for reading from cached names only; -1 with errno, EAGAIN: ask a lane.
int fast_open_regular(const char *path, int64_t *size);
// Bytes read at offset from the page cache, or -1 with errno (EAGAIN: not there).
ssize_t fast_pread(int fd, void *data, size_t size, int64_t offset);

// lane.c
typedef struct LaneStats {
    size_t queued, running, limit, queue_limit, peak;
    int threads, idle;
} LaneStats;

typedef enum SubmitResult { SUBMIT_OK, SUBMIT_FULL, SUBMIT_NO_THREAD } SubmitResult;
SubmitResult lane_submit(Op *op);
// Take a queued operation out again; false when it is running or done already.
bool lane_withdraw(Op *op);
void lane_stats(LaneId lane, LaneStats *stats);
void lane_configure(LaneId lane, int threads, size_t queue_limit);
void lane_set_idle_seconds(double seconds);
double lane_idle_seconds(void);
// How often this process has been forked off: what was made under another number belongs to the parent.
unsigned fork_generation(void);
int lanes_prepare(void);

// channel.c: completions on their way from workers to one loop
struct Channel {
    atomic_int references;
    atomic_bool signalled;
    _Atomic(Op *) done;
    int event_fd;
    unsigned generation;
};

Channel *channel_new(void);
void channel_release(Channel *channel);
static inline Channel *channel_share(Channel *channel) {
    atomic_fetch_add(&channel->references, 1);
    return channel;
}
void channel_push(Channel *channel, Op *op);
void channel_signal(Channel *channel);
// Everything completed so far, oldest first.
Op *channel_take(Channel *channel);

#endif
