import type { TemplateNode } from './jinja.ts'

/** How an engine hands contents to a template: as text, or as a list of parts. */
export type ContentFormat = 'string' | 'openai'

/**
 * Finds out which form of contents a template wants, as vLLM does: a list where it loops over a message's content.
 * Source: vLLM 0.32.0, `vllm/renderers/hf.py`, `_detect_content_format`.
 */
export function contentFormatOf(program: TemplateNode): ContentFormat {
  const nodes: TemplateNode[] = []
  collect(program, nodes)
  const lists = new Set(['messages'])
  for (const { type, assignee, value } of nodes) {
    const name = nameOf(assignee)
    if (type === 'Set' && name !== null && [...lists].some((list) => refersTo(value, list))) lists.add(name)
  }
  const loops = nodes.filter(({ type }) => type === 'For')
  const messages = new Set<string>()
  for (const { loopvar, iterable } of loops) {
    const name = nameOf(loopvar)
    if (name !== null && [...lists].some((list) => refersTo(iterable, list))) messages.add(name)
  }
  const isOverContent = ({ iterable }: TemplateNode): boolean =>
    nameOf(iterable) === 'content' || [...messages].some((message) => refersTo(iterable, message, 'content'))
  return loops.some(isOverContent) ? 'openai' : 'string'
}

function isNode(value: unknown): value is TemplateNode {
  return typeof value === 'object' && value !== null && 'type' in value
}

function collect(value: unknown, nodes: TemplateNode[]): void {
  if (Array.isArray(value)) for (const each of value as unknown[]) collect(each, nodes)
  else if (value instanceof Map) for (const each of value) collect(each, nodes)
  else if (isNode(value)) {
    nodes.push(value)
    collect(Object.values(value), nodes)
  }
}

const nameOf = (value: unknown): string | null =>
  isNode(value) && value['type'] === 'Identifier' && typeof value['value'] === 'string' ? value['value'] : null

/** Whether an expression is a variable, or a key of it, seen through filters, tests and slices. */
function refersTo(value: unknown, name: string, key?: string): boolean {
  if (!isNode(value)) return false
  const { type, operand, lhs, object, property } = value
  if (type === 'FilterExpression' || type === 'TestExpression') return refersTo(operand, name, key)
  if (type === 'SelectExpression') return refersTo(lhs, name, key)
  if (type === 'MemberExpression' && isNode(property)) {
    if (property['type'] === 'SliceExpression') return refersTo(object, name, key)
    return key !== undefined && property['value'] === key && nameOf(object) === name
  }
  return key === undefined && nameOf(value) === name
}
