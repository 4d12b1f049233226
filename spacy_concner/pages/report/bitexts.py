"""Bitexts drawn from a corpus, and the vectors that pipelines and encoders make of them."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import spacy
import tqdm
from spacy.language import Language
from spacy.tokens import Doc
from spacy.vocab import Vocab

from ...corpora.reader import read_docs
from ...corpora.segments import is_bitext, split_bitext, token_tag
from ...errors import ConcnerError, Errors
from ...pipelines import find_component, predict_docs

FEWEST_BITEXTS = 2
BATCH = 64


@dataclass(frozen=True)
class Segment:
    """A sentence of a bitext.

    language: language code.
    words: its tokens.
    spaces: whether a space follows each.
    types: entity type of each token, empty outside entities and where annotation is missing.
    """

    language: str
    words: tuple[str, ...]
    spaces: tuple[bool, ...]
    types: tuple[str, ...]

    @property
    def text(self) -> str:
        """The sentence."""
        pairs = zip(self.words, self.spaces, strict=True)
        return "".join(f"{word} " if space else word for word, space in pairs)

    def to_doc(self, vocab: Vocab) -> Doc:
        """Give the sentence as a Doc without annotation."""
        return Doc(vocab, words=list(self.words), spaces=list(self.spaces))


Bitext = tuple[Segment, ...]


Encode = Callable[[Sequence[Segment]], tuple[np.ndarray, list[np.ndarray]]]


def sample_bitexts(path: Path, limit: int, seed: int = 0) -> list[Bitext]:
    """Draw bitexts from a corpus, each as likely as any other.

    path (Path): `.spacy` file or a folder of them.
    limit (int): The most to draw.
    seed (int): Seed of the draw.
    RETURNS (list[Bitext]): Bitexts in the order of the corpus.
    RAISES (ConcnerError): C102, C142, C143 for the corpus, C526 if it holds too few bitexts.
    """
    draw = random.Random(seed)
    kept: list[tuple[int, Bitext]] = []
    n_seen = 0
    for doc in read_docs(path, spacy.blank("xx").vocab):
        if not is_bitext(doc):
            continue
        place = n_seen if n_seen < limit else draw.randrange(n_seen + 1)
        if place < limit:
            kept[place : place + 1] = [(n_seen, _to_bitext(doc))]
        n_seen += 1
    if len(kept) < FEWEST_BITEXTS:
        raise ConcnerError(Errors.C526.format(path=path, n=n_seen, least=FEWEST_BITEXTS))
    return [bitext for _, bitext in sorted(kept, key=lambda pair: pair[0])]


def pipeline_vectors(nlp: Language, progress: bool = True) -> Encode:
    """Give what a pipeline's tagger makes of sentences, as it stands before its labels.

    nlp (Language): A pipeline with a `concner` component.
    progress (bool): Show a progress bar on stderr.
    RETURNS (Encode): Function for `draw_vectors`.
    RAISES (ConcnerError): C510 if there is no `concner` component.
    """
    name = find_component(nlp)
    recogniser: Any = nlp.get_pipe(name)

    def predict(batch: list[Doc]) -> list[tuple[np.ndarray, np.ndarray]]:
        output = recogniser.model.predict(batch)
        to_numpy = recogniser.model.ops.to_numpy
        ends = np.cumsum([len(doc) for doc in batch])[:-1]
        tokens = np.split(to_numpy(output.token_vectors), ends)
        return list(zip(to_numpy(output.segment_vectors), tokens, strict=True))

    def encode(segments: Sequence[Segment]) -> tuple[np.ndarray, list[np.ndarray]]:
        docs = [segment.to_doc(nlp.vocab) for segment in segments]
        predicted = predict_docs(nlp, name, docs, BATCH, predict)
        bar = tqdm.tqdm(predicted, "Vectors", len(docs), disable=None if progress else True)
        found = dict(bar)
        n = range(len(segments))
        return np.stack([found[i][0] for i in n]), [found[i][1] for i in n]

    return encode


def encoder_vectors(path: str, gpu_id: int = -1) -> Encode:
    """Give what an encoder makes of sentences in its last layer: the mean of their words.

    path (str): Encoder folder or hub name.
    gpu_id (int): GPU, or -1 for the CPU.
    RETURNS (Encode): Function for `draw_vectors`.
    RAISES (ConcnerError): C311 if it cannot be loaded, C314 if its tokenizer is a slow one.
    """
    from ...encoding.word_vectors import load_word_encoder

    encoder = load_word_encoder(path, gpu_id=gpu_id)
    last = encoder.model.config.num_hidden_layers

    def encode(segments: Sequence[Segment]) -> tuple[np.ndarray, list[np.ndarray]]:
        layers = encoder.encode_layers([segment.words for segment in segments], [last])
        tokens = [vectors for (vectors,) in layers]
        return np.stack([vectors.mean(axis=0) for vectors in tokens]), tokens

    return encode


def _to_bitext(doc: Doc) -> Bitext:
    return tuple(
        Segment(
            language,
            tuple(token.text for token in part),
            tuple(bool(token.whitespace_) for token in part),
            tuple(token.ent_type_ if token_tag(token) != "-" else "" for token in part),
        )
        for language, part in split_bitext(doc)
    )
