/** Breaks text at blanks so that no line is longer than `width`, where words allow it. */
export function wrap(text: string, width: number): readonly string[] {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(/ +/)) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line)
      line = word
    } else {
      line = line === '' ? word : `${line} ${word}`
    }
  }
  if (line !== '') lines.push(line)
  return lines
}

/** Two columns: terms, and what they mean, wrapped beside them. */
export function renderTerms(
  terms: readonly (readonly [term: string, meaning: string])[],
  columns: number,
  paintTerm: (text: string) => string,
): readonly string[] {
  const termWidth = Math.max(...terms.map(([term]) => term.length))
  const meaningWidth = Math.max(24, columns - termWidth - 4)
  return terms.flatMap(([term, meaning]) =>
    wrap(meaning, meaningWidth).map((line, index) =>
      index === 0
        ? `  ${paintTerm(term)}${' '.repeat(termWidth - term.length)}  ${line}`
        : `${' '.repeat(termWidth + 4)}${line}`,
    ),
  )
}
