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
enum { LARGEST_FILE = 32 << 20, TIDY_TO = 12 << 20, WASTE_WORTH_IT = 256 << 10, MAGIC_BYTES = 8 };

/* Behind the directory: more than that is taken into it by who adds to it. */
enum { TAIL_WORTH_IT = 1 << 20 };

/* Of what the directory tells of so much is read at once. */
enum { PART = 64 << 10 };

static const char MAGIC[MAGIC_BYTES] = {'d', 'x', 'p', 'y', 'w', 'r', 'm', '1'};
static const char DIRECTORY_MAGIC[MAGIC_BYTES] = {'d', 'x', 'p', 'y', 'd', 'i', 'r', '1'};

/* A record on disk: this, then the body. */
typedef struct Head {
    char magic[MAGIC_BYTES];
    uint64_t hint, saved;
    uint8_t id[INDEX_ID];
    uint32_t length; /* of the body */
    uint32_t sum;    /* beginning of the SHA-256 of the world, all above, and the body */
} Head;

_Static_assert(sizeof(Head) == 64, "no padding, whose bytes would be anybody's");

/* Where a record is. Two of one name are one, so that the later one counts; what is found is asked for its
 * whole id. */
typedef struct Place {
    uint32_t hint, id; /* parts of them */
    uint32_t offset;   /* in the file */
    uint32_t length;   /* with its head; 0: a free slot */
} Place;

/* What a file that was written anew begins with: this, then the places of its records, so that these need not
 * be read before they are wanted. */
typedef struct Directory {
    char magic[MAGIC_BYTES];
    uint64_t end;   /* of the records it tells of; behind it is what was appended since */
    uint32_t count; /* of places */
    uint32_t sum;   /* beginning of the SHA-256 of the world, all above, and the places */
} Directory;

_Static_assert(sizeof(Place) == 16 && sizeof(Directory) == 24, "no padding here either");

/* One index is open in a process; guarded by its caller. */
static struct {
    char world[HASH_HEX + 1]; /* "": none is open */
    uint8_t *bytes;           /* the file as far as it was read */
    size_t length, room;
    size_t covered;                 /* end of what its directory tells of, and of what is read part by part */
    bool read[LARGEST_FILE / PART]; /* the parts of that which were */
    uint64_t device, inode;
    size_t taken; /* of it, in the table */
    Place *slots; /* hash table */
    size_t slot_count, used;
    size_t live;   /* bytes of the records that count */
    bool appended; /* by this process */
    uint64_t damaged;
    char problem[256];
} at; // one per process, like the cache

static void note_problem(const char *what) {
    snprintf(at.problem, sizeof at.problem, "%s: %s", what, strerror(errno));
}

/* --- records in memory --- */

static uint32_t sum_of(const void *head, size_t head_length, const void *body, size_t length) {
    Hash hash;
    uint8_t digest[32];
    uint32_t sum;
    hash_init(&hash);
    hash_update(&hash, at.world, HASH_HEX);
    hash_update(&hash, head, head_length);
    hash_update(&hash, body, length);
    hash_final(&hash, digest);
    memcpy(&sum, digest, sizeof sum);
    return sum;
}

static uint32_t sum_of_record(const Head *head, const uint8_t *body) {
    return sum_of(head, offsetof(Head, sum), body, head->length);
}

static uint32_t sum_of_directory(const Directory *directory, const Place *places) {
    return sum_of(directory, offsetof(Directory, sum), places, sizeof *places * directory->count);
}

static Head head_at(size_t offset) {
    Head head;
    memcpy(&head, at.bytes + offset, sizeof head);
    return head;
}

static uint32_t part_of_hint(uint64_t hint) { return (uint32_t)(hint ^ hint >> 32); }

static Place place_of(uint64_t hint, const uint8_t *id, size_t offset, size_t length) {
    Place place = {.hint = part_of_hint(hint), .offset = (uint32_t)offset, .length = (uint32_t)length};
    memcpy(&place.id, id, sizeof place.id);
    return place;
}

static Place place_at(size_t offset) {
    Head head = head_at(offset);
    return place_of(head.hint, head.id, offset, sizeof head + head.length);
}

/* Slot of what has this name, or where it would go. */
static size_t find_slot(const Place *wanted) {
    size_t i = wanted->hint & (at.slot_count - 1);
    for (; at.slots[i].length; i = (i + 1) & (at.slot_count - 1))
        if (at.slots[i].hint == wanted->hint && at.slots[i].id == wanted->id) break;
    return i;
}

static void put_in_table(Place place) {
    size_t i = find_slot(&place);
    if (at.slots[i].length) at.live -= at.slots[i].length;
    else at.used++;
    at.slots[i] = place;
    at.live += place.length;
}

static bool make_room_in_table(size_t more) {
    if (at.slot_count && 2 * (at.used + more) <= at.slot_count) return true;
    size_t count = 256, old_count = at.slot_count;
    while (count < 2 * (at.used + more)) count *= 2;
    Place *old = at.slots, *slots = calloc(count, sizeof *slots);
    if (slots == NULL) return false;
    at.slots = slots, at.slot_count = count, at.used = at.live = 0;
    for (size_t i = 0; i < old_count; i++)
        if (old[i].length) put_in_table(old[i]);
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
            put_in_table(place_at(at.taken));
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
    at.live -= at.slots[slot].length;
    at.slots[slot].length = 0, at.used--;
    for (size_t i = (slot + 1) & (at.slot_count - 1); at.slots[i].length; i = (i + 1) & (at.slot_count - 1)) {
        Place moved = at.slots[i];
        at.slots[i].length = 0;
        at.slots[find_slot(&moved)] = moved;
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

static bool read_at(int fd, void *to, size_t size, size_t offset) {
    for (size_t done = 0; done < size;) {
        ssize_t count = pread(fd, (char *)to + done, size - done, (off_t)(offset + done));
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0) return false;
        done += (size_t)count;
    }
    return true;
}

static bool make_room(size_t size) {
    if (size <= at.room) return true;
    uint8_t *grown = realloc(at.bytes, size);
    if (grown != NULL) at.bytes = grown, at.room = size;
    return grown != NULL;
}

/* Read the file from `at.length` on, up to its end. */
static bool read_rest(int fd, size_t size) {
    if (!make_room(size)) return false;
    while (at.length < size) {
        ssize_t count = pread(fd, at.bytes + at.length, size - at.length, (off_t)at.length);
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0) return count == 0;
        at.length += (size_t)count;
    }
    return true;
}

static bool are_sound(const Directory *directory, const Place *places) {
    size_t begin = sizeof *directory + sizeof *places * directory->count;
    if (directory->sum != sum_of_directory(directory, places)) return false;
    for (uint32_t i = 0; i < directory->count; i++)
        if (places[i].offset < begin || places[i].length < sizeof(Head) ||
            places[i].offset > directory->end || places[i].length > directory->end - places[i].offset)
            return false;
    return true;
}

static bool take_places(const Directory *directory, const Place *places) {
    if (!are_sound(directory, places) || !make_room((size_t)directory->end) ||
        !make_room_in_table(directory->count))
        return false;
    for (uint32_t i = 0; i < directory->count; i++) put_in_table(places[i]);
    at.covered = at.length = at.taken = (size_t)directory->end;
    memset(at.read, 0, sizeof at.read);
    return true;
}

/* Of a file that begins with its directory this is read, and nothing of what it tells of. Any other is read
 * whole. */
static void read_directory(int fd, size_t size) {
    Directory directory;
    if (size < sizeof directory || !read_at(fd, &directory, sizeof directory, 0) ||
        memcmp(directory.magic, DIRECTORY_MAGIC, MAGIC_BYTES) != 0 || directory.end > size ||
        directory.count > (size - sizeof directory) / sizeof(Place))
        return;
    size_t length = sizeof(Place) * directory.count;
    Place *places = malloc(length + 1);
    if (places != NULL && read_at(fd, places, length, sizeof directory)) take_places(&directory, places);
    free(places);
}

static bool is_read(size_t part) { return part * PART >= at.covered || at.read[part]; }

static bool read_part(int fd, size_t part) {
    size_t from = part * PART, left = at.covered - from;
    at.read[part] = read_at(fd, at.bytes + from, left < PART ? left : PART, from);
    return at.read[part];
}

/* Have the records between two places in memory. False: the file is another by now, or cannot be read. */
static bool have_read(size_t from, size_t end) {
    struct stat about;
    size_t part = from / PART;
    while (part * PART < end && is_read(part)) part++;
    if (part * PART >= end) return true;
    int fd = open_file(O_RDONLY, &about);
    if (fd < 0) return false;
    bool good = about.st_ino == at.inode && about.st_dev == at.device && (size_t)about.st_size >= at.length;
    for (; good && part * PART < end; part++) good = is_read(part) || read_part(fd, part);
    close(fd);
    return good;
}

static void forget_records(void) {
    free(at.bytes);
    free(at.slots);
    at.bytes = NULL, at.slots = NULL;
    at.length = at.room = at.covered = at.taken = at.slot_count = at.used = at.live = 0;
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
    bool fits = size <= LARGEST_FILE;
    if (fits && at.length == 0) read_directory(fd, size);
    bool good = fits && read_rest(fd, size);
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
    at.appended = false;
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
    uint32_t part = part_of_hint(hint);
    if (at.slot_count == 0) return false;
    for (size_t i = part & (at.slot_count - 1); at.slots[i].length; i = (i + 1) & (at.slot_count - 1))
        if (at.slots[i].hint == part) return true;
    return false;
}

/* Of a record that was read. */
static bool is_sound(const Place *place) {
    Head head = head_at(place->offset);
    return sizeof head + head.length == place->length &&
           head.sum == sum_of_record(&head, at.bytes + place->offset + sizeof head);
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

/* Its slot, the record in memory; slot_count: there is none. */
static size_t find_and_read(const Place *wanted) {
    for (int attempt = 0; attempt < 2 && at.slot_count > 0; attempt++) {
        size_t slot = find_slot(wanted);
        const Place *place = &at.slots[slot];
        if (place->length == 0) break;
        if (have_read(place->offset, place->offset + place->length)) return slot;
        read_file();
    }
    return at.slot_count;
}

bool index_find(uint64_t hint, const uint8_t id[INDEX_ID], IndexRecord *record) {
    Place wanted = place_of(hint, id, 0, 0);
    size_t slot = find_and_read(&wanted);
    if (slot == at.slot_count) return false;
    if (!is_sound(&at.slots[slot])) {
        at.damaged++;
        remove_from_table(slot);
        return false;
    }
    *record = record_at(at.slots[slot].offset);
    return record->hint == hint && memcmp(record->id, id, INDEX_ID) == 0;
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
        head.sum = sum_of_record(&head, records[i].body);
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
    at.appended |= written;
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
    Place place;
} Kept;

static int newest_first(const void *left, const void *right) {
    const Kept *a = left, *b = right;
    if (a->saved != b->saved) return a->saved < b->saved ? 1 : -1;
    return (a->place.offset < b->place.offset) - (a->place.offset > b->place.offset);
}

/* What stays, newest first; malloc'ed. */
static Kept *choose(uint64_t max_age, size_t *count) {
    Kept *kept = have_read(0, at.covered) ? malloc(sizeof *kept * (at.used + 1)) : NULL;
    size_t bytes = 0, fits = 0;
    uint64_t time_now = now();
    *count = 0;
    for (size_t i = 0; kept && i < at.slot_count; i++) {
        const Place *place = &at.slots[i];
        if (place->length == 0 || !is_sound(place)) continue;
        Kept one = {.saved = head_at(place->offset).saved, .place = *place};
        /* Saved in the future: a clock was moved; its age is not known. */
        bool old = max_age && one.saved < time_now && time_now - one.saved > max_age;
        if (!old) kept[(*count)++] = one;
    }
    if (kept == NULL) return NULL;
    qsort(kept, *count, sizeof *kept, newest_first);
    for (; fits < *count && bytes <= TIDY_TO; fits++) bytes += kept[fits].place.length;
    *count = fits;
    return kept;
}

/* A file of these records in the order they were written in, its directory in front; malloc'ed. */
static uint8_t *pack_anew(const Kept *kept, size_t count, size_t *length) {
    size_t offset = sizeof(Directory) + sizeof(Place) * count;
    *length = offset;
    for (size_t i = 0; i < count; i++) *length += kept[i].place.length;
    Directory directory = {.end = *length, .count = (uint32_t)count};
    uint8_t *packed = malloc(*length);
    Place *places = malloc(sizeof *places * count + 1);
    for (size_t i = 0; packed && places && i < count; i++) {
        const Place *from = &kept[count - 1 - i].place;
        places[i] = *from;
        places[i].offset = (uint32_t)offset;
        memcpy(packed + offset, at.bytes + from->offset, from->length);
        offset += from->length;
    }
    if (packed && places) {
        memcpy(directory.magic, DIRECTORY_MAGIC, MAGIC_BYTES);
        directory.sum = sum_of_directory(&directory, places);
        memcpy(packed, &directory, sizeof directory);
        memcpy(packed + sizeof directory, places, sizeof *places * count);
    }
    if (places == NULL) *length = 0;
    free(places);
    return packed;
}

static bool write_file(int fd, const Kept *kept, size_t count) {
    size_t length;
    if (count == 0) return true;
    uint8_t *packed = pack_anew(kept, count, &length);
    bool good = packed && length > 0 && files_write_all(fd, packed, length);
    free(packed);
    return good;
}

static void write_anew(int folder, uint64_t max_age) {
    char temporary[CACHE_NAME + 32];
    size_t count;
    Kept *kept = choose(max_age, &count);
    snprintf(temporary, sizeof temporary, "%.40s.%d", at.world, (int)getpid());
    int fd =
        kept ? openat(folder, temporary, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600) : -1;
    bool good = fd >= 0 && write_file(fd, kept, count);
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
    bool wasteful = at.length > 2 * at.live + WASTE_WORTH_IT || at.length > LARGEST_FILE / 2 ||
                    at.damaged > 0 || (at.appended && at.length - at.covered > TAIL_WORTH_IT);
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
    if (!have_read(0, at.covered)) read_file();
    for (size_t i = 0; i < at.slot_count; i++) {
        const Place *place = &at.slots[i];
        if (place->length == 0 || !have_read(place->offset, place->offset + place->length) ||
            !is_sound(place))
            continue;
        IndexRecord record = record_at(place->offset);
        visit(&record, arg);
    }
}

void index_get_info(IndexInfo *info) {
    *info = (IndexInfo){.functions = at.used, .bytes = at.length, .damaged = at.damaged};
    memcpy(info->problem, at.problem, sizeof info->problem);
}
