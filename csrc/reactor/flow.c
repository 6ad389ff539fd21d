/* The threads of a ReactorPool. Each runs a libuv loop; a flow is a state machine on uv_poll handles over
 * descriptors that are its own (libuv aborts on one that somebody else has closed). */
#include "reactor/flow.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <unistd.h>
#include <uv.h>

enum { PIECE = 64 * 1024, TURN_LIMIT = 1024 * 1024 };

/* One direction of a proxy. */
typedef struct Way {
    char data[PIECE];
    size_t start, end;
    int64_t moved;
    bool at_end, finished;
} Way;

struct Flow {
    Flow *next, *previous; // of the thread's incoming, then of its running ones
    FlowThread *thread;
    Op *op; // NULL once it has gone back
    uv_poll_t polls[2];
    int fds[2];
    int poll_count, open_polls;
    Way *ways; // two for a proxy, NULL for a send
    bool ended;
    atomic_bool cancelled;
    atomic_int references; // the thread's and the submitter's
};

struct FlowThread {
    uv_loop_t loop;
    uv_async_t wake;
    pthread_mutex_t lock;
    Flow *incoming;
    Flow *running; // the thread's own
    bool stop;
    atomic_int count;
};

void flow_release(Flow *flow) {
    if (atomic_fetch_sub(&flow->references, 1) != 1) return;
    free(flow->ways);
    free(flow);
}

int flow_count(FlowThread *thread) { return atomic_load(&thread->count); }

static void poll_closed(uv_handle_t *handle) {
    Flow *flow = handle->data;
    FlowThread *thread = flow->thread;
    if (--flow->open_polls > 0) return;
    // The descriptors go only now that libuv has let go of them.
    for (int i = 0; i < 2; i++)
        if (flow->fds[i] >= 0) close_descriptor(flow->fds[i]);
    if (flow->previous != NULL) flow->previous->next = flow->next;
    else thread->running = flow->next;
    if (flow->next != NULL) flow->next->previous = flow->previous;
    atomic_fetch_sub(&thread->count, 1);
    Op *op = flow->op;
    flow->op = NULL;
    flow_release(flow);
    op->finished = clock_ns();
    Channel *channel = op->channel;
    channel_push(channel, op);
    channel_release(channel);
}

static void end_flow(Flow *flow, int error) {
    if (flow->ended) return;
    flow->ended = true;
    flow->op->error = error;
    if (flow->ways != NULL) {
        flow->op->value = flow->ways[0].moved;
        flow->op->offset = flow->ways[1].moved;
    }
    for (int i = 0; i < flow->poll_count; i++) uv_close((uv_handle_t *)&flow->polls[i], poll_closed);
}

/* libuv says "bad descriptor" of one that has an error to tell. */
static int poll_error(uv_poll_t *poll, int status) {
    Flow *flow = poll->data;
    int error = 0;
    socklen_t size = sizeof error;
    if (status != UV_EBADF) return -status;
    if (getsockopt(flow->fds[poll - flow->polls], SOL_SOCKET, SO_ERROR, &error, &size) != 0) return EPIPE;
    return error != 0 ? error : EPIPE;
}

/* Files the kernel cannot send from inside, as those of /proc, go through memory. */
static ssize_t send_some(Flow *flow, off_t offset, size_t size) {
    char data[PIECE];
    ssize_t sent = sendfile(flow->fds[0], flow->fds[1], &offset, size < TURN_LIMIT ? size : TURN_LIMIT);
    if (sent >= 0 || (errno != EINVAL && errno != ENOSYS)) return sent;
    ssize_t got = pread(flow->fds[1], data, size < sizeof data ? size : sizeof data, offset);
    return got <= 0 ? got : send(flow->fds[0], data, (size_t)got, MSG_DONTWAIT | MSG_NOSIGNAL);
}

static void on_send(uv_poll_t *poll, int status, int events) {
    Flow *flow = poll->data;
    Op *op = flow->op;
    size_t turn = 0;
    if (status < 0) {
        end_flow(flow, poll_error(poll, status));
        return;
    }
    while (turn < TURN_LIMIT) {
        size_t left = op->size - (size_t)op->value;
        if (left == 0) {
            end_flow(flow, 0);
            return;
        }
        ssize_t sent = send_some(flow, op->offset + op->value, left);
        if (sent < 0 && errno == EINTR) continue;
        if (sent < 0 && errno == EAGAIN) return;
        if (sent <= 0) {
            end_flow(flow, sent < 0 ? errno : 0);
            return;
        }
        op->value += sent;
        turn += (size_t)sent;
    }
}

/* Moves what can be moved one way; the error, or 0. */
static int move(Way *way, int from, int to) {
    for (size_t turn = 0; turn < TURN_LIMIT && !way->finished;) {
        if (way->start == way->end && !way->at_end) {
            ssize_t got = recv(from, way->data, sizeof way->data, MSG_DONTWAIT);
            if (got < 0 && errno == EINTR) continue;
            if (got < 0) return errno == EAGAIN ? 0 : errno;
            way->start = 0;
            way->end = (size_t)got;
            way->at_end = got == 0;
        }
        if (way->start == way->end && way->at_end) {
            way->finished = true;
            shutdown(to, SHUT_WR);
            return 0;
        }
        ssize_t put = send(to, way->data + way->start, way->end - way->start, MSG_DONTWAIT | MSG_NOSIGNAL);
        if (put < 0 && errno == EINTR) continue;
        if (put < 0) return errno == EAGAIN ? 0 : errno;
        way->start += (size_t)put;
        way->moved += put;
        turn += (size_t)put;
    }
    return 0;
}

static void on_proxy(uv_poll_t *poll, int status, int events);

static void proxy_step(Flow *flow) {
    Way *ways = flow->ways;
    int error = move(&ways[0], flow->fds[0], flow->fds[1]);
    if (error == 0) error = move(&ways[1], flow->fds[1], flow->fds[0]);
    if (error != 0 || (ways[0].finished && ways[1].finished)) {
        end_flow(flow, error);
        return;
    }
    for (int i = 0; i < 2; i++) {
        Way *out = &ways[i], *in = &ways[1 - i]; // out reads this descriptor, in writes it
        int wanted = (!out->at_end && out->start == out->end ? UV_READABLE : 0) |
                     (in->start < in->end ? UV_WRITABLE : 0);
        if (wanted != 0) uv_poll_start(&flow->polls[i], wanted, on_proxy);
        else uv_poll_stop(&flow->polls[i]);
    }
}

static void on_proxy(uv_poll_t *poll, int status, int events) {
    Flow *flow = poll->data;
    if (flow->ended) return;
    if (status < 0) end_flow(flow, poll_error(poll, status));
    else proxy_step(flow);
}

static void begin(FlowThread *thread, Flow *flow) {
    flow->previous = NULL;
    flow->next = thread->running;
    if (thread->running != NULL) thread->running->previous = flow;
    thread->running = flow;
    int wanted = flow->ways ? 2 : 1, error = 0;
    for (int i = 0; i < wanted && error == 0; i++) {
        error = uv_poll_init(&thread->loop, &flow->polls[i], flow->fds[i]);
        if (error != 0) break;
        flow->polls[i].data = flow;
        flow->poll_count = flow->open_polls = i + 1;
    }
    if (flow->poll_count == 0) {
        // Nothing to close: go through the same end by hand.
        flow->ended = true;
        flow->op->error = -error;
        flow->open_polls = 1;
        flow->polls[0].data = flow;
        poll_closed((uv_handle_t *)&flow->polls[0]);
        return;
    }
    if (error != 0) end_flow(flow, -error);
    else if (flow->ways != NULL) proxy_step(flow);
    else if ((error = uv_poll_start(&flow->polls[0], UV_WRITABLE, on_send)) != 0) end_flow(flow, -error);
}

static void on_wake(uv_async_t *async) {
    FlowThread *thread = async->data;
    pthread_mutex_lock(&thread->lock);
    Flow *incoming = thread->incoming;
    bool stop = thread->stop;
    thread->incoming = NULL;
    pthread_mutex_unlock(&thread->lock);
    while (incoming != NULL) {
        Flow *next = incoming->next;
        begin(thread, incoming);
        incoming = next;
    }
    for (Flow *flow = thread->running; flow != NULL; flow = flow->next)
        if (stop || atomic_load(&flow->cancelled)) end_flow(flow, ECANCELED);
    if (stop) uv_close((uv_handle_t *)async, NULL);
}

static void *run_thread(void *argument) {
    FlowThread *thread = argument;
    uv_run(&thread->loop, UV_RUN_DEFAULT);
    uv_loop_close(&thread->loop);
    pthread_mutex_destroy(&thread->lock);
    free(thread);
    return NULL;
}

FlowThread *flow_thread_start(int *error) {
    FlowThread *thread = calloc(1, sizeof *thread);
    pthread_t handle;
    pthread_attr_t attributes;
    sigset_t all, before;
    *error = ENOMEM;
    if (thread == NULL) return NULL;
    *error = -uv_loop_init(&thread->loop);
    if (*error != 0) {
        free(thread);
        return NULL;
    }
    *error = -uv_async_init(&thread->loop, &thread->wake, on_wake);
    thread->wake.data = thread;
    pthread_mutex_init(&thread->lock, NULL);
    if (*error == 0) {
        pthread_attr_init(&attributes);
        pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
        pthread_attr_setstacksize(&attributes, 256 * 1024);
        sigfillset(&all);
        pthread_sigmask(SIG_SETMASK, &all, &before);
        *error = pthread_create(&handle, &attributes, run_thread, thread);
        pthread_sigmask(SIG_SETMASK, &before, NULL);
        pthread_attr_destroy(&attributes);
    }
    if (*error == 0) return thread;
    uv_close((uv_handle_t *)&thread->wake, NULL);
    uv_run(&thread->loop, UV_RUN_DEFAULT);
    uv_loop_close(&thread->loop);
    free(thread);
    return NULL;
}

void flow_thread_stop(FlowThread *thread) {
    pthread_mutex_lock(&thread->lock);
    thread->stop = true;
    // Under the lock: the thread frees itself once it has seen the wish.
    uv_async_send(&thread->wake);
    pthread_mutex_unlock(&thread->lock);
}

Flow *flow_submit(FlowThread *thread, Op *op) {
    Flow *flow = calloc(1, sizeof *flow);
    if (flow == NULL) return NULL;
    flow->thread = thread;
    flow->op = op;
    flow->fds[0] = op->fd;
    flow->fds[1] = op->fd2;
    atomic_init(&flow->references, 2);
    if (op->kind == OP_POOL_PROXY) {
        flow->ways = calloc(2, sizeof *flow->ways);
        if (flow->ways == NULL) {
            free(flow);
            return NULL;
        }
    }
    atomic_fetch_add(&thread->count, 1);
    pthread_mutex_lock(&thread->lock);
    flow->next = thread->incoming;
    thread->incoming = flow;
    uv_async_send(&thread->wake);
    pthread_mutex_unlock(&thread->lock);
    return flow;
}

void flow_cancel(FlowThread *thread, Flow *flow) {
    atomic_store(&flow->cancelled, true);
    uv_async_send(&thread->wake);
}
