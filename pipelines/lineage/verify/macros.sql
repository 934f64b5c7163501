-- HMAC-SHA-256 (RFC 2104) as two nested hashes; the pads are bound, never written out.
CREATE TEMP MACRO hmac_hex(inner_pad, outer_pad, data) AS
  sha256(outer_pad || unhex(sha256(inner_pad || data)));

CREATE TEMP MACRO message(kind, scope, normal) AS
  encode(kind) || '\x00'::BLOB || encode(scope) || '\x00'::BLOB || encode(normal);

-- The first 64 bits, big-endian.
CREATE TEMP MACRO first_64(hex) AS ('0x' || left(hex, 16))::UBIGINT;

-- The day somebody turns that many years, over everywhere on Earth: at UTC-12 it begins at 12:00 UTC.
-- Whoever was born on 29 February turns on 1 March, in leap years too.
CREATE TEMP MACRO turns(born, years) AS
  TRY(CASE
    WHEN month(born) = 2 AND day(born) = 29 THEN make_date((year(born) + years)::INTEGER, 3, 1)
    ELSE make_date((year(born) + years)::INTEGER, month(born)::INTEGER, day(born)::INTEGER)
  END::TIMESTAMP + INTERVAL 12 HOURS);

-- Little-endian hexadecimal of an unsigned integer of 8 or of 2 bytes. No subquery: each is a join to plan.
CREATE TEMP MACRO little_2(value) AS
  substr(format('{:04x}', value), 3, 2) || substr(format('{:04x}', value), 1, 2);
CREATE TEMP MACRO little_8(value) AS
  substr(format('{:016x}', value), 15, 2) || substr(format('{:016x}', value), 13, 2)
  || substr(format('{:016x}', value), 11, 2) || substr(format('{:016x}', value), 9, 2)
  || substr(format('{:016x}', value), 7, 2) || substr(format('{:016x}', value), 5, 2)
  || substr(format('{:016x}', value), 3, 2) || substr(format('{:016x}', value), 1, 2);

-- Whether a number below 18 stands in what a file says of the people shown, behind the address of its vocabulary:
-- AG-A17, AG-U14, 9, 41;17.0, 12 years; not -1, not the 9 of 41.9. `digits` are those beyond ASCII, ten by ten.
CREATE TEMP MACRO declares_minor(value, digits) AS
  coalesce(regexp_matches(
    regexp_replace(
      CASE WHEN regexp_matches(value, '[^\x00-\x7f]')
        THEN translate(value, digits, repeat('0123456789', length(digits) // 10)) ELSE value END,
      '^\s*https?://.*[/#]', '', 'si'),
    '(^|[^-0-9.]|(^|[^0-9])[.])0*(1[0-7]|[0-9])([.][0-9]*)?([^0-9.]|$)'), false);

-- A masked text equals its source except where a mask stands, and a mask covers only what its name says.
CREATE TEMP MACRO is_source(released, source, kinds) AS
  CASE
    WHEN released IS NOT DISTINCT FROM source THEN true
    WHEN released IS NULL OR source IS NULL OR NOT contains(released, '⟦') THEN false
    ELSE differs_only_in_masks(released, source, kinds)
  END;

-- Whether anything of a text shows: white space, controls and marks alone do not.
CREATE TEMP MACRO is_visible(value) AS coalesce(regexp_matches(value, '[\pL\pN\pP\pS]'), false);

-- Pictures of a record as they may be released: what is not of its field's form is null.
CREATE TEMP MACRO releasable(media, mime_form, sha256_form) AS
  list_transform(media, lambda m: {
    'sha256': if(regexp_full_match(m.sha256, sha256_form), m.sha256, NULL),
    'mime': if(regexp_full_match(m.mime, mime_form), m.mime, NULL),
    'alt_text': m.alt_text, 'caption': m.caption});

-- Whether anything is written about a picture, or declared, and nothing of its file was left unread: else it is
-- unassessed, whatever the rules.
CREATE TEMP MACRO may_be_assessed(m) AS
  (regexp_matches(concat(m.alt_text, m.auto_alt_text, m.caption), '\pL') OR coalesce(len(m.metadata), 0) > 0)
  AND NOT coalesce(list_contains(list_transform(m.metadata, lambda entry: entry.property), 'optout:Unread'), false);

-- Of the pictures of a record those that were released, by number: each is the next that equals what was released.
CREATE TEMP MACRO released_of(released, media, kinds) AS
  list_reduce(
    range(1, coalesce(len(media), 0) + 1),
    lambda found, i: if(coalesce(
      len(found) < len(released)
      AND released[len(found) + 1].sha256 IS NOT DISTINCT FROM media[i].sha256
      AND released[len(found) + 1].mime IS NOT DISTINCT FROM media[i].mime
      AND is_source(released[len(found) + 1].alt_text, media[i].alt_text, kinds)
      AND is_source(released[len(found) + 1].caption, media[i].caption, kinds), false),
      list_append(found, i), found),
    []::BIGINT[]);

-- How many masks of one kind stand in a text.
CREATE TEMP MACRO tokens(value, kind) AS
  CASE WHEN contains(value, '⟦')
    THEN (length(value) - length(replace(value, '⟦' || kind || '⟧', ''))) // (length(kind) + 2)
    ELSE 0 END;
