/* Descriptors of ours in a process whose program does not know of them. It may close all that are open, as
 * those do that become daemons, and the numbers then are files of its own: what we close, send to or read
 * from is therefore asked for in front of each use. */
#ifndef DXPY_BASE_DESCRIPTOR_H
#define DXPY_BASE_DESCRIPTOR_H

#include <stdbool.h>
#include <sys/types.h>

typedef struct Descriptor {
    int number; /* -1: none */
    dev_t device;
    ino_t inode; /* with the device: which file it is */
} Descriptor;

#define NO_DESCRIPTOR ((Descriptor){.number = -1})

/* Takes what open() and its like have just given, under a number that programs do not come to which open one
 * after the other, or which take the lowest number to be free; where the limit is lower it stays as it is.
 * What they failed to give (-1) is none, with errno as it was. */
Descriptor descriptor_take(int fd);

/* Its number where that is its file still, else -1. */
int descriptor_number(const Descriptor *descriptor);

/* Have the kernel make room for such numbers, which takes 10 ms of waiting where the process has threads
 * already. */
void descriptor_make_room(void);

/* Close it, unless the number is another's by now; then there is none. */
void descriptor_close(Descriptor *descriptor);

#endif
