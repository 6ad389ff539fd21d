#define _GNU_SOURCE
#include "jit/worker_process.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/files.h"
#include "jit/keeper.h"
#include "worker/protocol.h"

/* A fork happens to the process as a whole: so does this lock. */
static pthread_mutex_t descriptors = PTHREAD_MUTEX_INITIALIZER;

void process_lock_descriptors(void) { pthread_mutex_lock(&descriptors); }
void process_unlock_descriptors(void) { pthread_mutex_unlock(&descriptors); }

/* Where locks cannot be had the folder is made without: nobody removes it then but its process. */
static bool lock_folder(WorkerFolder *folder) {
    folder->lock = descriptor_take(open(folder->path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    if (folder->lock.number < 0) return false;
    return flock(folder->lock.number, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK;
}

static bool make_in(WorkerFolder *folder, const char *base, char *error, size_t size) {
    char prefix[480];
    if (files_scratch_problem(base)) return false;
    if ((size_t)snprintf(prefix, sizeof prefix, "%s/dxpy-%u-", base, (unsigned)geteuid()) >= sizeof prefix)
        return false;
    bool made = files_make_private(prefix, folder->path, sizeof folder->path);
    folder->user = geteuid();
    if (made && lock_folder(folder)) return true;
    snprintf(error, size, "no folder for temporary files can be made in %.120s: %.60s", base,
             strerror(errno));
    if (made) rmdir(folder->path);
    descriptor_close(&folder->lock);
    return false;
}

bool folder_make(WorkerFolder *folder, const char *preferred, char *error, size_t size) {
    error[0] = 0;
    process_lock_descriptors();
    bool made = preferred && make_in(folder, preferred, error, size);
    for (int i = 0; files_scratch_folders[i] && !made; i++)
        made = make_in(folder, files_scratch_folders[i], error, size);
    process_unlock_descriptors();
    if (made) return true;
    folder->path[0] = 0;
    if (error[0]) return false;
    snprintf(error, size,
             "no folder for temporary files: neither %s%s/tmp, /var/tmp nor /dev/shm has room and allows "
             "execution; set TMPDIR to one that does",
             preferred ? preferred : "", preferred ? ", " : "");
    return false;
}

static void unlock_folder(WorkerFolder *folder) {
    process_lock_descriptors();
    folder_forget(folder);
    process_unlock_descriptors();
}

void folder_remove(WorkerFolder *folder) {
    if (folder->path[0]) files_remove_tree(folder->path);
    unlock_folder(folder);
}

void folder_remove_if_empty(WorkerFolder *folder) {
    if (folder->path[0] && (rmdir(folder->path) == 0 || errno == ENOENT)) unlock_folder(folder);
}

void folder_forget(WorkerFolder *folder) {
    descriptor_close(&folder->lock);
    folder->path[0] = 0;
}

static bool start_failed(WorkerProcess *process, const char *what, char *error, size_t size) {
    snprintf(error, size, "cannot start the compiler worker: %s: %s", what, strerror(errno));
    descriptor_close(&process->socket);
    descriptor_close(&process->theirs);
    descriptor_close(&process->log);
    if (process->scratch[0]) files_remove_tree(process->scratch);
    return false;
}

static bool start(WorkerProcess *process, const WorkerProgram *program, const WorkerFolder *folder,
                  char *error, size_t size) {
    *process = (WorkerProcess){.socket = NO_DESCRIPTOR,
                               .theirs = NO_DESCRIPTOR,
                               .log = NO_DESCRIPTOR,
                               .user = geteuid(),
                               .keep_memory = process->keep_memory};
    char prefix[540];
    snprintf(prefix, sizeof prefix, "%s/worker-", folder->path);
    if (access(program->path, X_OK) < 0) return start_failed(process, program->path, error, size);
    if (!files_make_private(prefix, process->scratch, sizeof process->scratch)) {
        process->scratch[0] = 0;
        return start_failed(process, folder->path, error, size);
    }
    char log_path[600];
    snprintf(log_path, sizeof log_path, "%s/log", process->scratch);
    int pair[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0)
        return start_failed(process, "socketpair", error, size);
    process->socket = descriptor_take(pair[0]), process->theirs = descriptor_take(pair[1]);
    process->log =
        descriptor_take(open(log_path, O_RDWR | O_CREAT | O_EXCL | O_APPEND | O_NOFOLLOW | O_CLOEXEC, 0600));
    /* The umask may have taken the owner's own bits. */
    if (process->log.number >= 0) fchmod(process->log.number, 0600);
    if (process->log.number < 0 || fcntl(process->socket.number, F_SETFL, O_NONBLOCK) < 0)
        return start_failed(process, log_path, error, size);
    KeeperOrder order = {.program = program->path,
                         .scratch = process->scratch,
                         .folder = folder->path,
                         .cache_dir = program->cache_dir,
                         .cache_limit = program->cache_limit,
                         .niceness = program->niceness,
                         .socket = descriptor_number(&process->theirs),
                         .log = descriptor_number(&process->log),
                         .keep_memory = process->keep_memory};
    pid_t keeper = keeper_start(&order);
    if (keeper < 0) return start_failed(process, "clone", error, size);
    descriptor_close(&process->theirs);
    process->keeper = keeper;
    return true;
}

bool process_start(WorkerProcess *process, const WorkerProgram *program, const WorkerFolder *folder,
                   char *error, size_t size) {
    process_lock_descriptors();
    bool started = start(process, program, folder, error, size);
    process_unlock_descriptors();
    return started;
}

/* Waits for the keeper's end, which is a matter of milliseconds unless somebody has stopped it with a signal.
 */
static int wait_for_keeper(pid_t keeper, bool killed) {
    enum { KILL_AFTER = 1, FORCE_AFTER = 2 }; /* seconds */
    double start = files_now();
    for (;;) {
        int status;
        pid_t ended = waitpid(keeper, &status, __WCLONE | WNOHANG);
        if (ended == keeper) return status;
        if (ended < 0 && errno != EINTR) return -1;
        double waited = files_now() - start;
        if (waited > KILL_AFTER && !killed) killed = kill(keeper, KEEPER_KILL) == 0;
        if (waited > FORCE_AFTER) kill(keeper, SIGKILL);
        nanosleep(&(struct timespec){.tv_nsec = 1000 * 1000}, NULL);
    }
}

WorkerEnd process_end(WorkerProcess *process, bool kill_it) {
    if (process->keeper == 0) return ENDED_WELL;
    FrameHeader quit = {.type = FRAME_QUIT};
    if (!kill_it)
        kill_it = send(descriptor_number(&process->socket), &quit, sizeof quit, MSG_NOSIGNAL) != sizeof quit;
    /* Who started it as another user may no longer kill it: then the closed socket must do. */
    bool refused = kill_it && kill(process->keeper, KEEPER_KILL) < 0;
    process_lock_descriptors();
    if (refused) descriptor_close(&process->socket);
    process_unlock_descriptors();
    int status = wait_for_keeper(process->keeper, kill_it);
    files_last_line(descriptor_number(&process->log), process->last_words, sizeof process->last_words);
    process_lock_descriptors();
    descriptor_close(&process->socket);
    descriptor_close(&process->log);
    process_unlock_descriptors();
    files_remove_tree(process->scratch);
    process->keeper = 0;
    if (status != -1 && WIFSIGNALED(status) && WTERMSIG(status) == SIGSEGV) process->keep_memory = true;
    if (status == -1 || !WIFEXITED(status)) return ENDED_CRASHED;
    return WEXITSTATUS(status) == 0                    ? ENDED_WELL
           : WEXITSTATUS(status) == KEEPER_NOT_STARTED ? ENDED_NOT_STARTED
                                                       : ENDED_CRASHED;
}

void process_forget(WorkerProcess *process) {
    descriptor_close(&process->socket);
    descriptor_close(&process->theirs);
    descriptor_close(&process->log);
    process->keeper = 0;
    process->scratch[0] = 0;
}
