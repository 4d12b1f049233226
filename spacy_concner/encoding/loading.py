"""Encoders: loaded from a folder, the hub or a pipeline, in one way, and run.

`spacy-concner.check_encoder.v1` says in time that one is not there.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from spacy.language import Language
from thinc.api import Model

from ..errors import ConcnerError, Errors
from ..files import is_path
from ..pipelines import is_pipeline, load_pipeline
from .demo_encoder import DEMO_SOURCE, load_demo_encoder

NO_FOLDER = "there is no such folder"


@dataclass
class Encoder:
    """A transformer with its tokenizer.

    model (transformers.PreTrainedModel): The model without heads.
    tokenizer (transformers.PreTrainedTokenizerFast): Its tokenizer.
    """

    model: Any
    tokenizer: Any

    def run(self, rows: Sequence[Sequence[int]], **options: Any) -> tuple[Any, Any]:
        """Run the model on a batch of sequences.

        rows (Sequence[Sequence[int]]): Word pieces of each sequence, special ones included.
        **options (Any): Further arguments of the model, such as `output_hidden_states`.
        RETURNS (tuple[ModelOutput, Tensor]): What the model gives, and which pieces are no
            padding, `(n_sequences, longest)` int64.
        """
        import torch
        from torch.nn.utils.rnn import pad_sequence

        ids = pad_sequence(
            [torch.tensor(row) for row in rows],
            batch_first=True,
            padding_value=self.tokenizer.pad_token_id or 0,
        )
        lengths = torch.tensor([len(row) for row in rows])
        mask = (torch.arange(ids.shape[1]) < lengths[:, None]).long()
        ids, mask = ids.to(self.model.device), mask.to(self.model.device)
        with torch.inference_mode():
            output = self.model(input_ids=ids, attention_mask=mask, return_dict=True, **options)
        return output, mask


def load_encoder(source: str | Path) -> Encoder:
    """Load an encoder.

    source (str | Path): Encoder folder, name of a model on the hub, pipeline with a transformer,
        or "multilingual-e5-small-q4".
    RETURNS (Encoder): The encoder, its model in evaluation mode.
    RAISES (ConcnerError): C301 if it cannot be loaded or has no fast tokenizer; C302, C303, C310
        for the one that the extra `demo` installs, C515 for a pipeline.
    """
    if str(source) == DEMO_SOURCE:
        encoder = Encoder(*load_demo_encoder())
    elif is_pipeline(source):
        nlp = load_pipeline(source)
        found = find_encoders(nlp)
        if not found:
            pipes = ", ".join(nlp.pipe_names) or "none"
            reason = f"none of its components ({pipes}) holds a transformer"
            raise cannot_load(source, reason)
        encoder = found[0]
    else:
        encoder = _load_pretrained(str(source))
    if not encoder.tokenizer.is_fast:
        raise cannot_load(source, "it has no fast tokenizer (tokenizer.json)")
    encoder.model.eval()
    return encoder


def find_encoders(nlp: Language) -> list[Encoder]:
    """Give the transformers of a pipeline in the order of its components.

    nlp (Language): The pipeline.
    RETURNS (list[Encoder]): Those that spacy-transformers wraps, whichever component has them.
    """
    models = [getattr(pipe, "model", None) for _, pipe in nlp.pipeline]
    return [
        encoder for model in models if isinstance(model, Model) for encoder in encoders_of(model)
    ]


def encoders_of(model: Model) -> Iterator[Encoder]:
    """Give the transformers in the layers of a model.

    model (Model): The model of a component, or a part of it.
    YIELDS (Encoder): Those that have weights.
    """
    for node in model.walk():
        for shim in node.shims:
            wrapped = getattr(shim, "_hfmodel", None)
            if wrapped is not None and wrapped.transformer is not None:
                yield Encoder(wrapped.transformer, wrapped.tokenizer)


def create_check_encoder(name: str) -> Callable[[Language], Language]:
    """Create a callback for `[initialize.before_init]`.

    Without it a missing encoder ends a training deep in transformers, which takes any path
    for a name on the hub.

    name (str): What the transformer component is made from: a folder or a hub name.
    RETURNS (Callable[[Language], Language]): Callback that raises C301 if there is no encoder.
    """

    def check_encoder(nlp: Language) -> Language:
        check_source(name)
        return nlp

    return check_encoder


def check_source(source: str) -> None:
    """Check that there is an encoder, by its settings alone.

    source (str): Encoder folder or name of a model on the hub.
    RAISES (ConcnerError): C301 if there is none, at once where a folder is surely meant.
    """
    if is_path(source) and not Path(source).is_dir():
        raise cannot_load(source, NO_FOLDER)

    from transformers import AutoConfig

    try:
        AutoConfig.from_pretrained(source)
    # Hub and settings each raise kinds of their own, bare Exception too.
    except Exception as error:
        raise cannot_load(source, str(error) or repr(error)) from error


def cannot_load(source: str | Path, reason: str) -> ConcnerError:
    """Give the error that tells why an encoder cannot be loaded."""
    # transformers goes on with the names of all its kinds of models, or with advice.
    first_line = reason.strip().splitlines()[0]
    first_sentence = re.split(r"(?<=\.)\s", first_line)[0].rstrip(".")
    values = {"source": str(source), "reason": first_sentence, "demo": DEMO_SOURCE}
    return ConcnerError(Errors.C301.format(**values))


def _load_pretrained(source: str) -> Encoder:
    # First, because the others look for many files and so fail slowly without network.
    check_source(source)

    from transformers import AutoModel, AutoTokenizer
    from transformers.utils import logging

    verbosity = logging.get_verbosity()
    # What it would say of weights that are missing is judged below.
    logging.set_verbosity_error()
    try:
        tokenizer = AutoTokenizer.from_pretrained(source, use_fast=True)
        model, report = AutoModel.from_pretrained(source, output_loading_info=True)
    # Tokenizer and weight files, too, raise kinds of their own.
    except Exception as error:
        raise cannot_load(source, str(error) or repr(error)) from error
    finally:
        logging.set_verbosity(verbosity)
    missing = set(report["missing_keys"])
    if missing and all(name.startswith("pooler.") for name in missing):
        model.pooler = None
    elif missing:
        raise cannot_load(source, f"it lacks weights: {', '.join(sorted(missing)[:4])}")
    return Encoder(model, tokenizer)
