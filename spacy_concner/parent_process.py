"""A process that a verb has started ends with it, however the verb ends."""

import os
import threading
import time

STARTED_BY = "CONCNER_STARTED_BY"
LOOK_EVERY = 0.5
KILLED = 137


def own_environment() -> dict[str, str]:
    """Give the environment for a process that is to end with this one."""
    return {**os.environ, STARTED_BY: str(os.getpid())}


def end_with_parent() -> None:
    """Let this process end as soon as the one that has started it is gone.

    Killed, the verb cannot end what it has started, and its next run clears the folder away that
    this process still writes to. The verb tells its number, for it may be gone before this process
    has imported what it needs to ask.
    """
    parent = os.environ.pop(STARTED_BY, "")
    # Elsewhere the number stays when the process is gone, and may be that of a launcher.
    if parent and os.name == "posix":
        threading.Thread(target=_wait, args=(int(parent),), daemon=True).start()


def _wait(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(LOOK_EVERY)
    os._exit(KILLED)
