"""Vectors of words in context, from a hidden layer of an encoder."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from ..errors import ConcnerError, Errors
from .loading import Encoder, load_encoder

MOST_PIECES = 512
DEPTH = 2 / 3


class WordEncoder:
    """Words of sentences into vectors: the mean of their pieces in one hidden layer."""

    def __init__(self, encoder: Encoder, layer: int | None = None, *, device: str = "cpu") -> None:
        """Take an encoder.

        encoder (Encoder): The encoder, its model in evaluation mode.
        layer (int): Hidden layer, counted from 1; 0 for the embeddings; two thirds of the
            way up if None, such as 8 of 12.
        device (str): Where torch computes.
        RAISES (ConcnerError): C313 if there is no such layer.
        """
        self.encoder = encoder
        self.model = encoder.model.to(device)
        self.tokenizer = encoder.tokenizer
        config = self.model.config
        depth = config.num_hidden_layers
        self.layer = round(depth * DEPTH) if layer is None else layer
        if not 0 <= self.layer <= depth:
            raise ConcnerError(Errors.C313.format(layer=layer, depth=depth))
        limits = (
            MOST_PIECES,
            self.tokenizer.model_max_length,
            getattr(config, "max_position_embeddings", MOST_PIECES) - _reserved(self.model),
        )
        self.window = min(limit for limit in limits if limit > 0)

    def encode(self, sentences: Sequence[Sequence[str]], batch_size: int = 32) -> list[np.ndarray]:
        """Encode sentences.

        sentences (Sequence[Sequence[str]]): Words of each sentence.
        batch_size (int): Sequences that the model sees at once; those of like length go
            together. A sentence longer than a sequence goes in overlapping windows.
        RETURNS (list[ndarray]): For each sentence `(n_words, width)` float32 vectors; zeros
            for a word of which the tokenizer leaves nothing.
        """
        return [layers[0] for layers in self.encode_layers(sentences, [self.layer], batch_size)]

    def encode_layers(
        self, sentences: Sequence[Sequence[str]], layers: Sequence[int], batch_size: int = 32
    ) -> list[list[np.ndarray]]:
        """Encode sentences in several layers at once.

        sentences (Sequence[Sequence[str]]): Words of each sentence.
        layers (Sequence[int]): Hidden layers.
        batch_size (int): As for `encode`.
        RETURNS (list[list[ndarray]]): For each sentence and layer what `encode` gives.
        """
        width = self.model.config.hidden_size
        sums = [[np.zeros((len(words), width), "f4") for _ in layers] for words in sentences]
        counts = [np.zeros((len(words), 1), "f4") for words in sentences]
        filled = [i for i, words in enumerate(sentences) if any(map(str.strip, words))]
        for rows, hidden, words_of in self._run([sentences[i] for i in filled], layers, batch_size):
            for place, (row, words) in enumerate(zip(rows, words_of, strict=True)):
                number = filled[row]
                pieces = np.flatnonzero(words >= 0)
                np.add.at(counts[number], words[pieces], 1)
                for total, vectors in zip(sums[number], hidden, strict=True):
                    np.add.at(total, words[pieces], vectors[place, pieces])
        return [
            [total / np.maximum(count, 1) for total in totals]
            for totals, count in zip(sums, counts, strict=True)
        ]

    def _run(
        self, sentences: Sequence[Sequence[str]], layers: Sequence[int], batch_size: int
    ) -> Iterator[tuple[list[int], list[np.ndarray], list[np.ndarray]]]:
        """Give sentence, hidden states and word of each piece (-1 for none), by batches."""
        if not sentences:
            return
        windows = self.tokenizer(
            [" ".join(words) for words in sentences],
            truncation=True,
            max_length=self.window,
            stride=self.window // 4,
            return_overflowing_tokens=True,
            return_offsets_mapping=True,
            return_special_tokens_mask=True,
        )
        pieces = windows["input_ids"]
        starts = [_word_starts(words) for words in sentences]
        sources = windows["overflow_to_sample_mapping"]
        order = sorted(range(len(sources)), key=lambda n: len(pieces[n]))
        for begin in range(0, len(order), batch_size):
            chosen = order[begin : begin + batch_size]
            output, _ = self.encoder.run([pieces[n] for n in chosen], output_hidden_states=True)
            words_of = []
            for n in chosen:
                special = np.array(windows["special_tokens_mask"][n], dtype=bool)
                words = _words_of(windows["offset_mapping"][n], starts[sources[n]])
                words_of.append(np.where(special, -1, words))
            hidden = [output.hidden_states[n].float().cpu().numpy() for n in layers]
            yield [sources[n] for n in chosen], hidden, words_of


def load_word_encoder(
    source: str | Path, layer: int | None = None, *, gpu_id: int = -1
) -> WordEncoder:
    """Load an encoder for vectors of words.

    source (str | Path): As for `load_encoder`.
    layer (int): Hidden layer; two thirds of the way up if None.
    gpu_id (int): GPU, or -1 for the CPU.
    RETURNS (WordEncoder): The encoder.
    RAISES (ConcnerError): C313 if it has no such layer, and what `load_encoder` raises.
    """
    device = "cpu" if gpu_id < 0 else f"cuda:{gpu_id}"
    return WordEncoder(load_encoder(source), layer, device=device)


def _reserved(model: Any) -> int:
    """Count the positions that models of RoBERTa's kind leave unused."""
    embeddings = getattr(model, "embeddings", None)
    padding = getattr(getattr(embeddings, "position_embeddings", None), "padding_idx", None)
    return 0 if padding is None else padding + 1


def _word_starts(words: Sequence[str]) -> np.ndarray:
    sizes = np.array([0] + [len(word) + 1 for word in words])
    return sizes.cumsum()


def _words_of(offsets: Sequence[tuple[int, int]], starts: np.ndarray) -> np.ndarray:
    """Give the word of each piece by its place in the text, -1 for an empty one."""
    ends = np.array([end for _, end in offsets])
    begins = np.array([start for start, _ in offsets])
    # A piece may begin with the space before its word: its end tells.
    words = np.searchsorted(starts, ends - 1, side="right") - 1
    is_space = ends == starts[words + 1]
    return np.where((ends > begins) & ~is_space, words, -1)
