"""A planner of one-way constraints between variables: many small objects, lists of them, virtual methods."""

SIZE, QUICK = 150, 80
CHECKSUMS = {SIZE: 496795149940, QUICK: 68614046368}

REQUIRED, STRONG, NORMAL, WEAK = range(4)


class Variable:
    def __init__(self, name, value):
        self.name = name
        self.value = value
        self.users = []
        self.decided_by = None
        self.mark = 0
        self.strength = WEAK


class Constraint:
    def __init__(self, strength):
        self.strength = strength
        self.output = None

    def inputs(self):
        return [variable for variable in self.variables() if variable is not self.output]

    def add_to(self, planner):
        for variable in self.variables():
            variable.users.append(self)
        planner.incremental_add(self)

    def choose(self, mark):
        for variable in self.candidates():
            if variable.mark != mark and (variable.decided_by is None or variable.strength > self.strength):
                return variable
        return None


class Keep(Constraint):
    def __init__(self, variable, strength):
        super().__init__(strength)
        self.variable = variable

    def variables(self):
        return [self.variable]

    candidates = variables

    def execute(self):
        pass


class Set(Keep):
    def __init__(self, variable, strength, value):
        super().__init__(variable, strength)
        self.value = value

    def execute(self):
        self.variable.value = self.value


class Linear(Constraint):
    """two = one * scale + offset, in either direction."""

    def __init__(self, one, two, scale, offset, strength):
        super().__init__(strength)
        self.one, self.two = one, two
        self.scale, self.offset = scale, offset

    def variables(self):
        return [self.one, self.two]

    def candidates(self):
        return [self.two, self.one]

    def execute(self):
        if self.output is self.two:
            self.two.value = (self.one.value * self.scale + self.offset) % 1000003
        else:
            self.one.value = (self.two.value - self.offset) // self.scale


class Planner:
    def __init__(self):
        self.mark = 0
        self.executed = 0

    def incremental_add(self, constraint):
        self.mark += 1
        pending = constraint
        while pending is not None:
            pending = self.satisfy(pending)

    def satisfy(self, constraint):
        output = constraint.choose(self.mark)
        if output is None:
            return None
        loser = output.decided_by
        if loser is not None:
            loser.output = None
        constraint.output = output
        output.decided_by = constraint
        output.strength = constraint.strength
        for variable in constraint.inputs():
            variable.mark = self.mark
        output.mark = self.mark
        return loser

    def plan_from(self, variables):
        plan = []
        pending = list(variables)
        seen = set()
        while pending:
            variable = pending.pop()
            for constraint in variable.users:
                output = constraint.output
                if output is None or output is variable or id(constraint) in seen:
                    continue
                seen.add(id(constraint))
                plan.append(constraint)
                pending.append(output)
        return plan

    def execute(self, plan):
        for constraint in plan:
            constraint.execute()
            self.executed += 1


def chain(planner, length):
    variables = [Variable(f"v{k}", k) for k in range(length)]
    for k in range(length - 1):
        Linear(variables[k], variables[k + 1], 1 + k % 3, k, REQUIRED if k % 5 else NORMAL).add_to(planner)
    Keep(variables[-1], STRONG).add_to(planner)
    edit = Set(variables[0], STRONG, 0)
    edit.add_to(planner)
    return variables, edit


def setup(size=SIZE):
    return size


def run(state):
    planner = Planner()
    total = 0
    for length in range(10, 10 + state):
        variables, edit = chain(planner, length)
        plan = planner.plan_from([variables[0]])
        for value in range(12):
            edit.value = value
            edit.execute()
            planner.execute(plan)
            total = (total * 31 + variables[-1].value + variables[length // 2].value) % 1000003
    return total * 10**6 + planner.executed
