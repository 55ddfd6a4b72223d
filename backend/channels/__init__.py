"""Messages in and out, without their meaning: WhatsApp and Instagram behind one port."""
