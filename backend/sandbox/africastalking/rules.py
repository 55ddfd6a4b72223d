"""What Africa's Talking demands of a call and of the XML that a callback is answered with, as rows."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from xml.etree import ElementTree as ET

from backend.sandbox.base import Json
from backend.sandbox.checks import Rule, first_breach

_MOST_NUMBERS: Final = 100
CALL: Final = (
    Rule("username"),
    Rule("to", pattern=r"\+[1-9][0-9]{7,14}(,\+[1-9][0-9]{7,14})*"),
    Rule("from", pattern=r"\+[1-9][0-9]{7,14}"),
    Rule("clientRequestId", required=False, longest=255),
)
# The elements of an answer, with their attributes; an attribute that ends with ! has to be there.
ELEMENTS: Final[Mapping[str, tuple[str, ...]]] = {
    "Say": ("voice", "playBeep"),
    "Play": ("url!",),
    "GetDigits": ("numDigits", "timeout", "finishOnKey", "callbackUrl"),
    "Dial": ("phoneNumbers!", "record", "sequential", "callerId", "ringBackTone", "maxDuration"),
    "Redirect": (),
    "Reject": (),
}
_PROMPTS: Final = frozenset({"Say", "Play"})


class RefusedError(Exception):
    """A refusal of the call's address: plain words where the caller is not known, else JSON."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.message = message


@dataclass(frozen=True, slots=True)
class Action:
    """One element of an answer: what it is, what it says, and its attributes."""

    name: str
    text: str
    attributes: Mapping[str, str]


def demand_call(form: Json) -> None:
    """Refuse a call request with a field at fault.

    Raises:
        RefusedError: 400, naming the field.
    """
    breach = first_breach(form, CALL)
    if breach:
        raise RefusedError(400, f"Request is missing required form field '{breach.path}' or it {breach.why}")
    if form["to"].count(",") >= _MOST_NUMBERS:
        raise RefusedError(400, f"At most {_MOST_NUMBERS} numbers may be called at once")


def actions_of(body: bytes) -> list[Action]:
    """Read an answer.

    Raises:
        ValueError: It is no such XML; the words say why.
    """
    try:
        root = ET.fromstring(body)  # noqa: S314 - our own backend's answer, in a simulator
    except ET.ParseError as error:
        message = f"the answer is not XML: {error}"
        raise ValueError(message) from error
    if root.tag != "Response":
        message = f"the root is <{root.tag}>, not <Response>"
        raise ValueError(message)
    return [_action(element) for element in root]


def _action(element: ET.Element) -> Action:
    known = ELEMENTS.get(element.tag)
    if known is None:
        message = f"there is no element <{element.tag}>"
        raise ValueError(message)
    names = {name.removesuffix("!") for name in known}
    missing = {name.removesuffix("!") for name in known if name.endswith("!")} - element.attrib.keys()
    if strange := sorted((element.attrib.keys() - names) | missing):
        message = f"<{element.tag}> has a wrong or missing attribute: {', '.join(strange)}"
        raise ValueError(message)
    if element.tag == "GetDigits" and any(child.tag not in _PROMPTS for child in element):
        message = "<GetDigits> holds Say or Play alone"
        raise ValueError(message)
    words = " ".join(child.text or child.attrib.get("url", "") for child in element) or (element.text or "")
    return Action(element.tag, words.strip(), dict(element.attrib))
