"""An interpreter of a small language, a class for each kind of node: virtual calls, dict scopes, exceptions for return."""

SIZE, QUICK = 20, 16
CHECKSUMS = {SIZE: 12658, QUICK: 7460}


class Return(Exception):
    def __init__(self, value):
        super().__init__(value)
        self.value = value


class Node:
    __slots__ = ()


class Number(Node):
    __slots__ = ("value",)

    def __init__(self, value):
        self.value = value

    def run(self, scope):
        return self.value


class Name(Node):
    __slots__ = ("name",)

    def __init__(self, name):
        self.name = name

    def run(self, scope):
        while scope is not None:
            if self.name in scope.values:
                return scope.values[self.name]
            scope = scope.outer
        raise NameError(self.name)


class Binary(Node):
    __slots__ = ("left", "operator", "right")

    def __init__(self, operator, left, right):
        self.operator, self.left, self.right = operator, left, right

    def run(self, scope):
        left = self.left.run(scope)
        right = self.right.run(scope)
        operator = self.operator
        if operator == "+":
            return left + right
        if operator == "-":
            return left - right
        if operator == "*":
            return left * right
        if operator == "<":
            return left < right
        if operator == "%":
            return left % right
        raise ValueError(operator)


class Assign(Node):
    __slots__ = ("name", "value")

    def __init__(self, name, value):
        self.name, self.value = name, value

    def run(self, scope):
        scope.values[self.name] = self.value.run(scope)


class Block(Node):
    __slots__ = ("body",)

    def __init__(self, *body):
        self.body = body

    def run(self, scope):
        result = None
        for node in self.body:
            result = node.run(scope)
        return result


class If(Node):
    __slots__ = ("otherwise", "test", "then")

    def __init__(self, test, then, otherwise):
        self.test, self.then, self.otherwise = test, then, otherwise

    def run(self, scope):
        return self.then.run(scope) if self.test.run(scope) else self.otherwise.run(scope)


class While(Node):
    __slots__ = ("body", "test")

    def __init__(self, test, body):
        self.test, self.body = test, body

    def run(self, scope):
        while self.test.run(scope):
            self.body.run(scope)


class Give(Node):
    __slots__ = ("value",)

    def __init__(self, value):
        self.value = value

    def run(self, scope):
        raise Return(self.value.run(scope))


class Call(Node):
    __slots__ = ("args", "function")

    def __init__(self, function, *args):
        self.function, self.args = function, args

    def run(self, scope):
        function = self.function.run(scope)
        return function.call([arg.run(scope) for arg in self.args])


class Scope:
    def __init__(self, outer):
        self.outer = outer
        self.values = {}


class Function:
    def __init__(self, names, body, scope):
        self.names, self.body, self.scope = names, body, scope

    def call(self, args):
        scope = Scope(self.scope)
        for name, value in zip(self.names, args, strict=True):
            scope.values[name] = value
        try:
            return self.body.run(scope)
        except Return as returned:
            return returned.value


class Define(Node):
    def __init__(self, name, names, body):
        self.name, self.names, self.body = name, names, body

    def run(self, scope):
        scope.values[self.name] = Function(self.names, self.body, scope)


def setup(size=SIZE):
    n, i, total = Name("n"), Name("i"), Name("total")
    fib = Block(
        If(
            Binary("<", n, Number(2)),
            n,
            Binary(
                "+",
                Call(Name("fib"), Binary("-", n, Number(1))),
                Call(Name("fib"), Binary("-", n, Number(2))),
            ),
        )
    )
    summing = Block(
        Assign("i", Number(0)),
        Assign("total", Number(0)),
        While(
            Binary("<", i, n),
            Block(
                Assign("total", Binary("%", Binary("+", Binary("*", total, Number(31)), i), Number(10007))),
                Assign("i", Binary("+", i, Number(1))),
            ),
        ),
        Give(total),
    )
    return size, Block(
        Define("fib", ["n"], fib),
        Define("summing", ["n"], summing),
        Binary("+", Call(Name("fib"), Number(size)), Call(Name("summing"), Number(size * 100))),
    )


def run(state):
    return state[1].run(Scope(None))
