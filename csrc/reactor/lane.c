/* The lanes: bounded groups of worker threads, each with a queue of its own. A worker never touches Python,
 * blocks every signal, and is never joined: the process may end while one is stuck in a system call. */
#include "reactor/op.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

/* How much nicer a worker is than the thread that started it: a dozen of them copying what a disk has brought
 * would otherwise keep the loop from the processor for a time slice or more. Of the threads here alone (on
 * Linux the number is a thread's), and more of it needs no privilege. */
enum { WORKER_NICE = 5 };

/* Who awaits one operation after the other comes with the next some tens of microseconds after the last: to
 * sleep meanwhile and be woken takes longer than to look out for it. So long a worker looks out, when the
 * time before was no longer; it lets others have the processor meanwhile. */
enum { LOOKOUT_NANOSECONDS = 60000 };

typedef struct Lane {
    pthread_mutex_t lock;
    pthread_cond_t work;
    Op *head, *tail;
    size_t queued, peak, queue_limit, stack;
    int threads, idle, waking, running, limit;
    uint64_t last_end; // when the last operation ended
    bool busy_lately;  // the last one that came to an empty queue came soon after that
    bool looked_out;   // a worker does, outside the lock: it takes the next operation without being woken
    atomic_bool lookout_ends; // there is an operation for it
} Lane;

#define LANE_START(THREADS, STACK)                                                                           \
    {                                                                                                        \
        .lock = PTHREAD_MUTEX_INITIALIZER, .work = PTHREAD_COND_INITIALIZER, .limit = THREADS,               \
        .stack = STACK, .queue_limit = 4096                                                                  \
    }

/* Process-wide, because threads are: every interpreter and every loop of the process shares them. */
static Lane lanes[LANE_COUNT] = {
    [LANE_FILES] = LANE_START(16, 256 * 1024),
    [LANE_META] = LANE_START(8, 256 * 1024),
    [LANE_DNS] = LANE_START(4, 512 * 1024),
};
static atomic_uint generation; /* one per process: counts forks, looked at by workers without a module */
static _Atomic double idle_seconds = 10.0;          /* one per process, as the worker threads are */
static pthread_once_t prepared = PTHREAD_ONCE_INIT; /* fork handlers are registered once a process */
static int prepare_error;                           /* what that gave */

uint64_t clock_ns(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

unsigned fork_generation(void) { return atomic_load_explicit(&generation, memory_order_relaxed); }

/* In a forked child the workers are gone, a lock may be held by one of them, and what was queued is the
 * parent's. */
static void start_again_in_child(void) {
    for (int i = 0; i < LANE_COUNT; i++) {
        Lane *lane = &lanes[i];
        pthread_mutex_init(&lane->lock, NULL);
        pthread_cond_init(&lane->work, NULL);
        lane->head = lane->tail = NULL;
        lane->queued = lane->peak = 0;
        lane->threads = lane->idle = lane->waking = lane->running = 0;
        lane->looked_out = false;
    }
    atomic_fetch_add(&generation, 1);
}

static void prepare(void) { prepare_error = pthread_atfork(NULL, NULL, start_again_in_child); }

int lanes_prepare(void) {
    pthread_once(&prepared, prepare);
    return prepare_error;
}

static void lane_unlink(Lane *lane, Op *op) {
    if (op->previous != NULL) op->previous->next = op->next;
    else lane->head = op->next;
    if (op->next != NULL) op->next->previous = op->previous;
    else lane->tail = op->previous;
    op->next = op->previous = NULL;
    lane->queued--;
}

/* Until an operation comes or the time is over. */
static void look_out(Lane *lane, uint64_t until) {
    while (!atomic_load_explicit(&lane->lookout_ends, memory_order_relaxed) && clock_ns() < until)
        sched_yield();
}

/* Takes the lane's lock off and on. Whether this worker looks out is decided before anybody hears that the
 * operation has ended: the next one may come at once. */
static void run_one(Lane *lane, Op *op) {
    pthread_mutex_unlock(&lane->lock);
    op_run(op);
    uint64_t end = op->finished = clock_ns();
    Channel *channel = op->channel; // the reference stays with us: op may be gone after the push
    pthread_mutex_lock(&lane->lock);
    lane->running--;
    lane->last_end = end;
    bool looks_out = lane->head == NULL && lane->busy_lately && !lane->looked_out;
    if (looks_out) {
        lane->looked_out = true;
        atomic_store_explicit(&lane->lookout_ends, false, memory_order_relaxed);
    }
    pthread_mutex_unlock(&lane->lock);
    channel_push(channel, op);
    channel_release(channel);
    if (looks_out) look_out(lane, end + LOOKOUT_NANOSECONDS);
    pthread_mutex_lock(&lane->lock);
    if (looks_out) lane->looked_out = false;
}

/* Sleeps until there is work; false when there was none for so long that the thread should end. */
static bool wait_for_work(Lane *lane) {
    int error = 0;
    lane->idle++;
    while (lane->head == NULL && error != ETIMEDOUT && lane->threads <= lane->limit) {
        double seconds = idle_seconds;
        struct timespec until;
        clock_gettime(CLOCK_REALTIME, &until);
        until.tv_sec += (time_t)seconds;
        until.tv_nsec += (long)((seconds - (double)(time_t)seconds) * 1e9);
        if (until.tv_nsec >= 1000000000) until.tv_sec++, until.tv_nsec -= 1000000000;
        error = pthread_cond_timedwait(&lane->work, &lane->lock, &until);
        if (lane->waking > 0) lane->waking--;
    }
    lane->idle--;
    return lane->head != NULL;
}

static void be_nice(void) {
    id_t self = (id_t)syscall(SYS_gettid);
    errno = 0;
    int now = getpriority(PRIO_PROCESS, self);
    if (errno == 0) setpriority(PRIO_PROCESS, self, now + WORKER_NICE);
}

static void *worker(void *argument) {
    Lane *lane = argument;
    be_nice();
    pthread_mutex_lock(&lane->lock);
    for (;;) {
        while (lane->head != NULL) {
            Op *op = lane->head;
            lane_unlink(lane, op);
            op->state = OP_RUNNING;
            lane->running++;
            run_one(lane, op);
        }
        if (!wait_for_work(lane)) break;
    }
    lane->threads--;
    pthread_mutex_unlock(&lane->lock);
    return NULL;
}

static int start_thread(Lane *lane) {
    pthread_attr_t attributes;
    pthread_t thread;
    sigset_t all, before;
    int error = pthread_attr_init(&attributes);
    if (error != 0) return error;
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    pthread_attr_setstacksize(&attributes, lane->stack);
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    error = pthread_create(&thread, &attributes, worker, lane);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    pthread_attr_destroy(&attributes);
    return error;
}

SubmitResult lane_submit(Op *op) {
    Lane *lane = &lanes[op->lane];
    SubmitResult result = SUBMIT_OK;
    pthread_mutex_lock(&lane->lock);
    if (lane->queued >= lane->queue_limit) {
        pthread_mutex_unlock(&lane->lock);
        return SUBMIT_FULL;
    }
    if (lane->queued == 0) lane->busy_lately = op->started < lane->last_end + LOOKOUT_NANOSECONDS;
    op->state = OP_QUEUED;
    op->next = NULL;
    op->previous = lane->tail;
    if (lane->tail != NULL) lane->tail->next = op;
    else lane->head = op;
    lane->tail = op;
    if (++lane->queued > lane->peak) lane->peak = lane->queued;
    bool looked_out = lane->looked_out && lane->queued == 1;
    bool wake = !looked_out && lane->idle > lane->waking;
    if (looked_out) {
        atomic_store_explicit(&lane->lookout_ends, true, memory_order_relaxed);
    } else if (wake) {
        lane->waking++;
    } else if (lane->threads < lane->limit) {
        lane->threads++;
        if (start_thread(lane) != 0 && --lane->threads == 0) {
            lane_unlink(lane, op);
            op->state = OP_NEW;
            result = SUBMIT_NO_THREAD;
        }
    }
    pthread_mutex_unlock(&lane->lock);
    if (wake) pthread_cond_signal(&lane->work); // outside the lock, which the woken takes at once
    return result;
}

bool lane_withdraw(Op *op) {
    Lane *lane = &lanes[op->lane];
    pthread_mutex_lock(&lane->lock);
    bool queued = op->state == OP_QUEUED;
    if (queued) {
        lane_unlink(lane, op);
        op->state = OP_NEW;
    }
    pthread_mutex_unlock(&lane->lock);
    return queued;
}

void lane_stats(LaneId id, LaneStats *stats) {
    Lane *lane = &lanes[id];
    pthread_mutex_lock(&lane->lock);
    stats->queued = lane->queued;
    stats->running = (size_t)lane->running;
    stats->limit = (size_t)lane->limit;
    stats->queue_limit = lane->queue_limit;
    stats->peak = lane->peak;
    stats->threads = lane->threads;
    stats->idle = lane->idle;
    pthread_mutex_unlock(&lane->lock);
}

void lane_configure(LaneId id, int threads, size_t queue_limit) {
    Lane *lane = &lanes[id];
    pthread_mutex_lock(&lane->lock);
    if (threads > 0) lane->limit = threads;
    if (queue_limit > 0) lane->queue_limit = queue_limit;
    pthread_mutex_unlock(&lane->lock);
}

void lane_set_idle_seconds(double seconds) {
    idle_seconds = seconds;
    for (int i = 0; i < LANE_COUNT; i++) {
        pthread_mutex_lock(&lanes[i].lock);
        pthread_cond_broadcast(&lanes[i].work);
        pthread_mutex_unlock(&lanes[i].lock);
    }
}

double lane_idle_seconds(void) { return idle_seconds; }
