"""Several objects of one function that need not be made: what goes with the first is not looked at for the next."""
import math


class Vector:
    def __init__(self, x, y, z=0.0):
        self.x = x
        self.y = y
        self.z = z

    def __sub__(self, other):
        return Vector(self.x - other.x, self.y - other.y, self.z - other.z)

    def __mul__(self, k):
        return Vector(self.x * k, self.y * k, self.z * k)

    def dot(self, other):
        return self.x * other.x + self.y * other.y + self.z * other.z

    def cross(self, other):
        return Vector(
            self.y * other.z - self.z * other.y, self.z * other.x - self.x * other.z, self.x * other.y - self.y * other.x
        )

    def norm(self):
        return math.sqrt(self.dot(self))

    def unit(self):
        return self * (1 / self.norm())


def rays(n, bad):
    total, hits = 0.0, 0
    for i in range(n):
        d = Vector(i * 0.5, 1.0, 2.0).unit()
        o = Vector(1.0, 2.0, i if i != bad else "x")
        try:
            t = (o - d * 2.0).dot(d) + Vector(1, 2, 3).cross(Vector(i, 5, 6)).x
        except TypeError as e:
            tb = e.__traceback__
            while tb.tb_next:
                tb = tb.tb_next
            hits += sum(1 for v in tb.tb_frame.f_locals.values() if isinstance(v, Vector)) * 1000
            continue
        total += t
        hits += (Vector(i, 1) * 2 - Vector(1, i)).x
    return round(total, 9), hits


def case_rays():
    return [rays(30, 15), rays(30, 3), rays(30, 99)]
