/* libuv's loop inside the host's: its handles for streams, servers and watchers. Everything here is under the
 * GIL, in the loop's thread; libuv's callbacks only settle futures, which are woken after uv_run. */
#ifndef DXPY_REACTOR_UVHOST_H
#define DXPY_REACTOR_UVHOST_H

#include "reactor/reactor.h"

typedef struct UvHost {
    uv_loop_t loop;
    Reactor *reactor; // borrowed: the host goes with its reactor
    bool running;
    bool kick;                // something was started outside uv_run, which alone tells epoll of it
    struct Watcher *watchers; // borrowed: they leave the list when they close
} UvHost;

UvHost *uvhost_of(Reactor *reactor); // made when there is none; NULL with an exception
int uvhost_kick(Reactor *reactor);
void uvhost_run(Reactor *reactor);
PyObject *uvhost_ready(Reactor *reactor, PyObject *unused);

/* Called with the handle when its loop is closed under it; kept in the handle's data. */
typedef void (*LostFunction)(uv_handle_t *handle);

/* Handles outlive the Python objects that use them: libuv gives them back in the close callback. */
typedef struct StreamHandle {
    union {
        uv_handle_t any;
        uv_stream_t stream;
        uv_tcp_t tcp;
        uv_pipe_t pipe;
    } uv;
    void *owner; // borrowed Stream or Server; NULL once it has let go
} StreamHandle;

StreamHandle *stream_handle_new(Reactor *reactor, bool unix_socket); // NULL with an exception
void stream_handle_close(StreamHandle *handle);
// The same from its owner: in a forked child only the descriptor is closed.
void stream_handle_let_go(Reactor *reactor, StreamHandle *handle);

typedef struct Stream Stream;
PyObject *stream_from_handle_steal(State *state, Reactor *reactor, StreamHandle *handle);
int stream_begin(Stream *stream);                       // start reading
bool stream_is_sending(State *state, PyObject *object); // a stream, and a write of its is under way
PyObject *address_of_fd(int fd, bool peer);

// watch.c: whether the kernel's queue of changes may have been full; then tell the watchers.
bool changes_overflow(UvHost *host);
void tell_changes_lost(UvHost *host);
void watchers_lost(UvHost *host); // the loop is closed under them

// Functions of the module.
PyObject *connect_tcp(PyObject *module, PyObject *arguments);
PyObject *connect_unix(PyObject *module, PyObject *arguments);
PyObject *stream_open(PyObject *module, PyObject *arguments);
PyObject *listen_tcp(PyObject *module, PyObject *arguments);
PyObject *listen_unix(PyObject *module, PyObject *arguments);

// A numeric address; -1 with ValueError.
int parse_address(const char *host, int port, int scope, struct sockaddr_storage *address);

/* What waits in libuv's hands for a stream, a server or a watcher: one future of each kind at most. */
PyFuture *wait_begin(Reactor *reactor, OpKind kind, void *owner, PyFuture **place); // new reference
// The reactor goes: whoever still waits is cancelled.
void wait_lost(PyFuture **place);
void wait_end_steal(Reactor *reactor, OpKind kind, PyFuture **place, PyObject *result);

#endif
