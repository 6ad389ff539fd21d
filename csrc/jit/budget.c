#include "jit/budget.h"

#include <time.h>

#include "jit/engine.h"
#include "jit/options.h"

/* What may be spent before anything was earned: enough for all of a short program that is a few functions. */
static const double AT_ONCE = 0.04;

/* Tier 1's code gains little over the interpreter: it gets this part of the share, and the rest is for
 * tier 2. */
enum { BASELINE_DIVISOR = 4 };

static double spent; // seconds; one per process, like the clock it is compared with

static double seconds(clockid_t clock) {
    struct timespec now;
    clock_gettime(clock, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

/* Cheap to ask, and coarse. */
static int64_t tick(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

bool budget_is_limited(const Engine *engine) {
    return engine->of_process && !options.sync && options.compile_share < 100 && !engine->own_thresholds;
}

double budget_patience(void) {
    static const double BEFORE_WORKER = 0.25;
    const Engine *engine = engine_of_process();
    return engine != NULL && budget_is_limited(engine) ? BEFORE_WORKER : 0;
}

/* For tests: which functions are compiled when others call them goes by the clock otherwise. */
static bool has_luck(void) {
    static uint64_t drawn; // one row of chances per process; guarded by the GIL
    if (options.chance == 0) return true;
    if (drawn == 0) drawn = (uint64_t)options.chance;
    drawn = drawn * UINT64_C(6364136223846793005) + 1;
    return drawn >> 62 == 0;
}

bool budget_allows(const Engine *engine, Tier tier) {
    static int64_t empty_tick[TIER_COUNT]; // when it was last found that nothing is left; guarded by the GIL
    if (!has_luck()) return false;
    if (!budget_is_limited(engine)) return true;
    int64_t now = tick();
    if (now == empty_tick[tier]) return false;
    double ran = seconds(CLOCK_PROCESS_CPUTIME_ID);
    double earned = ran * (double)options.compile_share / 100;
    if (tier == TIER_BASELINE) earned /= BASELINE_DIVISOR;
    if (spent > ran) spent = 0; /* a forked child's clock begins anew */
    if (spent < AT_ONCE + earned) return true;
    empty_tick[tier] = now;
    return false;
}

double budget_begin(void) { return seconds(CLOCK_PROCESS_CPUTIME_ID); }

void budget_end(double begun) { spent += seconds(CLOCK_PROCESS_CPUTIME_ID) - begun; }
