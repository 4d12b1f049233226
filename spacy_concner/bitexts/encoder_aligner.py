"""Words of sentences aligned with those of their translations, by the vectors of an encoder."""

from pathlib import Path
from typing import TypeAlias

from ..encoding.word_vectors import load_word_encoder
from ..projection.simalign import DEFAULT_METHOD, Aligner, Encoder

AnyEncoder: TypeAlias = str | Path | Encoder


def load_aligner(
    encoder: AnyEncoder,
    layer: int | None = None,
    *,
    method: str = DEFAULT_METHOD,
    distortion: float = 0.0,
    gpu_id: int = -1,
) -> Aligner:
    """Load the encoder that aligns words.

    encoder (str | Path | Encoder): Folder of an encoder or of a trained pipeline, or what gives
        words their vectors.
    layer (int): Hidden layer of a folder's encoder; two thirds of the way up if None.
    method (str): "argmax" (few, precise links) or "itermax" (more links).
    distortion (float): How much less alike words are that stand at other places of their
        sentences, from 0 to 1.
    gpu_id (int): GPU for a folder's encoder, or -1 for the CPU.
    RETURNS (Aligner): The aligner.
    RAISES (ConcnerError): C218 for method and distortion, C301, C313 for the encoder.
    """
    if isinstance(encoder, str | Path):
        encoder = load_word_encoder(encoder, layer, gpu_id=gpu_id)
    return Aligner(encoder, method, distortion)


def encoder_path(encoder: AnyEncoder | None) -> str | Path | None:
    """Give the path of an encoder that is named by one, for `files.claim`.

    encoder (str | Path | Encoder | None): The encoder.
    RETURNS (str | Path | None): Its path.
    """
    return encoder if isinstance(encoder, str | Path) else None
