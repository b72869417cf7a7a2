import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { boundaryOf, scanForm } from './scan-form.ts'

const part = (head: string, value: string) => `--b\r\n${head}\r\n\r\n${value}\r\n`
const field = (name: string, value: string) => part(`Content-Disposition: form-data; name="${name}"`, value)
const file = (content: string) =>
  part('content-disposition: form-data; name="file"; filename="a.wav"\r\nContent-Type: audio/wav', content)
const end = '--b--\r\n'
const scan = (text: string) => {
  const bytes = Buffer.from(text, 'latin1')
  const form = scanForm(bytes, 'b')
  const read = (range: { start: number; end: number } | null | undefined) =>
    range ? bytes.toString('latin1', range.start, range.end) : null
  return form === null ? null : { ...form, model: read(form.model), stream: read(form.stream) }
}

describe('a content type', () => {
  it.each([
    ['multipart/form-data; boundary=b', 'b'],
    ['Multipart/Form-Data; charset=utf-8; boundary="a b"', 'a b'],
    ['multipart/form-data', null],
    ['multipart/mixed; boundary=b', null],
    ['application/json', null],
    [undefined, null],
  ])('%s', (type, boundary) => {
    expect(boundaryOf(type)).toBe(boundary)
  })
})

describe('a form', () => {
  it.each([
    ['the model before the file', field('model', 'm') + file('x'), 'm', false],
    ['the model behind the file', file('\r\n--c\r\n') + field('model', 'm') + end, 'm', true],
    [
      'a model whose delimiter has not come',
      '--b\r\nContent-Disposition: form-data; name="model"\r\n\r\nm\r\n--',
      null,
      false,
    ],
    ['a name without quotes', part('content-disposition: form-data; name=model', 'm') + end, 'm', true],
    ['an empty model', field('model', '') + end, '', true],
    [
      'a file that is called model',
      part('Content-Disposition: form-data; name="model"; filename="m"', 'x') + end,
      null,
      true,
    ],
    ['nothing', end, null, true],
  ])('with %s', (_title, text, model, isComplete) => {
    expect(scan(text)).toMatchObject({ model, isComplete })
  })

  it.each([
    ['{"model":"m"}'],
    [`--b\r\n${'x'.repeat(5000)}\r\n\r\n`],
    ['--b\r\nno colon anywhere but long'.repeat(300)],
  ])('that is none is told apart', (text) => {
    expect(scan(text)).toBeNull()
  })

  it('is never misread while it arrives: a beginning tells the model or nothing', () => {
    const text = field('language', 'en') + field('model', 'whisper') + field('stream', 'true') + file('RIFF') + end
    fc.assert(
      fc.property(fc.nat(text.length), (length) => {
        const form = scan(text.slice(0, length))
        expect([null, 'whisper']).toContain(form?.model)
        expect(form?.isComplete).toBe(length >= text.length - 2)
      }),
    )
  })
})
