-- A UUID version 7: 48 bits of milliseconds, the rest from a digest of p_seed. With the same arguments it is the
-- same id, so a ledger row's id needs no round trip to the application and a rehearsed run repeats exactly.
CREATE OR REPLACE FUNCTION time_ordered_uuid(p_now timestamptz, p_seed text)
RETURNS uuid
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT (substr(h.ms, 1, 12) || '7' || substr(h.digest, 1, 3)
            || substr('89ab', 1 + (get_byte(decode(substr(h.digest, 4, 2), 'hex'), 0) & 3), 1)
            || substr(h.digest, 6, 15))::uuid
      FROM (SELECT lpad(to_hex((extract(epoch FROM p_now) * 1000)::bigint), 12, '0') AS ms, md5(p_seed) AS digest) h;
$$;
