import json
import subprocess
import sys
from pathlib import Path

import pytest
import srsly
import typer
from typer.testing import CliRunner

from scripts import collect, distil
from scripts.check_sample import check, count
from scripts.for_each import expand, main
from scripts.summary import summarise

ROOT = Path(__file__).parents[2]
SAMPLE = ROOT / "assets" / "sample"


def test_the_sample_is_sound():
    assert check(SAMPLE) == []
    counts = count(SAMPLE)
    assert counts["train"] + counts["dev"] + counts["test"] >= 240
    assert min(counts["PER"], counts["LOC"], counts["ORG"]) >= 100


def test_a_broken_sample_is_found(tmp_path):
    for path in SAMPLE.glob("*.*"):
        (tmp_path / path.name).write_bytes(path.read_bytes())
    lines = (SAMPLE / "test.jsonl").read_text("utf8").splitlines()
    broken = next(json.loads(line) for line in lines if json.loads(line)["segments"][0]["spans"])
    broken["segments"][1]["spans"] = []
    broken["segments"][0]["spans"][0]["end"] -= 1
    lines = [*lines, json.dumps(broken)]
    (tmp_path / "test.jsonl").write_text("\n".join(lines), encoding="utf8")
    problems = "\n".join(check(tmp_path))
    assert "entity types differ" in problems
    assert "does not lie on token boundaries" in problems
    assert "stands already at test.jsonl" in problems


def test_for_each(capfd):
    command = ["python", "-m", "{kind}", "{lang}.json"]
    assert expand(command, {"lang": "bg", "kind": "x"})[1:] == ["-m", "x", "bg.json"]
    program = "import sys; print(sys.argv[1]); sys.exit(sys.argv[1] == 'de')"
    assert main(["lang=bg de hu", "--", "python", "-c", program, "{lang}"]) == 1
    printed = [line for line in capfd.readouterr().out.splitlines() if line in ("bg", "de", "hu")]
    assert printed == ["bg", "de"]
    echo = "import sys; print('<' + sys.argv[1] + '>')"
    assert main(["a=1 2", "b=x y", "--", "python", "-c", echo, "{a}{b}"]) == 0
    lines = [line for line in capfd.readouterr().out.splitlines() if line.startswith("<")]
    assert lines == ["<1x>", "<1y>", "<2x>", "<2y>"]
    for wrong in (["bg"], ["bg", "--", "python"], ["lang=bg", "--"]):
        assert main(wrong) == 2


def test_summary(tmp_path):
    for role, f_score in (("direct", 0.5), ("student", 0.625)):
        scores = {"ents_p": 0.5, "ents_r": None, "ents_f": f_score}
        srsly.write_json(tmp_path / f"{role}.bg.json", scores)
    assert summarise(tmp_path, ["bg"], ["direct", "student"]) == [
        ["bg", "direct", "50.0", "0.0", "50.0"],
        ["bg", "student", "50.0", "0.0", "62.5"],
    ]


def test_scripts_show_their_usage():
    for script in ("summary.py", "distil.py"):
        result = subprocess.run(
            [sys.executable, ROOT / "scripts" / script, "--help"], capture_output=True, text=True
        )
        assert result.returncode == 0 and "Usage" in result.stdout


def invoke(script, arguments):
    app = typer.Typer()
    app.command()(script.main)
    return CliRunner().invoke(app, [str(part) for part in arguments])


@pytest.fixture
def own(tmp_path):
    folder = tmp_path / "own"
    folder.mkdir()
    (folder / "sources.json").write_text("[]", encoding="utf8")
    (folder / "parallel.bg.tsv").write_text("a\tа\n", encoding="utf8")
    return folder


def test_parallel_text_and_sources_are_collected(tmp_path, own):
    output = tmp_path / "collected"
    result = invoke(collect, [own, output, "--languages", "bg de"])
    assert result.exit_code == 0
    assert "Parallel text for bg:" in result.output
    assert "No parallel text for de:" in result.output
    assert {path.name for path in output.iterdir()} == {"parallel.bg.tsv", "sources.json"}
    # What an earlier run has collected does not stay.
    result = invoke(collect, [own, output, "--languages", "de"])
    assert result.exit_code == 0
    assert [path.name for path in output.iterdir()] == ["sources.json"]
    assert invoke(collect, [tmp_path / "none", output, "--languages", "de"]).exit_code == 2


@pytest.mark.parametrize("text, n_lines", [("a ||| а\nb ||| б\n", 2), ("", 0)])
def test_parallel_text_without_tabs_is_told_before_anything_is_made(tmp_path, own, text, n_lines):
    (own / "parallel.bg.tsv").write_text(text, encoding="utf8")
    result = invoke(collect, [own, tmp_path / "collected", "--languages", "bg"])
    assert result.exit_code == 1 and not (tmp_path / "collected").exists()
    message = " ".join(result.output.split())
    assert f"[C232] Not one of the {n_lines} lines of" in message


def test_a_corpus_without_sources_is_told(tmp_path, own):
    (own / "sources.json").unlink()
    result = invoke(collect, [own, tmp_path / "collected", "--languages", "bg"])
    assert result.exit_code == 1 and "sources.json" in result.output and "licence" in result.output


@pytest.fixture
def distilled(tmp_path, monkeypatch):
    """Run the distillation with verbs that only note what they are given."""
    commands = []
    fail = set()

    def run_verb(command, **_):
        words = command[3:]
        commands.append(words)
        if words[0] == "train":
            (Path(words[words.index("--output") + 1]) / "model-last").mkdir(parents=True)
        failed = any(f"parallel.{language}.tsv" in " ".join(words) for language in fail)
        return subprocess.CompletedProcess(command, int(failed))

    monkeypatch.setattr(distil.subprocess, "run", run_verb)
    (tmp_path / "text").mkdir()
    for language in ("bg", "hu"):
        (tmp_path / "text" / f"parallel.{language}.tsv").write_text("", encoding="utf8")
    (tmp_path / "corpora").mkdir()
    (tmp_path / "raw").mkdir()
    for language in ("bg", "de", "hu"):
        (tmp_path / "raw" / f"{language}.spacy").write_bytes(b"")
    options = {"languages": "bg de hu", "teachers": "direct concner", "parallel": "text"}
    options |= {"raw": "raw", "teacher-folder": "teachers", "soft": "soft", "output": "student"}
    options |= {"metrics": "metrics", "dev": "dev.spacy", "encoder": "encoder", "steps": 7}
    options |= {"corpora": "corpora", "teacher-steps": 9, "min-confidence": 0.5}
    monkeypatch.chdir(tmp_path)

    def run(failing=(), **changes):
        """Give the result, the commands and their verbs."""
        fail.update(failing)
        settings = options | changes
        result = invoke(
            distil, [part for key, value in settings.items() for part in (f"--{key}", value)]
        )
        verbs = [words[1] if words[0] == "concner" else words[0] for words in commands]
        return result, commands, verbs

    return run


def test_distillation_with_parallel_text_has_two_rounds_more(tmp_path, distilled):
    """The order of the verbs, and what each is given; they have tests of their own."""
    (tmp_path / "corpora" / "concner.spacy").write_bytes(b"")
    result, commands, verbs = distilled(failing={"hu"})
    assert result.exit_code == 0, result.output
    labelling = ["label"] * 3
    with_parallel = ["bitext", "bitext", "train"]
    assert verbs == [*labelling, "train", *with_parallel, *[*labelling, "train"] * 2]
    pairs, beside, label, student, label_again, last = (commands[i] for i in (4, 6, 7, 10, 11, 14))
    assert pairs[2:4] == ["text/parallel.bg.tsv", "soft/parallel/bg.spacy"]
    assert pairs[pairs.index("--labels-from") + 1] == "student/round-1/model-last"
    assert beside[beside.index("--paths.train") + 1] == "soft/parallel"
    assert beside[beside.index("--training.max_steps") + 1] == "9"
    # Or model-best would be what there was before the first step.
    assert beside[beside.index("--training.eval_frequency") + 1] == "9"
    assert beside[beside.index("--paths.start_from") + 1] == "student/round-1/model-last"
    assert beside[beside.index("--training.optimizer.learn_rate.initial_rate") + 1] == "5e-05"
    before = [
        "--teacher=round-1=student/round-1/model-last",
        "--teacher=parallel=student/parallel/model-last",
    ]

    def teachers_of(command):
        return [word for word in command if word.startswith("--teacher")]

    assert teachers_of(label) == before
    assert teachers_of(label_again) == [
        *before,
        "--teacher=student=student/round-2/model-last",
    ]
    assert student[student.index("--paths.start_from") + 1] == "student/round-1/model-last"
    assert last[last.index("--paths.start_from") + 1] == "student/round-2/model-last"
    assert (tmp_path / "soft" / "parallel" / "en.spacy").exists()
    assert (tmp_path / "student" / "model-last").exists()
    assert "hu goes without" in result.output


def test_distillation_without_parallel_text_ends_with_its_rounds(tmp_path, distilled):
    result, _, verbs = distilled(parallel="none")
    assert result.exit_code == 0 and "No parallel text" in result.output
    assert verbs == ["label"] * 3 + ["train"]
    assert (tmp_path / "student" / "model-last").exists()


def test_distillation_goes_without_parallel_text_in_which_nothing_is_alike(tmp_path, distilled):
    (tmp_path / "corpora" / "concner.spacy").write_bytes(b"")
    result, _, verbs = distilled(failing={"bg", "hu"})
    assert result.exit_code == 0 and "no rounds with it" in result.output
    assert verbs == ["label"] * 3 + ["train"] + ["bitext"] * 2
    assert "Student of round-1" in result.output
    assert (tmp_path / "student" / "model-last").exists()


@pytest.mark.parametrize("option", ["teachers", "languages"])
def test_no_teacher_and_no_language(distilled, option):
    result, commands, _ = distilled(**{option: " "})
    assert result.exit_code == 1 and "at least one" in result.output and not commands


def test_missing_raw_text_is_told_before_anything_is_labelled(tmp_path, distilled):
    (tmp_path / "raw" / "de.spacy").unlink()
    result, commands, _ = distilled(parallel="none")
    assert result.exit_code == 1 and "raw/de.spacy" in result.output and not commands


def test_missing_bitexts_are_told_before_anything_is_trained(distilled):
    result, commands, _ = distilled()
    assert result.exit_code == 1 and "concner.spacy" in result.output and not commands
