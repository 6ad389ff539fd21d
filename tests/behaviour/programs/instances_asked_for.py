"""isinstance where the answer for a class is remembered: what makes it another one."""

import abc


class Base:
    pass


class Mixed:
    pass


class Derived(Base):
    pass


class Other:
    pass


def kind(value):
    if isinstance(value, Derived):
        return "derived"
    if isinstance(value, Base):
        return "base"
    if isinstance(value, (Mixed, int)):
        return "mixed"
    return "other"


def case_plain_classes():
    return [kind(value) for value in (Base(), Derived(), Mixed(), Other(), 1, True, None, "a")]


def is_of(value, classes):
    return [isinstance(value, cls) for cls in classes]


def case_bases_replaced():
    class First:
        pass

    class Second:
        pass

    class Child(First):
        pass

    child, results = Child(), []
    for bases in ((First,), (Second,), (First, Second), (Second, First), (Other,), (First,)):
        Child.__bases__ = bases
        results.append(is_of(child, (First, Second, Other, Child)))
    return results


def case_class_of_the_object_replaced():
    value, results = Derived(), []
    for cls in (Derived, Base, Mixed, Other, Derived):
        value.__class__ = cls
        results.append((kind(value), is_of(value, (Base, Mixed))))
    return results


def case_claims_another_class():
    class Proxy:
        claimed = Other

        @property
        def __class__(self):
            return self.claimed

    proxy, results = Proxy(), []
    for claimed in (Other, Derived, Base, Other, Mixed):
        Proxy.claimed = claimed
        results.append((kind(proxy), is_of(proxy, (Proxy, Other))))
    return results


def case_claims_it_later():
    class First:
        pass

    class Claims:
        @property
        def __class__(self):
            return Derived

    class Plain(First):
        pass

    plain, results = Plain(), []
    for base in (First, First, Claims, First, Claims):
        Plain.__bases__ = (base,)
        results.append((kind(plain), is_of(plain, (Other, Plain))))
    return results


def case_asked_of_a_metaclass():
    class Meta(type):
        answers = True

        def __instancecheck__(cls, value):
            return cls.answers

    class Asked:
        pass

    class AskedByMeta(metaclass=Meta):
        pass

    results = [is_of(3, (Asked, AskedByMeta)), is_of(Asked(), (Asked, AskedByMeta))]
    Meta.answers = False
    return results, is_of(3, (Asked, AskedByMeta)), is_of(Asked(), (Asked, Base))


def case_registered():
    class Abstract(abc.ABC):
        pass

    results = [is_of(3, (Abstract,)), is_of("a", (Abstract,))]
    Abstract.register(str)
    return results, is_of(3, (Abstract,)), is_of("a", (Abstract,))


def case_classes_that_come_and_go():
    results = []
    for i in range(40):
        parent = type("Parent", (), {})
        child = type("Child", (parent if i % 3 else Base,), {})
        results.append((kind(child()), isinstance(child(), parent), isinstance(parent(), child)))
        del parent, child
    return results


def case_no_class():
    results = []
    for asked in (Base, (Base, (int, str)), Base | int, 3, [Base], (Base, 3)):
        for value in (Base(), Other(), 1):
            try:
                results.append(isinstance(value, asked))
            except TypeError as error:
                results.append(str(error))
    return results
