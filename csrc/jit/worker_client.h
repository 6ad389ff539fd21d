/* The state behind worker.h, shared by its three files: worker.c (what callers use), worker_jobs.c (queues
 * and replies) and worker_listen.c (the listener thread). */
#ifndef DXPY_JIT_WORKER_CLIENT_H
#define DXPY_JIT_WORKER_CLIENT_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/descriptor.h"
#include "jit/worker.h"
#include "jit/worker_process.h"
#include "worker/protocol.h"

typedef struct Reply {
    struct Reply *next;
    WorkerReply content;
} Reply;

typedef struct Job {
    struct Job *next;
    Reply *reply; /* to be; made with the job, so that an answer never lacks memory */
    uint64_t id;
    char key[WORKER_KEY]; /* "" for a dump */
    char stage[16];       /* a dump's stage; "" : compile */
    int level;
    int crashes; /* how often the worker died with this job in its hands */
    bool alone;  /* under suspicion: sent in no batch with others */
    double submitted, sent;
    double not_before; /* another process had claimed it: when to ask again */
    int asked;         /* how often it had */
    size_t length;
    char text[]; /* NUL-terminated */
} Job;

typedef struct JobList {
    Job *head, *tail;
} JobList;

/* A unit that is never sent again. */
typedef struct Condemned {
    struct Condemned *next;
    char key[WORKER_KEY];
    const char *reason;
} Condemned;

typedef struct Buffer {
    char *bytes;
    size_t start, end, size; /* bytes[start..end) are held */
} Buffer;

typedef enum WorkerState { WORKER_DOWN, WORKER_STARTING, WORKER_IDLE, WORKER_BUSY } WorkerState;

typedef struct Client {
    pthread_mutex_t lock;
    pthread_cond_t changed; /* a reply was queued, or the listener has ended */

    /* Under the lock. */
    char program[WORKER_PATH], cache_dir[WORKER_PATH], temporary[WORKER_PATH]; /* "" : none */
    uint64_t cache_limit;
    double compile_timeout, idle_timeout, patience;
    int niceness;
    void (*notify)(void);
    bool configured, reconfigured; /* settings are there; they changed since the worker was started */
    bool listening, stopping;      /* the listener runs; it is to end */
    bool announce;                 /* replies were queued since the last notify */
    Descriptor wake[2]; /* datagram sockets: what is sent to [1] interrupts the listener's poll of [0] */
    int waiters;        /* threads in worker_wait_reply */
    JobList waiting;
    Job *batch[PROTOCOL_BATCH]; /* what the worker has; NULL where it has answered */
    int batch_count;
    JobList orphans; /* in a fork's child: the parent's jobs */
    Reply *replies, *last_reply;
    Condemned *condemned;
    double retry_at; /* no worker can be had before this time */
    WorkerStats stats;

    /* The listener's own. */
    WorkerState state;
    WorkerProcess process;
    WorkerFolder folder;
    Buffer in, out;
    int progress;    /* unit the worker is at, -1: all of them */
    double deadline; /* of the start or of the batch */
    double sent,
        sent_processor; /* when the batch was sent, and what the worker had used of a processor then */
    double start_at;    /* no start before this time: back-off */
    double idle_since;
    int crash_streak, start_failures;
} Client;

/* The process's one compiler worker: like the process's signal mask or its children it is not anybody's part
 * of it. */
extern Client worker_client;

/* --- worker_jobs.c; the lock is held --- */

void jobs_append(JobList *list, Job *job);
void jobs_prepend(JobList *list, Job *job);
Job *jobs_take_first(JobList *list);

/* Move the jobs that go together from the waiting ones into the batch; one at least is due. */
void jobs_take_batch(Client *client, double now);
/* When the first of the waiting jobs is due; 0: none waits. */
double jobs_due(const Client *client);
/* Another process compiles it: it waits, and is asked for again. */
void jobs_defer(Client *client, Job *job);

/* Queue a reply for a job and free the job. */
void jobs_finish(Client *client, Job *job, const ResultFrame *result, char *text);
void jobs_fail(Client *client, Job *job, const char *reason, const char *message);
void jobs_fail_all(Client *client, const char *reason, const char *message);

/* The worker died, or was killed at its time limit, with the batch in its hands: who is to blame goes out,
 * the others wait for the next worker. */
void jobs_blame_crash(Client *client, const char *last_words);
void jobs_blame_timeout(Client *client);

/* The sockets that interrupt the listener; what are there are closed first. */
bool jobs_open_wake(Client *client);
void jobs_close_wake(Client *client);

const Condemned *jobs_find_condemned(const Client *client, const char *key);

/* --- worker_listen.c --- */

void *worker_listen(void *client);

#endif
