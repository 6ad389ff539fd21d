"""Gravity between bodies that are objects: float attributes read and written in nested loops."""

SIZE, QUICK = 5_000, 1_500
CHECKSUMS = {SIZE: 6.644051081, QUICK: 4.65403739}


class Body:
    def __init__(self, mass, position, velocity):
        self.mass = mass
        self.x, self.y, self.z = position
        self.vx, self.vy, self.vz = velocity

    def pull(self, other, dt):
        dx = self.x - other.x
        dy = self.y - other.y
        dz = self.z - other.z
        squared = dx * dx + dy * dy + dz * dz + 0.01
        force = dt / (squared * squared**0.5)
        self.vx -= dx * other.mass * force
        self.vy -= dy * other.mass * force
        self.vz -= dz * other.mass * force
        other.vx += dx * self.mass * force
        other.vy += dy * self.mass * force
        other.vz += dz * self.mass * force

    def move(self, dt):
        self.x += self.vx * dt
        self.y += self.vy * dt
        self.z += self.vz * dt

    def kinetic(self):
        return 0.5 * self.mass * (self.vx**2 + self.vy**2 + self.vz**2)


def setup(size=SIZE):
    return size


def run(state):
    bodies = [
        Body(1.0 + k * 0.3, (k * 1.1, (k * k % 5) * 0.7, k % 3 - 1.0), (0.1 * k, -0.05 * k, 0.02 * (k % 2)))
        for k in range(5)
    ]
    for _ in range(state):
        for i, one in enumerate(bodies):
            for j in range(i + 1, len(bodies)):
                one.pull(bodies[j], 0.001)
        for body in bodies:
            body.move(0.001)
    return round(sum(body.kinetic() for body in bodies), 9)
