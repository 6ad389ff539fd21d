/* Attributes where they were when this was compiled, by what decode_attr.c found out. Guards ask whether the
 * owner's type is the one of then; opt_known leaves out what was asked before. */
#include "lower/lower.h"

static const Site *site_of(const Lowerer *l, int operands) {
    if (l->depth < operands || (l->instr->flags & BC_NO_SPECULATION)) return NULL;
    return l->stack[l->depth - 1]->type == IR_OBJ ? l->instr->site : NULL;
}

/* The object's values, or the object: what an attribute's offset counts from. */
static Ins *base(Lowerer *l, const Site *site, Ins *owner, FrameState *state) {
    return site->kind == SITE_VALUE ? lower_guarded(INS(l, values, 0, owner), state)
                                    : INS(l, itself, 0, owner);
}

/* What the class has: the instance must have nothing of that name, and classes change their version. */
static Ins *of_class(Lowerer *l, const Site *site, Ins *owner, FrameState *state) {
    if (site->kind == SITE_OF_CLASS)
        lower_guarded(INS(l, version_is, 0, owner, K_FACT(l, TYPE, site->owner_version)), state);
    else if (site->keys_version != 0)
        lower_guarded(INS(l, unshadowed, 0, owner, K_FACT(l, KEYS, site->keys_version)), state);
    return INS(l, pinned, 0, K_FACT(l, OBJECT, (intptr_t)site->object));
}

static Ins *read(Lowerer *l, const Site *site, Ins *owner, FrameState *state) {
    Ins *value;
    lower_guarded(INS(l, type_is, 0, owner, K_FACT(l, TYPE, site->type_version)), state);
    switch (site->kind) {
    case SITE_VALUE:
    case SITE_MEMBER:
        value = lower_guarded(INS(l, attr_item, site->offset, owner, base(l, site, owner, state)), state);
        break;
    case SITE_OF_MODULE:
        lower_guarded(INS(l, module_is, 0, owner, K_FACT(l, KEYS, site->keys_version)), state);
        value = lower_guarded(INS(l, module_item, site->offset, owner), state);
        break;
    default: value = of_class(l, site, owner, state);
    }
    value->nullable = false;
    value->scratch = (void *)site;
    return value;
}

bool lower_attr_load(Lowerer *l) {
    const Site *site = site_of(l, 1);
    if (site == NULL) return false;
    Ins *value = read(l, site, l->stack[l->depth - 1], lower_state_here(l));
    l->depth--;
    lower_push(l, value);
    return true;
}

bool lower_attr_method(Lowerer *l) {
    const Site *site = site_of(l, 1);
    if (site == NULL) return false;
    Ins *owner = l->stack[l->depth - 1];
    Ins *value = read(l, site, owner, lower_state_here(l));
    bool method = site->kind == SITE_METHOD;
    l->depth--;
    lower_push(l, method ? value : K_NULL(l));
    lower_push(l, method ? owner : value);
    return true;
}

/* What the attribute was is dropped: where there is no frame that finalizers could look at, only if none can
 * run. Nor can they where a number replaces what probably was one. */
bool lower_attr_store(Lowerer *l) {
    const Site *site = site_of(l, 2);
    if (site == NULL) return false;
    Ins *owner = l->stack[l->depth - 1], *value = l->stack[l->depth - 2];
    FrameState *state = lower_state_here(l);
    bool number = value->type != IR_OBJ;
    if (value->type == IR_I64) value = lower_object(l, value);
    lower_guarded(INS(l, type_is, 0, owner, K_FACT(l, TYPE, site->type_version)), state);
    Ins *place = base(l, site, owner, state);
    if (value->type == IR_F64) lower_guarded(INS(l, attr_set_f64, site->offset, owner, place, value), state);
    else if (number || !l->framed) lower_guarded(INS(l, attr_set, site->offset, owner, place, value), state);
    else INS(l, attr_swap, site->offset, owner, place, value);
    l->depth -= 2;
    return true;
}
