#define _GNU_SOURCE
#include "base/descriptor.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

static int move_up(int fd) {
    enum { FIRST = 512 };
    int moved = fcntl(fd, F_DUPFD_CLOEXEC, FIRST);
    if (moved < 0) return fd;
    close(fd);
    return moved;
}

void descriptor_make_room(void) {
    int fd = open("/", O_PATH | O_CLOEXEC);
    if (fd >= 0) close(move_up(fd));
}

Descriptor descriptor_take(int fd) {
    struct stat about;
    if (fd < 0) return NO_DESCRIPTOR;
    int number = move_up(fd);
    if (fstat(number, &about) < 0) return NO_DESCRIPTOR;
    return (Descriptor){.number = number, .device = about.st_dev, .inode = about.st_ino};
}

int descriptor_number(const Descriptor *descriptor) {
    struct stat about;
    if (descriptor->number < 0) return -1;
    bool ours = fstat(descriptor->number, &about) == 0 && about.st_dev == descriptor->device &&
                about.st_ino == descriptor->inode;
    return ours ? descriptor->number : -1;
}

void descriptor_close(Descriptor *descriptor) {
    int error = errno, number = descriptor_number(descriptor);
    if (number >= 0) close(number);
    *descriptor = NO_DESCRIPTOR;
    errno = error;
}
