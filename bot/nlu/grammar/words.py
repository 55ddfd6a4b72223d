"""Words that point at something: places, payment, change and removal, parts of speech that join goods. Rows, by class."""
# ruff: noqa: E501 - rows of words read better long than folded.

# One row a class; the tagger sees the class of a word beside the word itself.
CLASSES = {
    "place": """
        road rd street st lane avenue ave drive way highway bypass estate court crt crescent apartment apartments apts apt flat flats house hse hs
        building bldg tower towers plaza centre center complex mall hostel hostels room rm floor flr gate block blk wing phase sector plot bungalow villa
        society soc nagar colony chowk gali marg naka stage stand stop roundabout junction circle market bazaar school church mosque temple mandir masjid
        hospital clinic office ofisi college university campus station petrol pump shell bank atm hotel near next opposite opp behind beside above below
        corner door mlango namba no number unit suite park garden gardens heights residency view quarters camp village ward kijiji mtaa nyumba
        barabara jengo ghorofa gorofa lango karibu nyuma mbele kando mkabala chini juu mitaa kituo soko shule kanisa msikiti hospitali duka
        keja ploti nyumbani paas pass samne saamne piche peeche bagal upar neeche niche bajule javal jawal samor mage shejari varti khali makan ghar kamra
        manzil majla mohalla peth gaon gav circle फ्लैट फ्लॅट मकान घर रोड गली मार्ग चौक नगर कॉलोनी कॉलनी सोसाइटी सोसायटी अपार्टमेंट
        बिल्डिंग इमारत मंजिल मजला विंग प्लॉट बंगला बंगलो पास सामने पीछे बगल ऊपर नीचे जवळ समोर मागे शेजारी बाजूला वर खाली मंदिर मस्जिद स्कूल शाळा अस्पताल हॉस्पिटल
        दवाखाना स्टेशन स्टँड पंप बैंक बँक दुकान गाव गांव मोहल्ला पेठ वाडा रूम हॉस्टल होस्टल कॉलेज ऑफिस नाका सर्कल मॉल टावर गेट लेन सेक्टर फेज मंदिराजवळ मंदिरासमोर बाजार
    """,
    "place_lead": """
        to at deliver delivery bring drop address location adress adres adrs addr niko nipo tuko iko leta peleka mpaka anwani mahali pahali hapo kwa upeleke
        pata patta pataa address- pe par vaje pathva bhejna bhejo pohochava pathav पता पत्ता पर ला वर भेजना भेजो पाठवा मैं हूँ राहतो राहते रहता रहती रहते
    """,
    "pay_upi": """
        upi gpay googlepay g-pay phonepe phonepay phnpe fonepe paytm bhim qr scanner scan यूपीआई यूपीआय गूगल फोनपे फ़ोनपे फोनपेने पेटीएम पेटिएम जीपे गुगल क्यूआर क्यूआर स्कैनर स्कॅनर
        tez amazonpay upiid bhimupi gpayne upine upise phonepene
    """,
    "pay_mpesa": "mpesa m-pesa pesa stk till paybill lipa fuliza safaricom pochi prompt lipana buygoods buy-goods empesa mpsa एमपेसा",
    "pay_cod": "cash cod keshi taslimu taslim nakad nagad rokh roakh rokad रोख कैश कॅश नकद नगद सीओडी कॅशने रोखीने ganji kesh kash cashi",
    "pay_card": "card visa mastercard debit credit kadi कार्ड कार्डने kaard",
    "pay_other": "cheque check airtel tkash t-kash paypal bitcoin crypto sodexo coupon voucher emi bank transfer neft cheki चेक सोडेक्सो कूपन mkopo swift wire equitel",
    "paying": """
        pay paying paid payment payed lipa nalipa nitalipa ntalipa nimelipa malipo tunalipa kulipa utalipwa dunga dunga. dega denge dunga karunga karenge karun kartो
        kardunga chalega detoy detey deto dein देईन देतो देते दूंगा दूँगा दूंगी देंगे करूंगा करूँगा करतो करेन पेमेंट भुगतान payment. paise पैसे
    """,
    "remove": """
        remove cancel delete drop without minus skip less except ondoa toa usiweke usilete acha punguza tupa hata hatao hatado nikal nikalo nikaal hatana kadha kadh kaadh
        kadhun kadhoon vagla vagal kami हटा हटाओ हटाइए निकाल निकालो काढा काढून काढ वगळा वगळून रद्द कम कमी कॅन्सल कैंसल
    """,
    "not": "not no nahi nahin nai mat na नहीं नही मत न नको नाही nako nahiye nko sio si siyo hapana zii dont don't usi hakuna hamna mattt bina बिना bila without शिवाय विना nkoo",
    "instead": "instead rather badala replace change swap switch badilisha badili jagah जगह ऐवजी aivaji evaji ऐवजि बदल बदलो बदला बदली बदलून badal badlo badla badlun kubadilisha exchange",
    "add": """
        add also plus another more extra ongeza ongezea ingine nyingine pia tena jod jodo jodna aur badhao badha ani ajun aankhi wadhav vadhva vadhav जोड़ जोड़ो और बढ़ा बढ़ाओ
        आणि अजून वाढवा वाढव आणखी भी पण pan bhi hivi zaidi
    """,
    "make": "make iwe ziwe yawe uwe wawe viwe kar karo kardo kara karun कर करो करा करून करें fanya weka badala",
    "join": "and na n & + aur or va ani plus pia और आणि व तथा au ama ya या किंवा kinva with sath सोबत साथ",
    "please": "please pls plz plse kindly tafadhali tafadhal naomba ombi pliz kripya कृपया प्लीज प्लीज़ जरा ज़रा zara jara",
    "want": """
        want need send give bring order get like gimme nataka naomba ninataka nahitaji niletee nitumie nipe nipatie leta lete tuma nisort niuzie niwekee nipee nirushie tunataka
        chahiye chaiye chahie bhejo bhej dena dedo dijiye de mangta mangwana lao la laana pahije pahijet hava havi have pathva dya dyaa चाहिए भेजो भेज दो दे देना दीजिए दीजिये लाओ पाहिजे
        पाहिजेत हवा हवी हवे हवेत हवं पाठवा द्या देना आणा मागवायचे चाहिये deliver buy nunua nununua
    """,
    "size": """
        small big large medium mini regular jumbo family half full ndogo kubwa dogo mdogo mkubwa ndogondogo wastani kati nzima kadogo chota chhota chhoti chhote choti bada badi bade badaa
        lahan mota mothi motha mothe madhyam छोटा छोटी छोटे बड़ा बड़ी बड़े मध्यम लहान मोठा मोठी मोठे मोठं हाफ फुल फूल पूरा xl xxl s l xs size saizi साइज
        double single triple
    """,
    "colour": """
        red blue green black white pink brown grey gray yellow orange purple maroon nyekundu bluu kijani nyeusi nyeupe rangi waridi lal laal neela nila hara kala kaala safed gulabi
        pila peela लाल नीला हरा काला सफेद सफ़ेद गुलाबी पीला निळा हिरवा पांढरा काळा पिवळा
    """,
    "of_option": "wala wali wale vala vali vale ile hio ule yule hiyo one ones ones. type ya za la cha वाला वाली वाले वालं मधला मधली flavour flavor",
    "question": """
        how what when where which who why can do does is are ngapi gani lini wapi nini kiasi je mko mnauza kuna iko mna mnatoa bei kitna kitne kitni kya kab kahan kaha kaun kitana milega milta
        hai kiti kadhi kuthe kay kasa kase kitila ahe aahe ka milel miltil कितना कितने कितनी क्या कब कहाँ कहां कौन मिलेगा किती कधी कुठे काय कसा कसे कितीला आहे का मिळेल rate price cost भाव दर bhav
    """,
    "time": """
        today tomorrow tonight morning evening noon afternoon now asap am pm later leo kesho asubuhi jioni usiku mchana sasa saa aaj kal subah sham shaam raat dopahar baje abhi jaldi udya
        sakali sandhyakali ratri dupari vajta vajata lavkar आज कल सुबह शाम रात दोपहर बजे अभी जल्दी उद्या सकाळी संध्याकाळी रात्री दुपारी वाजता लवकर परसों
    """,
    "note": """
        spicy spice mild sugar salt oil onion garlic call ring knock hot cold fresh extra less pack packing wrap gift bell message caretaker guard watchman askari soldier mlinzi piga simu
        usipige mwambie pilipili chumvi teekha tikha mirchi kam jyada zyada jasti jast tikhat kami garam thanda thand tajа taja kachcha sukha cheeni chini bina shivay तीखा तिखट कम कमी ज्यादा ज़्यादा
        जास्त मिर्च गरम ठंडा थंड ताजा ताज़ा बिना कॉल फोन बेल घंटी pigia mpigie upige without instructions ukifika akifika ring. doorbell
    """,
    "phone_lead": "number no namba nambari phone call mobile mob simu piga num contact nambar नंबर मोबाइल मोबाईल मो फोन फ़ोन contact. whatsapp cell tel namba. नं",
    "greeting": "hi hello hey hallo habari mambo sasa niaje vipi jambo hujambo namaste namaskar namaskaar नमस्ते नमस्कार morning evening shikamoo salaam salam राम oya",
    "kin": "bhai bhaiya dada boss bro buda msee mkubwa tai kaka dost yaar sir madam mama mum aunty uncle didi भाई भैया दादा ताई काका boss. manze bana aisee wasee mzee kiongozi",
    "yes": "yes yeah yep ok okay sure confirm confirmed sawa ndio ndiyo ndo eeh ee naam haan ha han ho hoy fiti poa barabar theek thik chalega chalel हाँ हां हो होय ठीक सही बरोबर चालेल जी sure.",
}  # fmt: skip

# Which side of a removal word its goods stand on; everything else is read from nearness.
REMOVE_BEFORE_GOODS = frozenset(
    [
        "remove",
        "cancel",
        "delete",
        "drop",
        "without",
        "minus",
        "skip",
        "except",
        "less",
        "ondoa",
        "toa",
        "usiweke",
        "usilete",
        "acha",
        "punguza",
        "tupa",
        "not",
        "no",
        "sio",
        "si",
        "siyo",
        "bila",
    ]
)
# Words that begin a correction inside a message.
CORRECTIONS = frozenset(
    [
        "no",
        "nope",
        "sorry",
        "actually",
        "wait",
        "hapana",
        "samahani",
        "aki",
        "nahi",
        "nahin",
        "nai",
        "arre",
        "are",
        "sorry.",
        "नहीं",
        "नही",
        "अरे",
        "नको",
        "nako",
        "oops",
        "ah",
        "zii",
        "ngoja",
        "pole",
        "सॉरी",
    ]
)
BREAKS = frozenset(
    [",", ".", ";", "\n", "/", "|", "•", "·", "-", "–", ":", "!", "?", "(", ")", "[", "]", "1.", "2.", "*", "•"]
)
