"""Sequence-to-sequence models of Hugging Face: OPUS-MT, M2M100, NLLB-200, MADLAD-400 and such."""

import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

from ..errors import ConcnerError, Errors, Warnings
from ..files import is_path
from ..folder_marker import fingerprint
from .huggingface_languages import Direction, set_direction
from .settings import check_setting

# Translations are rarely longer than this many tokens for a token of the source, and some more.
GROWTH = 2
MARGIN = 32


class HuggingFaceTranslator:
    """A translation model by its name on the Hugging Face hub, or from a folder.

    A text that is too long for the model, or whose translation does not come to an end, gets an
    empty translation and a warning, rather than half of one.
    """

    speed_settings = frozenset({"device", "max_batch_tokens"})

    def __init__(
        self,
        source: str,
        target: str,
        model: str,
        num_beams: int = 4,
        length_penalty: float = 1.0,
        no_repeat_ngram_size: int = 0,
        max_length: int = 512,
        max_new_tokens: int | None = None,
        max_batch_tokens: int = 4096,
        device: str = "auto",
        dtype: Literal["float32", "float16", "bfloat16"] = "float32",
        source_code: str | None = None,
        target_code: str | None = None,
        prefix: str | None = None,
        revision: str | None = None,
    ) -> None:
        """Load the model.

        source (str): ISO 639 code to translate from.
        target (str): ISO 639 code to translate to.
        model (str): Name on the hub such as "Helsinki-NLP/opus-mt-en-bg", or a folder.
        num_beams (int): Width of the beam search; 1 is greedy.
        length_penalty (float): Above 0 favours longer translations, below 0 shorter ones.
        no_repeat_ngram_size (int): Longest run of tokens that may not come twice; 0 for none.
        max_length (int): Tokens of a source text at most.
        max_new_tokens (int): Tokens of a translation at most; None for twice those of the
            batch's longest source, and 32.
        max_batch_tokens (int): Tokens of a batch with padding, times beams, at most.
        device (str): "auto" for the GPU if there is one, "cpu", "cuda", or "cuda:1".
        dtype (str): Type of the weights.
        source_code (str): The source as the model writes it, such as "eng_Latn"; None to find
            it.
        target_code (str): The target as the model writes it, such as "bul_Cyrl"; None to
            find it.
        prefix (str): What to put before each text instead of languages, such as "translate
            English to German: " for T5; None to find how the model is told its languages.
        revision (str): Branch, tag or commit on the hub.
        RAISES (ConcnerError): C241 for a setting, C244 if a package is missing, C245 if the
            model cannot be loaded, C246 if it is of another kind, C247 and C261 for its
            languages, C248 for the device.
        """
        for key, value, least in (
            ("num_beams", num_beams, 1),
            ("no_repeat_ngram_size", no_repeat_ngram_size, 0),
            ("max_length", max_length, 1),
            ("max_new_tokens", 1 if max_new_tokens is None else max_new_tokens, 1),
            ("max_batch_tokens", max_batch_tokens, 1),
        ):
            expected = f"a whole number of at least {least}"
            check_setting(key, value, value >= least, expected)
        self.source = source
        self.target = target
        self.model, self.tokenizer = load_model(model, dtype, device, revision)
        self.fingerprint = fingerprint_model(model, self.model)
        if prefix is None:
            self.direction = set_direction(
                self.tokenizer,
                model,
                source,
                target,
                source_code=source_code,
                target_code=target_code,
            )
        else:
            self.direction = Direction(prefix)
        n_positions = getattr(self.model.config, "max_position_embeddings", None)
        self._max_length = min(max_length, n_positions or max_length)
        self._max_new_tokens = max_new_tokens
        # The decoder's first token has a position, too.
        self._longest_translation = n_positions - 1 if n_positions else None
        self._max_batch_tokens = max_batch_tokens
        self._search = {
            "num_beams": num_beams,
            "length_penalty": length_penalty,
            "no_repeat_ngram_size": no_repeat_ngram_size,
            "do_sample": False,
        }
        # A translation must end by itself: one that is cut off shall not look like a whole one.
        self.model.generation_config.forced_eos_token_id = None
        self.model.generation_config.max_length = None

    def translate(self, texts: list[str]) -> list[str]:
        """Translate texts, those of like length together.

        texts (list[str]): Sentences or phrases.
        RETURNS (list[str]): A translation for each; empty where a text is too long or its
            translation has no end.
        """
        if not texts:
            return []
        written = [self.direction.prefix + text for text in texts]
        lengths = [len(row) for row in self.tokenizer(written, verbose=False)["input_ids"]]
        translations = [""] * len(texts)
        fitting = [i for i, length in enumerate(lengths) if length <= self._max_length]
        unfinished = len(texts) - len(fitting)
        for batch in self._batches(fitting, lengths):
            found = self._generate([written[i] for i in batch])
            for i, translation in zip(batch, found, strict=True):
                unfinished += translation is None
                translations[i] = translation or ""
        if unfinished:
            warnings.warn(Warnings.W201.format(n=unfinished, total=len(texts)), stacklevel=2)
        return translations

    def _batches(self, numbers: list[int], lengths: list[int]) -> Iterator[list[int]]:
        """Give numbers of texts, the longest first, so that memory runs out at once or never."""
        batch: list[int] = []
        for i in sorted(numbers, key=lambda i: -lengths[i]):
            longest = lengths[batch[0]] if batch else 0
            n_tokens = longest * (len(batch) + 1) * self._search["num_beams"]
            if batch and n_tokens > self._max_batch_tokens:
                yield batch
                batch = []
            batch.append(i)
        if batch:
            yield batch

    def _generate(self, texts: list[str]) -> list[str | None]:
        """Translate a batch; None for a translation without an end."""
        import torch

        encoded = self.tokenizer(texts, padding=True, return_tensors="pt").to(self.model.device)
        limit = self._max_new_tokens or GROWTH * encoded["input_ids"].shape[1] + MARGIN
        settings: dict[str, Any] = {
            **self._search,
            "max_new_tokens": min(limit, self._longest_translation or limit),
        }
        # The first token starts the decoder; some families start it with the token of the end.
        n_given = 1
        if self.direction.first_token is not None:
            settings["forced_bos_token_id"] = self.direction.first_token
            n_given = 2
        try:
            with torch.inference_mode():
                found = self.model.generate(**encoded, **settings)
        except torch.cuda.OutOfMemoryError:
            if len(texts) == 1:
                raise
            torch.cuda.empty_cache()
            middle = len(texts) // 2
            return self._generate(texts[:middle]) + self._generate(texts[middle:])
        end = self.tokenizer.eos_token_id
        return [
            self.tokenizer.decode(row, skip_special_tokens=True).strip() if end in row else None
            for row in found[:, n_given:].tolist()
        ]


def load_model(name: str, dtype: str, device: str, revision: str | None = None) -> tuple[Any, Any]:
    """Load a model and its tokenizer.

    name (str): Name on the hub, or a folder.
    dtype (str): Type of the weights: "float32", "float16" or "bfloat16".
    device (str): Where the model goes; see `find_device`.
    revision (str): Branch, tag or commit on the hub.
    RETURNS (tuple[PreTrainedModel, PreTrainedTokenizerBase]): The model, in evaluation mode,
        and its tokenizer.
    RAISES (ConcnerError): C244 if a package is missing, C245 if the model cannot be loaded,
        C246 if it is of another kind, C248 for the device.
    """
    import torch
    from transformers import AutoConfig, AutoModelForSeq2SeqLM, AutoTokenizer
    from transformers.models.auto.modeling_auto import MODEL_FOR_SEQ_TO_SEQ_CAUSAL_LM_MAPPING_NAMES

    if is_path(name) and not Path(name).is_dir():
        raise ConcnerError(Errors.C245.format(name=name, reason="there is no such folder"))
    place = find_device(device)
    config = _load(AutoConfig, name, revision)
    if config.model_type not in MODEL_FOR_SEQ_TO_SEQ_CAUSAL_LM_MAPPING_NAMES:
        raise ConcnerError(Errors.C246.format(name=name, model_type=config.model_type))
    tokenizer = _load(AutoTokenizer, name, revision)
    model = _load(AutoModelForSeq2SeqLM, name, revision, torch_dtype=getattr(torch, dtype))
    return model.to(place).eval(), tokenizer


def find_device(device: str) -> Any:
    """Find where a model shall compute.

    device (str): "auto" for the GPU if there is one, "cpu", "cuda", or "cuda:1" for another.
    RETURNS (torch.device): The device.
    RAISES (ConcnerError): C248 if there is no such device.
    """
    import torch

    if device == "auto":
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    try:
        place = torch.device(device)
        torch.zeros(1, device=place)
    except (RuntimeError, AssertionError) as error:
        reason = str(error).split("\n")[0]
        raise ConcnerError(Errors.C248.format(device=device, reason=reason)) from error
    return place


def fingerprint_model(name: str, model: Any) -> str:
    """Tell a model from others of its name.

    name (str): Name on the hub, or a folder.
    model (PreTrainedModel): The model.
    RETURNS (str): The commit on the hub, or a fingerprint of the folder's files.
    """
    if Path(name).is_dir():
        return fingerprint(sorted(path for path in Path(name).iterdir() if path.is_file()))
    return getattr(model.config, "_commit_hash", None) or ""


def _load(kind: Any, name: str, revision: str | None, **settings: Any) -> Any:
    try:
        # The hub's own client tries several times, with growing waits.
        return kind.from_pretrained(name, revision=revision, **settings)
    except ImportError as error:
        raise ConcnerError(Errors.C244.format(error=_first_line(error))) from error
    except Exception as error:
        if "sentencepiece" in str(error).lower():
            raise ConcnerError(Errors.C244.format(error=_first_line(error))) from error
        raise ConcnerError(Errors.C245.format(name=name, reason=_first_line(error))) from error


def _first_line(error: Exception) -> str:
    lines = [line.strip() for line in str(error).split("\n") if line.strip()]
    return (lines[0] if lines else type(error).__name__).rstrip(".")
