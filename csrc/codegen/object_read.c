#define _GNU_SOURCE
#include "codegen/object_read.h"

#include <elf.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/files.h"
#include "codegen/object.h"

/* Read, not mapped: a file cut short under a mapping would kill the program. */
bool object_open(const char *path, ObjectFile *file) {
    struct stat about;
    *file = (ObjectFile){0};
    int fd = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0) return false;
    if (fstat(fd, &about) == 0 && S_ISREG(about.st_mode) && about.st_size > 0) {
        char *bytes = malloc((size_t)about.st_size);
        if (bytes != NULL && files_read_all(fd, bytes, (size_t)about.st_size))
            *file = (ObjectFile){bytes, (size_t)about.st_size};
        else free(bytes);
    }
    close(fd);
    return file->bytes != NULL;
}

void object_close(ObjectFile *file) {
    free((void *)file->bytes);
    *file = (ObjectFile){0};
}

/* --- its segments --- */

typedef struct Object {
    const ObjectFile *file;
    const Elf64_Phdr *segments;
    int count;
    const Elf64_Sym *symbols;
    size_t symbol_count;
    const char *names;
    size_t names_length;
} Object;

/* So many bytes at an offset; NULL: they are not all there. */
static const void *bytes_at(const ObjectFile *file, uint64_t offset, uint64_t length, size_t alignment) {
    if (offset > file->length || length > file->length - offset || offset % alignment != 0) return NULL;
    return file->bytes + offset;
}

/* The same of an address. */
static const void *at_address(const Object *o, uint64_t address, uint64_t length, size_t alignment) {
    for (int i = 0; i < o->count; i++) {
        const Elf64_Phdr *s = &o->segments[i];
        if (s->p_type != PT_LOAD || address < s->p_vaddr || address - s->p_vaddr > s->p_filesz ||
            length > s->p_filesz - (address - s->p_vaddr))
            continue;
        return bytes_at(o->file, s->p_offset + (address - s->p_vaddr), length, alignment);
    }
    return NULL;
}

/* What a file has that nothing is to be done about when it is loaded. */
static bool is_harmless(const Elf64_Phdr *s) {
    switch (s->p_type) {
    case PT_LOAD: return s->p_filesz == s->p_memsz;
    case PT_DYNAMIC:
    case PT_NOTE:
    case PT_GNU_STACK:
    case PT_GNU_RELRO:
    case PT_GNU_EH_FRAME:
    case PT_GNU_PROPERTY: return true;
    default: return false;
    }
}

static bool find_segments(Object *o) {
    const Elf64_Ehdr *header = bytes_at(o->file, 0, sizeof *header, 1);
    if (header == NULL || memcmp(header->e_ident, ELFMAG, SELFMAG) != 0 ||
        header->e_ident[EI_CLASS] != ELFCLASS64 || header->e_ident[EI_DATA] != ELFDATA2LSB ||
        header->e_type != ET_DYN || header->e_phentsize != sizeof(Elf64_Phdr))
        return false;
    o->count = header->e_phnum;
    o->segments =
        bytes_at(o->file, header->e_phoff, sizeof(Elf64_Phdr) * header->e_phnum, _Alignof(Elf64_Phdr));
    for (int i = 0; o->segments != NULL && i < o->count; i++)
        if (!is_harmless(&o->segments[i])) return false;
    return o->segments != NULL;
}

/* --- its symbols --- */

/* They end where their names begin: so do those of all linkers, and our own. */
static bool find_names(Object *o, uint64_t symbols, uint64_t names) {
    if (names < symbols || symbols == 0) return false;
    o->symbol_count = (names - symbols) / sizeof(Elf64_Sym);
    o->symbols = at_address(o, symbols, o->symbol_count * sizeof(Elf64_Sym), _Alignof(Elf64_Sym));
    o->names = at_address(o, names, o->names_length, 1);
    return o->symbols != NULL && o->names != NULL && o->names_length > 0 &&
           o->names[o->names_length - 1] == 0;
}

/* False: something is asked of the loader. */
static bool find_symbols(Object *o) {
    uint64_t symbols = 0, names = 0;
    const Elf64_Phdr *dynamic = NULL;
    for (int i = 0; i < o->count; i++)
        if (o->segments[i].p_type == PT_DYNAMIC) dynamic = &o->segments[i];
    if (dynamic == NULL) return false;
    size_t count = dynamic->p_filesz / sizeof(Elf64_Dyn);
    const Elf64_Dyn *entry =
        bytes_at(o->file, dynamic->p_offset, count * sizeof(Elf64_Dyn), _Alignof(Elf64_Dyn));
    for (size_t i = 0; entry != NULL && i < count && entry[i].d_tag != DT_NULL; i++) {
        switch (entry[i].d_tag) {
        case DT_SYMTAB: symbols = entry[i].d_un.d_ptr; break;
        case DT_STRTAB: names = entry[i].d_un.d_ptr; break;
        case DT_STRSZ: o->names_length = entry[i].d_un.d_val; break;
        case DT_HASH:
        case DT_GNU_HASH:
        case DT_SYMENT:
        case DT_SONAME: break;
        default: return false;
        }
    }
    return entry != NULL && find_names(o, symbols, names);
}

static const Elf64_Sym *find_symbol(const Object *o, const char *what, int unit) {
    char name[48];
    snprintf(name, sizeof name, "dxpy_%s_%d", what, unit);
    for (size_t i = 1; i < o->symbol_count; i++) {
        const Elf64_Sym *symbol = &o->symbols[i];
        if (symbol->st_shndx != SHN_UNDEF && symbol->st_name < o->names_length &&
            strcmp(o->names + symbol->st_name, name) == 0)
            return symbol;
    }
    return NULL;
}

/* --- its code --- */

/* What the compiler made reads constants that lie behind it: all that is not written to, from the first code
 * on, is copied as it stands. */
static bool find_span(const Object *o, uint64_t *begin, uint64_t *end) {
    *begin = UINT64_MAX, *end = 0;
    for (int i = 0; i < o->count; i++) {
        const Elf64_Phdr *s = &o->segments[i];
        if (s->p_type != PT_LOAD || s->p_flags & PF_W) continue;
        if (s->p_offset != s->p_vaddr) return false;
        if (s->p_flags & PF_X && s->p_vaddr < *begin)
            *begin = s->p_vaddr / OBJECT_ALIGNMENT * OBJECT_ALIGNMENT;
        if (s->p_vaddr + s->p_filesz > *end) *end = s->p_vaddr + s->p_filesz;
    }
    return *begin < *end;
}

/* Does the object consist of pieces that need one another for nothing? */
static bool is_of_pieces(const ObjectFile *file) {
    return ((const Elf64_Ehdr *)file->bytes)->e_flags == OBJECT_OF_PIECES;
}

bool object_find_unit(const ObjectFile *file, int unit, ObjectUnit *found) {
    Object object = {.file = file}, *o = &object;
    if (!find_segments(o) || !find_symbols(o)) return false;
    const Elf64_Sym *function = find_symbol(o, "unit", unit), *image = find_symbol(o, "image", unit),
                    *size = find_symbol(o, "image_size", unit);
    if (function == NULL || image == NULL || size == NULL) return false;
    uint64_t begin = function->st_value, end = begin + function->st_size;
    if (!is_of_pieces(file) && !find_span(o, &begin, &end)) return false;
    const int32_t *words = at_address(o, size->st_value, sizeof *words, _Alignof(int32_t));
    if (words == NULL || *words < 0 || function->st_value < begin || function->st_value > end ||
        function->st_size > end - function->st_value)
        return false;
    found->image_words = *words;
    found->image = at_address(o, image->st_value, sizeof(int32_t) * (uint64_t)*words, _Alignof(int32_t));
    found->code = bytes_at(file, begin, end - begin, 1);
    found->length = end - begin;
    found->entry = function->st_value - begin;
    found->entry_size = function->st_size;
    return found->image != NULL && found->code != NULL && found->length > 0;
}
