"""`spacy train` in a process that verbs start: `python -m spacy_concner.training.process`.

It takes what `spacy train` takes. A disk that is full or read-only is told as of any verb, where
spaCy by itself would end with a traceback; and it ends with the verb that has started it.
"""

import sys
from pathlib import Path

from spacy.cli._util import setup_cli
from wasabi import msg

from ..errors import ConcnerError
from ..files.disk_faults import told_as
from ..parent_process import end_with_parent

OUTPUT = "--output"


def main() -> None:
    """Run `spacy train` with the arguments of this process."""
    arguments = sys.argv[1:]
    folder = Path(arguments[arguments.index(OUTPUT) + 1])
    sys.argv = ["spacy", "train", *arguments]
    try:
        with told_as(OUTPUT, folder, folder):
            setup_cli()
    except ConcnerError as error:
        msg.fail(str(error), exits=1)


if __name__ == "__main__":
    end_with_parent()
    main()
