import type { Command } from '../command.ts'

const count = { type: 'integer', minimum: 1, maximum: 1024 } as const

/** `fairlead simulate` */
export const simulate: Command = {
  name: 'simulate',
  section: 'Set up',
  summary: 'Tell how many GPUs a load takes, and which policy serves it best',
  description:
    'Runs the gateway’s own scheduler against a model of the engines, on a recorded trace or a synthetic workload. Without a ' +
    'Fleet: 16 replicas of one L40S with Llama 3.1 8B in fp8. Latencies, goodput, cache hits, load, money; for one policy or ' +
    'all. Exit code 2 when an SLO is asked for and not held.',
  arguments: [
    {
      name: 'FLEET',
      description: 'Fleet file whose model, GPU and replicas are simulated; the setting above when absent',
      completes: 'file',
    },
  ],
  options: [
    {
      name: 'trace',
      short: 't',
      value: 'FILE',
      description: 'requests as JSON lines in the format of the Mooncake traces',
      completes: 'file',
    },
    {
      name: 'workload',
      short: 'w',
      value: 'NAME',
      choices: [
        'conversation',
        'sharegpt',
        'agents',
        'shared-prefix',
        'poisson',
        'bursts',
        'day',
        'tenants',
        'prefill-heavy',
        'grouped-prefixes',
        'grouped-short-prefixes',
        'shared-conversations',
        'code-generation',
      ],
      description: 'synthetic requests instead of a trace; conversation when neither is given',
    },
    {
      name: 'requests',
      value: 'N',
      type: 'integer',
      minimum: 1,
      maximum: 1_000_000,
      description: 'requests at the most; all of a trace when absent',
    },
    { name: 'rate', short: 'r', value: 'X', description: 'arrivals come X times as fast; 1 when absent' },
    {
      name: 'compare',
      short: 'c',
      value: 'POLICIES',
      description: 'all, or policies by name with commas between them; the Fleet’s, or default, when absent',
    },
    { name: 'replicas', short: 'n', value: 'N', ...count, description: 'replicas, instead of the Fleet’s' },
    {
      name: 'prefill',
      value: 'N',
      type: 'integer',
      minimum: 0,
      maximum: 1023,
      description: 'of the replicas, those that only prefill; the others only decode then',
    },
    {
      name: 'gateways',
      value: 'N',
      type: 'integer',
      minimum: 1,
      maximum: 100,
      description:
        'gateways before the same replicas, each with what it sent itself; requests come to any. 1 when absent',
    },
    {
      name: 'load-reports',
      value: 'TIME',
      description:
        'with --gateways: how often each asks engines what others have there, 0s for never; as often as the gateway does when absent',
    },
    { name: 'link', value: 'GBITS', description: 'Gbit/s from a prefill to a decode replica; 100 when absent' },
    {
      name: 'max-in-flight',
      value: 'N',
      type: 'integer',
      minimum: 1,
      maximum: 100_000,
      description: 'requests that a replica gets at once; more wait in the gateway’s queue. The Fleet’s when absent',
    },
    {
      name: 'queue',
      value: 'N',
      type: 'integer',
      minimum: 0,
      maximum: 1_000_000,
      description: 'requests that wait at the most, instead of the Fleet’s; 1,000 without a Fleet',
    },
    { name: 'max-wait', value: 'TIME', description: 'longest wait, instead of the Fleet’s; 5m without a Fleet' },
    { name: 'gpu', short: 'g', value: 'NAME', description: 'GPU type, instead of the Fleet’s' },
    { name: 'count', value: 'N', ...count, description: 'GPUs of a replica; the fewest that fit when absent' },
    {
      name: 'model',
      short: 'm',
      value: 'MODEL',
      description: 'a model of the Fleet; without a Fleet any that `fairlead size` knows',
    },
    {
      name: 'quantization',
      value: 'Q',
      description: 'how weights are kept, without a Fleet; as the model is when absent',
    },
    {
      name: 'context',
      value: 'TOKENS',
      description: 'longest prompt plus answer, without a Fleet; the model’s own limit when absent',
    },
    {
      name: 'calibration',
      value: 'FILE',
      description: 'what requests or steps took when they were measured, in place of the GPU’s data sheet',
      completes: 'file',
    },
    {
      name: 'slo',
      value: 'SLO',
      description: 'what is asked for, such as ttft=2s,tpot=50ms or ttft=500ms,tpot=30ms,share=99%',
    },
    {
      name: 'sweep',
      value: 'AXIS',
      choices: ['replicas', 'rate', 'gpu', 'split'],
      description: 'simulate along replicas, rate, gpu or split',
    },
    {
      name: 'recommend',
      description: 'search for the cheapest GPUs that hold the SLO, and say what fails with one less',
    },
    {
      name: 'autoscale',
      description:
        'replicas follow the load, by minReplicas, maxReplicas and autoscale of the Fleet (1 to --replicas without one), beside fixed numbers of them',
    },
    {
      name: 'start-time',
      value: 'TIME',
      description:
        'with --autoscale: from a decision until a replica serves; a minute and its weights at 1 GB/s when absent',
    },
    { name: 'seed', value: 'N', type: 'integer', minimum: 0, maximum: 4_294_967_295, description: '1 when absent' },
    { name: 'html', value: 'FILE', description: 'also write a report with plots', completes: 'file' },
  ],
  examples: [
    { command: 'fairlead simulate --compare all', what: 'every policy under a chat service’s load' },
    {
      command: 'fairlead simulate my-fleet.yaml --trace trace.jsonl --slo ttft=2s,tpot=50ms',
      what: 'does my Fleet hold what was recorded',
    },
    {
      command: 'fairlead simulate --trace trace.jsonl --recommend --slo ttft=2s,tpot=50ms --model qwen3-32b',
      what: 'which GPUs to buy, and how many',
    },
    {
      command: 'fairlead simulate --workload prefill-heavy --sweep split --html split.html',
      what: 'is prefill/decode split worth it',
    },
    {
      command: 'fairlead simulate my-fleet.yaml --autoscale --start-time 90s --slo ttft=2s,tpot=50ms',
      what: 'what does scaling save, and does the SLO hold',
    },
  ],
  reports: true,
  load: async () => (await import('../handlers/simulate.ts')).simulate,
}
