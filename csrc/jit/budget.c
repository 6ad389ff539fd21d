#include "jit/budget.h"

#include <time.h>

#include "jit/engine.h"
#include "jit/guards.h"
#include "jit/options.h"

/* What may be spent before anything was earned: enough for the functions of a small program, and not so much
 * that it shows in the first tenth of a second of one that consists of many. */
static const double AT_ONCE = 0.01;

/* Tier 1's code gains little over the interpreter: it gets this part, and the rest is for tier 2. */
enum { BASELINE_DIVISOR = 10 };

static double spent;      // seconds; one per process, like the clock it is compared with
static double spent_anew; // of them for what is not left often, see is_settled
static double began = -1; // what that showed at the first question: what ran before earned nothing

static double seconds(clockid_t clock) {
    struct timespec now;
    clock_gettime(clock, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

int64_t budget_now(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

bool budget_is_limited(const Engine *engine) {
    return engine->of_process && !options.sync && options.compile_share < 100 && !engine->own_thresholds;
}

double budget_patience(void) {
    static const double BEFORE_WORKER = 0.5;
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
    int64_t now = budget_now();
    if (now == empty_tick[tier]) return false;
    double ran = seconds(CLOCK_PROCESS_CPUTIME_ID);
    if (began < 0 || began > ran)
        began = ran, spent = spent_anew = 0; /* a forked child's clock begins anew */
    double allowed = AT_ONCE + (ran - began) * (double)options.compile_share / 100;
    if (tier == TIER_BASELINE) allowed /= BASELINE_DIVISOR;
    if (spent < allowed) return true;
    empty_tick[tier] = now;
    return false;
}

/* By calls, and by the time between the sampler's looks. */
bool budget_is_for_optimizing(const FunctionRecord *record) {
    static const double CALL = 0.5e-6, LOOK = 0.005, ENOUGH = 0.1;
    if (!budget_is_limited(record->engine)) return true;
    return (double)record_calls(record) * CALL + record->looks * LOOK >= ENOUGH;
}

double budget_begin(void) { return seconds(CLOCK_PROCESS_CPUTIME_ID); }

void budget_end(double begun, FunctionRecord *record, bool runs) {
    double now = seconds(CLOCK_PROCESS_CPUTIME_ID);
    spent += now - begun;
    if (runs) record->cost = now - begun, record->made_at = now;
}

/* What is left now and then waits until much more time has passed than compiling it again takes. Of a program
 * with many such functions that is no small part: together they have a tenth of what compiling may take. */
static bool is_settled(const FunctionRecord *record) {
    static const double ONE = 0.1, ALL = 0.1;
    double now = seconds(CLOCK_PROCESS_CPUTIME_ID);
    if ((now - record->made_at) * ONE < record->cost) return false;
    double allowed = (AT_ONCE + (now - began) * (double)options.compile_share / 100) * ALL;
    if (spent_anew + record->cost / 2 > allowed) return false;
    spent_anew += record->cost;
    return true;
}

bool budget_is_often(int64_t since) {
    static const int64_t RARE = 1000000000; /* nanoseconds in which it might have been left more often */
    return budget_now() - since <= RARE;
}

/* An exit is put at more than it takes, since what runs after it is the interpreter's. Where that is long, as
 * in a loop that is not met again, the time since the last compile says so. */
bool budget_is_worth_it(const FunctionRecord *record, uint64_t exits, int64_t since) {
    static const double EXIT_SECONDS = 8e-6;
    if (!budget_is_limited(record->engine)) return true;
    if (!budget_is_often(since)) return false;
    if ((double)exits * EXIT_SECONDS >= record->cost) return true;
    return is_settled(record);
}
