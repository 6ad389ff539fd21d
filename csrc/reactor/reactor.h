/* The Python side of the reactor: module state, futures, reactors. */
#ifndef DXPY_REACTOR_REACTOR_H
#define DXPY_REACTOR_REACTOR_H

#include "reactor/op.h"
#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <uv.h>

enum { BUFFER_POOL = 32, BUFFER_POOL_SIZE = 1 << 20 };
#ifdef __SANITIZE_ADDRESS__ // which is to see what is gone
enum { FREE_FUTURES = 0 };
#else
enum { FREE_FUTURES = 64 };
#endif
enum { LATENCY_BUCKETS = 24 }; // bucket i: up to 2^i microseconds

typedef struct OpStats {
    uint64_t submitted, inlined, queued, completed, cancelled, errors;
    uint64_t latency[LATENCY_BUCKETS];
} OpStats;

typedef struct Reactor Reactor;
typedef struct PyFuture PyFuture;
typedef struct ParamList ParamList;

typedef struct State {
    PyTypeObject *future_type, *reactor_type, *file_type, *line_type, *buffer_type, *stream_type,
        *server_type, *watcher_type, *pool_type;
    PyObject *get_running_loop; // asyncio's own
    bool looks_at_loop;         // running_loop_look tells the same, but for forks
    PyObject *fallback_reactor; // called when no asyncio loop runs: trio's adapter; or NULL
    PyObject *reactors;         // dict: id(loop) -> Reactor
    PyObject *last_loop;        // borrowed: cleared when that loop goes
    Reactor *last_reactor;      // borrowed from reactors
    Reactor *leaving;           // closed reactors that workers still have operations of; each owned
    PyObject *loop_hook;       // called once for each new asyncio reactor, to close it with its loop; or NULL
    PyObject *errors_by_errno; // dict: errno -> class
    PyObject *io_error, *dns_error, *not_initialized, *submit_failed; // classes
    PyObject *cancelled_error, *invalid_state_error;
    PyTypeObject *stat_result;
    PyObject *decoder_class;           // io.IncrementalNewlineDecoder
    PyObject *get_incremental_decoder; // codecs.getincrementaldecoder
    PyObject *names[64];               // interned, see NAME
    ParamList *params[OP_COUNT];
    OpStats stats[OP_COUNT];
    struct {
        char *data; // owned
        Py_ssize_t size;
    } pool[BUFFER_POOL]; // memory of released IoBuffers
    int pooled;
    PyFuture *free_futures[FREE_FUTURES]; // memory of futures that are gone, for the next ones
    int free_future_count;
    bool raise_when_full;
    uint64_t last_id;
    long live_ops; // heap operations, for tests of leaks
} State;

typedef enum Name {
    NAME_CALL_SOON,
    NAME_CONTEXT,
    NAME_CALL_EXCEPTION_HANDLER,
    NAME_ADD_READER,
    NAME_REMOVE_READER,
    NAME_DRAIN,
    NAME_TURN,
    NAME_GET_DEBUG,
    NAME_IS_CLOSED,
    NAME_MESSAGE,
    NAME_EXCEPTION,
    NAME_FUTURE,
    NAME_SOURCE_TRACEBACK,
    NAME_CALLBACK,
    NAME_BYTES_WRITTEN,
    NAME_RELEASE,
    NAME_DECODE,
    NAME_RESET,
    NAME_AWAIT_FUTURE,
    NAME_CALL_LATER,
    NAME_RETRY,
    NAME_RUNNING_LOOP,
    NAME_COUNT
} Name;

extern struct PyModuleDef reactor_module;
State *state_of_type(PyTypeObject *type);
static inline State *state_of_module(PyObject *module) { return PyModule_GetState(module); }

// future.c

typedef enum FutureState { FUTURE_PENDING, FUTURE_CANCELLED, FUTURE_FINISHED } FutureState;
typedef enum CancelAnswer { CANCELLED_NOW, CANCELLED_LATER, CANCEL_REFUSED } CancelAnswer;

struct PyFuture {
    PyObject_HEAD State *state; // borrowed: the type keeps the module
    PyObject *loop;             // owned
    PyObject *callback;         // owned: the first callback, with its context; NULL when there is none
    PyObject *context;
    PyObject *more;           // owned list of (callback, context), the ones after the first; or NULL
    PyObject *result;         // owned
    PyObject *exception;      // owned
    PyObject *traceback;      // owned: the exception's when it was set
    PyObject *cancel_message; // owned
    PyObject *source_traceback;
    PyObject *weakrefs;
    void *source; // what will complete it (an Op, a file's or stream's request): borrowed
    CancelAnswer (*cancel_source)(PyFuture *future);
    PyObject *owner;      // owned, while it waits in libuv's hands: keeps a stream that is being read
    Op *undelivered;      // owned: an operation whose result must be disposed of when nobody takes it
    PyFuture *ready_next; // in its reactor's list of futures to be woken
    uint64_t id;
    uint8_t status; // FutureState
    bool blocking;
    bool log_exception;
    bool cancel_wanted;
    bool passed_over; // the next result() is a cancelled task's, which drops it
};

PyFuture *future_new(State *state, PyObject *loop);
// Complete without waking anybody; the caller wakes. A wish to cancel made meanwhile wins.
void future_settle_steal(PyFuture *future, PyObject *result); // result NULL: the exception that is set
bool future_is_pending(const PyFuture *future);
// Call the callbacks here and now; -1 with KeyboardInterrupt or SystemExit set, when one raised that.
int future_wake(PyFuture *future);
int future_schedule_callbacks(PyFuture *future);
PyObject *future_cancel(PyFuture *future, PyObject *message);
int future_need_loop(PyFuture *future); // -1 with an exception when it was never initialised
PyObject *future_add_done_callback(PyFuture *future, PyObject *const *arguments, Py_ssize_t count,
                                   PyObject *names);
PyObject *future_remove_done_callback(PyFuture *future, PyObject *callback);
void futures_free(State *state); // what was kept for the next ones
extern PyType_Spec future_spec;

// reactor.c

typedef struct OpQueue {
    Op *head, *tail;
} OpQueue;

// What one turn may take before the rest is left to the next, so that timers and sockets get theirs.
enum { INLINE_BUDGET = 64, TURN_NANOSECONDS = 2000000 };

struct Reactor {
    PyObject_HEAD State *state;
    PyObject *loop_ref; // owned weak reference (or, for a loop that has none, the loop)
    PyObject *weakrefs;
    PyObject *guard;  // owned: what closes this reactor when the loop shuts down
    Channel *channel; // NULL before the first operation that leaves the thread
    bool attached;    // channel's descriptor is in the loop
    bool closed;
    bool turn_scheduled; // call_soon(_turn) is on its way
    bool draining;       // in the loop's hands: what becomes ready is woken at the end of this turn
    bool waking;
    unsigned long thread; // the loop's thread; 0 before it is known
    unsigned generation;
    int budget; // what may still be done inline before the loop has its turn
    Op *first;  // under way: queued, running, waiting or deferred
    size_t pending;
    OpQueue waiting[LANE_COUNT]; // found their lane's queue full
    OpQueue deferred;            // found the budget used up
    Op *arrived;                 // taken from the channel, oldest first, and not finished yet
    uint64_t turn_end;           // when this turn has taken its time
    size_t in_lanes;
    bool retry_scheduled;
    PyFuture *ready_head, *ready_tail; // owned references, settled and to be woken
    Reactor *leaving_next;
    struct UvHost *uv; // libuv's loop inside this one, when something needs it
};

Reactor *reactor_current(State *state); // borrowed; NULL with an exception
int reactor_check(Reactor *reactor);    // the right thread, not closed, not forked; -1 with an exception
// The same, and its loop is the one that runs; in_loop: RuntimeError when none does. what: whose the loop is.
int reactor_check_here(Reactor *reactor, const char *what, bool in_loop);
PyObject *reactor_loop(Reactor *reactor); // new reference
// Do it inline or send it on its way; op is on the caller's stack and its owned members are taken.
PyObject *reactor_submit_steal(Reactor *reactor, Op *op);
// The same for an operation a file makes for itself: 1 ended inline (op holds the outcome), 0 under way, -1
// error.
int reactor_start(Reactor *reactor, Op *op, bool try_inline);
void reactor_ready(Reactor *reactor, PyFuture *future); // settled: wake it with the others
int reactor_schedule_turn(Reactor *reactor);
int reactor_attach(Reactor *reactor);
PyObject *reactor_turn(Reactor *reactor, PyObject *unused);
PyObject *reactor_drain(Reactor *reactor, PyObject *unused);
PyObject *reactor_retry(Reactor *reactor, PyObject *unused);
PyObject *reactor_call_loop(Reactor *reactor, Name method, PyObject *first, PyObject *second);
void reactor_begin_turn(Reactor *reactor);
void reactor_collect(Reactor *reactor); // finish what workers have completed, until the turn's end
int reactor_wake(Reactor *reactor);     // wake the settled; -1 with KeyboardInterrupt or SystemExit
// Take back what has not begun; false when it runs or has ended.
bool reactor_withdraw(Reactor *reactor, Op *op);
CancelAnswer reactor_cancel_op(PyFuture *future);
void reactor_close(Reactor *reactor);
// A reactor whose loop was closed without its knowledge is closed now.
void reactor_notice_end(Reactor *reactor);
void reactors_sweep(State *state);
void reactor_spend(Reactor *reactor, int64_t bytes);     // takes from the budget
Reactor *reactor_for_loop(State *state, PyObject *loop); // borrowed
// For an operation that is not the lanes': its future, woken when the operation comes through the channel.
PyFuture *reactor_expect(Reactor *reactor, Op *op,
                         CancelAnswer (*cancel)(PyFuture *)); // op is released on error
void reactor_forget(Reactor *reactor, Op *op);  // one that could not be started after all; freed
void reactor_deliver(Reactor *reactor, Op *op); // settle the future of one that has ended; frees it
void finish_op(Reactor *reactor, Op *op); // one that has ended: settle its future or hand it to its file
void count_latency(OpStats *stats, uint64_t nanoseconds);
extern PyType_Spec reactor_spec;

// op.c
#define OP_EMPTY(KIND)                                                                                       \
    { .kind = KIND, .fd = KIND == OP_READ_FILE ? -1 : 0, .size = KIND == OP_READ_FILE ? SIZE_MAX : 0 }
Op *op_to_heap(State *state,
               Op *op); // copies, takes the owned members; NULL with MemoryError (members released)
void op_release(State *state, Op *op); // the owned members of an operation on the stack
void op_free(State *state, Op *op);    // releases and frees one on the heap

// params.c
int params_init(State *state);
void params_free(State *state);
int params_parse(State *state, Op *op, PyObject *const *arguments, Py_ssize_t count, PyObject *names);
PyObject *params_signature(State *state, OpKind kind);

// result.c
PyObject *op_result_steal(State *state, Op *op); // new reference, or NULL with the operation's error set
PyObject *make_os_error(State *state, int error, PyObject *path, PyObject *path2);
void raise_os_error(State *state, int error, PyObject *path, PyObject *path2);
PyObject *make_stat_result(State *state, const void *status);

// start.c: operations whose inline part needs Python objects; 1 ended, 0 to a lane, -1 exception
int start_inline(State *state, Op *op);

// uvhost.c
void uvhost_close(Reactor *reactor);

// file.c and others
extern PyType_Spec file_spec, line_spec, buffer_spec, stream_spec, server_spec, watcher_spec, pool_spec;

#endif
