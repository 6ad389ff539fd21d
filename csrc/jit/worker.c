/* What the rest of jit/ calls: settings, submit, take, stop; and the process's forks. */
#define _GNU_SOURCE
#include "jit/worker.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/files.h"
#include "jit/worker_client.h"

Client worker_client = {
    .lock = PTHREAD_MUTEX_INITIALIZER,
    .wake = {{.number = -1}, {.number = -1}},
    .process = {.socket = {.number = -1}, .theirs = {.number = -1}, .log = {.number = -1}},
    .folder = {.lock = {.number = -1}},
};

static void make_condition(Client *client) {
    pthread_condattr_t attributes;
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&client->changed, &attributes);
    pthread_condattr_destroy(&attributes);
}

/* --- fork: the child starts without worker, listener and jobs; the parent's go on undisturbed --- */

static void before_fork(void) {
    process_lock_descriptors();
    pthread_mutex_lock(&worker_client.lock);
}

static void after_fork_in_parent(void) {
    pthread_mutex_unlock(&worker_client.lock);
    process_unlock_descriptors();
}

/* Objects that no cache took the parent will load and remove. */
static void drop_parents_objects(Client *client) {
    for (Reply *reply = client->replies; reply; reply = reply->next) {
        WorkerReply *content = &reply->content;
        if (!content->temporary) continue;
        content->ok = content->temporary = false;
        content->path[0] = 0;
        snprintf(content->reason, sizeof content->reason, "worker_forked");
    }
}

static void after_fork_in_child(void) {
    Client *client = &worker_client;
    drop_parents_objects(client);
    pthread_mutex_init(&client->lock, NULL);
    make_condition(client);
    process_forget(&client->process);
    folder_forget(&client->folder);
    process_unlock_descriptors();
    jobs_close_wake(client);
    client->listening = client->stopping = client->announce = false;
    client->waiters = 0;
    for (int i = 0; i < client->batch_count; i++)
        if (client->batch[i]) jobs_append(&client->orphans, client->batch[i]);
    client->batch_count = 0;
    for (Job *job; (job = jobs_take_first(&client->waiting)) != NULL;) jobs_append(&client->orphans, job);
    /* The listener may have been about to grow them: what they point to cannot be trusted here. */
    client->in = client->out = (Buffer){0};
    client->state = WORKER_DOWN;
    client->start_at = 0, client->retry_at = 0;
    client->crash_streak = client->start_failures = 0;
    client->stats = (WorkerStats){0};
}

static void prepare_once(void) {
    make_condition(&worker_client);
    pthread_atfork(before_fork, after_fork_in_parent, after_fork_in_child);
    atexit(worker_stop); /* a keeper nobody waits for is a zombie where process 1 does not reap */
}

/* --- settings --- */

int worker_configure(const WorkerSettings *settings) {
    static pthread_once_t prepared = PTHREAD_ONCE_INIT; /* fork handlers are registered once in a process */
    pthread_once(&prepared, prepare_once);
    Client *client = &worker_client;
    const char *temporary = getenv("TMPDIR");
    const char *cache_dir = settings->cache_dir ? settings->cache_dir : "";
    if (strlen(settings->program) >= WORKER_PATH || strlen(cache_dir) >= WORKER_PATH) {
        errno = ENAMETOOLONG;
        return -1;
    }
    pthread_mutex_lock(&client->lock);
    client->reconfigured = client->configured && (strcmp(client->program, settings->program) != 0 ||
                                                  strcmp(client->cache_dir, cache_dir) != 0);
    snprintf(client->program, sizeof client->program, "%s", settings->program);
    snprintf(client->cache_dir, sizeof client->cache_dir, "%s", cache_dir);
    snprintf(client->temporary, sizeof client->temporary, "%s",
             temporary && strlen(temporary) < WORKER_PATH ? temporary : "");
    client->cache_limit = settings->cache_limit;
    client->idle_timeout = settings->idle_timeout > 0 ? settings->idle_timeout : 60;
    client->compile_timeout = settings->compile_timeout > 0 ? settings->compile_timeout : 10;
    client->patience = settings->patience;
    client->notify = settings->notify;
    client->niceness = settings->niceness;
    client->configured = true;
    client->retry_at = 0;
    client->stats.error[0] = 0;
    pthread_mutex_unlock(&client->lock);
    return 0;
}

/* --- the listener thread --- */

static void wake_listener(Client *client) {
    /* It may fail because enough of them wait already. */
    if (client->listening) send(descriptor_number(&client->wake[1]), "", 0, MSG_NOSIGNAL | MSG_DONTWAIT);
}

/* With the lock held. The thread takes no signal of the user's program. */
static bool start_listener(Client *client) {
    if (client->listening) return true;
    if (!jobs_open_wake(client)) {
        snprintf(client->stats.error, sizeof client->stats.error, "cannot start a thread: %s",
                 strerror(errno));
        return false;
    }
    enum { STACK = 1 << 20 };
    sigset_t all, before;
    sigfillset(&all);
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    pthread_attr_setstacksize(&attributes, STACK);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    pthread_t thread;
    int error = pthread_create(&thread, &attributes, worker_listen, client);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    pthread_attr_destroy(&attributes);
    client->listening = error == 0;
    if (error) jobs_close_wake(client);
    if (error)
        snprintf(client->stats.error, sizeof client->stats.error, "cannot start a thread: %s",
                 strerror(error));
    return client->listening;
}

/* --- jobs --- */

static int submit(Job *job) {
    Client *client = &worker_client;
    job->submitted = files_now();
    pthread_mutex_lock(&client->lock);
    bool possible = client->configured && !client->stopping && job->submitted >= client->retry_at &&
                    start_listener(client);
    if (possible) {
        client->stats.jobs++;
        const Condemned *condemned = jobs_find_condemned(client, job->key);
        if (condemned) jobs_fail(client, job, condemned->reason, "it failed so before in this process");
        else jobs_append(&client->waiting, job);
        wake_listener(client);
    }
    pthread_mutex_unlock(&client->lock);
    if (possible) return 0;
    free(job->reply);
    free(job);
    return -1;
}

static Job *make_job(uint64_t id, const char *text, size_t length, int level) {
    Job *job = calloc(1, sizeof *job + length + 1);
    Reply *reply = calloc(1, sizeof *reply);
    if (job == NULL || reply == NULL) {
        free(job);
        free(reply);
        return NULL;
    }
    job->reply = reply;
    job->id = id;
    job->level = level;
    job->length = length;
    memcpy(job->text, text, length);
    return job;
}

int worker_submit(uint64_t id, const char *key, const char *text, size_t length, int level) {
    Job *job = make_job(id, text, length, level);
    if (job == NULL) return -1;
    snprintf(job->key, sizeof job->key, "%s", key);
    return submit(job);
}

int worker_submit_dump(uint64_t id, const char *text, size_t length, const char *stage, int level) {
    Job *job = make_job(id, text, length, level);
    if (job == NULL) return -1;
    snprintf(job->stage, sizeof job->stage, "%s", stage);
    return submit(job);
}

void worker_cancel(uint64_t id) {
    Client *client = &worker_client;
    JobList left = {0};
    pthread_mutex_lock(&client->lock);
    for (Job *job; (job = jobs_take_first(&client->waiting)) != NULL;) {
        if (job->id != id) {
            jobs_append(&left, job);
            continue;
        }
        free(job->reply);
        free(job);
    }
    client->waiting = left;
    pthread_mutex_unlock(&client->lock);
}

bool worker_take_reply(WorkerReply *reply) {
    Client *client = &worker_client;
    pthread_mutex_lock(&client->lock);
    for (Job *job; (job = jobs_take_first(&client->orphans)) != NULL;)
        jobs_fail(client, job, "worker_forked", "the process that asked for it is this one's parent");
    Reply *first = client->replies;
    if (first) {
        client->replies = first->next;
        if (client->replies == NULL) client->last_reply = NULL;
        *reply = first->content;
    }
    pthread_mutex_unlock(&client->lock);
    free(first);
    return first != NULL;
}

static struct timespec at(double when) {
    struct timespec time = {.tv_sec = (time_t)when};
    time.tv_nsec = (long)((when - (double)time.tv_sec) * 1e9);
    return time;
}

bool worker_wait_reply(double seconds) {
    Client *client = &worker_client;
    struct timespec until = at(files_now() + seconds);
    pthread_mutex_lock(&client->lock);
    client->waiters++;
    wake_listener(client); /* nobody will add to the batch it may be gathering */
    int error = 0;
    while (client->replies == NULL && client->orphans.head == NULL && error == 0)
        error = pthread_cond_timedwait(&client->changed, &client->lock, &until);
    client->waiters--;
    bool there = client->replies != NULL || client->orphans.head != NULL;
    pthread_mutex_unlock(&client->lock);
    return there;
}

void worker_get_stats(WorkerStats *stats) {
    pthread_mutex_lock(&worker_client.lock);
    *stats = worker_client.stats;
    pthread_mutex_unlock(&worker_client.lock);
}

void worker_stop(void) {
    enum { LISTENER_SECONDS = 4 }; /* more than process_end takes at its worst */
    Client *client = &worker_client;
    if (!client->configured) return;
    struct timespec until = at(files_now() + LISTENER_SECONDS);
    pthread_mutex_lock(&client->lock);
    bool without_listener = !client->listening;
    client->stopping = true;
    wake_listener(client);
    int error = 0;
    while (client->listening && error == 0)
        error = pthread_cond_timedwait(&client->changed, &client->lock, &until);
    jobs_fail_all(client, "worker_stopped", "dxpy was stopped");
    pthread_mutex_unlock(&client->lock);
    if (!without_listener) return;
    folder_remove(&client->folder); /* nothing else uses it: while stopping, no listener is started */
    pthread_mutex_lock(&client->lock);
    client->stopping = false;
    pthread_mutex_unlock(&client->lock);
}
