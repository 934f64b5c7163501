-- Where nothing was decided, no row is hit.
CREATE OR REPLACE TEMP TABLE review_hit(n BIGINT, refused BOOLEAN, expired BOOLEAN, released BOOLEAN);
