-- The files of jobs that are completed: were they uploaded, and what they become. See 33_results.sql.

-- Return of completions of these jobs, at the positions p_places, why they are refused before they are charged, NULL if
-- they are not, and their files with where they are stored, NULL if there are none.
CREATE OR REPLACE FUNCTION completions_check(
    p_tenant_id bigint, p_items job_completion[], p_places integer[], p_jobs jobs[],
    OUT p_refusals outcome[], OUT p_assets jsonb[])
LANGUAGE plpgsql AS $$
DECLARE
    v_item   job_completion;
    v_ids    uuid[] := '{}'; -- the jobs that have files, and the files
    v_files  jsonb[] := '{}';
    v_tries  integer[] := '{}';
    v_places integer[] := '{}';
    v_found  record;
BEGIN
    p_refusals := array_fill(NULL::outcome, ARRAY[cardinality(p_places)]);
    p_assets := array_fill(NULL::jsonb, ARRAY[cardinality(p_places)]);
    FOR v_index IN 1..cardinality(p_places) LOOP
        v_item := p_items[p_places[v_index]];
        -- What it became decides what a job of the format auto may cost.
        IF v_item.charged > p_jobs[v_index].slideshow_credits AND NOT v_item.assets @> '[{"kind": "video"}]' THEN
            p_refusals[v_index] := ROW('refused', 'VALIDATION', jsonb_build_object(
                'reason', 'above_slideshow_price', 'field', 'credits_charged',
                'maximum', p_jobs[v_index].slideshow_credits))::outcome;
        ELSIF v_item.assets <> '[]' THEN
            v_ids := v_ids || v_item.job_id;
            v_files := v_files || v_item.assets;
            v_tries := v_tries || p_jobs[v_index].attempt;
            v_places := v_places || v_index;
        END IF;
    END LOOP;
    IF v_ids = '{}' THEN
        RETURN;
    END IF;
    FOR v_found IN SELECT * FROM completions_files(p_tenant_id, v_ids, v_tries, v_files) LOOP
        IF v_found.problems IS NULL THEN
            p_assets[v_places[v_found.place]] := v_found.assets;
        ELSE
            p_refusals[v_places[v_found.place]] := ROW('refused', 'VALIDATION', jsonb_build_object(
                'problems', v_found.problems))::outcome;
        END IF;
    END LOOP;
END
$$;

-- Return of the files of jobs, which have this try, where they are stored, and what is wrong with them; NULL: nothing.
CREATE OR REPLACE FUNCTION completions_files(
    p_tenant_id bigint, p_job_ids uuid[], p_attempts integer[], p_files jsonb[])
RETURNS TABLE (place bigint, assets jsonb, problems jsonb)
LANGUAGE plpgsql STABLE AS $$
DECLARE
    v_upload record;
    v_ids    uuid[] := '{}';
    v_names  text[] := '{}';
    v_sizes  bigint[] := '{}';
    v_hashes text[] := '{}';
    v_keys   text[] := '{}';
BEGIN
    FOR v_upload IN
        SELECT job_id, attempt, name, size_bytes, sha256, storage_key FROM asset_uploads
         WHERE tenant_id = p_tenant_id AND job_id = ANY (p_job_ids)
    LOOP
        IF v_upload.attempt = p_attempts[array_position(p_job_ids, v_upload.job_id)] THEN
            v_ids := v_ids || v_upload.job_id;
            v_names := v_names || v_upload.name;
            v_sizes := v_sizes || v_upload.size_bytes;
            v_hashes := v_hashes || v_upload.sha256;
            v_keys := v_keys || v_upload.storage_key;
        END IF;
    END LOOP;
    RETURN QUERY
    SELECT i.place,
           jsonb_agg(a.asset || jsonb_build_object('storage_key', u.storage_key) ORDER BY a.ordinality),
           jsonb_agg(jsonb_build_object(
               'reason', CASE WHEN u.name IS NULL THEN 'not_uploaded' ELSE 'other_file' END,
               'field', 'assets', 'position', a.ordinality - 1,
               'member', CASE WHEN u.name IS NULL THEN 'name' ELSE 'sha256' END)
               ORDER BY a.ordinality)
               FILTER (WHERE u.name IS NULL OR u.sha256 <> a.asset ->> 'sha256'
                          OR u.size_bytes <> (a.asset ->> 'size_bytes')::bigint)
      FROM unnest(p_job_ids, p_files) WITH ORDINALITY i (job_id, files, place)
     CROSS JOIN LATERAL jsonb_array_elements(i.files) WITH ORDINALITY a (asset, ordinality)
      LEFT JOIN unnest(v_ids, v_names, v_sizes, v_hashes, v_keys) u (job_id, name, size_bytes, sha256, storage_key)
        ON u.job_id = i.job_id AND u.name = a.asset ->> 'name'
     GROUP BY i.place;
END
$$;

-- Insert assets of stored files, those of each job in this order.
CREATE OR REPLACE FUNCTION assets_insert(p_tenant_id bigint, p_now timestamptz, p_job_ids uuid[], p_assets jsonb[])
RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO assets (tenant_id, id, container_id, position, kind, name, width, height, mime_type, size_bytes, sha256,
                        storage_key, created_at)
    SELECT p_tenant_id, time_ordered_uuid(p_now, 'asset:' || m.job_id || ':' || (a.asset ->> 'name')), c.id,
           a.ordinality, a.asset ->> 'kind', a.asset ->> 'name', (a.asset ->> 'width')::integer,
           (a.asset ->> 'height')::integer, a.asset ->> 'mime_type', (a.asset ->> 'size_bytes')::bigint,
           a.asset ->> 'sha256', a.asset ->> 'storage_key', p_now
      FROM unnest(p_job_ids, p_assets) m (job_id, assets)
      JOIN containers c ON c.tenant_id = p_tenant_id AND c.job_id = m.job_id AND c.job_id = ANY (p_job_ids)
     CROSS JOIN LATERAL jsonb_array_elements(m.assets) WITH ORDINALITY a (asset, ordinality);
END
$$;
