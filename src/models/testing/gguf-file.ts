import { createCipheriv, createHash } from 'node:crypto'

/** A metadata value to write, with its GGUF type. */
export type Metadatum =
  | { readonly type: 'u32'; readonly value: number }
  | { readonly type: 'u64'; readonly value: bigint }
  | { readonly type: 'f32'; readonly value: number }
  | { readonly type: 'bool'; readonly value: boolean }
  | { readonly type: 'text'; readonly value: string }
  | { readonly type: 'texts'; readonly value: readonly string[] }
  | { readonly type: 'i32s'; readonly value: readonly number[] }

/** A GGUF file to build. */
export interface GgufPlan {
  readonly version?: number
  readonly metadata?: Readonly<Record<string, Metadatum>>
  readonly tensors?: readonly { readonly name: string; readonly dimensions: readonly number[]; readonly type: number }[]
  /** Bytes of the last tensor, of type I8, named `filler`: makes the file as large as a test needs. */
  readonly fillerBytes?: number
  /** Files of different seeds differ in their tensors. */
  readonly seed?: number
}

const typeNumbers = { u32: 4, f32: 6, bool: 7, text: 8, texts: 9, i32s: 9, u64: 10 } as const
const typeBytes: Readonly<Record<number, readonly [blockElements: number, blockBytes: number]>> = {
  0: [1, 4],
  1: [1, 2],
  3: [32, 20],
  8: [32, 34],
  24: [1, 1],
}

const u32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32LE(value)
  return bytes
}
const u64 = (value: number | bigint): Buffer => {
  const bytes = Buffer.alloc(8)
  bytes.writeBigUInt64LE(BigInt(value))
  return bytes
}
const text = (value: string): Buffer => Buffer.concat([u64(Buffer.byteLength(value)), Buffer.from(value)])

function encode(datum: Metadatum): Buffer {
  switch (datum.type) {
    case 'u32':
      return u32(datum.value)
    case 'u64':
      return u64(datum.value)
    case 'f32': {
      const bytes = Buffer.alloc(4)
      bytes.writeFloatLE(datum.value)
      return bytes
    }
    case 'bool':
      return Buffer.of(datum.value ? 1 : 0)
    case 'text':
      return text(datum.value)
    case 'texts':
      return Buffer.concat([u32(8), u64(datum.value.length), ...datum.value.map(text)])
    case 'i32s': {
      const values = Buffer.alloc(datum.value.length * 4)
      for (const [index, value] of datum.value.entries()) values.writeInt32LE(value, index * 4)
      return Buffer.concat([u32(5), u64(datum.value.length), values])
    }
  }
}

/** Bytes that look random and are the same for the same seed. */
function fill(length: number, seed: number): Buffer {
  const key = createHash('sha256').update(String(seed)).digest().subarray(0, 16)
  return createCipheriv('aes-128-ctr', key, Buffer.alloc(16)).update(Buffer.alloc(length))
}

/** Metadata of a small Llama. */
export const smallLlama: Readonly<Record<string, Metadatum>> = {
  'general.architecture': { type: 'text', value: 'llama' },
  'general.name': { type: 'text', value: 'Tiny' },
  'general.file_type': { type: 'u32', value: 3 },
  'llama.context_length': { type: 'u32', value: 2048 },
  'llama.block_count': { type: 'u32', value: 2 },
  'llama.embedding_length': { type: 'u32', value: 64 },
  'llama.feed_forward_length': { type: 'u32', value: 256 },
  'llama.attention.head_count': { type: 'u32', value: 4 },
  'llama.attention.head_count_kv': { type: 'u32', value: 2 },
  'tokenizer.ggml.tokens': { type: 'texts', value: ['a', 'b', 'c'] },
  'tokenizer.chat_template': { type: 'text', value: '{{ messages }}' },
}

/** Writes a GGUF file as llama.cpp's converter does: alignment 32, tensors one after another. */
export function buildGguf(plan: GgufPlan = {}): Buffer {
  const metadata = Object.entries(plan.metadata ?? smallLlama)
  const tensors = [
    ...(plan.tensors ?? [{ name: 'token_embd.weight', dimensions: [64, 3], type: 3 }]),
    ...(plan.fillerBytes === undefined ? [] : [{ name: 'filler', dimensions: [plan.fillerBytes], type: 24 }]),
  ]
  const parts = [Buffer.from('GGUF'), u32(plan.version ?? 3), u64(tensors.length), u64(metadata.length)]
  for (const [key, datum] of metadata) parts.push(text(key), u32(typeNumbers[datum.type]), encode(datum))
  let offset = 0
  for (const { name, dimensions, type } of tensors) {
    const [blockElements, blockBytes] = typeBytes[type] ?? [1, 1]
    const elements = dimensions.reduce((product, length) => product * length, 1)
    parts.push(text(name), u32(dimensions.length), ...dimensions.map(u64), u32(type), u64(offset))
    offset += Math.ceil(((elements / blockElements) * blockBytes) / 32) * 32
  }
  const header = Buffer.concat(parts)
  const padding = Buffer.alloc((32 - (header.length % 32)) % 32)
  return Buffer.concat([header, padding, fill(offset, plan.seed ?? 1)])
}

/** The checksum as Fleet files write it. */
export function checksumOf(bytes: Uint8Array): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`
}
