"""*args handed on where the operand stack was as high as it gets ended the compile."""


class Event:
    def __init__(self, time, action, *args):
        self.time = time
        self.action = action
        self.args = args


class Queue:
    def __init__(self):
        self.now = 0
        self.events = []
        self.seen = []

    def put(self, event, into):
        into.append(event)
        return len(into)

    def at(self, delay, action, *args):
        return self.put(Event(self.now + delay, action, *args), self.events)

    def named(self, delay, action, *args, **keywords):
        return self.put(make(self.now + delay, action, *args, **keywords), self.events)

    def note(self, *what):
        self.seen.append(what)

    def tick(self, period, name):
        self.at(period, self.note, period, name)

    def run(self):
        while self.events:
            event = self.events.pop(0)
            self.now = event.time
            event.action(*event.args)


def make(time, action, *args, extra=0):
    return Event(time + extra, action, *args)


def case_arguments():
    queue = Queue()
    for number in range(60):
        queue.tick(number % 7, "tick")
        queue.at(1, queue.note)
        queue.named(2, queue.note, number, extra=number % 2)
        queue.named(2, queue.note, number)
    queue.run()
    return queue.now, queue.seen
