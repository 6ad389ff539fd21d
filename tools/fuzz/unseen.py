"""Statements that raise what nobody sees."""


def raise_unseen(case, indent):
    """What is raised in a try, or by a function called in it, and caught by a clause that does not name it."""
    name = case.new("int")
    case.add(indent, f"{name} = {case.pick(0, 1, '2**63 - 3', 'None', case.expression('int', 0))}")
    given = case.pick("", "", "('given')", f"({case.expression(None, 1)})", "(Noted('raised'))")
    kind = case.pick("ValueError", "KeyError", "StopIteration", "LookupError", "OSError", "RuntimeError")
    case.add(indent, "try:")
    case.nested(indent + 1, case.random.randrange(2))
    form = case.random.randrange(4)
    if form == 0:
        table = "{0: 1, 2: 3, 'a': 'b', 4.0: None, (1, 2): 5}"
        case.add(indent + 1, f"{name} = {table}[{case.expression(case.pick('int', 'str'), 1)}]")
    elif form == 1:
        case.add(indent + 1, f"for met in ({case.expression('int', 0)}, 2, 3):")
        case.add(indent + 2, f"if met > 2: raise {kind}{given}")
    else:
        case.add(indent + 1, f"if {case.condition(1)}: raise {kind}{given}")
    for _ in range(case.random.randrange(1, 3)):
        classes = case.pick(kind, kind, "LookupError", "(KeyError, ValueError)", "Exception", "TypeError")
        body = case.pick("pass", f"{name} += 1", f"{name} -= turn", f"{name} = None", f"{name} = turn")
        case.add(indent, f"except {classes}: {body}")
    case.add(indent, f"out.append(plain({name}))")
