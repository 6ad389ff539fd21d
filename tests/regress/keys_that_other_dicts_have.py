"""A key that only other instances' dicts have, which share this one's keys, is not there, and what was given for it stays."""


class Server:
    def __init__(self, full):
        self.first = 1
        if full:
            self.second = 2


def looks(server):
    names = vars(server)
    given = ["other"]
    return names.get("second", given), names.setdefault("second", given) is given, "second" in names, sorted(names)


def takes(server):
    names = vars(server)
    return names.pop("second", "gone"), names.get("second"), sorted(names)


def case_keys_that_other_dicts_have():
    return [[look(Server(full)) for full in (True, False, False, True, False)] for look in (looks, takes)]
