"""What vendors and riders read on WhatsApp beside the templates, as rows by language."""

from collections.abc import Mapping
from typing import Final

type Words = Mapping[str, str]

PHRASES: Final[Mapping[str, Words]] = {
    "rider_accepted": {
        "en": "Order {order} is yours. Pick it up at {pickup}. Tap the button when you have the goods.",
        "sw": "Oda {order} ni yako. Ichukue {pickup}. Bonyeza kitufe ukishachukua mzigo.",
        "hi": "ऑर्डर {order} आपका है। {pickup} से उठाइए। सामान मिलते ही बटन दबाइए।",
        "mr": "ऑर्डर {order} तुमची आहे. {pickup} येथून घ्या. सामान मिळताच बटण दाबा.",
    },
    "rider_deliver_paid": {
        "en": "Deliver order {order} to {drop}.\n{map}\nIt is paid: take no money. To finish, send here the 4-digit "
        "code that the customer has, or a photo of the goods with them.",
        "sw": "Peleka oda {order} hadi {drop}.\n{map}\nImelipwa: usichukue pesa. Kumaliza, tuma hapa nambari "
        "ya siri ya mteja (tarakimu 4), au picha ya mzigo kwa mteja.",
        "hi": "ऑर्डर {order} {drop} पहुँचाइए।\n{map}\nभुगतान हो चुका है: पैसे न लें। पूरा करने के लिए ग्राहक का 4 अंकों का "
        "कोड या ग्राहक के पास सामान की फ़ोटो यहाँ भेजिए।",
        "mr": "ऑर्डर {order} {drop} येथे पोहोचवा.\n{map}\nपेमेंट झाले आहे: पैसे घेऊ नका. पूर्ण करण्यासाठी ग्राहकाचा 4 अंकी "
        "कोड किंवा ग्राहकाजवळच्या सामानाचा फोटो इथे पाठवा.",
    },
    "rider_deliver_due": {
        "en": "Deliver order {order} to {drop}.\n{map}\nCollect {due}. To finish, send here the 4-digit code that the "
        "customer has.",
        "sw": "Peleka oda {order} hadi {drop}.\n{map}\nPokea {due}. Kumaliza, tuma hapa nambari ya siri ya mteja "
        "(tarakimu 4).",
        "hi": "ऑर्डर {order} {drop} पहुँचाइए।\n{map}\n{due} लीजिए। पूरा करने के लिए ग्राहक का 4 अंकों का कोड यहाँ भेजिए।",
        "mr": "ऑर्डर {order} {drop} येथे पोहोचवा.\n{map}\n{due} घ्या. पूर्ण करण्यासाठी ग्राहकाचा 4 अंकी कोड इथे पाठवा.",
    },
    "rider_upi_code": {
        "en": "Order {order}: let the customer pay {amount} with this UPI code.\n{url}\nWe will tell you when the "
        "money is in; take no cash until then.",
        "sw": "Oda {order}: mteja alipe {amount} kwa msimbo huu wa UPI.\n{url}\nTutakujulisha pesa zikiingia; "
        "usichukue taslimu kwa sasa.",
        "hi": "ऑर्डर {order}: ग्राहक से इस UPI कोड पर {amount} का पेमेंट करवाइए।\n{url}\nपैसे आते ही हम बताएँगे; तब तक नकद न लें।",
        "mr": "ऑर्डर {order}: ग्राहकाने या UPI कोडने {amount} द्यावेत.\n{url}\nपैसे आले की आम्ही कळवू; तोपर्यंत रोख घेऊ नका.",
    },
    "rider_paid": {
        "en": "{amount} received for order {order}. Hand over the goods and send the customer's 4-digit code here.",
        "sw": "{amount} zimepokelewa kwa oda {order}. Kabidhi mzigo na utume hapa nambari ya siri ya mteja.",
        "hi": "ऑर्डर {order} के {amount} मिल गए। सामान दीजिए और ग्राहक का 4 अंकों का कोड यहाँ भेजिए।",
        "mr": "ऑर्डर {order} चे {amount} मिळाले. सामान द्या आणि ग्राहकाचा 4 अंकी कोड इथे पाठवा.",
    },
    "rider_upi_failed": {
        "en": "UPI did not go through for order {order}. Take {due} in cash, or try UPI again.",
        "sw": "Malipo ya UPI ya oda {order} hayakupita. Pokea {due} taslimu, au jaribu UPI tena.",
        "hi": "ऑर्डर {order} का UPI भुगतान नहीं हुआ। {due} नकद लीजिए, या UPI फिर आज़माइए।",
        "mr": "ऑर्डर {order} चे UPI पेमेंट झाले नाही. {due} रोख घ्या, किंवा पुन्हा UPI करून पहा.",
    },
    "rider_photo_kept": {
        "en": "The photo of order {order} is kept. Tap the button once the customer has the goods.",
        "sw": "Picha ya oda {order} imehifadhiwa. Bonyeza kitufe mteja akishapokea mzigo.",
        "hi": "ऑर्डर {order} की फ़ोटो रख ली है। ग्राहक को सामान मिलते ही बटन दबाइए।",
        "mr": "ऑर्डर {order} चा फोटो ठेवला आहे. ग्राहकाला सामान मिळताच बटण दाबा.",
    },
    "rider_photo_and_code": {
        "en": "The photo of order {order} is kept. Collect {due}, and send the customer's 4-digit code here to finish.",
        "sw": "Picha ya oda {order} imehifadhiwa. Pokea {due}, kisha tuma hapa nambari ya siri ya mteja kumaliza.",
        "hi": "ऑर्डर {order} की फ़ोटो रख ली है। {due} लीजिए, और पूरा करने के लिए ग्राहक का 4 अंकों का कोड यहाँ भेजिए।",
        "mr": "ऑर्डर {order} चा फोटो ठेवला आहे. {due} घ्या, आणि पूर्ण करण्यासाठी ग्राहकाचा 4 अंकी कोड इथे पाठवा.",
    },
    "rider_called_off": {
        "en": "Order {order} was cancelled. If you have the goods, bring them back to the shop.",
        "sw": "Oda {order} imeghairiwa. Kama una mzigo, urudishe dukani.",
        "hi": "ऑर्डर {order} रद्द हो गया है। सामान आपके पास हो तो दुकान पर लौटा दीजिए।",
        "mr": "ऑर्डर {order} रद्द झाली आहे. सामान तुमच्याकडे असल्यास दुकानात परत द्या.",
    },
    "vendor_accepted": {
        "en": "Order {order} is yours, to be ready in {minutes} minutes. Tap the button when it is packed.",
        "sw": "Oda {order} ni yako, iwe tayari baada ya dakika {minutes}. Bonyeza kitufe ikishafungwa.",
        "hi": "ऑर्डर {order} आपका है, {minutes} मिनट में तैयार करना है। पैक होते ही बटन दबाइए।",
        "mr": "ऑर्डर {order} तुमची आहे, {minutes} मिनिटांत तयार करायची आहे. पॅक होताच बटण दाबा.",
    },
    "vendor_called_off": {
        "en": "Order {order} was cancelled. Please stop preparing it.",
        "sw": "Oda {order} imeghairiwa. Tafadhali acha kuiandaa.",
        "hi": "ऑर्डर {order} रद्द हो गया है। कृपया तैयारी रोक दीजिए।",
        "mr": "ऑर्डर {order} रद्द झाली आहे. कृपया तयारी थांबवा.",
    },
    "vendor_off": {
        "en": "You get no new orders for now, because several went unanswered. Tap the button to take orders again.",
        "sw": "Hupati oda mpya kwa sasa, kwa kuwa kadhaa hazikujibiwa. Bonyeza kitufe kupokea oda tena.",
        "hi": "कई ऑर्डर का जवाब न मिलने से आपको अभी नए ऑर्डर नहीं मिल रहे। फिर से ऑर्डर लेने के लिए बटन दबाइए।",
        "mr": "अनेक ऑर्डरना उत्तर न मिळाल्याने तुम्हाला आता नवीन ऑर्डर मिळत नाहीत. पुन्हा ऑर्डर घेण्यासाठी बटण दाबा.",
    },
    "vendor_back": {
        "en": "Thank you, you get new orders again.",
        "sw": "Asante, utapokea oda mpya tena.",
        "hi": "धन्यवाद, अब आपको फिर से नए ऑर्डर मिलेंगे।",
        "mr": "धन्यवाद, आता तुम्हाला पुन्हा नवीन ऑर्डर मिळतील.",
    },
    "vendor_waiting": {
        "en": "Order {order} of {amount} is waiting for your answer.",
        "sw": "Oda {order} ya {amount} inasubiri jibu lako.",
        "hi": "{amount} का ऑर्डर {order} आपके जवाब का इंतज़ार कर रहा है।",
        "mr": "{amount} ची ऑर्डर {order} तुमच्या उत्तराची वाट पाहत आहे.",
    },
    "rider_waiting": {
        "en": "Order {order} was offered to you: from {pickup} to {drop}.",
        "sw": "Umepewa oda {order}: kutoka {pickup} hadi {drop}.",
        "hi": "ऑर्डर {order} आपको दिया गया है: {pickup} से {drop} तक।",
        "mr": "ऑर्डर {order} तुम्हाला देऊ केली आहे: {pickup} पासून {drop} पर्यंत.",
    },
    "rider_off_route": {
        "en": "You have left the way for order {order}. It goes to {drop}: {map}",
        "sw": "Umetoka njia ya oda {order}. Inaenda {drop}: {map}",
        "hi": "आप ऑर्डर {order} के रास्ते से हट गए हैं। पता: {drop}: {map}",
        "mr": "तुम्ही ऑर्डर {order} च्या मार्गापासून दूर गेला आहात. पत्ता: {drop}: {map}",
    },
    "instruction": {
        "en": "Order {order}, please note: {asked}",
        "sw": "Oda {order}, tafadhali zingatia: {asked}",
        "hi": "ऑर्डर {order}, कृपया ध्यान दें: {asked}",
        "mr": "ऑर्डर {order}, कृपया लक्षात घ्या: {asked}",
    },
    "nothing_waiting": {
        "en": "Nothing is waiting for you right now. We will write as soon as there is an order.",
        "sw": "Hakuna kinachokusubiri kwa sasa. Tutakuandikia oda ikija.",
        "hi": "अभी आपके लिए कुछ बाकी नहीं है। ऑर्डर आते ही हम लिखेंगे।",
        "mr": "सध्या तुमच्यासाठी काही बाकी नाही. ऑर्डर आली की आम्ही लिहू.",
    },
    "which_order": {
        "en": "You have more than one open order. Which one do you mean?",
        "sw": "Una oda zaidi ya moja. Unamaanisha ipi?",
        "hi": "आपके एक से ज़्यादा ऑर्डर चल रहे हैं। कौन सा?",
        "mr": "तुमच्या एकाहून जास्त ऑर्डर सुरू आहेत. कोणती?",
    },
}

# What is answered to an action that was applied; others are followed by a prompt of the order's own next step.
APPLIED: Final[Mapping[str, Words]] = {
    "rider_waits": {
        "en": "Thank you. The shop now knows that you are waiting for order {order}, and so do we.",
        "sw": "Asante. Duka limejulishwa kuwa unasubiri oda {order}, nasi pia.",
        "hi": "धन्यवाद। दुकान को और हमें बता दिया है कि आप ऑर्डर {order} के लिए रुके हैं।",
        "mr": "धन्यवाद. तुम्ही ऑर्डर {order} साठी थांबला आहात हे दुकानाला आणि आम्हाला कळवले आहे.",
    },
    "rider_trouble": {
        "en": "We have noted it. A colleague will call you about order {order}; keep the goods with you.",
        "sw": "Tumepokea. Mwenzetu atakupigia kuhusu oda {order}; endelea kuwa na mzigo.",
        "hi": "हमने दर्ज कर लिया। ऑर्डर {order} के बारे में हमारे साथी फ़ोन करेंगे; सामान अपने पास रखिए।",
        "mr": "आम्ही नोंद केली. ऑर्डर {order} बद्दल आमचे सहकारी फोन करतील; सामान तुमच्याकडेच ठेवा.",
    },
    "vendor_reject": {
        "en": "Noted: order {order} is cancelled and the customer has been told.",
        "sw": "Sawa: oda {order} imeghairiwa na mteja amejulishwa.",
        "hi": "ठीक है: ऑर्डर {order} रद्द कर दिया और ग्राहक को बता दिया।",
        "mr": "ठीक आहे: ऑर्डर {order} रद्द केली आणि ग्राहकाला कळवले.",
    },
    "vendor_ready": {
        "en": "Thank you. A rider is being called for order {order}.",
        "sw": "Asante. Mwendeshaji anaitwa kwa oda {order}.",
        "hi": "धन्यवाद। ऑर्डर {order} के लिए राइडर बुला रहे हैं।",
        "mr": "धन्यवाद. ऑर्डर {order} साठी रायडरला बोलावत आहोत.",
    },
    "vendor_prep": {
        "en": "Noted: order {order} will be ready in {minutes} minutes.",
        "sw": "Sawa: oda {order} itakuwa tayari baada ya dakika {minutes}.",
        "hi": "ठीक है: ऑर्डर {order} {minutes} मिनट में तैयार होगा।",
        "mr": "ठीक आहे: ऑर्डर {order} {minutes} मिनिटांत तयार होईल.",
    },
    "vendor_extend": {
        "en": "Noted: 10 more minutes for order {order}. The customer has been told.",
        "sw": "Sawa: dakika 10 zaidi kwa oda {order}. Mteja amejulishwa.",
        "hi": "ठीक है: ऑर्डर {order} के लिए 10 मिनट और। ग्राहक को बता दिया।",
        "mr": "ठीक आहे: ऑर्डर {order} साठी आणखी 10 मिनिटे. ग्राहकाला कळवले.",
    },
    "rider_on_way": {
        "en": "Thank you. We will not call you about the way for order {order} again.",
        "sw": "Asante. Hatutakupigia tena kuhusu njia ya oda {order}.",
        "hi": "धन्यवाद। ऑर्डर {order} के रास्ते के बारे में अब फ़ोन नहीं करेंगे।",
        "mr": "धन्यवाद. ऑर्डर {order} च्या मार्गाबद्दल आता फोन करणार नाही.",
    },
    "rider_reject": {
        "en": "All right, order {order} goes to somebody else.",
        "sw": "Sawa, oda {order} inapewa mwingine.",
        "hi": "ठीक है, ऑर्डर {order} किसी और को दे रहे हैं।",
        "mr": "ठीक आहे, ऑर्डर {order} दुसऱ्याला देत आहोत.",
    },
    "rider_delivered": {
        "en": "Order {order} is delivered. Thank you!",
        "sw": "Oda {order} imefika. Asante!",
        "hi": "ऑर्डर {order} पहुँच गया। धन्यवाद!",
        "mr": "ऑर्डर {order} पोहोचली. धन्यवाद!",
    },
    "rider_proven": {
        "en": "Order {order} is delivered. Thank you!",
        "sw": "Oda {order} imefika. Asante!",
        "hi": "ऑर्डर {order} पहुँच गया। धन्यवाद!",
        "mr": "ऑर्डर {order} पोहोचली. धन्यवाद!",
    },
    "rider_upi": {
        "en": "One moment, the UPI code for order {order} is being made.",
        "sw": "Subiri kidogo, msimbo wa UPI wa oda {order} unatengenezwa.",
        "hi": "एक क्षण, ऑर्डर {order} का UPI कोड बन रहा है।",
        "mr": "एक क्षण, ऑर्डर {order} चा UPI कोड तयार होत आहे.",
    },
    "rider_cash": {
        "en": "One moment, the UPI code of order {order} is being closed. Wait for our word before you take cash.",
        "sw": "Subiri kidogo, msimbo wa UPI wa oda {order} unafungwa. Ngoja tukujulishe kabla ya kupokea taslimu.",
        "hi": "एक क्षण, ऑर्डर {order} का UPI कोड बंद हो रहा है। नकद लेने से पहले हमारा संदेश आने दीजिए।",
        "mr": "एक क्षण, ऑर्डर {order} चा UPI कोड बंद होत आहे. रोख घेण्याआधी आमच्या संदेशाची वाट पहा.",
    },
    "bridge_admin": {
        "en": "A colleague will call you about order {order}.",
        "sw": "Mwenzetu atakupigia simu kuhusu oda {order}.",
        "hi": "ऑर्डर {order} के बारे में हमारे साथी आपको फ़ोन करेंगे।",
        "mr": "ऑर्डर {order} बद्दल आमचे सहकारी तुम्हाला फोन करतील.",
    },
    "address_confirm": {
        "en": "Thank you, the new address of order {order} is confirmed.",
        "sw": "Asante, anwani mpya ya oda {order} imethibitishwa.",
        "hi": "धन्यवाद, ऑर्डर {order} का नया पता पक्का हो गया।",
        "mr": "धन्यवाद, ऑर्डर {order} चा नवा पत्ता पक्का झाला.",
    },
}

DUPLICATE: Final[Words] = {
    "en": "Order {order}: we have noted that already, thank you.",
    "sw": "Oda {order}: tumeshapokea hilo, asante.",
    "hi": "ऑर्डर {order}: यह हम पहले ही दर्ज कर चुके हैं, धन्यवाद।",
    "mr": "ऑर्डर {order}: हे आम्ही आधीच नोंदवले आहे, धन्यवाद.",
}

# Titles of buttons, at most 20 characters.
BUTTONS: Final[Mapping[str, Words]] = {
    "vendor_accept": {"en": "Accept", "sw": "Kubali", "hi": "स्वीकार", "mr": "स्वीकारा"},
    "vendor_reject": {"en": "Reject", "sw": "Kataa", "hi": "मना करें", "mr": "नाकारा"},
    "vendor_ready": {"en": "Ready", "sw": "Tayari", "hi": "तैयार है", "mr": "तयार आहे"},
    "vendor_return": {"en": "Take orders again", "sw": "Pokea oda tena", "hi": "फिर ऑर्डर लें", "mr": "पुन्हा ऑर्डर घ्या"},
    "vendor_extend": {"en": "10 more minutes", "sw": "Dakika 10 zaidi", "hi": "10 मिनट और", "mr": "आणखी 10 मिनिटे"},
    "rider_accept": {"en": "Accept", "sw": "Kubali", "hi": "स्वीकार", "mr": "स्वीकारा"},
    "rider_reject": {"en": "Reject", "sw": "Kataa", "hi": "मना करें", "mr": "नाकारा"},
    "rider_picked": {"en": "Picked up", "sw": "Nimechukua", "hi": "सामान उठा लिया", "mr": "सामान घेतले"},
    "rider_waits": {"en": "Waiting here", "sw": "Nasubiri hapa", "hi": "यहाँ रुका हूँ", "mr": "इथे थांबलो आहे"},
    "rider_trouble": {"en": "Can't deliver", "sw": "Siwezi kufikisha", "hi": "पहुँचा नहीं सकता", "mr": "पोहोचवता येत नाही"},
    "rider_proven": {"en": "Delivered", "sw": "Imefika", "hi": "पहुँचा दिया", "mr": "पोहोचवली"},
    "rider_on_way": {"en": "On my way", "sw": "Niko njiani", "hi": "रास्ते में हूँ", "mr": "वाटेत आहे"},
    "rider_upi": {"en": "Switch to UPI", "sw": "Lipa kwa UPI", "hi": "UPI से लें", "mr": "UPI ने घ्या"},
    "rider_cash": {"en": "Cash after all", "sw": "Badala yake taslimu", "hi": "नकद ही लेंगे", "mr": "रोखच घेऊ"},
}

# What people type in place of tapping; lower case, without signs, divided by bars.
TYPED: Final[Words] = {
    "accept": (
        "accept|accepted|yes|ok|okay|kubali|nakubali|nimekubali|ndio|ndiyo|sawa|poa|haan|haan ji|ji haan|han|haa|ho|"
        "theek hai|thik hai|manjoor|swikar|हाँ|हां|हा|जी हाँ|ठीक है|स्वीकार|मंज़ूर|मंजूर|हो|होय|ठीक आहे|स्वीकारा|चालेल"
    ),
    "reject": (
        "reject|rejected|no|decline|cannot|cant|kataa|nakataa|nimekataa|hapana|siwezi|nahi|nahin|nako|mana|"
        "नहीं|नही|नाही|नको|मना|मना है|अस्वीकार|नाकारा|नाकार"
    ),
    "ready": (
        "ready|packed|done|tayari|iko tayari|ipo tayari|taiyar|taiyaar|tayyar|tayar|taiyar hai|ho gaya|tayar aahe|"
        "तैयार|तैयार है|हो गया|तयार|तयार आहे|झाले|झालं"
    ),
    "extend": (
        "extend|late|more time|10 more|10 more minutes|ongeza|ongeza muda|ongeza dakika 10|aur time|aur samay|"
        "samay badhao|vel vadhva|और समय|समय बढ़ाओ|समय बढ़ाइए|वेळ वाढवा|उशीर"
    ),
    "picked": (
        "picked|picked up|pickup done|nimechukua|nimeshachukua|nimebeba|le liya|utha liya|ghetle|ghetla|"
        "ले लिया|उठा लिया|घेतले|घेतलं|घेतला"
    ),
    "waits": "waiting|waiting here|i am here|nasubiri|nimefika dukani|dukaan par hoon|ruka hoon|थांबलो आहे|रुका हूँ",
    "upi": "upi|switch to upi|upi se|upi ने|upi से|यूपीआई",
    "help": "help|problem|call me|msaada|shida|nipigie|madad|मदद|समस्या|अडचण",
    "cash": "cash|cash after all|taslimu|nakad|rokh|नकद|रोख",
}
_MEANING: Final[Mapping[str, str]] = {word: meaning for meaning, row in TYPED.items() for word in row.split("|")}


def words(row: Words, language: str) -> str:
    """Return the words in this language, else in English."""
    return row.get(language) or row["en"]


def typed_meaning(text: str) -> str | None:
    """Return what a typed word means; None where it is none that we know."""
    plain = " ".join(text.casefold().replace(",", " ").strip(" .!।?").split())
    return _MEANING.get(plain)
