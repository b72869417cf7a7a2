import { z } from 'zod'
import { duration } from './units.ts'
import { dnsLabel, list, secretReference, servedName, share, text, textMap, variableName } from './names.ts'

/** Speculative decoding. */
export const speculative = z.strictObject({
  method: z
    .enum(['ngram', 'draftModel', 'eagle', 'eagle3', 'medusa', 'mtp', 'suffix'])
    .describe('How tokens are guessed.'),
  model: text(2048).optional().describe('Source of the draft model or head.'),
  tokens: z.int().min(1).max(64).default(4).describe('Tokens guessed in a step.'),
  lookupMin: z.int().min(1).max(64).optional().describe('Shortest n-gram looked up, for method ngram.'),
  lookupMax: z.int().min(1).max(64).optional().describe('Longest n-gram looked up, for method ngram.'),
})

/** How chats become prompts, and answers become tool calls. */
export const chat = z.strictObject({
  template: text(65_536).optional().describe('Chat template (Jinja) in place of the model’s own.'),
  templateFile: text(4096).optional().describe('File with the chat template.'),
  tokenizer: text(4096)
    .optional()
    .describe(
      'Folder with tokenizer.json, tokenizer_config.json and the chat template, which prefixExact reads; from `source` where that is a folder, or in the hub’s cache on this machine, when absent.',
    ),
  toolParser: text(63).optional().describe('Parser of tool calls, by the engine’s name for it.'),
  reasoningParser: text(63).optional().describe('Parser of reasoning, by the engine’s name for it.'),
  reasoningNames: z
    .enum(['both', 'as-is'])
    .default('both')
    .describe('Whether chat answers carry reasoning as `reasoning` and `reasoning_content`, or as the engine says it.'),
})

/** What a request may carry beside text. */
export const multimodal = z.strictObject({
  images: z.int().min(0).max(1000).optional().describe('Images in a prompt at the most.'),
  audios: z.int().min(0).max(1000).optional().describe('Audio clips in a prompt at the most.'),
  videos: z.int().min(0).max(1000).optional().describe('Videos in a prompt at the most.'),
  allowedDomains: list(text(253), 256).default([]).describe('Hosts that media may be fetched from; none when empty.'),
})

/** A LoRA adapter, asked for by its own name. */
export const adapter = z.strictObject({
  name: servedName().describe('The name that clients send as `model`.'),
  source: text(2048).describe('Where the adapter’s weights are.'),
  revision: text(253).optional().describe('Revision of the source.'),
  preload: z
    .boolean()
    .default(true)
    .describe(
      'Whether the engine loads it at its start; else the gateway has running replicas load it, so that it comes and goes without a restart.',
    ),
})

/** When a model’s weights are in memory. */
export const lifecycle = z.strictObject({
  load: z
    .enum(['start', 'request'])
    .default('start')
    .describe('Loaded when the Fleet starts, or at the first request.'),
  idleTimeout: duration().optional().describe('Unloaded after this time without a request; never when absent.'),
  whenIdle: z.enum(['stop', 'sleep']).default('stop').describe('Whether an idle engine stops or sleeps.'),
})

/** Requests that a replica answers before it gets traffic. */
export const warmup = z.strictObject({
  enabled: z
    .boolean()
    .optional()
    .describe(
      'Whether a new replica is asked something small before clients meet it, while others serve; with vllm, sglang and profile latency when absent.',
    ),
  systemPrompts: list(text(65_536), 32)
    .default([])
    .describe('System prompts that it is asked with, whose blocks are computed by that.'),
  timeout: duration().prefault('30s').describe('Longest time for all of it; then the replica gets traffic as it is.'),
})

/** One probe of a replica. */
const probe = z.strictObject({
  path: text(1024).optional().describe('Path that is asked; the engine’s own when absent.'),
  interval: duration().optional().describe('Between two probes.'),
  timeout: duration().optional().describe('Longest wait for an answer.'),
  failures: z.int().min(1).max(1000).optional().describe('Failures in a row that count.'),
})
/** How a platform watches a replica. */
export const probes = z.strictObject({
  startup: probe.prefault({}).describe('Until the model is loaded.'),
  readiness: probe.prefault({}).describe('Whether it gets requests.'),
  liveness: probe.prefault({}).describe('Whether it is restarted.'),
})

/** Which machines replicas run on. */
export const placement = z.strictObject({
  hosts: list(text(253), 256).default([]).describe('Hosts by name, where a target has several plain hosts.'),
  nodeSelector: textMap().default({}).describe('Labels that a Kubernetes node must have.'),
  tolerations: list(
    z.strictObject({
      key: text(316).optional().describe('Key of the taint; every key when absent.'),
      operator: z.enum(['Equal', 'Exists']).default('Equal').describe('How the value is compared.'),
      value: text(63).optional().describe('Value of the taint.'),
      effect: z.enum(['NoSchedule', 'PreferNoSchedule', 'NoExecute']).optional().describe('Effect; all when absent.'),
    }),
    32,
  )
    .default([])
    .describe('Taints of Kubernetes nodes that are tolerated.'),
  nodeAffinity: list(
    z.strictObject({
      key: text(316).describe('Label of the node.'),
      operator: z.enum(['In', 'NotIn', 'Exists', 'DoesNotExist', 'Gt', 'Lt']).default('In').describe('What is asked.'),
      values: list(text(63), 64).default([]).describe('Values to compare with.'),
      weight: z.int().min(1).max(100).optional().describe('Preferred with this weight; required when absent.'),
    }),
    32,
  )
    .default([])
    .describe('Labels of Kubernetes nodes that are required or preferred; all required ones must hold.'),
  spread: list(
    z.strictObject({
      topologyKey: text(316).describe('Label that names the place, such as kubernetes.io/hostname.'),
      required: z.boolean().default(false).describe('Whether a replica waits rather than share a place.'),
    }),
    8,
  )
    .default([])
    .describe('Places that replicas of the model do not share.'),
  priorityClass: dnsLabel().optional().describe('Kubernetes PriorityClass of the pods.'),
})

/** A variable of the engine’s environment: a plain value or a secret by reference. */
export const environmentVariable = z.strictObject({
  name: variableName().describe('Name of the variable.'),
  value: text(32_768).optional().describe('Its value, in plain text; never a secret.'),
  from: secretReference().optional().describe('Where its value is, when it is a secret.'),
})

/** Canary of a new revision of a model. */
export const rollout = z.strictObject({
  maxUnavailable: z.int().min(0).max(1000).default(0).describe('Replicas that may be missing during an update.'),
  canaryShare: share().default(0).describe('Share of requests that a new revision gets first; 0 is no canary.'),
  canaryTime: duration().prefault('10m').describe('Time that a canary is watched.'),
  abortErrorShare: share().default(0.05).describe('Share of failed requests that aborts the update.'),
  abortTtft: duration().optional().describe('Median TTFT that aborts the update.'),
})

/** TLS towards an upstream. */
export const upstreamTls = z.strictObject({
  caFile: text(4096).optional().describe('Certificate authorities that are trusted (PEM).'),
  certFile: text(4096).optional().describe('Our certificate, for mutual TLS (PEM).'),
  keyFile: text(4096).optional().describe('Its key (PEM).'),
  serverName: text(253).optional().describe('Name that the upstream’s certificate must carry.'),
})
