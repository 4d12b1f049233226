import shutil

import numpy as np
import pytest
import spacy
import srsly
from spacy.tokens import Doc
from spacy.vocab import Vocab
from typer.testing import CliRunner

from spacy_concner.cli import concner_cli
from spacy_concner.corpora.reader import read_docs
from spacy_concner.encoding.sentence_vectors import SentenceEncoder
from spacy_concner.errors import ConcnerError
from spacy_concner.teaching.label import WeightingSettings, label
from spacy_concner.teaching.sentence_cache import CachedSentenceEncoder
from spacy_concner.teaching.weighting import fixed_weights, measure_weights, read_weights
from tests.sentences import SENTENCES, TRANSLATIONS, labelled_doc, write_corpus


@pytest.fixture(scope="module")
def corpora(tmp_path_factory):
    """Sentences of two languages, and raw text in the second."""
    vocab = spacy.blank("xx").vocab
    folder = tmp_path_factory.mktemp("corpora")

    def write(name, pairs):
        docs = [labelled_doc(vocab, words, None) for words, _ in pairs]
        return write_corpus(docs, folder / f"{name}.spacy")

    return {
        "en": write("en", SENTENCES * 8),
        "bg": write("bg", TRANSLATIONS * 8),
        "raw": write("raw", TRANSLATIONS),
    }


def settings(corpora, encoder_folder, kind, **more):
    sources = {name: corpora[name] for name in ("en", "bg")}
    return WeightingSettings(kind, sources=sources, encoder=str(encoder_folder), **more)


@pytest.mark.parametrize("kind", ["cosine", "learned"])
@pytest.mark.parametrize("level", ["domain", "sentence"])
def test_the_teacher_of_the_target_language_counts_most(
    corpora, encoder_folder, trained_folder, tmp_path, kind, level
):
    teachers = [f"{name}={trained_folder}" for name in ("en", "bg")]
    result = label(
        corpora["raw"],
        tmp_path / "soft",
        teachers,
        weighting=settings(corpora, encoder_folder, kind, level=level),
        progress=False,
    )
    stored = srsly.read_json(tmp_path / "soft" / "weighting.json")
    assert stored["weighting"] == kind and stored["level"] == level
    assert stored["similarity"]["names"] == ["en", "bg"]
    # Of weights by the sentence these are the means, and the file serves a later run.
    assert result.weighting["weights"]["bg"] > 0.55
    assert sum(result.weighting["weights"].values()) == pytest.approx(1)
    again = read_weights(tmp_path / "soft" / "weighting.json", ["en", "bg"])
    assert again.shares == pytest.approx(list(result.weighting["weights"].values()))


def test_each_sentence_has_its_weights(corpora, encoder_folder):
    vocab = spacy.blank("xx").vocab
    encoder = SentenceEncoder(str(encoder_folder))
    sources = {name: corpora[name] for name in ("en", "bg")}
    weighting = measure_weights("learned", ["en", "bg"], sources, [], encoder, "sentence")
    docs = [labelled_doc(vocab, words, None) for words, _ in (SENTENCES[0], TRANSLATIONS[0])]
    weights = weighting.weights([*docs, Doc(vocab)])
    assert weights.shape == (3, 2) and weights[0, 0] > weights[1, 0]
    np.testing.assert_allclose(weights.sum(axis=1), 1)
    assert weighting.weights([]).shape == (0, 2)


def test_sentence_vectors_do_not_depend_on_the_batch(encoder_folder):
    texts = [" ".join(words) for words, _ in [*SENTENCES, *TRANSLATIONS]]
    many = list(SentenceEncoder(str(encoder_folder)).vectors(texts))
    single = SentenceEncoder(str(encoder_folder), batch_pieces=1)
    for text, vector in zip(texts, many, strict=True):
        np.testing.assert_allclose(next(single.vectors([text])), vector, atol=1e-5)


@pytest.fixture
def readings(monkeypatch):
    """How many texts the encoder reads, in each call."""
    found = []
    read = SentenceEncoder.vectors

    def count(encoder, texts):
        texts = list(texts)
        found.append(len(texts))
        return read(encoder, texts)

    monkeypatch.setattr(SentenceEncoder, "vectors", count)
    return found


@pytest.mark.slow
def test_another_weighting_reads_no_text_again(
    corpora, encoder_folder, trained_folder, tmp_path, readings
):
    teachers = [f"{name}={trained_folder}" for name in ("en", "bg")]

    def weigh(kind, **more):
        return label(
            corpora["raw"],
            tmp_path / f"soft{len(list(tmp_path.iterdir()))}",
            teachers,
            weighting=settings(corpora, encoder_folder, kind, **more),
            cache=tmp_path / "cache",
            progress=False,
        ).weighting

    first = weigh("learned")
    assert readings == [8 * len(SENTENCES), 8 * len(TRANSLATIONS), len(TRANSLATIONS)]
    assert weigh("cosine")["weights"]["bg"] > 0.55
    assert weigh("learned", level="sentence")["weights"] == first["weights"]
    assert len(readings) == 3
    assert weigh("learned", limit=2)["sentences"] == 2
    # The first sentences of the target are those of its language.
    assert readings[3:] == [2, 2]
    assert first["sentences"] == len(TRANSLATIONS)


def test_sentence_vectors_from_disk_are_those_computed(encoder_folder, tmp_path, readings):
    texts = ["Sofia is here .", "Sofia", "is here ."]
    encoder = CachedSentenceEncoder(str(encoder_folder), tmp_path)
    computed = encoder.vectors(texts)
    again = CachedSentenceEncoder(str(encoder_folder), tmp_path).vectors(iter(texts))
    assert readings == [3] and (again == computed).all() and again.dtype == "f4"
    assert (encoder.vectors(texts[::-1]) != computed).any()
    encoder.vectors(["Sofia is", "here .", "Sofia", "is here ."])
    assert readings == [3, 3, 4]
    for file in tmp_path.iterdir():
        file.write_bytes(b"broken")
    assert (encoder.vectors(texts) == computed).all() and readings[-1] == 3


def test_another_encoder_has_vectors_of_its_own(encoder_folder, tmp_path, readings):
    CachedSentenceEncoder(str(encoder_folder), tmp_path / "cache").vectors(["Sofia"])
    other = shutil.copytree(encoder_folder, tmp_path / "other")
    CachedSentenceEncoder(str(other), tmp_path / "cache").vectors(["Sofia"])
    assert readings == [1]
    (other / "note.txt").write_text("changed")
    CachedSentenceEncoder(str(other), tmp_path / "cache").vectors(["Sofia"])
    assert readings == [1, 1]


def test_weights_from_a_file(corpora, trained_folder, tmp_path):
    names = ["en", "bg"]
    srsly.write_json(tmp_path / "weights.json", {"en": 1, "bg": 3})
    assert read_weights(tmp_path / "weights.json", names).shares == [0.25, 0.75]
    summary = fixed_weights(names, [3, 1]).summary
    srsly.write_json(tmp_path / "weighting.json", summary)
    assert read_weights(tmp_path / "weighting.json", names).shares == [0.75, 0.25]


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ("{", "line 1"),
        ("[1]", "list"),
        ('{"weights": null}', "no object"),
        ('{"en": 1}', r"no weight for bg"),
        ('{"en": 1, "bg": 2, "fr": 1}', r"a weight for fr"),
        ('{"en": 1, "bg": "2"}', r"bg is no number"),
        ('{"en": true, "bg": 2}', r"en is no number"),
        ('{"en": 1, "bg": 2, "en": 3}', "'en' stands twice"),
    ],
)
def test_a_file_of_something_else(tmp_path, content, why):
    (tmp_path / "weights.json").write_text(content)
    with pytest.raises(ConcnerError, match=rf"C413.*{why}.*each of en, bg,"):
        read_weights(tmp_path / "weights.json", ["en", "bg"])


def test_a_weighting_that_is_neither_a_file_nor_a_name(tmp_path):
    with pytest.raises(ConcnerError, match="C413.*no such file.*uniform, cosine, learned"):
        read_weights(tmp_path / "learnt", ["en", "bg"])


def test_what_the_command_line_says_of_weights(corpora, trained_folder, tmp_path):
    def run(*options):
        teachers = [f"--teacher={name}={trained_folder}" for name in ("en", "bg")]
        command = ["label", str(corpora["raw"]), str(tmp_path / "soft"), *teachers, *options]
        result = CliRunner().invoke(concner_cli, command)
        return result.exit_code, " ".join(result.output.split())

    both = [f"--source-text=en={corpora[name]}" for name in ("en", "bg")]
    status, printed = run(*both, "--weighting", "learned")
    assert status == 1 and "C522" in printed and "en.spacy" in printed
    status, printed = run("--weighting", "cosine", "--weight", "1", "--weight", "2")
    assert status == 1 and "C422" in printed
    status, printed = run(both[0], "--level", "sentence")
    assert status == 0
    assert "--source-text is for the weightings cosine and learned" in printed
    assert "--level sentence is for" in printed and "--encoder" not in printed


def test_weights_in_a_file_are_checked(tmp_path):
    srsly.write_json(tmp_path / "weights.json", {"en": -1, "bg": 3})
    with pytest.raises(ConcnerError, match="C404"):
        read_weights(tmp_path / "weights.json", ["en", "bg"])


@pytest.mark.slow
def test_what_similarity_needs(corpora, encoder_folder, trained_folder, tmp_path):
    output = tmp_path / "soft"
    teachers = [f"{name}={trained_folder}" for name in ("en", "bg")]
    good = settings(corpora, encoder_folder, "learned")
    no_encoder = str(tmp_path / "missing")
    for teachers_given, weighting, code in [
        (teachers[:1], good, "C415"),
        (teachers, WeightingSettings("learned", sources=good.sources), "C416"),
        (teachers, WeightingSettings("learned", encoder=good.encoder), "C414.*missing"),
        ([*teachers, f"de={trained_folder}"], good, r"C414.*missing de,"),
        (teachers, WeightingSettings("learned", None, good.sources, no_encoder), "C301"),
        (teachers, WeightingSettings("closest"), "C413.*closest"),
    ]:
        with pytest.raises(ConcnerError, match=code):
            label(corpora["raw"], output, teachers_given, weighting=weighting, progress=False)
    assert not output.exists()


@pytest.mark.slow
def test_command_line(corpora, encoder_folder, trained_folder, tmp_path):
    options = ["label", str(corpora["raw"]), str(tmp_path / "soft"), "--weighting", "learned"]
    for name in ("en", "bg"):
        options += [
            "--teacher",
            f"{name}={trained_folder}",
            "--source-text",
            f"{name}={corpora[name]}",
        ]
    result = CliRunner().invoke(concner_cli, [*options, "--encoder", str(encoder_folder)])
    assert result.exit_code == 0, result.output
    weight = srsly.read_json(tmp_path / "soft" / "weighting.json")["weights"]["bg"]
    output = " ".join(result.output.split())
    assert f"{weight:.3f}" in output and "of the source sentences that it was made of" in output
    for wrong, code in [(["--source-text", "en"], "C521"), (["--level", "word"], "C419")]:
        failed = CliRunner().invoke(concner_cli, [*options, *wrong])
        assert failed.exit_code == 1 and code in failed.output


def test_docs_are_read_as_raw_text(corpora):
    docs = list(read_docs(corpora["raw"], Vocab()))
    assert [len(doc) for doc in docs] == [len(words) for words, _ in TRANSLATIONS]
