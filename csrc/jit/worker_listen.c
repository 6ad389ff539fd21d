/* The listener thread: starts the worker, feeds it, reads what it answers, and watches the clock. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/files.h"
#include "jit/worker_client.h"

#define START_SECONDS  20.0  /* from exec to HELLO */
#define GATHER_SECONDS 0.001 /* an idle worker waits for what comes together with the first job */
#define RETRY_SECONDS  60.0  /* after a worker could not be had */
#define BACKOFF_FIRST  0.05
#define BACKOFF_LAST   5.0
#define LONGEST_WAIT   2.0

enum { MEMORY_LIMIT = 300 << 20, START_ATTEMPTS = 3 };

static void lock(Client *client) { pthread_mutex_lock(&client->lock); }
static void unlock(Client *client) { pthread_mutex_unlock(&client->lock); }

/* --- buffers --- */

static char *buffer_room(Buffer *buffer, size_t length) {
    if (buffer->start == buffer->end) buffer->start = buffer->end = 0;
    if (buffer->start > 0 && buffer->size - buffer->end < length) {
        memmove(buffer->bytes, buffer->bytes + buffer->start, buffer->end - buffer->start);
        buffer->end -= buffer->start, buffer->start = 0;
    }
    if (buffer->size - buffer->end < length) {
        size_t size = buffer->end + length + buffer->size / 2;
        char *bytes = realloc(buffer->bytes, size);
        if (bytes == NULL) return NULL;
        buffer->bytes = bytes, buffer->size = size;
    }
    return buffer->bytes + buffer->end;
}

static bool buffer_add(Buffer *buffer, const void *data, size_t length) {
    char *to = buffer_room(buffer, length);
    if (to == NULL) return false;
    memcpy(to, data, length);
    buffer->end += length;
    return true;
}

static void buffer_free(Buffer *buffer) {
    free(buffer->bytes);
    *buffer = (Buffer){0};
}

/* --- the worker's life --- */

static void set_down(Client *client, double start_at) {
    buffer_free(&client->in);
    buffer_free(&client->out);
    lock(client);
    client->state = WORKER_DOWN;
    client->start_at = start_at;
    client->stats.pid = 0;
    client->stats.memory = 0;
    unlock(client);
}

/* End a worker that has nothing to do; the next one starts when there is work. */
static void retire(Client *client) {
    process_end(&client->process, false);
    folder_remove_if_empty(&client->folder);
    set_down(client, 0);
}

/* No worker can be had for now: everybody is told, and for a while asks in vain. */
static void give_up(Client *client, const char *error) {
    lock(client);
    snprintf(client->stats.error, sizeof client->stats.error, "%s", error);
    client->retry_at = files_now() + RETRY_SECONDS;
    jobs_fail_all(client, "worker_unusable", error);
    unlock(client);
    client->start_failures = 0;
    folder_remove_if_empty(&client->folder);
}

static double backoff(int streak) {
    double seconds = BACKOFF_FIRST;
    for (int i = 1; i < streak && seconds < BACKOFF_LAST; i++) seconds *= 2;
    return seconds < BACKOFF_LAST ? seconds : BACKOFF_LAST;
}

static void start_failed(Client *client, WorkerEnd end) {
    char error[256];
    const char *words = client->process.last_words;
    if (end == ENDED_NOT_STARTED)
        snprintf(error, sizeof error, "the compiler worker %.150s cannot be executed; install dxpy anew",
                 client->program);
    else
        snprintf(error, sizeof error,
                 "the compiler worker ended before it was ready: %.150s; see python -m dxpy doctor",
                 words[0] ? words : "no message");
    if (++client->start_failures >= START_ATTEMPTS || end == ENDED_NOT_STARTED) give_up(client, error);
}

/* The worker is gone, or talks nonsense. */
static void crashed(Client *client) {
    WorkerState state = client->state;
    WorkerEnd end = process_end(&client->process, true);
    lock(client);
    client->stats.crashes++;
    if (state == WORKER_BUSY) jobs_blame_crash(client, client->process.last_words);
    unlock(client);
    set_down(client, files_now() + backoff(++client->crash_streak));
    if (state == WORKER_STARTING) start_failed(client, end);
}

/* What the worker has used of a processor, in seconds; 0: nobody knows. */
static double processor_seconds(const Client *client) {
    clockid_t clock;
    struct timespec used;
    if (client->stats.pid <= 0 || clock_getcpuclockid((pid_t)client->stats.pid, &clock) != 0) return 0;
    if (clock_gettime(clock, &used) < 0) return 0;
    return (double)used.tv_sec + (double)used.tv_nsec * 1e-9;
}

/* A worker that steps back for others is no slower for it: on a busy machine it gets more time, though not
 * for ever. */
static bool was_kept_waiting(Client *client) {
    enum { LONGEST = 10 }; /* times the limit */
    double limit = client->compile_timeout, now = files_now();
    double left = limit - (processor_seconds(client) - client->sent_processor);
    if (client->niceness == 0 || left <= 0 || now - client->sent > LONGEST * limit) return false;
    client->deadline = now + left;
    return true;
}

static void ran_out_of_time(Client *client) {
    if (client->state == WORKER_STARTING) {
        crashed(client);
        return;
    }
    if (was_kept_waiting(client)) return;
    process_end(&client->process, true);
    lock(client);
    client->stats.timeouts++;
    jobs_blame_timeout(client);
    unlock(client);
    set_down(client, 0);
}

static void start(Client *client) {
    char program[WORKER_PATH], cache_dir[WORKER_PATH], temporary[WORKER_PATH], error[256];
    lock(client);
    memcpy(program, client->program, sizeof program);
    memcpy(cache_dir, client->cache_dir, sizeof cache_dir);
    memcpy(temporary, client->temporary, sizeof temporary);
    WorkerProgram worker = {program, cache_dir[0] ? cache_dir : NULL, client->cache_limit, client->niceness};
    client->reconfigured = false;
    client->stats.starts++;
    unlock(client);
    bool folder = client->folder.path[0] && client->folder.user == geteuid() &&
                  faccessat(AT_FDCWD, client->folder.path, W_OK | X_OK, AT_EACCESS) == 0;
    if (!folder) {
        folder_remove(&client->folder);
        folder = folder_make(&client->folder, temporary[0] ? temporary : NULL, error, sizeof error);
    }
    if (!folder || !process_start(&client->process, &worker, &client->folder, error, sizeof error)) {
        set_down(client, files_now() + backoff(++client->start_failures));
        if (client->start_failures >= START_ATTEMPTS) give_up(client, error);
        return;
    }
    client->state = WORKER_STARTING;
    client->deadline = files_now() + START_SECONDS;
}

/* --- requests --- */

/* With the lock held. False: out of memory. */
static bool write_request(Client *client) {
    Job *first = client->batch[0];
    RequestFrame request = {.count = (uint32_t)client->batch_count, .level = first->level};
    memcpy(request.stage, first->stage, sizeof request.stage);
    size_t length = sizeof request;
    for (int i = 0; i < client->batch_count; i++) length += sizeof(UnitFrame) + client->batch[i]->length + 1;
    FrameHeader header = {.type = first->stage[0] ? FRAME_DUMP : FRAME_COMPILE, .length = (uint32_t)length};
    bool written = length < PROTOCOL_FRAME && buffer_add(&client->out, &header, sizeof header) &&
                   buffer_add(&client->out, &request, sizeof request);
    for (int i = 0; i < client->batch_count && written; i++) {
        UnitFrame unit = {.length = client->batch[i]->length};
        memcpy(unit.key, client->batch[i]->key, sizeof client->batch[i]->key);
        written = buffer_add(&client->out, &unit, sizeof unit);
    }
    for (int i = 0; i < client->batch_count && written; i++)
        written = buffer_add(&client->out, client->batch[i]->text, client->batch[i]->length + 1);
    return written;
}

static void send_batch(Client *client) {
    double now = files_now();
    lock(client);
    jobs_take_batch(client, now);
    if (client->batch_count == 0) {
        unlock(client);
        return;
    }
    for (int i = 0; i < client->batch_count; i++) client->batch[i]->sent = now;
    client->stats.batches++;
    client->deadline = now + client->compile_timeout;
    client->sent = now;
    client->sent_processor = processor_seconds(client);
    if (write_request(client)) {
        client->state = WORKER_BUSY;
        client->progress = -1;
    } else {
        buffer_free(&client->out);
        for (int i = 0; i < client->batch_count; i++)
            jobs_fail(client, client->batch[i], "too_large", "the unit does not fit in memory twice");
        client->batch_count = 0;
    }
    unlock(client);
}

static bool flush(Client *client) {
    Buffer *out = &client->out;
    while (out->start < out->end) {
        ssize_t count = send(descriptor_number(&client->process.socket), out->bytes + out->start,
                             out->end - out->start, MSG_NOSIGNAL);
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return errno == EAGAIN;
        out->start += (size_t)count;
    }
    return true;
}

/* --- answers --- */

static bool take_hello(Client *client, const char *payload, size_t length) {
    HelloFrame hello;
    if (length != sizeof hello || client->state != WORKER_STARTING) return false;
    memcpy(&hello, payload, sizeof hello);
    hello.error[sizeof hello.error - 1] = 0;
    if (hello.version != PROTOCOL_VERSION)
        snprintf(hello.error, sizeof hello.error, "%.150s is of another dxpy; install dxpy anew",
                 client->program);
    if (hello.error[0]) {
        process_end(&client->process, true);
        set_down(client, 0);
        give_up(client, hello.error);
        return true;
    }
    lock(client);
    client->stats.pid = hello.pid;
    client->stats.memory = hello.memory;
    client->stats.error[0] = 0;
    client->state = WORKER_IDLE;
    client->start_failures = 0;
    client->idle_since = files_now();
    unlock(client);
    return true;
}

static bool take_progress(Client *client, const char *payload, size_t length) {
    ProgressFrame progress;
    if (length != sizeof progress || client->state != WORKER_BUSY) return false;
    memcpy(&progress, payload, sizeof progress);
    client->progress = progress.unit;
    return true;
}

static bool take_result(Client *client, const char *payload, size_t length) {
    ResultFrame result;
    if (length < sizeof result || client->state != WORKER_BUSY) return false;
    memcpy(&result, payload, sizeof result);
    result.path[sizeof result.path - 1] = result.reason[sizeof result.reason - 1] =
        result.message[sizeof result.message - 1] = 0;
    if (result.text != length - sizeof result) return false;
    char *text = NULL;
    if (result.text) {
        text = malloc(result.text + 1);
        if (text == NULL) return false;
        memcpy(text, payload + sizeof result, result.text);
        text[result.text] = 0;
    }
    lock(client);
    bool expected = result.index < (uint32_t)client->batch_count && client->batch[result.index];
    if (expected) {
        if (result.claimed) jobs_defer(client, client->batch[result.index]);
        else jobs_finish(client, client->batch[result.index], &result, text);
        client->batch[result.index] = NULL;
    }
    unlock(client);
    if (!expected) free(text);
    return expected;
}

static bool take_done(Client *client, const char *payload, size_t length) {
    DoneFrame done;
    if (length != sizeof done || client->state != WORKER_BUSY) return false;
    memcpy(&done, payload, sizeof done);
    lock(client);
    bool complete = true;
    for (int i = 0; i < client->batch_count; i++) complete = complete && client->batch[i] == NULL;
    if (complete) {
        client->batch_count = 0;
        client->state = WORKER_IDLE;
        client->stats.memory = done.memory;
        client->idle_since = files_now();
        client->crash_streak = 0;
        if (done.memory > MEMORY_LIMIT) client->stats.memory_restarts++;
    }
    unlock(client);
    if (complete && done.memory > MEMORY_LIMIT) retire(client);
    return complete;
}

/* False: the worker is gone, or sent what it must not. */
static bool take_frame(Client *client, const FrameHeader *header, const char *payload) {
    switch (header->type) {
    case FRAME_HELLO: return take_hello(client, payload, header->length);
    case FRAME_PROGRESS: return take_progress(client, payload, header->length);
    case FRAME_RESULT: return take_result(client, payload, header->length);
    case FRAME_DONE: return take_done(client, payload, header->length);
    default: return false;
    }
}

static bool take_frames(Client *client) {
    Buffer *in = &client->in;
    FrameHeader header;
    while (in->end - in->start >= sizeof header) {
        memcpy(&header, in->bytes + in->start, sizeof header);
        if (header.length > PROTOCOL_FRAME) return false;
        if (in->end - in->start - sizeof header < header.length) return true;
        const char *payload = in->bytes + in->start + sizeof header;
        in->start += sizeof header + header.length;
        if (!take_frame(client, &header, payload)) return false;
        if (client->state == WORKER_DOWN) return true; /* it was retired, and the buffer with it */
    }
    return true;
}

static bool receive(Client *client) {
    enum { CHUNK = 64 << 10 };
    char *to = buffer_room(&client->in, CHUNK);
    if (to == NULL) return false;
    ssize_t count = recv(descriptor_number(&client->process.socket), to, CHUNK, 0);
    if (count < 0) return errno == EINTR || errno == EAGAIN;
    if (count == 0) return false;
    client->in.end += (size_t)count;
    return take_frames(client);
}

/* --- the loop --- */

/* Forking a process and loading libgccjit is felt in it: not before it has run for a while, or its jobs have
 * waited for long while it did not. With the lock held; when to start. */
static double first_start(const Client *client, double now) {
    enum { TIMES_PATIENCE = 5 };
    struct timespec used;
    if (client->waiters > 0 || client->waiting.head == NULL) return now;
    if (clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used) < 0) return now;
    double left = client->patience - (double)used.tv_sec - (double)used.tv_nsec * 1e-9,
           latest = client->waiting.head->submitted + TIMES_PATIENCE * client->patience;
    if (left <= 0) return now;
    return now + left < latest ? now + left : latest;
}

/* Do what is due; the time at which something will be due next, or 0: only when something happens. */
static double advance(Client *client) {
    double now = files_now();
    lock(client);
    bool work = client->waiting.head != NULL, hurry = client->waiters > 0;
    bool renew = client->reconfigured || (client->state != WORKER_DOWN && client->process.user != geteuid());
    double idle_until = client->idle_since + client->idle_timeout;
    double due = jobs_due(client), patient_until = first_start(client, now);
    unlock(client);
    switch (client->state) {
    case WORKER_DOWN:
        if (!work) return 0;
        if (now < due) return due;
        if (now < patient_until) return patient_until;
        if (now < client->start_at) return client->start_at;
        start(client);
        return now;
    case WORKER_STARTING:
    case WORKER_BUSY:
        if (now < client->deadline) return client->deadline;
        ran_out_of_time(client);
        return now;
    case WORKER_IDLE:
        if (renew || (!work && now >= idle_until)) {
            retire(client);
            return now;
        }
        if (!work) return idle_until;
        if (now < due) return due; /* others compile what is waited for */
        if (now < due + GATHER_SECONDS && !hurry) return due + GATHER_SECONDS;
        send_batch(client);
        return now;
    }
    return 0;
}

/* Where the program has closed one of them. */
static void renew_wake(Client *client) {
    lock(client);
    bool whole = descriptor_number(&client->wake[0]) >= 0 && descriptor_number(&client->wake[1]) >= 0;
    if (!whole && !jobs_open_wake(client)) client->stopping = true;
    unlock(client);
}

/* Wait for a frame, for a wake, or for the time `until` (0: none). Never for long: a program that closes
 * descriptors it did not open takes from us what would wake us. */
static void wait_and_take(Client *client, double until) {
    double seconds = until > 0 ? until - files_now() : LONGEST_WAIT;
    if (seconds > LONGEST_WAIT) seconds = LONGEST_WAIT;
    if (seconds < 0) seconds = 0;
    struct timespec timeout = {.tv_sec = (time_t)seconds};
    timeout.tv_nsec = (long)((seconds - (double)timeout.tv_sec) * 1e9);
    bool sending = client->out.start < client->out.end;
    struct pollfd wanted[2] = {
        {.fd = descriptor_number(&client->wake[0]), .events = POLLIN},
        {.fd = descriptor_number(&client->process.socket), .events = POLLIN | (sending ? POLLOUT : 0)}};
    if (ppoll(wanted, 2, &timeout, NULL) < 0) return;
    char nothing;
    while (wanted[0].revents & POLLIN &&
           recv(descriptor_number(&client->wake[0]), &nothing, sizeof nothing, 0) == 0)
        continue;
    renew_wake(client);
    bool well = client->state == WORKER_DOWN || descriptor_number(&client->process.socket) >= 0;
    if (well && wanted[1].revents & POLLOUT) well = flush(client);
    if (well && wanted[1].revents & (POLLIN | POLLHUP | POLLERR)) well = receive(client);
    if (!well) crashed(client);
}

/* With nothing to do and no worker there need be no listener. With the lock held. */
static bool is_done(const Client *client) {
    return client->stopping ||
           (client->state == WORKER_DOWN && client->waiting.head == NULL && !client->announce);
}

static void stop(Client *client) {
    process_end(&client->process, client->state != WORKER_IDLE);
    folder_remove(&client->folder);
    set_down(client, 0);
}

void *worker_listen(void *argument) {
    Client *client = argument;
    pthread_setname_np(pthread_self(), "dxpy-listener");
    lock(client);
    while (!is_done(client)) {
        bool announce = client->announce;
        void (*notify)(void) = client->notify;
        client->announce = false;
        unlock(client);
        if (announce && notify) notify();
        wait_and_take(client, advance(client));
        lock(client);
    }
    if (client->stopping) {
        unlock(client);
        stop(client);
        lock(client);
    }
    client->listening = client->stopping = false;
    jobs_close_wake(client);
    pthread_cond_broadcast(&client->changed);
    unlock(client);
    return NULL;
}
