"""`spacy-concner.check_encoder.v1`: a helpful word when the encoder is not there."""

from collections.abc import Callable

from spacy.language import Language

from ..errors import ConcnerError, Errors


def create_check_encoder(name: str) -> Callable[[Language], Language]:
    """Create a callback for `[initialize.before_init]`.

    Without it a missing encoder ends a training deep in transformers, which takes any path
    for a name on the hub.

    name (str): What the transformer component is made from: a folder or a hub name.
    RETURNS (Callable[[Language], Language]): Callback that raises C311 if there is no encoder.
    """

    def check_encoder(nlp: Language) -> Language:
        from transformers import AutoConfig

        try:
            AutoConfig.from_pretrained(name)
        except (OSError, ValueError) as error:
            reason = str(error).strip().splitlines()[0].rstrip(".")
            raise ConcnerError(Errors.C311.format(name=name, error=reason)) from None
        return nlp

    return check_encoder
