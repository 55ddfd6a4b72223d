// Messages to begin with, as people write them in each place.

const SAMPLES = {
  KE: [
    ["Kiswahili", "Habari, nataka unga Jogoo 2kg mbili na maziwa Brookside 500ml tatu. Nipelekee Kilimani."],
    ["Sheng", "Niaje, nitumie mkate moja na mayai tray, niko Umoja. Nitalipa na mpesa"],
    ["English", "Hi, do you have Mwea pishori rice 5kg? One bag and 1 litre cooking oil to Westlands please."],
    ["Kiswahili", "Oda yangu iko wapi?"],
  ],
  IN: [
    ["Hinglish", "Bhaiya do plate poha aur ek cutting chai bhej do, College Road pe. Cash on delivery"],
    ["हिन्दी", "नमस्ते, तीन वड़ा पाव और दो चाय चाहिए, पंचवटी भेज दीजिए।"],
    ["मराठी", "दोन मिसळ पाव आणि एक ताक पाठवा, गंगापूर रोड."],
    ["English", "One full veg thali to Indira Nagar please. How long will it take?"],
  ],
};

export const samplesFor = (person) => (person.role === "customer" ? (SAMPLES[person.country] ?? SAMPLES.KE) : []);

export const PLACES = {
  KE: [
    ["Yaya Centre, Kilimani", -1.2935, 36.7884],
    ["Sarit, Westlands", -1.2607, 36.8027],
    ["Umoja Innercore", -1.2811, 36.8983],
    ["Moi Avenue, CBD", -1.2839, 36.825],
  ],
  IN: [
    ["College Road, Nashik", 20.0079, 73.7632],
    ["Panchavati Karanja", 20.0086, 73.7925],
    ["Indira Nagar", 19.9653, 73.7836],
    ["Dwarka Circle", 19.9931, 73.8003],
  ],
};
