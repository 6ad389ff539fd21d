/* Passes: IR to IR. The pipeline is one table, in opt/pipeline.c; its runner times, dumps and verifies. */
#ifndef DXPY_OPT_OPT_H
#define DXPY_OPT_OPT_H

#include "ir/ir.h"

typedef struct Pass {
    const char *name;
    void (*run)(Fn *fn);
    int min_tier;
} Pass;

extern const Pass OPT_PIPELINE[];
extern const int OPT_PIPELINE_LENGTH;

/* Run the passes of the function's tier. `without`: a comma-separated list of passes to leave out, or NULL
 * (only such as the code is right without). `dump`: called after each pass, or NULL. */
void opt_run(Fn *fn, const char *without, void (*dump)(const Fn *fn, const char *pass, void *arg),
             void *dump_arg);

/* Each instruction whose scratch names another value, which may have become one itself, goes, and its users
 * get that. */
void opt_replace(Fn *fn);

/* How often each value is used, by states too: use_count. */
void opt_count_uses(Fn *fn);

void opt_cfg(Fn *fn);
void opt_assigned(Fn *fn);
void opt_fold(Fn *fn);
void opt_dce(Fn *fn);
void opt_origin(Fn *fn);
void opt_escape(Fn *fn);
void opt_swap(Fn *fn);
void opt_place(Fn *fn);
void opt_refcount(Fn *fn);
void opt_lasti(Fn *fn);
void opt_exits(Fn *fn);
void opt_number(Fn *fn);
void opt_hoist(Fn *fn);

#endif
