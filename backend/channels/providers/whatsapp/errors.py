"""The Cloud API's error codes as rows: code, then class; what a class asks for is in `graph.HANDLING`."""

from typing import Any, Final

from backend.channels.graph import ErrorClass

_CODES: Final = {
    ErrorClass.THROTTLE: (4, 80007, 130429, 131056, 133016),
    ErrorClass.TRANSIENT: (1, 2, 131000, 131016, 131053, 131057),
    ErrorClass.WAIT_LONG: (131048, 131049, 131064),
    ErrorClass.NEEDS_TEMPLATE: (131047,),
    ErrorClass.OTHER_CHANNEL: (131026,),
    ErrorClass.USER_SAID_NO: (131050,),
    ErrorClass.OUR_BUG: (100, 131008, 131009, 131021, 131051, 131052, 131062, 131063, 137000),
    ErrorClass.SANDBOX: (131030,),
    ErrorClass.EXPERIMENT: (130472,),
    ErrorClass.TEMPLATE: (132000, 132001, 132005, 132007, 132008, 132012, 132015, 132016, 132068),
    # Of one number or of its business, whoever's token asks: locked, restricted, not paid for, not registered.
    ErrorClass.STOP_ACCOUNT: (368, 130497, 131031, 131037, 131042, 131044, 131045),
    ErrorClass.STOP_CHANNEL: (0, 3, 10, 190, 131005, *range(200, 300)),
}
CLASS_OF_CODE: Final = {str(code): kind for kind, codes in _CODES.items() for code in codes}


def classify(error: dict[str, Any]) -> ErrorClass:
    """Return the class of an error object; codes may be numbers or text."""
    return CLASS_OF_CODE.get(str(error.get("code")), ErrorClass.UNKNOWN)
