const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 8_000;
const LONGEST_RETRY_AFTER_SECONDS = 60;
// Sent again, the request would meet the same refusal.
const NEVER_AGAIN = /^(KILL_SWITCH|CONFLICT|IDEMPOTENCY_CONFLICT|BILLING_EXHAUSTED)$/;

/** Check whether the same request, sent again, may succeed; `code` is empty when the answer is not one of the API. */
export function isPassing(status: number, code: string, headers: Headers): boolean {
  if (NEVER_AGAIN.test(code)) return false;
  const advice = headers.get("x-should-retry")?.toLowerCase();
  if (advice === "true" || advice === "false") return advice === "true";
  return (
    code === "IDEMPOTENCY_IN_PROGRESS" ||
    status === 408 ||
    status === 429 ||
    (status >= 500 && status <= 599)
  );
}

/** Return the seconds that the server asks to wait; undefined when it does not, or cannot be understood. */
export function retryAfter(headers: Headers): number | undefined {
  const text = headers.get("retry-after")?.trim() ?? "";
  if (/^\d{1,9}(\.\d+)?$/.test(text)) return Number(text);
  // A date of HTTP begins with the name of a day; other texts are dates to some engines.
  const date = /^[A-Z][a-z]{2}/.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(date) ? undefined : Math.max(0, (date - Date.now()) / 1000);
}

/** Return the milliseconds before retry number `retry`, from 0; undefined when the server asks for too long. */
export function pauseMs(retry: number, headers: Headers | undefined): number | undefined {
  const asked = headers && retryAfter(headers);
  if (asked !== undefined) {
    return asked <= LONGEST_RETRY_AFTER_SECONDS ? asked * 1000 : undefined;
  }
  // All of it is chance, so that clients that failed together do not come back together.
  return Math.random() * Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** retry);
}
