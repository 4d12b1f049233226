"""Time and memory that a training takes."""

import sys
import time
from statistics import median


class StepClock:
    """Measures the seconds of steps; those that do not show what one takes are left out."""

    def __init__(self) -> None:
        """Start the clock."""
        self.seconds: list[float] = []
        self._last = time.perf_counter()

    def tick(self, *, counts: bool) -> None:
        """Note the end of a step.

        counts (bool): Whether the step was computed, and no evaluation followed it.
        """
        now = time.perf_counter()
        if counts:
            self.seconds.append(now - self._last)
        self._last = now

    def report(self) -> str:
        """Tell the median step and the peak memory in one line."""
        step = f"{median(self.seconds):.2f} s a step (median)" if self.seconds else "no steps"
        parts = [step]
        memory = peak_memory()
        if memory is not None:
            parts.append(f"peak memory {memory / 1e6:,.0f} MB")
        gpu_memory = peak_gpu_memory()
        if gpu_memory:
            parts.append(f"peak GPU memory {gpu_memory / 1e6:,.0f} MB")
        return ", ".join(parts)


def peak_memory() -> int | None:
    """Give the largest memory that this process has held, in bytes, None on Windows."""
    try:
        import resource
    except ImportError:
        return None
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    # macOS counts bytes, Linux kilobytes.
    return peak if sys.platform == "darwin" else peak * 1024


def peak_gpu_memory() -> int:
    """Give the largest memory that torch has held on the GPU, in bytes, 0 without one."""
    torch = sys.modules.get("torch")
    if torch is None or not torch.cuda.is_available():
        return 0
    return int(torch.cuda.max_memory_allocated())
