/* What goes over the socket between a process that compiles and its dxpy-cc. Both are of one build and one
 * machine: plain structures, native byte order. The worker is served one request at a time:
 *
 *   worker -> client   HELLO                      once, ready for work (or why not)
 *   client -> worker   COMPILE | DUMP             a batch of units, or one unit to be dumped
 *   worker -> client   PROGRESS*  RESULT*  DONE   one RESULT a unit, then DONE
 *   client -> worker   QUIT                       the worker exits with status 0
 *
 * When the socket closes without QUIT the client is dead: the worker exits with WORKER_CLIENT_GONE, whatever
 * it is doing. */
#ifndef DXPY_WORKER_PROTOCOL_H
#define DXPY_WORKER_PROTOCOL_H

#include <stdint.h>

/* Where the worker, and libgccjit in it, looks for `as` and `ld`, whatever the user's PATH is. */
#ifndef WORKER_TOOL_PATH
#define WORKER_TOOL_PATH "/usr/bin:/bin"
#endif

enum {
    PROTOCOL_VERSION = 3,       /* in HELLO: a dxpy-cc of another build is refused */
    PROTOCOL_SOCKET = 3,        /* the worker's descriptor */
    PROTOCOL_BATCH = 32,        /* units in one COMPILE, at most */
    PROTOCOL_FRAME = 256 << 20, /* bytes of one frame, at most */
    WORKER_CLIENT_GONE = 3,     /* exit status */
};

typedef enum FrameType {
    FRAME_HELLO = 1,
    FRAME_COMPILE,
    FRAME_DUMP,
    FRAME_PROGRESS,
    FRAME_RESULT,
    FRAME_DONE,
    FRAME_QUIT
} FrameType;

typedef struct FrameHeader {
    uint32_t type;
    uint32_t length; /* bytes that follow */
} FrameHeader;

typedef struct HelloFrame {
    int32_t version;
    int32_t pid;
    uint64_t memory;
    char error[256]; /* why it cannot compile, with the mend; "" when it can */
} HelloFrame;

/* COMPILE and DUMP: this, then `count` times UnitFrame, then the texts, each with its NUL. */
typedef struct RequestFrame {
    uint32_t count;
    int32_t level;
    char stage[16]; /* DUMP's */
} RequestFrame;

typedef struct UnitFrame {
    char key[72]; /* "" for a dump */
    uint64_t length;
} UnitFrame;

typedef struct ProgressFrame {
    int32_t unit; /* being worked on; -1: all of them at once */
} ProgressFrame;

/* RESULT: this, then `text` bytes of a dump. */
typedef struct ResultFrame {
    uint32_t index;
    uint8_t ok, cached, temporary;
    uint8_t claimed; /* not ok: another process compiles it; ask again in a while */
    int32_t unit;    /* which unit of the object */
    double parse_ms, opt_ms, emit_ms, gcc_ms;
    char path[1024];
    char reason[48];
    char message[208];
    uint64_t text;
} ResultFrame;

typedef struct DoneFrame {
    uint64_t memory; /* resident bytes */
} DoneFrame;

#endif
