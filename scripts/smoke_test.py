"""Install a wheel into a fresh folder and let it recognise entities in real sentences.

    python scripts/smoke_test.py packages xx_concner_bg corpus/test/bg.spacy

The folder takes the wheel alone; spaCy and the rest come from the running environment.
"""

import os
import subprocess
import sys
import tempfile
from itertools import islice
from pathlib import Path

import spacy
from spacy.tokens import DocBin
from wasabi import msg

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

    packages (Path): Output folder of `spacy package`.
    name (str): Name of the package.
    corpus (Path): A `.spacy` file, whose first sentences are read as plain text.
    RETURNS (str): The entities found, in words.
    RAISES (SystemExit): If there is no wheel, it cannot be installed, loaded, or finds none.
    """
    wheels = sorted(packages.glob(f"{name}-*/dist/*.whl"), key=lambda path: path.stat().st_mtime)
    if not wheels:
        msg.fail(f"No wheel of {name} in {packages}", exits=1)
    docs = DocBin().from_disk(corpus).get_docs(spacy.blank("xx").vocab)
    texts = [doc.text for doc in islice(docs, N_SENTENCES)]
    with tempfile.TemporaryDirectory() as folder:
        pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps"]
        subprocess.run([*pip, "--target", folder, str(wheels[-1])], check=True)
        result = subprocess.run(
            [sys.executable, "-c", PROGRAM, name, folder, *texts],
            env={**os.environ, "PYTHONPATH": folder},
            capture_output=True,
            text=True,
            cwd=folder,
        )
    if result.returncode:
        msg.fail(f"{wheels[-1].name} does not work", result.stderr, exits=1)
    return result.stdout.strip().splitlines()[-1]


if __name__ == "__main__":
    found = smoke_test(Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3]))
    msg.good(f"{sys.argv[2]}: {found}")
