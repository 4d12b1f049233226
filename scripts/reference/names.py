"""The page of registered names: entry points, signatures and docstrings of the code."""

import inspect
import re
from collections.abc import Mapping
from importlib.metadata import EntryPoint, distribution
from typing import Any

from thinc.api import Config

from .docstrings import parse_docstring
from .markdown import arguments_table, as_json, as_markdown, closing_lines, plain_value

GROUP = re.compile(r"^(spacy|thinc)_(\w+)$")
# Registry by the section of a config that it is named in, and the key of its block.
SECTIONS = {
    "spacy_architectures": "components.{component}.model",
    "thinc_losses": "components.concner.losses.{key}",
    "spacy_readers": "corpora.train",
    "thinc_optimizers": "training.optimizer",
    "spacy_augmenters": "corpora.train.augmenter",
    "spacy_scorers": "components.{component}.scorer",
    "spacy_loggers": "training.logger",
    "spacy_callbacks": "initialize.{key}",
    "spacy_span_getters": "components.transformer.model.get_spans",
    "spacy_tokenizers": "nlp.tokenizer",
    "spacy_translators": "translator",
}
TITLES = {
    "spacy_factories": "Components",
    "spacy_architectures": "Model architectures",
    "thinc_losses": "Losses",
    "spacy_readers": "Corpus readers",
    "thinc_optimizers": "Optimisers",
    "spacy_augmenters": "Augmenters",
    "spacy_scorers": "Scorers",
    "spacy_loggers": "Loggers",
    "spacy_callbacks": "Callbacks",
    "spacy_span_getters": "Span getters",
    "spacy_tokenizers": "Tokenizers",
    "spacy_translators": "Translation engines",
}
INTROS = {
    "spacy_factories": "Named by `factory` in `[components.NAME]`, or added with "
    "`nlp.add_pipe(FACTORY)`.",
    "spacy_augmenters": "`spacy concner report --robust` disturbs text by these, and its "
    "`--perturbation NAME=REGISTERED` by any other of spaCy's registry `augmenters`. In training "
    "they are for labelled text that is no bitext; `spacy-concner.noisy_words.v1` is for any text.",
    "spacy_translators": "`spacy concner translate --engine` takes these names or the short ones "
    "(`bergamot`, `huggingface`, …); `--option key=value` gives the settings. In code: "
    "`spacy.registry.translators`, once `spacy_concner.engines.registry` is imported.",
    "thinc_losses": "Each is a block of its own in `[components.concner.losses]`; `weight = 0` "
    "switches one off. Losses are averaged over the tokens or segments of a document and added up "
    "over the documents of a batch.",
}
LISTENER = {
    "@architectures": "spacy-transformers.TransformerListener.v1",
    "grad_factor": 1.0,
    "pooling": {"@layers": "reduce_mean.v1"},
}
# What to write for arguments that have no default; a missing one fails the build.
EXAMPLES: dict[str, Any] = {
    "tok2vec": LISTENER,
    "embed": {"@architectures": "spacy-concner.WordPieceEmbed.v1", "width": 96},
    "encode": {
        "@architectures": "spacy.MaxoutWindowEncoder.v2",
        "width": 96,
        "depth": 4,
        "window_size": 1,
        "maxout_pieces": 3,
    },
    "path": "corpus/train.spacy",
    "corpus": {"@readers": "spacy-concner.Corpus.v1", "path": "corpus/train.spacy"},
    "name": "encoders/encoder",
    "source": "en",
    "target": "bg",
    "loss": {"@losses": "spacy-concner.LabelContrast.v1", "weight": 0.1},
    "points": [[0, 0.0], [200, 1.0]],
    "translator": {
        "@translators": "spacy-concner.HuggingFaceTranslator.v1",
        "source": "en",
        "target": "bg",
        "model": "Helsinki-NLP/opus-mt-en-bg",
    },
}
BY_NAME: dict[str, dict[str, Any]] = {
    "spacy-concner.FileTranslator.v1": {"path": "lines.bg.txt"},
    "spacy-concner.HuggingFaceTranslator.v1": {"model": "Helsinki-NLP/opus-mt-en-bg"},
    "spacy-concner.load_pieces.v1": {"path": "training/pieces"},
    "spacy-concner.CommandTranslator.v1": {"command": "my-translator --batch"},
}
KEYS = {
    "spacy-concner.EntityCrossEntropy.v1": "entity",
    "spacy-concner.SimilarityDistillation.v1": "similarity",
    "spacy-concner.check_encoder.v1": "before_init",
    "spacy-concner.load_pieces.v1": "before_init",
    "spacy-concner.start_training.v1": "after_init",
}
# Of a component other than concner.
COMPONENTS = {
    "spacy-concner.TokenVectors.v1": "evaluator",
    "spacy-concner.similarity_scorer.v1": "evaluator",
    "spacy-concner.CompactEncoder.v1": "tok2vec",
}
# Set by the component itself, never by a config.
INTERNAL = {"nO"}


def find_entry_points() -> dict[str, list[EntryPoint]]:
    """Find what the package registers, but for its command line.

    RETURNS (dict[str, list[EntryPoint]]): Entry points by group, in order of the names.
    """
    groups: dict[str, list[EntryPoint]] = {group: [] for group in TITLES}
    for entry in distribution("spacy-concner").entry_points:
        if GROUP.match(entry.group) and entry.group != "spacy_cli":
            groups.setdefault(entry.group, []).append(entry)
    return {group: sorted(found, key=lambda e: e.name) for group, found in groups.items()}


def config_block(entry: EntryPoint) -> str:
    """Write the config block of a registered name, each argument with its default.

    entry (EntryPoint): The name.
    RETURNS (str): Sections of a config, parents of the first left out.
    RAISES (KeyError): If an argument has neither default nor example.
    """
    if entry.group == "spacy_factories":
        return _factory_block(entry)
    registry = entry.group.partition("_")[2]
    section = SECTIONS.get(entry.group, registry).format(
        component=COMPONENTS.get(entry.name, "concner"), key=block_key(entry.name)
    )
    values = {f"@{registry}": entry.name}
    for name, parameter in parameters(entry.load()).items():
        known = BY_NAME.get(entry.name, {})
        if parameter.default is inspect.Parameter.empty:
            values[name] = known[name] if name in known else EXAMPLES[name]
        else:
            values[name] = plain_value(parameter.default)
    return to_ini(section, values)


def block_key(name: str) -> str:
    """Give the key under which a registered name commonly stands in a config."""
    return KEYS.get(name) or re.sub(r"(?<!^)(?=[A-Z])", "_", name.split(".")[1]).lower()


def parameters(thing: Any) -> dict[str, inspect.Parameter]:
    """Give the arguments that a config can set."""
    found = inspect.signature(thing).parameters
    return {name: p for name, p in found.items() if name not in INTERNAL}


def to_ini(section: str, values: Mapping[str, Any]) -> str:
    """Write a section of a config and those below it.

    section (str): Name of the section.
    values (Mapping[str, Any]): Its values; a mapping with a registered name or with mappings
        in it becomes a section of its own.
    RETURNS (str): Text in the form of a config.
    """
    inner = {
        key: value
        for key, value in values.items()
        if isinstance(value, Mapping) and (len(value) > 1 or not value)
    }
    lines = [f"[{section}]"]
    lines += [f"{key} = {as_json(v)}" for key, v in values.items() if key not in inner]
    below = [to_ini(f"{section}.{key}", value) for key, value in inner.items()]
    return "\n\n".join(["\n".join(lines), *below])


def names_page() -> str:
    """Write the page.

    RETURNS (str): Markdown.
    """
    parts = [
        "# Registered names\n",
        "Made from the code: what stands here is what the installed version takes. Arguments "
        "without a default are filled with an example. `nlp.add_pipe`, `spacy train` and the "
        "other verbs find all of these without an import.\n",
    ]
    for group, entries in find_entry_points().items():
        if not entries:
            continue
        registry = group.partition("_")[2]
        parts.append(f"## {TITLES.get(group, registry)}\n")
        if group in INTROS:
            parts.append(f"{INTROS[group]}\n")
        for entry in entries:
            parts += _entry(entry)
    return "\n".join(parts)


def _entry(entry: EntryPoint) -> list[str]:
    thing = entry.load()
    parsed = parse_docstring(thing)
    names = list(parameters(thing))
    if entry.group == "spacy_factories":
        names = [name for name in names if name not in ("nlp", "name")]
    return [
        f"({entry.name.lower().replace('.', '-')})=",
        f"### `{entry.name}`\n",
        f"{as_markdown(parsed.text)}\n",
        f"```ini\n{config_block(entry)}\n```\n",
        arguments_table(parsed, thing, names),
        *closing_lines(parsed),
        f"Code: `{entry.value.partition(':')[0].replace('.', '/')}.py`\n",
    ]


def _factory_block(entry: EntryPoint) -> str:
    import spacy

    nlp = spacy.blank("xx")
    default = nlp.get_factory_meta(entry.name).default_config
    name = entry.name.replace("concner_", "")
    values = {"factory": entry.name, **Config(default)}
    return to_ini(f"components.{name}", values)
