-- What must become of each row of a batch, from nothing but the row, the accounts it names and the policy.
-- `expected` is the set of read and standing reasons; 0 leaves the row to the content rules.
CREATE OR REPLACE TEMP TABLE judged AS
WITH fact AS (
  SELECT
    batch.*,
    account.account_id IS NOT NULL AS known,
    account.active, account.kind_allowed, account.notified, account.region_allowed, account.public,
    account.restricted, account.adult_from, account.adult_now,
    coalesce(need.bit, $unknown_surface) AS surface_bit,
    -- an author's role has the value 0; what nobody knows the date of counts as older
    account.clear[1] & coalesce(need.bit, $unknown_surface) <> 0
      AND (account.clear_older[1] & coalesce(need.bit, $unknown_surface) <> 0
        OR coalesce(created_at >= account.until, false)) AS surface_clear,
    -- a surface that nobody knows is not used and needs everything
    coalesce(need.used, false) AS used,
    coalesce(need.public, true) AS needs_public,
    coalesce(need.adult_now, true) AS needs_adult_now,
    coalesce(need.adult_at_posting, true) AS needs_adult_at_posting,
    coalesce(need.notice, true) AS needs_notice,
    coalesce(need.region, true) AS needs_region,
    coalesce(list_contains($visibilities::VARCHAR[], visibility), false) AS visibility_known,
    coalesce(list_contains($visibilities::VARCHAR[] || ['none'], container_visibility), false) AS container_known
  FROM batch
  LEFT JOIN account ON account.account_id = batch.account_id
  LEFT JOIN need ON need.surface = batch.surface
),
-- Whom a row names besides its author. Nobody is known where there is no id, or no role that we know: that is
-- dropped, whatever the policy says of roles.
named AS (
  SELECT other.n,
    action.role IS NOT NULL AND account.account_id IS NOT NULL AS known,
    account.clear[action.role + 1] & surface_bit <> 0
      AND (account.clear_older[action.role + 1] & surface_bit <> 0
        OR coalesce(other.created_at >= account.until, false)) AS clear,
    coalesce(action.drops_objected, true) AS drops_objected,
    coalesce(action.drops_unknown OR other.account IS NULL, true) AS drops_unknown
  FROM (SELECT n, surface_bit, created_at, unnest(others).role AS role, unnest(others).account AS account
        FROM fact WHERE len(others) > 0) AS other
  LEFT JOIN action ON action.label = other.role
  LEFT JOIN account ON account.account_id = other.account
),
taken AS (SELECT DISTINCT n FROM content_form JOIN taken_down USING (type, form)),
third_party AS (
  SELECT n, bool_or(known AND drops_objected AND NOT clear) AS objected, bool_or(NOT known AND drops_unknown) AS unknown
  FROM named GROUP BY n
)
SELECT
  fact.n,
  CASE
    WHEN defect IS NOT NULL OR record_id IS NULL THEN $malformed
    ELSE
      if(taken.n IS NOT NULL, $takedown, 0)
      | if(known AND NOT surface_clear, $objection, 0)
      | if(coalesce(third_party.objected, false), $third_party_objection, 0)
      | if(NOT known, $account_unknown, 0)
      | if(known AND NOT active, $account_inactive, 0)
      | if(known AND NOT kind_allowed, $account_kind_excluded, 0)
      | if(known AND needs_adult_now AND adult_from IS NOT NULL AND NOT adult_now, $minor_account, 0)
      | if(known AND needs_adult_at_posting AND coalesce(created_at < adult_from, false), $minor_at_posting, 0)
      | if(known AND (needs_adult_now OR needs_adult_at_posting) AND adult_from IS NULL, $age_unknown, 0)
      | if(needs_adult_at_posting AND created_at IS NULL, $posting_date_unknown, 0)
      | if(known AND needs_notice AND NOT notified, $notice_pending, 0)
      | if(NOT used, $surface_excluded, 0)
      | if(known AND needs_region AND NOT region_allowed, $region_excluded, 0)
      | if(needs_public AND (
          (known AND restricted)
          OR (visibility_known AND visibility <> 'public')
          OR (container_known AND container_visibility NOT IN ('public', 'none'))), $not_public, 0)
      | if(needs_public AND (
          (known AND NOT public AND NOT restricted) OR NOT visibility_known OR NOT container_known),
          $visibility_unknown, 0)
      | if(coalesce(third_party.unknown, false), $third_party_unknown, 0)
  END::UINTEGER AS expected,
  -- PLUS MinorModelAgeDisclosure, IPTC Extension ModelAge
  coalesce(len(list_filter(media, lambda medium: len(list_filter(medium.metadata, lambda entry:
    entry.property IN ('plus:MinorModelAgeDisclosure', 'Iptc4xmpExt:ModelAge')
    AND len(list_filter(entry.values, lambda v: declares_minor(v, $digits))) > 0
  )) > 0)) > 0, false) AS declared,
  -- an age in words, or a characteristic of a person: whether that is a minor is a matter of words, and left open
  coalesce(len(list_filter(media, lambda medium: len(list_filter(medium.metadata, lambda entry:
    entry.property IN ('Iptc4xmpExt:ModelAge', 'Iptc4xmpExt:PersonInImageWDetails/PersonCharacteristic/CvTermName',
      'Iptc4xmpExt:PersonInImageWDetails/PersonCharacteristic/CvTermId',
      'Iptc4xmpExt:PersonInImageWDetails/PersonCharacteristic/CvId')
    AND len(list_filter(entry.values, lambda v: coalesce(regexp_matches(v, '\pL'), false))) > 0
  )) > 0)) > 0, false) AS said_in_words,
  coalesce(len(media), 0) AS pictures
FROM fact
LEFT JOIN third_party ON third_party.n = fact.n
LEFT JOIN taken ON taken.n = fact.n;
