"""What is on the dashboards: the ten numbers that matter, and money."""

from __future__ import annotations

from typing import Final

from tools.dashboards import Dashboard, Panel, Query, Row

_WINDOW: Final = "$__rate_interval"
_TEN: Final = (
    Panel(
        "1 · Wallet locks: requests given up",
        "Requests of the last ten minutes that waited ten seconds for a row and were answered 503.",
        (Query('sum(increase(layers_request_timeouts_total{reason="lock",%}[10m]))', "in 10 minutes"),),
        yellow=1, red=3, alerts=("LayersWalletLocked",), kind="stat",
    ),
    Panel(
        "2 · Renewals late",
        "For how long the oldest lease month that is due has not been charged.",
        (Query('max(layers_sweep_lag_seconds{sweep="renewals",%})', "late"),),
        "s", 60, 300, ("LayersRenewalsLate",), "stat",
    ),
    Panel(
        "3 · Deliveries late",
        "For how long the oldest webhook that is due has not been sent.",
        (Query("max(layers_webhook_oldest_due_seconds{%})", "late"),),
        "s", 120, 300, ("LayersDeliveriesStopped", "LayersDeliveriesLate"), "stat",
    ),
    Panel(
        "4 · Past due",
        "Leases that their partner could not pay, and those of them that end within a day.",
        (
            Query("max(layers_leases_past_due{%})", "past due"),
            Query("max(layers_leases_ending_unpaid{%})", "ending"),
        ),
        yellow=1, alerts=("LayersLeasesEndUnpaid",), kind="stat",
    ),
    Panel(
        "5 · Books: wrong values",
        "What the last full check found. Anything but 0 is a fault.",
        (Query("max(layers_books_mismatches{%})", "wrong"),),
        red=1, alerts=("LayersBooksDiffer",), kind="stat",
    ),
    Panel(
        "5 · Books: last checked",
        "How long ago the last full check ended. One begins every day.",
        (Query("time() - max(layers_books_checked_timestamp_seconds{%})", "ago"),),
        "s", 93_600, 100_800, ("LayersBooksUnchecked",), "stat",
    ),
    Panel(
        "6 · Jobs that expire",
        "Unfinished jobs that fail within four hours, and jobs whose workers went silent, of the last hour.",
        (
            Query("max(layers_jobs_expiring{%})", "expiring"),
            Query("max(layers_jobs_lost_last_hour{%})", "lost"),
        ),
        yellow=1, red=5, alerts=("LayersJobsExpire", "LayersWorkersLost"), kind="stat",
    ),
    Panel(
        "7 · Failures",
        "The share of requests of the last hour that got INTERNAL or UNAVAILABLE. 0.1 % is what is promised.",
        (
            Query(
                "max(job:layers_http_failures:rate1h{%} / (job:layers_http_requests:rate1h{%} > 0)) or vector(0)",
                "of an hour",
            ),
        ),
        "percentunit", 0.006, 0.0144, ("LayersErrorsFast", "LayersErrorsSlow"), "stat",
    ),
    Panel(
        "8 · p99",
        "99 of 100 requests of the last five minutes took less, by class of route.",
        (Query("job_class:layers_http_request_seconds:p99_5m{%}", "{{class}}"),),
        "s", 1, 2.5, ("LayersSlow",), "stat",
    ),
    Panel(
        "9 · Pool: waiting",
        "How many requests waited for a database connection at a time, on average of five minutes.",
        (Query('sum(rate(layers_pool_wait_seconds_total{pool="requests",%}[5m]))', "waiting"),),
        yellow=1, red=2, alerts=("LayersPoolFull",), kind="stat",
    ),
    Panel(
        "10 · Disk: least free",
        "Of all folders of all servers.",
        (Query("min(layers_disk_free_bytes{%} / layers_disk_bytes{%})", "free"),),
        "percentunit", 0.15, 0.05, ("LayersDiskFull", "LayersDiskLow"), "stat", True,
    ),
    Panel(
        "Servers that answer",
        "Of those that Prometheus asks.",
        (Query("sum(up{%})", "up"), Query("count(up{%})", "in all")),
        alerts=("LayersServerDown", "LayersPartDown"), kind="stat",
    ),
)  # fmt: skip
_REQUESTS: Final = (
    Panel(
        "Requests in a second",
        "By status, of the chosen servers.",
        (Query(f"sum by (status) (rate(layers_http_requests_total{{@}}[{_WINDOW}]))", "{{status}}"),),
        "reqps",
    ),
    Panel(
        "Failures in a second",
        "By code. KILL_SWITCH is a suspended organization, and no fault.",
        (Query(f"sum by (surface, code) (rate(layers_http_failures_total{{@}}[{_WINDOW}]))", "{{surface}} {{code}}"),),
        "reqps", alerts=("LayersErrorsFast", "LayersErrorsSlow"),
    ),
    Panel(
        "p99 by class",
        "Without what waits for events, moves files or reads whole ledgers.",
        (Query("job_class:layers_http_request_seconds:p99_5m{%}", "{{class}}"),),
        "s", 1, 2.5, ("LayersSlow",),
    ),
    Panel(
        "Slowest routes",
        "p99 of the ten slowest.",
        (
            Query(
                "topk(10, histogram_quantile(0.99, sum by (method, route, le) "
                f"(rate(layers_http_request_seconds_bucket{{@}}[{_WINDOW}]))))",
                "{{method}} {{route}}",
            ),
        ),
        "s", alerts=("LayersSlow",),
    ),
    Panel(
        "Connections of clients",
        "Known ones have sent a valid key.",
        (Query("sum by (kind) (layers_http_connections{@})", "{{kind}}"),),
    ),
    Panel(
        "Connections closed in a second",
        "By the server, with the reason.",
        (Query(f"sum by (reason) (rate(layers_http_connections_closed_total{{@}}[{_WINDOW}]))", "{{reason}}"),),
        "ops",
    ),
)  # fmt: skip
_DATABASE: Final = (
    Panel(
        "Pool: in use and waiting",
        "Connections of the chosen servers that are lent, requests that wait for one, and how many there can be.",
        (
            Query(f"sum by (pool) (rate(layers_pool_busy_seconds_total{{@}}[{_WINDOW}]))", "in use: {{pool}}"),
            Query(
                f"sum by (pool, waits_for) (rate(layers_pool_wait_seconds_total{{@}}[{_WINDOW}]))",
                "wait: {{pool}}, {{waits_for}}",
            ),
            Query('sum(layers_pool_connections_most{pool="requests",@})', "most: requests"),
        ),
        alerts=("LayersPoolFull",),
    ),
    Panel(
        "Refused for their organization's own load",
        "503s because too much of one organization waited (full), or waited too long (late).",
        (Query(f"sum by (reason) (rate(layers_lane_refusals_total{{@}}[{_WINDOW}]))", "{{reason}}"),),
        "reqps", alerts=("LayersPoolFull",),
    ),
    Panel(
        "Locks",
        "Sessions that wait for a lock, and for how long the first has waited; once a minute.",
        (
            Query("max(layers_database_lock_waits{%})", "sessions"),
            Query("max(layers_database_longest_lock_wait_seconds{%})", "seconds"),
        ),
        alerts=("LayersWalletLocked",),
    ),
    Panel(
        "Left for later because of a lock",
        "By sweep, in a second. Now and then is nothing.",
        (Query(f"sum by (sweep) (rate(layers_sweep_locked_total{{%}}[{_WINDOW}])) > 0", "{{sweep}}"),),
        "ops", alerts=("LayersWalletLocked",),
    ),
    Panel(
        "Free on disks",
        "By server and folder.",
        (Query("layers_disk_free_bytes{@} / layers_disk_bytes{@}", "{{instance}} {{folder}}"),),
        "percentunit", 0.15, 0.05, ("LayersDiskFull", "LayersDiskLow"), falls=True,
    ),
    Panel(
        "Size of the database and of its log",
        "The log: its files, where the server brings PostgreSQL along, and what is kept for replication slots.",
        (
            Query("max(layers_database_bytes{%})", "database"),
            Query("max(layers_database_wal_files_bytes{%})", "log: files"),
            Query("max(layers_database_wal_kept_bytes{%})", "log: kept for slots"),
        ),
        "bytes", alerts=("LayersWalKept",),
    ),
    Panel(
        "Log written in a second",
        "What PostgreSQL writes to its write-ahead log, which is what a backup has to keep.",
        (Query("max(deriv(layers_database_wal_position_bytes{%}[5m]))", "written"),),
        "Bps", alerts=("LayersWalKept",),
    ),
    Panel(
        "Backup behind",
        "How old the last copy of the log at the target for backups is; nothing, where no target is set.",
        (Query("max(layers_backup_lag_seconds{%})", "behind"),),
        "s", 60, 300, ("LayersBackupBehind",),
    ),
    Panel(
        "Sessions of PostgreSQL",
        "Everybody's, and how many are allowed.",
        (
            Query("max(layers_database_sessions{%})", "sessions"),
            Query("max(layers_database_sessions_most{%})", "most"),
        ),
        alerts=("LayersSessionsFull",),
    ),
)  # fmt: skip
_WORK: Final = (
    Panel(
        "Background work late",
        "For how long the oldest due row has waited, where any waits.",
        (Query("max by (sweep) (layers_sweep_lag_seconds{%}) > 0", "{{sweep}}"),),
        "s", 300, 900, ("LayersSweepLate", "LayersRenewalsLate"),
    ),
    Panel(
        "Steps of background work that failed",
        "In a second, by sweep; and rows that were passed over.",
        (
            Query(f"sum by (sweep) (rate(layers_sweep_failures_total{{@}}[{_WINDOW}])) > 0", "failed: {{sweep}}"),
            Query(f"sum by (work) (rate(layers_skipped_rows_total{{@}}[{_WINDOW}])) > 0", "skipped: {{work}}"),
        ),
        "ops", alerts=("LayersRowsSkipped",),
    ),
    Panel(
        "Webhooks sent in a second",
        "By what the attempt came to.",
        (Query(f"sum by (outcome) (rate(layers_webhook_attempts_total{{@}}[{_WINDOW}]))", "{{outcome}}"),),
        "ops", alerts=("LayersDeliveriesStopped",),
    ),
    Panel(
        "Webhooks that wait",
        "Deliveries, to 10,000; those being sent, at most 64 of a server; endpoints that the server has paused.",
        (
            Query("max(layers_webhook_pending{%})", "waiting"),
            Query("sum(layers_webhook_in_flight{@}) or vector(0)", "being sent"),
            Query("max(layers_webhook_auto_paused_endpoints{%})", "paused endpoints"),
        ),
        alerts=("LayersDeliveriesLate",),
    ),
    Panel(
        "Jobs",
        "To 10,000.",
        (
            Query("max(layers_jobs_waiting{%})", "waiting"),
            Query("max(layers_jobs_running{%})", "with a worker"),
            Query("max(layers_jobs_expiring{%})", "expiring"),
        ),
        alerts=("LayersJobsWait", "LayersJobsExpire"),
    ),
    Panel(
        "Job that waits longest",
        "For how long.",
        (Query("max(layers_jobs_oldest_waiting_seconds{%})", "waiting"),),
        "s", 600, 1800, ("LayersJobsWait",),
    ),
    Panel(
        "Parts that do not work",
        "Of each server: its processes, and how often they were started again in an hour.",
        (
            Query("layers_part_up{@} == 0", "down: {{instance}} {{part}}"),
            Query("increase(layers_part_restarts_total{@}[1h]) > 0", "restarts: {{instance}} {{part}}"),
        ),
        alerts=("LayersPartDown", "LayersPartRestarts"),
    ),
    Panel(
        "Age of what is measured once a minute",
        "The numbers of the database, and of each server's disks.",
        (Query("time() - layers_measured_timestamp_seconds{@}", "{{instance}} {{what}}"),),
        "s", 300, 600, ("LayersNumbersOld",),
    ),
)  # fmt: skip
_MOVEMENTS: Final = (
    Panel(
        "Movements in a second",
        "Operations that moved credits or cash, or decided a job or a lease, by function.",
        (Query(f"sum by (function) (rate(layers_money_items_total{{@}}[{_WINDOW}])) > 0", "{{function}}"),),
        "ops",
    ),
    Panel(
        "Movements in a commit",
        "How many of one partner went together, on average: rises with load.",
        (
            Query(
                f"sum by (function) (rate(layers_money_items_total{{@}}[{_WINDOW}])) / "
                f"(sum by (function) (rate(layers_money_calls_total{{@}}[{_WINDOW}])) > 0)",
                "{{function}}",
            ),
        ),
    ),
    Panel(
        "Refused for lack of credits or money",
        "Requests that got 402, in a second, by route.",
        (Query(f'sum by (route) (rate(layers_http_requests_total{{status="402",@}}[{_WINDOW}])) > 0', "{{route}}"),),
        "reqps",
    ),
    Panel(
        "Refused for their organization's own load",
        "503s because too much of one organization waited.",
        (Query(f"sum by (reason) (rate(layers_lane_refusals_total{{@}}[{_WINDOW}]))", "{{reason}}"),),
        "reqps", alerts=("LayersPoolFull",),
    ),
)  # fmt: skip
_LEASES: Final = (
    Panel(
        "Lease months charged in a second",
        "By the sweep of renewals.",
        (Query(f'sum(rate(layers_sweep_rows_total{{sweep="renewals",@}}[{_WINDOW}]))', "charged or tried"),),
        "ops", alerts=("LayersRenewalsLate",),
    ),
    Panel(
        "Renewals and periods late",
        "For how long the oldest has waited.",
        (Query('max by (sweep) (layers_sweep_lag_seconds{sweep=~"renewals|periods|expiries",%})', "{{sweep}}"),),
        "s", 60, 300, ("LayersRenewalsLate", "LayersSweepLate"),
    ),
    Panel(
        "Leases past due",
        "To 10,000, and those of them that end within a day.",
        (
            Query("max(layers_leases_past_due{%})", "past due"),
            Query("max(layers_leases_ending_unpaid{%})", "ending"),
        ),
        alerts=("LayersLeasesEndUnpaid",),
    ),
    Panel(
        "A step of renewals takes",
        "99 of 100 take less.",
        (
            Query(
                "histogram_quantile(0.99, sum by (le) "
                f'(rate(layers_sweep_step_seconds_bucket{{sweep="renewals",@}}[{_WINDOW}])))',
                "p99",
            ),
        ),
        "s",
    ),
)  # fmt: skip
_BOOKS: Final = (
    Panel(
        "Books: wrong values",
        "What the last full check found.",
        (Query("max(layers_books_mismatches{%})", "wrong"),),
        red=1, alerts=("LayersBooksDiffer",),
    ),
    Panel(
        "Books: last checked",
        "How long ago.",
        (Query("time() - max(layers_books_checked_timestamp_seconds{%})", "ago"),),
        "s", 93_600, 100_800, ("LayersBooksUnchecked",),
    ),
)  # fmt: skip
DASHBOARDS: Final = (
    Dashboard(
        "layers-overview",
        "Layers: overview",
        "The ten numbers that matter, each with the limits of its alert, and what is behind them.",
        (
            Row("The ten numbers", _TEN, 6, 5),
            Row("Requests", _REQUESTS, 2, 8),
            Row("Database and disks", _DATABASE, 2, 8),
            Row("Background work", _WORK, 2, 8),
        ),
    ),
    Dashboard(
        "layers-money",
        "Layers: money",
        "What moves credits and cash, the leases that are charged, and the books.",
        (
            Row("Movements", _MOVEMENTS, 2, 8),
            Row("Leases", _LEASES, 2, 8),
            Row("Books", _BOOKS, 2, 8),
        ),
    ),
)
