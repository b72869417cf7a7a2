import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { renderText } from '../testing/render.ts'

const page = readFileSync(new URL('../../../../docs/targets/kubernetes-surroundings.md', import.meta.url), 'utf8')
const fences = [...page.matchAll(/```yaml( fleet)?\n([\s\S]*?)```/g)].map(([, fleet, text = '']) => ({ fleet, text }))
const fleet = fences.find((fence) => fence.fleet !== undefined)?.text ?? ''
const excerpts = fences.filter((fence) => fence.fleet === undefined).map(({ text }) => text)
const { stream } = renderText(fleet)

it.each(excerpts)('the page shows what is rendered: %s', (excerpt) => {
  expect(stream).toContain(excerpt)
})
