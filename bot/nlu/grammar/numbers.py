"""Number words by language, as rows: what is said first is how the language writes it, the rest is how people type it."""
# ruff: noqa: E501 - rows of words read better long than folded.

HINDI = """
शून्य एक दो तीन चार पाँच|पांच|पाच छह|छः|छे|छ सात आठ नौ दस ग्यारह बारह|बारा तेरह चौदह पंद्रह|पन्द्रह सोलह सत्रह अठारह उन्नीस
बीस इक्कीस बाईस|बाइस तेईस|तेइस चौबीस पच्चीस|पचीस छब्बीस सत्ताईस|सत्ताइस अट्ठाईस|अठ्ठाईस|अट्ठाइस उनतीस|उन्तीस
तीस इकतीस बत्तीस तैंतीस|तेंतीस चौंतीस|चौतीस पैंतीस|पेंतीस छत्तीस सैंतीस अड़तीस उनतालीस
चालीस इकतालीस बयालीस तैंतालीस चौवालीस|चवालीस पैंतालीस छियालीस सैंतालीस अड़तालीस उनचास
पचास इक्यावन बावन तिरपन|तिरेपन चौवन पचपन छप्पन सत्तावन अट्ठावन|अठावन उनसठ
साठ इकसठ बासठ तिरसठ|तिरेसठ चौंसठ|चौसठ पैंसठ छियासठ सड़सठ अड़सठ उनहत्तर
सत्तर इकहत्तर बहत्तर तिहत्तर चौहत्तर पचहत्तर छिहत्तर सतहत्तर अठहत्तर उन्यासी|उनासी
अस्सी इक्यासी बयासी तिरासी चौरासी पचासी छियासी सत्तासी अट्ठासी|अठासी नवासी
नब्बे इक्यानवे|इक्यानबे बानवे|बानबे तिरानवे|तिरानबे चौरानवे|चौरानबे पचानवे|पंचानवे|पचानबे छियानवे|छियानबे सत्तानवे|सत्तानबे अट्ठानवे|अठानवे|अट्ठानबे निन्यानवे|निन्यानबे
"""
HINDI_LATIN = """
shunya|zero ek|eik do|doo teen|tin char|chaar paanch|panch|pach chhe|che|chhah|chah|chhai saat|sat aath|ath nau|now das|dus
gyarah|gyara barah|bara terah|tera chaudah|chauda|choda pandrah|pandra|pandhra solah|sola satrah|satra atharah|athara unnis|unnees
bees|bis ikkis|ikkees bais|baees teis|teyis chaubis|chobis pachchis|pacchis|pachis|pachees chhabbis|chabbis sattais|satais
atthais|athais untis|unatis tees|tis ikattis|iktis battis|batis taintis|tetis chauntis|chautis paintis|pentis chhattis|chattis saintis
adtis|artis untalis|unchalis chalis|chaalis|chalees iktalis bayalis taintalis|tetalis chauvalis|chavalis paintalis|pentalis
chhiyalis|chiyalis saintalis adtalis|artalis unchas|unanchas pachas|pachaas ikyavan bavan tirpan|tirepan chauvan|chavvan
pachpan chhappan|chappan sattavan atthavan|athavan unsath saath|sath iksath basath tirsath|tiresath chaunsath|chausath painsath|pensath
chhiyasath|chiyasath sadsath|sarsath adsath|arsath unhattar sattar|satter ikhattar bahattar tihattar chauhattar pachhattar|pachattar
chhihattar|chihattar satahattar athhattar unyasi|unasi assi|asi ikyasi bayasi tirasi chaurasi pachasi chhiyasi|chiyasi
sattasi atthasi|athasi navasi nabbe|nabe ikyanve|ikyanave banve|banave tiranve|tiranave chauranve|chauranave
pachanve|panchanve|pachanave chhiyanve|chiyanve|chhiyanave sattanve|sattanave atthanve|athanve|atthanave ninyanve|ninyanave
"""
MARATHI = """
शून्य एक दोन तीन चार पाच सहा सात आठ नऊ दहा अकरा बारा तेरा चौदा पंधरा सोळा सतरा अठरा एकोणीस
वीस एकवीस बावीस तेवीस चोवीस पंचवीस सव्वीस सत्तावीस अठ्ठावीस|अठावीस एकोणतीस
तीस एकतीस बत्तीस तेहेतीस|तेहतीस चौतीस पस्तीस छत्तीस सदतीस अडतीस एकोणचाळीस
चाळीस एकेचाळीस बेचाळीस त्रेचाळीस चव्वेचाळीस|चवेचाळीस पंचेचाळीस सेहेचाळीस|शेहेचाळीस सत्तेचाळीस अठ्ठेचाळीस|अठेचाळीस एकोणपन्नास
पन्नास एक्कावन|एकावन बावन त्रेपन चोपन|चौपन पंचावन छप्पन सत्तावन अठ्ठावन|अठावन एकोणसाठ
साठ एकसष्ट बासष्ट त्रेसष्ट चौसष्ट पासष्ट सहासष्ट सदुसष्ट अडुसष्ट एकोणसत्तर
सत्तर एक्काहत्तर|एकाहत्तर बाहत्तर त्र्याहत्तर चौऱ्याहत्तर पंच्याहत्तर शहात्तर|शहाहत्तर सत्त्याहत्तर अठ्ठ्याहत्तर एकोणऐंशी
ऐंशी एक्क्याऐंशी|एक्याऐंशी ब्याऐंशी त्र्याऐंशी चौऱ्याऐंशी पंच्याऐंशी शहाऐंशी सत्त्याऐंशी अठ्ठ्याऐंशी एकोणनव्वद
नव्वद एक्क्याण्णव|एक्याण्णव ब्याण्णव त्र्याण्णव चौऱ्याण्णव पंच्याण्णव शहाण्णव सत्त्याण्णव अठ्ठ्याण्णव नव्व्याण्णव
"""
MARATHI_LATIN = """
shunya|zero ek don|donn|dona teen|tin char|chaar paach|pach|panch saha|sahaa saat|sat aath|ath nau|nav|nauu daha|dahaa
akra|akara bara|baara tera|teraa chauda|chavda|choda pandhra|pandhara|pandra sola|solaa satra|satara athra|athara ekonis|ekonees
vis|vees ekvis|ekvees bavis|bavees tevis|tevees chovis|chovees panchvis|panchvees|pachvis savvis|savvees sattavis|sattavees
atthavis|athavis ekontis tis|tees ektis battis|batis tehtis|tehetis chautis pastis|pastees chhattis|chattis sadtis adtis
ekonchalis chalis|chaalis ekechalis bechalis trechalis chavvechalis|chavechalis panchechalis sehechalis|shehechalis
sattechalis atthechalis|athechalis ekonpannas pannas|pannaas|panas ekkavan|ekavan bavan trepan chopan|chaupan
panchavan|pachavan chhappan|chappan sattavan atthavan|athavan ekonsath saath|sath eksasht|eksashta basasht|basashta
tresasht|tresashta chausasht|chausashta pasasht|pasashta sahasasht|sahasashta sadusasht|sadusashta adusasht|adusashta
ekonsattar sattar ekkahattar|ekahattar bahattar tryahattar|trehattar chauryahattar panchyahattar|pachhattar shahattar|shahahattar
sattyahattar atthyahattar|athyahattar ekonainshi|ekonaishi ainshi|aishi|ainsi ekkyainshi|ekyaishi byainshi|byaishi tryainshi|tryaishi
chauryainshi|chauryaishi panchyainshi|panchyaishi shahainshi|shahaishi sattyainshi|sattyaishi atthyainshi|atthyaishi
ekonnavvad navvad|navad ekkyannav|ekyannav byannav tryannav chauryannav panchyannav shahannav sattyannav
atthyannav navvyannav
"""
SWAHILI_UNITS = {
    1: "moja|mmoja|kimoja|limoja|jimoja|mojaa", 2: "mbili|wawili|miwili|mawili|viwili|mbilli|tuwili",
    3: "tatu|watatu|mitatu|matatu|vitatu", 4: "nne|wanne|minne|manne|vinne|ine", 5: "tano|watano|mitano|matano|vitano",
    6: "sita", 7: "saba", 8: "nane|wanane|minane|manane|vinane", 9: "tisa", 10: "kumi",
}  # fmt: skip
SWAHILI_TENS = {
    20: "ishirini|ishrini", 30: "thelathini|thelatini|salasini", 40: "arobaini|arubaini|arbaini", 50: "hamsini|hamsin",
    60: "sitini|stini", 70: "sabini", 80: "themanini|thamanini", 90: "tisini",
}  # fmt: skip
ENGLISH_UNITS = (
    "zero one|wan two three|thre four five six seven eight|eigth nine ten eleven twelve thirteen fourteen fifteen "
    "sixteen seventeen eighteen nineteen"
)
ENGLISH_TENS = {
    20: "twenty", 30: "thirty", 40: "forty|fourty", 50: "fifty", 60: "sixty", 70: "seventy", 80: "eighty", 90: "ninety|ninty",
}  # fmt: skip
# Hundreds and thousands by language; Swahili says the multiplier first, Marathi joins it to its number.
HUNDREDS = {
    "en": "hundred|hundrd", "sw": "mia", "hi": "सौ", "hi-Latn": "sau|sou|soo|so", "mr": "शे|शंभर", "mr-Latn": "she|shambhar|shambar",
}  # fmt: skip
THOUSANDS = {
    "en": "thousand|thousands|k|grand", "sw": "elfu|alfu", "hi": "हज़ार|हजार", "hi-Latn": "hazaar|hazar|hajar|hajaar",
    "mr": "हजार", "mr-Latn": "hajar|hazar|hajaar|hazaar",
}  # fmt: skip
JOINERS = {"en": "and|n|&", "sw": "na", "hi": "", "hi-Latn": "", "mr": "", "mr-Latn": ""}
# The street's words for money: the value, and whether a number after it multiplies it ("soo tatu" is 300).
SHENG_MONEY = {
    "soo": (100, True), "soso": (100, True), "thao": (1000, True), "thaw": (1000, True), "ngiri": (1000, True), "tenga": (1000, True),
    "mbao": (20, False), "ashu": (10, False), "ashara": (10, False), "kindee": (10, False),
    "chwani": (50, False), "finje": (50, False), "hamsa": (50, False), "guoko": (50, False), "nich": (50, False),
    "jero": (500, False), "jirongo": (500, False), "punch": (500, False), "rwabe": (200, False), "ndovu": (1000, True), "kapaa": (1000, True),
    "kobole": (5, False), "ngovo": (5, False), "sumuni": (0.5, False), "tenner": (10, False),
}  # fmt: skip
# A part of one thing; `before` says that a number after it is changed by it ("sava do" = 2.25).
FRACTIONS = {
    "half": 0.5, "hlf": 0.5, "quarter": 0.25, "qtr": 0.25, "quater": 0.25,
    "nusu": 0.5, "robo": 0.25, "thuluthi": 1 / 3,
    "आधा": 0.5, "आधी": 0.5, "आधे": 0.5, "पाव": 0.25, "पौन": 0.75, "पौना": 0.75, "डेढ़": 1.5, "डेढ": 1.5, "ढाई": 2.5, "अढ़ाई": 2.5,
    "aadha": 0.5, "adha": 0.5, "aadhi": 0.5, "adhi": 0.5, "aadhe": 0.5, "adhe": 0.5, "paav": 0.25, "pav": 0.25, "pauna": 0.75, "paun": 0.75,
    "dedh": 1.5, "ded": 1.5, "dedhh": 1.5, "dhai": 2.5, "dhaai": 2.5, "adhai": 2.5,
    "अर्धा": 0.5, "अर्धी": 0.5, "अर्धे": 0.5, "अर्ध": 0.5, "पाऊण": 0.75, "दीड": 1.5, "अडीच": 2.5,
    "ardha": 0.5, "ardhi": 0.5, "ardhe": 0.5, "ardh": 0.5, "paun_": 0.75, "paoon": 0.75, "deed": 1.5, "did": 1.5, "didh": 1.5, "adich": 2.5, "adeech": 2.5,
    "½": 0.5, "¼": 0.25, "¾": 0.75, "⅓": 1 / 3, "⅔": 2 / 3, "⅛": 0.125,
}  # fmt: skip
SHIFTS = {
    "सवा": 0.25, "sava": 0.25, "sawa": 0.25, "savva": 0.25, "savvaa": 0.25, "सव्वा": 0.25,
    "साढ़े": 0.5, "साढे": 0.5, "साडे": 0.5, "sadhe": 0.5, "saadhe": 0.5, "sade": 0.5, "saade": 0.5, "sarhe": 0.5, "saade_": 0.5,
    "पौने": -0.25, "paune": -0.25, "पावणे": -0.25, "pavne": -0.25, "paavne": -0.25,
}  # fmt: skip
ARTICLES = {"a", "an", "ka", "kaa"}
DOZENS = {"dozen": 12}
VAGUE = {
    "few": None, "some": None, "several": None, "couple": 2.0, "kadhaa": None, "kiasi": None, "chache": None, "michache": None, "machache": None, "vichache": None,
    "kidogo": None, "thoda": None, "thodi": None, "thode": None, "thodasa": None, "थोड़ा": None, "थोड़ी": None, "थोड़े": None, "थोडा": None, "थोडी": None, "थोडे": None,
    "kuch": None, "कुछ": None, "kahi": None, "काही": None, "many": None, "mingi": None, "nyingi": None, "bahut": None,
    "enough": None, "za kutosha": None,
}  # fmt: skip
