/* Open files: requests are served one after the other from buffers; one operation of the system is under way
 * at most. */
#ifndef DXPY_REACTOR_FILE_H
#define DXPY_REACTOR_FILE_H

#include "reactor/reactor.h"

enum { FILE_CHUNK = 64 * 1024 };

typedef enum RequestKind {
    REQUEST_READ,
    REQUEST_READINTO,
    REQUEST_LINE,
    REQUEST_NEXT, // a line, StopAsyncIteration at the end
    REQUEST_WRITE,
    REQUEST_FLUSH,
    REQUEST_SEEK,
    REQUEST_TRUNCATE,
    REQUEST_SYNC,
    REQUEST_CLOSE,
} RequestKind;

typedef struct Request {
    struct Request *next;
    RequestKind kind;
    PyFuture *future; // owned; NULL once its awaiter has left
    Py_ssize_t size;  // READ, LINE: the most to return, -1 for no limit; WRITE: what to return
    int64_t offset;   // SEEK, TRUNCATE
    int whence;
    bool data_only; // SYNC
    bool begun;
    bool issued;   // its own operation (truncate, sync, close) has been sent
    int64_t start; // position to go back to when a read is given up
    PyObject *out; // owned bytes being filled, or bytes to write
    char *target;  // where a read goes past the buffer
    size_t filled, room;
    Py_buffer view; // READINTO, WRITE
} Request;

typedef enum FileIo { IO_NONE, IO_FILL, IO_DIRECT, IO_FLUSH, IO_WRITE, IO_OTHER } FileIo;

typedef struct File {
    PyObject_HEAD State *state;
    Reactor *reactor; // owned
    PyObject *weakrefs;
    PyObject *name, *mode;                 // as given
    PyObject *encoding, *errors, *newline; // text only, else NULL
    PyObject *decoder, *encoder;           // encoder NULL: UTF-8
    PyObject *text;                        // decoded and not yet read
    Py_ssize_t text_at;
    PyObject *line; // the LineResult that is used again
    int fd;
    bool readable, writable, append, seekable, is_text, buffered, closing, owns_fd;
    bool at_end;      // the last fill brought nothing
    int64_t position; // of the system's end of the read buffer, or where the write buffer goes
    char *read_buffer;
    size_t read_start, read_end, read_room;
    char *write_buffer;
    size_t write_size;
    Request *head, *tail;
    FileIo io;    // what is under way for the head
    int io_error; // of what has ended
    int others;   // pread, pwrite and so on under way beside the queue
    bool stepping;
} File;

// file.c
void file_step(File *file);
PyObject *file_request_steal(File *file, Request *request); // a copy is queued; the future
int file_check(File *file, bool here);                      // open, this thread (and, with here, this loop)
PyObject *file_take_line(File *file, Py_ssize_t limit,
                         bool at_end); // new ref, NULL without exception: not enough there
void file_drop_read(File *file);
void file_other_ended(File *file);
void file_lost(File *file); // the reactor is closed under it: nobody waits any more

// file_text.c
int text_decode(File *file, bool last); // read buffer -> text
PyObject *text_take_line(File *file, Py_ssize_t limit, bool at_end);
PyObject *text_take(File *file, Py_ssize_t size);
PyObject *text_encode(File *file, PyObject *text);
PyObject *text_tell(File *file);
int text_restart(File *file);
static inline Py_ssize_t text_ready(File *file) {
    return file->text == NULL ? 0 : PyUnicode_GET_LENGTH(file->text) - file->text_at;
}

#endif
