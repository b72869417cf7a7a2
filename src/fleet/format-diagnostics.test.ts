import { describe, expect, it } from 'vitest'
import { formatDiagnostics, type Diagnostic } from './index.ts'

const at = (line: number, column: number, more: Partial<Diagnostic> = {}): Diagnostic => ({
  severity: 'error',
  file: 'fleet.yaml',
  line,
  column,
  path: 'name',
  message: 'expected another',
  ...more,
})

describe('formatDiagnostics', () => {
  it('shows place, line, caret and help', () => {
    expect(formatDiagnostics([at(2, 7, { suggestion: 'write lab' })], 'a: 1\nname: x\n')).toBe(
      'fleet.yaml:2:7: error: name: expected another\n  2 | name: x\n    |       ^\n  = help: write lab',
    )
  })

  it('puts the caret under the right character after tabs and in long lines', () => {
    const [, tabbed = '', caret = ''] = formatDiagnostics([at(1, 3)], '\t\tname').split('\n')
    expect(tabbed[caret.indexOf('^')]).toBe('n')
    const long = `${'x'.repeat(400)}!${'y'.repeat(400)}`
    const [, cut = '', below = ''] = formatDiagnostics([at(1, 401)], long).split('\n')
    expect(cut.length).toBeLessThan(130)
    expect(cut[below.indexOf('^')]).toBe('!')
  })

  it('does not show what may be a secret', () => {
    const text = formatDiagnostics([at(1, 8, { hidesText: true })], 'value: sk-secret')
    expect(text).toContain('value: ***')
    expect(text).not.toContain('sk-secret')
  })

  it('lets nothing of the file steer the terminal', () => {
    const text = formatDiagnostics([at(1, 1)], 'a\u009B31m\u001B[2J')
    expect(text).toContain('a 31m [2J')
  })

  it('colours only when asked', () => {
    expect(formatDiagnostics([at(1, 1)], 'x', { colour: true })).toContain('\u001B[')
    expect(formatDiagnostics([at(1, 1)], 'x', { colour: false })).not.toContain('\u001B[')
  })
})
