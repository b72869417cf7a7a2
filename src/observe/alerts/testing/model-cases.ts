import type { AlertCase, Series } from './alert-cases.ts'

const ended = (reasons: Readonly<Record<string, number>>): Series =>
  Object.fromEntries(
    Object.entries(reasons).map(([reason, each]) => [
      `fairlead_gateway_requests_total{model="chat", code="200", reason="${reason}"}`,
      `0+${each}x90`,
    ]),
  )

/** A histogram whose requests a minute are spread over three buckets. */
function histogram(name: string, labels: string, bounds: readonly number[], each: readonly number[]): Series {
  const total = each.at(-1) ?? 0
  return Object.fromEntries([
    ...bounds.map((bound, index) => [`${name}_bucket{${labels}, le="${bound}"}`, `0+${each[index] ?? 0}x40`]),
    [`${name}_bucket{${labels}, le="+Inf"}`, `0+${total}x40`],
    [`${name}_count{${labels}}`, `0+${total}x40`],
  ])
}

const ttft = (each: readonly number[]): Series =>
  histogram('fairlead_gateway_ttft_seconds', 'model="chat"', [1, 2.5, 5], each)
const tpot = (engine: string, each: readonly number[]): Series =>
  histogram(
    `${engine}:request_time_per_output_token_seconds`,
    'model_name="chat", instance="a:8000"',
    [0.05, 0.1, 0.2],
    each,
  )

const chat = { model: 'chat' }

export const modelCases: readonly AlertCase[] = [
  {
    alert: 'FairleadNoReadyReplica',
    at: 5,
    fires: [
      {
        when: 'no probe succeeds',
        series: {
          'fairlead_gateway_replica_ready{model="chat", replica="chat-0"}': '0x10',
          'fairlead_gateway_replica_ready{model="chat", replica="chat-1"}': '0x10',
        },
        labels: chat,
        says: ['No replica of chat is ready', 'Requests for chat are refused with no_ready_replica.'],
      },
      {
        when: 'there is no replica to probe, and requests are refused',
        series: {
          'fairlead_gateway_requests_total{model="chat", code="503", reason="no_ready_replica"}': '0+6x10',
        },
        labels: chat,
        says: ['No replica of chat is ready', 'Requests for chat are refused with no_ready_replica.'],
      },
    ],
    silent: [
      {
        when: 'one of two gateways reaches one of two replicas',
        series: {
          'fairlead_gateway_replica_ready{model="chat", replica="chat-0", instance="a"}': '0x10',
          'fairlead_gateway_replica_ready{model="chat", replica="chat-1", instance="a"}': '0x10',
          'fairlead_gateway_replica_ready{model="chat", replica="chat-1", instance="b"}': '1x10',
        },
      },
      {
        when: 'it has lasted a minute',
        series: { 'fairlead_gateway_replica_ready{model="chat", replica="chat-0"}': '1x3 0x10' },
      },
    ],
  },
  {
    alert: 'FairleadErrorBudgetBurnsFast',
    at: 80,
    fires: [
      {
        when: 'one request in ten fails for an hour',
        series: ended({ '': 90, upstream_error: 4, upstream_died: 6 }),
        labels: chat,
        says: [
          'Requests for chat fail',
          '10% of the requests of the last hour failed on our side: at this rate the errors of a month are spent in two days.',
        ],
      },
    ],
    silent: [
      { when: 'one in twenty fails', series: ended({ '': 95, upstream_error: 5 }) },
      { when: 'clients are at fault', series: ended({ '': 50, bad_request: 30, client_closed: 20 }) },
      { when: 'nobody asks', series: ended({ '': 0, upstream_error: 0 }) },
      {
        when: 'it is over',
        series: {
          'fairlead_gateway_requests_total{model="chat", code="200", reason=""}': '0+50x90',
          'fairlead_gateway_requests_total{model="chat", code="502", reason="upstream_error"}': '0+50x60 3000x30',
        },
      },
    ],
  },
  {
    alert: 'FairleadErrorBudgetBurns',
    at: 80,
    fires: [
      {
        when: 'one request in twenty-five keeps failing',
        series: ended({ '': 96, deadline_ttft: 4 }),
        labels: chat,
        says: [
          'Some requests for chat keep failing',
          '4% of the requests of the last six hours failed on our side: at this rate the errors of a month are spent in five days.',
        ],
      },
    ],
    silent: [{ when: 'one in fifty fails', series: ended({ '': 98, deadline_ttft: 2 }) }],
  },
  {
    alert: 'FairleadTtftOverSlo',
    at: 30,
    fires: [
      {
        when: 'the slowest take seconds',
        series: ttft([50, 80, 100]),
        labels: chat,
        says: ['First tokens of chat come late', '5 % of streams wait longer than 4.375s for their first token.'],
      },
    ],
    silent: [
      { when: 'nearly all are fast', series: ttft([96, 98, 100]) },
      { when: 'a handful of requests is slow', series: ttft([0, 0, 0.5]) },
    ],
  },
  {
    alert: 'FairleadTpotOverSlo',
    at: 30,
    fires: (['vllm', 'sglang'] as const).map((engine) => ({
      when: `tokens of ${engine} come slowly`,
      series: tpot(engine, [50, 80, 100]),
      labels: { model_name: 'chat' },
      says: ['Tokens of chat come slowly', '5 % of requests wait longer than 175ms between their tokens.'],
    })),
    silent: [
      { when: 'they come as promised', series: tpot('vllm', [90, 98, 100]) },
      { when: 'a handful of requests is slow', series: tpot('vllm', [0, 0, 0.5]) },
    ],
  },
  {
    alert: 'FairleadQueueGrows',
    at: 30,
    fires: [
      {
        when: 'more come than are served',
        series: { 'fairlead_queue_length{model="chat"}': '1+2x40' },
        labels: chat,
        says: [
          'The queue of chat grows',
          '61 requests wait in the gateway; the queue has not been empty for ten minutes and grows.',
        ],
      },
    ],
    silent: [
      { when: 'it has a level', series: { 'fairlead_queue_length{model="chat"}': '5x40' } },
      { when: 'it empties again and again', series: { 'fairlead_queue_length{model="chat"}': '0+1x25 0 9 0 9 20x9' } },
    ],
  },
  {
    alert: 'FairleadQueueRefuses',
    at: 15,
    fires: [
      {
        when: 'the queue is full',
        series: { 'fairlead_queue_outcomes_total{model="chat", reason="queue_full"}': '0+6x20' },
        labels: { model: 'chat', reason: 'queue_full' },
        says: [
          'Requests for chat are turned away (queue_full)',
          '0.1 requests a second find the queue full or wait in it in vain.',
        ],
      },
    ],
    silent: [
      {
        when: 'all get their turn or leave by themselves',
        series: {
          'fairlead_queue_outcomes_total{model="chat", reason=""}': '0+60x20',
          'fairlead_queue_outcomes_total{model="chat", reason="client_closed"}': '0+6x20',
          'fairlead_queue_outcomes_total{model="chat", reason="queue_full"}': '7x20',
        },
      },
    ],
  },
  {
    alert: 'FairleadPrefillFallbacks',
    at: 25,
    fires: [
      {
        when: 'one hand-over in ten fails',
        series: {
          'fairlead_disaggregation_requests_total{model="chat", reason=""}': '0+100x30',
          'fairlead_disaggregation_fallbacks_total{model="chat", reason="prefill_failed"}': '0+10x30',
        },
        labels: chat,
        says: [
          'Prefill replicas of chat fail to hand over',
          '10% of the requests that were split are computed by their decode replica alone: first tokens come later, decode replicas are slowed.',
        ],
      },
    ],
    silent: [
      {
        when: 'one in a hundred fails, and most are not split at all',
        series: {
          'fairlead_disaggregation_requests_total{model="chat", reason=""}': '0+100x30',
          'fairlead_disaggregation_requests_total{model="chat", reason="short_prompt"}': '0+900x30',
          'fairlead_disaggregation_fallbacks_total{model="chat", reason="prefill_failed"}': '0+1x30',
        },
      },
    ],
  },
]
