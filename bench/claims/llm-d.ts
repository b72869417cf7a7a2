import type { Claim } from './contract.ts'

const eight = '--workload shared-prefix --model qwen3-32b --gpu h100-sxm --count 2 --replicas 8'.split(' ')
const ten =
  '--workload code-generation --model bench/claims/models/qwen3-32b-128k.json --gpu h100-sxm --count 2 --replicas 10'.split(
    ' ',
  )
const split = 'bench/claims/fleets/llmd-split.yaml --workload prefill-heavy --link 400'.split(' ')
const whole = '--workload prefill-heavy --model gpt-oss-120b --gpu h200 --count 1 --replicas 16'.split(' ')
/** The first steps of the ladder, faster. */
const shorter = ['--requests', '1800', '--rate', '4']

/** What the llm-d project has published. */
export const llmd: readonly Claim[] = [
  {
    name: 'llm-d-precise',
    title: 'Cache-aware routing against load-aware and random, 8 replicas',
    source:
      'llm-d, “KV-Cache Wins You Can See”, 2025-09-24 (llm-d.github.io, blog/2025-09-24_kvcache-wins-you-can-see.mdx)',
    setting:
      'Qwen3-32B on 8 × 2 H100; 150 groups of 5 users, 6,000 tokens in common, questions of 1,200, answers of 1,000; 3 to 60 requests a second in steps, each when the one before is answered.',
    runs: {
      random: { args: eight, policy: 'random' },
      load: { args: eight, policy: 'least-request' },
      approximate: { args: eight, policy: 'blend' },
      precise: { args: eight, policy: 'blend-exact' },
      ours: { args: eight, policy: 'default' },
      'ours, exact': { args: eight, policy: 'default-exact' },
    },
    rows: [
      { metric: 'output tokens/s', run: 'random', published: 4428.7 },
      { metric: 'output tokens/s', run: 'load', published: 4428.7 },
      { metric: 'output tokens/s', run: 'approximate', published: 6944.4 },
      { metric: 'output tokens/s', run: 'precise', published: 8730 },
      { metric: 'output tokens/s', run: 'ours', published: null },
      { metric: 'output tokens/s', run: 'ours, exact', published: null },
      { metric: 'output tokens/s', run: 'precise', over: 'random', published: 1.97 },
      { metric: 'output tokens/s', run: 'precise', over: 'approximate', published: 1.26 },
      { metric: 'TTFT mean', run: 'random', published: 45_281 },
      { metric: 'TTFT mean', run: 'load', published: 46_987 },
      { metric: 'TTFT mean', run: 'approximate', published: 13_316 },
      { metric: 'TTFT mean', run: 'precise', published: 298 },
      { metric: 'TTFT p90', run: 'random', published: 92_551 },
      { metric: 'TTFT p90', run: 'approximate', published: 31_083 },
      { metric: 'TTFT p90', run: 'precise', published: 542 },
      { metric: 'TTFT p90', run: 'ours', published: null },
      { metric: 'TTFT p90', run: 'ours, exact', published: null },
      { metric: 'TTFT p90', run: 'random', over: 'precise', published: 171 },
      { metric: 'TTFT p90', run: 'approximate', over: 'precise', published: 57 },
    ],
    holds: [
      { metric: 'output tokens/s', more: 'precise', less: 'random', factor: 1.4, reducedFactor: 1.1 },
      { metric: 'output tokens/s', more: 'ours', less: 'random', factor: 1.4, reducedFactor: 1.1 },
      { metric: 'TTFT p90', more: 'random', less: 'precise', factor: 50, reducedFactor: 5 },
      { metric: 'TTFT p90', more: 'random', less: 'ours', factor: 50, reducedFactor: 5 },
    ],
    reduced: shorter,
    verdict: 'in part',
    word: 'Twice the throughput and waiting times of minutes turned into a fraction of a second are reproduced, and so is that load-aware routing is no better than random. That approximate knowledge is so much worse than precise is not: here the approximate index knows how much an engine holds and forgets as it forgets; where it does, what was sent is nearly as good to know as what is held. An index of another size than the engines’ caches would do worse.',
  },
  {
    name: 'llm-d-guide',
    title: 'Cache-aware routing against a Kubernetes Service',
    source: 'llm-d, guides/precise-prefix-cache-routing/README.md at 0aa9f337, summary of the whole ladder',
    setting: 'The same load and GPUs with a newer vLLM, against round robin.',
    runs: {
      'round robin': { args: eight, policy: 'round-robin' },
      precise: { args: eight, policy: 'blend-exact' },
      ours: { args: eight, policy: 'default' },
    },
    rows: [
      { metric: 'output tokens/s', run: 'round robin', published: 5722 },
      { metric: 'output tokens/s', run: 'precise', published: 12_598 },
      { metric: 'output tokens/s', run: 'precise', over: 'round robin', published: 2.2 },
      { metric: 'output tokens/s', run: 'ours', over: 'round robin', published: null },
      { metric: 'TTFT mean', run: 'round robin', published: 58_100 },
      { metric: 'TTFT mean', run: 'precise', published: 247 },
      { metric: 'TTFT p90', run: 'round robin', published: 107_430 },
      { metric: 'TTFT p90', run: 'precise', published: 262 },
      { metric: 'TTFT p90', run: 'ours', published: null },
      { metric: 'TPOT mean', run: 'round robin', published: 44 },
      { metric: 'TPOT mean', run: 'precise', published: 47 },
    ],
    holds: [
      { metric: 'output tokens/s', more: 'precise', less: 'round robin', factor: 1.4, reducedFactor: 1.1 },
      { metric: 'TTFT p90', more: 'round robin', less: 'ours', factor: 50, reducedFactor: 5 },
    ],
    reduced: null,
    verdict: 'reproduced',
    word: 'Throughput of round robin comes out within some percent, that of precise routing a fifth lower. Published throughput is the mean of the steps’ own, the simulated one all tokens over all time, in which the last answers of each step count whole; so the simulated gain is lower. Decoding of large batches is slower in the simulation than it was measured.',
  },
  {
    name: 'llm-d-code-generation',
    title: 'Sticky until saturated against round robin, code generation',
    source:
      'llm-d, “Sticky Until Saturated”, 2026-08-17 (blog/2026-08-17_bottleneck-aware-scheduling-for-llm-inference.mdx)',
    setting:
      'Qwen3-32B on 10 × 2 H100; 60 conversations at once that begin with some 55,000 tokens and have some 6 turns; input tokens a second at the knee of each: 60 at once for sticky, 30 for round robin.',
    runs: {
      'round robin': { args: ten, policy: 'round-robin' },
      sticky: { args: ten, policy: 'sticky-until-saturated' },
      ours: { args: ten, policy: 'default' },
    },
    rows: [
      { metric: 'input tokens/s', run: 'round robin', published: 16_000 },
      { metric: 'input tokens/s', run: 'sticky', published: 46_000 },
      { metric: 'input tokens/s', run: 'sticky', over: 'round robin', published: 2.9 },
      { metric: 'input tokens/s', run: 'ours', over: 'round robin', published: null },
      { metric: 'TTFT p90', run: 'round robin', published: null },
      { metric: 'TTFT p90', run: 'sticky', published: null },
      { metric: 'TTFT p90', run: 'ours', published: null },
    ],
    holds: [
      { metric: 'input tokens/s', more: 'sticky', less: 'round robin', factor: 1.3, reducedFactor: 1.1 },
      { metric: 'input tokens/s', more: 'ours', less: 'round robin', factor: 1.3, reducedFactor: 1.1 },
    ],
    reduced: ['--requests', '360'],
    verdict: 'in part',
    word: 'The direction holds and 40 s of TTFT at the 90th percentile with sticky routing are of the published size; the factor is smaller. Both are simulated with 60 conversations, where the published figure for round robin is that of 30. How the lengths of prompts spread is not published, and long prompts are what round robin computes again.',
  },
  {
    name: 'llm-d-split',
    title: 'Prefill and decode on GPUs of their own, 5,000 and 250 tokens',
    source: 'llm-d, guides/pd-disaggregation/README.md at 027a0532',
    setting:
      'gpt-oss-120b on 16 H200: 8 replicas of one that prefill and 2 of four that decode, against 16 of one; prompts of 5,000 tokens, answers of 250, 45 requests a second. Simulated at 0.7 of the rate: a prefill replica computes some 23,000 tokens a second by the data sheet where llm-d has calibrated 33,821, so both use the same share of what they can.',
    runs: {
      together: { args: [...whole, '--rate', '0.7'], policy: 'round-robin' },
      apart: { args: [...split, '--rate', '0.7'], policy: 'least-request' },
      'apart, our policy': { args: [...split, '--rate', '0.7'], policy: 'default' },
      'apart, full rate': { args: split, policy: 'default' },
      'together, full rate': { args: whole, policy: 'round-robin' },
    },
    rows: [
      { metric: 'E2E mean', run: 'together, full rate', published: 6700 },
      { metric: 'TPOT mean', run: 'together, full rate', published: 25 },
      { metric: 'TTFT mean', run: 'together, full rate', published: 532 },
      { metric: 'E2E mean', run: 'apart', published: 2780 },
      { metric: 'TPOT mean', run: 'apart', published: 5.7 },
      { metric: 'TTFT mean', run: 'apart', published: 1157 },
      { metric: 'E2E mean', run: 'apart', over: 'together', published: 0.41 },
      { metric: 'E2E mean', run: 'apart, our policy', over: 'together', published: null },
      { metric: 'TPOT mean', run: 'apart', over: 'together', published: 0.23 },
      { metric: 'TTFT mean', run: 'apart', over: 'together', published: 2.17 },
      { metric: 'TTFT mean', run: 'apart, full rate', published: null },
    ],
    holds: [
      { metric: 'E2E mean', more: 'together', less: 'apart', factor: 1.8, reducedFactor: 1.5 },
      { metric: 'TPOT mean', more: 'together', less: 'apart', factor: 2, reducedFactor: 1.5 },
      { metric: 'E2E mean', more: 'together', less: 'apart, our policy', factor: 1.8, reducedFactor: 1.5 },
    ],
    reduced: ['--requests', '600'],
    verdict: 'in part',
    word: 'That answers come in less than half the time, because decoding is not held up by prompts, is reproduced, and the replicas that do both come out within a tenth. That the first token takes twice as long is not, since nothing but the link is between the replicas here: no request to a prefill replica, no handshake. At the full rate the simulated prefill replicas cannot keep up and the row of prompts grows: whether a split pays hangs on the ratio of prefill to decode replicas more than on anything else. On 16 L40S with an 8B model it does not pay (docs/scheduling.md).',
  },
]
