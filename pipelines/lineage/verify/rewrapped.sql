-- Pseudonyms after a further key was applied.
UPDATE written SET pseudonym = unhex(hmac_hex($inner, $outer, pseudonym));
