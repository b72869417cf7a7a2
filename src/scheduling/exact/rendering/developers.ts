import { isFields, type Fields } from './conversation.ts'

const isSystem = ({ role }: Fields): boolean => role === 'system' || role === 'developer'

/** Whether a template knows the role of developers. */
export const knowsDevelopers = (template: string): boolean => /"developer"|'developer'/.test(template)

/**
 * A conversation for a template that knows no developers: what they say becomes part of the system prompt, which then is
 * one message, the first. A conversation without developers stays as it is.
 * Source: vLLM 0.32.0, `vllm/renderers/hf.py`, `_convert_developer_to_system` and `_consolidate_system_messages`.
 */
export function withoutDevelopers(conversation: readonly Fields[]): readonly Fields[] {
  if (!conversation.some(({ role }) => role === 'developer')) return conversation
  const [first, ...others] = conversation
  if (first !== undefined && !others.some(isSystem)) return [{ ...first, role: 'system' }, ...others]
  const texts = conversation.filter(isSystem).map(({ content }) => textOf(content))
  const content = texts.filter((text) => text !== '').join('\n\n')
  return [{ role: 'system', content }, ...conversation.filter((message) => !isSystem(message))]
}

function textOf(content: unknown): string {
  if (!Array.isArray(content)) return typeof content === 'string' ? content : ''
  return (content as unknown[]).map((part) => (isFields(part) ? String(part['text']) : '')).join('\n')
}
