#include "reactor.h"
void uvhost_close(Reactor *reactor) {}
