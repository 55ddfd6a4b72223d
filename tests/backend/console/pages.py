"""Reading pages as a person does: by headings, cards and rows."""

import re
from html.parser import HTMLParser

_VOID = {"input", "img", "link", "meta", "br"}


class _Texts(HTMLParser):
    """Collects the text of each element that has the class."""

    def __init__(self, wanted: str) -> None:
        super().__init__()
        self.wanted, self.open, self.found = wanted, [], []  # type: tuple[str, list[list[str] | None], list[list[str]]]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _VOID:
            return
        texts: list[str] | None = None
        if self.wanted in (dict(attrs).get("class") or "").split():
            texts = []
            self.found.append(texts)
        self.open.append(texts)

    def handle_endtag(self, tag: str) -> None:
        if tag not in _VOID and self.open:
            self.open.pop()

    def handle_data(self, data: str) -> None:
        for texts in self.open:
            if texts is not None:
                texts.append(data)


def texts(page: str, css_class: str) -> list[str]:
    """The text of each element with this class, white space made single."""
    parser = _Texts(css_class)
    parser.feed(page)
    return [re.sub(r"\s+", " ", " ".join(parts)).strip() for parts in parser.found]


def hidden(page: str, name: str) -> str:
    """The value of the first hidden field of this name."""
    found = re.search(rf'<input type="hidden" name="{name}" value="([^"]*)"', page)
    assert found, f"no field {name}"
    return found[1]
