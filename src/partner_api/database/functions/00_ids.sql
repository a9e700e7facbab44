-- A UUID version 7: 48 bits of milliseconds, the rest from a digest of p_seed. With the same arguments it is the
-- same id, so a ledger row's id needs no round trip to the application and a rehearsed run repeats exactly. One
-- expression, which names the seed once and promises no more than its parts do, becomes part of the statement that calls
-- it.
CREATE OR REPLACE FUNCTION time_ordered_uuid(p_now timestamptz, p_seed text)
RETURNS uuid
LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT overlay(overlay(
        md5(p_seed) PLACING lpad(to_hex((extract(epoch FROM p_now) * 1000)::bigint), 12, '0') || '7' FROM 1)
        PLACING '8' FROM 17)::uuid
$$;

-- The 128 bits of an id as a ULID: 26 digits of Crockford's base32.
CREATE OR REPLACE FUNCTION ulid_text(p_id uuid)
RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
    v_bits bit(130) := B'00' || ('x' || replace(p_id::text, '-', ''))::bit(128);
    v_text text := '';
BEGIN
    -- A loop takes half the time of a query.
    FOR v_digit IN 0..25 LOOP
        v_text := v_text || substr('0123456789ABCDEFGHJKMNPQRSTVWXYZ',
                                   1 + substring(v_bits FROM 1 + 5 * v_digit FOR 5)::integer, 1);
    END LOOP;
    RETURN v_text;
END
$$;
