/* The passes in their order, and what runs them. */
#include "opt/opt.h"

#include <string.h>

const Pass OPT_PIPELINE[] = {
    {"cfg", opt_cfg, 1},           {"assigned", opt_assigned, 1}, {"fold", opt_fold, 1},
    {"origin", opt_origin, 2},     {"dce", opt_dce, 1},           {"escape", opt_escape, 2},
    {"fold", opt_fold, 2},         {"swap", opt_swap, 2},         {"place", opt_place, 2},
    {"refcount", opt_refcount, 1}, {"number", opt_number, 2},     {"hoist", opt_hoist, 2},
    {"lasti", opt_lasti, 1},       {"exits", opt_exits, 1},
};
const int OPT_PIPELINE_LENGTH = sizeof(OPT_PIPELINE) / sizeof(OPT_PIPELINE[0]);

static bool is_listed(const char *name, const char *list) {
    size_t length = strlen(name);
    for (const char *p = list; p != NULL && *p != '\0'; p = strchr(p, ',') ? strchr(p, ',') + 1 : NULL)
        if (strncmp(p, name, length) == 0 && (p[length] == '\0' || p[length] == ',')) return true;
    return false;
}

void opt_run(Fn *fn, const char *without, void (*dump)(const Fn *, const char *, void *), void *dump_arg) {
    for (int i = 0; i < OPT_PIPELINE_LENGTH; i++) {
        const Pass *pass = &OPT_PIPELINE[i];
        if (fn->tier < pass->min_tier || is_listed(pass->name, without)) continue;
        pass->run(fn);
#ifdef DXPY_DEBUG
        ir_verify(fn, pass->name);
#endif
        if (dump != NULL) dump(fn, pass->name, dump_arg);
    }
}
