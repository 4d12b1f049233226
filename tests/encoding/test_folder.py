import json

import pytest
import torch
from transformers import AutoModel, AutoTokenizer, BertConfig, BertModel

from spacy_concner.encoding import packaged
from spacy_concner.encoding.folder import RECORD_FILE, load_encoder, make_encoder
from spacy_concner.errors import ConcnerError
from tests.encoding.tiny_encoders import KINDS, SENTENCES, write_corpus


@pytest.mark.parametrize("kind", KINDS)
def test_folder_serves_a_transformer_pipeline(encoder_folders, kind, tmp_path):
    import spacy
    from spacy_transformers.layers.transformer_model import TransformerModel
    from spacy_transformers.span_getters import configure_strided_spans

    corpus = write_corpus(tmp_path / "corpus.spacy", SENTENCES)
    make_encoder(str(encoder_folders[kind]), tmp_path / "made", [corpus])
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


def test_a_missing_pooler_is_not_made_up(encoder_folders):
    assert load_encoder(str(encoder_folders["Unigram"])).model.pooler is None


def test_a_pooler_is_kept(encoder_folders, tmp_path):
    config = BertConfig.from_pretrained(encoder_folders["Unigram"])
    BertModel(config).save_pretrained(tmp_path)
    AutoTokenizer.from_pretrained(encoder_folders["Unigram"]).save_pretrained(tmp_path)
    assert load_encoder(str(tmp_path)).model.pooler is not None


def test_record_says_where_the_encoder_comes_from(encoder_folders, tmp_path):
    corpora = [write_corpus(tmp_path / f"{i}.spacy", SENTENCES[i : i + 1]) for i in range(2)]
    source = encoder_folders["WordPiece"]
    before, after = make_encoder(str(source), tmp_path / "once", corpora, keep_top=3)
    record = json.loads((tmp_path / "once" / RECORD_FILE).read_text())
    assert record["source"] == source.name
    assert record["kept_from"] == ["0.spacy", "1.spacy"] and record["kept_top"] == 3
    assert record["full_vocabulary_size"] == before.n_pieces > after.n_pieces
    assert record["vocabulary_size"] == after.n_pieces
    make_encoder(str(tmp_path / "once"), tmp_path / "twice", corpora[:1])
    again = json.loads((tmp_path / "twice" / RECORD_FILE).read_text())
    assert again["full_vocabulary_size"] == before.n_pieces
    assert again["source"] == source.name


def test_record_of_the_packaged_encoder_names_its_files(encoder_folders, tmp_path, monkeypatch):
    encoder = load_encoder(str(encoder_folders["Unigram"]))
    monkeypatch.setattr(packaged, "load_packaged", lambda: (encoder.model, encoder.tokenizer))
    make_encoder(packaged.PACKAGED_SOURCE, tmp_path / "made")
    record = json.loads((tmp_path / "made" / RECORD_FILE).read_text())
    assert record["licence"] == "MIT"
    assert packaged.WEIGHTS.sha256 in record["sha256"].values()
    assert packaged.TOKENIZER.sha256 in record["sha256"].values()


@pytest.mark.parametrize("licence", ["mit", None])
def test_record_of_a_hub_model_names_page_and_licence(encoder_folders, monkeypatch, licence):
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
    record = load_encoder("some/model").record
    assert record["source"] == "some/model"
    assert record["origin"] == "https://huggingface.co/some/model"
    assert record["licence"] == licence


def test_sizes_are_those_of_the_model(encoder_folders, tmp_path):
    corpus = write_corpus(tmp_path / "corpus.spacy", SENTENCES[:1])
    before, after = make_encoder(str(encoder_folders["BPE"]), tmp_path / "made", [corpus])
    model = AutoModel.from_pretrained(tmp_path / "made", add_pooling_layer=False)
    assert after.n_parameters == sum(p.numel() for p in model.parameters())
    assert before.n_parameters - after.n_parameters == 16 * (before.n_pieces - after.n_pieces)
    assert after.n_bytes == 4 * after.n_parameters


def test_a_folder_made_before_is_replaced_and_no_other(encoder_folders, tmp_path):
    source, output = str(encoder_folders["Unigram"]), tmp_path / "made"
    make_encoder(source, output)
    (output / "leftover").write_text("")
    make_encoder(source, output)
    assert not (output / "leftover").exists()
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "diary.txt").write_text("dear")
    with pytest.raises(ConcnerError, match="C306.*not empty"):
        make_encoder(source, tmp_path / "home")
    with pytest.raises(ConcnerError, match="C306.*a file"):
        make_encoder(source, tmp_path / "home" / "diary.txt")
    with pytest.raises(ConcnerError, match="C306.*source"):
        make_encoder(source, encoder_folders["Unigram"])
    assert (tmp_path / "home" / "diary.txt").read_text() == "dear"


def test_a_failed_cut_leaves_the_old_folder(encoder_folders, tmp_path):
    source = str(encoder_folders["Unigram"])
    make_encoder(source, tmp_path / "made")
    before = (tmp_path / "made" / "tokenizer.json").read_bytes()
    broken = tmp_path / "broken.spacy"
    broken.write_bytes(b"no corpus")
    with pytest.raises(ConcnerError, match="C305"):
        make_encoder(source, tmp_path / "made", [broken])
    assert (tmp_path / "made" / "tokenizer.json").read_bytes() == before


def test_folders_that_are_no_encoder_are_told(tmp_path):
    (tmp_path / "config.json").write_text("{}")
    with pytest.raises(ConcnerError, match="C301.*multilingual-e5-small-q4") as caught:
        load_encoder(str(tmp_path))
    assert "Unrecognized model" in str(caught.value)
    assert "model_type" not in str(caught.value)


def test_missing_weights_are_told(encoder_folders, tmp_path):
    from safetensors.torch import load_file, save_file

    encoder = load_encoder(str(encoder_folders["Unigram"]))
    encoder.model.save_pretrained(tmp_path)
    encoder.tokenizer.save_pretrained(tmp_path)
    weights = load_file(tmp_path / "model.safetensors")
    del weights["embeddings.word_embeddings.weight"]
    save_file(weights, tmp_path / "model.safetensors", metadata={"format": "pt"})
    with pytest.raises(ConcnerError, match="C301.*word_embeddings"):
        load_encoder(str(tmp_path))


def test_an_unreachable_hub_is_told(monkeypatch):
    from transformers import AutoConfig

    def offline(name):
        raise OSError("We couldn't connect to 'https://huggingface.co'.\nCheck your connection.")

    monkeypatch.setattr(AutoConfig, "from_pretrained", offline)
    with pytest.raises(ConcnerError, match="C301.*'some/model'.*couldn't connect"):
        load_encoder("some/model")


def test_slow_tokenizers_are_told(encoder_folders, monkeypatch):
    class Slow:
        is_fast = False

    monkeypatch.setattr(AutoTokenizer, "from_pretrained", lambda *args, **kwargs: Slow())
    with pytest.raises(ConcnerError, match="C301.*no fast tokenizer"):
        load_encoder(str(encoder_folders["Unigram"]))
