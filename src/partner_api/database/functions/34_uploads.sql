-- Uploads: what a worker has stored while it works on a job. A file is noted before it is stored, as a draft, so that
-- no file is ever there that no row knows of.

-- Note the place of a file that is about to be stored. A draft's name begins with a dot, as no asset's does.
-- Return false, and note nothing, if the claim is not the current one.
CREATE OR REPLACE FUNCTION upload_begin(
    p_tenant_id bigint, p_now timestamptz, p_job_id uuid, p_worker_id text, p_claim_token uuid, p_storage_key text)
RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET timezone = 'UTC' AS $$
BEGIN
    PERFORM tenant_hold(p_tenant_id);
    INSERT INTO asset_uploads (tenant_id, job_id, attempt, name, size_bytes, sha256, storage_key, created_at)
    SELECT p_tenant_id, p_job_id, attempt, upload_draft_name(p_storage_key), 0, repeat('0', 64), p_storage_key, p_now
      FROM jobs
     WHERE tenant_id = p_tenant_id AND id = p_job_id AND worker_id = p_worker_id AND claim_token = p_claim_token
       AND status = 'running' AND expires_at > p_now;
    RETURN FOUND;
END
$$;

-- Return the name of a draft.
CREATE OR REPLACE FUNCTION upload_draft_name(p_storage_key text)
RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT '.' || encode(sha256(convert_to(p_storage_key, 'UTF8')), 'hex')
$$;

-- Make a stored draft the file of this name, in the place of one that was uploaded before in the same attempt; that one
-- becomes a draft. Return the key of the file replaced or NULL, and whether it was done: the job is locked, so that the
-- claim is the current one, and no completion can take the file that is replaced.
CREATE OR REPLACE FUNCTION upload_finish(
    p_tenant_id bigint, p_now timestamptz, p_job_id uuid, p_worker_id text, p_claim_token uuid, p_storage_key text,
    p_name text, p_size_bytes bigint, p_sha256 text, OUT done boolean, OUT replaced_key text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET timezone = 'UTC' AS $$
DECLARE
    v_attempt integer;
BEGIN
    PERFORM tenant_hold(p_tenant_id);
    done := false;
    SELECT attempt INTO v_attempt FROM jobs
     WHERE tenant_id = p_tenant_id AND id = p_job_id AND worker_id = p_worker_id AND claim_token = p_claim_token
       AND status = 'running' AND expires_at > p_now
       FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        RETURN;
    END IF;
    UPDATE asset_uploads SET name = upload_draft_name(storage_key)
     WHERE tenant_id = p_tenant_id AND job_id = p_job_id AND attempt = v_attempt AND name = p_name
    RETURNING storage_key INTO replaced_key;
    UPDATE asset_uploads SET name = p_name, size_bytes = p_size_bytes, sha256 = p_sha256
     WHERE tenant_id = p_tenant_id AND job_id = p_job_id AND attempt = v_attempt
       AND name = upload_draft_name(p_storage_key);
    done := FOUND;
    IF NOT done THEN
        RAISE EXCEPTION 'the upload % of job % was not begun', p_storage_key, p_job_id;
    END IF;
END
$$;
