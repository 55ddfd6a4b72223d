"""What Exotel demands of a call and of the answers of a flow's addresses, as rows."""

from typing import Final

from backend.sandbox.base import Json
from backend.sandbox.checks import Rule, first_breach

_SECONDS: Final = r"[0-9]{1,5}"
LONGEST_CALL_S: Final = 14_400
CONNECT: Final = (
    Rule("From", pattern=r"\+?[0-9]{8,15}"),
    Rule("To", required=False, pattern=r"\+?[0-9]{8,15}"),
    Rule("CallerId", pattern=r"\+?[0-9]{8,15}"),
    Rule("Url", required=False, pattern=r"https?://.+"),
    Rule("CallType", required=False, one_of=("trans", "promo")),
    Rule("TimeLimit", required=False, pattern=_SECONDS),
    Rule("TimeOut", required=False, pattern=_SECONDS),
    Rule("StatusCallback", required=False, pattern=r"https?://.+"),
    Rule("StatusCallbackEvents[0]", required=False, one_of=("terminal", "answered")),
    Rule("StatusCallbackEvents[1]", required=False, one_of=("terminal", "answered")),
    Rule("StatusCallbackContentType", required=False, one_of=("multipart/form-data", "application/json")),
    Rule("Record", required=False, one_of=("true", "false")),
    Rule("RecordingChannels", required=False, one_of=("single", "dual")),
    Rule("RecordingFormat", required=False, one_of=("mp3", "mp3-hq")),
    Rule("CustomField", required=False, shortest=0, longest=128),
)
GATHER: Final = (
    Rule("gather_prompt", dict),
    Rule("gather_prompt.text", required=False),
    Rule("gather_prompt.audio_url", required=False, pattern=r"https?://.+"),
    Rule("max_input_digits", int, required=False, pattern=r"[1-9][0-9]{0,2}"),
    Rule("finish_on_key", required=False, shortest=0, longest=1),
    Rule("input_timeout", int, required=False),
    Rule("repeat_menu", int, required=False),
    Rule("repeat_gather_prompt", dict, required=False),
)


class ExotelError(Exception):
    """A refusal in Exotel's form."""

    def __init__(self, status: int, message: str, code: int | None = None, retry_after_s: int | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.code = code
        self.retry_after_s = retry_after_s

    def body(self) -> Json:
        """Return the error body; the code may be absent."""
        inner: Json = {"Status": self.status, "Message": self.message}
        return {"RestException": inner | ({"Code": self.code} if self.code is not None else {})}


def demand_call(form: Json) -> None:
    """Refuse a call request with a field at fault.

    Raises:
        ExotelError: 400, naming the parameter.
    """
    # A bracket in a form's field name is no list, so these rules are checked under plain names.
    flat = {k.replace("[", "_").replace("]", ""): v for k, v in form.items()}
    plain = tuple(_plain(rule) for rule in CONNECT)
    breach = first_breach(flat, plain)
    if breach:
        raise ExotelError(400, f"Parameter {breach.path} {breach.why}", 34001)
    if ("To" in form) == ("Url" in form):
        raise ExotelError(400, "Exactly one of the parameters To and Url is required", 34001)
    if int(form.get("TimeLimit", 0)) > LONGEST_CALL_S:
        raise ExotelError(400, f"Parameter TimeLimit must be at most {LONGEST_CALL_S}", 34001)


def _plain(rule: Rule) -> Rule:
    name = rule.path.replace("[", "_").replace("]", "")
    return Rule(name, rule.kind, rule.required, rule.longest, rule.shortest, None, rule.one_of, rule.pattern)
