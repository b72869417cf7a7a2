import { readFile } from 'node:fs/promises'
import { UserError } from '../../../errors/index.ts'

const assignment = /^\s*(?:export\s+)?(\w+)\s*=\s*(.*?)\s*$/

/** Names and values of a `.env` file; none where there is no file. */
export async function variablesOf(file: string): Promise<ReadonlyMap<string, string>> {
  const text = await readFile(file, 'utf8').catch(() => '')
  const pairs = text.split('\n').flatMap((line): [string, string][] => {
    const [, name, value] = assignment.exec(line) ?? []
    return name === undefined || value === undefined ? [] : [[name, value.replace(/^(["'])(.*)\1$/, '$2')]]
  })
  return new Map(pairs)
}

/**
 * A value as Compose reads it back from `.env` (compose-go, dotenv/parser.go): plain, or within single quotation marks, in which
 * nothing is replaced. The parser cuts quotation marks from both ends of a value and takes `\'` for no end.
 * @throws UserError for a value that no quotation carries
 */
function written(name: string, value: string): string {
  if (/^[\w./+=:@,~%-]+$/.test(value)) return value
  if (!value.includes("'") && !value.endsWith('\\')) return `'${value}'`
  throw new UserError({
    what: `The value of ${name} cannot stand in a .env file`,
    why: 'It has a single quotation mark or ends in a backslash, which Compose reads otherwise.',
    mend: `Refer to a file in place of the variable, \`secretRef: { name, key }\`, which takes any text, or choose another value.`,
  })
}

/** The text of a `.env` file with a variable set; every other line stays as it is. @throws UserError for a value that it cannot hold */
export function withVariable(text: string, name: string, value: string): string {
  const line = `${name}=${written(name, value)}`
  const lines = text === '' ? [] : text.replace(/\n$/, '').split('\n')
  const places = lines.flatMap((each, index) => (assignment.exec(each)?.[1] === name ? [index] : []))
  if (places.some((index) => opensQuotation(lines[index] ?? ''))) {
    throw new UserError({
      what: `${name} has a value of several lines in the .env file`,
      mend: 'Remove it there, and set it again.',
    })
  }
  const [first] = places
  if (first === undefined) return `${[...lines, line].join('\n')}\n`
  // Of several the last counts, so that none of before may stay.
  const kept = lines.flatMap((each, index) => (index === first ? [line] : places.includes(index) ? [] : [each]))
  return `${kept.join('\n')}\n`
}

/** Whether a value begins with a quotation mark that its line does not close. */
function opensQuotation(line: string): boolean {
  const value = assignment.exec(line)?.[2] ?? ''
  const [quotation = ''] = /^["']/.exec(value) ?? []
  return quotation !== '' && (value.length === 1 || !value.slice(1).includes(quotation))
}
