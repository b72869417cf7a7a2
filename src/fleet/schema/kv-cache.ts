import { z } from 'zod'
import { bytes } from './units.ts'
import { list, text } from './names.ts'

/** The KV cache of an engine. */
export const kvCache = z.strictObject({
  dtype: z
    .enum(['auto', 'fp16', 'bf16', 'fp8', 'fp8_e4m3', 'fp8_e5m2', 'q8_0', 'q4_0'])
    .default('auto')
    .describe('Type that keys and values are kept in.'),
  prefixCaching: z.boolean().default(true).describe('Whether prompts reuse the blocks of earlier ones.'),
  blockSize: z.int().min(1).max(4096).optional().describe('Tokens in a block; the engine’s own when absent.'),
  events: z
    .strictObject({
      endpoints: list(text(256), 1000)
        .default([])
        .describe(
          'For engine external: where each of `addresses` publishes its KV events, in their order, those of `prefill` and `decode` behind them; `tcp://HOST:5557` with prefixExact when empty. Further data-parallel ranks follow on the next ports.',
        ),
      replayEndpoints: list(text(256), 1000)
        .default([])
        .describe('Where each replays the events that were missed; `tcp://HOST:5558` when `endpoints` is empty too.'),
    })
    .prefault({})
    .describe('KV cache events of engines that run elsewhere.'),
  tiers: list(
    z.strictObject({
      medium: z.enum(['gpu', 'memory', 'disk']).describe('Where the tier lies.'),
      size: bytes().describe('How much it holds.'),
      path: text(4096).optional().describe('Folder of a disk tier.'),
    }),
    8,
  )
    .default([])
    .describe('Tiers of the cache, fastest first.'),
})

/** The tier on disk; undefined where there is none. */
export const diskTierOf = ({ tiers }: z.output<typeof kvCache>) => tiers.find(({ medium }) => medium === 'disk')
