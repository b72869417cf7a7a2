import type { FieldPath } from '../diagnostic.ts'
import { isFields } from '../document/fleet-form.ts'
import type { SchemaNode } from '../schema-node.ts'

/** What every override begins with. */
export const overridePrefix = 'FAIRLEAD_'

/** `bodyLimit` → `BODY_LIMIT`, `smollm2-q4.1` → `SMOLLM2_Q4_1`. */
export function variableWord(name: string): string {
  return name
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replaceAll(/[^A-Za-z0-9]+/g, '_')
    .toUpperCase()
}

/**
 * The field that a variable such as `FAIRLEAD_MODELS_SMOLLM2_CONTEXT` means: names in upper case with `_` between words,
 * list entries by index or by the name of the entry. Undefined when there is none.
 */
export function fieldOfVariable(variable: string, schema: SchemaNode, document: unknown): FieldPath | undefined {
  const words = variable.slice(overridePrefix.length)
  return words === '' ? undefined : match(words, schema, document)
}

/** Tries every field whose name the words begin with; field names may begin alike, so all are tried. */
function match(words: string, node: SchemaNode, value: unknown): FieldPath | undefined {
  for (const { step, word, schema, inner } of stepsInto(node, value)) {
    if (words === word) return [step]
    if (!words.startsWith(`${word}_`)) continue
    const rest = match(words.slice(word.length + 1), schema, inner)
    if (rest !== undefined) return [step, ...rest]
  }
  return undefined
}

interface Step {
  readonly step: string | number
  readonly word: string
  readonly schema: SchemaNode
  readonly inner: unknown
}

function stepsInto(node: SchemaNode, value: unknown): Step[] {
  if (node.items !== undefined) {
    const schema = node.items
    const entries: unknown[] = Array.isArray(value) ? value : []
    return entries.flatMap((inner, step) => {
      const name: unknown = isFields(inner) ? inner['name'] : undefined
      const words = [String(step), ...(typeof name === 'string' && name !== '' ? [variableWord(name)] : [])]
      return words.map((word) => ({ step, word, schema, inner }))
    })
  }
  return Object.entries(node.properties ?? {}).map(([step, schema]) => ({
    step,
    word: variableWord(step),
    schema,
    inner: isFields(value) && Object.hasOwn(value, step) ? value[step] : undefined,
  }))
}
