-- What must not be used, by its own name: records, by id or address, and pictures, by the digest of their bytes.
CREATE OR REPLACE TEMP TABLE taken_down AS
SELECT DISTINCT type, form,
  if(type = 'media', first_64(hmac_hex($inner, $outer, message('media', '', form))), NULL) AS subject
FROM written
WHERE here AND form IS NOT NULL AND purposes & $purposes::USMALLINT <> 0;
