import {
  isCollection,
  isScalar,
  Lexer,
  parseDocument,
  visit,
  type Document,
  type LineCounter,
  type YAMLError,
} from 'yaml'
import type { Problem } from '../diagnostic.ts'

/** Lexical tokens of a file at the most: far above 500 full models, and parsed in a few seconds at worst. */
const maxTokens = 400_000
/** Syntax problems that are shown: later ones mostly follow from the first. */
const maxSyntaxProblems = 5

/** A document without syntax errors, or the errors. */
export interface YamlText {
  readonly document?: Document
  readonly problems: readonly Problem[]
}

const badIndent = [
  'this line is indented differently from its neighbours',
  'line it up with the fields around it',
] as const

/** What the parser's codes mean to the person who wrote the file, and what to write. */
const explanations: Partial<Record<YAMLError['code'], readonly [message: string, suggestion: string]>> = {
  TAB_AS_INDENT: ['a tab indents this line; YAML is indented with blanks', 'replace the tab with two blanks'],
  BAD_INDENT: badIndent,
  BLOCK_AS_IMPLICIT_KEY: ['a second ": " in one line', 'put the value in quotes, or the field on a line of its own'],
  MULTILINE_IMPLICIT_KEY: ['a field without ":"', 'write it as `name: value`'],
  MULTIPLE_DOCS: ['a second document starts here; a Fleet file holds one', 'move it to a file of its own'],
  DUPLICATE_KEY: ['this field stands here twice', 'remove one of the two'],
  TAG_RESOLVE_FAILED: [
    'YAML tags (words with !) are not read',
    'remove the tag; put a value that begins with ! in quotes',
  ],
  BAD_SCALAR_START: ['a value cannot begin with this character', 'put the value in quotes'],
  RESOURCE_EXHAUSTION: ['nested too deeply to be read', 'a Fleet is at most a dozen levels deep'],
}

/** Parses YAML 1.2; the content of the document is checked elsewhere. */
export function readYaml(text: string, lines: LineCounter): YamlText {
  if (hasTooManyTokens(text)) {
    return tooMuch('the file has more parts than any Fleet needs', 'check that this is the Fleet file')
  }
  const document = parse(text, lines)
  if (document === undefined) return tooMuch(...(explanations.RESOURCE_EXHAUSTION ?? ['', '']))
  const faults = [...document.errors, ...document.warnings].sort((one, other) => one.pos[0] - other.pos[0])
  if (faults.length === 0) return { document, problems: [] }
  const seenLines = new Set<number>()
  const problems: Problem[] = []
  for (const fault of faults) {
    const { line } = lines.linePos(fault.pos[0])
    if (seenLines.has(line)) continue
    seenLines.add(line)
    problems.push(explain(fault, text, document))
    if (problems.length === maxSyntaxProblems) break
  }
  return { problems }
}

/** A stack overflow within the parser is a property of the file, not a fault of ours. */
function parse(text: string, lines: LineCounter): Document | undefined {
  try {
    return parseDocument(text, {
      lineCounter: lines,
      prettyErrors: false,
      uniqueKeys: false,
      logLevel: 'error', // with 'silent', a second document is dropped without a word
    }) as Document
  } catch (error) {
    if (error instanceof RangeError) return undefined
    throw error
  }
}

function explain(fault: YAMLError, text: string, document: Document): Problem {
  const { message, suggestion, offset } = diagnose(fault, text, document)
  return { path: [], message, suggestion, offset: Math.min(offset, text.length) }
}

/** The fault in words, at the place that is to be mended: the parser often notices only later. */
function diagnose(fault: YAMLError, text: string, document: Document) {
  const [at] = fault.pos
  if (/closing ['"]quote/.test(fault.message)) {
    const quote = fault.message.includes("'") ? "'" : '"'
    const message = 'a quote is opened and never closed'
    return { message, suggestion: `add the closing ${quote}`, offset: openingOf(document, at, 'quote') }
  }
  if (/^Flow (map|sequence)/.test(fault.message)) {
    const message = 'a bracket is opened and never closed, or what it holds is not indented'
    return { message, suggestion: 'close it with ] or }', offset: openingOf(document, at, 'bracket') }
  }
  const endOfLine = text.indexOf('\n', at)
  if (fault.code === 'BLOCK_AS_IMPLICIT_KEY' && !/:(\s|$)/.test(text.slice(at, endOfLine))) {
    const [message, suggestion] = badIndent
    return { message, suggestion, offset: endOfLine + 1 + text.slice(endOfLine + 1).search(/\S|$/) }
  }
  const [message, suggestion] = explanations[fault.code] ?? fromParser(fault)
  return { message, suggestion, offset: at }
}

/** Where the outermost quoted text or bracket begins that reaches up to `end`. */
function openingOf(document: Document, end: number, what: 'quote' | 'bracket'): number {
  let start: number | undefined
  visit(document, {
    Node: (_, node) => {
      const { range } = node
      const isQuoted = isScalar(node) && (node.type === 'QUOTE_DOUBLE' || node.type === 'QUOTE_SINGLE')
      const isBracket = isCollection(node) && node.flow === true
      if (!(what === 'quote' ? isQuoted : isBracket) || !range) return undefined
      if (start === undefined && range[0] <= end && range[2] >= end) start = range[0]
      return start === undefined ? undefined : visit.BREAK
    },
  })
  return start ?? end
}

/** The parser's own words, for what it says well itself. */
function fromParser(fault: YAMLError): readonly [string, string | undefined] {
  const words = (fault.message.split('\n')[0] ?? '').slice(0, 200)
  if (fault.code === 'MISSING_CHAR' || fault.code === 'BAD_COLLECTION_TYPE') {
    return [lowerFirst(words), 'check that every bracket and brace is closed, and lined up with its field']
  }
  if (/alias/i.test(words)) return [lowerFirst(words), 'define the anchor with & before it is used with *']
  return [lowerFirst(words), undefined]
}

const lowerFirst = (words: string) => `${words.slice(0, 1).toLowerCase()}${words.slice(1)}`

function hasTooManyTokens(text: string): boolean {
  let count = 0
  for (const _ of new Lexer().lex(text)) {
    count += 1
    if (count > maxTokens) return true
  }
  return false
}

const tooMuch = (message: string, suggestion: string): YamlText => ({
  problems: [{ path: [], message, suggestion, offset: 0 }],
})
