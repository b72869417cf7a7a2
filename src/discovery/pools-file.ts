import { LineCounter, parseDocument, visit, type Document } from 'yaml'
import { z } from 'zod'
import { UserError, type ErrorFinding } from '../errors/index.ts'
import { engineNames, secretReference } from '../fleet/index.ts'
import { parseBaseUrl } from './base-url.ts'
import { parseClusterName } from './cluster-name.ts'
import { resolutions, type Pool } from './pool.ts'

/** A hundred models, each with its three roles, take 50 kB. */
export const poolsFileLimitBytes = 1024 * 1024

/** A pools file: where the replicas are that a gateway did not start. Targets write it beside the Fleet file. */
const poolsFileSchema = z.strictObject({
  version: z.literal(1),
  pools: z
    .array(
      z.strictObject({
        /** Name of the model in the Fleet. */
        model: z.string().min(1).max(253),
        role: z.enum(['both', 'prefill', 'decode']).default('both'),
        engine: z.enum(engineNames),
        /** Base URL, without /v1. */
        address: z.string().max(2048),
        resolve: z.enum(resolutions).default('static'),
        /** Where the key is that its engines ask for, never the key itself. */
        apiKey: secretReference().optional(),
      }),
    )
    .max(1_000),
})

type Path = readonly PropertyKey[]

/**
 * Reads a pools file, YAML or JSON.
 * @throws UserError with every problem of it and where it is
 */
export function readPools(text: string, file: string): readonly Pool[] {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines })
  const place = (offset: number) => {
    const { line, col } = lines.linePos(offset)
    return { line: Math.max(line, 1), column: Math.max(col, 1) }
  }
  const finding = (offset: number, message: string, path = ''): ErrorFinding => ({
    severity: 'error',
    file,
    ...place(offset),
    message,
    path,
  })
  const [broken] = document.errors
  if (broken !== undefined) {
    throw refusal(file, [finding(broken.pos[0], broken.message.split(' at line ')[0] ?? broken.message)])
  }
  visit(document, {
    Alias: (_key, { range }) => {
      throw refusal(file, [finding(range?.[0] ?? 0, 'Aliases (*name) are not taken here.')])
    },
  })
  const checked = poolsFileSchema.safeParse(document.toJS())
  if (!checked.success) {
    const findings = checked.error.issues.map(({ path, message }) =>
      finding(offsetOf(document, path), message, z.core.toDotPath(path)),
    )
    throw refusal(file, findings)
  }
  const findings: ErrorFinding[] = []
  const pools = checked.data.pools.flatMap((pool, index): Pool[] => {
    const path = ['pools', index, 'address']
    try {
      const address = parseBaseUrl(pool.address, z.core.toDotPath(path))
      const isOfCluster = pool.resolve === 'endpointSlices' || pool.resolve === 'inferencePool'
      if (isOfCluster && parseClusterName(address.host) === undefined) {
        const what = pool.resolve === 'endpointSlices' ? 'Service' : 'InferencePool'
        findings.push(
          finding(
            offsetOf(document, path),
            `${address.host} names no ${what}. Write http://NAME.NAMESPACE.svc:PORT.`,
            z.core.toDotPath(path),
          ),
        )
      }
      return [{ ...pool, address }]
    } catch (error) {
      if (!(error instanceof UserError)) throw error
      const { what, why = '', mend = '' } = error.parts
      findings.push(finding(offsetOf(document, path), `${what}: ${why} ${mend}`.trim(), z.core.toDotPath(path)))
      return []
    }
  })
  if (findings.length > 0) throw refusal(file, findings)
  return pools
}

/** Where a value stands, or the nearest one around it that is there. */
function offsetOf(document: Document.Parsed, path: Path): number {
  for (let length = path.length; length > 0; length -= 1) {
    const node = document.getIn(path.slice(0, length), true) as { readonly range?: readonly number[] } | undefined
    const at = node?.range?.[0]
    if (at !== undefined) return at
  }
  return 0
}

/** Problems that are shown; the rest is counted. */
const shown = 10

function refusal(file: string, findings: readonly ErrorFinding[]): UserError {
  const [first] = findings
  const lines = findings
    .slice(0, shown)
    .map(({ line, column, path, message }) => `${line}:${column} ${path === '' ? '' : `${path}: `}${message}`)
  if (findings.length > shown) lines.push(`and ${findings.length - shown} more`)
  return new UserError({
    what: 'The pools file cannot be used',
    where: `${file}:${first?.line ?? 1}:${first?.column ?? 1}`,
    why: lines.join('\n'),
    mend:
      'Write version: 1 and pools: a list, each with model, engine, address (http://host:port), and where wanted ' +
      'role (both, prefill, decode), resolve (dns, static, endpointSlices, inferencePool) and apiKey (env, file or secretRef).',
    findings,
  })
}
