import { stringify } from 'yaml'

/**
 * What Helm makes of a template of ours, by the few forms that our templates use. It stands in for Helm where the program
 * is not there; `test/cluster` runs the real one over the same charts.
 */
export function evaluate(template: string, values: unknown, namespace: string): string {
  const scope = { Values: values, Release: { Namespace: namespace } }
  return print(parse(template), scope, scope)
}

type Piece = string | { readonly action: string; readonly body?: readonly Piece[] }

function parse(template: string): Piece[] {
  const trimmed = template.replaceAll(/\s*\{\{-/g, '{{').replaceAll(/-\}\}\s*/g, '}}')
  const stack: Piece[][] = [[]]
  const opened: string[] = []
  for (const part of trimmed.split(/(\{\{(?:[^"}]|"(?:[^"\\]|\\.)*")*\}\})/)) {
    const top = stack.at(-1)
    if (top === undefined) throw new Error('an end without a beginning')
    if (!part.startsWith('{{')) {
      top.push(part)
      continue
    }
    const action = part.slice(2, -2).trim()
    if (/^(if|with) /.test(action)) {
      stack.push([])
      opened.push(action)
    } else if (action === 'end') {
      stack.pop()
      stack.at(-1)?.push({ action: opened.pop() ?? '', body: top })
    } else top.push({ action })
  }
  return stack[0] ?? []
}

function print(pieces: readonly Piece[], scope: unknown, root: unknown): string {
  return pieces
    .map((piece) => {
      if (typeof piece === 'string') return piece
      const { action, body } = piece
      if (body === undefined) return String(pipe(action, scope, root) ?? '')
      const value = read(action.replace(/^\S+ /, ''), scope, root)
      if (isEmpty(value)) return ''
      return print(body, action.startsWith('with') ? value : scope, root)
    })
    .join('')
}

function pipe(action: string, scope: unknown, root: unknown): unknown {
  const [first = '', ...filters] = action.split(' | ')
  const start = first.startsWith('toYaml ')
    ? stringify(read(first.slice('toYaml '.length), scope, root), { lineWidth: 0, compat: 'yaml-1.1' }).trimEnd()
    : read(first, scope, root)
  return filters.reduce<unknown>((value, filter) => {
    const [name, amount] = filter.split(' ')
    if (name === 'quote') return JSON.stringify(String(value))
    if (name === 'int64') return Math.trunc(Number(value))
    if (name === 'nindent') return `\n${String(value).replaceAll(/^/gm, ' '.repeat(Number(amount)))}`
    throw new Error(`no such function: ${filter}`)
  }, start)
}

function read(expression: string, scope: unknown, root: unknown): unknown {
  if (expression.startsWith('"')) return JSON.parse(expression)
  if (expression === '.') return scope
  const index = /^\(index \.Values (.*)\)$/.exec(expression)
  const path = index === null ? expression.slice(1).split('.') : ['Values', ...wordsOf(index[1] ?? '')]
  return path.reduce<unknown>((at, key) => (at as Record<string, unknown> | undefined)?.[key], root)
}

const wordsOf = (text: string) => [...text.matchAll(/"[^"]*"/g)].map(([word]) => String(JSON.parse(word)))

const isEmpty = (value: unknown) =>
  value === undefined ||
  value === null ||
  value === false ||
  (typeof value === 'object' && Object.keys(value).length === 0)
