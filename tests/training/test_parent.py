"""What a verb starts does not outlive it."""

import subprocess
import sys
import time

CHILD = """
import os, time
from spacy_concner.training.parent import end_with_parent
end_with_parent()
print(os.getpid(), flush=True)
time.sleep(60)
"""
PARENT = "import subprocess, sys; subprocess.run([sys.executable, '-c', sys.argv[1]])"


def is_running(number: int) -> bool:
    try:
        with open(f"/proc/{number}/stat", encoding="utf8") as stream:
            return stream.read().split(")")[-1].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_a_process_ends_with_the_one_that_has_started_it():
    command = [sys.executable, "-c", PARENT, CHILD]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        assert is_running(child)
        parent.kill()
        end = time.monotonic() + 20
        while is_running(child) and time.monotonic() < end:
            time.sleep(0.1)
    assert not is_running(child)
