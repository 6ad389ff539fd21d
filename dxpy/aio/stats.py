"""What the reactor has done and what its queues hold."""

from dataclasses import dataclass

from dxpy import _reactor


@dataclass(frozen=True)
class OpStats:
    """Counts of one operation. latency[i] counts those that took less than 2**i microseconds (and not less than half)."""

    submitted: int
    inline: int
    queued: int
    completed: int
    cancelled: int
    errors: int
    latency: tuple

    def percentile(self, share):
        """An upper bound, in seconds, for what that share (0 to 1) of the operations took; 0.0 when there were none."""
        if not 0 <= share <= 1:
            raise ValueError("share must be between 0 and 1")
        wanted = share * sum(self.latency)
        seen = 0
        for power, count in enumerate(self.latency):
            seen += count
            if count and seen >= wanted:
                return 2**power * 1e-6
        return 0.0


@dataclass(frozen=True)
class LaneStats:
    """A lane of worker threads now: operations queued and running, threads and idle ones, and the limits."""

    queued: int
    running: int
    limit: int
    queue_limit: int
    peak: int
    threads: int
    idle: int


@dataclass(frozen=True)
class ReactorStats:
    """A snapshot: ops by name, lanes by name, operations held in memory, reactors alive."""

    ops: dict
    lanes: dict
    live_ops: int
    reactors: int

    @property
    def in_flight(self):
        """Operations accepted and neither completed nor cancelled."""
        return sum(one.submitted - one.completed - one.cancelled for one in self.ops.values())


def stats():
    """The counts of this process, as a ReactorStats."""
    raw = _reactor._stats()
    return ReactorStats(
        ops={name: OpStats(**one) for name, one in raw["ops"].items()},
        lanes={name: LaneStats(**one) for name, one in raw["lanes"].items()},
        live_ops=raw["live_ops"],
        reactors=raw["reactors"],
    )


def reset_stats():
    """Set the counts of all operations to zero."""
    _reactor._reset_stats()


def configure(*, lane=None, threads=None, queue_limit=None, when_full=None, idle_seconds=None):
    """Change what the lanes may use, for this process.

    lane: "files", "meta" or "dns", for threads (the most there may be) and queue_limit (operations waiting there; more
    wait with their loop). when_full: "wait", or "raise" for SubmitFailed at once. idle_seconds: how long a thread
    without work stays. Raises ValueError for other values.
    """
    if lane is None and (threads is not None or queue_limit is not None):
        raise ValueError("threads and queue_limit need a lane")
    for name, value in (("threads", threads), ("queue_limit", queue_limit)):
        if value is not None and value < 1:
            raise ValueError(f"{name} must be positive")
    if threads is not None and threads > 1024:
        raise ValueError("threads must be at most 1024")
    if when_full not in (None, "wait", "raise"):
        raise ValueError('when_full must be "wait" or "raise"')
    if idle_seconds is not None and not 0 <= idle_seconds < 1e6:
        raise ValueError("idle_seconds must be between 0 and 1e6")
    if lane is not None:
        _reactor._configure_lane(lane, threads or 0, queue_limit or 0)
    if when_full is not None:
        _reactor._raise_when_full(when_full == "raise")
    if idle_seconds is not None:
        _reactor._set_idle_seconds(float(idle_seconds))


__all__ = ["LaneStats", "OpStats", "ReactorStats", "configure", "reset_stats", "stats"]
