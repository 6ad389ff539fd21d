/* What run.c, run_file.c and run_tree.c share. Results are 0 or -errno. */
#ifndef DXPY_REACTOR_RUN_H
#define DXPY_REACTOR_RUN_H

#include "reactor/op.h"

enum {
    READ_CAP = 0x7ffff000,    // the most one read or write moves on Linux
    OP_FLAG_STREAM = 1 << 16, // FILE_READ of something without positions: one plain read
};

int open_path(const char *path, int flags, int mode);
int close_file(int fd);
ssize_t read_some(int fd, void *data, size_t size, int64_t offset);
ssize_t write_some(int fd, const void *data, size_t size, int64_t offset);
int read_fully(int fd, char *data, size_t size, int64_t offset, int64_t *done);
int write_fully(int fd, const char *data, size_t size, int64_t offset, int64_t *done);

void run_read_file(Op *op);
void run_write_file(Op *op);
void run_scandir(Op *op);
int run_makedirs(const char *path, int mode, bool exist_ok);
int run_rmtree(const char *path);

#endif
