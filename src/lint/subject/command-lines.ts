import type { ManifestDocument, ManifestSet } from '../../manifests/contract.ts'

/** A line of a script, or of a code block of Markdown. */
export interface CommandLine {
  readonly file: string
  readonly line: string
  /** 1-based. */
  readonly number: number
  /** Where the line begins in the text of the file. */
  readonly offset: number
}

const formats = new Set<ManifestDocument['format']>(['shell', 'markdown'])
/** Characters of a line; longer ones are data. */
const longest = 2_000

/** Lines of commands: scripts, and code blocks of Markdown, without comments. */
export function* commandLines({ documents, texts }: ManifestSet): Iterable<CommandLine> {
  const seen = new Set<string>()
  for (const { file, format } of documents) {
    if (!formats.has(format) || seen.has(file)) continue
    seen.add(file)
    let offset = 0
    let isCode = format === 'shell'
    for (const [index, line] of (texts.get(file) ?? '').split('\n').entries()) {
      if (format === 'markdown' && /^\s*(```|~~~)/.test(line)) isCode = !isCode
      if (isCode && line.length < longest && !/^\s*(#(?!#)|>)/.test(line))
        yield { file, line, number: index + 1, offset }
      offset += line.length + 1
    }
  }
}
