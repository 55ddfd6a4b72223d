"""Message templates as the business registered them, and the check of a send against them."""

import re
from dataclasses import dataclass, field
from typing import Final, Literal

from backend.sandbox.base import ControlError, Json, need
from backend.sandbox.whatsapp.rules import refuse

type TemplateStatus = Literal["APPROVED", "PENDING", "REJECTED", "PAUSED", "DISABLED"]
_HYDRATED_MAX = 1024
_PARAMETER = re.compile(r"\{\{(\d+)\}\}")
_NAME = re.compile(r"[a-z0-9_]{1,512}")
_STATUS_CODES: Final = {"PAUSED": 132015, "DISABLED": 132016}


@dataclass(frozen=True, slots=True)
class TemplateButton:
    """A button: `quick_reply`, or `url` whose address may end in a variable."""

    kind: str
    text: str
    url: str = ""


@dataclass(slots=True)
class Template:
    """One template in one language."""

    id: str
    name: str
    language: str
    body: str
    buttons: tuple[TemplateButton, ...] = ()
    header: str | None = None
    category: str = "UTILITY"
    status: TemplateStatus = "APPROVED"

    @property
    def parameters(self) -> int:
        """Return how many different variables the body has."""
        return len(set(_PARAMETER.findall(self.body)))

    def fill(self, values: list[str]) -> str:
        """Return the body with its variables replaced."""
        return _PARAMETER.sub(lambda m: values[int(m.group(1)) - 1], self.body)


_QUICK: Final[dict[str, dict[str, tuple[str, ...]]]] = {
    "vendor_new_order": {
        "en": ("Accept", "Reject", "Set Prep 15", "Set Prep 20", "Set Prep 30"),
        "sw": ("Kubali", "Kataa", "Dakika 15", "Dakika 20", "Dakika 30"),
        "hi": ("स्वीकार", "अस्वीकार", "15 मिनट", "20 मिनट", "30 मिनट"),
        "mr": ("स्वीकारा", "नाकारा", "15 मिनिटे", "20 मिनिटे", "30 मिनिटे"),
    },
    "vendor_ready_reminder": {
        "en": ("Mark ready", "Extend 10m"),
        "sw": ("Iko tayari", "Ongeza dakika 10"),
        "hi": ("तैयार है", "10 मिनट बढ़ाएँ"),
        "mr": ("तयार आहे", "10 मिनिटे वाढवा"),
    },
    "vendor_rider_waiting": {
        "en": ("Mark ready", "Extend 10m"),
        "sw": ("Iko tayari", "Ongeza dakika 10"),
        "hi": ("तैयार है", "10 मिनट बढ़ाएँ"),
        "mr": ("तयार आहे", "10 मिनिटे वाढवा"),
    },
    "rider_assignment": {
        "en": ("Accept", "Reject"),
        "sw": ("Kubali", "Kataa"),
        "hi": ("स्वीकार", "अस्वीकार"),
        "mr": ("स्वीकारा", "नाकारा"),
    },
    "rider_address_updated": {
        "en": ("Confirm received",),
        "sw": ("Nimepokea",),
        "hi": ("मिल गया",),
        "mr": ("मिळाले",),
    },
}
_BODIES: Final[dict[str, dict[str, str]]] = {
    "vendor_new_order": {
        "en": "Hi {{1}}, new order #{{2}} of {{3}}. Items: {{4}}. Payment: {{5}}. Quick actions:",
        "sw": "Habari {{1}}, oda mpya #{{2}} ya {{3}}. Bidhaa: {{4}}. Malipo: {{5}}. Chagua:",
        "hi": "नमस्ते {{1}}, नया ऑर्डर #{{2}}, {{3}}। सामान: {{4}}। भुगतान: {{5}}। चुनें:",
        "mr": "नमस्कार {{1}}, नवी ऑर्डर #{{2}}, {{3}}. वस्तू: {{4}}. पेमेंट: {{5}}. निवडा:",
    },
    "vendor_ready_reminder": {
        "en": "Reminder: order #{{1}} prep time ends in {{2}} min. Mark it ready or extend by 10 minutes.",
        "sw": "Kumbusho: muda wa oda #{{1}} unaisha baada ya dakika {{2}}. Sema iko tayari au ongeza dakika 10.",
        "hi": "याद दिला दें: ऑर्डर #{{1}} का समय {{2}} मिनट में पूरा होगा। तैयार बताइए या 10 मिनट बढ़ाइए।",
        "mr": "आठवण: ऑर्डर #{{1}} ची वेळ {{2}} मिनिटांत संपते. तयार सांगा किंवा 10 मिनिटे वाढवा.",
    },
    "vendor_rider_waiting": {
        "en": "The rider for order #{{1}} waits at your counter. Please hand it over, or say how it stands.",
        "sw": "Mwendeshaji wa oda #{{1}} anasubiri dukani kwako. Tafadhali mpe mzigo, au sema hali ikoje.",
        "hi": "ऑर्डर #{{1}} का राइडर आपके काउंटर पर इंतज़ार कर रहा है। कृपया सामान दीजिए, या स्थिति बताइए।",
        "mr": "ऑर्डर #{{1}} चा रायडर तुमच्या काउंटरवर थांबला आहे. कृपया सामान द्या, किंवा स्थिती सांगा.",
    },
    "rider_assignment": {
        "en": "Pickup: {{1}} → Drop: {{2}}. Amount: {{3}}. Tap to accept.",
        "sw": "Chukua: {{1}} → Peleka: {{2}}. Kiasi: {{3}}. Bonyeza kukubali.",
        "hi": "पिकअप: {{1}} → ड्रॉप: {{2}}। रकम: {{3}}। स्वीकार करने के लिए दबाएँ।",
        "mr": "पिकअप: {{1}} → ड्रॉप: {{2}}. रक्कम: {{3}}. स्वीकारण्यासाठी दाबा.",
    },
    "rider_address_updated": {
        "en": "⚠️ Address updated for order #{{1}}: {{2}}. Open map: {{3}}. Please confirm.",
        "sw": "⚠️ Anwani ya oda #{{1}} imebadilika: {{2}}. Ramani: {{3}}. Tafadhali thibitisha.",
        "hi": "⚠️ ऑर्डर #{{1}} का पता बदल गया: {{2}}। नक्शा: {{3}}। कृपया पुष्टि करें।",
        "mr": "⚠️ ऑर्डर #{{1}} चा पत्ता बदलला: {{2}}. नकाशा: {{3}}. कृपया पुष्टी करा.",
    },
    "customer_delay": {
        "en": "Order #{{1}} will take {{2}} extra minutes. Thanks for your patience.",
        "sw": "Oda #{{1}} itachukua dakika {{2}} zaidi. Asante kwa subira yako.",
        "hi": "ऑर्डर #{{1}} में {{2}} मिनट और लगेंगे। आपके धैर्य के लिए धन्यवाद।",
        "mr": "ऑर्डर #{{1}} ला {{2}} मिनिटे जास्त लागतील. संयमाबद्दल धन्यवाद.",
    },
    "customer_order_update": {
        "en": "Order #{{1}}: {{2}}. Reply here if anything is not right.",
        "sw": "Oda #{{1}}: {{2}}. Jibu hapa kama kuna tatizo.",
        "hi": "ऑर्डर #{{1}}: {{2}}। कुछ ठीक न हो तो यहीं जवाब दीजिए।",
        "mr": "ऑर्डर #{{1}}: {{2}}. काही अडचण असल्यास इथेच कळवा.",
    },
    "customer_reply_waiting": {
        "en": "{{1}} has answered your question. Reply here to read on.",
        "sw": "{{1}} amejibu swali lako. Jibu hapa ili uendelee kusoma.",
        "hi": "{{1}} ने आपके सवाल का जवाब दिया है। आगे पढ़ने के लिए यहाँ जवाब दीजिए।",
        "mr": "{{1}} ने तुमच्या प्रश्नाचे उत्तर दिले आहे. पुढे वाचण्यासाठी इथे उत्तर द्या.",
    },
    "merchant_end_of_day": {
        "en": "{{1}}, {{2}}. Orders: {{3}}. Collected: {{4}}. To be paid: {{5}}. Cards open: {{6}}. See the console.",
        "sw": "{{1}}, {{2}}. Oda: {{3}}. Imeingia: {{4}}. Bado kulipwa: {{5}}. Kadi wazi: {{6}}. Angalia dashibodi.",
        "hi": "{{1}}, {{2}}। ऑर्डर: {{3}}। मिला: {{4}}। बाकी: {{5}}। खुले कार्ड: {{6}}। बाकी कंसोल में देखिए।",
        "mr": "{{1}}, {{2}}. ऑर्डर: {{3}}. मिळाले: {{4}}. येणे: {{5}}. उघडी कार्डे: {{6}}. अधिक कन्सोलमध्ये पाहा.",
    },
}


@dataclass(slots=True)
class TemplateBook:
    """All templates, by name and language."""

    rows: dict[tuple[str, str], Template] = field(default_factory=dict)

    def reset(self) -> None:
        """Hold the templates of an order's way, as registered on the first day."""
        self.rows.clear()
        for name, bodies in _BODIES.items():
            for language, body in bodies.items():
                texts = _QUICK.get(name, {}).get(language, ())
                self._put(name, language, body, tuple(TemplateButton("quick_reply", text) for text in texts))

    def register(self, body: Json) -> Json:
        """Register or replace a template from a control request."""
        buttons = tuple(
            TemplateButton(b.get("type", "quick_reply").lower(), need(b, "text"), b.get("url", ""))
            for b in body.get("buttons", [])
        )
        if not _NAME.fullmatch(name := need(body, "name")):
            raise ControlError("a template's name has small letters, digits and underscores alone")
        template = self._put(name, need(body, "language"), need(body, "body"), buttons)
        template.category = body.get("category", "UTILITY")
        template.status = body.get("status", "APPROVED")
        template.header = body.get("header")
        return {"id": template.id, "status": template.status, "category": template.category}

    def find(self, name: str, language: str) -> Template:
        """Return a template, or refuse the control request."""
        try:
            return self.rows[name, language]
        except KeyError:
            raise ControlError(f"no template {name} in {language}", status=404) from None

    def check(self, payload: Json) -> tuple[Template, str]:
        """Check a send against the registered template and return it with its text filled in.

        Raises:
            GraphError: Unknown, paused, wrong count or kind of parameters.
        """
        wanted = payload["template"]
        key = (wanted["name"], wanted["language"]["code"])
        template = self.rows.get(key)
        if template is None or template.status in {"PENDING", "REJECTED"}:
            raise refuse(132001, f"template name ({key[0]}) does not exist in {key[1]}", status=404)
        if template.status in _STATUS_CODES:
            raise refuse(_STATUS_CODES[template.status], f"template {key[0]} is {template.status.lower()}")
        components = wanted.get("components", [])
        text = _check_body(template, components)
        _check_buttons(template, components)
        return template, text

    def _put(self, name: str, language: str, body: str, buttons: tuple[TemplateButton, ...]) -> Template:
        known = self.rows.get((name, language))
        template = Template(known.id if known else str(700_000 + len(self.rows)), name, language, body, buttons)
        self.rows[name, language] = template
        return template


def _check_body(template: Template, components: list[Json]) -> str:
    given = [p for c in components if c["type"] == "body" for p in c.get("parameters", [])]
    if len(given) != template.parameters:
        words = f"body: number of localizable_params ({len(given)}) does not match the expected number of params"
        raise refuse(132000, f"{words} ({template.parameters})")
    values = [p.get("text", "") for p in given]
    if any(p["type"] != "text" or not p.get("text") for p in given):
        raise refuse(132012, "body: Parameter of type text is missing text value")
    if any("\n" in v or "\t" in v or "     " in v for v in values):
        raise refuse(132012, "Param text cannot have new-line/tab characters or more than 4 consecutive spaces")
    text = template.fill(values)
    if len(text) > _HYDRATED_MAX:
        raise refuse(132005, f"body: {len(text)} characters, at most {_HYDRATED_MAX}")
    return text


def _check_buttons(template: Template, components: list[Json]) -> None:
    for component in (c for c in components if c["type"] == "button"):
        index = str(component.get("index", ""))
        if not index.isdigit() or int(index) >= len(template.buttons):
            raise refuse(131009, f"button index {index or '(none)'} is not in the template")
        button = template.buttons[int(index)]
        if component.get("sub_type") != button.kind:
            raise refuse(132012, f"button {index}: sub_type must be {button.kind}")
        wanted = "payload" if button.kind == "quick_reply" else "text"
        if any(p["type"] != wanted or not p.get(wanted) for p in component.get("parameters", [])):
            raise refuse(132012, f"button {index}: parameter must be of type {wanted}")
    given = {str(c.get("index")) for c in components if c["type"] == "button"}
    for number, button in enumerate(template.buttons):
        if button.url and _PARAMETER.search(button.url) and str(number) not in given:
            raise refuse(131008, f"button {number}: the url's parameter is required")
