import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { renderText } from './testing/render.ts'

const page = readFileSync(new URL('../../../docs/targets/kubernetes.md', import.meta.url), 'utf8')
/** The YAML blocks of the page that are marked so. */
const blocksOf = (mark: string) =>
  Array.from(page.matchAll(new RegExp(`<!-- ${mark} -->\n\`\`\`yaml\n([^]*?)\`\`\``, 'g')), ([, text = '']) => text)

describe('docs/targets/kubernetes.md', () => {
  const [fleet = ''] = blocksOf('fleet')
  const { stream } = renderText(fleet)

  it.each(blocksOf('rendered').map((text) => [text]))('shows what its Fleet renders to:\n%s', (text) => {
    expect(stream).toContain(text)
  })
})
