#define _GNU_SOURCE
#include "cache/index.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#include "base/files.h"
#include "cache/cache_internal.h"

/* Larger than any index of use: what is read is bounded, whatever the file is. */
enum { LARGEST_FILE = 32 << 20, TIDY_TO = 8 << 20, WASTE_WORTH_IT = 256 << 10, MAGIC_BYTES = 8 };

static const char MAGIC[MAGIC_BYTES] = {'d', 'x', 'p', 'y', 'w', 'r', 'm', '1'};

/* A record on disk: this, then the body. */
typedef struct Head {
    char magic[MAGIC_BYTES];
    uint64_t hint, saved;
    uint8_t id[INDEX_ID];
    uint32_t length; /* of the body */
    uint32_t sum;    /* beginning of the SHA-256 of the world, all above, and the body */
} Head;

_Static_assert(sizeof(Head) == 64, "no padding, whose bytes would be anybody's");

/* One index is open in a process; guarded by its caller. */
static struct {
    char world[HASH_HEX + 1]; /* "": none is open */
    uint8_t *bytes;           /* the file as far as it was read */
    size_t length, room;
    uint64_t device, inode;
    size_t taken;    /* of it, in the table */
    uint32_t *slots; /* hash table by hint: 1 + offset in `bytes`; 0: free */
    size_t slot_count, used;
    size_t live; /* bytes of the records that count */
    uint64_t damaged;
    char problem[256];
} at; // one per process, like the cache

static void note_problem(const char *what) {
    snprintf(at.problem, sizeof at.problem, "%s: %s", what, strerror(errno));
}

/* --- records in memory --- */

static uint32_t sum_of(const Head *head, const uint8_t *body) {
    Hash hash;
    uint8_t digest[32];
    uint32_t sum;
    hash_init(&hash);
    hash_update(&hash, at.world, HASH_HEX);
    hash_update(&hash, head, offsetof(Head, sum));
    hash_update(&hash, body, head->length);
    hash_final(&hash, digest);
    memcpy(&sum, digest, sizeof sum);
    return sum;
}

static Head head_at(size_t offset) {
    Head head;
    memcpy(&head, at.bytes + offset, sizeof head);
    return head;
}

/* Place of an id, or where it would go. */
static size_t find_slot(uint64_t hint, const uint8_t *id) {
    size_t i = (hint ^ hint >> 32) & (at.slot_count - 1);
    for (; at.slots[i]; i = (i + 1) & (at.slot_count - 1)) {
        const uint8_t *head = at.bytes + at.slots[i] - 1;
        if (memcmp(head + offsetof(Head, hint), &hint, sizeof hint) == 0 &&
            memcmp(head + offsetof(Head, id), id, INDEX_ID) == 0)
            break;
    }
    return i;
}

static void put_in_table(size_t offset) {
    Head head = head_at(offset);
    size_t i = find_slot(head.hint, head.id);
    if (at.slots[i]) at.live -= sizeof head + head_at(at.slots[i] - 1).length;
    else at.used++;
    at.slots[i] = (uint32_t)offset + 1;
    at.live += sizeof head + head.length;
}

static bool make_room_in_table(size_t more) {
    if (at.slot_count && 2 * (at.used + more) <= at.slot_count) return true;
    size_t count = 256, old_count = at.slot_count;
    while (count < 4 * (at.used + more)) count *= 2;
    uint32_t *old = at.slots, *slots = calloc(count, sizeof *slots);
    if (slots == NULL) return false;
    at.slots = slots, at.slot_count = count, at.used = at.live = 0;
    for (size_t i = 0; i < old_count; i++)
        if (old[i]) put_in_table(old[i] - 1);
    free(old);
    return true;
}

static bool is_magic(size_t offset) {
    return offset + MAGIC_BYTES <= at.length && memcmp(at.bytes + offset, MAGIC, MAGIC_BYTES) == 0;
}

/* Length of the record there; 0: there is none. It is one when another follows, or nothing: what a killed
 * process or a full disk has cut short would else swallow the beginning of the next. */
static size_t record_length(size_t offset) {
    if (offset + sizeof(Head) > at.length || !is_magic(offset)) return 0;
    Head head = head_at(offset);
    if (head.length > INDEX_BODY || head.length > at.length - offset - sizeof head) return 0;
    size_t end = offset + sizeof head + head.length;
    return end == at.length || is_magic(end) ? end - offset : 0;
}

/* Take over the records that were not yet. What makes no sense is stepped over, up to the next record; at the
 * end it may be one that is just being written. */
static void take_records(void) {
    while (at.taken < at.length && make_room_in_table(1)) {
        size_t length = record_length(at.taken);
        if (length > 0) {
            put_in_table(at.taken);
            at.taken += length;
            continue;
        }
        size_t from = at.taken + 1;
        const uint8_t *next = memmem(at.bytes + from, at.length - from, MAGIC, MAGIC_BYTES);
        if (next == NULL) return;
        at.damaged++;
        at.taken = (size_t)(next - at.bytes);
    }
}

static void remove_from_table(size_t slot) {
    /* What follows without a gap may have been put there because this place was taken. */
    Head gone = head_at(at.slots[slot] - 1);
    at.live -= sizeof gone + gone.length;
    at.slots[slot] = 0, at.used--;
    for (size_t i = (slot + 1) & (at.slot_count - 1); at.slots[i]; i = (i + 1) & (at.slot_count - 1)) {
        size_t offset = at.slots[i] - 1;
        Head head = head_at(offset);
        at.slots[i] = 0;
        at.slots[find_slot(head.hint, head.id)] = (uint32_t)offset + 1;
    }
}

/* --- the file --- */

/* The folder of indexes; -1 with errno. */
static int open_folder(bool make) {
    int root = cache_open_root(make);
    int folder = root < 0 ? -1 : cache_open_inner(root, "index", make);
    int error = errno;
    if (root >= 0) close(root);
    errno = error;
    return folder;
}

static int open_file(int flags, struct stat *about) {
    int folder = open_folder((flags & O_CREAT) != 0);
    if (folder < 0) return -1;
    int fd = openat(folder, at.world, flags | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0600);
    int error = errno;
    close(folder);
    errno = error;
    if (fd < 0 || (fstat(fd, about) == 0 && S_ISREG(about->st_mode) && cache_is_private(about))) return fd;
    close(fd);
    errno = EPERM;
    return -1;
}

/* Read the file from `at.length` on, up to its end. */
static bool read_rest(int fd, size_t size) {
    if (size > at.room) {
        uint8_t *grown = realloc(at.bytes, size);
        if (grown == NULL) return false;
        at.bytes = grown, at.room = size;
    }
    while (at.length < size) {
        ssize_t count = pread(fd, at.bytes + at.length, size - at.length, (off_t)at.length);
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0) return count == 0;
        at.length += (size_t)count;
    }
    return true;
}

static void forget_records(void) {
    free(at.bytes);
    free(at.slots);
    at.bytes = NULL, at.slots = NULL;
    at.length = at.room = at.taken = at.slot_count = at.used = at.live = 0;
}

static bool read_file(void) {
    struct stat about;
    int fd = open_file(O_RDONLY, &about);
    if (fd < 0) {
        if (errno != ENOENT) note_problem("the index cannot be read");
        return false;
    }
    /* Written anew by another process: the records are at other places. */
    bool other = about.st_ino != at.inode || about.st_dev != at.device || (size_t)about.st_size < at.length;
    if (other) forget_records();
    at.inode = about.st_ino, at.device = about.st_dev;
    size_t size = (size_t)about.st_size;
    bool fits = size <= LARGEST_FILE, good = fits && read_rest(fd, size);
    if (!fits) errno = EFBIG, at.damaged++; /* it is written anew */
    if (!good) note_problem("the index cannot be read");
    close(fd);
    take_records();
    return good;
}

bool index_open(const char *world) {
    index_close();
    if (!cache_is_key(world)) return false;
    memcpy(at.world, world, sizeof at.world);
    return read_file();
}

void index_close(void) {
    forget_records();
    at.world[0] = at.problem[0] = 0;
    at.damaged = at.inode = at.device = 0;
}

bool index_is_open(void) { return at.world[0] != 0; }

void index_refresh(void) {
    struct stat about;
    if (!index_is_open()) return;
    int fd = open_file(O_RDONLY, &about);
    if (fd < 0) return;
    close(fd);
    if (about.st_ino != at.inode || (size_t)about.st_size != at.length) read_file();
}

bool index_has(uint64_t hint) {
    if (at.slot_count == 0) return false;
    for (size_t i = (hint ^ hint >> 32) & (at.slot_count - 1); at.slots[i]; i = (i + 1) & (at.slot_count - 1))
        if (memcmp(at.bytes + at.slots[i] - 1 + offsetof(Head, hint), &hint, sizeof hint) == 0) return true;
    return false;
}

static bool is_sound(size_t offset) {
    Head head = head_at(offset);
    return head.sum == sum_of(&head, at.bytes + offset + sizeof head);
}

static IndexRecord record_at(size_t offset) {
    Head head = head_at(offset);
    IndexRecord record = {.hint = head.hint,
                          .saved = head.saved,
                          .body = at.bytes + offset + sizeof head,
                          .length = head.length};
    memcpy(record.id, head.id, INDEX_ID);
    return record;
}

bool index_find(uint64_t hint, const uint8_t id[INDEX_ID], IndexRecord *record) {
    if (at.slot_count == 0) return false;
    size_t slot = find_slot(hint, id);
    if (at.slots[slot] == 0) return false;
    size_t offset = at.slots[slot] - 1;
    if (!is_sound(offset)) {
        at.damaged++;
        remove_from_table(slot);
        return false;
    }
    *record = record_at(offset);
    return true;
}

/* --- writing --- */

static uint64_t now(void) { return (uint64_t)time(NULL); }

/* The records as they stand on disk, malloc'ed. */
static uint8_t *pack(IndexRecord *records, int count, size_t *length) {
    *length = 0;
    for (int i = 0; i < count; i++) *length += sizeof(Head) + records[i].length;
    uint8_t *packed = malloc(*length + 1), *to = packed;
    for (int i = 0; packed && i < count; i++) {
        Head head = {
            .hint = records[i].hint, .saved = records[i].saved, .length = (uint32_t)records[i].length};
        memcpy(head.magic, MAGIC, MAGIC_BYTES);
        memcpy(head.id, records[i].id, INDEX_ID);
        head.sum = sum_of(&head, records[i].body);
        memcpy(to, &head, sizeof head);
        memcpy(to + sizeof head, records[i].body, records[i].length);
        to += sizeof head + records[i].length;
    }
    return packed;
}

bool index_append(IndexRecord *records, int count) {
    struct stat about;
    size_t length;
    if (!index_is_open() || count == 0) return count == 0;
    for (int i = 0; i < count; i++) records[i].saved = now();
    uint8_t *packed = pack(records, count, &length);
    if (packed == NULL) return false;
    int fd = open_file(O_WRONLY | O_APPEND | O_CREAT, &about);
    bool fits = fd >= 0 && (size_t)about.st_size + length <= LARGEST_FILE;
    if (fd >= 0 && !fits) errno = EFBIG;
    bool written = fits && files_write_all(fd, packed, length);
    if (!written) {
        note_problem("the index cannot be written");
        cache_note_failed_store("index");
    }
    if (fd >= 0) close(fd);
    free(packed);
    return written;
}

typedef struct Kept {
    uint64_t saved;
    size_t offset;
} Kept;

static int newest_first(const void *left, const void *right) {
    const Kept *a = left, *b = right;
    return (a->saved < b->saved) - (a->saved > b->saved);
}

/* The offsets of what stays, newest first; malloc'ed. */
static Kept *choose(uint64_t max_age, size_t *count) {
    Kept *kept = malloc(sizeof *kept * (at.used + 1));
    size_t bytes = 0, fits = 0;
    uint64_t time_now = now();
    *count = 0;
    for (size_t i = 0; kept && i < at.slot_count; i++) {
        if (at.slots[i] == 0 || !is_sound(at.slots[i] - 1)) continue;
        Kept one = {.saved = head_at(at.slots[i] - 1).saved, .offset = at.slots[i] - 1};
        /* Saved in the future: a clock was moved; its age is not known. */
        bool old = max_age && one.saved < time_now && time_now - one.saved > max_age;
        if (!old) kept[(*count)++] = one;
    }
    if (kept == NULL) return NULL;
    qsort(kept, *count, sizeof *kept, newest_first);
    for (; fits < *count && bytes <= TIDY_TO; fits++)
        bytes += sizeof(Head) + head_at(kept[fits].offset).length;
    *count = fits;
    return kept;
}

static bool write_records(int fd, const Kept *kept, size_t count) {
    bool good = true;
    for (size_t i = count; good && i-- > 0;)
        good = files_write_all(fd, at.bytes + kept[i].offset, sizeof(Head) + head_at(kept[i].offset).length);
    return good;
}

static void write_anew(int folder, uint64_t max_age) {
    char temporary[CACHE_NAME + 32];
    size_t count;
    Kept *kept = choose(max_age, &count);
    snprintf(temporary, sizeof temporary, "%.40s.%d", at.world, (int)getpid());
    int fd =
        kept ? openat(folder, temporary, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600) : -1;
    bool good = fd >= 0 && write_records(fd, kept, count);
    if (fd >= 0) good = close(fd) == 0 && good;
    if (!good || renameat(folder, temporary, folder, at.world) < 0) {
        note_problem("the index cannot be written anew");
        unlinkat(folder, temporary, 0);
    }
    free(kept);
}

void index_tidy(uint64_t max_age, bool force) {
    if (!index_is_open()) return;
    index_refresh();
    bool wasteful =
        at.length > 2 * at.live + WASTE_WORTH_IT || at.length > LARGEST_FILE / 2 || at.damaged > 0;
    int folder = wasteful || force ? open_folder(false) : -1;
    if (folder < 0) return;
    /* One process at a time. Where there are no locks two may do it at once: then the second one's file
     * stays. */
    bool mine = flock(folder, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK;
    if (mine) write_anew(folder, max_age);
    close(folder);
    if (mine) read_file();
}

/* --- looking on --- */

void index_each(void (*visit)(const IndexRecord *record, void *arg), void *arg) {
    for (size_t i = 0; i < at.slot_count; i++) {
        if (at.slots[i] == 0 || !is_sound(at.slots[i] - 1)) continue;
        IndexRecord record = record_at(at.slots[i] - 1);
        visit(&record, arg);
    }
}

void index_get_info(IndexInfo *info) {
    *info = (IndexInfo){.functions = at.used, .bytes = at.length, .damaged = at.damaged};
    memcpy(info->problem, at.problem, sizeof info->problem);
}
