"""Pipelines scored on the test sets of several languages, side by side in a table."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from spacy.cli.evaluate import evaluate
from spacy.vocab import Vocab

from ..corpora.reader import read_docs
from ..errors import ConcnerError, Errors
from ..files import File, Folder, Output, Paths, claim, whole_file, whole_folder
from ..pipelines import is_pipeline, load_pipeline
from ..shipping.meta import MEASURED_IN

VERB = "scores"
MEASURES = {"ents_p": "precision", "ents_r": "recall", "ents_f": "F1"}
HEADER = ["language", "pipeline", *MEASURES.values()]
# In the path of a pipeline, for the language that it is scored on.
LANGUAGE = "{lang}"


@dataclass(frozen=True)
class Dev:
    """Development sentences, to measure on for languages that have no labelled ones.

    path: Labelled `.spacy` corpus.
    language: Code of their language.
    """

    path: Path
    language: str


@dataclass(frozen=True)
class LanguageScores:
    """What a pipeline scores on the test set of a language.

    language: Code of the language that the pipeline is for.
    pipeline: Name of the pipeline.
    scores: As `spacy evaluate` gives them.
    measured_in: Code of the language of development sentences that it was measured on instead.
    """

    language: str
    pipeline: str
    scores: Mapping[str, Any]
    measured_in: str = ""

    @property
    def row(self) -> list[str]:
        """The cells of its row in the table, in percent."""
        numbers = [f"{100 * (self.scores.get(measure) or 0):.1f}" for measure in MEASURES]
        language = self.language
        if self.measured_in:
            language += f" not measured; {self.measured_in} dev"
        return [language, self.pipeline, *numbers]


def score_pipelines(
    pipelines: Mapping[str, str],
    tests: Mapping[str, Path],
    output: Path,
    *,
    dev: Dev | None = None,
    gpu_id: int = -1,
    force: bool = False,
) -> list[LanguageScores]:
    """Score pipelines as `spacy evaluate` does, and write the table.

    pipelines (Mapping[str, str]): Pipeline folders or packages by name; `{lang}` in one stands for
        the language that it is scored on.
    tests (Mapping[str, Path]): Labelled `.spacy` corpora by language.
    output (Path): Markdown file for the table; `NAME.LANG.json` with all scores go into a folder of
        its name without `.md`, which is written whole.
    dev (Dev | None): What languages are measured on instead whose corpus is not there; the table
        and the file of scores tell so.
    gpu_id (int): GPU, or -1 for the CPU.
    force (bool): Replace a table that this verb has made before.
    RETURNS (list[LanguageScores]): A row for each language and pipeline.
    RAISES (ConcnerError): C142, C143 for a corpus, C523 for one without labels, C515 if a pipeline
        cannot be loaded, C625 if one of `{lang}` finds no entity rightly, once all is written,
        C128, C129, C407, C408 and C601 for the output.
    """
    places: dict[tuple[str, str], _Place] = {}
    for language, corpus in tests.items():
        instead = None if corpus.exists() else dev
        for name, path in pipelines.items():
            pipeline = path.replace(LANGUAGE, language)
            if instead is None:
                places[language, name] = _Place(pipeline, corpus)
                continue
            place = _Place(pipeline, instead.path, instead.language)
            # A pipeline of all languages is the same on the same development sentences.
            if place not in places.values():
                places[language, name] = place
    for corpus in {place.corpus for place in places.values()}:
        if not any(doc.has_annotation("ENT_IOB") for doc in read_docs(corpus, Vocab())):
            raise ConcnerError(Errors.C523.format(path=corpus))
    for place in places.values():
        if not is_pipeline(place.pipeline):
            # Which says why.
            load_pipeline(place.pipeline)
    inputs: dict[str, Paths] = {
        "--pipeline": [place.pipeline for place in places.values()],
        "--test": list(tests.values()),
        "--dev": dev.path if dev else None,
    }
    details = output.with_suffix("")
    outputs: dict[str, Output] = {"OUTPUT": File(output, _is_table)}
    # It comes before the table, and a run that is killed between them has not ended.
    outputs["folder of OUTPUT"] = Folder(details, disposable=True)
    rows = []
    with claim(VERB, inputs=inputs, outputs=outputs, force=force):
        with whole_folder(details, VERB) as folder:
            for (language, name), place in places.items():
                file = folder / f"{name}.{language}.json"
                scores = evaluate(place.pipeline, place.corpus, output=file, use_gpu=gpu_id)
                if place.measured_in:
                    scores |= {MEASURED_IN: place.measured_in}
                    file.write_text(json.dumps(scores, indent=2), encoding="utf8")
                rows.append(LanguageScores(language, name, scores, place.measured_in))
        with whole_file(output) as part:
            part.write_text(make_table(rows), encoding="utf8")
    for row in rows:
        if LANGUAGE in pipelines[row.pipeline] and not row.scores.get("ents_f"):
            told = {"name": row.pipeline, "language": row.language}
            raise ConcnerError(Errors.C625.format(**told, path=output))
    return rows


@dataclass(frozen=True)
class _Place:
    """A pipeline, and what it is scored on.

    measured_in: Language of development sentences; "" for a test in the pipeline's language.
    """

    pipeline: str
    corpus: Path
    measured_in: str = ""


def make_table(rows: Sequence[LanguageScores]) -> str:
    """Write scores as a table in Markdown."""
    lines = [HEADER, ["---"] * len(HEADER), *(row.row for row in rows)]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def _is_table(head: bytes) -> bool:
    return head.startswith(f"| {HEADER[0]} | {HEADER[1]} |".encode())
