import { styleText } from 'node:util'
import type { Diagnostic } from './diagnostic.ts'

/** Longest part of a source line that is shown, in characters. */
const excerptWidth = 100

/**
 * Diagnostics as people read them: `file:line:col: error: field: message`, the line with a caret below it, and what to
 * write instead.
 */
export function formatDiagnostics(
  diagnostics: readonly Diagnostic[],
  sourceText: string,
  options: { readonly colour: boolean } = { colour: false },
): string {
  const lines = sourceText.split(/\r\n|\n|\r/)
  return diagnostics.map((diagnostic) => formatDiagnostic(diagnostic, lines, options.colour)).join('\n\n')
}

function formatDiagnostic(diagnostic: Diagnostic, lines: readonly string[], colour: boolean): string {
  const paint = (format: Parameters<typeof styleText>[0], text: string) =>
    colour ? styleText(format, text, { validateStream: false }) : text
  const { severity, path, message, suggestion, variable } = diagnostic
  const place = variable === undefined ? `${diagnostic.file}:${diagnostic.line}:${diagnostic.column}` : diagnostic.file
  const title = paint(['bold', severity === 'error' ? 'red' : 'yellow'], `${severity}:`)
  const parts = [`${paint('bold', `${place}:`)} ${title} ${path === '' ? '' : `${path}: `}${message}`]
  const excerpt = variable === undefined ? excerptOf(diagnostic, lines) : undefined
  if (excerpt !== undefined) {
    const gutter = ' '.repeat(String(diagnostic.line).length)
    parts.push(`  ${paint('dim', `${diagnostic.line} |`)} ${excerpt.text}`)
    parts.push(`  ${paint('dim', `${gutter} |`)} ${' '.repeat(excerpt.caret)}${paint('bold', '^')}`)
  }
  if (suggestion !== undefined) parts.push(`  ${paint('cyan', '= help:')} ${suggestion}`)
  return parts.join('\n')
}

/** The line at fault around its column, with tabs as one blank each so that the caret stands right. */
function excerptOf(diagnostic: Diagnostic, lines: readonly string[]): { text: string; caret: number } | undefined {
  const line = lines[diagnostic.line - 1]
  if (line === undefined || line.trim() === '') return undefined
  const column = Math.min(diagnostic.column - 1, line.length)
  const start = column < excerptWidth - 20 ? 0 : column - 40
  const shown =
    diagnostic.hidesText === true ? `${line.slice(start, column)}***` : line.slice(start, start + excerptWidth)
  const isCut = diagnostic.hidesText !== true && line.length > start + excerptWidth
  // oxlint-disable-next-line no-control-regex -- nothing of a file may steer a terminal
  const text = `${start > 0 ? '…' : ''}${shown}${isCut ? '…' : ''}`.replaceAll(/[\u0000-\u001F\u007F-\u009F]/g, ' ')
  return { text, caret: column - start + (start > 0 ? 1 : 0) }
}
