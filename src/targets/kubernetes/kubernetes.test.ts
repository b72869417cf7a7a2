import { globSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { validateObject } from '../../kubernetes/index.ts'
import { lint } from '../../lint/index.ts'
import { renderText } from './testing/render.ts'

const root = new URL('../../../', import.meta.url)
const examples = globSync('examples/**/*.yaml', { cwd: root }).toSorted()

/**
 * Findings that are about a plan’s own figures, not about how this target writes them: with every sequence at its full length
 * the KV cache would be too small, which sizing counts on not to happen.
 */
const ofThePlan = new Set(['kv-cache-below-demand'])

// proves B3, D4 (real part)
describe.each(examples)('%s', (file) => {
  const rendered = renderText(readFileSync(new URL(file, root), 'utf8'))

  it('renders without an error, to objects that the API server’s schemas take', () => {
    expect(rendered.notes.filter(({ severity }) => severity === 'error')).toEqual([])
    const problems = rendered.objects.flatMap((object) =>
      validateObject({ ...object }).map(({ path, what }) => `${object.kind} ${object.metadata.name} ${path} ${what}`),
    )
    expect(problems).toEqual([])
  })

  it('renders to nothing that our own linter would send anybody after', () => {
    const { findings } = lint([{ path: 'fleet.k8s.yaml', content: rendered.stream }])
    const told = findings.filter(({ rule }) => !ofThePlan.has(rule))
    expect(told.map(({ rule, line, message }) => `${line} ${rule} ${message}`)).toEqual([])
  })
})

const isKeyed = (text: string) => renderText(text).stream.includes('FAIRLEAD_ACCESS_KEYS_FILE')

describe('a Fleet that names no keys', () => {
  const model = 'models:\n  - name: m\n    engine: simulated\n'

  it('is asked for some, since its gateway would be open to the cluster', () => {
    const { stream, notes } = renderText(`name: lab\n${model}`)
    expect(stream).toContain('--from-file=keys.txt=FILE')
    expect(notes).toContainEqual(expect.objectContaining({ id: 'keys-needed', severity: 'warning' }))
  })

  it('is left alone where it says that everybody may call, or who', () => {
    expect(isKeyed(`name: lab\naccess: { anonymous: true }\n${model}`)).toBe(false)
    expect(isKeyed(`name: lab\naccess: { keysFile: mine.txt }\n${model}`)).toBe(false)
  })
})
