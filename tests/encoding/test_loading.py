import pytest
import spacy
from transformers import AutoTokenizer, BertConfig, BertModel

from spacy_concner.encoding.loading import (
    create_check_encoder,
    find_encoders,
    is_path,
    load_encoder,
)
from spacy_concner.errors import ConcnerError
from tests.tiny_pipelines import LISTENER, build_tiny_config, transformer_model


def test_a_missing_pooler_is_not_made_up(encoder_folders):
    assert load_encoder(str(encoder_folders["Unigram"])).model.pooler is None


def test_a_pooler_is_kept(encoder_folders, tmp_path):
    config = BertConfig.from_pretrained(encoder_folders["Unigram"])
    BertModel(config).save_pretrained(tmp_path)
    AutoTokenizer.from_pretrained(encoder_folders["Unigram"]).save_pretrained(tmp_path)
    assert load_encoder(str(tmp_path)).model.pooler is not None


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


@pytest.mark.parametrize(
    "name, expected",
    [
        ("encoders/encoder", True),
        ("./mine", True),
        ("~/mine", True),
        ("training/bg/encoder", True),
        ("C:\\mine", True),
        ("here/nothing", True),
        ("/nowhere", True),
        ("FacebookAI/xlm-roberta-base", False),
        ("bert-base-cased", True),
        ("multilingual", True),
    ],
)
def test_what_is_surely_a_path(name, expected, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "here").mkdir()
    assert is_path(name) == expected


def test_the_hub_is_never_asked_for_a_missing_folder(monkeypatch):
    from transformers import AutoConfig

    def asked(name):
        raise AssertionError("the hub was asked")

    monkeypatch.setattr(AutoConfig, "from_pretrained", asked)
    for name in ("encoders/encoder", "encodr"):
        check = create_check_encoder(name)
        for attempt in (lambda: load_encoder(name), lambda: check(spacy.blank("xx"))):  # noqa: B023
            with pytest.raises(ConcnerError, match="C301.*no such folder.*spacy concner encoder"):
                attempt()


def test_encoders_of_a_pipeline_in_its_order(encoder_folder):
    nlp = spacy.blank("xx")
    nlp.add_pipe("sentencizer")
    assert find_encoders(nlp) == []
    nlp.add_pipe("transformer", config={"model": transformer_model(encoder_folder)})
    own = {
        **transformer_model(encoder_folder),
        "@architectures": "spacy-transformers.Tok2VecTransformer.v3",
        "pooling": {"@layers": "reduce_mean.v1"},
        "grad_factor": 1.0,
    }
    nlp.add_pipe("concner", config=build_tiny_config(tok2vec=own))
    nlp.add_pipe("concner", name="listens", config=build_tiny_config(tok2vec=LISTENER))
    assert find_encoders(nlp) == []
    nlp.get_pipe("transformer").model.initialize()
    nlp.get_pipe("concner").model.get_ref("tok2vec").initialize()
    found = find_encoders(nlp)
    assert len(found) == 2
    assert found[0].model is nlp.get_pipe("transformer").model.transformer
    assert found[1].tokenizer is not found[0].tokenizer
