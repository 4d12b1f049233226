import pytest
import srsly
from spacy.tokens import Doc

from spacy_concner.bitexts.export_source import export_source
from spacy_concner.bitexts.translate import translate_corpus
from spacy_concner.corpora.reader import read_docs
from spacy_concner.corpora.segments import split_bitext, token_tag
from spacy_concner.errors import ConcnerError
from spacy_concner.projection.placeholders import LOST_PLACEHOLDER
from tests.bitexts.echo import EchoTranslator

TAGGED = [
    "Anna/B-PER lives/O in/O Paris/B-LOC ./O",
    "Paris/B-LOC is/O big/O ./O",
    "It/O rains/O ./O",
    "Anna/B-PER",
]
LINES = ["PER0 lives in LOC1.", "Anna", "Paris", "LOC0 is big.", "It rains."]
GERMAN = ["PER0 wohnt in LOC1.", "Anne", "„Paris“", "LOC0 ist groß.", "Es regnet."]


@pytest.fixture
def corpus(make_doc, write_corpus):
    return write_corpus([make_doc(tagged) for tagged in TAGGED])


@pytest.fixture
def run(corpus, tmp_path):
    def run(translator=None, path=corpus, **settings):
        output = tmp_path / "out" / "bitext.spacy"
        if "translations" not in settings:
            settings["engine"] = translator or EchoTranslator()
        settings = {"project": "placeholders", "force": True, **settings}
        return output, translate_corpus(path, output, **settings)

    return run


def targets(output, nlp):
    return [list(split_bitext(doc))[1][1].text for doc in read_docs(output, nlp)]


def test_corpus_becomes_bitexts_and_counts(run, nlp):
    translator = EchoTranslator(dict(zip(LINES, GERMAN, strict=True)))
    output, summary = run(translator)
    assert targets(output, nlp) == [
        "Anne wohnt in Paris.",
        "Paris ist groß.",
        "Es regnet.",
        "Anne",
    ]
    assert [len(doc.ents) for doc in read_docs(output, nlp)] == [4, 2, 0, 2]
    assert (summary.sentences, summary.kept, summary.entities) == (4, 4, 4)
    assert summary.translated == len(LINES)
    assert not summary.lost
    assert summary.quality.pairs == 4
    assert summary.quality.entities_kept == 1
    assert summary.unchanged_share == 0
    assert summary.seconds > 0


@pytest.mark.parametrize("batch_size", [1, 2, 64])
def test_each_text_is_asked_for_once_in_the_order_of_the_export(run, corpus, tmp_path, batch_size):
    translator = EchoTranslator()
    _, summary = run(translator, batch_size=batch_size)
    assert translator.asked == LINES
    assert max(map(len, translator.batches)) <= batch_size
    assert summary.unchanged_share == 1
    exported = tmp_path / "lines.txt"
    assert export_source(corpus, exported, "en", "de").n_lines == len(LINES)
    assert exported.read_text("utf8").splitlines() == LINES


@pytest.mark.parametrize("batch_size", [1, 2, 64])
def test_translations_from_a_file(run, nlp, tmp_path, batch_size):
    path = tmp_path / "de.txt"
    path.write_text("\n".join(GERMAN), encoding="utf8")
    for _ in range(2):
        output, _ = run(translations=path, target="de", batch_size=batch_size)
        assert targets(output, nlp)[:2] == ["Anne wohnt in Paris.", "Paris ist groß."]
    assert [file.name for file in output.parent.iterdir()] == ["bitext.spacy"]


def test_file_of_other_length_is_refused_before_anything_is_done(run, tmp_path):
    path = tmp_path / "de.txt"
    path.write_text("\n".join([*GERMAN, "und mehr"]), encoding="utf8")
    with pytest.raises(ConcnerError, match="C203.* 6 lines, but 5 text"):
        run(translations=path, target="de")
    assert not (tmp_path / "out").exists()


def test_lost_labels_are_rejected_with_their_reason(run, nlp, tmp_path):
    rejects = tmp_path / "rejects.jsonl"
    translator = EchoTranslator({"PER0 lives in LOC1.": "Wohnt in LOC1."})
    output, summary = run(translator, rejects=rejects)
    assert (summary.kept, dict(summary.lost)) == (3, {LOST_PLACEHOLDER: 1})
    assert len(targets(output, nlp)) == 3
    assert list(srsly.read_jsonl(rejects)) == [
        {
            "document": 1,
            "reason": LOST_PLACEHOLDER,
            "detail": "PER0",
            "text": "Anna lives in Paris.",
            "masked": "PER0 lives in LOC1.",
            "translation": "Wohnt in LOC1.",
        }
    ]
    run(EchoTranslator(), rejects=rejects)
    assert not rejects.exists()


def test_unprojected_pairs_can_be_kept_without_labels(run, nlp):
    plain = {"Anna lives in Paris.": "Anna wohnt in Paris."}
    translator = EchoTranslator({"PER0 lives in LOC1.": "Wohnt in LOC1."} | plain)
    output, summary = run(translator, keep_unprojected=True)
    assert (summary.kept, summary.unlabelled, summary.lost.total()) == (4, 1, 1)
    source, target = (doc for _, doc in split_bitext(next(read_docs(output, nlp))))
    assert target.text == "Anna wohnt in Paris."
    assert {token_tag(token) for token in target} == {"-"}
    assert len(source.ents) == 2


def test_copied_labels_are_not_translated(run, nlp):
    translator = EchoTranslator({"Anna": "Anne", "Paris": "Lutetia"})
    output, _ = run(translator, copy_labels=["PER"])
    assert targets(output, nlp)[0] == "Anna lives in Lutetia."
    assert "Anna" not in translator.asked


def test_run_goes_on_where_the_engine_died(run, nlp, tmp_path):
    cache = tmp_path / "cache.sqlite"
    with pytest.raises(ConcnerError, match="C207.*EchoTranslator failed after 4 texts.*is gone"):
        run(EchoTranslator(fail_after=4), cache=cache, batch_size=2)
    assert not (tmp_path / "out").exists()
    translator = EchoTranslator()
    output, summary = run(translator, cache=cache, batch_size=2)
    assert translator.asked == LINES[4:]
    assert summary.kept == 4
    assert targets(output, nlp)[0] == "Anna lives in Paris."
    again = EchoTranslator()
    again.fingerprint = "another"
    run(again, cache=cache)
    assert again.asked == LINES


def test_wrong_number_of_translations_is_told(run):
    translator = EchoTranslator()
    translator.translate = lambda texts: texts[1:]
    with pytest.raises(ConcnerError, match="C206.* 4 translations for 5 texts"):
        run(translator)


def test_coded_errors_of_an_engine_pass_unchanged(run):
    translator = EchoTranslator()

    def refuse(texts):
        raise ConcnerError("no quota left")

    translator.translate = refuse
    with pytest.raises(ConcnerError, match="^no quota left$"):
        run(translator)


def test_empty_translations_are_rejected_and_asked_again(run, tmp_path):
    cache = tmp_path / "cache.sqlite"
    translator = EchoTranslator({"It rains.": " "})
    _, summary = run(translator, cache=cache)
    assert summary.kept == 3
    translator.lexicon, translator.batches = {}, []
    _, summary = run(translator, cache=cache)
    assert translator.asked == ["It rains."]
    assert summary.kept == 4


def test_nothing_kept_is_an_error(run, tmp_path):
    lexicon = dict.fromkeys(LINES, "")
    with pytest.raises(
        ConcnerError, match="C211.*Not one of 4 .*empty translation \\(4\\).*rejects.jsonl"
    ):
        run(EchoTranslator(lexicon), rejects=tmp_path / "rejects.jsonl")
    assert len(list(srsly.read_jsonl(tmp_path / "rejects.jsonl"))) == 4


def test_limit(run, nlp, corpus, tmp_path):
    output, summary = run(limit=1)
    assert summary.sentences == len(targets(output, nlp)) == 1
    assert export_source(corpus, tmp_path / "lines.txt", "en", "de", limit=1).n_lines == 3


def test_unannotated_corpus_stays_unannotated(run, nlp, write_corpus):
    raw = write_corpus([Doc(nlp.vocab, words=["It", "rains"])], "raw.spacy")
    output, _ = run(path=raw)
    assert {token_tag(token) for doc in read_docs(output, nlp) for token in doc} == {"-"}


def test_bitexts_go_to_shards_too_and_nowhere_else(corpus, tmp_path, nlp):
    done = translate_corpus(corpus, tmp_path / "bi", engine=EchoTranslator(), shard_size=3)
    assert done.kept == len(list(read_docs(tmp_path / "bi", nlp))) == 4
    assert len(list((tmp_path / "bi").glob("*.spacy"))) == 2
    with pytest.raises(ConcnerError, match="C129"):
        translate_corpus(corpus, tmp_path / "bitext.jsonl", engine=EchoTranslator())


@pytest.mark.parametrize("option", ["output", "rejects", "cache"])
def test_no_output_of_a_run_is_its_input_or_another_output(corpus, tmp_path, option):
    before = corpus.read_bytes()
    settings = {"output": tmp_path / "out.spacy", "engine": EchoTranslator(), "force": True}
    with pytest.raises(ConcnerError, match="C407"):
        translate_corpus(corpus, **settings | {option: corpus})
    assert corpus.read_bytes() == before
    same = tmp_path / "same.spacy"
    with pytest.raises(ConcnerError, match="C407"):
        translate_corpus(corpus, **settings | {"output": same, "rejects": same})


def test_an_output_is_replaced_by_force_alone(run, corpus, tmp_path):
    output, _ = run()
    before = output.read_bytes()
    with pytest.raises(ConcnerError, match="C128.*--force"):
        run(force=False)
    lines = tmp_path / "lines.txt"
    export_source(corpus, lines, "en", "de")
    with pytest.raises(ConcnerError, match="C408"):
        export_source(corpus, lines, "en", "de")
    assert output.read_bytes() == before


def test_lost_placeholders_are_tried_again_with_others(run, nlp, make_doc, write_corpus):
    path = write_corpus(
        [make_doc("iPods/B-PRODUCT fail/O"), make_doc("It/O rains/O")], "products.spacy"
    )
    translator = EchoTranslator({"XYZ0 fail": "Sie scheitern"})
    output, summary = run(translator, path=path)
    assert translator.asked == ["XYZ0 fail", "iPods", "It rains", "PER0 fail"]
    assert targets(output, nlp) == ["iPods fail", "It rains"]
    assert [ent.label_ for ent in next(read_docs(output, nlp)).ents] == ["PRODUCT", "PRODUCT"]
    assert not summary.lost
    translator = EchoTranslator({"XYZ0 fail": "Sie scheitern", "PER0 fail": "Sie nicht"})
    rejected = run(translator, path=path)[1]
    assert dict(rejected.lost) == {LOST_PLACEHOLDER: 1}


def test_labels_to_copy_must_be_there(run, corpus, tmp_path):
    message = "C215.* FOO .*Labels found: LOC, PER"
    with pytest.raises(ConcnerError, match=message):
        run(copy_labels=["PER", "FOO"])
    with pytest.raises(ConcnerError, match=message):
        export_source(corpus, tmp_path / "lines.txt", "en", "de", copy_labels=["FOO"])


def test_missing_input_is_told(run, tmp_path):
    with pytest.raises(ConcnerError, match="C142.*none.spacy"):
        run(path=tmp_path / "none.spacy")


def test_error_of_a_run_without_pairs_says_what_can_be_done(run):
    with pytest.raises(ConcnerError, match="C211.*--keep-unprojected.*--export-source"):
        run(EchoTranslator(dict.fromkeys(LINES, "")))
