"""A training that a verb has started ends with it, however the verb ends."""

import os
import threading
import time

LOOK_EVERY = 0.5
KILLED = 137


def end_with_parent() -> None:
    """Let this process end as soon as the one that has started it is gone.

    Killed, the verb cannot end what it has started, and its next run clears the folder away that
    the training still writes to.
    """
    parent = os.getppid()
    threading.Thread(target=_wait, args=(parent,), daemon=True).start()


def _wait(parent: int) -> None:
    # Elsewhere than under Linux and macOS the number stays when the process is gone.
    while os.getppid() == parent:
        time.sleep(LOOK_EVERY)
    os._exit(KILLED)
