#include "cpython/kept.h"

CpKept cp_kept;
