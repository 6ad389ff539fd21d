/* The parts of dxpy-cc: each mode of main.c is one of these. */
#ifndef DXPY_WORKER_WORKER_H
#define DXPY_WORKER_WORKER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Serve the client behind PROTOCOL_SOCKET; does not return. `scratch` is this process's own folder, `folder`
 * the client's around it, for objects that no cache takes. `cache_dir` may be NULL. */
_Noreturn void serve(const char *scratch, const char *folder, const char *cache_dir, uint64_t cache_limit);

/* "" when the tools libgccjit runs are there, else what is missing and its mend. libgccjit ends the process
 * it is in when it does not find them. */
void check_tools(char *error, size_t size);

/* Print a line for each thing compiling needs; the exit status: 0 when all is there. */
int check_all(void);

/* Remove a dead client's folder. Refuses what does not look like one, or is not ours. */
bool clean_folder(const char *folder);

/* Remove the folders of dead clients beside `folder`. */
void sweep_folders(const char *folder);

#endif
