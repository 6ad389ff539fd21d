"""An AttributeError that a __getattr__, a property or a slot raises is given the name and the object it is about."""


class Asked:
    def __getattr__(self, name):
        if name == "told":
            raise AttributeError("told", name="mine", obj=5)
        if name == "bare":
            raise AttributeError
        raise AttributeError(name)


class Properties:
    __slots__ = ("slot",)

    @property
    def plain(self):
        raise AttributeError("plain")

    @property
    def deeper(self):
        return self.plain

    @property
    def told(self):
        raise AttributeError("told", name="mine", obj=None)


class Below(Properties):
    @property
    def plain(self):
        return super().plain


class Strict(AttributeError):
    def __setattr__(self, name, value):
        raise ValueError(name)


class Refused:
    def __getattr__(self, name):
        raise Strict(name)


def about(error, owner):
    return type(error).__name__, error.args, error.name, "it" if error.obj is owner else type(error.obj).__name__


WAYS = (
    lambda owner: owner.gone,
    lambda owner: owner.bare,
    lambda owner: owner.told,
    lambda owner: owner.plain,
    lambda owner: owner.deeper,
    lambda owner: owner.slot,
    lambda owner: owner.gone(),
    lambda owner: getattr(owner, "gone"),
    lambda owner: getattr(owner, "plain"),
)


def case_what_errors_are_about():
    out = []
    for make in (Asked, Properties, Below, Refused):
        for way in WAYS:
            for _ in range(3):
                owner = make()
                try:
                    way(owner)
                except AttributeError as error:
                    out.append(about(error, owner))
                except ValueError as error:
                    out.append(repr(error))
    return out


def case_in_a_loop():
    out = []
    for _ in range(10):
        owner, other = Asked(), Properties()
        try:
            owner.gone
        except AttributeError as error:
            out.append(about(error, owner))
        try:
            other.plain
        except AttributeError as error:
            out.append(about(error, other))
        try:
            other.slot
        except AttributeError as error:
            out.append(about(error, other))
    return out
