"""A wheel installed into a fresh folder, where it recognises entities in real sentences."""

import os
import subprocess
import sys
import tempfile
from itertools import islice
from pathlib import Path

import spacy

from ..corpora.reader import read_docs
from ..errors import ConcnerError, Errors

N_SENTENCES = 10
PROGRAM = """
import sys, spacy
nlp = spacy.load(sys.argv[1])
assert sys.argv[2] in str(nlp.path), nlp.path
found = []
for doc in nlp.pipe(sys.argv[3:]):
    scores = doc.spans["concner"].attrs["scores"]
    found += [f"{ent.text} ({ent.label_}, {s:.2f})" for ent, s in zip(doc.ents, scores)]
assert found, "no entity found"
print(", ".join(found[:5]))
"""


def smoke_test(packages: Path, name: str, corpus: Path) -> str:
    """Install a package's wheel into a folder of its own and run it on some sentences.

    The folder takes the wheel alone; spaCy and the rest come from the running environment.

    packages (Path): Output folder of `spacy package`.
    name (str): Name of the package, such as "xx_concner_bg".
    corpus (Path): `.spacy` corpus, whose first sentences are read as plain text.
    RETURNS (str): The entities found, in words.
    RAISES (ConcnerError): C142, C143 for the corpus, C615 if there is no wheel, C616 if it cannot
        be installed or loaded, or finds nothing.
    """
    wheels = sorted(packages.glob(f"{name}-*/dist/*.whl"), key=lambda path: path.stat().st_mtime)
    if not wheels:
        raise ConcnerError(Errors.C615.format(name=name, path=packages))
    wheel = wheels[-1]
    docs = read_docs(corpus, spacy.blank("xx").vocab)
    texts = [doc.text for doc in islice(docs, N_SENTENCES)]
    with tempfile.TemporaryDirectory() as folder:
        pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps"]
        _run(wheel, [*pip, "--target", folder, str(wheel.resolve())], folder)
        printed = _run(wheel, [sys.executable, "-c", PROGRAM, name, folder, *texts], folder)
    return printed.strip().splitlines()[-1]


def _run(wheel: Path, command: list[str], folder: str) -> str:
    """Run a command in a folder that Python imports from; give what it prints."""
    environment = {**os.environ, "PYTHONPATH": folder}
    result = subprocess.run(command, env=environment, capture_output=True, text=True, cwd=folder)
    if result.returncode:
        error = result.stderr.strip() or f"exit status {result.returncode}"
        raise ConcnerError(Errors.C616.format(wheel=wheel.name, error=error))
    return result.stdout
