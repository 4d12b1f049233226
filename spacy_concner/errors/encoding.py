"""Messages about encoders and their vocabularies."""


class EncodingErrors:
    """Errors of encoders and their vocabularies."""

    C301 = (
        "The encoder {source!r} cannot be loaded: {reason}. Correct the path, or give another: a "
        "folder that holds config.json, weights and tokenizer.json; what spacy concner encoder "
        "SOURCE FOLDER makes of {demo}, or of a pipeline trained on a transformer; or a name on "
        "the Hugging Face hub, such as FacebookAI/xlm-roberta-base (this needs the network)."
    )
    C302 = (
        "The encoder {source!r} needs the file {file!r} of the package {package}, which is not "
        'installed. Run: pip install "spacy-concner[demo]".'
    )
    C303 = (
        "The file {path} is not the expected one: its SHA-256 is {found}, not {expected}. "
        "Install the right version: pip install --force-reinstall --no-deps {package}."
    )
    C304 = (
        "Can't cut this encoder's vocabulary: {reason} Leave out --keep-from, or take an "
        "encoder whose fast tokenizer is Unigram, WordPiece or BPE."
    )
    C305 = (
        "The corpora to keep the vocabulary of hold no text. Give .spacy files, or folders that "
        "hold some, with at least one document that has text."
    )
    C306 = (
        "--keep-top {keep_top} keeps word pieces beside those of --keep-from, and there is none, "
        "so all pieces stay. Give a corpus with --keep-from, or leave --keep-top out."
    )
    C307 = (
        "With the cut vocabulary the text {text!r} is tokenised as {found}, not as {expected}. "
        "Keep more pieces with --keep-top, or leave out --keep-from."
    )
    C308 = (
        "With the cut vocabulary the token vectors of {text!r} differ by up to {difference:.2g}. "
        "This kind of model ({model_type}) can't be cut: leave out --keep-from."
    )
    C309 = (
        "Segment spans need 1 <= stride <= window and max_characters >= 1; found window {window}, "
        "stride {stride}, max_characters {max_characters}. Change the settings of get_spans."
    )
    C310 = (
        "The packed 4-bit weights have an unknown layout: found {found}, expected {expected}. "
        "Install the versions that the extra 'demo' names."
    )
    C313 = (
        "The encoder has no hidden layer {layer}. Give a number from 0 (the embeddings) to "
        "{depth}, or leave it out for two thirds of the way up."
    )
    C320 = (
        "{model} cannot run in CTranslate2: {reason}. Kinds that can: {kinds}, with absolute "
        "positions. Ship it with --engine onnx, or leave --engine out."
    )
    C321 = (
        "The compact encoder has no weights: it comes ready from spacy concner ship and is not "
        'trained. Source the component from a shipped pipeline (source = "xx_concner_bg").'
    )
    C322 = (
        "CompactEncoder got {setting} = {value}, expected {expected}. Change it in the config of "
        "the pipeline, or in spacy.load(..., config=...)."
    )
    C324 = (
        "The compact encoder cannot start with device = {device!r} and compute_type = "
        "{compute_type!r}: {error}. Use device 'cpu' and compute_type 'default', or what this "
        "machine has; if these fail, too, the files are damaged: install the package again."
    )
    C325 = (
        "The vectors of the compact encoder differ from those of the student by up to "
        "{difference:.2g} in float32, for the text {text!r}. This model ({model}) computes "
        "otherwise than others of its kind, and cannot be shipped."
    )
    C327 = (
        "The network has no vectors of word pieces. Train it by spacy concner small, which takes "
        "them from the teacher, or name a file that it has written as paths.pieces."
    )
    C328 = (
        "{path} holds no vectors of word pieces: {error}. Let spacy concner small write the file, "
        "and name it as paths.pieces."
    )
    C329 = (
        "{path} has no compact encoder to take vectors of word pieces from. Give a teacher that "
        "spacy concner ship has made."
    )
    C326 = (
        "{path} is no shipped encoder or is damaged: {error}. Ship the student again, or install "
        "the package again."
    )
    C330 = (
        "The compact encoder's weights are for the engine {found!r}; this release of "
        "spacy-concner knows {known}. Install the release that the pipeline was shipped with, or "
        "a later one: pip install --upgrade spacy-concner."
    )
    C331 = (
        "This pipeline was shipped for ONNX Runtime, which is not installed. Run: "
        'pip install "spacy-concner[onnx]".'
    )
    C332 = (
        "ONNX Runtime takes shipped weights as they are, on the CPU; found device = {device!r} and "
        "compute_type = {compute_type!r}. Use device 'cpu' and compute_type 'default'. For other "
        "weights ship the student again with --precision."
    )
    C333 = (
        "Shipping this encoder for ONNX Runtime needs packages that are not installed: {missing}. "
        'Run: pip install "spacy-concner[ship]".'
    )
    C334 = (
        "Weights for ONNX Runtime cannot be {found!r}. Use one of {known} for --precision, or "
        "--engine ctranslate2 if the encoder is of a kind that it knows."
    )
    C335 = (
        "torch cannot export {model} for ONNX Runtime: {reason}. Train the student on another "
        "kind of encoder, or use it as it was trained, through spacy-transformers."
    )
    C336 = (
        "{model} cannot become a compact encoder: its tokenizer is no fast one (tokenizer.json). "
        "Train the student on an encoder with a fast tokenizer."
    )
