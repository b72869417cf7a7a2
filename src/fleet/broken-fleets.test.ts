import { describe, expect, it } from 'vitest'
import { formatDiagnostics, loadFleet } from './index.ts'
import { brokenFleets } from './testing/broken-fleets.ts'

const messagesOf = ({ source, environment = {} }: (typeof brokenFleets)[number]) => {
  const loaded = loadFleet(source, { file: 'fleet.yaml', environment })
  return { loaded, text: formatDiagnostics(loaded.diagnostics, loaded.text) }
}

// proves A1 (real part)
describe('broken Fleet files', () => {
  it('get exactly the messages that were reviewed, so that nobody is left guessing', async () => {
    const pages = brokenFleets.map((broken) => `## ${broken.title}\n\n\`\`\`text\n${messagesOf(broken).text}\n\`\`\`\n`)
    expect(brokenFleets.length).toBeGreaterThanOrEqual(45)
    await expect(`# Broken Fleet files and what is said about them\n\n${pages.join('\n')}`).toMatchFileSnapshot(
      './testing/broken-fleets.md',
    )
  })

  it.each(brokenFleets)('$title: gives no Fleet where there is an error, and a place for each problem', (broken) => {
    const { loaded, text } = messagesOf(broken)
    const hasError = loaded.diagnostics.some(({ severity }) => severity === 'error')
    expect(loaded.diagnostics.length).toBeGreaterThan(0)
    expect(loaded.fleet === undefined).toBe(hasError)
    for (const { line, column, message } of loaded.diagnostics) {
      expect(line).toBeGreaterThanOrEqual(1)
      expect(column).toBeGreaterThanOrEqual(1)
      expect(message).not.toMatch(/undefined|\[object|NaN|Invalid input/)
    }
    expect(text).not.toContain('not-for-everyone')
    expect(text).not.toContain('notforeveryone')
    expect(text).not.toContain('hunter2')
  })

  it('have titles of their own', () => {
    expect(new Set(brokenFleets.map(({ title }) => title)).size).toBe(brokenFleets.length)
  })
})
