import { z } from 'zod'
import { duration, tokens } from './units.ts'
import { list, servedName, share, text } from './names.ts'
import { routingPolicies } from './routing-policies.ts'

/** Which replica answers. */
export const routing = z.strictObject({
  policy: z
    .enum(routingPolicies)
    .default('auto')
    .describe(
      'How a replica is chosen: where a request costs the least, by the prompts that each was sent before and by what it has to do (prefix); the same by what engines say that they hold (prefixExact: needs vLLM with prefix caching and `--kv-events-config`, the package zeromq, and the model’s tokenizer.json; what cannot be told so goes by prefix, and `/admin/v1/load` says why); by tokens in flight (load), by requests in flight, or in turn; auto is prefix where the engine caches prefixes, and prefixExact where the Fleet says where KV events are. The others are what `fairlead simulate` compares (docs/scheduling.md).',
    ),
  decisionHeader: z
    .boolean()
    .default(false)
    .describe(
      'Whether answers say in x-fairlead-decision who answered and why: replica, policy, reason, tokens held, time waited. It names replicas to clients.',
    ),
  saturation: share()
    .default(0.9)
    .describe(
      'KV cache use, as the engine reports it, above which a replica gets no request by a policy that goes for the cache, the session or the adapter alone (longestPrefix, session, adapter, and `routing.session` with any policy), while others are below; 1 for none. The default policies weigh what a replica has to do instead.',
    ),
  sharedReplicas: z
    .boolean()
    .optional()
    .describe(
      'Whether others send requests to the same replicas: another gateway, or clients that go past this one. What engines run and have waiting beyond this gateway’s own requests counts then, asked every 500 ms; when absent, where gateway.replicas is above 1 and the engine is not external.',
    ),
  session: z
    .strictObject({
      header: text(63).default('x-session-id').describe('Header that names a session.'),
      time: duration().prefault('1h').describe('How long a session stays with its replica.'),
      enabled: z.boolean().default(false).describe('Whether sessions stay with a replica.'),
    })
    .prefault({})
    .describe('Sessions that stay with one replica.'),
  prefix: z
    .strictObject({
      blocks: z.int().min(1_000).max(10_000_000).default(1_000_000).describe('Blocks that the prefix index holds.'),
    })
    .prefault({})
    .describe('The prefix index.'),
  disaggregation: z
    .strictObject({
      transfer: z
        .enum(['nixl', 'nixlPush', 'lmcache', 'mooncake', 'sharedStorage', 'bootstrap'])
        .default('nixl')
        .describe('How KV blocks get from prefill to decode.'),
      minPromptTokens: tokens()
        .prefault('2k')
        .describe(
          'Shorter prompts are prefilled where they decode; what times are observed moves it by up to 8 times.',
        ),
      bootstrapPort: z
        .int()
        .min(1)
        .max(65_535)
        .default(8998)
        .describe('Port of prefill replicas at which transfers are arranged, for mooncake and bootstrap.'),
    })
    .prefault({})
    .describe('Prefill and decode on replicas of their own.'),
  fallbackModels: list(servedName(), 16)
    .default([])
    .describe('Models that answer in its place when no replica is ready.'),
})
