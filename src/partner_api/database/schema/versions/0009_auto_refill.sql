-- A wallet fills itself when refill_threshold and refill_amount are both set. Until now there was a switch beside
-- them. Where it was off, both numbers go, so that nothing begins to move by itself; the audit log keeps what they
-- were. Where it was on without the numbers, it did nothing, and says so from now on.
--
-- The column stays for the previous release, which reads it. It is written by credit_configure alone, after the two
-- numbers; and what a wallet does follows it, so that what the previous release writes until it has the new functions
-- moves nothing either.

DO $$
DECLARE
    v_wallet wallets;
BEGIN
    FOR v_wallet IN
        SELECT * FROM wallets
         WHERE NOT auto_refill_enabled AND (refill_threshold IS NOT NULL OR refill_amount IS NOT NULL)
         ORDER BY tenant_id, partner_id IS NULL, organization_id FOR NO KEY UPDATE
    LOOP
        UPDATE wallets SET refill_threshold = NULL, refill_amount = NULL
         WHERE tenant_id = v_wallet.tenant_id AND organization_id = v_wallet.organization_id;
        PERFORM audit_write(
            v_wallet.tenant_id, now(), coalesce(v_wallet.partner_id, v_wallet.organization_id),
            'credit_config.updated', ROW('system', NULL, NULL, NULL, NULL)::caller, NULL,
            jsonb_build_object(
                'organizationId', 'org_' || v_wallet.organization_id,
                'monthly_credit_cap', v_wallet.monthly_credit_cap,
                'refill_threshold', NULL, 'refill_amount', NULL, 'auto_refill_enabled', false,
                'reason', 'auto_refill_was_off',
                'before', jsonb_build_object('refill_threshold', v_wallet.refill_threshold,
                                             'refill_amount', v_wallet.refill_amount)));
    END LOOP;
END
$$;

UPDATE wallets SET auto_refill_enabled = false WHERE auto_refill_enabled AND refill_amount IS NULL;
