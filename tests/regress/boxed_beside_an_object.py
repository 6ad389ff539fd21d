"""A float of an object that is not made gets an object while the frame names another that is not made either."""


class Pair:
    def __init__(self, x, y):
        self.x = x
        self.y = y

    def over(self, other, seen):
        seen.append(self.x)
        seen.append(other.y)
        return other.x - self.y

    def first(self, other, third, seen):
        seen.append(self.x)
        return self.y + other.x * third.y


def sums(n):
    total, seen = 0.0, []
    for i in range(n):
        total += Pair(i * 0.5, 1.5).over(Pair(i * 0.25, i + 0.125), seen)
        total -= Pair(i * 0.75, 0.5).first(Pair(i * 0.5, 2.5), Pair(1.0, i * 0.5), seen)
    return total, sum(seen), len(seen)


def case_sums():
    return sums(50), sums(3)
