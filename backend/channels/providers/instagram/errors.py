"""Instagram's error codes as rows: (code, subcode) before code; what a class asks for is in `graph.HANDLING`."""

from typing import Any, Final

from backend.channels.graph import ErrorClass

_BY_SUBCODE: Final = {
    ("10", "2534022"): ErrorClass.NEEDS_TEMPLATE,
    ("10", "2018278"): ErrorClass.NEEDS_TEMPLATE,
    ("100", "2018001"): ErrorClass.OTHER_CHANNEL,
}
_CODES: Final = {
    ErrorClass.THROTTLE: (4, 17, 32, 613, 80002, 80006),
    ErrorClass.TRANSIENT: (1, 2),
    ErrorClass.OTHER_CHANNEL: (551, 10900),
    ErrorClass.OUR_BUG: (100,),
    ErrorClass.STOP_CHANNEL: (10, 27, 190, *range(200, 300)),
}
CLASS_OF_CODE: Final = {str(code): kind for kind, codes in _CODES.items() for code in codes}


def classify(error: dict[str, Any]) -> ErrorClass:
    """Return the class of an error object; codes may be numbers or text."""
    code, subcode = str(error.get("code")), str(error.get("error_subcode"))
    return _BY_SUBCODE.get((code, subcode)) or CLASS_OF_CODE.get(code, ErrorClass.UNKNOWN)
