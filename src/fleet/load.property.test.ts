import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatDiagnostics, loadFleet, type LoadedFleet } from './index.ts'
import { counterexample } from './testing/counterexample.ts'

const sound =
  'name: lab\nmodels:\n  - name: tiny\n    engine: simulated\n    simulated: { ttft: 5ms }\ngateway:\n  listen: 127.0.0.1:8080\n'

/** Either a Fleet or errors; every diagnostic stands within the text and can be shown. */
function expectVerdict(loaded: LoadedFleet): void {
  const hasError = loaded.diagnostics.some(({ severity }) => severity === 'error')
  expect(loaded.fleet === undefined).toBe(hasError)
  const lines = loaded.text.split(/\r\n|\n|\r/).length
  for (const { line, column } of loaded.diagnostics) {
    expect(line).toBeGreaterThanOrEqual(1)
    expect(line).toBeLessThanOrEqual(lines + 1)
    expect(column).toBeGreaterThanOrEqual(1)
  }
  expect(formatDiagnostics(loaded.diagnostics, loaded.text)).toBeTypeOf('string')
}

const load = (source: string | Uint8Array, environment = {}) => loadFleet(source, { file: 'f', environment })

describe('loadFleet never throws', () => {
  it('for any text', () => {
    expect(
      counterexample(fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => expectVerdict(load(text)))),
    ).toBeUndefined()
  })

  it('for any bytes', () => {
    expect(
      counterexample(fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => expectVerdict(load(bytes)))),
    ).toBeUndefined()
  })

  it('for text made of what YAML finds special', () => {
    const piece = fc.constantFrom(
      ...'[]{}:-?&*!|>%@`"\'#,\n\t ',
      ': ',
      '- ',
      '\r\n',
      '&a ',
      '*a',
      '<<',
      '---\n',
      'name',
      'models',
      '0',
    )
    expect(
      counterexample(fc.property(fc.array(piece, { maxLength: 60 }), (pieces) => expectVerdict(load(pieces.join(''))))),
    ).toBeUndefined()
  })

  it('for a sound Fleet with a piece replaced', () => {
    const cut = fc.nat({ max: sound.length })
    expect(
      counterexample(
        fc.property(cut, cut, fc.string({ maxLength: 12 }), (from, to, piece) => {
          expectVerdict(load(sound.slice(0, Math.min(from, to)) + piece + sound.slice(Math.max(from, to))))
        }),
      ),
    ).toBeUndefined()
  })

  it('for any data in the place of any section', () => {
    const section = fc.constantFrom(
      'name',
      'models',
      'gateway',
      'access',
      'limits',
      'experiments',
      'targets',
      'spec',
      'kind',
    )
    expect(
      counterexample(
        fc.property(section, fc.jsonValue({ maxDepth: 5 }), (name, value) => {
          expectVerdict(
            load(JSON.stringify({ name: 'lab', models: [{ name: 'tiny', engine: 'simulated' }], [name]: value })),
          )
        }),
      ),
    ).toBeUndefined()
  })

  it('for any environment', () => {
    const name = fc.constantFrom(
      'NAME',
      'MODELS',
      'MODELS_0',
      'MODELS_TINY_CONTEXT',
      'GATEWAY',
      'GATEWAY_LISTEN',
      'ACCESS_KEYS',
      '',
      '_',
    )
    const environment = fc.dictionary(
      name.map((path) => `FAIRLEAD_${path}`),
      fc.string({ maxLength: 20 }),
      { maxKeys: 4 },
    )
    expect(
      counterexample(fc.property(environment, (variables) => expectVerdict(load(sound, variables)))),
    ).toBeUndefined()
  })
})

describe('hostile files', () => {
  const size = 1024 * 1024
  it.each([
    ['brackets', '['.repeat(size)],
    ['braces', '{a: '.repeat(size / 4)],
    ['deep brackets below the token bound', `name: x\nmodels: ${'['.repeat(100_000)}`],
    ['dashes', '- '.repeat(50_000)],
    ['indentation', Array.from({ length: 1_200 }, (_, index) => `${' '.repeat(index)}a:\n`).join('')],
    ['one long word', 'a'.repeat(size)],
    ['empty lines', '\n'.repeat(size)],
    ['models without end', `name: x\nmodels:\n${'  -\n'.repeat(50_000)}`],
    [
      'a billion laughs',
      `a: &a [x,x,x,x,x,x,x,x,x]\n${[...'bcdefghij'].map((name, index) => `${name}: &${name} [${Array(9).fill(`*${'abcdefghij'[index]}`).join(',')}]`).join('\n')}\n`,
    ],
  ])('end in bounded time: %s', { timeout: 60_000 }, (_, source) => {
    const loaded = load(source)
    expect(loaded.fleet).toBeUndefined()
    expect(loaded.diagnostics.length).toBeGreaterThan(0)
    expect(loaded.diagnostics.length).toBeLessThanOrEqual(201)
  })
})
