/* Small file chores that the worker, its client and the cache share. */
#ifndef DXPY_BASE_FILES_H
#define DXPY_BASE_FILES_H

#include <stdbool.h>
#include <stddef.h>

/* Write or read all of it, through interruptions. False: an error (errno), or the end came early. */
bool files_write_all(int fd, const void *data, size_t length);
bool files_read_all(int fd, void *data, size_t length);

/* Remove a folder and all that is in it, never following a symbolic link. A path that is not there is no
 * error. */
bool files_remove_tree(const char *path);

/* Make a folder only its owner can enter, named `prefix` and six characters chosen at random, whatever
 * the umask is; `path` (`size` bytes) takes its name. */
bool files_make_private(const char *prefix, char *path, size_t size);

/* Where temporary files go when $TMPDIR does not do; NULL ends it. */
extern const char *const files_scratch_folders[];

/* Why no code can be made and loaded in a folder; NULL: it can. */
const char *files_scratch_problem(const char *folder);

/* The last line that is not empty, of the file behind `fd`; "" when there is none. */
void files_last_line(int fd, char *line, size_t size);

/* Seconds of the monotonic clock. */
double files_now(void);

#endif
