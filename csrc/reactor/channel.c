/* Completions on their way from workers to one loop: a lock-free stack and one eventfd write a batch. */
#include "reactor/op.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

Channel *channel_new(void) {
    Channel *channel = calloc(1, sizeof *channel);
    if (channel == NULL) return NULL;
    channel->event_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (channel->event_fd < 0) {
        int error = errno;
        free(channel);
        errno = error;
        return NULL;
    }
    atomic_init(&channel->references, 1);
    channel->generation = fork_generation();
    return channel;
}

void channel_release(Channel *channel) {
    if (atomic_fetch_sub(&channel->references, 1) != 1) return;
    close_descriptor(channel->event_fd);
    free(channel);
}

void channel_signal(Channel *channel) {
    uint64_t one = 1;
    ssize_t written;
    do written = write(channel->event_fd, &one, sizeof one);
    while (written < 0 && errno == EINTR);
}

void channel_push(Channel *channel, Op *op) {
    Op *head = atomic_load_explicit(&channel->done, memory_order_relaxed);
    do op->next = head;
    while (!atomic_compare_exchange_weak_explicit(&channel->done, &head, op, memory_order_release,
                                                  memory_order_relaxed));
    if (!atomic_exchange(&channel->signalled, true)) channel_signal(channel);
}

Op *channel_take(Channel *channel) {
    uint64_t count;
    if (atomic_load(&channel->signalled)) {
        ssize_t got;
        do got = read(channel->event_fd, &count, sizeof count);
        while (got < 0 && errno == EINTR);
        // Cleared before the list is taken: what is pushed after this line writes the eventfd again.
        atomic_store(&channel->signalled, false);
    }
    Op *newest = atomic_exchange(&channel->done, NULL);
    Op *oldest = NULL;
    while (newest != NULL) {
        Op *next = newest->next;
        newest->next = oldest;
        oldest = newest;
        newest = next;
    }
    return oldest;
}
