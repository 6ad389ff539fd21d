/* The compiler worker, as the user's process sees it. No Python.h here: plain POSIX, callable
 * with or without the GIL; a listener thread of its own collects replies.
 *
 * Reasons a reply gives beside the compiler's own: compile_timeout and worker_crashed (such a unit is not
 * sent again in this process), too_large, no_space, worker_unusable (no worker can be had; stats say why),
 * worker_stopped, and worker_forked: after a fork the child has a client without jobs; those of its parent
 * come back to it by worker_take_reply as failed, without notify, and may be submitted anew. */
#ifndef DXPY_JIT_WORKER_H
#define DXPY_JIT_WORKER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { WORKER_KEY = 65, WORKER_PATH = 1024 };

typedef struct WorkerSettings {
    const char *program;    /* the dxpy-cc to run */
    const char *cache_dir;  /* where artifacts go; NULL: no cache, a private temporary folder */
    uint64_t cache_limit;   /* bytes the cache may take; 0: its default */
    double idle_timeout;    /* seconds after which an idle worker is ended, to free its memory; 0: 60 */
    double compile_timeout; /* seconds a compile may take before the worker is killed */
    int niceness;           /* of a worker, on top of this process's */
    void (*notify)(void);   /* called from the listener thread when a reply was queued; holds no lock */
    double patience; /* seconds of processor time that this process has had before one is started, unless
                        somebody waits: that takes as long as many a program runs */
} WorkerSettings;

typedef struct WorkerReply {
    uint64_t job;
    bool ok;
    bool cached;            /* came from the disk cache, nothing was compiled */
    bool temporary;         /* no cache took the object: the receiver unlinks the path once loaded */
    char path[WORKER_PATH]; /* the shared object */
    int unit;               /* which unit of that object: dxpy_unit_<unit>, dxpy_image_<unit> */
    char reason[48];        /* a name of jit/reasons.def when not ok */
    char message[208];
    double queue_ms, parse_ms, opt_ms, emit_ms, gcc_ms; /* gcc_ms: the batch's share */
    char *text;                                         /* answer to a dump request, malloc'ed, else NULL */
} WorkerReply;

typedef struct WorkerStats {
    uint64_t jobs, batches, starts, crashes, timeouts, memory_restarts;
    size_t memory;   /* resident bytes of the worker when last asked */
    int pid;         /* 0: not running */
    char error[256]; /* why no worker can be had ("" when usable), with its mend */
} WorkerStats;

/* Set up, or change the settings; starts no process and no thread before the first job. Settings are copied.
 */
int worker_configure(const WorkerSettings *settings);

/* Queue one unit (IR text, copied). `key` names its content (64 hex digits): the artifact's name
 * in the cache. `level` is libgccjit's. Returns 0, or -1 when no worker can be had (see stats). */
int worker_submit(uint64_t job, const char *key, const char *text, size_t length, int level);

/* Queue a request for cc_dump's text of `stage`. */
int worker_submit_dump(uint64_t job, const char *text, size_t length, const char *stage, int level);

/* Its answer is not wanted any more. What the worker has already is answered all the same. */
void worker_cancel(uint64_t job);

/* Take one finished reply, in order of completion; false when none is there. */
bool worker_take_reply(WorkerReply *reply);

/* Wait until a reply is there or `seconds` have passed (DXPY_SYNC). Call without the GIL. */
bool worker_wait_reply(double seconds);

void worker_get_stats(WorkerStats *stats);

/* End the worker and the listener. Jobs that were queued or running come back as failed with reason
 * "worker_stopped", without notify; objects that no cache took are removed. Returns within four seconds
 * whatever happens; after that notify is not called. A later submit starts anew. To be called before the
 * interpreter is finalised if notify needs it; exit() calls it in any case. */
void worker_stop(void);

#endif
