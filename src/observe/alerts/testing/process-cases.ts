import type { AlertCase, Series } from './alert-cases.ts'

const replica = { model: 'chat', replica: 'chat-0' }
const ready = (values: string): Series => ({
  'fairlead_gateway_replica_ready{model="chat", replica="chat-0"}': values,
  'fairlead_gateway_replica_ready{model="chat", replica="chat-1"}': '1x30',
})
const engine = 'model_name="chat", engine="0", instance="a:8000"'
const onEngine = { model_name: 'chat', instance: 'a:8000' }
const gateway = 'job="gateway", instance="g:8081"'
const onGateway = { job: 'gateway', instance: 'g:8081' }
const build: Series = { [`fairlead_build_info{${gateway}, version="0.1.0"}`]: '1x30' }

export const replicaCases: readonly AlertCase[] = [
  {
    alert: 'FairleadReplicaNotReady',
    at: 20,
    fires: [
      {
        when: 'one of two stays away',
        series: ready('0x30'),
        labels: replica,
        says: [
          'Replica chat-0 of chat is not ready',
          'Its probes have failed for 15 minutes; the other replicas carry its load.',
        ],
      },
    ],
    silent: [{ when: 'it loads its model for ten minutes', series: ready('0x10 1x20') }],
  },
  {
    alert: 'FairleadReplicaFlaps',
    at: 10,
    fires: [
      {
        when: 'it is lost three times',
        series: ready('1 0 1 0 1 0 1x10'),
        labels: replica,
        says: ['Replica chat-0 of chat comes and goes', 'It was lost 3 times in half an hour.'],
      },
    ],
    silent: [{ when: 'it restarts once', series: ready('1 1 0 0 0 1x10') }],
  },
  {
    alert: 'FairleadReplicaSetAside',
    at: 15,
    fires: [
      {
        when: 'it stays set aside',
        series: { 'fairlead_gateway_replica_ejected{model="chat", replica="chat-0"}': '1x20' },
        labels: replica,
        says: [
          'Replica chat-0 of chat is set aside',
          'Its probes succeed and its requests fail, so that it gets none (gateway.ejection).',
        ],
      },
    ],
    silent: [
      {
        when: 'it gets its second chance',
        series: { 'fairlead_gateway_replica_ejected{model="chat", replica="chat-0"}': '1x5 0 1x5 0x9' },
      },
    ],
  },
  {
    alert: 'FairleadEngineRestarts',
    at: 15,
    fires: [
      {
        when: 'vLLM begins anew twice',
        series: { [`vllm:generation_tokens_total{${engine}}`]: '0+100x5 0+100x5 0+100x5' },
        labels: onEngine,
        says: [
          'The engine at a:8000 restarts',
          'Its counters began anew 2 times in half an hour; what it computed each time was lost.',
        ],
      },
      {
        when: 'llama.cpp does, which names no model',
        series: { 'llamacpp:tokens_predicted_total{instance="b:8000"}': '0+100x5 0+100x5 0+100x5' },
        labels: { instance: 'b:8000' },
        says: [
          'The engine at b:8000 restarts',
          'Its counters began anew 2 times in half an hour; what it computed each time was lost.',
        ],
      },
    ],
    silent: [
      { when: 'it is updated once', series: { [`vllm:generation_tokens_total{${engine}}`]: '0+100x5 0+100x15' } },
    ],
  },
  {
    alert: 'FairleadKvCacheFull',
    at: 15,
    fires: [
      {
        when: 'sequences are thrown out',
        series: {
          [`vllm:kv_cache_usage_perc{${engine}}`]: '0.97x20',
          [`vllm:num_preemptions_total{${engine}}`]: '0+5x20',
        },
        labels: onEngine,
        says: [
          'The KV cache of a:8000 is full',
          '97% of it is in use and sequences of chat are thrown out of the batch, to be computed again.',
        ],
      },
    ],
    silent: [
      {
        when: 'it is full and holds all',
        series: {
          [`vllm:kv_cache_usage_perc{${engine}}`]: '0.97x20',
          [`vllm:num_preemptions_total{${engine}}`]: '5x20',
        },
      },
      {
        when: 'it is half full',
        series: {
          [`vllm:kv_cache_usage_perc{${engine}}`]: '0.5x20',
          [`vllm:num_preemptions_total{${engine}}`]: '0+5x20',
        },
      },
    ],
  },
]

export const gatewayCases: readonly AlertCase[] = [
  {
    alert: 'FairleadGatewayDown',
    at: 5,
    fires: [
      {
        when: 'nothing tells of a gateway',
        series: {},
        labels: {},
        says: [
          'No gateway is reached',
          'Prometheus has seen no gateway for two minutes: clients most likely get no answer.',
        ],
      },
    ],
    silent: [{ when: 'one of two is there', series: build }],
  },
  {
    alert: 'FairleadGatewayEventLoopLags',
    at: 20,
    fires: [
      {
        when: 'it is late for ten minutes',
        series: { ...build, [`nodejs_eventloop_lag_p99_seconds{${gateway}}`]: '0.25x30' },
        labels: onGateway,
        says: [
          'The gateway g:8081 is overloaded',
          'Its main thread turns to requests 250ms late (p99); every token is late by that.',
        ],
      },
    ],
    silent: [
      { when: 'it keeps up', series: { ...build, [`nodejs_eventloop_lag_p99_seconds{${gateway}}`]: '0.02x30' } },
      {
        when: 'another program lags',
        series: { ...build, 'nodejs_eventloop_lag_p99_seconds{job="shop", instance="s:80"}': '2x30' },
      },
    ],
  },
  {
    alert: 'FairleadGatewayFilesScarce',
    at: 20,
    fires: [
      {
        when: 'connections use them up',
        series: {
          ...build,
          [`process_open_fds{${gateway}}`]: '900x30',
          [`process_max_fds{${gateway}}`]: '1024x30',
        },
        labels: onGateway,
        says: [
          'The gateway g:8081 runs out of file descriptors',
          '87.89% of them are open; at 100 % it accepts no connection.',
        ],
      },
    ],
    silent: [
      {
        when: 'half of them are left',
        series: { ...build, [`process_open_fds{${gateway}}`]: '512x30', [`process_max_fds{${gateway}}`]: '1024x30' },
      },
    ],
  },
  {
    alert: 'FairleadConfigurationRefused',
    at: 10,
    fires: [
      {
        when: 'a change is invalid',
        series: { [`fairlead_gateway_config_last_reload_success{${gateway}}`]: '1x3 0x10' },
        labels: onGateway,
        says: [
          'The gateway g:8081 refuses its new configuration',
          'The Fleet or its keys changed and are invalid: what was in force before still is, and is lost at a restart.',
        ],
      },
    ],
    silent: [
      {
        when: 'it is mended',
        series: { [`fairlead_gateway_config_last_reload_success{${gateway}}`]: '1x3 0x3 1x10' },
      },
    ],
  },
  {
    alert: 'FairleadRetriesDenied',
    at: 20,
    fires: [
      {
        when: 'the budget is spent for ten minutes',
        series: { 'fairlead_gateway_retries_denied_total{model="chat"}': '0+6x30' },
        labels: { model: 'chat' },
        says: [
          'The retry budget of chat is spent',
          'So many requests fail at replicas that 0.1 a second are not tried again (gateway.retry.budget).',
        ],
      },
    ],
    silent: [
      {
        when: 'it was spent once',
        series: { 'fairlead_gateway_retries_denied_total{model="chat"}': '0x10 5x20' },
      },
    ],
  },
]

const gpu = { Hostname: 'node-1', gpu: '0', UUID: 'GPU-aa' }
const onGpu = 'Hostname="node-1", gpu="0", UUID="GPU-aa"'

export const gpuCases: readonly AlertCase[] = [
  {
    alert: 'FairleadGpuHot',
    at: 20,
    fires: [
      {
        when: 'DCGM tells so',
        series: { [`DCGM_FI_DEV_GPU_TEMP{${onGpu}}`]: '90x30' },
        labels: gpu,
        says: [
          'node-1 GPU 0 is hot',
          'It has been above 85 °C for ten minutes and is at 90 °C; it slows down to cool.',
        ],
      },
      {
        when: 'nvidia-smi tells so',
        series: { 'nvidia_smi_temperature_gpu{uuid="aa", instance="node-1:9835"}': '88x30' },
        labels: { uuid: 'aa', instance: 'node-1:9835' },
        says: [
          'node-1:9835 GPU aa is hot',
          'It has been above 85 °C for ten minutes and is at 88 °C; it slows down to cool.',
        ],
      },
    ],
    silent: [{ when: 'it is warm', series: { [`DCGM_FI_DEV_GPU_TEMP{${onGpu}}`]: '80x30' } }],
  },
  {
    alert: 'FairleadGpuXidError',
    at: 5,
    fires: [
      {
        when: 'DCGM tells that a GPU fell off the bus',
        series: { [`DCGM_FI_DEV_XID_ERRORS{${onGpu}}`]: '0x2 79x10' },
        labels: gpu,
        says: ['node-1 GPU 0 reports a hardware error', 'XID 79: engines on this GPU fail or will.'],
      },
      {
        when: 'NVML tells of one a few minutes ago',
        series: { 'nvidia_smi_xid_last_timestamp_seconds{uuid="aa", xid="48", instance="node-1:9835"}': '60x10' },
        labels: { uuid: 'aa', xid: '48', instance: 'node-1:9835' },
        says: ['node-1:9835 GPU aa reports a hardware error', 'XID 48: engines on this GPU fail or will.'],
      },
    ],
    silent: [
      {
        when: 'a program made the error',
        series: {
          [`DCGM_FI_DEV_XID_ERRORS{${onGpu}}`]: '31x10',
          'nvidia_smi_xid_last_timestamp_seconds{uuid="aa", xid="31"}': '60x10',
        },
      },
      {
        when: 'it was long ago',
        series: { 'nvidia_smi_xid_last_timestamp_seconds{uuid="aa", xid="48"}': '-3600x10' },
      },
    ],
  },
  {
    alert: 'FairleadGpuRowRemapFailed',
    at: 5,
    fires: [
      {
        when: 'no spare row is left',
        series: { [`DCGM_FI_DEV_ROW_REMAP_FAILURE{${onGpu}}`]: '1x10' },
        labels: gpu,
        says: [
          'node-1 GPU 0 has broken memory',
          'A row of its memory is broken and could not be replaced by a spare one; the GPU should be exchanged.',
        ],
      },
    ],
    silent: [{ when: 'all rows work', series: { [`DCGM_FI_DEV_ROW_REMAP_FAILURE{${onGpu}}`]: '0x10' } }],
  },
]
