/* Directories, worked on by a worker. */
#include "reactor/run.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* op->data becomes records of: type byte, inode (8 bytes), name, NUL. The type is 'd', 'f', 'o' (other),
 * or 'D', 'F', 'O', 'x' for a link to one of these or to nothing. */
typedef struct Records {
    char *data;
    size_t size, capacity;
} Records;

static void close_listing(DIR *folder) { closedir(folder); }

static bool records_add(Records *records, char type, uint64_t inode, const char *name) {
    size_t length = strlen(name) + 1, wanted = records->size + 9 + length;
    if (wanted > records->capacity) {
        size_t capacity = wanted * 2;
        char *data = realloc(records->data, capacity);
        if (data == NULL) return false;
        records->data = data;
        records->capacity = capacity;
    }
    char *at = records->data + records->size;
    at[0] = type;
    memcpy(at + 1, &inode, 8);
    memcpy(at + 9, name, length);
    records->size = wanted;
    return true;
}

static char type_of_mode(mode_t mode) { return S_ISDIR(mode) ? 'd' : S_ISREG(mode) ? 'f' : 'o'; }

/* Links are looked through here, so that an entry can say what it is without touching the disk again. */
static char entry_type(int folder, const struct dirent *entry) {
    struct stat status;
    if (entry->d_type == DT_DIR) return 'd';
    if (entry->d_type == DT_REG) return 'f';
    if (entry->d_type != DT_LNK && entry->d_type != DT_UNKNOWN) return 'o';
    if (entry->d_type == DT_UNKNOWN) {
        if (fstatat(folder, entry->d_name, &status, AT_SYMLINK_NOFOLLOW) != 0) return 'o';
        if (!S_ISLNK(status.st_mode)) return type_of_mode(status.st_mode);
    }
    if (fstatat(folder, entry->d_name, &status, 0) != 0) return 'x';
    return (char)(type_of_mode(status.st_mode) - 'a' + 'A');
}

static bool is_dots(const char *name) { return name[0] == '.' && (!name[1] || (name[1] == '.' && !name[2])); }

void run_scandir(Op *op) {
    Records records = {0};
    DIR *folder = opendir(op->path);
    if (folder == NULL) {
        op->error = errno;
        return;
    }
    for (;;) {
        errno = 0;
        struct dirent *entry = readdir(folder);
        if (entry == NULL) {
            op->error = errno;
            break;
        }
        if (is_dots(entry->d_name)) continue;
        if (!records_add(&records, entry_type(dirfd(folder), entry), entry->d_ino, entry->d_name)) {
            op->error = ENOMEM;
            break;
        }
    }
    close_listing(folder);
    op->data = records.data;
    op->owns_data = true;
    op->value = (int64_t)records.size;
}

static bool is_directory(const char *path) {
    struct stat status;
    return stat(path, &status) == 0 && S_ISDIR(status.st_mode);
}

int run_makedirs(const char *path, int mode, bool exist_ok) {
    char *copy = strdup(path);
    int error = 0;
    if (copy == NULL) return -ENOMEM;
    for (char *at = copy + 1; *copy != '\0' && error == 0; at++) {
        if (*at != '/' && *at != '\0') continue;
        char kept = *at;
        *at = '\0';
        bool last = kept == '\0' || at[1 + strspn(at + 1, "/")] == '\0';
        if (mkdir(copy, last ? (mode_t)mode : 0777) != 0) {
            error = -errno;
            if ((!last || exist_ok) && is_directory(copy)) error = 0;
            else if (error == -EEXIST && !last) error = -ENOTDIR;
        }
        *at = kept;
        if (last) break;
    }
    if (*copy == '\0') error = -ENOENT;
    free(copy);
    return error;
}

static int empty_folder(int fd) {
    DIR *folder = fdopendir(fd);
    if (folder == NULL) {
        int error = -errno;
        close_descriptor(fd);
        return error;
    }
    int error = 0;
    struct dirent *entry;
    while (error == 0 && (errno = 0, entry = readdir(folder)) != NULL) {
        if (is_dots(entry->d_name)) continue;
        if (unlinkat(dirfd(folder), entry->d_name, 0) == 0 || errno == ENOENT) continue;
        if (errno != EISDIR && errno != EPERM) {
            error = -errno;
            break;
        }
        int below = openat(dirfd(folder), entry->d_name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        error = below < 0 ? -errno : empty_folder(below);
        if (error == 0 && unlinkat(dirfd(folder), entry->d_name, AT_REMOVEDIR) != 0) error = -errno;
    }
    if (error == 0 && entry == NULL && errno != 0) error = -errno;
    close_listing(folder);
    return error;
}

int run_rmtree(const char *path) {
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0) return -errno;
    int error = empty_folder(fd);
    if (error == 0 && rmdir(path) != 0) error = -errno;
    return error;
}
