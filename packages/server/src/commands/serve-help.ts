export const SERVE_HELP = `latchkey serve [--only gateway|web] [--workers N|auto]

Starts the service: the MCP and API doors, the authorization server, the pages and the dashboard. Without DATABASE_URL it
brings its own PostgreSQL, in LATCHKEY_DATA_DIR.

  --only gateway   the doors and the authorization server alone, at PUBLIC_MCP_BASE_URL
  --only web       the pages and the dashboard alone, at PUBLIC_WEB_BASE_URL
Two hosts need, both the same: PUBLIC_MCP_BASE_URL, PUBLIC_WEB_BASE_URL, OAUTH_HANDOFF_SECRET, DATABASE_URL and
LATCHKEY_SECRET.

  --workers N      so many processes that share the port, the database and the limits; auto: one for each processor [1]
                   SIGHUP replaces them one after the other, each once a new one serves; no call is lost

Environment (defaults in brackets):
  PORT [4747], HOST [127.0.0.1]
  PUBLIC_MCP_BASE_URL, PUBLIC_WEB_BASE_URL           as the world reaches it, by https: http is for this machine alone
                                                     [http://localhost:PORT]
  OAUTH_HANDOFF_SECRET                               needed when the two differ; at least 32 characters
  DATABASE_URL                                       an external PostgreSQL
  REDIS_URL                                          redis:// or rediss://: where the rate limits of many nodes are
                                                     counted [each node counts for itself]
  LATCHKEY_DATA_DIR [./.latchkey]                    database and generated secret
  LATCHKEY_SECRET                                    master secret for encryption at rest
  LATCHKEY_SECRET_PREVIOUS                           the former one, for latchkey secrets rotate alone
  LATCHKEY_CONFIG                                    YAML or JSON file that declares organisations and connectors
  LATCHKEY_CONNECTOR_PATHS                           more paths that are the single connector URL, separated by commas
  TRUSTED_PROXIES                                    proxies whose X-Forwarded-For is believed: addresses and networks
                                                     such as 10.0.0.0/8, separated by commas [none]
  SHARED_EGRESS_CIDRS [160.79.104.0/21]              networks of hosted clients, which register for very many people
                                                     [Claude's]
  IMPORT_PRIVATE_CIDRS                               networks of your own that connectors made on the dashboard may
                                                     reach [none]
  LATCHKEY_DRAIN_SECONDS                             how long a SIGTERM leaves it serving, while /readyz and each answer
                                                     say that it is going [6 where there are other nodes, else 0]

  LATCHKEY_CALLS_PER_MINUTE_PER_KEY [600]            calls of a key in a minute
  LATCHKEY_CALLS_PER_MINUTE_PER_ORGANISATION [6000]  of all keys of an organisation
  LATCHKEY_CALLS_AT_ONCE [1024]                      calls under way in a process; who comes then waits
  LATCHKEY_CALLS_AT_ONCE_PER_ORGANISATION [512]      of one organisation
  LATCHKEY_CALLS_AT_ONCE_PER_KEY [256]               of one key
  LATCHKEY_CALLS_WAITING [1024]                      calls that wait
  LATCHKEY_CALLS_WAIT_SECONDS [10]                   how long one waits
  LATCHKEY_MONTHLY_CALLS                             calls of an organisation in a month [no end]
  LATCHKEY_MONTHLY_CREDITS                           credits of an organisation in a month [no end]

  LATCHKEY_AUDIT_DAYS                                how long the audit log keeps what belongs to no organisation: 30 to
                                                     3650 days [for ever]

  LOG_LEVEL [info]                                   debug, info, warn, error, silent
  LATCHKEY_METRICS_TOKEN                             whoever shows it may read /metrics; without it, this machine alone,
                                                     and only as long as the service has no public address
  LATCHKEY_METRICS_ADDRESS                           an address and port for /metrics alone, such as 127.0.0.1:9464

  Traces, metrics and the audit log for a collector (docs/observability.md):
  OTEL_EXPORTER_OTLP_ENDPOINT                        where sampled traces go, and metrics and the audit log if they are
                                                     asked for [nowhere]
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT,
  OTEL_EXPORTER_OTLP_METRICS_ENDPOINT,
  OTEL_EXPORTER_OTLP_LOGS_ENDPOINT                   another address for one of them
  OTEL_TRACES_EXPORTER, OTEL_METRICS_EXPORTER        otlp, none
  OTEL_LOGS_EXPORTER                                 otlp: the audit log, too
  OTEL_EXPORTER_OTLP_HEADERS,
  OTEL_EXPORTER_OTLP_LOGS_HEADERS                    what the collector wants to see: a=b,c=d
  OTEL_EXPORTER_OTLP_TIMEOUT,
  OTEL_EXPORTER_OTLP_TRACES_TIMEOUT,
  OTEL_EXPORTER_OTLP_METRICS_TIMEOUT,
  OTEL_EXPORTER_OTLP_LOGS_TIMEOUT                    milliseconds [10000]
  OTEL_EXPORTER_OTLP_PROTOCOL,
  OTEL_EXPORTER_OTLP_TRACES_PROTOCOL,
  OTEL_EXPORTER_OTLP_METRICS_PROTOCOL                http/protobuf alone
  OTEL_EXPORTER_OTLP_LOGS_PROTOCOL                   http/json alone
  OTEL_TRACES_SAMPLER [parentbased_traceidratio],
  OTEL_TRACES_SAMPLER_ARG [0.1]                      which requests are traced
  OTEL_PROPAGATORS [tracecontext]                    tracecontext, none
  OTEL_BSP_SCHEDULE_DELAY, OTEL_BSP_MAX_QUEUE_SIZE,
  OTEL_BSP_MAX_EXPORT_BATCH_SIZE,
  OTEL_BSP_EXPORT_TIMEOUT                            how spans are sent
  OTEL_METRIC_EXPORT_INTERVAL [60000],
  OTEL_METRIC_EXPORT_TIMEOUT [30000]                 milliseconds
  OTEL_SERVICE_NAME [latchkey],
  OTEL_RESOURCE_ATTRIBUTES                           who says all this
  OTEL_SDK_DISABLED [false]                          true: none of it

The last line before serving is JSON on standard output: {"event":"ready","url":…,"connector":…}
`;
