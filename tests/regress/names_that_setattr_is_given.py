"""`setattr` with a name that is another one each time stored by what its site had noted of the last name."""


class Option:
    NAMES = ("action", "kind", "dest", "default")

    def __init__(self, given):
        for name in self.NAMES:
            if name in given:
                setattr(self, name, given[name])
            else:
                setattr(self, name, None)


def case_names_by_turns():
    for turn in range(40):
        option = Option({"action": turn, "dest": "place", "default": (turn, turn)})
        if turn % 8 == 0:
            print(option.action, option.kind, option.dest, option.default)
