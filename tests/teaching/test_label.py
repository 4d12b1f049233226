import multiprocessing
import os
import signal
from pathlib import Path

import numpy as np
import pytest
import spacy
import srsly
from spacy.tokens import Doc, DocBin
from spacy.vocab import Vocab
from typer.testing import CliRunner

from spacy_concner.cli import concner_cli
from spacy_concner.corpora.reader import corpus_files, read_docs
from spacy_concner.corpora.segments import get_segments, make_bitext
from spacy_concner.corpora.soft_labels import get_soft_labels
from spacy_concner.errors import ConcnerError
from spacy_concner.teaching.label import WeightingSettings, label
from spacy_concner.teaching.teacher_cache import predict_probabilities
from spacy_concner.teaching.teachers import load_teacher
from spacy_concner.teaching.weighting import check_weights
from tests.sentences import SENTENCES, TRANSLATIONS, as_example, labelled_doc, write_corpus
from tests.tiny_pipelines import TINY_TOK2VEC, build_tiny_config, train_tiny

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def teachers(trained_folder, tmp_path_factory):
    """Two teachers that do not agree."""
    vocab = spacy.blank("xx").vocab
    docs = [labelled_doc(vocab, *pair) for pair in SENTENCES]
    other = train_tiny(build_tiny_config(), docs, steps=8)
    folder = tmp_path_factory.mktemp("teacher") / "other"
    other.to_disk(folder)
    return [trained_folder, folder]


@pytest.fixture(scope="module")
def raw(tmp_path_factory):
    """Raw text: odd Docs among them, and one that already has entities."""
    vocab = spacy.blank("xx").vocab
    docs = [labelled_doc(vocab, words, None) for words, _ in SENTENCES]
    docs[1] = labelled_doc(vocab, *SENTENCES[1])
    docs.insert(2, Doc(vocab))
    halves = [labelled_doc(vocab, pair[0][0], None) for pair in (SENTENCES, TRANSLATIONS)]
    docs.append(make_bitext(halves, ["en", "bg"], vocab))
    docs.append(Doc(vocab, words=["Anna", "(", "\n", "Berg"], spaces=[False, True, False, False]))
    return write_corpus(docs, tmp_path_factory.mktemp("raw") / "raw.spacy")


def read(output) -> list[Doc]:
    return list(read_docs(output, Vocab()))


def probabilities(output) -> list[np.ndarray]:
    return [get_soft_labels(doc).probabilities for doc in read(output)]


def run(raw, output, teachers, weights=None, **settings):
    if weights is not None:
        settings["weighting"] = WeightingSettings(weights=weights)
    return label(raw, output, teachers, progress=False, **settings)


@pytest.mark.parametrize("weights, shares", [(None, [0.5, 0.5]), ([3, 1], [0.75, 0.25])])
def test_mean_of_teachers(raw, teachers, tmp_path, weights, shares):
    run(raw, tmp_path / "soft", teachers, weights=weights)
    docs = list(read_docs(raw, Vocab()))
    opinions = [predict_probabilities(load_teacher(teacher), docs) for teacher in teachers]
    assert max(np.abs(a - b).max(initial=0) for a, b in zip(*opinions, strict=True)) > 0.1
    for doc, found, *rows in zip(docs, probabilities(tmp_path / "soft"), *opinions, strict=True):
        assert found.dtype == np.float16 and found.shape == (len(doc), 7)
        mean = sum(share * row for share, row in zip(shares, rows, strict=True))
        np.testing.assert_allclose(found, mean, atol=1e-3)
        np.testing.assert_allclose(found.astype("f4").sum(axis=1), 1, atol=5e-3)


def test_opinion_is_that_of_the_pipeline(teachers):
    teacher = load_teacher(teachers[0])
    docs = [Doc(teacher.vocab, words=words) for words, _ in SENTENCES]
    labels = teacher.get_pipe("concner").labels
    for doc, rows in zip(docs, predict_probabilities(teacher, docs, batch_size=2), strict=True):
        assert rows.dtype == np.float32
        begins = [i for i, row in enumerate(rows) if labels[row.argmax()].startswith("B-")]
        assert not doc.ents
        assert [entity.start for entity in teacher.get_pipe("concner")(doc).ents] == begins


def test_batch_size_hardly_matters(raw, teachers):
    teacher = load_teacher(teachers[0])
    docs = list(read_docs(raw, teacher.vocab))
    pairs = zip(*(predict_probabilities(teacher, docs, n) for n in (1, 64)), strict=True)
    for one, many in pairs:
        np.testing.assert_allclose(one, many, atol=1e-5)


def test_docs_keep_tokens_and_segments_and_lose_entities(raw, teachers, tmp_path):
    result = run(raw, tmp_path / "soft", teachers[:1])
    before, after = read(raw), read(tmp_path / "soft")
    assert len(before) == len(after) == result.docs == 7
    assert result.tokens == sum(map(len, before))
    assert before[1].ents
    for old, new in zip(before, after, strict=True):
        assert [t.text_with_ws for t in new] == [t.text_with_ws for t in old]
        assert new.has_unknown_spaces == old.has_unknown_spaces
        assert all(token.ent_iob == 0 for token in new)
        assert [(s.start, s.end, s.label_) for s in get_segments(new)] == [
            (s.start, s.end, s.label_) for s in get_segments(old)
        ]
        assert get_soft_labels(new).labels == list(
            load_teacher(teachers[0]).get_pipe("concner").labels
        )


def test_shards(raw, teachers, tmp_path):
    output = tmp_path / "soft"
    result = run(raw, output, teachers[:1], shard_size=3)
    assert [shard.name for shard in result.shards] == ["00001.spacy", "00002.spacy", "00003.spacy"]
    assert [len(DocBin().from_disk(shard)) for shard in result.shards] == [3, 3, 1]
    assert sorted(path.name for path in output.iterdir()) == [
        *(shard.name for shard in result.shards),
        "concner.json",
        "label.json",
        "teachers",
        "weighting.json",
    ]
    assert len(read(output)) == 7
    limited = run(raw, tmp_path / "limited", teachers[:1], shard_size=3, limit=4)
    assert limited.docs == 4 and len(limited.shards) == 2


def killed(raw, output, teachers):
    """Label in a process that is killed when its second shard is half written."""
    to_disk = DocBin.to_disk

    def die(self, path):
        if path.name.startswith(".00002"):
            path.write_bytes(self.to_bytes()[:50])
            os.kill(os.getpid(), signal.SIGKILL)
        to_disk(self, path)

    DocBin.to_disk = die
    run(raw, output, teachers, shard_size=2, batch_size=2)


def test_killed_run_goes_on_with_the_same_bytes(raw, teachers, tmp_path):
    output, undisturbed = tmp_path / "killed", tmp_path / "undisturbed"
    context = multiprocessing.get_context("fork")
    process = context.Process(target=killed, args=(raw, output, teachers))
    process.start()
    process.join(60)
    assert process.exitcode == -signal.SIGKILL
    assert not list(output.glob("*.spacy"))
    first = (output / ".making" / "00001.spacy").stat()
    with pytest.raises(ConcnerError, match="C608.*label was stopped"):
        corpus_files(output)
    with pytest.raises(ConcnerError, match="C608"):
        corpus_files(tmp_path)

    settings = {"shard_size": 2, "batch_size": 2}
    result = run(raw, output, teachers, **settings)
    assert (result.resumed, result.docs, len(result.shards)) == (2, 7, 4)
    assert (output / "00001.spacy").stat().st_mtime_ns == first.st_mtime_ns
    fresh = run(raw, undisturbed, teachers, **settings)
    assert fresh.resumed == 0
    pairs = zip(probabilities(output), probabilities(undisturbed), strict=True)
    assert all(found.tobytes() == expected.tobytes() for found, expected in pairs)
    for found, expected in zip(result.shards, fresh.shards, strict=True):
        assert found.read_bytes() == expected.read_bytes()
    assert not list(output.glob(".*"))

    done = run(raw, output, teachers, **settings)
    assert done.resumed == done.docs == 7

    # A shard that can be read and has too few Docs.
    shard, *_ = result.shards
    whole = shard.read_bytes()
    shard.write_bytes(result.shards[-1].read_bytes())
    assert run(raw, output, teachers, **settings).resumed == 5
    assert shard.read_bytes() == whole


@pytest.mark.parametrize(
    "changes, name",
    [
        ({"weights": [1, 2]}, "weighting"),
        ({"min_confidence": 0.5}, "min_confidence"),
        ({"limit": 3}, "limit"),
        ({"shard_size": 3}, "shard_size"),
        ({"batch_size": 3}, "batch_size"),
    ],
)
def test_changed_settings(raw, teachers, tmp_path, changes, name):
    output = tmp_path / "soft"
    run(raw, output, teachers, shard_size=2)
    settings = {"shard_size": 2, **changes}
    with pytest.raises(ConcnerError, match=rf"C405.*other (\w+, )*{name}[,.] .*--force"):
        run(raw, output, teachers, **settings)
    result = run(raw, output, teachers, force=True, **settings)
    assert result.resumed == 0
    assert sorted(output.glob("*.spacy")) == result.shards
    assert srsly.read_json(output / "label.json")["limit"] == changes.get("limit", 0)


def test_changed_teachers_and_input(raw, teachers, tmp_path):
    output = tmp_path / "soft"
    run(raw, output, teachers[:1])
    with pytest.raises(ConcnerError, match="C405.*teachers"):
        run(raw, output, teachers[1:])
    shorter = write_corpus(read(raw)[:2], tmp_path / "raw.spacy")
    with pytest.raises(ConcnerError, match="C405.*input"):
        run(shorter, output, teachers[:1])


@pytest.mark.parametrize("content", ["", '{"limit": 0'])
def test_broken_manifest(raw, teachers, tmp_path, content):
    output = tmp_path / "soft"
    run(raw, output, teachers[:1])
    (output / "label.json").write_text(content)
    with pytest.raises(ConcnerError, match="C405"):
        run(raw, output, teachers[:1])
    assert run(raw, output, teachers[:1], force=True).resumed == 0


@pytest.mark.parametrize("force", [False, True])
def test_files_of_others_are_left_alone(raw, teachers, tmp_path, force):
    folder = tmp_path / "corpora"
    mine = write_corpus(read(raw)[:2], folder / "00001.spacy")
    before = mine.read_bytes()
    with pytest.raises(ConcnerError, match="C408"):
        run(raw, folder, teachers[:1], force=force)
    with pytest.raises(ConcnerError, match="C129"):
        run(raw, mine, teachers[:1], force=force)
    with pytest.raises(ConcnerError, match="C129"):
        run(raw, tmp_path / "soft.spacy", teachers[:1], force=force)
    assert mine.read_bytes() == before


def test_run_that_was_killed_before_it_wrote_shards_goes_on(raw, teachers, tmp_path):
    kept = tmp_path / "soft" / "teachers" / "sentences"
    kept.mkdir(parents=True)
    assert run(raw, tmp_path / "soft", teachers[:1]).resumed == 0
    (tmp_path / "mine" / "teachers").mkdir(parents=True)
    (tmp_path / "mine" / "note.txt").write_text("mine")
    with pytest.raises(ConcnerError, match="C408"):
        run(raw, tmp_path / "mine", teachers[:1])


def test_a_run_with_other_settings_leaves_the_old_labels_until_it_is_whole(
    raw, teachers, tmp_path, monkeypatch
):
    output = tmp_path / "soft"
    run(raw, output, teachers[:1], shard_size=2)
    before = {path: path.read_bytes() for path in output.glob("*.*")}
    assert len(corpus_files(output)) == 4

    def fail(self, path):
        if path.name.startswith(".00002"):
            raise OSError(28, "No space left on device")
        to_disk(self, path)

    to_disk = DocBin.to_disk
    monkeypatch.setattr(DocBin, "to_disk", fail)
    with pytest.raises(ConcnerError, match="C129.*No space"):
        run(raw, output, teachers, shard_size=3, force=True)
    assert {path: path.read_bytes() for path in output.glob("*.*") if path.is_file()} == before
    assert len(read(output)) == 7
    monkeypatch.undo()
    again = run(raw, output, teachers, shard_size=3, force=True)
    assert again.resumed == 3 and len(corpus_files(output)) == 3
    fresh = run(raw, tmp_path / "fresh", teachers, shard_size=3)
    for found, expected in zip(again.shards, fresh.shards, strict=True):
        assert found.read_bytes() == expected.read_bytes()


@pytest.mark.parametrize("over_old", [True, False])
def test_what_is_put_into_place_only_in_part_is_told_and_mended(
    raw, teachers, tmp_path, monkeypatch, over_old
):
    output = tmp_path / "soft"
    if over_old:
        run(raw, output, teachers[:1], shard_size=2)
    rename = Path.replace

    def fail(self, target):
        if self.name == "00002.spacy":
            raise KeyboardInterrupt
        return rename(self, target)

    monkeypatch.setattr(Path, "replace", fail)
    with pytest.raises(KeyboardInterrupt):
        run(raw, output, teachers, shard_size=2, force=over_old)
    with pytest.raises(ConcnerError, match="C608"):
        corpus_files(output)
    monkeypatch.undo()
    with pytest.raises(ConcnerError, match="C405"):
        run(raw, output, teachers, shard_size=3)
    again = run(raw, output, teachers, shard_size=2, force=over_old)
    fresh = run(raw, tmp_path / "fresh", teachers, shard_size=2)
    for found, expected in zip(again.shards, fresh.shards, strict=True):
        assert found.read_bytes() == expected.read_bytes()
    assert not list(output.glob(".*"))


def test_shards_of_two_runs_are_never_taken_for_those_of_one(raw, teachers, tmp_path, monkeypatch):
    output = tmp_path / "soft"
    first = run(raw, output, teachers[:1], shard_size=2)
    before = [shard.read_bytes() for shard in first.shards]
    rename = Path.replace

    def fail(self, target):
        if self.name == "00003.spacy" and Path(target).parent == output:
            raise KeyboardInterrupt
        return rename(self, target)

    monkeypatch.setattr(Path, "replace", fail)
    with pytest.raises(KeyboardInterrupt):
        run(raw, output, teachers, shard_size=2, force=True)
    monkeypatch.undo()
    assert (output / "00001.spacy").read_bytes() != before[0]
    # The settings of before, which label.json still has.
    again = run(raw, output, teachers[:1], shard_size=2)
    assert [shard.read_bytes() for shard in again.shards] == before and again.resumed == 0


def test_force_removes_shards_alone(raw, teachers, tmp_path):
    output = tmp_path / "soft"
    run(raw, output, teachers[:1], shard_size=2)
    note = write_corpus(read(raw)[:1], output / "mine.spacy")
    run(raw, output, teachers[:1], force=True)
    assert note.exists()
    assert sorted(path.name for path in output.glob("*.spacy")) == ["00001.spacy", "mine.spacy"]


@pytest.mark.parametrize("weights", [[0.7, 0.3], [0.6, 0.4], [2 / 3, 1 / 3]])
def test_the_same_weights_are_the_same_settings(raw, teachers, tmp_path, weights):
    first = run(raw, tmp_path / "soft", teachers, weights=weights)
    again = run(raw, tmp_path / "soft", teachers, weights=weights)
    assert again.resumed == first.docs


@pytest.mark.parametrize("teacher", ["missing/folder", "xx_no_such_package", "empty"])
def test_teacher_that_cannot_be_loaded(raw, tmp_path, teacher):
    if teacher == "empty":
        teacher = tmp_path / "empty"
        teacher.mkdir()
    with pytest.raises(ConcnerError, match=r"C515.*Teacher.*(folder|package)"):
        run(raw, tmp_path / "soft", [teacher])
    assert not (tmp_path / "soft").exists()


def test_teacher_with_a_broken_config(raw, trained_folder, tmp_path):
    config = (trained_folder / "config.cfg").read_text("utf8")
    spacy.load(trained_folder).to_disk(tmp_path / "broken")
    (tmp_path / "broken" / "config.cfg").write_text(config.replace('"concner"', '"no_such"'))
    with pytest.raises(ConcnerError, match="C515.*no_such"):
        load_teacher(tmp_path / "broken")


def test_teacher_that_finds_no_entities(raw, tmp_path):
    nlp = spacy.blank("xx")
    nlp.add_pipe("sentencizer")
    nlp.to_disk(tmp_path / "plain")
    with pytest.raises(ConcnerError, match=r"C431.*plain.*sentencizer"):
        run(raw, tmp_path / "soft", [tmp_path / "plain"])


def test_teacher_with_our_component_under_another_name(raw, teachers, trained_folder, tmp_path):
    nlp = spacy.blank("xx")
    nlp.add_pipe("sentencizer")
    nlp.add_pipe("concner", source=spacy.load(trained_folder), name="people_and_places")
    nlp.to_disk(tmp_path / "renamed")
    run(raw, tmp_path / "renamed-soft", [tmp_path / "renamed"])
    run(raw, tmp_path / "soft", [trained_folder])
    pairs = zip(
        probabilities(tmp_path / "renamed-soft"), probabilities(tmp_path / "soft"), strict=True
    )
    assert all((a == b).all() for a, b in pairs)


def test_teachers_with_other_labels(raw, trained_folder, tmp_path):
    vocab = spacy.blank("xx").vocab
    other = train_tiny(build_tiny_config(), [labelled_doc(vocab, *SENTENCES[0])], steps=1)
    other.to_disk(tmp_path / "other")
    with pytest.raises(ConcnerError, match=r"C403.*B-ORG.*other"):
        run(raw, tmp_path / "soft", [trained_folder, tmp_path / "other"])


@pytest.mark.parametrize(
    "weights", [[1], [1, 2, 3], [0, 0], [-1, 2], [float("nan"), 1], [float("inf"), 1], []]
)
def test_weights_that_do_not_fit(weights):
    with pytest.raises(ConcnerError, match="C404.*2 teacher"):
        check_weights(["a", "b"], weights)


def test_no_teacher():
    with pytest.raises(ConcnerError, match="C404.*0 teacher"):
        check_weights([], None)


@pytest.mark.parametrize("setting, value", [("limit", -1), ("batch_size", 0), ("shard_size", 0)])
def test_sizes_out_of_range(raw, teachers, tmp_path, setting, value):
    with pytest.raises(ConcnerError, match=f"C406.*--{setting.replace('_', '-')} is {value}"):
        run(raw, tmp_path / "soft", teachers, **{setting: value})


def test_output_within_the_input(raw, teachers):
    for output in (raw.parent / "soft", raw.parent, raw):
        with pytest.raises(ConcnerError, match="C407"):
            run(raw.parent, output, teachers)
    with pytest.raises(ConcnerError, match="C407"):
        run(raw, raw, teachers)


def test_input_that_cannot_be_read(teachers, tmp_path):
    with pytest.raises(ConcnerError, match="C142"):
        run(tmp_path / "missing.spacy", tmp_path / "soft", teachers)
    (tmp_path / "broken.spacy").write_bytes(b"broken")
    with pytest.raises(ConcnerError, match="C143"):
        run(tmp_path / "broken.spacy", tmp_path / "soft", teachers)
    assert not (tmp_path / "soft").exists()


def test_corpus_of_empty_docs(teachers, tmp_path):
    path = write_corpus([Doc(spacy.blank("xx").vocab)] * 2, tmp_path / "empty.spacy")
    result = run(path, tmp_path / "soft", teachers)
    assert (result.docs, result.tokens) == (2, 0)
    assert [len(rows) for rows in probabilities(tmp_path / "soft")] == [0, 0]


def test_command_line(raw, teachers, tmp_path):
    options = [str(raw), str(tmp_path / "soft"), "--shard-size", "2"]
    for teacher in teachers:
        options += ["--teacher", str(teacher)]
    first = CliRunner().invoke(concner_cli, ["label", *options, "--weight", "3", "--weight", "1"])
    assert first.exit_code == 0, first.output
    output = " ".join(first.output.split())
    assert "7 documents" in output and "2 teacher(s) in 4 shard(s)" in output
    run(raw, tmp_path / "expected", teachers, weights=[3, 1], shard_size=2)
    pairs = zip(probabilities(tmp_path / "soft"), probabilities(tmp_path / "expected"), strict=True)
    assert all((a == b).all() for a, b in pairs)
    again = CliRunner().invoke(concner_cli, ["label", *options, "--weight", "3", "--weight", "1"])
    assert "7 documents were labelled by an earlier run" in again.output
    changed = CliRunner().invoke(concner_cli, ["label", *options])
    assert changed.exit_code == 1 and "C405" in changed.output
    forced = CliRunner().invoke(concner_cli, ["label", *options, "--force"])
    assert forced.exit_code == 0


def test_command_line_needs_a_teacher(raw, tmp_path):
    result = CliRunner().invoke(concner_cli, ["label", str(raw), str(tmp_path / "soft")])
    assert result.exit_code == 2 and "teacher" in result.output


def spy_on_predictions(monkeypatch) -> list:
    """Note which pipelines are run from now on."""
    seen = []

    def noting(nlp, docs, batch_size):
        seen.append(nlp.path)
        return predict_probabilities(nlp, docs, batch_size)

    monkeypatch.setattr("spacy_concner.teaching.teacher_cache.predict_probabilities", noting)
    return seen


def test_a_further_teacher_does_not_run_the_others_again(raw, teachers, tmp_path, monkeypatch):
    run(raw, tmp_path / "soft", teachers[:1], shard_size=4)
    seen = spy_on_predictions(monkeypatch)
    run(raw, tmp_path / "soft", teachers, shard_size=4, force=True)
    assert seen == [teachers[1]] * 2
    run(raw, tmp_path / "fresh", teachers, shard_size=4)
    assert len(seen) == 6
    pairs = zip(probabilities(tmp_path / "soft"), probabilities(tmp_path / "fresh"), strict=True)
    assert all(a.tobytes() == b.tobytes() for a, b in pairs)


def test_a_cache_serves_several_outputs(raw, teachers, tmp_path, monkeypatch):
    run(raw, tmp_path / "one", teachers, cache=tmp_path / "cache")
    seen = spy_on_predictions(monkeypatch)
    run(raw, tmp_path / "two", teachers, weights=[1, 3], cache=tmp_path / "cache")
    assert not seen
    shorter = write_corpus(read(raw)[:2], tmp_path / "raw.spacy")
    run(shorter, tmp_path / "three", teachers, cache=tmp_path / "cache")
    assert len(seen) == 2


def test_tokens_below_the_least_confidence_keep_no_label(raw, teachers, tmp_path):
    run(raw, tmp_path / "all", teachers)
    found = np.concatenate(
        [rows.max(axis=1, initial=0) for rows in probabilities(tmp_path / "all")]
    )
    least = min(0.99, float(np.median(found.astype("f4"))))
    result = run(raw, tmp_path / "sure", teachers, min_confidence=least)
    kept = probabilities(tmp_path / "sure")
    assert len(kept) == result.docs - result.unsure_docs
    masked = [rows.max(axis=1, initial=0) == 0 for rows in kept]
    assert sum(map(np.sum, masked)) == result.unsure_tokens > 0
    again = run(raw, tmp_path / "sure", teachers, min_confidence=least)
    assert again.resumed == 7
    assert (again.unsure_docs, again.unsure_tokens) == (result.unsure_docs, result.unsure_tokens)


def test_no_token_is_sure_enough(raw, teachers, tmp_path):
    vocab = spacy.blank("xx").vocab
    one = write_corpus([labelled_doc(vocab, ["Xyz"], None)], tmp_path / "one.spacy")
    with pytest.raises(ConcnerError, match=r"C423.*1 documents.*0\.9999"):
        run(one, tmp_path / "sure", teachers, min_confidence=0.9999)


@pytest.mark.parametrize("content", [b"", b"broken"])
def test_a_broken_shard_is_made_again(raw, teachers, tmp_path, content):
    run(raw, tmp_path / "soft", teachers, shard_size=3)
    shard = tmp_path / "soft" / "00002.spacy"
    before = shard.read_bytes()
    shard.write_bytes(content)
    result = run(raw, tmp_path / "soft", teachers, shard_size=3)
    assert result.resumed == 4 and shard.read_bytes() == before


@pytest.mark.parametrize("content", [b"", b"broken", None])
def test_a_broken_cache_is_made_again(raw, teachers, tmp_path, content):
    run(raw, tmp_path / "soft", teachers, cache=tmp_path / "cache")
    for file in (tmp_path / "cache").rglob("*.npy"):
        rows = np.load(file)
        np.save(file, np.full_like(rows, np.nan))
        if content is not None:
            file.write_bytes(content)
    run(raw, tmp_path / "again", teachers, cache=tmp_path / "cache")
    pairs = zip(probabilities(tmp_path / "soft"), probabilities(tmp_path / "again"), strict=True)
    assert all((a == b).all() for a, b in pairs)


def test_folders_that_cannot_be_made(raw, teachers, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(ConcnerError, match="C129.*file is no folder"):
        run(raw, tmp_path / "file" / "soft", teachers)
    with pytest.raises(ConcnerError, match="C129.*file is no folder"):
        run(raw, tmp_path / "soft", teachers, cache=tmp_path / "file" / "cache")
    assert not (tmp_path / "soft").exists()


@pytest.mark.parametrize("value", [-0.1, 1.0, float("nan")])
def test_confidence_out_of_range(raw, teachers, tmp_path, value):
    with pytest.raises(ConcnerError, match="C417"):
        run(raw, tmp_path / "soft", teachers, min_confidence=value)


def test_teacher_whose_training_diverged(raw, trained_folder, tmp_path):
    nlp = spacy.load(trained_folder)
    weights = nlp.get_pipe("concner").model.get_ref("output_layer")
    weights.set_param("b", weights.get_param("b") * np.nan)
    nlp.to_disk(tmp_path / "diverged")
    with pytest.raises(ConcnerError, match="C412.*diverged.*Anna"):
        run(raw, tmp_path / "soft", [tmp_path / "diverged"])


def test_names_of_teachers(raw, teachers, tmp_path):
    named = [f"en={teachers[0]}", f"bg={teachers[1]}"]
    result = run(raw, tmp_path / "soft", named, weights=[1, 3])
    assert result.weighting["weights"] == {"en": 0.25, "bg": 0.75}
    assert srsly.read_json(tmp_path / "soft" / "weighting.json") == result.weighting
    with pytest.raises(ConcnerError, match="C409.*en"):
        run(raw, tmp_path / "twice", [f"en={teachers[0]}", f"en={teachers[1]}"])


def test_evaluator_vectors_stand_beside_soft_labels(raw, teachers, tmp_path):
    nlp = spacy.blank("xx")
    nlp.add_pipe("concner_evaluator", config={"model": {"tok2vec": TINY_TOK2VEC}})
    vocab = spacy.blank("xx").vocab
    examples = [as_example(labelled_doc(vocab, *pair)) for pair in SENTENCES]
    nlp.initialize(lambda: examples)
    nlp.to_disk(tmp_path / "evaluator")
    result = run(
        raw, tmp_path / "soft", teachers, evaluator=tmp_path / "evaluator", evaluator_width=8
    )
    docs = read(tmp_path / "soft")
    assert result.docs == len(docs)
    for doc in docs:
        vectors = get_soft_labels(doc).vectors
        assert vectors.shape == (len(doc), 8) and vectors.dtype == np.float16


def test_memory_does_not_grow_with_the_words_of_the_corpus(trained_folder, tmp_path):
    vocab = spacy.blank("xx").vocab
    docs = [Doc(vocab, words=[f"w{i}x{j}" for j in range(20)]) for i in range(50)]
    nlp = load_teacher(trained_folder)
    before = len(nlp.vocab.strings)
    predict_probabilities(nlp, docs)
    assert len(nlp.vocab.strings) == before
