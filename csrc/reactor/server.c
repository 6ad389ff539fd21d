/* Server: a listening TCP or Unix socket. A connection nobody has asked for yet stays with the system. */
#include "reactor/uvhost.h"

#include <errno.h>
#include <netinet/in.h>
#include <structmember.h>
#include <sys/un.h>
#include <unistd.h>

typedef struct Server {
    PyObject_HEAD State *state;
    Reactor *reactor; // owned
    PyObject *weakrefs;
    StreamHandle *handle; // NULL once closed
    PyFuture *accepting;  // owned: who waits for a connection
    bool unix_socket;
    int waiting; // connections libuv has announced and nobody has taken
    int error;
} Server;

PyObject *address_of_fd(int fd, bool peer) {
    struct sockaddr_storage address;
    socklen_t size = sizeof address;
    char host[INET6_ADDRSTRLEN];
    int result = fd < 0 ? -1
                 : peer ? getpeername(fd, (struct sockaddr *)&address, &size)
                        : getsockname(fd, (struct sockaddr *)&address, &size);
    if (result != 0) Py_RETURN_NONE;
    if (address.ss_family == AF_UNIX) {
        struct sockaddr_un *local = (struct sockaddr_un *)&address;
        size_t length = size - offsetof(struct sockaddr_un, sun_path);
        if (length > 0 && local->sun_path[0] == '\0')
            return PyBytes_FromStringAndSize(local->sun_path, (Py_ssize_t)length);
        return PyUnicode_DecodeFSDefaultAndSize(local->sun_path,
                                                (Py_ssize_t)strnlen(local->sun_path, length));
    }
    if (address.ss_family == AF_INET) {
        struct sockaddr_in *four = (struct sockaddr_in *)&address;
        uv_ip4_name(four, host, sizeof host);
        return Py_BuildValue("(si)", host, ntohs(four->sin_port));
    }
    if (address.ss_family != AF_INET6) Py_RETURN_NONE;
    struct sockaddr_in6 *six = (struct sockaddr_in6 *)&address;
    uv_ip6_name(six, host, sizeof host);
    return Py_BuildValue("(siII)", host, ntohs(six->sin6_port), ntohl(six->sin6_flowinfo),
                         six->sin6_scope_id);
}

static PyObject *take_connection(Server *server) {
    StreamHandle *handle = stream_handle_new(server->reactor, server->unix_socket);
    if (handle == NULL) return NULL;
    server->waiting--;
    int error = uv_accept(&server->handle->uv.stream, &handle->uv.stream);
    if (error != 0) {
        stream_handle_close(handle);
        raise_os_error(server->state, -error, NULL, NULL);
        return NULL;
    }
    if (!server->unix_socket) uv_tcp_nodelay(&handle->uv.tcp, 1);
    PyObject *stream = stream_from_handle_steal(server->state, server->reactor, handle);
    if (stream != NULL && stream_begin((Stream *)stream) < 0) Py_CLEAR(stream);
    if (uvhost_kick(server->reactor) < 0) Py_CLEAR(stream);
    return stream;
}

static void on_connection(uv_stream_t *uv, int status) {
    Server *server = ((StreamHandle *)uv)->owner;
    if (server == NULL) return;
    if (status < 0) server->error = -status;
    else server->waiting++;
    if (server->accepting == NULL) return;
    if (status < 0) {
        server->error = 0;
        raise_os_error(server->state, -status, NULL, NULL);
    }
    wait_end_steal(server->reactor, OP_ACCEPT, &server->accepting,
                   status < 0 ? NULL : take_connection(server));
}

static int check(Server *server) {
    if (server->handle != NULL) return reactor_check_here(server->reactor, "server", true);
    PyErr_SetString(PyExc_ValueError, "the server is closed");
    return -1;
}

static PyObject *server_accept(Server *server, PyObject *unused) {
    if (check(server) < 0) return NULL;
    if (server->accepting != NULL) {
        PyErr_SetString(PyExc_RuntimeError, "another task is already accepting");
        return NULL;
    }
    PyFuture *future = wait_begin(server->reactor, OP_ACCEPT, server, &server->accepting);
    if (future == NULL) return NULL;
    if (server->error != 0) {
        raise_os_error(server->state, server->error, NULL, NULL);
        server->error = 0;
        wait_end_steal(server->reactor, OP_ACCEPT, &server->accepting, NULL);
    } else if (server->waiting > 0) {
        wait_end_steal(server->reactor, OP_ACCEPT, &server->accepting, take_connection(server));
    }
    return (PyObject *)future;
}

static void let_go(Server *server) {
    reactor_notice_end(server->reactor);
    StreamHandle *handle = server->handle;
    if (handle == NULL) return;
    server->handle = NULL;
    handle->owner = NULL;
    stream_handle_let_go(server->reactor, handle);
    if (uvhost_kick(server->reactor) < 0) PyErr_WriteUnraisable((PyObject *)server);
    if (server->accepting == NULL) return;
    raise_os_error(server->state, ECONNABORTED, NULL, NULL);
    wait_end_steal(server->reactor, OP_ACCEPT, &server->accepting, NULL);
}

/* The loop is closed under the server. */
static void server_lost(uv_handle_t *uv) {
    Server *server = ((StreamHandle *)uv)->owner;
    if (server == NULL) return;
    Py_INCREF(server);
    ((StreamHandle *)uv)->owner = NULL;
    server->handle = NULL;
    wait_lost(&server->accepting);
    Py_DECREF(server);
}

static PyObject *server_close(Server *server, PyObject *unused) {
    if (server->handle != NULL && reactor_check(server->reactor) < 0) return NULL;
    let_go(server);
    Py_RETURN_NONE;
}

/* libuv says "permission denied" when the socket's folder is missing. */
static int bind_unix(uv_pipe_t *pipe, const char *path) {
    int error = uv_pipe_bind(pipe, path);
    const char *slash = strrchr(path, '/');
    if (error != UV_EACCES || slash == NULL || slash == path) return error;
    char folder[sizeof((struct sockaddr_un *)NULL)->sun_path];
    snprintf(folder, sizeof folder, "%.*s", (int)(slash - path), path);
    return access(folder, F_OK) < 0 ? -errno : error;
}

static PyObject *listen_on(State *state, const char *path, const struct sockaddr *address, int backlog) {
    Reactor *reactor = reactor_current(state); // borrowed
    StreamHandle *handle = reactor ? stream_handle_new(reactor, path != NULL) : NULL;
    if (handle == NULL) return NULL;
    int error = path != NULL ? bind_unix(&handle->uv.pipe, path)
                             : uv_tcp_bind(&handle->uv.tcp, address,
                                           address->sa_family == AF_INET6 ? UV_TCP_IPV6ONLY : 0);
    if (error == 0) error = uv_listen(&handle->uv.stream, backlog, on_connection);
    Server *server = error == 0 ? (Server *)state->server_type->tp_alloc(state->server_type, 0) : NULL;
    if (server == NULL) {
        stream_handle_close(handle);
        if (error != 0) {
            PyObject *name = path ? PyUnicode_DecodeFSDefault(path) : NULL;
            raise_os_error(state, -error, name, NULL);
            Py_XDECREF(name);
        }
        return NULL;
    }
    server->state = state;
    server->reactor = (Reactor *)Py_NewRef(reactor);
    server->handle = handle;
    server->unix_socket = path != NULL;
    handle->owner = server;
    handle->uv.any.data = (void *)server_lost;
    if (uvhost_kick(reactor) < 0) Py_CLEAR(server);
    return (PyObject *)server;
}

PyObject *listen_tcp(PyObject *module, PyObject *arguments) {
    const char *host;
    int port, backlog, scope = 0;
    struct sockaddr_storage address;
    if (!PyArg_ParseTuple(arguments, "sii|i:_listen_tcp", &host, &port, &backlog, &scope)) return NULL;
    if (parse_address(host, port, scope, &address) < 0) return NULL;
    return listen_on(state_of_module(module), NULL, (struct sockaddr *)&address, backlog);
}

PyObject *listen_unix(PyObject *module, PyObject *arguments) {
    const char *path;
    int backlog;
    if (!PyArg_ParseTuple(arguments, "yi:_listen_unix", &path, &backlog)) return NULL;
    return listen_on(state_of_module(module), path, NULL, backlog);
}

static int server_traverse(Server *server, visitproc visit, void *arg) {
    Py_VISIT(Py_TYPE(server));
    Py_VISIT(server->reactor);
    Py_VISIT(server->accepting);
    return 0;
}

static int server_clear(Server *server) {
    Py_CLEAR(server->accepting);
    return 0;
}

static void server_finalize(Server *server) {
    if (server->handle != NULL) let_go(server);
}

static void server_dealloc(Server *server) {
    if (PyObject_CallFinalizerFromDealloc((PyObject *)server) < 0) return;
    PyTypeObject *type = Py_TYPE(server);
    PyObject_GC_UnTrack(server);
    if (server->weakrefs != NULL) PyObject_ClearWeakRefs((PyObject *)server);
    server_clear(server);
    Py_CLEAR(server->reactor);
    type->tp_free(server);
    Py_DECREF(type);
}

static PyObject *get_own(Server *server, void *unused) {
    uv_os_fd_t fd = -1;
    if (server->handle != NULL) uv_fileno(&server->handle->uv.any, &fd);
    return address_of_fd(fd, false);
}

static PyMethodDef server_methods[] = {
    {"accept", (PyCFunction)server_accept, METH_NOARGS, "The next connection, a stream."},
    {"close", (PyCFunction)server_close, METH_NOARGS, "Stop listening; connections that exist stay."},
    {NULL},
};

static PyGetSetDef server_getset[] = {
    {"sockname", (getter)get_own, NULL, "The address it listens on.", NULL},
    {NULL},
};

static PyMemberDef server_members[] = {
    {"__weaklistoffset__", T_PYSSIZET, offsetof(Server, weakrefs), READONLY, NULL},
    {NULL},
};

static PyType_Slot server_slots[] = {
    {Py_tp_doc, "A listening socket."}, {Py_tp_dealloc, server_dealloc}, {Py_tp_finalize, server_finalize},
    {Py_tp_traverse, server_traverse},  {Py_tp_clear, server_clear},     {Py_tp_methods, server_methods},
    {Py_tp_getset, server_getset},      {Py_tp_members, server_members}, {0, NULL},
};

PyType_Spec server_spec = {
    .name = "dxpy.aio.Listener",
    .basicsize = sizeof(Server),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_DISALLOW_INSTANTIATION,
    .slots = server_slots,
};
