import type { z } from 'zod'
import { formatPath, type FieldPath, type Problem } from '../diagnostic.ts'
import { schemaNodeAt, type SchemaNode } from '../schema-node.ts'
import { didYouMean } from './did-you-mean.ts'
import { expectation } from './expectation.ts'
import { describeFound } from './found.ts'
import { suggestAmount } from './amount.ts'
import { suggestName, suggestType } from './rewrite.ts'
import { literalSecret } from './literal-secret.ts'
import { unknownField } from './unknown-field.ts'

/** What an issue is explained with. */
export interface IssueContext {
  /** The value at a path as it was written. */
  valueAt(path: FieldPath): unknown
  /** The text at a path as it was written; undefined when it does not stand in the file. */
  textAt(path: FieldPath): string | undefined
}

/** Says what is wrong with each field; one that is missing because its name is misspelled is reported once. */
export function explainIssues(issues: readonly z.core.$ZodIssue[], context: IssueContext): Problem[] {
  const problems = issues.flatMap((issue) => explainIssue(issue, context))
  const meant = new Set(problems.flatMap(({ meant }) => (meant === undefined ? [] : [formatPath(meant)])))
  return problems.filter(({ path }) => !meant.has(formatPath(path)) || context.valueAt(path) !== undefined)
}

/** Says what is wrong with a field, what was found and what to write; one problem for each unknown field. */
function explainIssue(issue: z.core.$ZodIssue, context: IssueContext): Problem[] {
  const path = issue.path.filter((step) => typeof step !== 'symbol')
  const node = schemaNodeAt(path)
  const found = context.valueAt(path)
  if (issue.code === 'unrecognized_keys') {
    const isSecret = node?.['x-fairlead-kind'] === 'secret'
    return issue.keys.map((key) => {
      if (!isSecret) return unknownField(path, key)
      return { ...unknownField(path, key), ...literalSecretField(path, key, context) }
    })
  }
  if (node?.['x-fairlead-kind'] === 'secret' && typeof found === 'string' && found !== '') {
    return [literalSecret(path, String(path.at(-1) ?? 'value'), found)]
  }
  if (found === undefined) return [missing(path, node)]
  return [{ path, ...explainValue(issue, node, found, context.textAt(path)) }]
}

function literalSecretField(path: FieldPath, key: string, context: IssueContext): Partial<Problem> {
  if (typeof context.valueAt([...path, key]) !== 'string') return {}
  if (didYouMean(key, ['env', 'file', 'secretRef']) !== undefined) return {}
  const { message, suggestion } = literalSecret(path, String(path.at(-1) ?? 'value'))
  return { message, suggestion, hidesText: true }
}

function missing(path: FieldPath, node: SchemaNode | undefined): Problem {
  const field = String(path.at(-1) ?? '')
  const description = node?.description
  return {
    path,
    message: `missing; ${expectation(node)} is needed here`,
    suggestion: `add ${field}${description === undefined ? '' : ` (${description.replace(/\.$/, '')})`}`,
  }
}

/** The message and suggestion for a value that does not fit. */
function explainValue(
  issue: z.core.$ZodIssue,
  node: SchemaNode | undefined,
  found: unknown,
  text: string | undefined,
): { message: string; suggestion?: string | undefined } {
  const expected = `expected ${expectation(node)}, found ${describeFound(found)}`
  if (found === null) return { message: expected, suggestion: 'write a value, or remove the line' }
  switch (issue.code) {
    case 'too_small':
    case 'too_big':
      return explainSize(issue, found, expected, node)
    case 'invalid_value': {
      const near = typeof found === 'string' ? didYouMean(found, node?.enum ?? []) : undefined
      return { message: expected, suggestion: near === undefined ? undefined : `did you mean ${near}?` }
    }
    case 'invalid_format':
      return { message: `${issue.message}, found ${describeFound(found)}`, suggestion: suggestName(node, found) }
    case 'custom':
      return {
        message: `${issue.message}, found ${describeFound(found)}`,
        suggestion: suggestAmount(node?.['x-fairlead-kind'], found),
      }
    default:
      return { message: expected, suggestion: suggestType(node, found, text) }
  }
}

function explainSize(
  issue: z.core.$ZodIssueTooSmall | z.core.$ZodIssueTooBig,
  found: unknown,
  expected: string,
  node: SchemaNode | undefined,
) {
  const bound = issue.code === 'too_small' ? `at least ${issue.minimum}` : `at most ${issue.maximum}`
  if (typeof found === 'string') {
    return {
      message:
        found === '' ? 'expected a text, found an empty one' : `expected ${bound} characters, found ${found.length}`,
    }
  }
  if (Array.isArray(found)) {
    const message = `expected ${bound} ${bound.endsWith(' 1') ? 'entry' : 'entries'}, found ${found.length}`
    const isNamed = node?.items?.required?.includes('name') === true
    return { message, suggestion: found.length === 0 && isNamed ? 'add an entry below it: - name: …' : undefined }
  }
  return { message: / from /.test(expected) ? expected : `expected ${bound}, found ${describeFound(found)}` }
}
