import type { Claim } from './contract.ts'

const kubeai = 'bench/claims/fleets/kubeai.yaml --workload shared-conversations'.split(' ')
const kthena = 'bench/claims/fleets/kthena.yaml --workload grouped-prefixes'.split(' ')
const kthenaShort = 'bench/claims/fleets/kthena.yaml --workload grouped-short-prefixes'.split(' ')
const repeat =
  '--trace bench/claims/traces/repeat-10k.jsonl --model qwen3-32b --gpu h100-sxm --count 1 --context 16k --replicas 1'.split(
    ' ',
  )

/** What KubeAI, Kthena and vLLM's users have published. */
export const others: readonly Claim[] = [
  {
    name: 'kubeai',
    title: 'Consistent hashing with bounded load against round robin and least load',
    source: 'KubeAI, docs/benchmarks/prefix-aware-load-balancing.md at 99d62ec6, 800 requests at once',
    setting:
      'Llama 3.1 8B fp8 on 8 × L4; 8,000 prompts of 800 ShareGPT conversations with 16 messages and more, each turn a prompt of its own: 832 tokens and 76 generated on average.',
    runs: {
      'round robin': { args: kubeai, policy: 'round-robin' },
      'least load': { args: kubeai, policy: 'least-request' },
      'prefix hash': { args: kubeai, policy: 'consistent-hash' },
      ours: { args: kubeai, policy: 'default' },
    },
    rows: [
      { metric: 'output tokens/s', run: 'round robin', published: 3803.2 },
      { metric: 'output tokens/s', run: 'least load', published: 3841.42 },
      { metric: 'output tokens/s', run: 'prefix hash', published: 5813.11 },
      { metric: 'output tokens/s', run: 'ours', published: null },
      { metric: 'output tokens/s', run: 'prefix hash', over: 'round robin', published: 1.53 },
      { metric: 'output tokens/s', run: 'ours', over: 'round robin', published: null },
      { metric: 'TTFT mean', run: 'round robin', published: 1319.77 },
      { metric: 'TTFT mean', run: 'least load', published: 817.18 },
      { metric: 'TTFT mean', run: 'prefix hash', published: 280.2 },
      { metric: 'TTFT p50', run: 'round robin', published: 601.29 },
      { metric: 'TTFT p50', run: 'least load', published: 494.28 },
      { metric: 'TTFT p50', run: 'prefix hash', published: 239.8 },
      { metric: 'TTFT p50', run: 'ours', published: null },
      { metric: 'TPOT mean', run: 'round robin', published: 189.29 },
      { metric: 'TPOT mean', run: 'prefix hash', published: 86.55 },
      { metric: 'TPOT mean', run: 'ours', published: null },
    ],
    holds: [
      { metric: 'output tokens/s', more: 'prefix hash', less: 'round robin', factor: 1.25, reducedFactor: 1.05 },
      { metric: 'output tokens/s', more: 'ours', less: 'round robin', factor: 1.3, reducedFactor: 1.05 },
      { metric: 'TPOT mean', more: 'round robin', less: 'prefix hash', factor: 1.4, reducedFactor: 1.1 },
    ],
    reduced: ['--requests', '3000'],
    verdict: 'reproduced',
    word: 'Throughput of all three comes out within a tenth. The mean of TTFT with prefix hashing is higher in the simulation than its median, because its 800 clients all begin in the same moment, where the published run sends 800 a second. At 1,600 to 8,000 requests at once the published throughputs are the same within a tenth; what grows there is the time that clients wait with round robin.',
  },
  {
    name: 'kthena-long',
    title: 'Cache-aware scores against random and least requests, 4,096 tokens in common',
    source: 'Kthena, docs/kthena/blog/2025-09-09-benchmark at a4934ed, tables 1 and 2',
    setting:
      'DeepSeek-R1-Distill-Qwen-7B on 3 replicas; 256 groups of 32 requests, 300 at once. The GPU is not told; an A100 of 80 GB is simulated, so that only ratios say anything.',
    runs: {
      random: { args: kthena, policy: 'random' },
      'least request': { args: kthena, policy: 'least-request' },
      'cache and least request': { args: kthena, policy: 'blend-exact' },
      ours: { args: kthena, policy: 'default' },
    },
    rows: [
      { metric: 'requests/s', run: 'random', published: 11.81 },
      { metric: 'requests/s', run: 'least request', published: 9.86 },
      { metric: 'requests/s', run: 'cache and least request', published: 32.22 },
      { metric: 'requests/s', run: 'cache and least request', over: 'random', published: 2.73 },
      { metric: 'requests/s', run: 'least request', over: 'random', published: 0.83 },
      { metric: 'requests/s', run: 'ours', over: 'random', published: null },
      { metric: 'TTFT mean', run: 'cache and least request', over: 'random', published: 0.27 },
      { metric: 'TTFT mean', run: 'least request', over: 'random', published: 5.8 },
      { metric: 'TTFT mean', run: 'ours', over: 'random', published: null },
    ],
    holds: [
      { metric: 'requests/s', more: 'cache and least request', less: 'random', factor: 1.6, reducedFactor: 1.15 },
      { metric: 'requests/s', more: 'ours', less: 'random', factor: 1.6, reducedFactor: 1.15 },
    ],
    reduced: ['--requests', '1800'],
    verdict: 'reproduced',
    word: 'Direction and size agree, and so does that counting requests alone makes the first token wait longer than chance does: it keeps all replicas in the same step of the same work. That it also costs throughput is not reproduced.',
  },
  {
    name: 'kthena-short',
    title: 'The same with 256 tokens in common',
    source: 'Kthena, docs/kthena/blog/2025-09-09-benchmark at a4934ed, table 3',
    setting: 'As before, with 256 tokens in common in a group.',
    runs: {
      random: { args: kthenaShort, policy: 'random' },
      'cache and least request': { args: kthenaShort, policy: 'blend-exact' },
      ours: { args: kthenaShort, policy: 'default' },
    },
    rows: [
      { metric: 'requests/s', run: 'random', published: 8.21 },
      { metric: 'requests/s', run: 'cache and least request', published: 8.08 },
      { metric: 'requests/s', run: 'cache and least request', over: 'random', published: 0.98 },
      { metric: 'requests/s', run: 'ours', over: 'random', published: null },
    ],
    holds: [
      { metric: 'requests/s', more: 'random', less: 'cache and least request', factor: 0.85 },
      { metric: 'requests/s', more: 'cache and least request', less: 'random', factor: 0.85 },
      { metric: 'requests/s', more: 'ours', less: 'random', factor: 0.85 },
    ],
    reduced: ['--requests', '1800'],
    verdict: 'in part',
    word: 'That it makes no difference is reproduced. The published rates are not: they are lower than those with prompts sixteen times as long, which no engine does for that reason; whatever held them up was not the prompts.',
  },
  {
    name: 'prefix-cache',
    title: 'A prompt that was asked before is answered five to ten times sooner',
    source:
      'a common claim; llm-d, “KV-Cache Wins You Can See”, 2025-09-24: 4.3 s, then 0.6 s for 10,000 tokens on one Qwen3-32B',
    setting: 'One prompt of 10,000 tokens, twice, on one H100 that has nothing else to do.',
    runs: { twice: { args: repeat, policy: 'default' } },
    rows: [
      { metric: 'TTFT p99', run: 'twice', published: 4300 },
      { metric: 'TTFT p50', run: 'twice', published: 600 },
    ],
    holds: [],
    reduced: null,
    verdict: 'in part',
    word: 'The slower of the two (p99) is the first, the faster (p50) the second. An engine alone gains more than ten times, and the longer the prompt the more: what is left of the published 0.6 s is not the engine’s. Five to ten times is what is left of it behind a network, a tokeniser and a batch with others in it; where half the prompts are new, the mean gains less than two times.',
  },
]
