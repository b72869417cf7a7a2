import { z } from 'zod'
import { duration } from './units.ts'
import { httpUrl, secretReference, share, text, textMap } from './names.ts'

/** What is seen of the Fleet. */
export const observe = z.strictObject({
  logs: z
    .strictObject({
      level: z
        .enum(['debug', 'info', 'warn', 'error'])
        .default('info')
        .describe('Least severe lines that are written.'),
      format: z
        .enum(['auto', 'text', 'json'])
        .default('auto')
        .describe('Text on a terminal, JSON elsewhere, with auto.'),
      access: z.boolean().default(true).describe('Whether each request gets a line.'),
      accessSample: share().default(1).describe('Share of requests that get one; those that fail always do.'),
    })
    .prefault({})
    .describe('Logs.'),
  metrics: z
    .strictObject({
      tenants: z.int().min(0).max(1000).default(50).describe('Tenants with series of their own; the rest is `other`.'),
      legacyNames: z
        .boolean()
        .default(false)
        .describe('Also exports llm_requests_total and its like for old dashboards.'),
    })
    .prefault({})
    .describe('Prometheus metrics.'),
  traces: z
    .strictObject({
      endpoint: httpUrl().describe('OTLP/HTTP endpoint.'),
      headers: textMap(32).default({}).describe('Headers that the endpoint asks for; none of them secret.'),
      authorization: secretReference().optional().describe('Value of its Authorization header.'),
      sample: share().default(0.1).describe('Share of requests that are traced.'),
      prompts: z.boolean().default(false).describe('Whether prompts and answers are recorded.'),
    })
    .optional()
    .describe('Traces over OTLP.'),
  langfuse: z
    .strictObject({
      url: httpUrl().describe('Langfuse’s address.'),
      publicKey: text(253).describe('Public key of the project.'),
      secretKey: secretReference().describe('Secret key of the project.'),
      prompts: z.boolean().default(false).describe('Whether prompts and answers are recorded.'),
    })
    .optional()
    .describe('Traces and scores in Langfuse.'),
  usage: z
    .strictObject({
      keep: duration().prefault('400d').describe('How long usage by key, model and day is kept.'),
    })
    .prefault({})
    .describe('Usage records.'),
  dashboards: z.boolean().default(true).describe('Whether targets get Grafana dashboards.'),
  alerts: z.boolean().default(true).describe('Whether targets get Prometheus alerts.'),
})
