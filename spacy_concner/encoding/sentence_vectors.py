"""Frozen sentence vectors of an encoder folder: the mean of its piece vectors."""

from collections.abc import Iterable, Iterator
from itertools import islice

import numpy as np

from .loading import load_encoder

BUFFER = 1024


class SentenceEncoder:
    """An encoder as it was pretrained, for one vector a sentence.

    It is what TSL measures languages with (arXiv 2004.12440, section 3.2).
    """

    def __init__(self, source: str, max_pieces: int = 128, batch_pieces: int = 4096) -> None:
        """Load the encoder.

        source (str): As for `load_encoder`.
        max_pieces (int): Word pieces of a sentence that are read; the rest is cut off.
        batch_pieces (int): Word pieces of a batch, padding counted.
        RAISES (ConcnerError): C301 and others of `load_encoder`.
        """
        import torch

        self.encoder = load_encoder(source)
        self.max_pieces = max_pieces
        self.batch_pieces = batch_pieces
        if torch.cuda.is_available() and torch.get_default_device().type == "cuda":
            self.encoder.model.to("cuda")

    def vectors(self, texts: Iterable[str]) -> Iterator[np.ndarray]:
        """Give the vectors of texts, a buffer at a time.

        texts (Iterable[str]): Sentences.
        YIELDS (ndarray): `(width,)` float32 for each text, in order.
        """
        stream = iter(texts)
        while buffer := list(islice(stream, BUFFER)):
            yield from self._buffer_vectors(buffer)

    def _buffer_vectors(self, texts: list[str]) -> np.ndarray:
        model, tokenizer = self.encoder.model, self.encoder.tokenizer
        pieces = tokenizer(texts, truncation=True, max_length=self.max_pieces)["input_ids"]
        result = np.zeros((len(texts), model.config.hidden_size), dtype="f4")
        order = sorted(range(len(texts)), key=lambda i: len(pieces[i]))
        while order:
            # From the longest down, so that the first batch shows whether memory suffices.
            n_rows = max(1, self.batch_pieces // max(1, len(pieces[order[-1]])))
            rows, order = order[-n_rows:], order[:-n_rows]
            output, mask = self.encoder.run([pieces[i] for i in rows])
            states = output.last_hidden_state
            mask = mask[..., None].to(states.dtype)
            means = (states * mask).sum(1) / mask.sum(1).clamp_min(1)
            result[rows] = means.float().cpu().numpy()
        return result
