"""Messages about corpora: files and Docs."""


class CorporaErrors:
    """Errors of corpora: files and Docs."""

    C101 = (
        "A bitext needs two or more segments with text and a language code for each; found "
        "{n_segments} segments, {n_languages} codes, texts {texts}. Leave out empty "
        "translations and give one code a segment."
    )
    C102 = (
        "The segments in doc.spans['segments'] do not tile the document: token ranges {found} "
        "for {n_tokens} tokens of {text!r}. Make bitexts with "
        "spacy_concner.corpora.segments.make_bitext."
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
    C141 = (
        "Soft labels of shape {shape} do not fit {n_tokens} tokens and the labels {labels}, or "
        "hold a value that is not a number; document: {text!r}. Give one row of finite "
        "probabilities a token and one column a label."
    )
    C142 = "No .spacy file at {path}. Make one with spacy concner convert, or correct the path."
    C143 = (
        "{path} cannot be read as a .spacy file: {error}. Make it again with the verb that made "
        "it: spacy concner convert, translate, bitext or label."
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


class CorporaWarnings:
    """Warnings of corpora: files and Docs."""

    W101 = "{n} documents of {path} are longer than max_length = {max_length} tokens: left out."
