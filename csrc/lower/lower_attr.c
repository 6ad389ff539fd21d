/* Attributes where they were when this was compiled, by what decode_attr.c found out. Guards ask whether the
 * owner's type is one of then; opt_number leaves out what was asked before. A site that has met several
 * classes asks for the number of the one at hand, and what differs between them is selected by it. */
#include "lower/lower.h"

/* The class that an owner probably has, since it was asked before. */
uint32_t lower_hinted(const Lowerer *l, const Ins *owner) {
    for (int i = l->hints->count - 1; i >= 0; i--)
        if (l->hints->items[i].value == owner) return l->hints->items[i].type_version;
    return 0;
}

void lower_hint(Lowerer *l, Ins *owner, uint32_t type_version) {
    vec_push(&l->cx->arena, l->hints, ((Hint){owner, type_version}));
}

static const Site *only(Lowerer *l, const Site *site) {
    Site *copy = arena_new(&l->cx->arena, Site);
    *copy = *site;
    copy->next = NULL;
    return copy;
}

const Site *lower_site_of(Lowerer *l, const Ins *owner) {
    const Site *site = owner->type == IR_OBJ ? l->instr->site : NULL;
    uint32_t version = site != NULL && site->next != NULL ? lower_hinted(l, owner) : 0;
    for (const Site *s = version != 0 ? site : NULL; s != NULL; s = s->next)
        if (s->type_version == version) return only(l, s);
    return site;
}

static const Site *site_of(Lowerer *l, int operands) {
    if (l->depth < operands || (l->instr->flags & BC_NO_SPECULATION)) return NULL;
    return lower_site_of(l, l->stack[l->depth - 1]);
}

/* An access: its site, and which of the site's classes the owner has. */
typedef struct Access {
    const Site *site;
    Ins *owner, *index; /* the latter NULL: there is one class */
    FrameState *state;
} Access;

static Access begin_access(Lowerer *l, const Site *site, Ins *owner) {
    Access access = {.site = site, .owner = owner, .state = lower_state_here(l)};
    if (site->next == NULL) {
        lower_guarded(INS(l, type_is, 0, owner, K_FACT(l, TYPE, site->type_version)), access.state);
        lower_hint(l, owner, site->type_version);
        return access;
    }
    int count = 1;
    for (const Site *s = site; s != NULL; s = s->next) count++;
    Ins **args = arena_array(&l->cx->arena, Ins *, count);
    count = 0;
    args[count++] = owner;
    for (const Site *s = site; s != NULL; s = s->next) args[count++] = K_FACT(l, TYPE, s->type_version);
    access.index = lower_guarded(lower_ins(l, IR_type_index_OP, 0, count, args), access.state);
    return access;
}

typedef Ins *(*Property)(Lowerer *l, const Site *site);
static Ins *offset_of(Lowerer *l, const Site *site) { return K_INT(l, site->offset); }
static Ins *keys_of(Lowerer *l, const Site *site) { return K_FACT(l, KEYS, site->keys_version); }
static Ins *holder_of(Lowerer *l, const Site *site) { return K_FACT(l, OBJECT, (intptr_t)site->holder); }
static Ins *bound_of(Lowerer *l, const Site *site) { return K_FACT(l, OBJECT, (intptr_t)site->bound); }
static Ins *version_of(Lowerer *l, const Site *site) { return K_FACT(l, TYPE, site->value_version); }
static Ins *object_of(Lowerer *l, const Site *site) { return K_FACT(l, OBJECT, (intptr_t)site->object); }

/* What holds for the class at hand. */
static Ins *selected(Lowerer *l, const Access *access, Property property) {
    Ins *value = property(l, access->site);
    int number = 1;
    for (const Site *s = access->site->next; s != NULL; s = s->next, number++) {
        Ins *other = property(l, s);
        if (other == value) continue;
        Ins *is_it = INS(l, icmp, 2 /* == */, access->index, K_INT(l, number));
        value = INS(l, iselect, 0, is_it, other, value);
    }
    return value;
}

static bool same_offset(const Site *site) {
    for (const Site *s = site->next; s != NULL; s = s->next)
        if (s->offset != site->offset) return false;
    return true;
}

/* The object's values, the object, or its dict's entry: what an attribute's offset counts from. */
static Ins *base(Lowerer *l, const Access *access) {
    const Site *site = access->site;
    Ins *owner = access->owner;
    if (site->kind == SITE_MEMBER) return INS(l, itself, 0, owner);
    return lower_guarded(site->kind == SITE_VALUE
                             ? INS(l, values, 0, owner)
                             : INS(l, dict_entry, site->entry, owner, K_NAME(l, l->instr->arg)),
                         access->state);
}

/* Of the object itself. */
static Ins *own_value(Lowerer *l, const Access *access) {
    Ins *from = base(l, access);
    int64_t offset = access->site->offset;
    if (!same_offset(access->site)) {
        from = INS(l, further, 0, from, selected(l, access, offset_of));
        offset = 0;
    }
    return lower_guarded(INS(l, attr_item, offset, access->owner, from), access->state);
}

/* A field of a named tuple: of this class there may be shorter ones. */
static Ins *field(Lowerer *l, const Access *access) {
    Ins *size = INS(l, size, 0, access->owner), *number = selected(l, access, offset_of);
    Ins *index = lower_guarded(INS(l, index, 0, number, size), access->state);
    return INS(l, tuple_get, 0, access->owner, index);
}

/* What the class has: the instance must have nothing of that name, and classes change their version. */
static Ins *of_class(Lowerer *l, const Access *access) {
    const Site *site = access->site;
    if (site->kind == SITE_OF_CLASS)
        lower_guarded(INS(l, version_is, 0, access->owner, K_FACT(l, TYPE, site->owner_version)),
                      access->state);
    else if (site->in_dict)
        lower_guarded(INS(l, guard, 0, EMIT_CALL(l, rt_own_lacks, access->owner, K_NAME(l, l->instr->arg))),
                      access->state);
    else if (site->keys_version != 0)
        lower_guarded(INS(l, unshadowed, 0, access->owner, selected(l, access, keys_of)), access->state);
    if (site->holder == NULL) {
        Ins *object = INS(l, pinned, 0, selected(l, access, object_of));
        if (site->value_version != 0)
            lower_guarded(INS(l, type_is, 0, object, selected(l, access, version_of)), access->state);
        return object;
    }
    Ins *holder = INS(l, pinned, 0, selected(l, access, holder_of));
    Ins *held = INS(l, attr_item, site->offset, holder, INS(l, itself, 0, holder));
    lower_guard_type(l, lower_guarded(held, access->state), KNOWN_function, access->state);
    return held;
}

static Ins *read(Lowerer *l, const Access *access) {
    const Site *site = access->site;
    Ins *owner = access->owner, *value;
    switch (site->kind) {
    case SITE_VALUE:
    case SITE_ENTRY:
    case SITE_MEMBER: value = own_value(l, access); break;
    case SITE_ITEM: value = field(l, access); break;
    case SITE_OF_MODULE:
        lower_guarded(INS(l, module_is, 0, owner, K_FACT(l, KEYS, site->keys_version)), access->state);
        value = lower_guarded(
            INS(l, module_item, 0, owner, lower_fact_offset(l, site->offset, site->keys_version)),
            access->state);
        break;
    default: value = of_class(l, access);
    }
    value->nullable = false;
    if (bc_leads_to_one(site)) value->scratch = (void *)(site->next ? only(l, site) : site);
    else lower_choose(l, value, site, access->index);
    return value;
}

bool lower_attr_load(Lowerer *l) {
    const Site *site = site_of(l, 1);
    if (site == NULL) return false;
    if (site->kind == SITE_PROPERTY) return site->next == NULL && lower_inline_property(l, site);
    if (site->kind == SITE_METHOD && site->next != NULL) return false;
    Access access = begin_access(l, site, l->stack[l->depth - 1]);
    Ins *value = read(l, &access);
    if (site->kind == SITE_METHOD) value = EMIT_CALL(l, rt_bind, value, access.owner);
    l->depth--;
    lower_push(l, value);
    return true;
}

bool lower_attr_method(Lowerer *l) {
    const Site *site = site_of(l, 1);
    if (site == NULL || site->above != NULL) return false; /* the owner is a super object after all */
    Access access = begin_access(l, site, l->stack[l->depth - 1]);
    Ins *value = read(l, &access), *self = access.owner;
    bool method = bc_is_method(site);
    if (site->bound != NULL) self = INS(l, pinned, 0, selected(l, &access, bound_of));
    l->depth--;
    lower_push(l, method ? value : K_NULL(l));
    lower_push(l, method ? self : value);
    return true;
}

/* Which method super() leads to for the first argument; NULL: it is not known. */
static const Site *super_site(Lowerer *l, const Ins *self) {
    const Site *site = l->instr->site;
    uint32_t version = lower_hinted(l, self);
    for (const Site *s = site; version != 0 && s != NULL; s = s->next)
        if (s->type_version == version) return only(l, s);
    const Site *known =
        version != 0 ? l->callees->operator(l->callees->context, l->cx, l->instr, version) : NULL;
    return known != NULL ? known : site->kind == SITE_METHOD ? site : NULL;
}

/* What super() is for, by itself or by its operand. */
static Ins *super_self(Lowerer *l, const SuperCall *above) {
    return above->cell < 0 ? l->stack[l->depth - 1] : lower_load_local(l, 0);
}

static Ins *super_class(Lowerer *l, const SuperCall *above) {
    return above->cell < 0 ? l->stack[l->depth - 2] : lower_load_cell(l, above->cell);
}

/* No object of super is made: its method and what it is for lie where LOAD_METHOD would put them. */
bool lower_super_method(Lowerer *l) {
    const Instr *next = lower_next(l);
    const SuperCall *above = l->instr->site != NULL ? l->instr->site->above : NULL;
    int count = l->instr->arg;
    if (above == NULL || !lower_speculates(l) || l->callees == NULL || next == NULL ||
        next->op != BC_LOAD_METHOD || l->depth < count + 2 || l->locals == NULL)
        return false;
    Ins *self = super_self(l, above), *callable = l->stack[l->depth - count - 1];
    const Site *site = self->type == IR_OBJ ? super_site(l, self) : NULL;
    if (site == NULL || callable->type != IR_OBJ) return false;
    FrameState *state = lower_state_here(l);
    lower_guarded(INS(l, guard, 0, INS(l, is, 0, callable, K_KNOWN(l, super))), state);
    Access access = begin_access(l, site, self);
    Ins *class = INS(l, pinned, 0, K_FACT(l, OBJECT, (intptr_t)above->class)); /* alive, as one of those */
    lower_guarded(INS(l, guard, 0, INS(l, is, 0, lower_object(l, super_class(l, above)), class)), state);
    Ins *value = read(l, &access);
    l->depth -= count + 2;
    lower_push(l, value);
    lower_push(l, self);
    l->index++;
    l->calls_left--;
    return true;
}

/* In the instance's dict. */
static void store_entry(Lowerer *l, const Access *access, Ins *value) {
    Ins *hint = K_INT(l, access->site->entry + 1);
    Ins *done = EMIT_CALL(l, rt_own_dict_set, access->owner, K_NAME(l, l->instr->arg), value, hint);
    lower_guarded(INS(l, settled, 0, done), access->state);
}

/* Is a container stored, without a frame that finalizers could look at? What was there is probably one too,
 * and its end has to be looked into. What is made here has nothing there yet. */
static bool replaces_container(const Lowerer *l, const Ins *owner, const Ins *value) {
    Likely type = l->inference->operands[l->index].left;
    bool container = type == LIKELY_LIST || type == LIKELY_DICT || type == LIKELY_SET || type == LIKELY_TUPLE;
    return container && !l->framed && value->type == IR_OBJ && owner->op != IR_call_OP;
}

/* What the attribute was is dropped: where there is no frame that finalizers could look at, only if none can
 * run. Nor can they where a number replaces what probably was one. */
bool lower_attr_store(Lowerer *l) {
    const Site *site = site_of(l, 2);
    if (site == NULL) return false;
    if (site->kind == SITE_PROPERTY) return site->next == NULL && lower_inline_property(l, site);
    if (!same_offset(site)) return false;
    Ins *owner = l->stack[l->depth - 1], *value = l->stack[l->depth - 2];
    bool number = value->type != IR_OBJ;
    bool entry = site->kind == SITE_ENTRY;
    if (entry) l->stack[l->depth - 2] = value = lower_object(l, value);
    Access access = begin_access(l, site, owner);
    if (entry) {
        store_entry(l, &access, value);
        l->depth -= 2;
        return true;
    }
    FrameState *state = access.state;
    if (replaces_container(l, owner, value)) {
        Ins *done = EMIT_CALL(l, rt_store_quietly, owner, K_NAME(l, l->instr->arg), value);
        lower_guarded(INS(l, settled, 0, done), state);
        l->depth -= 2;
        return true;
    }
    Ins *place = base(l, &access);
    if (value->type != IR_F64) value = lower_object(l, value); /* opt_place.c may do without */
    if (value->type == IR_F64) lower_guarded(INS(l, attr_set_f64, site->offset, owner, place, value), state);
    else if (number || !l->framed) lower_guarded(INS(l, attr_set, site->offset, owner, place, value), state);
    else INS(l, attr_swap, site->offset, owner, place, value);
    l->depth -= 2;
    return true;
}
