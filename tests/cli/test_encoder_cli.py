import json

import pytest
from spacy.tokens import Doc, DocBin
from spacy.vocab import Vocab
from transformers import AutoModel, AutoTokenizer, BertConfig, BertModel, BertTokenizerFast
from typer.testing import CliRunner

from spacy_concner.cli._util import concner_cli


@pytest.fixture
def source(tmp_path):
    pieces = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *"abcn", *(f"##{c}" for c in "abcn")]
    pieces += ["ban", "##ana", "nab", "cab", "bananas"]
    (tmp_path / "vocab.txt").write_text("\n".join(pieces))
    config = BertConfig(
        vocab_size=len(pieces),
        hidden_size=8,
        num_hidden_layers=1,
        num_attention_heads=1,
        intermediate_size=8,
    )
    BertModel(config).save_pretrained(tmp_path / "source")
    tokenizer = BertTokenizerFast(str(tmp_path / "vocab.txt"))
    tokenizer.save_pretrained(tmp_path / "source")
    return tmp_path / "source"


def test_verb_cuts_an_encoder(source, tmp_path):
    vocab = Vocab()
    for name, words in {"a": ["banana"], "b": ["cab"]}.items():
        DocBin(docs=[Doc(vocab, words=words)]).to_disk(tmp_path / f"{name}.spacy")
    arguments = ["--keep-from", str(tmp_path / "a.spacy"), "--keep-from", str(tmp_path / "b.spacy")]
    output = tmp_path / "made"
    result = CliRunner().invoke(concner_cli, ["encoder", str(source), str(output), *arguments])
    assert result.exit_code == 0, result.output
    assert "18" in result.output and "16" in result.output and "made" in result.output
    tokenizer = AutoTokenizer.from_pretrained(output)
    assert set(AutoTokenizer.from_pretrained(source).get_vocab()) - set(tokenizer.get_vocab()) == {
        "nab",
        "bananas",
    }
    assert tokenizer.tokenize("banana cab") == ["ban", "##ana", "cab"]
    assert AutoModel.from_pretrained(output).config.vocab_size == 16
    assert json.loads((output / "concner_encoder.json").read_text())["vocabulary_size"] == 16


def test_verb_tells_bad_input_without_a_traceback(source, tmp_path):
    arguments = [str(source), str(tmp_path / "made"), "--keep-from", str(tmp_path / "absent.spacy")]
    result = CliRunner().invoke(concner_cli, ["encoder", *arguments])
    assert result.exit_code == 1
    assert "C142" in result.output and "absent.spacy" in result.output
    arguments = [str(source), str(tmp_path / "made"), "--keep-top", "3"]
    result = CliRunner().invoke(concner_cli, ["encoder", *arguments])
    assert result.exit_code == 1 and "C306" in result.output
    assert not (tmp_path / "made").exists()
