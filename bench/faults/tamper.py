"""Bytes flipped in the files of a shipped pipeline, or files cut: told, or without effect."""

import json
import os
import random
import resource
import shutil
import sys
import tempfile
import warnings
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from faults.texts import make_texts

# Memory that a load may take, for lengths in a file may be flipped, too.
MOST_MEMORY = 16 << 30
SECONDS = 120
TOLERANCE = 1e-5
SAME, OTHER = "no effect", "silently different"
CODED, EARLY = "coded error that names the file", "spaCy's own error, before our code"
LATE = "uncoded error in our code"
NAMELESS = "coded error without the file"
KINDS = ("flip", "flip", "flip", "cut", "empty")


@dataclass
class Tampering:
    """What became of pipelines with a changed file.

    outcomes: How often each way came.
    bad: Trials that end as none may, a line each.
    """

    outcomes: Counter[str] = field(default_factory=Counter)
    bad: list[str] = field(default_factory=list)


def try_tampering(pipeline: Path, work: Path, *, n: int, seed: int, package: str = "") -> Tampering:
    """Change a file of a pipeline, load it and run it, again and again.

    pipeline (Path): A shipped pipeline, or the folder that a package is installed in.
    work (Path): Folder for a copy, which goes.
    n (int): Trials; each file has its turn.
    seed (int): Of places and bytes.
    package (str): Name of the package, which is imported from the copy.
    RETURNS (Tampering): The outcomes.
    """
    shutil.rmtree(work, ignore_errors=True)
    shutil.copytree(pipeline, work)
    source = str(work)
    if package:
        sys.path.insert(0, source)
        source = package
    texts = [*SENTENCES, *make_texts(20, seed)]
    done, rng = Tampering(), random.Random(seed)
    expected = _look_in_a_copy(source, texts)
    if "error" in expected:
        raise RuntimeError(f"{pipeline} cannot be loaded: {expected['error']}")
    files = sorted(path.relative_to(work) for path in (work / package).rglob("*") if path.is_file())
    for number in range(n):
        file = files[number % len(files)]
        kind = rng.choice(KINDS)
        told = _change(work / file, kind, rng)
        found = _look_in_a_copy(source, texts)
        outcome = _classify(found, expected, file)
        done.outcomes[outcome] += 1
        if outcome not in (SAME, CODED, EARLY):
            done.bad.append(f"{file} {told}: {outcome} {found.get('error', '')}"[:300])
        shutil.copy(pipeline / file, work / file)
    sys.path[:] = [path for path in sys.path if path != str(work)]
    return done


SENTENCES = ["Anna Berg lives in Sofia .", "Ана Берг живее в София .", "The Red Cross , Berlin"]


def _change(path: Path, kind: str, rng: random.Random) -> str:
    content = bytearray(path.read_bytes())
    if not content:
        kind = "longer"
        content += b"\0"
    elif kind == "flip":
        place = rng.randrange(len(content))
        content[place] ^= 1 << rng.randrange(8)
        kind = f"flipped at {place}"
    elif kind == "cut":
        del content[rng.randrange(len(content)) :]
    else:
        content.clear()
    path.write_bytes(content)
    return kind


def _classify(found: dict[str, Any], expected: dict[str, Any], file: Path) -> str:
    if "error" not in found:
        is_same = len(found["docs"]) == len(expected["docs"]) and all(
            _is_alike(a, b) for a, b in zip(found["docs"], expected["docs"], strict=True)
        )
        return SAME if is_same else OTHER
    if found["coded"]:
        return CODED if str(file) in found["error"] or file.name in found["error"] else NAMELESS
    return LATE if found["ours"] else EARLY


def _is_alike(one: list, other: list) -> bool:
    ents, scores = one
    return ents == other[0] and all(
        abs(a - b) <= TOLERANCE for a, b in zip(scores, other[1], strict=True)
    )


def _look_in_a_copy(source: str, texts: list[str]) -> dict[str, Any]:
    """Load a pipeline and run it in a copy of this process, which may die of it."""
    with tempfile.NamedTemporaryFile() as answer:
        child = os.fork()
        if child == 0:
            resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
            resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
            null = os.open(os.devnull, os.O_WRONLY)
            os.dup2(null, 2)
            sys.dont_write_bytecode = True
            Path(answer.name).write_text(json.dumps(_look(source, texts)), encoding="utf8")
            os._exit(0)
        status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        if status:
            told = f"killed by signal {-status}" if status < 0 else f"exit status {status}"
            return {"error": told, "coded": False, "ours": True}
        return json.loads(answer.read())


def _look(source: str, texts: list[str]) -> dict[str, Any]:
    import spacy

    from spacy_concner.errors import ConcnerError

    warnings.simplefilter("ignore")
    try:
        nlp = spacy.load(source)
        return {"docs": [describe(doc) for doc in nlp.pipe(texts)]}
    except BaseException as error:
        places, trace = [], error.__traceback__
        while trace is not None:
            places.append(trace.tb_frame.f_code.co_filename)
            trace = trace.tb_next
        return {
            "error": f"{type(error).__name__}: {error}",
            "coded": isinstance(error, ConcnerError),
            "ours": any("spacy_concner" in place for place in places),
        }


def describe(doc: Any) -> list[Any]:
    """Give the entities of a Doc and their scores."""
    ents = [[ent.start_char, ent.end_char, ent.label_] for ent in doc.ents]
    return [ents, [float(ent._.concner_score or 0) for ent in doc.ents]]
