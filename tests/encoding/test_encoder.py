import json

import pytest
import spacy
import torch
from transformers import AutoModel, AutoTokenizer

from spacy_concner.encoding import demo_encoder, loading
from spacy_concner.encoding.encoder import RECORD_FILE, make_encoder
from spacy_concner.encoding.loading import load_encoder
from spacy_concner.errors import ConcnerError
from tests.encoding.modern_encoders import make_folder
from tests.encoding.tiny_encoders import KINDS, SENTENCES, write_corpus
from tests.tiny_pipelines import transformer_model


@pytest.mark.parametrize("kind", KINDS)
def test_folder_serves_a_transformer_pipeline(encoder_folders, kind, tmp_path):
    from spacy_transformers.layers.transformer_model import TransformerModel
    from spacy_transformers.span_getters import configure_strided_spans

    corpus = write_corpus(tmp_path / "corpus.spacy", SENTENCES)
    make_encoder(encoder_folders[kind], tmp_path / "made", keep_from=[corpus])
    nlp = spacy.blank("xx")
    pipe = nlp.add_pipe("transformer")
    pipe.model = TransformerModel(str(tmp_path / "made"), configure_strided_spans(128, 96))
    pipe.model.initialize()
    expected = nlp(SENTENCES[0])._.trf_data
    # The stock loader of saved pipelines wants files of its own from some tokenizers.
    again = spacy.blank("xx")
    again.add_pipe("transformer").from_bytes(pipe.to_bytes())
    found = again(SENTENCES[0])._.trf_data
    assert found.wordpieces.strings == expected.wordpieces.strings
    assert (found.model_output.last_hidden_state == expected.model_output.last_hidden_state).all()


def test_uncut_folder_is_the_same_encoder(encoder_folders, tmp_path):
    source = encoder_folders["Unigram"]
    before, after = make_encoder(str(source), tmp_path / "made")
    assert before == after
    old, new = AutoModel.from_pretrained(source), AutoModel.from_pretrained(tmp_path / "made")
    for name, value in old.state_dict().items():
        if not name.startswith("pooler."):
            assert torch.equal(new.state_dict()[name], value), name
    old, new = (AutoTokenizer.from_pretrained(path) for path in (source, tmp_path / "made"))
    assert new.get_vocab() == old.get_vocab()
    assert new(SENTENCES)["input_ids"] == old(SENTENCES)["input_ids"]


def test_token_types_are_left_out_where_the_model_knows_none(tmp_path):
    folder = make_folder("ModernBert", "byte level", tmp_path / "source")
    # As a tokenizer says that was saved by itself.
    tokenizer = AutoTokenizer.from_pretrained(folder)
    tokenizer.model_input_names = ["input_ids", "token_type_ids", "attention_mask"]
    tokenizer.save_pretrained(folder)
    make_encoder(folder, tmp_path / "made")
    inputs = AutoTokenizer.from_pretrained(tmp_path / "made")("a", return_tensors="pt")
    assert set(inputs) == {"input_ids", "attention_mask"}
    AutoModel.from_pretrained(tmp_path / "made")(**inputs)


def test_record_says_where_the_encoder_comes_from(encoder_folders, tmp_path):
    corpora = [write_corpus(tmp_path / f"{i}.spacy", SENTENCES[i : i + 1]) for i in range(2)]
    source = encoder_folders["WordPiece"]
    before, after = make_encoder(source, tmp_path / "once", keep_from=corpora, keep_top=3)
    record = json.loads((tmp_path / "once" / RECORD_FILE).read_text())
    assert record["source"] == source.name
    assert record["kept_from"] == ["0.spacy", "1.spacy"] and record["kept_top"] == 3
    assert record["full_vocabulary_size"] == before.n_pieces > after.n_pieces
    assert record["vocabulary_size"] == after.n_pieces
    make_encoder(tmp_path / "once", tmp_path / "twice", keep_from=corpora[:1])
    again = json.loads((tmp_path / "twice" / RECORD_FILE).read_text())
    assert again["full_vocabulary_size"] == before.n_pieces
    assert again["source"] == source.name


def test_record_of_the_demo_encoder_names_its_file(encoder_folders, tmp_path, monkeypatch):
    encoder = load_encoder(str(encoder_folders["Unigram"]))
    monkeypatch.setattr(loading, "load_demo_encoder", lambda: (encoder.model, encoder.tokenizer))
    make_encoder(demo_encoder.DEMO_SOURCE, tmp_path / "made")
    record = json.loads((tmp_path / "made" / RECORD_FILE).read_text())
    assert record["licence"] == "MIT"
    assert demo_encoder.WEIGHTS.sha256 in record["sha256"].values()


@pytest.mark.parametrize("licence", ["mit", None])
def test_record_of_a_hub_model_names_page_and_licence(
    encoder_folders, tmp_path, monkeypatch, licence
):
    from huggingface_hub import ModelCard
    from transformers import AutoConfig

    # The hub, played by a folder.
    for class_ in (AutoConfig, AutoModel, AutoTokenizer):

        def load(name, real=class_.from_pretrained, **options):
            return real(encoder_folders["Unigram"] if name == "some/model" else name, **options)

        monkeypatch.setattr(class_, "from_pretrained", load)

    def load_card(name):
        if licence is None:
            raise OSError("no card")
        return ModelCard(f"---\nlicense: {licence}\n---\n")

    monkeypatch.setattr(ModelCard, "load", load_card)
    make_encoder("some/model", tmp_path / "made")
    record = json.loads((tmp_path / "made" / RECORD_FILE).read_text())
    assert record["source"] == "some/model"
    assert record["origin"] == "https://huggingface.co/some/model"
    assert record["licence"] == licence


def test_sizes_are_those_of_the_model(encoder_folders, tmp_path):
    corpus = write_corpus(tmp_path / "corpus.spacy", SENTENCES[:1])
    before, after = make_encoder(encoder_folders["BPE"], tmp_path / "made", keep_from=[corpus])
    model = AutoModel.from_pretrained(tmp_path / "made", add_pooling_layer=False)
    assert after.n_parameters == sum(p.numel() for p in model.parameters())
    assert before.n_parameters - after.n_parameters == 16 * (before.n_pieces - after.n_pieces)
    assert after.n_bytes == 4 * after.n_parameters


def test_a_folder_made_before_is_replaced_by_force_and_no_other(encoder_folders, tmp_path):
    source, output = encoder_folders["Unigram"], tmp_path / "made"
    make_encoder(source, output)
    with pytest.raises(ConcnerError, match="C128.*--force"):
        make_encoder(source, output)
    make_encoder(encoder_folders["BPE"], output, force=True)
    assert json.loads((output / RECORD_FILE).read_text())["source"] == "BPE"
    with pytest.raises(ConcnerError, match="C407.*INPUT"):
        make_encoder(output, output, force=True)
    diary = tmp_path / "home" / "diary.txt"
    diary.parent.mkdir()
    diary.write_text("dear")
    with pytest.raises(ConcnerError, match="C408"):
        make_encoder(source, diary.parent, force=True)
    with pytest.raises(ConcnerError, match="C129.*a file"):
        make_encoder(source, diary, force=True)
    assert diary.read_text() == "dear"


def test_a_failed_cut_leaves_the_old_folder(encoder_folders, tmp_path):
    source, output = encoder_folders["Unigram"], tmp_path / "made"
    make_encoder(source, output)
    before = (output / "tokenizer.json").read_bytes()
    broken = tmp_path / "broken.spacy"
    broken.write_bytes(b"no corpus")
    with pytest.raises(ConcnerError, match="C143"):
        make_encoder(source, output, keep_from=[broken], force=True)
    assert (output / "tokenizer.json").read_bytes() == before


def test_encoder_of_a_pipeline(encoder_folders, tmp_path):
    nlp = spacy.blank("xx")
    nlp.add_pipe("transformer", config={"model": transformer_model(encoder_folders["BPE"])})
    nlp.initialize()
    nlp.to_disk(tmp_path / "pipeline")
    make_encoder(tmp_path / "pipeline", tmp_path / "made")
    old, new = AutoModel.from_pretrained(encoder_folders["BPE"]), load_encoder(tmp_path / "made")
    name = "encoder.layer.0.output.dense.weight"
    assert torch.equal(new.model.state_dict()[name], old.state_dict()[name])
