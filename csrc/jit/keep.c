/* What is made here runs at once; the next process finds it in the code cache. It is gathered for two
 * seconds, up to a hundred functions or so, since an object of many costs one file to write and one to load.
 * It is stored as it is: nobody compiles it a second time for that. */
#include "jit/keep.h"

#include <string.h>
#include <unistd.h>

#include "base/files.h"
#include "base/hash.h"
#include "cache/cache.h"
#include "codegen/object.h"
#include "jit/warm.h"

enum { MOST_UNITS = 128 }; /* the loader goes through an object's names one by one */

typedef struct Kept {
    char key[HASH_HEX + 1];
    QuickCode code;
} Kept;

/* One per process, like the cache. In a fork's child it is a copy: who comes second finds the code stored. */
static Kept shelf[MOST_UNITS];
static int count;
static double since; /* when the first of them came */

static void empty_shelf(void) {
    for (int i = 0; i < count; i++) quick_code_free(&shelf[i].code);
    count = 0;
}

/* Other processes may have made the same, and stored it before. */
static void drop_what_is_there(void) {
    CacheEntry entry;
    int left = 0;
    for (int i = 0; i < count; i++) {
        if (cache_lookup(shelf[i].key, &entry)) quick_code_free(&shelf[i].code);
        else shelf[left++] = shelf[i];
    }
    count = left;
}

static void store(void) {
    Piece pieces[MOST_UNITS * UNIT_PIECES] = {0};
    const char *keys[MOST_UNITS];
    StrBuf object = {0};
    for (int i = 0; i < count; i++) {
        keys[i] = shelf[i].key;
        object_take_unit(pieces + i * UNIT_PIECES, i, &shelf[i].code.bytes, &shelf[i].code.image);
    }
    object_make(&object, pieces, count * UNIT_PIECES);
    if (!object.failed) cache_store_bytes(object.text, object.length, keys, count);
    strbuf_free(&object);
    for (int i = 0; i < count * UNIT_PIECES; i++) strbuf_free(&pieces[i].bytes);
}

/* One process at a time stores quick code, so that of processes started together the first one stores it
 * and the others find it. Who cannot wait for its turn any longer does without. */
static ClaimState take_turn(const char *turn, bool patient) {
    enum { LONGEST_SECONDS = 5, WAITS = 10, WAIT_US = 5000 };
    ClaimState state = cache_claim(turn, LONGEST_SECONDS);
    for (int i = 0; patient && state == CLAIM_TAKEN && i < WAITS; i++) {
        usleep(WAIT_US);
        state = cache_claim(turn, LONGEST_SECONDS);
    }
    return state;
}

static void store_all(bool patient) {
    static const char TURN[] = "quick code";
    char turn[HASH_HEX + 1];
    Hash hash;
    if (count == 0) return;
    hash_init(&hash);
    hash_update(&hash, TURN, sizeof TURN);
    hash_final_hex(&hash, turn);
    ClaimState state = take_turn(turn, patient);
    if (state == CLAIM_TAKEN && !patient && count < MOST_UNITS) return;
    drop_what_is_there();
    if (count > 0) store();
    if (state == CLAIM_MINE) cache_release(turn);
    empty_shelf();
    warm_save();
}

void keep_code(const char *key, QuickCode *code) {
    for (int i = 0; i < count; i++)
        if (strcmp(shelf[i].key, key) == 0) return;
    if (count == 0) since = files_now();
    memcpy(shelf[count].key, key, sizeof shelf[count].key);
    shelf[count++].code = *code;
    *code = (QuickCode){0};
    if (count == MOST_UNITS) store_all(false);
}

void keep_not(const char *key) {
    for (int i = 0; i < count; i++) {
        if (strcmp(shelf[i].key, key) != 0) continue;
        quick_code_free(&shelf[i].code);
        shelf[i] = shelf[--count];
        return;
    }
}

void keep_look(void) {
    static const double SECONDS = 2;
    if (count > 0 && files_now() - since > SECONDS) store_all(false);
}

void keep_all(void) { store_all(true); }
