"""Two variables of a call put in line have one number where ways meet, one of them as an object: that the number was boxed
for it makes no object of the other."""


def last(a, b=2.5):
    while a < 3:
        a += 2
        b = a
        if 7 in (4611686018427387904, 2):
            break
    return b


def case_one_is_an_object():
    def calls(p):
        q = 0
        for i in range(3):
            q += last(min(p, i + 5)) + last(i)
        return p + q

    return [calls(n) for n in (1, 2, 3, 4) * 10]
