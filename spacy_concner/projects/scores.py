"""Pipelines scored on the test sets of several languages, side by side in a table."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from spacy.cli.evaluate import evaluate
from spacy.vocab import Vocab

from ..corpora.reader import read_docs
from ..errors import ConcnerError, Errors
from ..files import File, Paths, claim, whole_file
from ..pipelines import is_pipeline, load_pipeline

VERB = "scores"
MEASURES = {"ents_p": "precision", "ents_r": "recall", "ents_f": "F1"}
HEADER = ["language", "pipeline", *MEASURES.values()]
# In the path of a pipeline, for the language that it is scored on.
LANGUAGE = "{lang}"


@dataclass(frozen=True)
class LanguageScores:
    """What a pipeline scores on the test set of a language.

    language: Code of the language.
    pipeline: Name of the pipeline.
    scores: As `spacy evaluate` gives them.
    """

    language: str
    pipeline: str
    scores: Mapping[str, Any]

    @property
    def row(self) -> list[str]:
        """The cells of its row in the table, in percent."""
        numbers = [f"{100 * (self.scores.get(measure) or 0):.1f}" for measure in MEASURES]
        return [self.language, self.pipeline, *numbers]


def score_pipelines(
    pipelines: Mapping[str, str],
    tests: Mapping[str, Path],
    output: Path,
    *,
    gpu_id: int = -1,
    force: bool = False,
) -> list[LanguageScores]:
    """Score pipelines as `spacy evaluate` does, and write the table.

    pipelines (Mapping[str, str]): Pipeline folders or packages by name; `{lang}` in one stands for
        the language that it is scored on.
    tests (Mapping[str, Path]): Labelled `.spacy` corpora by language.
    output (Path): Markdown file for the table; `NAME.LANG.json` with all scores go beside it.
    gpu_id (int): GPU, or -1 for the CPU.
    force (bool): Replace a table that this verb has made before.
    RETURNS (list[LanguageScores]): A row for each language and pipeline.
    RAISES (ConcnerError): C142, C143 for a corpus, C523 for one without labels, C515 if a pipeline
        cannot be loaded, C128, C129, C407, C408 and C601 for the output.
    """
    places = {
        (language, name): path.replace(LANGUAGE, language)
        for language in tests
        for name, path in pipelines.items()
    }
    for corpus in tests.values():
        if not any(doc.has_annotation("ENT_IOB") for doc in read_docs(corpus, Vocab())):
            raise ConcnerError(Errors.C523.format(path=corpus))
    for path in places.values():
        if not is_pipeline(path):
            # Which says why.
            load_pipeline(path)
    inputs: dict[str, Paths] = {
        "--pipeline": list(places.values()),
        "--test": list(tests.values()),
    }
    beside = {
        (language, name): output.with_name(f"{name}.{language}.json") for language, name in places
    }
    outputs = {"OUTPUT": File(output, _is_table)}
    outputs |= {f"scores of {path.stem}": File(path, _is_scores) for path in beside.values()}
    rows = []
    with claim(VERB, inputs=inputs, outputs=outputs, force=force):
        for (language, name), path in places.items():
            with whole_file(beside[language, name]) as part:
                scores = evaluate(path, tests[language], output=part, use_gpu=gpu_id)
            rows.append(LanguageScores(language, name, scores))
        with whole_file(output) as part:
            part.write_text(make_table(rows), encoding="utf8")
    return rows


def make_table(rows: Sequence[LanguageScores]) -> str:
    """Write scores as a table in Markdown."""
    lines = [HEADER, ["---"] * len(HEADER), *(row.row for row in rows)]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def _is_scores(head: bytes) -> bool:
    return b'"token_acc"' in head


def _is_table(head: bytes) -> bool:
    return head.startswith(f"| {HEADER[0]} | {HEADER[1]} |".encode())
