import importlib
import re
import shutil
from pathlib import Path

import pytest
import spacy
import srsly
from typer.testing import CliRunner

from spacy_concner.cli._util import concner_cli
from spacy_concner.errors import ConcnerError
from spacy_concner.files import Folder, claim, whole_folder
from spacy_concner.folder_marker import MARKER, check_sealed, read_marker
from spacy_concner.shipping.card import make_card, write_card
from spacy_concner.shipping.meta import make_meta, training_settings
from tests.sentences import write_corpus

package = importlib.import_module("spacy.cli.package").package
SOURCES = [{"name": "Mine | yours", "author": "Me", "license": "CC BY 4.0", "url": "https://x.org"}]
ENCODER = {"source": "multilingual-e5-small-q4", "licence": "MIT", "origin": "https://y.org"}
BEFORE = {
    "lang": "xx",
    "name": "pipeline",
    "version": "0.0.0",
    "pipeline": ["concner"],
    "labels": {"transformer": [], "concner": ["B-LOC", "B-PER", "I-LOC", "I-PER", "O"]},
    "performance": {"ents_f": 0.25, "ents_p": 0.25, "ents_r": 0.25, "ents_per_type": {}},
}
SCORES = {
    "ents_p": 0.8125,
    "ents_r": 0.75,
    "ents_f": 0.78125,
    "ents_ece": 0.0213,
    "ents_per_type": {
        "PER": {"p": 0.875, "r": 0.75, "f": 0.8125},
        "LOC": {"p": 0.75, "r": 0.625, "f": 0.6875},
    },
}
TRAINING = {"dropout": 0.1, "losses": {"distillation (spacy-concner.Distillation.v1)": 10.0}}


@pytest.fixture
def pipeline(tmp_path, trained_folder):
    return shutil.copytree(trained_folder, tmp_path / "pipeline")


@pytest.fixture
def corpus(tmp_path, sentences):
    return write_corpus(sentences, tmp_path / "test.spacy")


def make(**changes) -> dict:
    given = {
        "language": "bg",
        "version": "1.2.0",
        "scores": SCORES,
        "scored_on": "`test`",
        "sources": SOURCES,
        "encoder": ENCODER,
        "training": TRAINING,
        **changes,
    }
    return make_meta(BEFORE, **given)


def test_meta_carries_scores_sources_and_licences():
    meta = make()
    assert (meta["name"], meta["version"], meta["lang"]) == ("concner_bg", "1.2.0", "xx")
    assert meta["performance"] == SCORES
    assert [source["name"] for source in meta["sources"]] == ["Mine | yours", ENCODER["source"]]
    assert meta["license"] == "CC BY 4.0, MIT"
    assert meta["labels"] == BEFORE["labels"]


def test_the_encoder_alone_gives_no_licence():
    meta = make(sources=[])
    assert meta["license"] == ""
    assert "Licence of this package: not stated." in make_card(meta)


def test_without_scores_those_of_the_training_stay():
    meta = make(scores=None)
    assert meta["performance"] == BEFORE["performance"]
    assert "development set" in make_card(meta)


def test_scores_in_another_language_are_no_performance():
    scores = {**SCORES, "concner_loss": 12.5}
    meta = make(measured_in="en", scores=scores)
    assert meta["performance"] == {}
    assert meta["concner"]["elsewhere"] == SCORES and meta["concner"]["measured_in"] == "en"
    card = make_card(meta)
    assert "**Not measured in Bulgarian**" in card and "On English development sentences" in card
    assert "78.1" in card and "loss |" not in card
    assert make(scores=scores)["performance"] == SCORES


def test_card_tells_what_meta_holds():
    card = make_card(make())
    assert card.startswith("---\nlanguage: bg\n")
    assert "# xx_concner_bg 1.2.0" in card
    assert "| **all** | 81.2 | 75.0 | 78.1 |" in card
    assert "| LOC | 75.0 | 62.5 | 68.8 |\n| PER | 87.5 | 75.0 | 81.2 |" in card
    assert "`LOC`, `PER`" in card
    assert "off by 0.021" in card
    assert "| Mine \\| yours | Me | CC BY 4.0 | https://x.org |" in card
    assert "| loss distillation (spacy-concner.Distillation.v1) | weight 10.0 |" in card
    for key in ("fu2022concner", "wu2020single", "wang2024multilingual"):
        assert card.count(key) == 1
    for heading in ("Scores", "Intended use", "Limits", "Training", "How to cite"):
        assert f"## {heading}\n" in card


def test_card_tells_whether_chance_explains_what_shipping_changed(pipeline, tmp_path):
    record = {
        "sentences": 52,
        "changed": 8,
        "f1_before": 0.806,
        "f1_after": 0.844,
        "f1_change_low": -0.012,
        "f1_change_high": 0.081,
    }
    srsly.write_json(pipeline / "concner_ship.json", {**record, "pieces": [3]})
    meta = write_card(pipeline, language="bg", version="1.0.0", output=tmp_path / "carded")
    assert meta["concner"]["shipped"] == record
    card = " ".join((tmp_path / "carded" / "README.md").read_text("utf8").split())
    assert "in 8 of 52 labelled sentences, and its F1 went from 80.6 to 84.4." in card
    assert "-1.2 to +8.1), which is within what chance explains on 52 sentences." in card
    # Records of earlier releases, and those without labelled text, have no interval.
    del record["f1_change_low"]
    for known in (record, {**record, "f1_change_low": None}):
        srsly.write_json(pipeline / "concner_ship.json", known)
        meta = write_card(
            pipeline, language="bg", version="1.0.0", output=tmp_path / "carded", force=True
        )
        assert meta["concner"]["shipped"] is None and "chance" not in make_card(meta)


def test_every_number_of_the_card_is_one_of_meta():
    meta = make()
    table = make_card(meta).partition("## Scores")[2].partition("## Training data")[0]
    flat = [
        *SCORES.values(),
        *(v for found in SCORES["ents_per_type"].values() for v in found.values()),
    ]
    known = {f"{100 * value:.1f}" for value in flat if isinstance(value, float)}
    assert set(re.findall(r"\d+\.\d(?= \|)", table)) <= known


def test_a_card_without_anything_is_still_true():
    meta = make_meta({**BEFORE, "performance": {}, "labels": {}}, language="zz", version="0.1.0")
    card = make_card(meta)
    assert "has not been measured" in card
    assert "Not stated." in card


@pytest.mark.parametrize("unset", [0, -1])
def test_training_settings(unset):
    training = {"max_steps": 90, "max_epochs": unset, "dropout": 0.1, "batcher": {"size": 256}}
    config = {
        "training": training,
        "initialize": {"after_init": {"start_from": None, "frozen_layers": 3}},
        "components": {"concner": {"factory": "concner", "losses": {"off": None}}},
    }
    found = training_settings(config)
    assert found["steps at most"] == 90 and "epochs at most" not in found
    assert found["started from"] == "the pretrained encoder"
    assert found["losses"] == {"entity (spacy-concner.EntityCrossEntropy.v1)": 1.0}
    assert training_settings({}) == {}


def test_measured_card_goes_into_wheel_and_archive(pipeline, corpus, tmp_path):
    sources = tmp_path / "sources.json"
    srsly.write_json(sources, SOURCES)
    carded = tmp_path / "carded"
    result = CliRunner().invoke(
        concner_cli,
        ["card", str(pipeline), str(carded), "--lang", "bg", "--version", "1.0.0"]
        + ["--test", str(corpus), "--sources", str(sources)],
    )
    assert result.exit_code == 0, result.output
    card = (carded / "README.md").read_text("utf8")
    out = tmp_path / "packages"
    out.mkdir()
    package(carded, out, create_sdist=False, silent=True)
    built = out / "xx_concner_bg-1.0.0"
    assert (built / "xx_concner_bg" / "xx_concner_bg-1.0.0" / MARKER).is_file()
    assert (built / "README.md").read_text("utf8") == card
    assert (built / "xx_concner_bg" / "xx_concner_bg-1.0.0" / "README.md").read_text("utf8") == card
    assert "include README.md" in (built / "MANIFEST.in").read_text("utf8")
    meta = srsly.read_json(built / "meta.json")
    assert make_card(meta) == card
    low, high = meta["performance"]["ents_f_intervals"]["all"]
    assert 0 <= low <= meta["performance"]["ents_f"] <= high <= 1
    assert "95% interval of F1" in card


def test_output_leaves_the_pipeline_as_it_was(pipeline, tmp_path):
    before = (pipeline / "meta.json").read_bytes()
    output = tmp_path / "carded"
    write_card(pipeline, language="de", version="2.0.0", output=output, name="mine")
    assert (pipeline / "meta.json").read_bytes() == before
    assert not (pipeline / "README.md").exists()
    assert srsly.read_json(output / "meta.json")["name"] == "mine"
    with pytest.raises(ConcnerError, match="C128"):
        write_card(pipeline, language="de", version="2.0.0", output=output)
    write_card(pipeline, language="de", version="2.0.1", output=output, force=True)
    assert srsly.read_json(output / "meta.json")["version"] == "2.0.1"


def files_of(folder):
    return {file: file.read_bytes() for file in folder.rglob("*") if file.is_file()}


def test_the_pipeline_itself_changes_by_force_alone_and_in_two_files(pipeline, corpus):
    before = files_of(pipeline)
    settings = {"language": "bg", "version": "1.0.0"}
    with pytest.raises(ConcnerError, match="C513.*--force"):
        write_card(pipeline, **settings)
    with pytest.raises(ConcnerError, match="C407.*PIPELINE"):
        write_card(pipeline, output=pipeline, force=True, **settings)
    with pytest.raises(ConcnerError, match="C407"):
        write_card(pipeline, output=pipeline.parent, force=True, **settings)
    with pytest.raises(ConcnerError, match="C407.*--scores"):
        write_card(pipeline, scores=pipeline / "meta.json", force=True, **settings)
    assert files_of(pipeline) == before
    write_card(pipeline, force=True, **settings)
    after = files_of(pipeline)
    changed = {file.name for file in after if after[file] != before.get(file)}
    assert changed == {"README.md", "meta.json"}


def test_a_copy_of_a_shipped_pipeline_is_whole_and_of_this_verb(pipeline, tmp_path):
    shipped, carded = tmp_path / "shipped", tmp_path / "carded"
    with whole_folder(shipped, "ship", sealed=True) as part:
        shutil.copytree(pipeline, part, dirs_exist_ok=True)
    write_card(shipped, language="bg", version="1.0.0", output=carded)
    marker = read_marker(carded)
    assert marker.verb == "card" and Path("README.md") in marker.files
    assert {Path("config.cfg"), Path("meta.json")} < set(marker.files)
    assert {"config.cfg", "concner/model"} < set(marker.sha256)
    write_card(carded, language="bg", version="1.0.1", force=True)
    check_sealed(carded)
    # As spacy package does when it builds the wheel.
    meta = srsly.read_json(carded / "meta.json")
    srsly.write_json(carded / "meta.json", dict(sorted(meta.items())))
    assert spacy.load(carded)("Anna Berg lives in Sofia.").ents
    with pytest.raises(ConcnerError, match="C408.*ship"):
        write_card(pipeline, language="bg", version="1.0.0", output=shipped, force=True)


def test_scores_from_a_file(pipeline, tmp_path):
    scores = tmp_path / "student.bg.json"
    srsly.write_json(scores, SCORES)
    meta = write_card(pipeline, language="bg", version="1.0.0", force=True, scores=scores)
    assert meta["performance"]["ents_per_type"] == SCORES["ents_per_type"]
    assert "On `student.bg`" in (pipeline / "README.md").read_text("utf8")


@pytest.mark.parametrize(
    "content", ["{}", "no json", '["a"]', '[{"name": "a"}]', '[{"name": "a", "license": 3}]']
)
def test_bad_sources(pipeline, tmp_path, content):
    sources = tmp_path / "sources.json"
    sources.write_text(content, encoding="utf8")
    with pytest.raises(ConcnerError, match="C560.*sources.json"):
        write_card(pipeline, language="bg", version="1.0.0", force=True, sources=sources)
    assert not (pipeline / "README.md").exists()


def test_what_a_file_holds_is_told_as_it_was_typed(pipeline, tmp_path):
    sources = tmp_path / "sources.json"
    for content, told in (
        ('[{"name": "a", "license": null}]', r'entry 1 is \{"name": "a", "license": null\}'),
        ('{"name": "a"}', "it holds an object"),
    ):
        sources.write_text(content, encoding="utf8")
        with pytest.raises(ConcnerError, match=f"C560.*{told}"):
            write_card(pipeline, language="bg", version="1.0.0", force=True, sources=sources)


def test_a_card_in_place_counts_among_what_the_verb_has_made(pipeline, tmp_path):
    made = {"OUTPUT": Folder(tmp_path / "out")}
    with whole_folder(tmp_path / "out", "ship") as part:
        shutil.copytree(pipeline, part, dirs_exist_ok=True)
    write_card(tmp_path / "out", language="pt-BR", version="1.0.0", force=True)
    assert srsly.read_json(tmp_path / "out" / "meta.json")["name"] == "concner_pt_BR"
    with claim("ship", inputs={}, outputs=made, force=True):
        pass
    (tmp_path / "out" / "notes.md").write_text("mine", encoding="utf8")
    with pytest.raises(ConcnerError, match=r"C408.*notes\.md"):
        with claim("ship", inputs={}, outputs=made, force=True):
            pass


def test_no_pipeline(tmp_path):
    with pytest.raises(ConcnerError, match="C515"):
        write_card(tmp_path, language="bg", version="1.0.0", force=True)


def test_encoder_without_a_record(pipeline, tmp_path):
    with pytest.raises(ConcnerError, match="C560.*concner_encoder.json"):
        write_card(pipeline, language="bg", version="1.0.0", force=True, encoder=tmp_path)


def test_a_pipeline_without_the_component(tmp_path):
    nlp = spacy.blank("bg")
    nlp.add_pipe("sentencizer")
    nlp.to_disk(tmp_path)
    with pytest.raises(ConcnerError, match=r"C510.*sentencizer"):
        write_card(tmp_path, language="bg", version="1.0.0", force=True)


@pytest.mark.parametrize(
    ("code", "settings"),
    [
        ("C216", {"language": "Bulgarian"}),
        ("C561", {"version": "one"}),
        ("C563.*my name", {"name": "my name"}),
        ("C563", {"name": "имя"}),
        ("C301.*nope.*no such folder", {"encoder": Path("nope")}),
        ("C562", {"scores": "scores.json", "test": "test.spacy"}),
        ("C523", {"test": "unlabelled"}),
    ],
)
def test_what_no_card_can_tell(pipeline, tmp_path, code, settings):
    unlabelled = write_corpus([spacy.blank("xx")("Anna")], tmp_path / "unlabelled.spacy")
    given = {"language": "bg", "version": "1.0.0", **settings}
    for key in {"scores", "test"} & set(given):
        given[key] = unlabelled if given[key] == "unlabelled" else tmp_path / given[key]
    with pytest.raises(ConcnerError, match=code):
        write_card(pipeline, output=tmp_path / "out", **given)
    assert not (tmp_path / "out").exists()


def test_scores_of_the_training_are_said_to_be_that(pipeline, corpus, tmp_path):
    output = tmp_path / "out"
    write_card(pipeline, language="bg", version="1.0.0", output=output, test=corpus)
    assert "in its source language" not in (output / "README.md").read_text("utf8")
    meta = srsly.read_json(pipeline / "meta.json")
    meta["performance"] = {"ents_f": 0.75, "ents_p": 0.75, "ents_r": 0.75}
    copy = tmp_path / "copy"
    shutil.copytree(pipeline, copy)
    srsly.write_json(copy / "meta.json", meta)
    write_card(copy, language="bg", version="1.0.0", force=True)
    card = (copy / "README.md").read_text("utf8")
    assert "75.0" in card and "say little about Bulgarian" in card


def test_calibration_is_told(pipeline, tmp_path):
    copy = tmp_path / "copy"
    shutil.copytree(pipeline, copy)
    assert (
        write_card(copy, language="bg", version="1.0.0", force=True)["concner"]["calibration"]
        is None
    )
    settings = srsly.read_json(copy / "concner" / "cfg")
    settings["calibration"] = {
        "scale": [],
        "bias": [],
        "entity": [1.0, 1.0, 0.0],
        "method": "temperature",
        "languages": ["de", "en"],
        "n_entities": 321,
    }
    srsly.write_json(copy / "concner" / "cfg", settings)
    write_card(copy, language="bg", version="1.0.0", force=True)
    card = (copy / "README.md").read_text("utf8")
    assert "calibrated (temperature scaling) on 321 entities of\nlabelled text in de, en." in card


def test_markup_in_a_source_stays_text(pipeline, tmp_path):
    sources = tmp_path / "sources.json"
    srsly.write_json(sources, [{"name": "<script>alert(1)</script> | x", "license": "MIT"}])
    copy = tmp_path / "copy"
    shutil.copytree(pipeline, copy)
    write_card(copy, language="bg", version="1.0.0", force=True, sources=sources)
    card = (copy / "README.md").read_text("utf8")
    assert "<script>" not in card and r"&lt;script&gt;alert(1)&lt;/script&gt; \| x" in card
