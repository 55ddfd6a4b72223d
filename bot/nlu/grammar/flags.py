"""Phrases that change what may be done with a message, as rows: the flag, then patterns that begin with a word.

A row is of Latin letters alone, or has Devanagari in each of its alternatives.
"""
# ruff: noqa: E501 - rows of words read better long than folded.

FLAGS = {
    "same_again": (
        r"same (again|as|order|thing|like)|the usual\b(?! place| address)|\busual (order|one|stuff)|repeat (of )?(my|the|last|that)|again the same|last (time|order).{0,12}(same|order)",
        r"kama (kawaida|jana|ya jana|ile ya|zile za|juzi)|ya kawaida(?! ?(nyumbani|mahali))|ile ile|\w*rudia|order ya jana|ile (order|oda|kitu) (ya|tu)|(order|oda) kama (hio|hiyo|hii|ile)\b|kama (last )?time|yale yale|vile vile|hio hio|hiyo hiyo|hizo hizo",
        r"(wahi|vahi|vohi) (order|wala|bhej|de|cheez|kal)|pichh?l[aeiy]+ (baar|order|wala)|hamesha (wala|ki|jaisa|jaisi)|roz (wala|ka|ki)|same (order|bhej|hi|wala|de)|phir se wahi|kal (wala|jaisa|vala)",
        r"वही (ऑर्डर|भेज|दे|सामान|चीज|वाला|कल)|पिछल[ाीे] (बार|ऑर्डर|वाला)|हमेशा (वाला|की|जैसा|जैसी)|रोज (वाला|का|की)|कल (वाला|जैसा)|सेम (ऑर्डर|भेज|दे)",
        r"(nehmi|nehami)\w*|kalch\w*|tech parat|magch\w+ (sarkh|order)|tich order",
        r"(मागच|काल)(ीच|चीच|चाच|चेच|च्याच| च्या|चा|ची)|नेहमी\w*|तेच|तीच ऑर्डर",
    ),
    "usual_place": (
        r"(same|usual|regular|old) (place|address|location|spot)|address (is )?(the )?(same|on file|as before)|(place|address) as (last|before|usual)|you (know|have) (my|the) (address|place)",
        r"(mahali|pahali|anwani|place|location|address) (pa|ya|ile ile|pale)? ?(kawaida|pale pale|ileile|ile ile)|pale pale|palepale|nyumbani kwa kawaida|same place|kwangu pale",
        r"(same|purana|wahi|vahi|pehle (wala|wale)) (address|pata|pate|jagah|jagha)|address (wahi|same|pehle)|usi (pate|address|jagah)|wahin? (pe|par)|pate pe wahi",
        r"(tyach|toch|juna|nehmichya) (patt|thikan)\w*",
        r"(वही|पुराना|पुराने|उसी|सेम) (पता|पते|एड्रेस|जगह)|पता (वही|सेम|पुराना)|(त्याच|तोच|जुना|जुन्या|नेहमीच्या|नेहमीचा) (पत्त|पत्ता|ठिकाण)\w*",
    ),
    "bulk": (
        r"(for|on|at) (that|this|such( a)?) (quantity|volume)\b|wholesale|in bulk|bulk|\bresell|\blpo\b|\bagainst (an |our |the )?invoice\b|for (my|our|a|the) (shop|kiosk|hotel|restaurant|school|wedding|event|party|function|company|church|office (party|function)|canteen|mess|hostel|duka)\b|every (week|day|month) for|(weekly|monthly|daily) supply|best price for|discount (can|for|on) (you|bulk|such|that|this many)|better price|(special|good) (price|rate) for|(your|the) best (price|rate)|(what|which|corporate|group) rates? (can|do|for|you)|\b([3-9]\d|\d{3,}) ?(\w+ )?(people|pax|persons|guests|heads|students|pupils|visitors|workers|staff)\b|\bparty orders?\b",
        r"kwa (idadi|kiasi|wingi) (hiyo|hicho|huo|hii|huu|hiki)\b|(ni|u|m|tu)?punguz\w+ bei|bei (ya )?(nzuri|poa|nafuu|kupunguz\w+)|bei ya jumla|kwa jumla|jumla jumla|\bkwa (lpo|ankara)\b|(nafungua|niko na|nina|kwa) (kiosk|duka langu|hoteli)|harusi|kwa shule|sherehe ya|holesale|holsel|bale \w+|kwa mkutano|wageni (mia|hamsini|\d\d)|\b(watu|wageni|wanafunzi|wafanyakazi|waumini) (kama )?([3-9]\d|\d{3,}|mia|hamsini|sitini|sabini|themanini|tisini)\b",
        r"(best|achh?[ai]|sahi|changla|special) (rate|price|bhav|daam)|(rate|price|bhav|daam) (thod[aei] |kuch )?(kam|km|kami)\b|thok|wholesale|holsale|shaadi|shadi|function (ke|ka|hai)|(log|logo|logon|mehman)\w* (ka|ke|ki) (khana|liye|order)|lagna|karyakram|dukan ke liye|bulk|ghau?k\w*|\b([3-9]\d|\d{3,}|pachaas|sau) (log|logo|logon|mehman|mehmano|bacch\w+|jan|janan\w*|mans\w+|lok|lokan\w*)\b",
        r"(बेस्ट|अच्छा|अच्छे|चांगला) (रेट|भाव|दाम|प्राइस)|(रेट|भाव|दाम) (थोड़[ाे] |थोड[ाे] |कुछ )?(कम|कमी)|(थोक|शादी|लग्न|कार्यक्रम|घाऊक|होलसेल|बारस)\w*|([3-9]\d|\d{3,}|पचास|पन्नास|सौ|शंभर) (लोग|लोगों|मेहमान|बच्चों|जण|जणां|माणसं|लोकां)",
    ),
    "wholesale": (
        r"wholesale|in bulk|\bresell|reseller|quotation|\bquote\b|invoice|\blpo\b|for (my|our) (shop|kiosk|hotel|restaurant|school|boutique|company|canteen|mess|hostel|duka|salon)\b|\b([3-9]\d|\d{3,}) ?(\w+ )?(people|pax|persons|guests|heads|students|pupils|visitors|workers|staff)\b|\bparty orders?\b",
        r"bei ya jumla|kwa jumla|(nafungua|niko na|nina) (kiosk|duka|hoteli)|holesale|holsel|\b(bale|gunia|magunia) \w+|\b(watu|wageni|wanafunzi|wafanyakazi|waumini) (kama )?([3-9]\d|\d{3,}|mia|hamsini|sitini|sabini|themanini|tisini)\b",
        r"thok|holsale|dukan ke liye|ghau?k\w*|gst bill|\b([3-9]\d|\d{3,}|pachaas|sau) (log|logo|logon|mehman|mehmano|bacch\w+|jan|janan\w*|mans\w+|lok|lokan\w*)\b",
        r"(थोक|घाऊक|होलसेल)\w*|([3-9]\d|\d{3,}|पचास|पन्नास|सौ|शंभर) (लोग|लोगों|मेहमान|बच्चों|जण|जणां|माणसं|लोकां)",
    ),
    "credit": (
        r"on credit|pay (you )?(later|next|end|month|tomorrow|friday|on (mon|tues|wednes|thurs|fri|satur|sun)day)|put it on (my )?(tab|account)|pay (you )?(on (the )?\d|by month)|pay when (i get|my)|salary|end ?month|iou\b|\b(put|add|write|note|charge)\b.{0,40}\b(in|on|to) (my|our) (account|tab|book)\b|\bsettle (it |up )?(later|on the|at the|next|end)|instal+ments?",
        r"kwa (mkopo|deni|daftari)|kwa mkopo|nikopeshe|niandikie|deni\b|(ni|tu|n)talipa (kesho|baadaye|mwisho|mwezi|tarehe|end|next|wiki|nikipata|nikilipwa)|mwisho wa mwezi|nikope|nitatoa (end|mwisho|kesho|next)|nitakulipa|kukopa|end month|\b(salo|mshahara|mwezi) (iki|uki)\w+|kwa (book|buku|kitabu)\b|\b(nita|tuta|nta)(clear|malizia|maliza|settle)\w*|lipa (pole ?pole|mdogo ?mdogo)",
        r"udh?a+r|udhari|khat[ae] (me|mein|mai|par|pe|vr|var|likh)|baad (me|mein) (paise|payment|de|dunga)|mahine (ke|ki) (end|aakhir|ant)|agle (mahine|hafte)|tari?kh (ko|tak|la) (paise|payment|paisa|pay)|tarkhela (paise|pese|payment)|salary|likh (lo|lena|ke rakh)(?=.*(paise|baad|khat))",
        r"(pese|paise|payment) (pudhchya|pudcha|agle|next) \w+|(pudhchya|pudchya) (mahin|aathvad|athvad)\w+ (paise |pese |payment )?(de|bhar)\w*",
        r"(पैसे|पेमेंट) (पुढच्या|पुढील|अगले) |(पुढच्या|पुढील) (महिन्या|आठवड्या)\S* (पैसे |पेमेंट )?(दे|भर)|अगले (महीने|हफ्ते) (पैसे |पेमेंट )?(दे|दूं|दूँ|कर)|खात्या(वर|त)|(तारीख|तारिख) को (पैसे|पेमेंट)|तारखेला (पैसे|पेमेंट)",
        r"udhari\w*|nantar (paise|deto|dein)|khatya\w*",
        r"उधार\w*|खात[ेी]\w* (में|मे|लिख|मांड|वर|पर)|बाद में (पैसे|पेमेंट|दूं|दूँ|दे)|महीने के (अंत|आखिर)|(उधारी|पगार|नंतर (पैसे|देईन|देतो))\w*",
    ),
    "angry": (
        r"useless|rubbish|nonsense|terrible|worst|disgust|pathetic|fed up|ridiculous|scam|thie(f|ves)|stupid|idiot|angry|never again|report you|wtf|joke\b|sue you|hopeless",
        r"ujinga|upuzi|wezi|mwizi|wajinga|mjinga|takataka|mbovu|mmenichosha|nimechoka|mnabore|mnaniudhi|matapeli|tapeli|hovyo|mnacheza|mambo ya ujinga|mshenzi|pumbavu|kukasirik|conman|wakora|mkora",
        r"bakwa+s|ghatiya|ghatia|bekar|bekaar|chor|pagal|badtameez|loot|lut rahe|dhok[ha]|had (hai|kar)|tang aa|gussa|faltu|phaltu|ullu|fraud|bhangar|vaitag|fasav\w*|murkh",
        r"वाहियात|बकवास|घटिया|बेकार|चोर|हद|धोखा|फालतू|लूट|तंग|गुस्सा|फ्रॉड|मूर्ख|भंगार|वैताग|फसव\w*",
    ),
    "everything": (
        r"\b(everything|all of (it|them)|the whole (order|lot)|both|double (it|everything|all|the order)|all items|each (one|of them))\b",
        r"\b(kila kitu|vyote|zote|yote|vitu vyote|wote|mara mbili|zote mbili|double)\b",
        r"\b(sab|sabhi|sara|saara|pura|poora|dono|double|dugna|sagl\w+|sarv|donhi|duppat)\b",
        r"(सब|सभी|सारा|सारे|पूरा|दोनों|दुगना|डबल|सगळ\w*|सर्व|दोन्ही|दुप्पट)",
    ),
    "paid": (
        r"\bpaid for\b|\b(i|i've|i have|we|have|just|already) (already )?(just )?(paid|sent (the )?(money|payment|cash|amount))|payment (is )?(done|made|sent|complete)|paid (already|via|through|by|on|ksh|rs|the)|utr|transaction (id|code)|sent (you )?(the )?(money|amount)|confirmed\.",
        r"\b(nili|tuli|nilisha|tulisha|nime|nisha|nshalipa|tume|nimesha|tumesha|ame|asha)(lipa|lipia|send|sent|pay|paid)\w*|\b(nime|nisha|tume|nimesha|tumesha|ame|asha)tuma\w*|\b(nime|nisha|nimesha|tume)ku(lipa|tumia)\w*|imethibitishwa|malipo (yamefanyika|tayari)|done (payment|paying)|nimeslide|nimetuma|nishatuma|nimetoa (pesa|doh)",
        r"(payment|paise|paisa|pese|amount)( to| toh| pehle hi| already| bhi)? (kar diy|kar di|bhej diy|ho gay|de diy|kiya|transfer|done|kela|keli|pathav|zal|jhal)\w*|(?<!mana )(?<!mna )(?<!cancel )(?<!order )(?<!band )(bhej|kar|de) (diye|diya|di hai|chuka|chuki)",
        r"(पेमेंट|पैसे|रक्कम|भुगतान) (तो |भी |पहले ही )?(कर दि|कर दी|भेज दि|हो ग|दे दि|केल|पाठव|झाल|भरल|दिल)\w*|(पेमेंट|पैसे|रक्कम|भुगतान).{0,20}(दे|भेज|कर|भर) चुक\w*|(दे|भेज|भर) चुक[ाीे]\w*|भेज दिए|केलंय|केले आहे|पाठवले",
    ),
    "later_time": (
        r"\b(tomorrow|tonight|kesho|kal|udya|friday|saturday|sunday|monday)\b",
        r"उद्या|परसों|कल|रविवार",
    ),
    "left": (
        r"out for delivery|on (its|the) way|(already|has|have|just) (left|gone out|dispatched|shipped)|(courier|rider|parcel|order) (has )?(already )?(left|gone)|imeshatoka|imeshatumwa|nikal (chuki|chuke|gaye)|bhej di(ya|ye)? (hai|tha)|njiani|nikal (gaya|chuka|gayi)|nighal\w*|imetoka|rider (has|ame)",
        r"निकल|निघाल",
    ),
}  # fmt: skip

QUESTION_ENDINGS = r"[?？]|\b(ngapi|gani|lini|wapi|je|kya|kiti|kitila|how much|how many|what|when|where)\b|(क्या|कितना|कितने|किती|का|कधी|कुठे|कहाँ|कब)\s*$"

# What a bot's question is about: tried in order, the first that fits is what was asked.
ASKED = (
    ("confirm", r"book (it|karu|karun|kar du|kar doon|करू|कर दूँ|कर दूं)|shall i|confirm|nakki|नक्की|बुक|tuendelee|nithibitishe|niweke|ni(we|)ke oda|\b(sawa|fiti|ok|okay|poa|right|correct|theek hai|ठीक है|barobar|बरोबर)\s*\?|place (the|this|your) order|thibitisha|pakka|पक्का|go ahead\?|is (that|this) (right|correct|ok)"),
    ("more", r"anything else|kitu (kingine|ingine)|\b(k|ny|v)?ingine\?|aur kuch|और कुछ|ajun k|आणखी|अजून काही|add (more|anything)|something else|kuongeza"),
    ("address", r"where (should|shall|do|to|are)|deliver(ed|y)? (to|address)\?|delivery (address|location)|your address|send it( to)?\?|\bwapi\b|tulete(e)? wapi|anwani|mahali|location\b.*\?|kahan|kaha |kahaan|pata (bata|kya|bhej|de)|pate? |address|कहाँ|कहां|पता|पत्ता|कुठे|kuthe|patta"),
    ("phone", r"(phone|mobile|contact|which) number|number (to|for|please|on|de|bata|kya|dya|sanga)|namba (gani|ya|yako)|nambari|(kis|konty?a|konta) number|नंबर|mobile no|kwa namba"),
    ("payment", r"how (will|would|do|shall) you (like to )?pay|pay(ment)? (by|via|with|on|mode|method|how|kaise|kasa|kas|se|upi|or)|m-?pesa (or|au|ama)|(or|au|ama) (cash|m-?pesa)|cash (or|ya|ki|au|ama)|upi (or|ya|ki|से)|utalipa|kulipa|lipa (vipi|kwa|na)|पेमेंट|भुगतान|कैश|रोख|paise kas[ea]|or (cod|cash|card|upi)"),
    ("qty", r"how (many|much|big an)|quantity|\bngapi\b|kiasi gani|kitn[aei]|kit[ie] |कितन|किती|what amount|kitni"),
    ("variant", r"\bor\b.*\?|\b(au|ama)\b.*\?|\bya\b.*\?|\bki\b.*\?|(या|की|किंवा).*\?|which (one|size|colour|color|brand|flavou?r|type)|what (size|colour|color|kind|flavou?r)|gani\?|kaun ?s[aiy]|konta|konti|konते|कौन|कोणत"),
    ("item", r"what (would|can|do|shall) (you|i)|what.* order\?|which item|ungependa (nini|kuagiza)|unataka nini|nikuletee nini|nini\?|kya (chahiye|bheju|mangwa|loge|lenge|order)|क्या (चाहिए|भेज|मंग)|kay (pahije|pathv|hava|dyay)|काय (पाहिजे|पाठव|हव|द्याय)"),
)  # fmt: skip
