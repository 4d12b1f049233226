"""What a verb starts does not outlive it."""

import subprocess
import sys
import time

import pytest

ASK = "from spacy_concner.parent_process import end_with_parent; end_with_parent()"
TELL = "import os; print(os.getpid(), flush=True)"
WAIT = "import time; time.sleep({})"
CHILDREN = {
    "once it looks": [ASK, TELL, WAIT.format(60)],
    "before it looks": [TELL, WAIT.format(1), ASK, WAIT.format(60)],
}
PARENT = """
import subprocess, sys
from spacy_concner.parent_process import own_environment
subprocess.run([sys.executable, "-c", sys.argv[1]], env=own_environment())
"""


def is_running(number: int) -> bool:
    try:
        with open(f"/proc/{number}/stat", encoding="utf8") as stream:
            return stream.read().split(")")[-1].split()[0] != "Z"
    except FileNotFoundError:
        return False


@pytest.mark.parametrize("when", CHILDREN)
def test_a_process_ends_with_the_one_that_has_started_it(when):
    command = [sys.executable, "-c", PARENT, "\n".join(CHILDREN[when])]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        assert is_running(child)
        parent.kill()
        end = time.monotonic() + 20
        while is_running(child) and time.monotonic() < end:
            time.sleep(0.1)
    assert not is_running(child)
