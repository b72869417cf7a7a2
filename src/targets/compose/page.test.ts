import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { renderProject } from './testing/render.ts'

const page = readFileSync(new URL('../../../docs/targets/compose.md', import.meta.url), 'utf8')
const blocks = [...page.matchAll(/<!-- (?:(fleet)|of (\S+)) -->\n```yaml\n(.*?)```/gs)].map(
  ([, fleet, path = '', text = '']) => ({ isFleet: fleet !== undefined, path, text }),
)
const fleet = blocks.find(({ isFleet }) => isFleet)?.text ?? ''
const shown = blocks.filter(({ isFleet }) => !isFleet)

describe('docs/targets/compose.md', () => {
  it.each(shown)('shows what really comes out: $text', ({ path, text }) => {
    const { textOf } = renderProject(fleet, { version: '0.1.0' })
    expect(`\n${textOf(path)}`).toContain(`\n${text}`)
  })

  it('has every excerpt compared', () => {
    expect(shown.length).toBeGreaterThan(8)
    expect(page.match(/```yaml/g)).toHaveLength(blocks.length)
  })
})
