"""Makes the pipelines of this folder, as spacy-concner 0.2.0 saves them.

    python make.py OUTPUT

Run in a checkout of 0.2.0, whose tests' sentences and shapes it uses, with PYTHONPATH=. set.
Beside each pipeline stands `expected.jsonl`: texts, entities and scores as 0.2.0 gives them.
"""

import re
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import spacy
import srsly
from spacy.language import Language
from spacy.tokens import Doc
from spacy_concner.corpora.bitext import make_bitext
from spacy_concner.scoring.calibrate import calibrate

from spacy_concner.shipping.ship import ship
from tests.conftest import (
    SENTENCES,
    TINY_TOK2VEC,
    TRANSLATIONS,
    as_example,
    build_tiny_config,
    labelled_doc,
    make_bert,
    write_corpus,
)
from tests.shipping.conftest import make_student, train

TEXTS = [
    "Anna Berg lives in Sofia .",
    "The Red Cross works in Berlin\n\nPaul Novak met Anna",
    "Ана Берг живее в София .",
    "",
    " \n",
    "Nothing happened today, 😀 in Berlin Sofia Cross Novak",
]
TOK2VEC = {**TINY_TOK2VEC, "width": 8, "depth": 1, "embed_size": 60}
ENCODER = {"hidden_size": 16, "intermediate_size": 16}
GONE = {
    "entity": {"@losses": "spacy-concner.EntityCrossEntropy.v1"},
    "translation_contrast": {
        "@losses": "spacy-concner.ScheduledLoss.v1",
        "points": [[0, 0.0], [10, 1.0]],
        "loss": {"@losses": "spacy-concner.TranslationContrast.v1", "weight": 0.2},
    },
    "label_contrast": {
        "@losses": "spacy-concner.QueuedLabelContrast.v1",
        "size": 64,
        "loss": {"@losses": "spacy-concner.LabelContrast.v1", "weight": 0.2},
    },
    "balanced_contrast": {
        "@losses": "spacy-concner.LabelContrast.v1",
        "weight": 0.2,
        "balanced": True,
    },
}


def sentences() -> list[Doc]:
    """Give the tests' labelled sentences."""
    vocab = spacy.blank("xx").vocab
    return [labelled_doc(vocab, *pair) for pair in SENTENCES]


def bitexts() -> list[Doc]:
    """Give the tests' labelled sentences and their translations."""
    vocab = spacy.blank("xx").vocab
    return [
        make_bitext([labelled_doc(vocab, *a), labelled_doc(vocab, *b)], ["en", "bg"], vocab)
        for a, b in zip(SENTENCES, TRANSLATIONS, strict=True)
    ]


def lighten(nlp: Language) -> None:
    """Leave the tokenizer little, which would be most of a saved pipeline."""
    nlp.tokenizer.rules = {}
    nlp.tokenizer.prefix_search = re.compile(r"^[,.]").search
    nlp.tokenizer.suffix_search = re.compile(r"[,.]$").search
    nlp.tokenizer.infix_finditer = re.compile(r"--").finditer
    nlp.tokenizer.url_match = None


def learn(components: dict[str, dict], docs: list[Doc], steps: int) -> Language:
    """Train a pipeline of the given components."""
    spacy.util.fix_random_seed(0)
    nlp = spacy.blank("xx")
    lighten(nlp)
    for name, config in components.items():
        nlp.add_pipe(name, config=config)
    examples = [as_example(doc) for doc in docs]
    optimizer = nlp.initialize(lambda: examples)
    optimizer.learn_rate = 0.01
    for _ in range(steps):
        nlp.update(examples, sgd=optimizer, losses={})
    return nlp


def save(nlp: Language, folder: Path) -> None:
    """Write a pipeline and what it gives for the texts."""
    nlp.to_disk(folder)
    expect(folder)


def expect(folder: Path) -> None:
    """Write what a saved pipeline gives for the texts."""
    rows = []
    for doc in spacy.load(folder).pipe(TEXTS):
        scores = doc.spans["concner"].attrs["scores"].tolist()
        spans = zip(doc.spans["concner"], scores, strict=True)
        rows.append(
            {
                "text": doc.text,
                "ents": [[e.start_char, e.end_char, e.label_] for e in doc.ents],
                "spans": [[s.start_char, s.end_char, s.label_, score] for s, score in spans],
                "vectors": [[round(float(x), 4) for x in row] for row in doc.tensor],
            }
        )
    srsly.write_jsonl(folder / "expected.jsonl", rows)


def main(output: Path) -> None:
    """Make the pipelines."""
    output.mkdir(parents=True, exist_ok=True)
    concner = build_tiny_config(tok2vec=TOK2VEC)
    save(learn({"concner": concner}, sentences(), 40), output / "plain")
    with TemporaryDirectory() as work:
        dev = write_corpus(bitexts() * 3, Path(work) / "dev.spacy")
        calibrate(output / "plain", dev, output=output / "calibrated", progress=False)
        expect(output / "calibrated")
        encoder = make_bert(Path(work) / "encoder", **ENCODER)
        student = Path(work) / "student"
        nlp = train(make_student(encoder), 60)
        lighten(nlp)
        nlp.to_disk(student)
        corpus = write_corpus(sentences(), Path(work) / "test.spacy")
        ship(student, output / "compact", ["en"], test=corpus)
        expect(output / "compact")
    gone = build_tiny_config(tok2vec=TOK2VEC, losses=GONE, projection_width=8)
    save(learn({"concner": gone}, bitexts(), 40), output / "losses_gone")
    evaluator = {
        "model": {"@architectures": "spacy-concner.TokenVectors.v1", "width": 4, "tok2vec": TOK2VEC}
    }
    both = {"concner_evaluator": evaluator, "concner": concner}
    save(learn(both, sentences(), 40), output / "evaluator")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
