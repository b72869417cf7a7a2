import { z } from 'zod'
import { text } from './names.ts'
import { duration, tokens } from './units.ts'

const milliseconds = () => z.number().min(0).max(1e6)
const every = () => z.int().min(0).max(1e6).default(0)

/** How the simulated engine behaves: its speed, its cache, what it publishes, and the faults it shows. */
export const simulatedSettings = z.strictObject({
  ttft: duration()
    .prefault('50ms')
    .describe('Time to first token of a request that waits for nobody, beside what its tokens take.'),
  tokensPerSecond: z
    .number()
    .min(0.001)
    .max(1e6)
    .default(50)
    .describe('Output tokens a second of one sequence, while no prompt is computed.'),
  maxSequences: z.int().min(1).max(4096).default(8).describe('Sequences that run at once; more wait.'),
  msPerToken: milliseconds()
    .default(0)
    .describe('Milliseconds that a step takes for each token it computes, of prompts and answers.'),
  msPerContextToken: milliseconds()
    .default(0)
    .describe('Milliseconds that a step takes for each token before those that it generates.'),
  gpu: text(64)
    .optional()
    .describe('A GPU such as `l40s`: steps and cache are those of `model` on it, in place of the four speeds above.'),
  model: text(256).optional().describe('A model that is known to sizing, such as `llama-3.1-8b-fp8`; with `gpu`.'),
  kvCapacityTokens: tokens()
    .optional()
    .describe('Tokens that the KV cache holds, one context at least; maxSequences whole contexts when absent.'),
  kvBlockTokens: z.int().min(1).max(1024).default(16).describe('Tokens of a KV block.'),
  kvConnector: z
    .enum(['none', 'nixl', 'nixlPush', 'mooncake', 'bootstrap', 'sharedStorage', 'lmcache'])
    .default('none')
    .describe(
      'How it hands prompts over to other engines; `nixl` for models with `prefill` and `decode` that say nothing.',
    ),
  kvFolder: text(1024)
    .optional()
    .describe('Folder of prompts that all engines reach, with `sharedStorage` and `lmcache`.'),
  kvRole: z
    .enum(['prefill', 'decode'])
    .optional()
    .describe('Which half of requests it does with `bootstrap`, whose requests do not say.'),
  kvEvents: z
    .strictObject({
      endpoint: text(256)
        .optional()
        .describe('Where KV events are published (ZeroMQ), such as `tcp://*:5557`; nowhere when absent.'),
      replayEndpoint: text(256).optional().describe('Where missed KV events are asked for, such as `tcp://*:5558`.'),
      topic: text(256).default('').describe('Topic of KV events.'),
    })
    .prefault({})
    .describe('KV cache events, as vLLM publishes them.'),
  loadTime: duration().prefault('0s').describe('Time from start until /health answers 200.'),
  failEvery: every().describe('Every n-th request fails with 500; 0 is never.'),
  hangEvery: every().describe('Every n-th request is accepted and never answered; 0 is never.'),
  dieEvery: every().describe('Every n-th stream is cut after its fifth token; 0 is never.'),
})
