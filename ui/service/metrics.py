"""The service's metrics, for Prometheus."""

from __future__ import annotations

from collections.abc import Callable

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, generate_latest

from qa import Answer

SECONDS = (0.01, 0.025, 0.05, 0.1, 0.2, 0.3, 0.5, 0.75, 1.0, 1.5, 2.5, 5.0, 10.0)


class Metrics:
    """The metrics of one service."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        ProcessCollector(registry=self._registry)  # memory, processor time, open files
        self._stages = Histogram(
            "quoth_stage_seconds",
            "Time of each stage of an answer",
            ["stage"],
            registry=self._registry,
            buckets=SECONDS,
        )
        self._answers = Counter("quoth_answers", "Questions answered, by outcome", ["outcome"], registry=self._registry)
        self._rejected = Counter(
            "quoth_rejected", "Questions rejected because too many were waiting", registry=self._registry
        )

    def watch(self, name: str, description: str, value: Callable[[], float]) -> None:
        """Report ``value()`` whenever the metrics are read."""
        Gauge(f"quoth_{name}", description, registry=self._registry).set_function(value)

    def answered(self, answer: Answer, waited: float) -> None:
        """Count an answer; its question ``waited`` this many seconds for a core."""
        self._answers.labels("found" if answer.found else "not_found").inc()
        timings = answer.timings
        for stage, seconds in (("wait", waited), ("search", timings.search / 1e3), ("read", timings.read / 1e3)):
            self._stages.labels(stage).observe(seconds)

    def failed(self) -> None:
        """Count a question that ended in an error."""
        self._answers.labels("error").inc()

    def rejected(self) -> None:
        """Count a question that was rejected because the queue was full."""
        self._rejected.inc()

    def text(self) -> bytes:
        """All metrics in Prometheus' text format."""
        return generate_latest(self._registry)
