"""Any command of the shell as an engine: sentences in, translations out, line by line."""

from ..errors import ConcnerError, Errors
from .processes import run_filter
from .settings import check_setting


class CommandTranslator:
    """A shell command that reads sentences and writes as many translations, one a line.

    It is started for each batch of texts. The languages stand in its environment as
    `CONCNER_SOURCE` and `CONCNER_TARGET`.
    """

    speed_settings = frozenset({"timeout"})

    def __init__(self, source: str, target: str, command: str, timeout: float = 600) -> None:
        """Keep the settings; nothing is run yet.

        source (str): ISO 639 code to translate from.
        target (str): ISO 639 code to translate to.
        command (str): The command.
        timeout (float): Seconds that it may take for a batch.
        RAISES (ConcnerError): C241 if the command is empty or the time is not above 0.
        """
        check_setting("command", command, bool(command.strip()), "a command of the shell")
        check_setting("timeout", timeout, timeout > 0, "seconds above 0")
        self.source = source
        self.target = target
        self.command = command
        self.timeout = timeout

    def translate(self, texts: list[str]) -> list[str]:
        """Give the texts to the command.

        texts (list[str]): Sentences or phrases, without line breaks.
        RETURNS (list[str]): A translation for each.
        RAISES (ConcnerError): C256 if the command fails, C257 if it takes too long, C258 if
            it gives more or fewer lines, C259 if these are not UTF-8.
        """
        if not texts:
            return []
        environment = {"CONCNER_SOURCE": self.source, "CONCNER_TARGET": self.target}
        lines = "".join(f"{text}\n" for text in texts)
        done = run_filter(self.command, lines, timeout=self.timeout, environment=environment)
        if done.status != 0:
            raise ConcnerError(
                Errors.C256.format(
                    command=self.command, status=done.status, complaint=done.complaint
                )
            )
        try:
            output = done.output.decode("utf-8").replace("\r\n", "\n")
        except UnicodeDecodeError as error:
            raise ConcnerError(Errors.C259.format(command=self.command, error=error)) from error
        # Not splitlines, which would also cut at U+2028 and such.
        found = output.removesuffix("\n").split("\n") if output else []
        if len(found) != len(texts):
            raise ConcnerError(
                Errors.C258.format(
                    command=self.command,
                    found=len(found),
                    expected=len(texts),
                    text=texts[0],
                    complaint=done.complaint,
                )
            )
        return found
