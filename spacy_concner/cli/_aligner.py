"""The options of verbs that align words, into an aligner."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..bitexts.aligner import Aligner


def load_aligner(
    encoder: str | None,
    layer: int | None = None,
    method: str = "itermax",
    distortion: float = 0.0,
    gpu_id: int = -1,
) -> "Aligner | None":
    """Load the encoder that aligns words.

    encoder (str): Folder of an encoder or of a trained pipeline; None for no aligner.
    layer (int): Hidden layer; two thirds of the way up if None.
    method (str): "argmax" or "itermax".
    distortion (float): How much less alike words at other places of their sentences are.
    gpu_id (int): GPU, or -1 for the CPU.
    RETURNS (Aligner | None): The aligner.
    RAISES (ConcnerError): C218, C311 to C314.
    """
    if encoder is None:
        return None
    from ..bitexts.aligner import Aligner
    from ..encoding.word_vectors import load_word_encoder

    return Aligner(load_word_encoder(encoder, layer, gpu_id=gpu_id), method, distortion)
