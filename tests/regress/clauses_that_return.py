"""A clause with nothing but a constant to return ended the compile: control flow joined where inference saw no join."""


def at(table, key):
    try:
        return table[key]
    except KeyError:
        return None


class Refused(Exception):
    pass


class Account:
    def __init__(self, balance):
        self.balance = balance

    def take(self, amount):
        if amount > self.balance:
            raise Refused("too little")
        self.balance -= amount

    def give(self, amount):
        if amount < 0:
            raise ValueError(amount)
        self.balance += amount


def move(source, target, amount):
    try:
        source.take(amount)
    except Refused:
        return False
    target.give(amount)
    return True


def parse(text):
    try:
        number = int(text)
    except (ValueError, TypeError):
        return -1
    except KeyError:
        return -2
    return number + 1


def first_of(items, wanted):
    for index, item in enumerate(items):
        try:
            if item.balance == wanted:
                return index
        except AttributeError:
            return "none"
    return None


def case_missing_keys():
    table = {number: number * 2 for number in range(0, 100, 3)}
    return [at(table, number) for number in range(120)]


def case_refusals():
    accounts = [Account(30) for _ in range(4)]
    moved = [move(accounts[i % 4], accounts[(i + 1) % 4], i % 23) for i in range(150)]
    return moved, [account.balance for account in accounts]


def case_several_clauses():
    return [parse(text) for text in ["1", "x", None, "22", ""] * 30]


def case_from_within_loops():
    accounts = [Account(i) for i in range(20)]
    return [first_of(accounts, i % 25) for i in range(60)] + [first_of([*accounts[:4], 3], 7)]
