"""UPI payment links and QR codes in Razorpay's form, simulated."""
