"""A wheel installed into a fresh folder, where it recognises entities in real sentences."""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import spacy
import srsly

from ..corpora.reader import read_docs
from ..errors import ConcnerError, Errors
from ..files import File, claim, json_line_with, scratch_folder, whole_file

VERB = "smoke-test"
N_SENTENCES = 200
N_EXAMPLES = 5
PROGRAM = """
import json, sys, spacy
nlp = spacy.load(sys.argv[1])
assert sys.argv[2] in str(nlp.path), nlp.path
for doc in nlp.pipe(json.load(sys.stdin)):
    scores = doc.spans["concner"].attrs["scores"]
    entities = [
        {"text": ent.text, "label": ent.label_, "score": round(float(score), 3)}
        for ent, score in zip(doc.ents, scores)
    ]
    print(json.dumps({"text": doc.text, "entities": entities}))
"""


@dataclass(frozen=True)
class Example:
    """A sentence, and what a package finds in it.

    text: The sentence.
    entities: Of each its text, label and score.
    """

    text: str
    entities: Sequence[dict]

    def __str__(self) -> str:
        """Give the sentence and its entities in one line."""
        found = [f"{ent['text']} ({ent['label']}, {ent['score']:.2f})" for ent in self.entities]
        return f"{self.text} → {', '.join(found)}"


def smoke_test(
    packages: Path, name: str, corpus: Path, output: Path | None = None, *, force: bool = False
) -> list[Example]:
    """Install a package's wheel into a folder of its own and run it on some sentences.

    The folder takes the wheel alone; spaCy and the rest come from the running environment.

    packages (Path): Output folder of `spacy package`.
    name (str): Name of the package, such as "xx_concner_bg".
    corpus (Path): `.spacy` corpus, whose first sentences are read as plain text.
    output (Path | None): JSON lines file for the examples; None to write none.
    force (bool): Replace examples that were written before.
    RETURNS (list[Example]): Sentences in which it has found entities, five at most.
    RAISES (ConcnerError): C142, C143 for the corpus, C615 if there is no wheel, C616 if it cannot
        be installed or loaded, or finds nothing; C128, C129, C407, C408 and C601 for the output,
        C059 for temporary files.
    """
    wheel = find_wheel(packages, name)
    outputs = {"OUTPUT": None if output is None else File(output, json_line_with("entities"))}
    inputs = {"PACKAGES": packages, "INPUT": corpus}
    with claim(VERB, inputs=inputs, outputs=outputs, force=force):
        docs = read_docs(corpus, spacy.blank("xx").vocab)
        found = _try(wheel, name, [doc.text for doc in islice(docs, N_SENTENCES)])
        if output is not None:
            with whole_file(output) as part:
                srsly.write_jsonl(part, [vars(example) for example in found])
    return found


def find_wheel(packages: Path, name: str) -> Path:
    """Find the newest wheel of a package.

    packages (Path): Output folder of `spacy package`.
    name (str): Name of the package.
    RETURNS (Path): The wheel.
    RAISES (ConcnerError): C615 if there is none.
    """
    # Of a language such as pt-BR.
    wheels = packages.glob(f"{name.replace('-', '_')}-*/dist/*.whl")
    try:
        return max(wheels, key=lambda path: path.stat().st_mtime)
    except ValueError as error:
        raise ConcnerError(Errors.C615.format(name=name, path=packages)) from error


def _try(wheel: Path, name: str, texts: list[str]) -> list[Example]:
    """Install a wheel into a new folder and run it on texts, of which the best found are given."""
    with scratch_folder() as folder:
        pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps"]
        _run(wheel, [*pip, "--target", str(folder), str(wheel.resolve())], folder)
        program = [sys.executable, "-c", PROGRAM, name, str(folder)]
        printed = _run(wheel, program, folder, json.dumps(texts))
    found = [Example(**json.loads(line)) for line in printed.splitlines() if line.startswith("{")]
    found = [example for example in found if example.entities]
    if not found:
        error = f"it finds no entity in {len(texts)} sentences"
        raise ConcnerError(Errors.C616.format(wheel=wheel.name, error=error))
    return found[:N_EXAMPLES]


def _run(wheel: Path, command: list[str], folder: Path, text: str | None = None) -> str:
    """Run a command in a folder that Python imports from; give what it prints."""
    environment = {**os.environ, "PYTHONPATH": str(folder), "PYTHONIOENCODING": "utf8"}
    result = subprocess.run(
        command, env=environment, cwd=folder, input=text, capture_output=True, encoding="utf8"
    )
    if result.returncode:
        error = result.stderr.strip() or f"exit status {result.returncode}"
        raise ConcnerError(Errors.C616.format(wheel=wheel.name, error=error))
    return result.stdout
