"""UPI through a link provider that speaks Razorpay's API."""
