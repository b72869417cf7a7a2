import type { FieldPath, Problem } from '../diagnostic.ts'

/** A secret that stands in the file itself, and how to refer to it instead. */
export function literalSecret(path: FieldPath, field: string, value?: unknown): Problem {
  const variable = typeof value === 'string' ? /^\$\{?([A-Za-z_]\w*)\}?$/.exec(value)?.[1] : undefined
  if (variable !== undefined) {
    return {
      path,
      message: 'variables are not filled in within the Fleet file',
      suggestion: `write ${field}: { env: ${variable} }`,
    }
  }
  const suggestion = `write ${field}: { env: NAME }, { file: /path } or { secretRef: { name: …, key: … } }`
  return { path, message: 'a secret does not stand in the Fleet file itself', suggestion, hidesText: true }
}
