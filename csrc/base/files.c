#define _GNU_SOURCE
#include "base/files.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <time.h>
#include <unistd.h>

bool files_write_all(int fd, const void *data, size_t length) {
    const char *next = data;
    while (length) {
        ssize_t count = write(fd, next, length);
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0) return false;
        next += count, length -= (size_t)count;
    }
    return true;
}

bool files_read_all(int fd, void *data, size_t length) {
    char *next = data;
    while (length) {
        ssize_t count = read(fd, next, length);
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0) {
            if (count == 0) errno = 0;
            return false;
        }
        next += count, length -= (size_t)count;
    }
    return true;
}

/* Empties the folder behind `fd` and closes it. Deeper than anybody's compiler goes, it gives up. */
static bool empty_folder(int fd, int depth) {
    DIR *folder = depth < 32 ? fdopendir(fd) : NULL;
    if (folder == NULL) {
        close(fd);
        return false;
    }
    bool done = true;
    for (struct dirent *entry; (entry = readdir(folder)) != NULL;) {
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0) continue;
        if (unlinkat(fd, entry->d_name, 0) == 0 || errno == ENOENT) continue;
        int inner = openat(fd, entry->d_name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        if (inner >= 0) empty_folder(inner, depth + 1);
        if (unlinkat(fd, entry->d_name, AT_REMOVEDIR) < 0 && errno != ENOENT) done = false;
    }
    closedir(folder);
    return done;
}

bool files_remove_tree(const char *path) {
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0) return errno == ENOENT;
    empty_folder(fd, 0);
    return rmdir(path) == 0 || errno == ENOENT;
}

bool files_make_private(const char *prefix, char *path, size_t size) {
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz012345";
    for (int attempt = 0; attempt < 64; attempt++) {
        unsigned char bytes[6];
        if (getrandom(bytes, sizeof bytes, 0) != sizeof bytes) return false;
        char name[7] = "";
        for (int i = 0; i < 6; i++) name[i] = letters[bytes[i] % 32];
        if ((size_t)snprintf(path, size, "%s%s", prefix, name) >= size) {
            errno = ENAMETOOLONG;
            return false;
        }
        /* The umask may have taken the owner's own bits. */
        if (mkdir(path, 0700) == 0) return chmod(path, 0700) == 0;
        if (errno != EEXIST) return false;
    }
    return false;
}

const char *const files_scratch_folders[] = {"/tmp", "/var/tmp", "/dev/shm", NULL};

const char *files_scratch_problem(const char *folder) {
    enum { ROOM = 1 << 20 };
    struct statvfs about;
    if (folder[0] != '/') return "is no absolute path";
    if (statvfs(folder, &about) < 0) return strerror(errno);
    if (about.f_flag & ST_RDONLY) return "is on a read-only file system";
    if (about.f_flag & ST_NOEXEC) return "is mounted noexec";
    if (faccessat(AT_FDCWD, folder, W_OK | X_OK, AT_EACCESS) < 0) return "cannot be written to";
    bool is_limited = about.f_blocks > 0;
    return is_limited && about.f_bavail * about.f_frsize < ROOM ? "is full" : NULL;
}

void files_last_line(int fd, char *line, size_t size) {
    char text[2048];
    struct stat about;
    line[0] = 0;
    if (fd < 0 || fstat(fd, &about) < 0) return;
    off_t room = sizeof text - 1, start = about.st_size > room ? about.st_size - room : 0;
    ssize_t length = pread(fd, text, (size_t)room, start);
    while (length > 0 && (text[length - 1] == '\n' || text[length - 1] == ' ')) length--;
    if (length <= 0) return;
    text[length] = 0;
    const char *newline = strrchr(text, '\n');
    snprintf(line, size, "%s", newline ? newline + 1 : text);
}

double files_now(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}
