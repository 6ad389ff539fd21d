#include "codegen/object.h"

#include <elf.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/files.h"

/* The file: headers, symbols, their names, their hash table, the pieces; and what the loader writes to. It is
 * mapped as it stands, that last part a page further on. */
enum { PAGE = 4096, ALIGNMENT = 16, SEGMENTS = 4 };

#if defined(__x86_64__)
enum { MACHINE = EM_X86_64 };
#else
enum { MACHINE = EM_NONE };
#endif

static size_t aligned(size_t offset) { return (offset + ALIGNMENT - 1) & ~(size_t)(ALIGNMENT - 1); }

static void pad_to(StrBuf *file, size_t offset) {
    static const char zeros[ALIGNMENT]; // never written to
    while (file->length < offset && !file->failed) {
        size_t missing = offset - file->length;
        strbuf_add(file, zeros, missing < ALIGNMENT ? missing : ALIGNMENT);
    }
}

/* Where everything stands. */
typedef struct Plan {
    size_t symbols, names, hash, pieces, dynamic, end;
} Plan;

static Plan plan(const Piece *pieces, int count) {
    Plan p = {.symbols = aligned(sizeof(Elf64_Ehdr) + SEGMENTS * sizeof(Elf64_Phdr))};
    size_t name_bytes = 1;
    for (int i = 0; i < count; i++) name_bytes += strlen(pieces[i].name) + 1;
    p.names = p.symbols + (size_t)(count + 1) * sizeof(Elf64_Sym);
    p.hash = aligned(p.names + name_bytes);
    p.pieces = aligned(p.hash + (size_t)(count + 4) * sizeof(uint32_t));
    p.dynamic = p.pieces;
    for (int i = 0; i < count; i++) p.dynamic = aligned(p.dynamic + pieces[i].bytes.length);
    p.end = p.dynamic + 6 * sizeof(Elf64_Dyn);
    return p;
}

static void add_headers(StrBuf *file, const Plan *p) {
    Elf64_Ehdr header = {.e_type = ET_DYN,
                         .e_machine = MACHINE,
                         .e_version = EV_CURRENT,
                         .e_flags = OBJECT_OF_PIECES,
                         .e_phoff = sizeof(Elf64_Ehdr),
                         .e_ehsize = sizeof(Elf64_Ehdr),
                         .e_phentsize = sizeof(Elf64_Phdr),
                         .e_phnum = SEGMENTS,
                         .e_shentsize = sizeof(Elf64_Shdr)};
    memcpy(header.e_ident, ELFMAG, SELFMAG);
    header.e_ident[EI_CLASS] = ELFCLASS64;
    header.e_ident[EI_DATA] = ELFDATA2LSB;
    header.e_ident[EI_VERSION] = EV_CURRENT;
    strbuf_add(file, (const char *)&header, sizeof header);
    size_t size = p->end - p->dynamic, writable = p->dynamic + PAGE;
    const Elf64_Phdr segments[SEGMENTS] = {
        {.p_type = PT_LOAD,
         .p_flags = PF_R | PF_X,
         .p_filesz = p->dynamic,
         .p_memsz = p->dynamic,
         .p_align = PAGE},
        {.p_type = PT_LOAD,
         .p_flags = PF_R | PF_W,
         .p_offset = p->dynamic,
         .p_vaddr = writable,
         .p_paddr = writable,
         .p_filesz = size,
         .p_memsz = size,
         .p_align = PAGE},
        {.p_type = PT_DYNAMIC,
         .p_flags = PF_R | PF_W,
         .p_offset = p->dynamic,
         .p_vaddr = writable,
         .p_paddr = writable,
         .p_filesz = size,
         .p_memsz = size,
         .p_align = sizeof(void *)},
        {.p_type = PT_GNU_STACK, .p_flags = PF_R | PF_W, .p_align = ALIGNMENT},
    };
    strbuf_add(file, (const char *)segments, sizeof segments);
}

static void add_symbols(StrBuf *file, const Plan *p, const Piece *pieces, int count) {
    Elf64_Sym nothing = {0};
    size_t name = 1, at = p->pieces;
    pad_to(file, p->symbols);
    strbuf_add(file, (const char *)&nothing, sizeof nothing);
    for (int i = 0; i < count; i++) {
        Elf64_Sym symbol = {.st_name = (Elf64_Word)name,
                            .st_info = ELF64_ST_INFO(STB_GLOBAL, pieces[i].is_code ? STT_FUNC : STT_OBJECT),
                            .st_shndx = 1, /* any that says that it is here */
                            .st_value = at,
                            .st_size = pieces[i].bytes.length};
        strbuf_add(file, (const char *)&symbol, sizeof symbol);
        name += strlen(pieces[i].name) + 1;
        at = aligned(at + pieces[i].bytes.length);
    }
    strbuf_add(file, "", 1);
    for (int i = 0; i < count; i++) strbuf_add(file, pieces[i].name, strlen(pieces[i].name) + 1);
}

/* One bucket, whose chain leads through all symbols. */
static void add_hash(StrBuf *file, const Plan *p, int count) {
    uint32_t head[4] = {1, (uint32_t)count + 1, 1, 0};
    pad_to(file, p->hash);
    strbuf_add(file, (const char *)head, sizeof head);
    for (int i = 1; i <= count; i++) {
        uint32_t next = i < count ? (uint32_t)i + 1 : 0;
        strbuf_add(file, (const char *)&next, sizeof next);
    }
}

static void add_dynamic(StrBuf *file, const Plan *p) {
    const Elf64_Dyn entries[] = {
        {DT_HASH, {p->hash}},
        {DT_SYMTAB, {p->symbols}},
        {DT_STRTAB, {p->names}},
        {DT_STRSZ, {p->hash - p->names}},
        {DT_SYMENT, {sizeof(Elf64_Sym)}},
        {DT_NULL, {0}},
    };
    pad_to(file, p->dynamic);
    strbuf_add(file, (const char *)entries, sizeof entries);
}

void object_take_unit(Piece pieces[UNIT_PIECES], int index, StrBuf *code, StrBuf *image) {
    static const char *const NAMES[UNIT_PIECES] = {"unit", "image", "image_size"};
    int32_t size = (int32_t)(image->length / sizeof(int32_t));
    for (int i = 0; i < UNIT_PIECES; i++)
        snprintf(pieces[i].name, sizeof(pieces[i].name), "dxpy_%s_%d", NAMES[i], index);
    pieces[0].is_code = true;
    pieces[0].bytes = *code;
    pieces[1].bytes = *image;
    strbuf_add(&pieces[2].bytes, (const char *)&size, sizeof(size));
    *code = *image = (StrBuf){0};
}

void object_make(StrBuf *file, const Piece *pieces, int count) {
    Plan p = plan(pieces, count);
    add_headers(file, &p);
    add_symbols(file, &p, pieces, count);
    add_hash(file, &p, count);
    size_t at = p.pieces;
    for (int i = 0; i < count; i++) {
        pad_to(file, at);
        strbuf_add(file, pieces[i].bytes.text, pieces[i].bytes.length);
        file->failed |= pieces[i].bytes.failed;
        at = aligned(at + pieces[i].bytes.length);
    }
    add_dynamic(file, &p);
}

bool object_write(const char *path, const Piece *pieces, int count) {
    StrBuf file = {0};
    object_make(&file, pieces, count);
    int fd = file.failed ? -1 : open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    bool written = fd >= 0 && files_write_all(fd, file.text, file.length);
    if (fd >= 0) written = close(fd) == 0 && written;
    strbuf_free(&file);
    return written;
}
