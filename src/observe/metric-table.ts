/** One metric as data; documentation, dashboards and alerts read the same rows. */
export interface MetricRow {
  readonly kind: 'counter' | 'gauge' | 'histogram'
  readonly help: string
  /** Label names; their values come from closed or bounded sets only, never from a key, a path or a prompt. */
  readonly labels: readonly string[]
  /** Upper bounds in the metric's unit, ascending; `+Inf` is implied. */
  readonly buckets?: readonly number[]
}

/** The bounds of vLLM 0.32's `vllm:time_to_first_token_seconds`, so that one dashboard shows both sides. */
const ttftBuckets = [
  0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10, 20, 40, 80, 160, 640, 2560,
]
/** The bounds of vLLM 0.32's `vllm:e2e_request_latency_seconds`, with finer ones below for embeddings and errors. */
const durationBuckets = [
  0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.3, 0.5, 0.8, 1, 1.5, 2, 2.5, 5, 10, 15, 20, 30, 40, 50, 60, 120, 240, 480, 960,
  1920, 7680,
]

/** From 1 ms to 100 s, each a quarter above the one before: fine enough to tell two variants of a model apart. */
const variantBuckets = Array.from({ length: 53 }, (_, step) => Number((0.001 * 1.25 ** step).toPrecision(3)))

/** Whole blocks; up to two is what two ways of cutting the same bytes into tokens make. */
const blockBuckets = [0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512]

/** Every metric that the gateway exports. */
export const metricTable = {
  fairlead_build_info: { kind: 'gauge', help: 'Always 1; the label tells the version.', labels: ['version'] },
  fairlead_gateway_draining: {
    kind: 'gauge',
    help: 'Whether the gateway is stopping: 1 from the signal until its exit.',
    labels: [],
  },
  fairlead_gateway_requests_total: {
    kind: 'counter',
    help: 'Requests that ended, by HTTP status and by reason where they failed (empty where they did not).',
    labels: ['model', 'code', 'reason'],
  },
  fairlead_gateway_arrivals_total: {
    kind: 'counter',
    help: 'Requests that looked for a replica of a model, whatever became of them.',
    labels: ['model'],
  },
  fairlead_gateway_requests_in_flight: {
    kind: 'gauge',
    help: 'Requests that a replica is working on.',
    labels: ['model', 'replica'],
  },
  fairlead_gateway_foreign_requests: {
    kind: 'gauge',
    help: 'Requests on a replica that this gateway did not send, as its engine told last; 0 where it is not asked (routing.sharedReplicas).',
    labels: ['model', 'replica'],
  },
  fairlead_gateway_ttft_seconds: {
    kind: 'histogram',
    help: 'Time from the arrival of a streaming request until the first byte of its answer.',
    labels: ['model'],
    buckets: ttftBuckets,
  },
  fairlead_gateway_request_duration_seconds: {
    kind: 'histogram',
    help: 'Time from the arrival of a request until its answer was complete; failed requests included.',
    labels: ['model'],
    buckets: durationBuckets,
  },
  fairlead_gateway_variant_requests_total: {
    kind: 'counter',
    help: 'Tries on replicas that ended, of a model that has a canary beside its other replicas.',
    labels: ['model', 'variant'],
  },
  fairlead_gateway_variant_errors_total: {
    kind: 'counter',
    help: 'Those of them that failed, or that the engine refused.',
    labels: ['model', 'variant'],
  },
  fairlead_gateway_variant_ttft_seconds: {
    kind: 'histogram',
    help: 'Time from a try until the first byte of its answer, of streams, while a change of the model is tried.',
    labels: ['model', 'variant'],
    buckets: variantBuckets,
  },
  fairlead_gateway_variant_tpot_seconds: {
    kind: 'histogram',
    help: 'Time for each token after the first, of streams, while a change of the model is tried.',
    labels: ['model', 'variant'],
    buckets: variantBuckets,
  },
  fairlead_gateway_input_tokens_total: {
    kind: 'counter',
    help: 'Prompt tokens, as engines report them in `usage`.',
    labels: ['model'],
  },
  fairlead_gateway_output_tokens_total: {
    kind: 'counter',
    help: 'Generated tokens, as engines report them in `usage`.',
    labels: ['model'],
  },
  fairlead_scheduler_prompt_blocks_total: {
    kind: 'counter',
    help: 'Blocks of prompts (256 bytes each) that were routed by what replicas hold.',
    labels: ['model'],
  },
  fairlead_scheduler_held_blocks_total: {
    kind: 'counter',
    help: 'Those of them that the chosen replica was taken to hold.',
    labels: ['model'],
  },
  fairlead_scheduler_decisions_total: {
    kind: 'counter',
    help: 'Choices of a replica by a policy that weighs, by what decided.',
    labels: ['model', 'reason'],
  },
  fairlead_scheduler_exact_active: {
    kind: 'gauge',
    help: 'Whether prompts are routed by what engines say that they hold (prefixExact); `/admin/v1/load` says why not.',
    labels: ['model'],
  },
  fairlead_scheduler_exact_requests_total: {
    kind: 'counter',
    help: 'Requests that were routed while that is so, by why they went by what was sent where; the reason is empty where they did not.',
    labels: ['model', 'reason'],
  },
  fairlead_scheduler_predictions_total: {
    kind: 'counter',
    help: 'Answers whose cached tokens, as the engine reports them, were compared with the prediction; the reason is empty where they are within two blocks.',
    labels: ['model', 'reason'],
  },
  fairlead_scheduler_prediction_error_blocks: {
    kind: 'histogram',
    help: 'Blocks by which those predictions were off, too many and too few alike.',
    labels: ['model'],
    buckets: blockBuckets,
  },
  fairlead_scheduler_exact_blocks: {
    kind: 'gauge',
    help: 'Blocks of KV caches that are known from the events of engines.',
    labels: ['model'],
  },
  fairlead_kv_events_batches_total: {
    kind: 'counter',
    help: 'Batches of KV cache events that were read.',
    labels: ['model', 'replica'],
  },
  fairlead_kv_events_losses_total: {
    kind: 'counter',
    help: 'Times that what was known of a replica’s cache was lost: a gap in its events, a restart.',
    labels: ['model', 'replica'],
  },
  fairlead_queue_length: {
    kind: 'gauge',
    help: 'Requests that wait until a replica has room.',
    labels: ['model'],
  },
  fairlead_queue_wait_seconds: {
    kind: 'histogram',
    help: 'Time that requests waited for a replica, those included that left without one; none for those that need not.',
    labels: ['model'],
    buckets: ttftBuckets,
  },
  fairlead_queue_outcomes_total: {
    kind: 'counter',
    help: 'Requests that left the queue or found it full, by reason; the reason is empty where they got a replica.',
    labels: ['model', 'reason'],
  },
  fairlead_autoscale_wanted_replicas: {
    kind: 'gauge',
    help: 'Replicas that scaling wants of a pool; `fairlead explain scaling` says why.',
    labels: ['model', 'role'],
  },
  fairlead_autoscale_current_replicas: {
    kind: 'gauge',
    help: 'Replicas of a pool that ran or started when that was decided.',
    labels: ['model', 'role'],
  },
  fairlead_autoscale_changes_total: {
    kind: 'counter',
    help: 'Times that scaling changed the replicas of a pool, by why.',
    labels: ['model', 'role', 'reason'],
  },
  fairlead_disaggregation_requests_total: {
    kind: 'counter',
    help: 'Requests of models with prefill replicas, by why they were not split; the reason is empty where they were.',
    labels: ['model', 'reason'],
  },
  fairlead_disaggregation_fallbacks_total: {
    kind: 'counter',
    help: 'Requests that were split and then served by their decode replica alone, by what went wrong.',
    labels: ['model', 'reason'],
  },
  fairlead_disaggregation_prefill_seconds: {
    kind: 'histogram',
    help: 'Time that prefill replicas took for the prompts of requests that were split.',
    labels: ['model'],
    buckets: ttftBuckets,
  },
  fairlead_gateway_upstream_retries_total: {
    kind: 'counter',
    help: 'Requests sent again before the first byte, by what went wrong.',
    labels: ['model', 'reason'],
  },
  fairlead_gateway_retries_denied_total: {
    kind: 'counter',
    help: 'Retries and second tries that gateway.retry.budget did not allow.',
    labels: ['model'],
  },
  fairlead_gateway_hedges_total: {
    kind: 'counter',
    help: 'Second tries beside a slow first one (gateway.retry.hedgeAfter).',
    labels: ['model'],
  },
  fairlead_gateway_fallbacks_total: {
    kind: 'counter',
    help: 'Requests for a model that another one answered or was asked for, since no replica could.',
    labels: ['model'],
  },
  fairlead_gateway_ejections_total: {
    kind: 'counter',
    help: 'Times that a replica was set aside for failing requests (gateway.ejection).',
    labels: ['model', 'replica'],
  },
  fairlead_gateway_replica_ejected: {
    kind: 'gauge',
    help: 'Whether a replica is set aside for failing requests.',
    labels: ['model', 'replica'],
  },
  fairlead_gateway_config_reload_total: {
    kind: 'counter',
    help: 'Times that the Fleet and its keys were read anew; the reason is empty, or `invalid` where the old ones stay in force.',
    labels: ['reason'],
  },
  fairlead_gateway_config_last_reload_success: {
    kind: 'gauge',
    help: 'Whether what the Fleet and keys files hold is in force: 0 after a change that was refused.',
    labels: [],
  },
  fairlead_gateway_body_too_large_total: {
    kind: 'counter',
    help: 'Requests refused because their body is larger than gateway.bodyLimit.',
    labels: [],
  },
  fairlead_gateway_warm_ups_total: {
    kind: 'counter',
    help: 'Replicas that answered a small request before they got traffic, counted nowhere else; the reason is empty, or why they got it without: failed, timeout, needed (no other replica served).',
    labels: ['model', 'reason'],
  },
  fairlead_gateway_replica_requests_total: {
    kind: 'counter',
    help: 'Requests sent to a replica, retries included.',
    labels: ['model', 'replica'],
  },
  fairlead_gateway_replica_ready: {
    kind: 'gauge',
    help: 'Whether the last probes of a replica succeeded and it is warmed up.',
    labels: ['model', 'replica'],
  },
  llm_requests_total: {
    kind: 'counter',
    help: 'Requests that ended, as `success` or `error`; for dashboards that know this name.',
    labels: ['model', 'status'],
  },
  llm_tokens_generated_total: {
    kind: 'counter',
    help: 'Generated tokens; for dashboards that know this name.',
    labels: ['model'],
  },
  llm_inference_duration_seconds: {
    kind: 'histogram',
    help: 'Time until an answer was complete; for dashboards that know this name.',
    labels: ['model'],
    buckets: durationBuckets,
  },
  llm_model_loaded: {
    kind: 'gauge',
    help: 'Whether a replica of the model is ready; for dashboards that know this name.',
    labels: ['model'],
  },
} as const satisfies Record<string, MetricRow>

/** Name of one of the metrics. */
export type MetricName = keyof typeof metricTable
/** Names of the metrics of one kind. */
export type MetricNameOf<Kind extends MetricRow['kind']> = {
  [Name in MetricName]: (typeof metricTable)[Name]['kind'] extends Kind ? Name : never
}[MetricName]
/** The labels that a metric wants, each exactly once. */
export type LabelsOf<Name extends MetricName> = Readonly<Record<(typeof metricTable)[Name]['labels'][number], string>>
