/* A reactor joins the lanes to one event loop: it starts operations inline or in a lane, takes completions in
 * batches, and wakes the tasks that wait for them. */
#include "reactor/uvhost.h"

#include <errno.h>
#include <unistd.h>

static void queue_push(OpQueue *queue, Op *op, OpPlace place) {
    op->place = place;
    op->next = NULL;
    op->previous = queue->tail;
    if (queue->tail != NULL) queue->tail->next = op;
    else queue->head = op;
    queue->tail = op;
}

static void queue_unlink(OpQueue *queue, Op *op) {
    if (op->previous != NULL) op->previous->next = op->next;
    else queue->head = op->next;
    if (op->next != NULL) op->next->previous = op->previous;
    else queue->tail = op->previous;
    op->next = op->previous = NULL;
    op->place = PLACE_NONE;
}

static void own_op(Reactor *reactor, Op *op) {
    op->reactor = reactor;
    op->reactor_prev = NULL;
    op->reactor_next = reactor->first;
    if (reactor->first != NULL) reactor->first->reactor_prev = op;
    reactor->first = op;
    reactor->pending++;
}

static void disown_op(Reactor *reactor, Op *op) {
    if (op->reactor_prev != NULL) op->reactor_prev->reactor_next = op->reactor_next;
    else reactor->first = op->reactor_next;
    if (op->reactor_next != NULL) op->reactor_next->reactor_prev = op->reactor_prev;
    reactor->pending--;
}

/* statistics */

void count_latency(OpStats *stats, uint64_t nanoseconds) {
    uint64_t rest = nanoseconds / 1000;
    int bucket = rest == 0 ? 0 : 64 - __builtin_clzll(rest);
    stats->latency[bucket < LATENCY_BUCKETS ? bucket : LATENCY_BUCKETS - 1]++;
}

static void count_end(State *state, Op *op, bool cancelled) {
    OpStats *stats = &state->stats[op->kind];
    if (cancelled) {
        stats->cancelled++;
        return;
    }
    stats->completed++;
    if (op->error != 0) stats->errors++;
    count_latency(stats, op->finished - op->started);
}

void reactor_spend(Reactor *reactor, int64_t bytes) { reactor->budget -= 1 + (int)(bytes >> 13); }

/* the loop */

PyObject *reactor_loop(Reactor *reactor) {
    PyObject *loop =
        PyWeakref_CheckRef(reactor->loop_ref) ? PyWeakref_GET_OBJECT(reactor->loop_ref) : reactor->loop_ref;
    if (loop != Py_None) return Py_NewRef(loop);
    PyErr_SetString(PyExc_RuntimeError, "the event loop of this reactor is gone");
    return NULL;
}

PyObject *reactor_call_loop(Reactor *reactor, Name method, PyObject *first, PyObject *second) {
    PyObject *loop = reactor_loop(reactor);
    if (loop == NULL) return NULL;
    PyObject *result = PyObject_CallMethodObjArgs(loop, reactor->state->names[method], first, second, NULL);
    Py_DECREF(loop);
    return result;
}

static int schedule(Reactor *reactor, Name method, Name own, double delay) {
    PyObject *bound = PyObject_GetAttr((PyObject *)reactor, reactor->state->names[own]);
    PyObject *seconds = method == NAME_CALL_LATER ? PyFloat_FromDouble(delay) : NULL;
    PyObject *handle = NULL;
    if (bound != NULL)
        handle = seconds ? reactor_call_loop(reactor, method, seconds, bound)
                         : reactor_call_loop(reactor, method, bound, NULL);
    Py_XDECREF(seconds);
    Py_XDECREF(bound);
    Py_XDECREF(handle);
    return handle == NULL ? -1 : 0;
}

int reactor_schedule_turn(Reactor *reactor) {
    if (reactor->turn_scheduled) return 0;
    if (schedule(reactor, NAME_CALL_SOON, NAME_TURN, 0) < 0) return -1;
    reactor->turn_scheduled = true;
    return 0;
}

int reactor_attach(Reactor *reactor) {
    if (reactor->attached) return 0;
    if (reactor->channel == NULL) reactor->channel = channel_new();
    if (reactor->channel == NULL) {
        raise_os_error(reactor->state, errno, NULL, NULL);
        return -1;
    }
    PyObject *fd = PyLong_FromLong(reactor->channel->event_fd);
    PyObject *bound = PyObject_GetAttr((PyObject *)reactor, reactor->state->names[NAME_DRAIN]);
    PyObject *done = fd && bound ? reactor_call_loop(reactor, NAME_ADD_READER, fd, bound) : NULL;
    Py_XDECREF(fd);
    Py_XDECREF(bound);
    if (done == NULL) {
        channel_release(reactor->channel);
        reactor->channel = NULL;
        return -1;
    }
    Py_DECREF(done);
    reactor->attached = true;
    if (reactor->state->loop_hook == NULL || reactor->guard != NULL) return 0;
    PyObject *loop = reactor_loop(reactor);
    if (loop == NULL) return -1;
    reactor->guard = PyObject_CallFunctionObjArgs(reactor->state->loop_hook, loop, reactor, NULL);
    Py_DECREF(loop);
    return reactor->guard == NULL ? -1 : 0;
}

int reactor_check(Reactor *reactor) {
    if (reactor->closed) {
        PyErr_SetString(reactor->state->not_initialized, "the reactor is closed");
        return -1;
    }
    if (reactor->generation != fork_generation()) {
        PyErr_SetString(PyExc_RuntimeError, "this reactor belongs to the process this one was forked from");
        return -1;
    }
    unsigned long thread = PyThread_get_thread_ident();
    if (reactor->thread == 0) reactor->thread = thread;
    if (reactor->thread == thread) return 0;
    PyErr_Format(PyExc_RuntimeError,
                 "the reactor belongs to the loop of thread %lu and was used from thread %lu",
                 reactor->thread, thread);
    return -1;
}

/* waking */

void reactor_ready(Reactor *reactor, PyFuture *future) {
    if (future->callback == NULL && future->more == NULL) return;
    if (reactor->closed) {
        // It has no more turns: through the loop, when that can still be asked.
        if (future_schedule_callbacks(future) < 0) PyErr_Clear();
        return;
    }
    Py_INCREF(future);
    future->ready_next = NULL;
    if (reactor->ready_tail != NULL) reactor->ready_tail->ready_next = future;
    else reactor->ready_head = future;
    reactor->ready_tail = future;
    if (!reactor->draining && !reactor->waking && reactor_schedule_turn(reactor) < 0)
        PyErr_WriteUnraisable((PyObject *)reactor);
}

void reactor_begin_turn(Reactor *reactor) {
    reactor->budget = INLINE_BUDGET;
    reactor->turn_end = clock_ns() + TURN_NANOSECONDS;
}

static bool turn_is_over(Reactor *reactor) { return clock_ns() >= reactor->turn_end; }

int reactor_wake(Reactor *reactor) {
    int result = 0;
    if (reactor->waking) return 0;
    reactor->waking = true;
    for (bool first = true; result == 0 && reactor->ready_head != NULL && (first || !turn_is_over(reactor));
         first = false) {
        PyFuture *future = reactor->ready_head;
        reactor->ready_head = future->ready_next;
        if (reactor->ready_head == NULL) reactor->ready_tail = NULL;
        future->ready_next = NULL;
        result = future_wake(future);
        Py_DECREF(future);
    }
    reactor->waking = false;
    if (reactor->ready_head == NULL || reactor->closed) return result;
    PyObject *type, *value, *traceback;
    PyErr_Fetch(&type, &value, &traceback);
    int scheduled = reactor_schedule_turn(reactor);
    if (result < 0) {
        if (scheduled < 0) PyErr_WriteUnraisable((PyObject *)reactor);
        PyErr_Restore(type, value, traceback);
    }
    return result < 0 ? result : scheduled;
}

void finish_op(Reactor *reactor, Op *op) {
    State *state = reactor->state;
    op->state = OP_DONE;
    op->place = PLACE_NONE;
    disown_op(reactor, op);
    count_end(state, op, op->abandoned || op->cancel_wanted);
    if (op->finish != NULL) op->finish(op);
    else reactor_deliver(reactor, op);
}

void reactor_deliver(Reactor *reactor, Op *op) {
    State *state = reactor->state;
    PyFuture *future = op->future;
    if (op->abandoned || op->cancel_wanted) op_dispose_result(op);
    if (op->abandoned) {
        op_free(state, op);
        return;
    }
    op->future = NULL;
    future_settle_steal(future, op->cancel_wanted ? NULL : op_result_steal(state, op));
    reactor_ready(reactor, future);
    bool keep = op->error == 0 && !op->cancel_wanted && future->exception == NULL &&
                (op->kind == OP_OPEN_FD || op->kind == OP_MKSTEMP_AT || op->kind == OP_MKDTEMP_AT);
    if (keep) future->undelivered = op;
    else op_free(state, op);
    Py_DECREF(future);
}

/* sending */

static void drop_op(Reactor *reactor, Op *op) {
    if (op->opened && op->fd >= 0) close_descriptor(op->fd);
    disown_op(reactor, op);
    op_free(reactor->state, op);
}

/* 0, or -1 with an exception: then the operation is still the caller's. */
static int send_to_lane(Reactor *reactor, Op *op) {
    State *state = reactor->state;
    if (reactor_attach(reactor) < 0) return -1;
    op->channel = channel_share(reactor->channel);
    op->place = PLACE_LANE;
    SubmitResult result = lane_submit(op);
    if (result == SUBMIT_OK) {
        reactor->in_lanes++;
        state->stats[op->kind].queued++;
        return 0;
    }
    channel_release(op->channel);
    op->channel = NULL;
    op->place = PLACE_NONE;
    if (result == SUBMIT_FULL && !state->raise_when_full) {
        queue_push(&reactor->waiting[op->lane], op, PLACE_WAITING);
        // Completions make room, but so do workers that take an operation on which they hang.
        if (reactor->retry_scheduled) return 0;
        if (schedule(reactor, NAME_CALL_LATER, NAME_RETRY, 0.01) < 0) {
            queue_unlink(&reactor->waiting[op->lane], op);
            return -1;
        }
        reactor->retry_scheduled = true;
        return 0;
    }
    PyErr_Format(state->submit_failed,
                 result == SUBMIT_FULL ? "%s: the queue of lane %s is full"
                                       : "%s: no thread can be started for lane %s",
                 op_table[op->kind].name, lane_names[op->lane]);
    return -1;
}

/* An operation that cannot be sent any more ends with the exception that is set. */
static void fail_op(Reactor *reactor, Op *op) {
    PyFuture *future = op->future;
    op->future = NULL;
    if (op->finish != NULL) {
        PyErr_Clear();
        op->error = EAGAIN;
        op->finished = op->started;
        finish_op(reactor, op);
        return;
    }
    future_settle_steal(future, NULL);
    reactor_ready(reactor, future);
    Py_DECREF(future);
    drop_op(reactor, op);
}

static void refill_lanes(Reactor *reactor) {
    for (int lane = 0; lane < LANE_COUNT; lane++) {
        Op *op;
        while ((op = reactor->waiting[lane].head) != NULL) {
            queue_unlink(&reactor->waiting[lane], op);
            Op *last = reactor->waiting[lane].tail;
            if (send_to_lane(reactor, op) < 0) fail_op(reactor, op);
            if (reactor->waiting[lane].tail == last) continue;
            // Still full: it went to the end, and comes first again.
            queue_unlink(&reactor->waiting[lane], op);
            op->place = PLACE_WAITING;
            op->next = reactor->waiting[lane].head;
            if (op->next != NULL) op->next->previous = op;
            else reactor->waiting[lane].tail = op;
            reactor->waiting[lane].head = op;
            break;
        }
    }
}

bool reactor_withdraw(Reactor *reactor, Op *op) {
    if (op->place == PLACE_DEFERRED) {
        queue_unlink(&reactor->deferred, op);
    } else if (op->place == PLACE_WAITING) {
        queue_unlink(&reactor->waiting[op->lane], op);
    } else if (op->place == PLACE_LANE && lane_withdraw(op)) {
        channel_release(op->channel);
        reactor->in_lanes--;
    } else {
        return false;
    }
    return true;
}

CancelAnswer reactor_cancel_op(PyFuture *future) {
    Op *op = future->source;
    Reactor *reactor = op->reactor;
    State *state = reactor->state;
    if (reactor_withdraw(reactor, op)) {
        state->stats[op->kind].cancelled++;
        drop_op(reactor, op);
        return CANCELLED_NOW;
    }
    bool nothing_begun = atomic_exchange(&op->peer, PEER_GIVEN_UP) == PEER_AWAITED;
    if (op_table[op->kind].cancel == CANCEL_WAIT && !nothing_begun) {
        op->cancel_wanted = true;
        return CANCELLED_LATER;
    }
    op->abandoned = true;
    Py_CLEAR(op->future);
    return CANCELLED_NOW;
}

static PyObject *ended_inline_steal(Reactor *reactor, Op *op) {
    State *state = reactor->state;
    PyObject *loop = reactor_loop(reactor);
    PyFuture *future = loop ? future_new(state, loop) : NULL;
    Py_XDECREF(loop);
    op->state = OP_DONE;
    op->finished = clock_ns();
    count_end(state, op, false);
    state->stats[op->kind].inlined++;
    reactor_spend(reactor, op->value);
    if (future != NULL) {
        future_settle_steal(future, op_result_steal(state, op));
        if (op->kind == OP_OPEN_FD && op->error == 0) {
            future->undelivered = op_to_heap(state, op);
            if (future->undelivered == NULL) Py_CLEAR(future);
            return (PyObject *)future;
        }
    } else {
        op_dispose_result(op);
    }
    op_release(state, op);
    return (PyObject *)future;
}

PyObject *reactor_submit_steal(Reactor *reactor, Op *op) {
    State *state = reactor->state;
    const OpInfo *info = &op_table[op->kind];
    op->lane = info->lane;
    op->started = clock_ns();
    state->stats[op->kind].submitted++;
    bool defer = info->inlines && (reactor->budget <= 0 || reactor->deferred.head != NULL);
    if (info->inlines && !defer) {
        int ended = start_inline(state, op);
        if (ended > 0) return ended_inline_steal(reactor, op);
        if (ended < 0) {
            op_release(state, op);
            return NULL;
        }
    }
    PyObject *loop = reactor_loop(reactor);
    PyFuture *future = loop ? future_new(state, loop) : NULL;
    Py_XDECREF(loop);
    int fd = op->opened ? op->fd : -1;
    if (future == NULL) op_release(state, op);
    Op *heap = future ? op_to_heap(state, op) : NULL;
    if (heap == NULL) {
        if (fd >= 0) close_descriptor(fd);
        Py_XDECREF(future);
        return NULL;
    }
    heap->future = Py_NewRef(future);
    future->source = heap;
    future->cancel_source = reactor_cancel_op;
    own_op(reactor, heap);
    if (defer) queue_push(&reactor->deferred, heap, PLACE_DEFERRED);
    if ((defer ? reactor_schedule_turn(reactor) : send_to_lane(reactor, heap)) == 0)
        return (PyObject *)future;
    if (defer) queue_unlink(&reactor->deferred, heap);
    future->source = NULL;
    future->cancel_source = NULL;
    drop_op(reactor, heap);
    Py_DECREF(future);
    return NULL;
}

PyFuture *reactor_expect(Reactor *reactor, Op *op, CancelAnswer (*cancel)(PyFuture *)) {
    PyObject *loop = reactor_attach(reactor) < 0 ? NULL : reactor_loop(reactor);
    PyFuture *future = loop ? future_new(reactor->state, loop) : NULL;
    Py_XDECREF(loop);
    if (future == NULL) {
        op_free(reactor->state, op);
        return NULL;
    }
    op->future = Py_NewRef(future);
    op->channel = channel_share(reactor->channel);
    op->place = PLACE_LANE;
    future->source = op;
    future->cancel_source = cancel;
    own_op(reactor, op);
    reactor->in_lanes++;
    reactor->state->stats[op->kind].submitted++;
    reactor->state->stats[op->kind].queued++;
    return future;
}

void reactor_forget(Reactor *reactor, Op *op) {
    PyFuture *future = op->future;
    future->source = NULL;
    channel_release(op->channel);
    reactor->in_lanes--;
    drop_op(reactor, op);
}

int reactor_start(Reactor *reactor, Op *op, bool try_inline) {
    State *state = reactor->state;
    op->lane = op_table[op->kind].lane;
    op->started = clock_ns();
    state->stats[op->kind].submitted++;
    if (try_inline && fast_run(op)) {
        op->finished = clock_ns();
        op->state = OP_DONE;
        count_end(state, op, false);
        state->stats[op->kind].inlined++;
        reactor_spend(reactor, op->value);
        return 1;
    }
    Op *heap = op_to_heap(state, op);
    if (heap == NULL) return -1;
    own_op(reactor, heap);
    if (send_to_lane(reactor, heap) == 0) return 0;
    drop_op(reactor, heap);
    return -1;
}

/* turns */

static void run_deferred(Reactor *reactor) {
    Op *op;
    while ((op = reactor->deferred.head) != NULL && reactor->budget > 0) {
        queue_unlink(&reactor->deferred, op);
        int ended = start_inline(reactor->state, op);
        if (ended > 0) {
            op->finished = clock_ns();
            reactor->state->stats[op->kind].inlined++;
            reactor_spend(reactor, op->value);
            finish_op(reactor, op);
        } else if (ended < 0 || send_to_lane(reactor, op) < 0) {
            fail_op(reactor, op);
        }
    }
}

static void take_arrived(Reactor *reactor) {
    Op **link = &reactor->arrived;
    while (*link != NULL) link = &(*link)->next;
    *link = channel_take(reactor->channel);
}

void reactor_collect(Reactor *reactor) {
    Op *op;
    if (reactor->channel == NULL || reactor->generation != fork_generation()) return;
    take_arrived(reactor);
    while ((op = reactor->arrived) != NULL) {
        reactor->arrived = op->next;
        op->next = NULL;
        reactor->in_lanes--;
        finish_op(reactor, op);
        if (!reactor->closed && turn_is_over(reactor)) break;
    }
}

/* The loop's call: finish what has ended and begin what was deferred, then wake whom that concerns. What does
 * not fit into the turn is left to the next. */
static PyObject *take_turn(Reactor *reactor, void (*more)(Reactor *)) {
    int result = 0;
    Py_INCREF(reactor);
    reactor_begin_turn(reactor);
    if (!reactor->closed) {
        reactor->draining = true;
        reactor_collect(reactor);
        more(reactor);
        reactor->draining = false;
        if (reactor->deferred.head != NULL || reactor->arrived != NULL)
            result = reactor_schedule_turn(reactor);
    }
    if (result == 0) result = reactor_wake(reactor);
    Py_DECREF(reactor);
    if (result < 0) return NULL;
    Py_RETURN_NONE;
}

PyObject *reactor_drain(Reactor *reactor, PyObject *unused) { return take_turn(reactor, refill_lanes); }

static void run_turn(Reactor *reactor) {
    if (reactor->uv != NULL && reactor->uv->kick) uvhost_run(reactor);
    run_deferred(reactor);
}

PyObject *reactor_turn(Reactor *reactor, PyObject *unused) {
    reactor->turn_scheduled = false;
    return take_turn(reactor, run_turn);
}

PyObject *reactor_retry(Reactor *reactor, PyObject *unused) {
    reactor->retry_scheduled = false;
    if (reactor->closed) Py_RETURN_NONE;
    reactor_begin_turn(reactor);
    refill_lanes(reactor);
    int result = reactor_wake(reactor);
    for (int lane = 0; result == 0 && lane < LANE_COUNT; lane++) {
        if (reactor->waiting[lane].head == NULL || reactor->retry_scheduled) continue;
        result = schedule(reactor, NAME_CALL_LATER, NAME_RETRY, 0.01);
        reactor->retry_scheduled = result == 0;
    }
    if (result < 0) return NULL;
    Py_RETURN_NONE;
}
