import pytest
import spacy
import srsly

from spacy_concner.corpora.reader import read_docs
from tests.projects.running import ROOT, change_vars, copy_project, forked, run, run_spacy
from tests.shipping.wheels import find_strange

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("forked")]
__all__ = ["forked"]


def test_project_from_corpus_to_wheel(tmp_path, encoder_folder):
    few = {"teacher_steps": 2, "student_steps": 2, "rounds": 2}
    project = copy_project(tmp_path, encoder_folder, languages="bg", **few)
    printed = run(project, "all")
    assert "a step (median), peak memory" in printed
    wheels = list((project / "packages").glob("xx_concner_bg-*/dist/*.whl"))
    assert len(wheels) == 1 and find_strange(wheels[0]) == {}
    meta = srsly.read_json(project / "packages" / "xx_concner_bg-0.1.0" / "meta.json")
    assert meta["sources"][0]["license"] == "MIT"
    assert any(needed.startswith("spacy-concner>=") for needed in meta["requirements"])
    assert "ents_f" in meta["performance"]
    assert "bg" in (project / "metrics" / "summary.md").read_text("utf8")
    student = project / "training" / "student"
    assert (student / "round-2" / "model-last").exists()
    # The last step is evaluated, or model-best would be what there was before the first.
    for path in (project / "metrics" / "teacher-concner", student / "metrics" / "round-2"):
        rows = list(srsly.read_jsonl(path.with_suffix(".jsonl")))
        assert rows[-1]["step"] == 2, path
    soft = srsly.read_json(student / "soft" / "round-2" / "bg" / "label.json")
    assert list(soft["teachers"]) == ["direct", "translate_train", "concner", "round-1"]
    again = run(project, "all")
    # All but collect, which goes by names of files, too, and the summary.
    assert again.count("Skipping") == 9


def test_own_text_in_two_commands(tmp_path, encoder_folder, monkeypatch):
    """Labels that someone made up, translations, raw and parallel text; nothing to measure on."""
    names = {"PER": "FOLK", "LOC": "SPOT", "ORG": "FIRM"}
    lines = list(srsly.read_jsonl(ROOT / "assets" / "sample" / "train.jsonl"))[:60]
    english, bulgarian = ([line["segments"][i] for line in lines] for i in (0, 1))
    for row in (*english, *bulgarian):
        for span in row["spans"]:
            span["label"] = names[span["label"]]
    my = tmp_path / "my"
    my.mkdir()
    srsly.write_jsonl(my / "en.jsonl", english)
    pairs = [f"{a['text']}\t{b['text']}\n" for a, b in zip(english, bulgarian, strict=True)]
    for name, text in (
        ("bg.txt", "".join(f"{row['text']}\n" for row in 2 * bulgarian)),
        ("lines.txt", "".join(f"{row['text']}\n" for row in bulgarian)),
        ("pairs.tsv", "".join(pairs)),
    ):
        (my / name).write_text(text, encoding="utf8")
    project = tmp_path / "trials"
    options = ["--labelled", my / "en.jsonl", "--raw", f"bg={my / 'bg.txt'}"]
    options += ["--translations", f"bg={my / 'lines.txt'}", "--parallel", f"bg={my / 'pairs.tsv'}"]
    made = run_spacy("concner", "new", project, *options, "--encoder", encoder_folder)
    assert "3 teachers of 150 steps" in made
    assert "Small pipelines: none" in made and "500,000 are enough" in made
    change_vars(project, pieces=0, teacher_steps=2, student_steps=2)
    printed = run(project, "all")
    assert "Nothing to measure on in bg" in printed and "Parallel text for bg" in printed
    # What two steps of training find alike is chance; that nothing brings no rounds is not.
    found = "Nothing in the parallel text is alike" not in printed
    assert f"Student of round-{3 if found else 1}" in printed
    summary = " ".join(printed.rpartition("bg: not measured")[2].split())
    assert "xx_trials_bg-0.1.0" in summary and "metrics/report.html" in summary
    assert "pip install" in summary
    bitexts = list(read_docs(project / "corpus" / "translated.spacy", spacy.blank("xx").vocab))
    assert [segment.label_ for segment in bitexts[0].spans["segments"]] == ["en", "bg"]
    assert "bg not measured; en dev" in (project / "metrics" / "summary.md").read_text("utf8")
    (meta,) = (srsly.read_json(path) for path in project.glob("packages/*/meta.json"))
    assert meta["performance"] == {} and meta["concner"]["measured_in"] == "en"
    (card,) = (path.read_text("utf8") for path in project.glob("packages/*/README.md"))
    assert "Not measured in Bulgarian" in card and "_loss" not in card
    # Nothing but collect and the summary.
    assert run(project, "all").count("Skipping") == 10
    # A small one beside it, though there is little text.
    change_vars(project, small_languages="bg", small_steps=60)
    monkeypatch.setenv("SPACY_CONFIG_OVERRIDES", "--training.optimizer.learn_rate.warmup_steps=0")
    assert "that it has not seen" in run(project, "small")
    table = (project / "metrics" / "sizes.md").read_text("utf8")
    assert "| base |" in table and "| small |" in table
    assert (project / "metrics" / "sizes.html").stat().st_size > 10_000
    run(project, "package-small")
    (wheel,) = project.glob("packages_small/xx_trials_bg_sm-0.1.0/dist/*.whl")
    assert find_strange(wheel) == {}
    (card,) = (path.read_text("utf8") for path in project.glob("packages_small/*/README.md"))
    assert "size base, for comparison" in card
    assert "bg, small: not measured" in run(project, "summary")
