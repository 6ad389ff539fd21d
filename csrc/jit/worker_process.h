/* One dxpy-cc process, from its start to its end. Used by the listener thread only. */
#ifndef DXPY_JIT_WORKER_PROCESS_H
#define DXPY_JIT_WORKER_PROCESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/descriptor.h"

/* A folder of this process's own for what workers leave: a folder for each worker, and finished objects when
 * there is no cache. It is locked for as long as this process lives, so that others can tell it from a stray.
 */
typedef struct WorkerFolder {
    char path[512];  /* "" : none */
    Descriptor lock; /* holds the lock */
    uid_t user;      /* whose it is: a process may become another user's */
} WorkerFolder;

typedef struct WorkerProcess {
    pid_t keeper;      /* 0: no process */
    Descriptor socket; /* our end */
    Descriptor theirs; /* the worker's end while it is being started */
    Descriptor log;    /* what it and its children print */
    bool keep_memory; /* set by process_end when the keeper itself crashed: the next one is not to give memory
                         back */
    uid_t user;       /* on whose behalf it runs */
    char scratch[560];    /* its folder, inside the WorkerFolder */
    char last_words[200]; /* set by process_end: the last line it wrote to its log */
} WorkerProcess;

/* What a worker is started with. */
typedef struct WorkerProgram {
    const char *path, *cache_dir; /* cache_dir may be NULL */
    uint64_t cache_limit;
    int niceness; /* on top of this process's */
} WorkerProgram;

/* `preferred` (may be NULL) is tried before /tmp, /var/tmp and /dev/shm. False with `error` when none can be
 * had. */
bool folder_make(WorkerFolder *folder, const char *preferred, char *error, size_t size);

/* Remove it with all it holds, or only when it holds nothing. */
void folder_remove(WorkerFolder *folder);
void folder_remove_if_empty(WorkerFolder *folder);

/* Start `program` in `folder`. False with `error` when that is impossible. The thread that calls this must
 * live as long as the worker: its end ends the worker. */
bool process_start(WorkerProcess *process, const WorkerProgram *program, const WorkerFolder *folder,
                   char *error, size_t size);

/* How a worker ended. */
typedef enum WorkerEnd { ENDED_WELL, ENDED_CRASHED, ENDED_NOT_STARTED } WorkerEnd;

/* End the worker (`kill_it`: at once, whatever it does; else it must be idle) and wait until nothing of it is
 * left. */
WorkerEnd process_end(WorkerProcess *process, bool kill_it);

/* Held while a descriptor and the note of its number change. A fork takes it, so that the child's copy is
 * true. */
void process_lock_descriptors(void);
void process_unlock_descriptors(void);

/* In a fork's child: the worker is the parent's. Closes our copies of its descriptors. */
void process_forget(WorkerProcess *process);
void folder_forget(WorkerFolder *folder);

#endif
