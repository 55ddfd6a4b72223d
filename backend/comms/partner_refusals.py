"""What vendors and riders read where they may not do what they tried, as rows by code and language."""

from collections.abc import Mapping
from typing import Final

from backend.comms.partner_words import Words, words

REFUSED: Final[Mapping[str, Words]] = {
    "order.invalid_transition": {
        "en": "Order {order} has moved on; this can't be done any more.",
        "sw": "Oda {order} imeshasonga mbele; hili haliwezekani tena.",
        "hi": "ऑर्डर {order} आगे बढ़ चुका है; अब यह नहीं हो सकता।",
        "mr": "ऑर्डर {order} पुढे गेली आहे; आता हे करता येणार नाही.",
    },
    "order.not_yours": {
        "en": "Order {order} is with somebody else.",
        "sw": "Oda {order} iko kwa mtu mwingine.",
        "hi": "ऑर्डर {order} किसी और के पास है।",
        "mr": "ऑर्डर {order} दुसऱ्याकडे आहे.",
    },
    "dispatch.code_needed": {
        "en": "Money is still due on order {order}, so only the customer's 4-digit code finishes it.",
        "sw": "Oda {order} bado inadaiwa, hivyo inamalizika kwa nambari ya siri ya mteja tu.",
        "hi": "ऑर्डर {order} पर पैसे बाकी हैं, इसलिए वह केवल ग्राहक के 4 अंकों के कोड से पूरा होगा।",
        "mr": "ऑर्डर {order} चे पैसे बाकी आहेत, म्हणून ती फक्त ग्राहकाच्या 4 अंकी कोडने पूर्ण होईल.",
    },
    "proof.not_a_picture": {
        "en": "The photo for order {order} shows nothing that we can keep. Please take it again.",
        "sw": "Picha ya oda {order} haionyeshi kitu. Tafadhali piga tena.",
        "hi": "ऑर्डर {order} की फ़ोटो में कुछ दिखता नहीं। कृपया फिर से खींचिए।",
        "mr": "ऑर्डर {order} च्या फोटोत काही दिसत नाही. कृपया पुन्हा काढा.",
    },
    "proof.not_fetched": {
        "en": "The photo for order {order} did not reach us. Please send it again, or send the customer's code.",
        "sw": "Picha ya oda {order} haikutufikia. Tafadhali itume tena, au tuma nambari ya mteja.",
        "hi": "ऑर्डर {order} की फ़ोटो हम तक नहीं पहुँची। कृपया फिर भेजिए, या ग्राहक का कोड भेजिए।",
        "mr": "ऑर्डर {order} चा फोटो आमच्यापर्यंत आला नाही. कृपया पुन्हा पाठवा, किंवा ग्राहकाचा कोड पाठवा.",
    },
    "proof.too_many": {
        "en": "We have enough photos of order {order}. Please send the customer's code.",
        "sw": "Tuna picha za kutosha za oda {order}. Tafadhali tuma nambari ya mteja.",
        "hi": "ऑर्डर {order} की फ़ोटो काफ़ी हैं। कृपया ग्राहक का कोड भेजिए।",
        "mr": "ऑर्डर {order} चे फोटो पुरेसे आहेत. कृपया ग्राहकाचा कोड पाठवा.",
    },
    "order.payment_due": {
        "en": "The payment of order {order} is not in yet. Do not hand over before we tell you that it is.",
        "sw": "Malipo ya oda {order} bado hayajaingia. Usikabidhi kabla hatujakujulisha.",
        "hi": "ऑर्डर {order} का भुगतान अभी नहीं आया। हमारे बताने से पहले सामान न दें।",
        "mr": "ऑर्डर {order} चे पेमेंट अजून आलेले नाही. आम्ही सांगेपर्यंत सामान देऊ नका.",
    },
    "order.preparation_out_of_range": {
        "en": "The preparation time must be between 1 and 240 minutes.",
        "sw": "Muda wa kuandaa uwe kati ya dakika 1 na 240.",
        "hi": "तैयारी का समय 1 से 240 मिनट के बीच हो।",
        "mr": "तयारीची वेळ 1 ते 240 मिनिटांच्या दरम्यान असावी.",
    },
    "order.given_too_often": {
        "en": "Order {order} was extended too often already. Mark it ready, or ask for a colleague.",
        "sw": "Oda {order} imeongezwa muda mara nyingi mno. Sema iko tayari, au omba mwenzetu.",
        "hi": "ऑर्डर {order} का समय बहुत बार बढ़ चुका है। तैयार होने पर बताइए, या हमारे साथी से बात कीजिए।",
        "mr": "ऑर्डर {order} ची वेळ फार वेळा वाढवली आहे. तयार झाल्यावर सांगा, किंवा आमच्या सहकाऱ्याशी बोला.",
    },
    "order.stale_address": {
        "en": "The address of order {order} has changed again; please confirm the newest one.",
        "sw": "Anwani ya oda {order} imebadilika tena; tafadhali thibitisha iliyo mpya zaidi.",
        "hi": "ऑर्डर {order} का पता फिर बदला है; कृपया नया वाला पक्का कीजिए।",
        "mr": "ऑर्डर {order} चा पत्ता पुन्हा बदलला आहे; कृपया सर्वात नवा पक्का करा.",
    },
    "dispatch.not_picked_up": {
        "en": "Tap \u201cPicked up\u201d first; the code comes at the customer's door.",
        "sw": "Bonyeza \u201cNimechukua\u201d kwanza; nambari ya siri ni mlangoni kwa mteja.",
        "hi": "पहले \u201cसामान उठा लिया\u201d दबाइए; कोड ग्राहक के दरवाज़े पर आता है।",
        "mr": "आधी \u201cसामान घेतले\u201d दाबा; कोड ग्राहकाच्या दारात मिळतो.",
    },
    "dispatch.too_late": {
        "en": "Order {order} is on its way with you; call us if you can't go on.",
        "sw": "Oda {order} iko nawe njiani; tupigie kama huwezi kuendelea.",
        "hi": "ऑर्डर {order} आपके साथ रास्ते में है; न जा सकें तो हमें फ़ोन कीजिए।",
        "mr": "ऑर्डर {order} तुमच्यासोबत वाटेत आहे; जाऊ शकत नसाल तर आम्हाला फोन करा.",
    },
    "dispatch.wrong_code": {
        "en": "That code is not right. Ask the customer to read the 4 digits from our message again.",
        "sw": "Nambari hiyo si sahihi. Mwombe mteja asome tena tarakimu 4 kwenye ujumbe wetu.",
        "hi": "यह कोड सही नहीं है। ग्राहक से हमारे संदेश के 4 अंक फिर पढ़वाइए।",
        "mr": "हा कोड बरोबर नाही. ग्राहकाला आमच्या संदेशातील 4 अंक पुन्हा वाचायला सांगा.",
    },
    "dispatch.code_locked": {
        "en": "Too many wrong codes for order {order}. A colleague will call you.",
        "sw": "Nambari isiyo sahihi imetumwa mara nyingi mno kwa oda {order}. Mwenzetu atakupigia simu.",
        "hi": "ऑर्डर {order} के लिए बहुत बार गलत कोड आया। हमारे साथी आपको फ़ोन करेंगे।",
        "mr": "ऑर्डर {order} साठी फार वेळा चुकीचा कोड आला. आमचे सहकारी तुम्हाला फोन करतील.",
    },
    "payment.cash_locked": {
        "en": "A UPI code is open for order {order}, so no cash can be taken now.",
        "sw": "Msimbo wa UPI uko wazi kwa oda {order}, hivyo taslimu haiwezi kupokelewa sasa.",
        "hi": "ऑर्डर {order} का UPI कोड खुला है, इसलिए अभी नकद नहीं लिया जा सकता।",
        "mr": "ऑर्डर {order} चा UPI कोड सुरू आहे, म्हणून आता रोख घेता येणार नाही.",
    },
    "payment.nothing_due": {
        "en": "Nothing is due on order {order}; take no money.",
        "sw": "Oda {order} haidaiwi; usichukue pesa.",
        "hi": "ऑर्डर {order} पर कुछ बाकी नहीं है; पैसे न लें।",
        "mr": "ऑर्डर {order} वर काही बाकी नाही; पैसे घेऊ नका.",
    },
    "payment.method_not_offered": {
        "en": "That way of paying is not offered for order {order}.",
        "sw": "Njia hiyo ya kulipa haipo kwa oda {order}.",
        "hi": "ऑर्डर {order} के लिए भुगतान का यह तरीका नहीं है।",
        "mr": "ऑर्डर {order} साठी पैसे देण्याचा हा मार्ग नाही.",
    },
    "order.not_found": {
        "en": "We know no order {order}.",
        "sw": "Hatuijui oda {order}.",
        "hi": "ऑर्डर {order} हमारे पास नहीं है।",
        "mr": "ऑर्डर {order} आमच्याकडे नाही.",
    },
}
REFUSED_SAME_AS: Final[Mapping[str, str]] = {
    "dispatch.not_yours": "order.not_yours",
    "order.actor_not_allowed": "order.not_yours",
    "order.already_paid": "payment.nothing_due",
    "payment.cod_limit": "payment.method_not_offered",
    "comms.unknown_action": "order.invalid_transition",
    "proof.too_large": "proof.not_fetched",
    "dispatch.no_such_proof": "proof.not_fetched",
    "dispatch.proof_unfinished": "proof.not_fetched",
}


def refusal_words(code: str, language: str) -> str:
    """Return the words of a refusal; a code without words of its own reads as an order that has moved on."""
    row = REFUSED.get(REFUSED_SAME_AS.get(code, code)) or REFUSED["order.invalid_transition"]
    return words(row, language)
