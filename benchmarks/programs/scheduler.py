"""A small operating system: tasks of several classes, queues of packets, virtual calls."""

SIZE, QUICK = 2500, 600
CHECKSUMS = {SIZE: 777117099962, QUICK: 186249023962}


class Packet:
    def __init__(self, link, target, kind):
        self.link = link
        self.target = target
        self.kind = kind
        self.value = 0
        self.data = [0, 0, 0, 0]


def push(queue, packet):
    packet.link = None
    if queue is None:
        return packet
    last = queue
    while last.link is not None:
        last = last.link
    last.link = packet
    return queue


class Task:
    def __init__(self, system, name, priority, queue=None):
        self.system = system
        self.name = name
        self.priority = priority
        self.queue = queue
        self.waiting = queue is None
        self.asked = False
        self.runs = 0
        system.add(self)

    def receive(self, packet):
        self.queue = push(self.queue, packet)
        self.waiting = False

    def step(self):
        packet = self.queue
        if packet is not None:
            self.queue = packet.link
        self.runs += 1
        self.work(packet)

    def work(self, packet):
        raise NotImplementedError


class Idle(Task):
    def __init__(self, system, name, count):
        super().__init__(system, name, 0)
        self.waiting = False
        self.count = count
        self.bits = 1

    def work(self, packet):
        self.count -= 1
        if self.count <= 0:
            self.system.running = False
            return
        if self.bits & 1:
            self.bits = (self.bits >> 1) ^ 0xD008
            self.system.wake("device a")
        else:
            self.bits >>= 1
            self.system.wake("device b")


class Device(Task):
    def work(self, packet):
        if packet is None:
            self.waiting = True
            if self.asked:
                self.asked = False
                self.system.send(Packet(None, "worker", "job"))
        else:
            packet.value += 1
            self.system.send(Packet(None, "handler", "done"))


class Worker(Task):
    letters = 0

    def work(self, packet):
        if packet is None:
            self.waiting = True
            return
        for k in range(len(packet.data)):
            self.letters = (self.letters + 1) % 26
            packet.data[k] = self.letters + 65
        packet.target = "handler"
        packet.value = sum(packet.data)
        self.system.send(packet)


class Handler(Task):
    total = 0

    def work(self, packet):
        if packet is None:
            self.waiting = True
        elif packet.kind == "job":
            self.total += packet.value
            packet.target = "device a" if self.total & 1 else "device b"
            self.system.send(packet)
        else:
            self.total += 1


class System:
    def __init__(self):
        self.tasks = []
        self.table = {}
        self.running = True
        self.sent = 0

    def add(self, task):
        self.tasks.append(task)
        self.table[task.name] = task
        self.tasks.sort(key=lambda t: -t.priority)

    def wake(self, name):
        task = self.table[name]
        task.waiting = False
        task.asked = True

    def send(self, packet):
        self.sent += 1
        self.table[packet.target].receive(packet)

    def schedule(self):
        while self.running:
            for task in self.tasks:
                if task.queue is not None or not task.waiting:
                    task.step()
                    break


def setup(size=SIZE):
    return size


def run(state):
    system = System()
    Idle(system, "idle", state)
    Worker(system, "worker", 10)
    handler = Handler(system, "handler", 20)
    Device(system, "device a", 30)
    Device(system, "device b", 30)
    system.schedule()
    return handler.total * 10**6 + system.sent * 10 + sum(task.runs for task in system.tasks) % 10
