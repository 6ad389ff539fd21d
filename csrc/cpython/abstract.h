/* Abstract base classes: what ABCMeta answers, and how long that holds. */
#ifndef DXPY_CPYTHON_ABSTRACT_H
#define DXPY_CPYTHON_ABSTRACT_H

#include "cpython/compat.h"

#include <stdint.h>

/* Is it ABCMeta, or a class of it, that answers isinstance and issubclass as ABCMeta itself does? */
bool cp_answers_as_abc(PyTypeObject *metaclass);
/* Another one after each class that is registered with any: until then answers stay what they were. 0:
 * unknown. */
uint64_t cp_abc_token(void);

#endif
