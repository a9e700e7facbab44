-- A wallet's time is that of its last event, of its period's start or of its opening, whichever is latest, so that it
-- can be derived. Until now, moving the start of a subscription left the time of the move, also where that wrote no
-- event. No event and no period is later, so nothing that follows is dated before one.
UPDATE wallets w SET last_event_at = t.derived
  FROM (SELECT s.tenant_id, s.organization_id, greatest(s.period_start, o.created_at, e.created_at) AS derived
          FROM wallets s
          JOIN organizations o ON o.tenant_id = s.tenant_id AND o.id = s.organization_id
          LEFT JOIN credit_events e
            ON e.tenant_id = s.tenant_id AND e.organization_id = s.organization_id AND e.sequence = s.last_sequence
         WHERE s.subscription_started_on IS NOT NULL) t
 WHERE w.tenant_id = t.tenant_id AND w.organization_id = t.organization_id AND w.last_event_at > t.derived;
