"""Messages about shipping and model cards."""


class ShippingErrors:
    """Errors of shipping and model cards."""

    C540 = (
        "Nothing to ship in {path}: none of its components {pipes} has a transformer. Give a "
        "student trained on one; other pipelines need no shipping."
    )
    C541 = (
        "Component {name!r} cannot have a compact encoder: {reason}. Use "
        "TransformerListener or Tok2VecTransformer with pooling reduce_mean.v1 for its tok2vec."
    )
    C545 = (
        "Nothing says what language the pipeline is for. Give ISO 639-1 codes, such as --lang bg; "
        "the first names the package."
    )
    C546 = "Weights cannot be {found!r}. Use one of {known} for --precision."
    C547 = "The engine cannot be {found!r}. Use one of {known} for --engine."
    C553 = (
        "{path} has {found} sentences, too few for a small pipeline to learn from: {least} at "
        "least. Give more raw text, tens of thousands of words."
    )
    C554 = (
        "{path} cannot train a small pipeline: {reason}. Give a config of spacy train with "
        "paths.train, paths.dev and paths.pieces, such as the configs/small.cfg of projects."
    )
    C560 = "{path}: {what}. Give {expected}."
    C561 = "Version {version!r} is none that a Python package can have. Give one such as 1.0.0."
    C563 = (
        "--name {name!r} is no name that a Python package can have. Give one of letters of ASCII, "
        "digits and single underscores, such as concner_bg; it stands after the language of the "
        "pipeline (xx_concner_bg)."
    )
    C562 = "Scores come from --scores or are measured on --test. Give one of them."
