"""Articles, which corpora leave out of names though aligners link them."""

ARTICLES = frozenset(
    (
        # English, Dutch, German; Danish, Norwegian, Swedish have theirs before adjectives
        "the an de het een der die das dem den des ein eine einen einem einer eines "
        # Catalan, French, Galician, Italian, Portuguese, Spanish
        "el la los las els les le un une una uno unos unas uns um uma uns umas o a os as "
        "il lo gli i l' "
        # Hungarian, Greek
        "az ο η το οι τα του της των τον την"
    ).split()
)
# Articles with a preposition glued to them.
CONTRACTIONS = frozenset(
    (
        "do da dos das no na nos nas ao à aos às pelo pela pelos pelas del al du des au aux "
        "della dello dei degli delle nel nella nello nei negli nelle dal dalla alla allo "
        "d' am im vom zum zur beim ins ans"
    ).split()
)


def is_article(word: str) -> bool:
    """Tell whether a word is an article in small letters, in some of Europe's languages.

    Those with a preposition glued to them count.

    "Die", "El" and "The" may begin a name, and are left to the aligner.

    word (str): The word.
    RETURNS (bool): Whether it is one.
    """
    return (plain := word.replace("’", "'")) in ARTICLES or plain in CONTRACTIONS


def strip_article(source: str, translation: str) -> str:
    """Take off the article that an engine puts before a name which has none.

    source (str): The name.
    translation (str): Its translation by itself.
    RETURNS (str): The translation without an article at its start.
    """
    first, _, rest = translation.partition(" ")
    if first.lower() not in ARTICLES or not rest or source.split(" ")[0].lower() in ARTICLES:
        return translation
    return rest
