"""What a form needs to work without scripts: where it goes, how, what it sends, and a button."""

from __future__ import annotations

from html.parser import HTMLParser

from partner_api.console.visit import FORM, KEY, WHOSE

# Forms that do nothing which a key would keep from being done twice.
_KEYLESS = ("/sign-out", "/sign-in", "/discard", "/portal/open/")
_CONTROLS = ("input", "select", "textarea")


class _Forms(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.faults: list[str] = []
        self.count = 0
        self._form: dict[str, str | None] | None = None
        self._names: set[str] = set()
        self._buttons = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = dict(attrs)
        if tag == "form":
            self._form, self._names, self._buttons = attributes, set(), 0
            self.count += 1
        elif tag in _CONTROLS or tag == "button":
            self._control(tag, attributes)

    def _control(self, tag: str, attributes: dict[str, str | None]) -> None:
        if self._form is None:
            if not (tag == "button" and "data-copy" in attributes):
                self.faults.append(f"{tag} {attributes} is in no form")
        elif tag == "button":
            self._buttons += attributes.get("type", "submit") == "submit"
        elif attributes.get("name"):
            self._names.add(str(attributes["name"]))
        else:
            self.faults.append(f"{tag} {attributes} has no name")

    def handle_endtag(self, tag: str) -> None:
        if tag != "form" or self._form is None:
            return
        form, self._form = self._form, None
        method, action = form.get("method"), form.get("action") or ""
        if method == "dialog":
            return
        if method not in ("get", "post") or not action.startswith(("/console", "/portal")):
            self.faults.append(f"a form goes to {action!r} by {method}")
        # Enter sends a form that is one field to search in.
        if not self._buttons and form.get("role") != "search":
            self.faults.append(f"the form to {action} has no button")
        keyless = any(part in action for part in _KEYLESS)
        if method == "post" and not keyless and not {FORM, KEY, WHOSE, "page"} <= self._names:
            self.faults.append(f"the form to {action} lacks what all carry: {self._names}")


def faults_of_forms(html: str) -> list[str]:
    """What is wrong with the forms of a page, for whoever has no scripts."""
    parser = _Forms()
    parser.feed(html)
    assert parser.count, "every page has a form: the search, or the one that signs out"
    return parser.faults
