"""Cells, free variables and what keeps them alive."""


def case_counter():
    def make(start):
        count = start

        def step(by=1):
            nonlocal count
            count += by
            return count

        return step

    one, two = make(0), make(100)
    return [one(), one(5), two(), one(), two(-1)]


def case_late_binding():
    return [f() for f in [lambda: i for i in range(3)]] + [f() for f in [lambda i=i: i for i in range(3)]]


def case_cell_of_an_argument():
    def outer(a, b, *rest, key=3, **more):
        def inner():
            return a, b, rest, key, more

        a += 1
        rest = rest[::-1]
        return inner()

    return outer(1, 2, 3, 4, key=5, x=6)


def case_deleted_cell():
    def outer():
        value = 1

        def inner():
            return value

        before = inner()
        del value
        try:
            inner()
        except NameError as error:
            return before, type(error).__name__, str(error)

    return outer()


def case_unbound_cell_in_its_own_function():
    def outer(flag):
        if flag:
            value = 1

        def inner():
            return value

        try:
            return value, inner()
        except UnboundLocalError as error:
            return str(error)

    return outer(True), outer(False), outer(True)


def case_three_deep():
    def a(x):
        def b(y):
            def c(z):
                nonlocal x, y
                x, y = y, x + z
                return x, y, z

            return c

        return b

    c = a(1)(2)
    return [c(n) for n in range(5)]


def case_class_body_closure():
    def make(value):
        class Inner:
            held = value

            def get(self):
                return value, self.held, __class__.__name__

        return Inner

    return [make(n)().get() for n in range(3)]


def case_class_body_reads_a_cell_or_its_own_name():
    def make(value):
        class Inner:
            before = value
            value = value * 2 if False else 7
            after = value

        return Inner.before, Inner.after

    try:
        return make(3)
    except NameError as error:
        return str(error)


def case_recursive_closure():
    def outer(n):
        def even(k):
            return True if k == 0 else odd(k - 1)

        def odd(k):
            return False if k == 0 else even(k - 1)

        return even(n), odd(n)

    return [outer(n) for n in (0, 1, 10, 51)]


def case_cell_contents():
    def outer():
        value = [1]

        def inner():
            return value

        return inner

    inner = outer()
    inner.__closure__[0].cell_contents = "changed"
    result = [inner()]
    del inner.__closure__[0].cell_contents
    try:
        inner()
    except NameError as error:
        result.append(str(error))
    return result


def case_comprehension_in_closure():
    def outer(n):
        return [[i * j + n for j in range(i)] for i in range(n)], {k: lambda: k for k in range(2)}[0]()

    return outer(4)


def case_shared_cell_in_a_loop():
    calls = []
    total = 0
    for n in range(6):

        def add(by):
            nonlocal total
            total += by * n
            return total

        calls.append(add)
    return [call(2) for call in calls], total
