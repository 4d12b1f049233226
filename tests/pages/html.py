"""Pages taken to pieces."""

from html.parser import HTMLParser

VOID = {"meta", "input", "br", "link", "img", "hr"}


class Page(HTMLParser):
    """Tags with attributes, and text by the tag that it is in; all that is opened is closed.

    What is marked stands in `marked`, without its labels.
    """

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict]] = []
        self.texts: list[tuple[str, str]] = []
        self.text = ""
        self.marked: list[str] = []
        self.open: list[str] = []
        self.feed(html)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag == "mark":
            self.marked.append("")
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text += data
        if "mark" in self.open and "bdi" not in self.open:
            self.marked[-1] += data.replace("\N{NO-BREAK SPACE}", "")
        if data.strip():
            self.texts.append((self.open[-1], data.strip()))

    def find(self, tag: str) -> list[dict]:
        return [attrs for name, attrs in self.tags if name == tag]

    def within(self, tag: str) -> list[str]:
        return [text for name, text in self.texts if name == tag]

    @property
    def policy(self) -> str:
        """What the page lets be loaded and run."""
        (found,) = [
            attrs["content"]
            for attrs in self.find("meta")
            if attrs.get("http-equiv") == "Content-Security-Policy"
        ]
        return found
