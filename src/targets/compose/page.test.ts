import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { renderProject } from './testing/render.ts'

const page = readFileSync(new URL('../../../docs/targets/compose.md', import.meta.url), 'utf8')
const blocks = [...page.matchAll(/<!-- (?:(fleet)|of (\S+)) -->\n```yaml\n(.*?)```/gs)].map(
  ([, fleet, path = '', text = '']) => ({ isFleet: fleet !== undefined, path, text }),
)
/** Each excerpt with the Fleet that stands before it. */
const shown = blocks.flatMap(({ isFleet, path, text }, index) =>
  isFleet ? [] : [{ path, text, fleet: blocks.slice(0, index).findLast((block) => block.isFleet)?.text ?? '' }],
)

describe('docs/targets/compose.md', () => {
  it.each(shown)('shows what really comes out: $text', ({ path, text, fleet }) => {
    const { textOf } = renderProject(fleet, { version: '0.1.0' })
    expect(`\n${textOf(path)}`).toContain(`\n${text}`)
  })

  it('has every excerpt compared', () => {
    expect(shown.length).toBeGreaterThan(8)
    expect(page.match(/```yaml/g)).toHaveLength(blocks.length)
  })
})
