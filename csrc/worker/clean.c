/* Folders of clients that were killed. A living client holds a lock on its folder. */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/files.h"
#include "worker/worker.h"

static bool is_client_folder(const char *name) {
    char prefix[32];
    int length = snprintf(prefix, sizeof prefix, "dxpy-%u-", (unsigned)geteuid());
    return strncmp(name, prefix, (size_t)length) == 0 && strlen(name) == (size_t)length + 6;
}

bool clean_folder(const char *folder) {
    struct stat about;
    const char *slash = strrchr(folder, '/');
    if (slash == NULL || !is_client_folder(slash + 1) || lstat(folder, &about) < 0) return false;
    return S_ISDIR(about.st_mode) && about.st_uid == geteuid() && files_remove_tree(folder);
}

/* Between its making and its locking a folder looks like a dead one: a young one is left alone. */
static void sweep_one(const char *path) {
    enum { YOUNG_SECONDS = 60 };
    struct stat about;
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0) return;
    bool old =
        fstat(fd, &about) == 0 && about.st_uid == geteuid() && time(NULL) - about.st_mtime > YOUNG_SECONDS;
    if (old && flock(fd, LOCK_EX | LOCK_NB) == 0) files_remove_tree(path);
    close(fd);
}

void sweep_folders(const char *folder) {
    char path[1024];
    const char *slash = strrchr(folder, '/');
    if (slash == NULL || slash == folder || (size_t)(slash - folder) >= sizeof path) return;
    int length = (int)(slash - folder);
    snprintf(path, sizeof path, "%.*s", length, folder);
    DIR *around = opendir(path);
    if (around == NULL) return;
    for (struct dirent *entry; (entry = readdir(around)) != NULL;) {
        if (!is_client_folder(entry->d_name) || strcmp(entry->d_name, slash + 1) == 0) continue;
        if (snprintf(path, sizeof path, "%.*s/%s", length, folder, entry->d_name) < (int)sizeof path)
            sweep_one(path);
    }
    closedir(around);
}
