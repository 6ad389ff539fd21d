/* A unit of an object of the code cache, found without the dynamic loader, which takes longer than all else
 * that installing one needs. */
#ifndef DXPY_CODEGEN_OBJECT_READ_H
#define DXPY_CODEGEN_OBJECT_READ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { OBJECT_ALIGNMENT = 64 };

typedef struct ObjectFile {
    const char *bytes; /* for as long as it is open */
    size_t length;
} ObjectFile;

typedef struct ObjectUnit {
    const char *code; /* runs wherever it is copied to, at an address that OBJECT_ALIGNMENT divides */
    size_t length;
    size_t entry, entry_size; /* the function in it */
    const int32_t *image;
    int32_t image_words;
} ObjectUnit;

bool object_open(const char *path, ObjectFile *file);
void object_close(ObjectFile *file);

/* What `found` points to lies in the file. False: there is no such unit, or the object needs the dynamic
 * loader: it has relocations, needs other libraries, or the like. */
bool object_find_unit(const ObjectFile *file, int unit, ObjectUnit *found);

#endif
