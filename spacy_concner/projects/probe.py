"""How fast this machine trains an encoder, measured in some seconds."""

import time
from pathlib import Path

from ..encoding.demo_encoder import DEMO_SOURCE
from ..training.usage import peak_memory
from .plan import WORDS_A_STEP

# Of multilingual-e5-small, and of what else is small on the hub.
LAYERS, WIDTH, HEADS, PIECES = 12, 384, 12, 40_000
SENTENCE = 16
PIECES_A_WORD = 1.6
N_STEPS = 3
# Pipelines of spaCy, corpora and an optimiser beside the probed encoder.
GIGABYTES_BESIDE = 0.9


def probe(encoder: str) -> tuple[float, float]:
    """Measure a step of training with an encoder of random weights.

    encoder (str): Name or folder of the encoder, whose size is taken if it can be told offline.
    RETURNS (tuple[float, float]): Seconds of a forward and a backward pass over a step's words,
        and gigabytes of memory that a training takes.
    """
    import torch
    from transformers import AutoModel, BertConfig

    model = AutoModel.from_config(
        _config(encoder)
        or BertConfig(
            hidden_size=WIDTH,
            num_hidden_layers=LAYERS,
            num_attention_heads=HEADS,
            intermediate_size=4 * WIDTH,
            vocab_size=PIECES,
        )
    )
    model.train()
    n_sentences = round(WORDS_A_STEP * PIECES_A_WORD / SENTENCE)
    pieces = torch.randint(1, model.config.vocab_size, (n_sentences, SENTENCE))
    times = []
    for _ in range(N_STEPS + 1):
        begin = time.perf_counter()
        model(pieces).last_hidden_state.mean().backward()
        times.append(time.perf_counter() - begin)
    # The first also allocates.
    seconds = sorted(times[1:])[N_STEPS // 2]
    weights = 4 * sum(weight.numel() for weight in model.parameters())
    used = peak_memory() or weights
    # Two moments of the optimiser are still to come.
    return seconds, (used + 2 * weights) / 1e9 + GIGABYTES_BESIDE


def _config(encoder: str):
    """Read the config of an encoder that is here; None if it cannot be told."""
    from transformers import AutoConfig

    if encoder == DEMO_SOURCE or not Path(encoder).is_dir():
        return None
    try:
        return AutoConfig.from_pretrained(encoder, local_files_only=True)
    except (OSError, ValueError):
        return None
