import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { buildGguf, smallLlama } from '../testing/gguf-file.ts'
import { GgufProblem, NeedsMoreBytes } from './gguf-problem.ts'
import { inspectGguf } from './inspect-gguf.ts'
import { parseGguf } from './parse-gguf.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fairlead-gguf-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const whole = buildGguf({ fillerBytes: 1000 })

function problemOf(bytes: Buffer, fileBytes = bytes.length): string {
  try {
    parseGguf(bytes, fileBytes)
  } catch (error) {
    if (error instanceof GgufProblem) return `${error.kind}: ${error.message}`
    if (error instanceof NeedsMoreBytes) return 'needs more'
    throw error
  }
  return 'fine'
}

function patched(offset: number, value: bigint): Buffer {
  const bytes = Buffer.from(whole)
  bytes.writeBigUInt64LE(value, offset)
  return bytes
}

// proves G2 (real part)
describe('parseGguf', () => {
  it('reads what sizing needs', () => {
    expect(parseGguf(whole, whole.length)).toMatchObject({
      version: 3,
      architecture: 'llama',
      name: 'Tiny',
      fileType: 'Q4_1',
      contextLength: 2048,
      blockCount: 2,
      embeddingLength: 64,
      feedForwardLength: 256,
      heads: 4,
      kvHeads: 2,
      hasChatTemplate: true,
      tensors: 2,
      parameters: 64 * 3 + 1000,
      parameterBytes: (64 / 32) * 20 * 3 + 1000,
      unknownTensorTypes: [],
    })
  })

  it('reads figures that differ from layer to layer, which size the KV cache of hybrid models', () => {
    const bytes = buildGguf({
      metadata: { ...smallLlama, 'llama.attention.head_count_kv': { type: 'i32s', value: [0, 0, 8] } },
    })
    expect(parseGguf(bytes, bytes.length).kvHeads).toEqual([0, 0, 8])
  })

  it('takes the heads for KV heads where the header has none of its own', () => {
    const { 'llama.attention.head_count_kv': _, ...metadata } = smallLlama
    const bytes = buildGguf({ metadata })
    expect(parseGguf(bytes, bytes.length).kvHeads).toBe(4)
  })

  it('lets a tensor type pass that it does not know, so that new quantisations need no new version', () => {
    const bytes = buildGguf({ tensors: [{ name: 'a', dimensions: [32], type: 99 }] })
    expect(parseGguf(bytes, bytes.length).unknownTensorTypes).toEqual([99])
  })

  it('finds every cut through the tensors, so that no engine starts on half a model', () => {
    const { dataOffset } = parseGguf(whole, whole.length)
    const end = dataOffset + Math.ceil(120 / 32) * 32 + 1000
    for (let length = dataOffset; length < end; length += 1) {
      expect(problemOf(whole.subarray(0, length))).toMatch(
        /^truncated: it is cut off: its tensors end at byte \d+, and it has \d+$/,
      )
    }
    expect(problemOf(whole.subarray(0, end))).toBe('fine')
  })

  it('asks for more bytes at every cut through the header', () => {
    const { dataOffset } = parseGguf(whole, whole.length)
    for (let length = 0; length < dataOffset - 32; length += 1) {
      expect(problemOf(whole.subarray(0, length), whole.length)).toBe('needs more')
    }
  })

  it.each([
    ['<!DOCTYPE html>', 'not-gguf: it is a web page'],
    ['version https://git-lfs.github.com/spec/v1', 'not-gguf: it is a Git LFS pointer, not the file that it points to'],
    ['PK\u0003\u0004....', 'not-gguf: it is a zip archive or a PyTorch checkpoint'],
    ['12345678{"a":1}', 'not-gguf: it looks like a safetensors file'],
    [
      'tjgg....',
      'not-gguf: it is in the obsolete ggml format; convert it to GGUF with llama.cpp, or take a GGUF build of it',
    ],
    ['something else', 'not-gguf: it does not begin with the letters GGUF'],
  ])('names what %j really is', (text, problem) => {
    expect(problemOf(Buffer.from(text, 'latin1'))).toBe(problem)
  })

  it.each([
    ['version 1', buildGguf({ version: 1 }), 'unsupported: it has GGUF version 1, which engines no longer read'],
    ['version 9', buildGguf({ version: 9 }), 'unsupported: it has GGUF version 9; 2 and 3 are known'],
    ['big-endian', buildGguf({ version: 0x0300_0000 }), 'unsupported: it is a big-endian GGUF file'],
    ['a tensor count of 2^63', patched(8, 2n ** 63n), 'malformed: a number in its header is too large'],
    ['a tensor count of 2^40', patched(8, 2n ** 40n), 'malformed: its header claims 1099511627776 tensors'],
    ['a metadata count of 2^40', patched(16, 2n ** 40n), 'malformed: its header claims 1099511627776 metadata entries'],
    ['a key of 2^50 bytes', patched(24, 2n ** 50n), 'needs more'],
    ['no architecture', buildGguf({ metadata: {} }), 'malformed: its header names no architecture'],
    [
      'one part of several',
      buildGguf({ metadata: { ...smallLlama, 'split.count': { type: 'u32', value: 3 } } }),
      'unsupported: it is one of 3 parts; join them with llama-gguf-split --merge',
    ],
    [
      'an odd alignment',
      buildGguf({ metadata: { ...smallLlama, 'general.alignment': { type: 'u32', value: 48 } } }),
      'malformed: its general.alignment is not a power of two',
    ],
    [
      'impossible rows',
      buildGguf({ tensors: [{ name: 'w', dimensions: [31], type: 3 }] }),
      'malformed: its tensor "w" has rows that Q4_1 cannot hold',
    ],
    [
      'too many dimensions',
      buildGguf({ tensors: [{ name: 'w', dimensions: [1, 1, 1, 1, 1], type: 0 }] }),
      'malformed: its tensor "w" has 5 dimensions',
    ],
  ])('refuses %s', (_, bytes, problem) => {
    expect(problemOf(bytes)).toBe(problem)
  })

  it('refuses dimensions whose product overflows', () => {
    const bytes = buildGguf({ tensors: [{ name: 'overflow', dimensions: [32, 1, 1, 1], type: 0 }] })
    const at = bytes.indexOf('overflow') + 'overflow'.length + 4
    for (let dimension = 0; dimension < 4; dimension += 1) bytes.writeBigUInt64LE(2n ** 40n, at + dimension * 8)
    expect(problemOf(bytes)).toBe('malformed: its tensor "overflow" is impossibly large')
  })

  it('refuses arrays nested beyond reason, and does not recurse into them', () => {
    const nested = Buffer.alloc(12 * 1000)
    for (let offset = 0; offset < nested.length; offset += 12) {
      nested.writeUInt32LE(9, offset)
      nested.writeBigUInt64LE(1n, offset + 4)
    }
    const head = Buffer.concat([
      Buffer.from('GGUF'),
      Buffer.of(3, 0, 0, 0),
      Buffer.alloc(8),
      Buffer.of(1, 0, 0, 0, 0, 0, 0, 0),
    ])
    const key = Buffer.concat([Buffer.of(1, 0, 0, 0, 0, 0, 0, 0), Buffer.from('k'), Buffer.of(9, 0, 0, 0)])
    expect(problemOf(Buffer.concat([head, key, nested]))).toBe('malformed: its header nests arrays too deeply')
  })

  it('answers any bytes in bounded time: a result, a problem, or a wish for more', () => {
    const mutated = fc
      .array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { minLength: 1, maxLength: 12 })
      .map((changes) => {
        const bytes = Buffer.from(whole)
        for (const [offset, value] of changes) bytes[offset] = value
        return bytes
      })
    const random = fc
      .uint8Array({ maxLength: 2000 })
      .map((tail) => Buffer.concat([Buffer.from('GGUF'), Buffer.of(3, 0, 0, 0), tail]))
    fc.assert(
      fc.property(fc.oneof(mutated, random, fc.uint8Array({ maxLength: 200 }).map(Buffer.from)), (bytes) => {
        expect(problemOf(bytes)).toMatch(/^(?:fine|needs more|not-gguf|malformed|truncated|unsupported)/)
      }),
      { numRuns: 3000 },
    )
  })
})

describe('inspectGguf', () => {
  it('reads headers longer than the first megabyte, as models with large vocabularies have', async () => {
    const path = join(folder, 'large.gguf')
    const tokens = Array.from({ length: 200_000 }, (_, index) => `token ${index}`)
    await writeFile(
      path,
      buildGguf({ metadata: { ...smallLlama, 'tokenizer.ggml.tokens': { type: 'texts', value: tokens } } }),
    )
    expect((await inspectGguf(path)).tensors).toBe(1)
  })

  it.each([0, 3, 20, 100])('calls a file of the first %i bytes cut off', async (length) => {
    const path = join(folder, `cut-${length}.gguf`)
    await writeFile(path, whole.subarray(0, length))
    await expect(inspectGguf(path)).rejects.toThrow(`it is cut off in its header, after ${length} bytes`)
  })
})
