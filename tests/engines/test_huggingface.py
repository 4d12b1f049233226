import shutil
import sys

import pytest
from transformers import AutoTokenizer

from spacy_concner.engines.huggingface import HuggingFaceTranslator, find_device
from spacy_concner.engines.huggingface_languages import language_pieces
from spacy_concner.errors import ConcnerError

from .tiny_models import BULGARIAN, ENGLISH, GERMAN, make_m2m100, make_marian, make_t5


@pytest.fixture(scope="module")
def marian(tmp_path_factory):
    return make_marian(tmp_path_factory.mktemp("marian"), source_lang="en", target_lang="de")


@pytest.fixture(scope="module")
def nllb(tmp_path_factory):
    targets = {"deu_Latn": GERMAN, "bul_Cyrl": BULGARIAN}
    return make_m2m100(tmp_path_factory.mktemp("nllb"), "nllb", "eng_Latn", targets, steps=250)


@pytest.fixture(scope="module")
def m2m100(tmp_path_factory):
    targets = {"de": GERMAN}
    return make_m2m100(tmp_path_factory.mktemp("m2m100"), "m2m100", "en", targets, steps=200)


def test_a_model_of_one_pair(marian):
    translator = HuggingFaceTranslator("en", "de", str(marian), num_beams=2)
    assert translator.translate(ENGLISH) == GERMAN
    assert translator.translate([]) == []
    texts = [ENGLISH[i % 4] for i in range(11)]
    assert translator.translate(texts) == [GERMAN[i % 4] for i in range(11)]


def test_batches_are_of_like_length_and_bounded(marian, monkeypatch):
    translator = HuggingFaceTranslator(
        "en", "de", str(marian), num_beams=2, max_batch_tokens=40, device="cpu"
    )
    shapes = []
    generate = translator.model.generate

    def watch(**settings):
        shapes.append(tuple(settings["input_ids"].shape))
        return generate(**settings)

    monkeypatch.setattr(translator.model, "generate", watch)
    assert translator.translate([*ENGLISH, *ENGLISH]) == [*GERMAN, *GERMAN]
    assert len(shapes) > 1
    assert all(n_rows == 1 or n_rows * n_columns * 2 <= 40 for n_rows, n_columns in shapes)
    assert [columns for _, columns in shapes] == sorted((c for _, c in shapes), reverse=True)


def test_what_is_too_long_or_has_no_end_is_empty_and_told(marian):
    translator = HuggingFaceTranslator("en", "de", str(marian), num_beams=1)
    texts = ["It rains. " * 40, *ENGLISH]
    with pytest.warns(UserWarning, match="W201.*1 of 5 texts"):
        assert translator.translate(texts) == ["", *GERMAN]
    translator = HuggingFaceTranslator("en", "de", str(marian), max_new_tokens=2)
    with pytest.warns(UserWarning, match="W201"):
        assert translator.translate(ENGLISH)[0] == ""


def test_other_languages_than_the_pair_are_refused(marian):
    with pytest.raises(ConcnerError, match="C247.*'bg'.*codes: de"):
        HuggingFaceTranslator("en", "bg", str(marian))
    with pytest.raises(ConcnerError, match="C247.*'fr'.*codes: en"):
        HuggingFaceTranslator("fr", "de", str(marian))


def test_a_marian_model_of_many_languages(tmp_path):
    codes = [">>bul<<", ">>deu<<", ">>zho_Hant<<"]
    folder = make_marian(tmp_path, codes, steps=1, source_lang="eng", target_lang="mul")
    translator = HuggingFaceTranslator("en", "bg", str(folder))
    assert translator.direction.prefix == ">>bul<< "
    assert translator.tokenizer.tokenize(">>bul<< It")[0] == ">>bul<<"
    for settings in ({"target": "zh-TW"}, {"target": "fr", "target_code": "zho_Hant"}):
        named = HuggingFaceTranslator(source="en", model=str(folder), **settings)
        assert named.direction.prefix == ">>zho_Hant<< "
    with pytest.raises(ConcnerError, match="C247.*'fr'.*bul, deu, zho_Hant"):
        HuggingFaceTranslator("en", "fr", str(folder))
    with pytest.raises(ConcnerError, match="C247.*'xyz'"):
        HuggingFaceTranslator("en", "bg", str(folder), target_code="xyz")


@pytest.mark.slow
@pytest.mark.parametrize("target, expected", [("de", GERMAN), ("bg", BULGARIAN)])
def test_nllb_writes_the_language_asked_for(nllb, target, expected):
    translator = HuggingFaceTranslator("en", target, str(nllb))
    assert translator.translate(ENGLISH[1:]) == expected[1:]
    assert translator.tokenizer.src_lang == "eng_Latn"


@pytest.mark.slow
def test_m2m100(m2m100):
    translator = HuggingFaceTranslator("en", "de", str(m2m100))
    assert translator.translate(ENGLISH) == GERMAN
    assert translator.tokenizer.src_lang == "en"
    assert len(language_pieces(translator.tokenizer)) == 100
    with pytest.raises(ConcnerError, match="C247.*'eo'.*af, am, ar"):
        HuggingFaceTranslator("en", "eo", str(m2m100))


@pytest.mark.slow
def test_codes_of_nllb_are_found_in_both_tokenizers(nllb):
    for use_fast in (True, False):
        pieces = language_pieces(AutoTokenizer.from_pretrained(nllb, use_fast=use_fast))
        assert len(pieces) > 200
        assert pieces["bul_Cyrl"] == "bul_Cyrl"


def test_madlad_is_told_before_the_text(tmp_path):
    translator = HuggingFaceTranslator("en", "bg", str(make_t5(tmp_path, ["<2bg>", "<2de>"])))
    assert translator.direction.prefix == "<2bg> "
    assert "<2bg>" in translator.tokenizer.tokenize("<2bg> Anna")
    with pytest.raises(ConcnerError, match="C247.*'fr'.*bg, de"):
        HuggingFaceTranslator("en", "fr", str(tmp_path))


def test_models_without_languages_need_a_prefix(tmp_path):
    folder = make_t5(tmp_path)
    with pytest.raises(ConcnerError, match="C261.*--option prefix="):
        HuggingFaceTranslator("en", "de", str(folder))
    translator = HuggingFaceTranslator("en", "de", str(folder), prefix="translate: ")
    assert translator.direction.prefix == "translate: "


def test_other_kinds_of_models_are_refused(tmp_path):
    (tmp_path / "config.json").write_text('{"model_type": "bert"}')
    with pytest.raises(ConcnerError, match="C246.*'bert'.*sequence-to-sequence"):
        HuggingFaceTranslator("en", "de", str(tmp_path))


def test_what_cannot_be_loaded_is_told(tmp_path, marian, monkeypatch):
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    monkeypatch.setattr("transformers.utils.hub._is_offline_mode", True)
    for name in ("someone/no-such-model", str(tmp_path / "none"), "no good name!"):
        with pytest.raises(ConcnerError, match="C245.*Hugging Face hub"):
            HuggingFaceTranslator("en", "de", name)
    broken = tmp_path / "broken"
    shutil.copytree(marian, broken)
    (broken / "model.safetensors").write_bytes(b"cut off")
    with pytest.raises(ConcnerError, match="C245"):
        HuggingFaceTranslator("en", "de", str(broken))


def test_missing_sentencepiece_is_named(marian, monkeypatch):
    def fail(*arguments, **settings):
        raise ImportError("MarianTokenizer requires the SentencePiece library")

    monkeypatch.setattr("transformers.AutoTokenizer.from_pretrained", fail)
    with pytest.raises(ConcnerError, match=r'C244.*pip install "spacy-concner\[translate-hf\]"'):
        HuggingFaceTranslator("en", "de", str(marian))


@pytest.mark.parametrize("device", ["cuda:99", "gpu", "somewhere"])
def test_unknown_devices_are_told(marian, device):
    with pytest.raises(ConcnerError, match=f"C248.*{device}"):
        HuggingFaceTranslator("en", "de", str(marian), device=device)


@pytest.mark.parametrize(
    "setting", ["num_beams", "max_length", "max_new_tokens", "max_batch_tokens"]
)
def test_numbers_are_checked(setting):
    with pytest.raises(ConcnerError, match=f"C241.*{setting}"):
        HuggingFaceTranslator("en", "de", "any", **{setting: -1})


def test_trained_anew_in_the_same_folder_is_another_model(marian, tmp_path):
    copy = tmp_path / "copy"
    shutil.copytree(marian, copy)
    first = HuggingFaceTranslator("en", "de", str(copy)).fingerprint
    assert first == HuggingFaceTranslator("en", "de", str(copy)).fingerprint != ""
    config = (copy / "config.json").read_text()
    (copy / "config.json").write_text(config.replace('"dropout": 0.0', '"dropout": 0.1'))
    assert HuggingFaceTranslator("en", "de", str(copy)).fingerprint != first


def test_memory_that_runs_out_halves_the_batch(marian, monkeypatch):
    torch = sys.modules["torch"]
    translator = HuggingFaceTranslator("en", "de", str(marian), device="cpu")
    generate = translator.model.generate

    def small(**settings):
        if len(settings["input_ids"]) > 1:
            raise torch.cuda.OutOfMemoryError("out of memory")
        return generate(**settings)

    monkeypatch.setattr(translator.model, "generate", small)
    assert translator.translate(ENGLISH) == GERMAN


def test_devices_are_found():
    assert find_device("cpu").type == "cpu"
    assert find_device("auto").type in ("cpu", "cuda")
