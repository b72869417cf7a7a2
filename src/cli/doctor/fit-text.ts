/** Breaks a text between words into lines of at most `columns` characters; a longer word stays whole, and so do line ends. */
export function fitText(text: string, columns: number): string[] {
  return text.split('\n').flatMap((paragraph) => fitParagraph(paragraph, Math.max(30, columns)))
}

function fitParagraph(text: string, width: number): string[] {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line)
      line = word
    } else line = line === '' ? word : `${line} ${word}`
  }
  lines.push(line)
  return lines
}
