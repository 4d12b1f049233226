"""Your own translations from a text file, line by line."""

from pathlib import Path

from ..errors import ConcnerError, Errors


class FileTranslator:
    """Your own translations, one a line, of the lines of `translate --export-source`.

    It gives its lines in order, so it serves one run over the texts that were exported.
    """

    def __init__(self, path: str | Path, source: str, target: str) -> None:
        """Read the translations.

        path (str | Path): UTF-8 text, one translation a line.
        source (str): ISO 639-1 code of the exported lines.
        target (str): ISO 639-1 code of the translations.
        RAISES (ConcnerError): C205 if the file can't be read, C217 if there is none.
        """
        self.path = Path(path)
        self.source = source
        self.target = target
        try:
            text = self.path.read_text(encoding="utf-8-sig")
        except FileNotFoundError as error:
            expected = "your translations (--translations)"
            raise ConcnerError(Errors.C217.format(path=path, expected=expected)) from error
        except (OSError, UnicodeDecodeError) as error:
            raise ConcnerError(Errors.C205.format(path=path, error=error)) from error
        # Path.read_text turns line ends to \n; splitlines would also cut at U+2028 and such.
        self.lines = text.removesuffix("\n").split("\n") if text else []
        self.n_given = 0

    def check_length(self, n_texts: int) -> None:
        """Check that there is a line for each text.

        n_texts (int): Number of texts that will be asked for in all.
        RAISES (ConcnerError): C203 if there are more or fewer lines.
        """
        if n_texts != len(self.lines):
            raise ConcnerError(
                Errors.C203.format(path=self.path, found=len(self.lines), expected=n_texts)
            )

    def translate(self, texts: list[str]) -> list[str]:
        """Give the next lines.

        texts (list[str]): The next exported lines.
        RETURNS (list[str]): Their translations.
        RAISES (ConcnerError): C203 if there are too few lines, C204 if one is empty.
        """
        end = self.n_given + len(texts)
        if end > len(self.lines):
            self.check_length(end)
        lines = self.lines[self.n_given : end]
        for number, (text, line) in enumerate(zip(texts, lines, strict=True), self.n_given + 1):
            if not line.strip():
                raise ConcnerError(Errors.C204.format(path=self.path, line=number, text=text))
        self.n_given = end
        return lines
