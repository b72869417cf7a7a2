/** What a line at the prompt asks for. */
export type ChatRequest =
  | { readonly kind: 'say'; readonly text: string }
  | { readonly kind: 'nothing' | 'exit' | 'clear' | 'help' }
  | { readonly kind: 'model'; readonly name?: string }
  | { readonly kind: 'unknown'; readonly word: string }

/** Lines of `/help`. */
export const slashHelp = [
  ['/model [NAME]', 'show the models, or change to one'],
  ['/clear', 'forget the conversation'],
  ['/exit', 'leave; so does Ctrl-D, or Ctrl-C twice at an empty prompt'],
] as const

/** Reads a line; one that starts with `/` is a command, one that starts with `//` is text that starts with `/`. */
export function readChatLine(line: string): ChatRequest {
  const text = line.trim()
  if (text === '') return { kind: 'nothing' }
  if (text.startsWith('//')) return { kind: 'say', text: text.slice(1) }
  if (!text.startsWith('/')) return { kind: 'say', text }
  const [word = '', name] = text.split(/\s+/)
  if (word === '/exit' || word === '/quit') return { kind: 'exit' }
  if (word === '/clear') return { kind: 'clear' }
  if (word === '/help') return { kind: 'help' }
  if (word === '/model') return name === undefined ? { kind: 'model' } : { kind: 'model', name }
  return { kind: 'unknown', word }
}
