"""Reading of one message in any of Duka's languages; needs no Rasa."""
