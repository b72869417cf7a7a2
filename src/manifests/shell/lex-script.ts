import { maxWords } from '../limits.ts'
import type { Piece, Token, WordToken } from './tokens.ts'

const nameStart = /[A-Za-z_]/
const name = /[A-Za-z_]\w*/y
const parameter = /\$\{([!#]?[A-Za-z_]\w*(?:\[[^\]\n]{0,100}\])?|[0-9@*#?$!-])(:?[-=+?]|%%?|##?|\/\/?|,,?|\^\^?|@|:)?/y
const redirection = /(?:\d*|&)(?:>>|>&|>\||>|<&|<>|<)/y

/** Characters of a template expression in a word; longer ones are words of a shell. */
const maxExpression = 400

/** Splits a script into words, separators, redirections and here-documents. Never fails: an open quote ends with the text. */
export function lexScript(text: string): Token[] {
  return new ScriptLexer(text).tokens()
}

class ScriptLexer {
  readonly #text: string
  #at = 0
  #pendingHeredocs: { delimiter: string; isIndented: boolean }[] = []

  constructor(text: string) {
    this.#text = text
  }

  tokens(): Token[] {
    const tokens: Token[] = []
    while (this.#at < this.#text.length && tokens.length < maxWords) {
      this.#skipBlanks()
      if (this.#at >= this.#text.length) break
      this.#token(tokens)
    }
    return tokens
  }

  #token(tokens: Token[]): void {
    const start = this.#at
    const here = this.#text[start] ?? ''
    if (here === '\n') {
      this.#at += 1
      tokens.push({ kind: 'separator', text: here, start })
      for (const heredoc of this.#pendingHeredocs.splice(0)) tokens.push(this.#heredoc(heredoc))
      return
    }
    if (here === '#') {
      const end = this.#text.indexOf('\n', start)
      this.#at = end === -1 ? this.#text.length : end
      return
    }
    if (this.#text.startsWith('<<<', start)) {
      this.#at += 3
      this.#skipBlanks()
      tokens.push({ kind: 'redirection', text: '<<<', target: this.#word(), start })
      return
    }
    if (this.#text.startsWith('<<', start)) {
      this.#openHeredoc()
      return
    }
    redirection.lastIndex = start
    const redirected = redirection.exec(this.#text)?.[0]
    if (redirected !== undefined) {
      this.#at += redirected.length
      this.#skipBlanks()
      tokens.push({ kind: 'redirection', text: redirected, target: this.#word(), start })
      return
    }
    if (';&|()'.includes(here)) {
      const isDoubled = here !== '(' && here !== ')' && this.#text[start + 1] === here
      this.#at += isDoubled ? 2 : 1
      tokens.push({ kind: 'separator', text: this.#text.slice(start, this.#at), start })
      return
    }
    const word = this.#word()
    if (word === undefined) this.#at += 1
    else tokens.push(word)
  }

  #openHeredoc(): void {
    this.#at += 2
    const isIndented = this.#text[this.#at] === '-'
    if (isIndented) this.#at += 1
    this.#skipBlanks()
    const word = this.#word()
    const delimiter = (word?.pieces ?? [])
      .map((piece) => (piece.kind === 'text' ? piece.text : this.#text.slice(piece.start, piece.end)))
      .join('')
    if (delimiter !== '') this.#pendingHeredocs.push({ delimiter, isIndented })
  }

  #heredoc({ delimiter, isIndented }: { delimiter: string; isIndented: boolean }): Token {
    const start = this.#at
    while (this.#at < this.#text.length) {
      const lineEnd = this.#text.indexOf('\n', this.#at)
      const end = lineEnd === -1 ? this.#text.length : lineEnd
      const line = this.#text.slice(this.#at, end).replace(/\r$/, '')
      const bodyEnd = this.#at
      this.#at = Math.min(end + 1, this.#text.length)
      if ((isIndented ? line.replace(/^\t+/, '') : line) === delimiter)
        return { kind: 'heredoc', start, end: bodyEnd, indent: isIndented }
      if (lineEnd === -1) break
    }
    return { kind: 'heredoc', start, end: this.#text.length, indent: isIndented }
  }

  /** Blanks and continued lines: a backslash, or the backtick and caret of Windows shells, before the end of a line. */
  #skipBlanks(): void {
    for (;;) {
      const here = this.#text[this.#at]
      if (here === ' ' || here === '\t' || here === '\r') this.#at += 1
      else if (this.#isContinuation(this.#at)) this.#at = this.#text.indexOf('\n', this.#at) + 1
      else return
    }
  }

  #isContinuation(at: number): boolean {
    const here = this.#text[at]
    if (here !== '\\' && here !== '`' && here !== '^') return false
    const next = this.#text[at + 1]
    return next === '\n' || (next === '\r' && this.#text[at + 2] === '\n')
  }

  #word(): WordToken | undefined {
    const start = this.#at
    const pieces: Piece[] = []
    let plain = ''
    let plainStart = start
    const flush = () => {
      if (plain !== '') pieces.push({ kind: 'text', text: plain, start: plainStart, isQuoted: false })
      plain = ''
    }
    while (this.#at < this.#text.length) {
      const here = this.#text[this.#at] ?? ''
      if (' \t\r\n;&|<>)'.includes(here) || this.#isContinuation(this.#at)) break
      if (here === '(') {
        if (/^[A-Za-z_]\w*\+?=$/.test(plain) && pieces.length === 0) return this.#array(start, plain)
        break
      }
      if (here === '\\' || here === "'" || here === '"' || here === '`' || here === '$') {
        if (here === '\\') {
          if (plain === '') plainStart = this.#at
          plain += this.#text[this.#at + 1] ?? ''
          this.#at += 2
          continue
        }
        flush()
        this.#special(pieces, here)
        plainStart = this.#at
        continue
      }
      if (plain === '') plainStart = this.#at
      const end = here === '{' ? this.#expressionEnd() : this.#at + 1
      plain += this.#text.slice(this.#at, end)
      this.#at = end
    }
    flush()
    return this.#at === start ? undefined : { kind: 'word', pieces, start, end: this.#at }
  }

  /** The end of `{{ … }}`, which is one word with its blanks until a template is filled in; else the end of the brace. */
  #expressionEnd(): number {
    const near = this.#text.slice(this.#at, this.#at + maxExpression)
    const [expression = '{'] = /^\{\{[^\n]*?\}\}/.exec(near) ?? []
    return this.#at + expression.length
  }

  #array(start: number, written: string): WordToken {
    const elements: WordToken[] = []
    this.#at += 1
    while (this.#at < this.#text.length && elements.length < maxWords) {
      this.#skipBlanks()
      const here = this.#text[this.#at]
      if (here === ')') {
        this.#at += 1
        break
      }
      if (here === '\n') this.#at += 1
      else if (here === '#') this.#at = Math.max(this.#at + 1, this.#endOfLine())
      else {
        const element = this.#word()
        if (element === undefined) this.#at += 1
        else elements.push(element)
      }
    }
    return {
      kind: 'word',
      pieces: [{ kind: 'text', text: written, start, isQuoted: false }],
      start,
      end: this.#at,
      elements,
    }
  }

  #endOfLine(): number {
    const end = this.#text.indexOf('\n', this.#at)
    return end === -1 ? this.#text.length : end
  }

  #special(pieces: Piece[], here: string): void {
    const start = this.#at
    if (here === "'") {
      const close = this.#text.indexOf("'", start + 1)
      const end = close === -1 ? this.#text.length : close
      this.#at = Math.min(end + 1, this.#text.length)
      pieces.push({ kind: 'text', text: this.#text.slice(start + 1, end), start: start + 1, isQuoted: true })
    } else if (here === '"') this.#doubleQuoted(pieces)
    else if (here === '`') {
      const close = this.#text.indexOf('`', start + 1)
      this.#at = close === -1 ? this.#text.length : close + 1
      pieces.push({ kind: 'substitution', start, end: this.#at, inner: [start + 1, Math.max(start + 1, this.#at - 1)] })
    } else this.#dollar(pieces, false)
  }

  #doubleQuoted(pieces: Piece[]): void {
    this.#at += 1
    let plain = ''
    let plainStart = this.#at
    const flush = () => {
      if (plain !== '') pieces.push({ kind: 'text', text: plain, start: plainStart, isQuoted: true })
      plain = ''
    }
    const before = pieces.length
    while (this.#at < this.#text.length) {
      const here = this.#text[this.#at] ?? ''
      if (here === '"') break
      if (here === '\\') {
        const next = this.#text[this.#at + 1] ?? ''
        if (plain === '') plainStart = this.#at
        if (next !== '\n') plain += '$`"\\'.includes(next) ? next : `\\${next}`
        this.#at += 2
      } else if (here === '$' || here === '`') {
        flush()
        if (here === '$') this.#dollar(pieces, true)
        else this.#special(pieces, here)
        plainStart = this.#at
      } else {
        if (plain === '') plainStart = this.#at
        plain += here
        this.#at += 1
      }
    }
    flush()
    if (pieces.length === before) pieces.push({ kind: 'text', text: '', start: this.#at, isQuoted: true })
    this.#at = Math.min(this.#at + 1, this.#text.length)
  }

  #dollar(pieces: Piece[], isQuoted: boolean): void {
    const start = this.#at
    const next = this.#text[start + 1] ?? ''
    if (next === '(') {
      const end = this.#closing(start + 2, '(', ')')
      const isArithmetic = this.#text[start + 2] === '('
      this.#at = Math.min(end + 1, this.#text.length)
      pieces.push({ kind: 'substitution', start, end: this.#at, inner: isArithmetic ? undefined : [start + 2, end] })
      return
    }
    if (next === '{') {
      this.#braced(pieces, isQuoted)
      return
    }
    if (next === "'" && !isQuoted) {
      this.#at += 1
      this.#special(pieces, "'")
      return
    }
    name.lastIndex = start + 1
    const found = nameStart.test(next) ? name.exec(this.#text)?.[0] : /[0-9@*#?$!-]/.test(next) ? next : undefined
    if (found === undefined) {
      this.#at += 1
      pieces.push({ kind: 'text', text: '$', start, isQuoted })
      return
    }
    this.#at = start + 1 + found.length
    pieces.push({
      kind: 'variable',
      name: found,
      operator: '',
      operand: '',
      operandStart: this.#at,
      start,
      end: this.#at,
      isQuoted,
    })
  }

  #braced(pieces: Piece[], isQuoted: boolean): void {
    const start = this.#at
    parameter.lastIndex = start
    const found = parameter.exec(this.#text)
    const end = this.#closing(start + 2, '{', '}')
    this.#at = Math.min(end + 1, this.#text.length)
    if (found === null) {
      pieces.push({ kind: 'substitution', start, end: this.#at, inner: undefined })
      return
    }
    const operandStart = start + found[0].length
    pieces.push({
      kind: 'variable',
      name: found[1] ?? '',
      operator: found[2] ?? '',
      operand: this.#text.slice(operandStart, end),
      operandStart,
      start,
      end: this.#at,
      isQuoted,
    })
  }

  /** The bracket that closes, quotes passed over; the end of the text when none does. */
  #closing(from: number, open: string, close: string): number {
    let depth = 1
    for (let at = from; at < this.#text.length; at += 1) {
      const here = this.#text[at]
      if (here === '\\') at += 1
      else if (here === "'" && open === '(') {
        const quote = this.#text.indexOf("'", at + 1)
        if (quote !== -1) at = quote
      } else if (here === open) depth += 1
      else if (here === close) {
        depth -= 1
        if (depth === 0) return at
      }
    }
    return this.#text.length
  }
}
