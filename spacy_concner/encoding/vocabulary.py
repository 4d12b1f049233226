"""Cut an encoder's vocabulary to the word pieces that given corpora use.

Most parameters of a multilingual encoder are word embeddings of languages that a pipeline
will never see. The texts of the corpora are tokenised as before, which is checked.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import numpy
from spacy.vocab import Vocab
from tqdm import tqdm

from ..corpora.reader import corpus_files, read_docs
from ..corpora.segments import get_segments
from ..errors import ConcnerError, Errors
from .kept_pieces import added_tokens, cut_settings, model_pieces, select_pieces
from .loading import Encoder
from .windows import SegmentSpans

BATCH_SIZE = 256
N_CHECKED_VECTORS = 8
# Special tokens stand at the beginning of most vocabularies.
N_SPECIAL_IDS = 256
CONFIG_IDS = ("pad", "bos", "eos", "cls", "sep", "unk", "mask")


class CorpusTexts:
    """The texts of corpora as a transformer component will tokenise them, streamed.

    Iterating gives the text of each segment (the whole of a plain Doc), and of each window
    of a long one; it can be done again and again.
    """

    def __init__(self, paths: Sequence[Path]):
        """Look up the files.

        paths (Sequence[Path]): `.spacy` files, or folders that hold some at any depth.
        RAISES (ConcnerError): C142 if a path is missing or holds no such file.
        """
        self.files = [file for path in paths for file in corpus_files(path)]

    def __iter__(self) -> Iterator[str]:
        """Read the files in order.

        YIELDS (str): A text.
        RAISES (ConcnerError): C143 if a file is broken.
        """
        get_windows = SegmentSpans()
        for file in self.files:
            for doc in read_docs(file, Vocab()):
                segments = get_segments(doc)
                windows = get_windows([doc])[0]
                yield from (segment.text for segment in segments)
                if len(windows) > len(segments):
                    yield from (window.text for window in windows)


def cut_vocabulary(encoder: Encoder, texts: Iterable[str], keep_top: int = 0) -> Encoder:
    """Cut an encoder's tokenizer and word embeddings to what texts use.

    encoder (Encoder): Its tokenizer is Unigram, WordPiece or BPE; its model is changed in place.
    texts (Iterable[str]): Texts whose tokenisation must stay as it is; read twice.
    keep_top (int): Further pieces to keep, in the order of the vocabulary.
    RETURNS (Encoder): The model with the cut tokenizer.
    RAISES (ConcnerError): C304 if the tokenizer is of another kind or does not fit the
        model, C305 if there is no text, C307 if a text would be tokenised otherwise,
        C308 if token vectors would change.
    """
    model, tokenizer = encoder.model, plain_tokenizer(encoder.tokenizer)
    settings = json.loads(tokenizer.backend_tokenizer.to_str())
    n_rows = model.get_input_embeddings().num_embeddings
    n_used = max(model_pieces(settings) | added_tokens(settings)) + 1
    if n_used > n_rows:
        reason = f"its tokenizer has {n_used} pieces, its word embeddings only {n_rows} rows."
        raise ConcnerError(Errors.C304.format(reason=reason))
    used = numpy.zeros(n_used, dtype=bool)
    samples: list[str] = []
    for batch in _batches(texts, "Counting word pieces"):
        samples.extend(batch[: N_CHECKED_VECTORS - len(samples)])
        for encoding in tokenizer.backend_tokenizer.encode_batch(batch):
            used[encoding.ids] = True
    if not samples:
        raise ConcnerError(Errors.C305)
    # Models that count positions from the padding id (XLM-R) need it where it was.
    if (tokenizer.pad_token_id or 0) < N_SPECIAL_IDS:
        used[: (tokenizer.pad_token_id or 0) + 1] = True
    kept = select_pieces(settings, set(numpy.flatnonzero(used).tolist()), keep_top)
    cut = plain_tokenizer(tokenizer, json.dumps(cut_settings(settings, kept)))
    check_tokenization(tokenizer, cut, kept, texts)
    vectors = [_token_vectors(model, tokenizer, text) for text in samples]
    cut_embeddings(model, cut, kept)
    for text, expected in zip(samples, vectors, strict=True):
        difference = float((_token_vectors(model, cut, text) - expected).abs().max())
        if not difference < 1e-4:
            values = {"text": text[:80], "difference": difference}
            kind = model.config.model_type
            raise ConcnerError(Errors.C308.format(**values, model_type=kind))
    return Encoder(model, cut)


def plain_tokenizer(tokenizer: Any, tokenizer_json: str | None = None) -> Any:
    """Copy a fast tokenizer into one that lives by its tokenizer.json alone.

    The special classes want their vocabulary in a second file (XLM-R's: a SentencePiece
    model), which is absent or, after a cut, no longer true.

    tokenizer (transformers.PreTrainedTokenizerFast): Any fast tokenizer.
    tokenizer_json (str | None): Content of tokenizer.json, the tokenizer's own by default.
    RETURNS (transformers.PreTrainedTokenizerFast): The copy.
    """
    from tokenizers import Tokenizer
    from transformers import PreTrainedTokenizerFast

    backend = Tokenizer.from_str(tokenizer_json or tokenizer.backend_tokenizer.to_str())
    # Whoever calls a tokenizer chooses these anew.
    backend.no_truncation()
    backend.no_padding()
    return PreTrainedTokenizerFast(
        tokenizer_object=backend,
        model_max_length=tokenizer.model_max_length,
        model_input_names=tokenizer.model_input_names,
        padding_side=tokenizer.padding_side,
        truncation_side=tokenizer.truncation_side,
        clean_up_tokenization_spaces=tokenizer.clean_up_tokenization_spaces,
        **tokenizer.special_tokens_map,
    )


def cut_embeddings(model: Any, tokenizer: Any, kept: Sequence[int]) -> None:
    """Cut a model's word embeddings.

    model (transformers.PreTrainedModel): The model, changed in place.
    tokenizer (transformers.PreTrainedTokenizerFast): The cut tokenizer, for special ids.
    kept (Sequence[int]): Old ids in the order of the new ones.
    """
    import torch

    old = model.get_input_embeddings()
    new = torch.nn.Embedding.from_pretrained(
        old.weight.detach().index_select(0, torch.tensor(kept, device=old.weight.device)),
        freeze=not old.weight.requires_grad,
        padding_idx=None if old.padding_idx is None else tokenizer.pad_token_id,
    )
    model.set_input_embeddings(new)
    model.config.vocab_size = len(kept)
    for name in CONFIG_IDS:
        if getattr(model.config, f"{name}_token_id", None) is not None:
            setattr(model.config, f"{name}_token_id", getattr(tokenizer, f"{name}_token_id"))


def check_tokenization(old: Any, new: Any, kept: Sequence[int], texts: Iterable[str]) -> None:
    """Make sure that texts are tokenised as before, piece by piece.

    old (transformers.PreTrainedTokenizerFast): The tokenizer before the cut.
    new (transformers.PreTrainedTokenizerFast): The tokenizer after it.
    kept (Sequence[int]): Old ids in the order of the new ones.
    texts (Iterable[str]): The texts.
    RAISES (ConcnerError): C307 if a text is tokenised otherwise.
    """
    old_ids = numpy.asarray(kept)
    for batch in _batches(texts, "Checking word pieces"):
        before = old.backend_tokenizer.encode_batch(batch)
        after = new.backend_tokenizer.encode_batch(batch)
        for text, expected, found in zip(batch, before, after, strict=True):
            if expected.ids != old_ids[found.ids].tolist():
                values = {"found": found.tokens[:40], "expected": expected.tokens[:40]}
                raise ConcnerError(Errors.C307.format(text=text[:80], **values))
    pieces = old.convert_ids_to_tokens(list(kept))
    if pieces != new.convert_ids_to_tokens(list(range(len(kept)))):
        raise ConcnerError(Errors.C304.format(reason="its added tokens are not at the end."))


def _batches(texts: Iterable[str], description: str) -> Iterator[list[str]]:
    stream = iter(tqdm(texts, desc=description, unit=" texts", disable=None))
    while batch := list(islice(stream, BATCH_SIZE)):
        yield batch


def _token_vectors(model: Any, tokenizer: Any, text: str) -> Any:
    import torch

    # Ids are passed on their own: not every model takes the tokenizer's other outputs.
    limit = min(tokenizer.model_max_length, 128)
    ids = tokenizer(text, truncation=True, max_length=limit, return_tensors="pt")["input_ids"]
    with torch.no_grad():
        return model(ids.to(model.device)).last_hidden_state
