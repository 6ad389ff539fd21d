/* The keeper: the process between a user's process and its dxpy-cc. */
#ifndef DXPY_JIT_KEEPER_H
#define DXPY_JIT_KEEPER_H

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

enum {
    KEEPER_KILL = SIGUSR1,    /* sent to the keeper: kill the worker */
    KEEPER_NOT_STARTED = 125, /* exit status: the program could not be executed */
    KEEPER_SIGNALLED = 124,   /* exit status: the worker died by a signal */
};

typedef struct KeeperOrder {
    const char *program;
    const char *scratch;   /* the worker's folder */
    const char *folder;    /* the folder around it: removed when the user's process is gone */
    const char *cache_dir; /* or NULL */
    uint64_t cache_limit;
    int niceness;     /* of the worker, on top of this process's */
    int socket;       /* becomes the worker's descriptor 3 */
    int log;          /* becomes its 0, 1 and 2 */
    bool keep_memory; /* do not give the user's memory back */
} KeeperOrder;

/* Start a keeper, which starts the worker. Its pid, or -1 with errno. waitpid(pid, ..., __WCLONE) sees its
 * end. */
pid_t keeper_start(const KeeperOrder *order);

#endif
