#include "cpython/compat.h"

#include "jit/sampler.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <time.h>

#include "jit/engine.h"
#include "jit/keep.h"
#include "jit/options.h"
#include "jit/publish.h"
#include "jit/table.h"
#include "jit/warm.h"
#include "runtime/osr.h"

enum {
    LOOK_EVERY_MS = 5,
    LOOKS_BEFORE_HOT = 2,
    LOOKS_AT_OTHERS = 4, /* so many times it takes until one that the main thread does not run is looked at */
    MOST_LEVELS = 8,     /* of frames that a look goes through */
    UNITS_A_LOOK = 500   /* of a long function, which takes as long to compile: so much more is to be seen */
};

/* One sampler per process. That it is wanted is written with the GIL and read by the thread; `asked` the
 * other way round. */
bool sampler_at_once;
static volatile int asked;
enum { WANTED = 1, RUNNING = 2 };
static _Atomic int state;    // one word, so that no thread ends that is wanted again
static _Atomic bool looking; // the thread is about to take the GIL
static bool skipping;        // the look that was asked for

static bool is_wanted(void) { return (state & WANTED) != 0; }

static void note_loops(FunctionRecord *record) {
    record->loops += (uint32_t)Py_MIN(options.osr_threshold, 1000);
    record->looks++;
    engine_loops_ran(record);
}

static bool is_running(const FunctionRecord *record) {
    return record != NULL && record->compiled != NULL && record->compiled->active > 0;
}

/* Can it run for long in one call? */
static bool has_loops(const FunctionRecord *record) {
    return cp_next_back_edge(record->code, -1) >= 0 || record->compiled->inlined_count > 0;
}

/* What was hot in an earlier run is so at once. */
static int looks_before_hot(const FunctionRecord *record) {
    if (warm_is_restoring(record)) return 1;
    return LOOKS_BEFORE_HOT + (int)(Py_SIZE(record->code) / UNITS_A_LOOK);
}

/* The function is in that loop, by itself or in what it calls. */
static void look_at_loop(FunctionRecord *record, int32_t unit) {
    cp_watch(record->code);
    note_loops(record);
    if (record->osr_seen < UINT8_MAX) record->osr_seen++;
    if (record->osr_seen < looks_before_hot(record)) return;
    compile_hot_loop(record, unit);
}

/* What runs has no loop of its own: the loop that it is called in, if the interpreter runs that. */
static void look_at_callers(Frame *frame) {
    for (int level = 0; level < MOST_LEVELS && frame != NULL; level++, frame = frame->previous) {
        FunctionRecord *record = table_record(frame->f_code);
        if (record == NULL) continue;
        int32_t unit = cp_loop_around(frame->f_code, cp_frame_lasti(frame), record->osr_seen);
        if (unit < 0) continue;
        if (!is_running(record) && !record->osr_never && !cp_runs_unseen(frame)) look_at_loop(record, unit);
        return;
    }
}

/* Whose compiled code runs there: the frame may be of a call or a comprehension that is put in line. NULL:
 * nobody's. */
static Frame *running_frame(Frame *frame) {
    for (int level = 0; level < MOST_LEVELS && frame != NULL; level++, frame = frame->previous)
        if (is_running(table_record(frame->f_code))) return frame;
    return NULL;
}

/* At a back-edge or a call of the interpreter, or somewhere in compiled code. */
static void look(PyThreadState *tstate) {
    Frame *frame = cp_current_frame(tstate);
    if (frame == NULL || cp_is_tracing(tstate)) return;
    if (!osr_sees(tstate, frame)) {
        frame = running_frame(frame);
        if (frame == NULL) return;
        FunctionRecord *record = table_record(frame->f_code);
        bool loops = has_loops(record);
        if (loops) {
            note_loops(record);
            compile_loop_on(record, frame); /* may take the code away */
        }
        if (!loops || frame->owner == CP_OWNED_BY_GENERATOR) look_at_callers(frame->previous);
        return;
    }
    FunctionRecord *record = table_record(frame->f_code);
    if (record == NULL) return;
    int32_t unit = cp_back_edge_of(frame->f_code, cp_frame_lasti(frame));
    if (unit >= 0) look_at_loop(record, unit);
    else look_at_callers(frame);
}

/* Was what the look before armed not met? Then the loop was not there, and nobody is to find it armed. */
static void forget_armed(void) {
    static bool was_armed; // one sampler per process
    if (was_armed && osr_is_armed) osr_disarm(NULL);
    was_armed = osr_is_armed;
}

static int pending_look(void *unused) {
    bool skipped = skipping;
    skipping = false;
    asked = 0;
    if (publish_is_wanted) compile_publish_finished(); /* compiled code may call nobody who would */
    keep_look();
    forget_armed();
    if (is_wanted() && options.osr && !skipped) look(PyThreadState_Get());
    return 0;
}

/* What a thread is at that waits for the GIL. It may be anywhere: its loop is entered when it comes round. */
static void look_from_outside(PyThreadState *thread) {
    Frame *frame = cp_current_frame(thread);
    FunctionRecord *record = frame != NULL ? table_record(frame->f_code) : NULL;
    if (record == NULL || cp_is_tracing(thread)) return;
    if (is_running(record) && has_loops(record)) note_loops(record);
    else look_at_callers(frame);
}

/* Threads run, and the main one waits for something: nobody is there who would make a pending call. */
static void look_at_others(void) {
    PyGILState_STATE state = PyGILState_Ensure();
    PyThreadState *own = PyThreadState_Get();
    forget_armed();
    for (PyThreadState *thread = PyInterpreterState_ThreadHead(own->interp); thread != NULL;
         thread = PyThreadState_Next(thread))
        if (thread != own && is_wanted() && options.osr) look_from_outside(thread);
    PyErr_Clear();
    PyGILState_Release(state);
}

/* Whether it is wanted; else it runs no more from here on. */
static bool goes_on(void) {
    int only_running = RUNNING;
    return !atomic_compare_exchange_strong(&state, &only_running, 0);
}

static void *sample(void *unused) {
    const struct timespec pause = {.tv_nsec = LOOK_EVERY_MS * 1000000L};
    int others = 0;
    while (goes_on()) {
        nanosleep(&pause, NULL);
        if (asked || !is_wanted()) continue;
        asked = 1;
        if (cp_interrupt_main(pending_look)) continue;
        asked = 0;
        others = cp_other_thread_runs() ? others + 1 : 0;
        if (others < LOOKS_AT_OTHERS) continue;
        others = 0;
        looking = true;
        if (is_wanted() && cp_other_thread_runs()) look_at_others();
        looking = false;
    }
    return NULL;
}

/* Its next call starts another, unless it becomes another program. */
static void forget_in_child(void) {
    state &= ~RUNNING;
    publish_is_wanted |= is_wanted();
    asked = 0;
    looking = false;
}

void sampler_start(void) {
    static bool prepared;
    cp_prepare_interrupts();
    sampler_at_once = options.osr && options.osr_threshold <= 2;
    if (atomic_fetch_or(&state, WANTED | RUNNING) & RUNNING) return;
    if (!prepared) pthread_atfork(NULL, NULL, forget_in_child);
    prepared = true;
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    pthread_attr_setstacksize(&attributes, 256 * 1024); /* pages that are not used are not there */
    pthread_t thread;
    if (pthread_create(&thread, &attributes, sample, NULL) != 0) state &= ~RUNNING;
    pthread_attr_destroy(&attributes);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
}

void sampler_go_on(void) {
    if (state == WANTED) sampler_start();
}

void sampler_stop(void) { state &= ~WANTED; }

void sampler_stop_for_good(void) {
    const struct timespec pause = {.tv_nsec = 1000000L};
    sampler_stop();
    Py_BEGIN_ALLOW_THREADS;
    while (looking) nanosleep(&pause, NULL);
    Py_END_ALLOW_THREADS;
}

void sampler_skip(void) { skipping = asked; }
