/* What the tests need beside worker.h and cache.h: a notify that needs no GIL. */
#include <stdatomic.h>

static _Atomic int notified;

void shim_notify(void) { notified++; }
int shim_notified(void) { return notified; }
