import type { KvEvent } from '../../vllm/kv-events/index.ts'
import { MsgpackWriter } from './msgpack-writer.ts'

/**
 * A batch of events as vLLM 0.32 writes it: `[time, [events], rank]`, each event a map with its `type` first and its fields
 * in the order of their class (`vllm/distributed/kv_events.py`).
 * @param time seconds since 1970
 */
export function encodeKvBatch(time: number, events: readonly KvEvent[], rank: number): Buffer {
  const writer = new MsgpackWriter()
  writer.list(3)
  writer.float(time)
  writer.list(events.length)
  for (const event of events) writeEvent(writer, event)
  writer.unsigned(rank)
  return writer.take()
}

/** The second frame of a message: its number, 8 bytes, big-endian. */
export function sequenceFrame(sequence: number): Buffer {
  const frame = Buffer.alloc(8)
  frame.writeBigUInt64BE(BigInt(sequence))
  return frame
}

function writeEvent(writer: MsgpackWriter, event: KvEvent): void {
  switch (event.kind) {
    case 'cleared':
      writer.map(1)
      writeType(writer, 'AllBlocksCleared')
      return
    case 'removed':
      writer.map(4)
      writeType(writer, 'BlockRemoved')
      field(writer, 'block_hashes', () => writeNumbers(writer, event.blockHashes))
      field(writer, 'medium', () => writeText(writer, event.medium))
      field(writer, 'group_idx', () => writer.unsigned(event.group))
      return
    case 'stored':
      writer.map(11)
      writeType(writer, 'BlockStored')
      field(writer, 'block_hashes', () => writeNumbers(writer, event.blockHashes))
      field(writer, 'parent_block_hash', () => writeNumber(writer, event.parentBlockHash))
      field(writer, 'token_ids', () => writeNumbers(writer, event.tokenIds))
      field(writer, 'block_size', () => writer.unsigned(event.blockSize))
      field(writer, 'lora_id', () => writeNumber(writer, event.loraId))
      field(writer, 'medium', () => writeText(writer, event.medium))
      field(writer, 'lora_name', () => writeText(writer, event.loraName))
      field(writer, 'extra_keys', () => writeExtraKeys(writer, event.extraKeys))
      field(writer, 'group_idx', () => writer.unsigned(event.group))
      field(writer, 'kv_cache_spec_kind', () => writeText(writer, event.specKind))
  }
}

function writeType(writer: MsgpackWriter, type: string): void {
  field(writer, 'type', () => writer.text(type))
}

function field(writer: MsgpackWriter, name: string, write: () => void): void {
  writer.text(name)
  write()
}

function writeText(writer: MsgpackWriter, text: string | null): void {
  if (text === null) writer.nil()
  else writer.text(text)
}

function writeNumber(writer: MsgpackWriter, value: number | bigint | null): void {
  if (value === null) writer.nil()
  else writer.unsigned(value)
}

function writeNumbers(writer: MsgpackWriter, values: readonly (number | bigint)[]): void {
  writer.list(values.length)
  for (const value of values) writer.unsigned(value)
}

/** A name, or an image's name and where it begins. */
function writeExtraKey(writer: MsgpackWriter, key: unknown): void {
  if (!Array.isArray(key)) {
    writer.text(String(key))
    return
  }
  const [name, start] = key as [string, number]
  writer.list(2)
  writer.text(name)
  writer.whole(start)
}

function writeExtraKeys(writer: MsgpackWriter, keys: readonly (readonly unknown[] | null)[] | null): void {
  if (keys === null) {
    writer.nil()
    return
  }
  writer.list(keys.length)
  for (const key of keys) {
    if (key === null) writer.nil()
    else {
      writer.list(key.length)
      for (const part of key) writeExtraKey(writer, part)
    }
  }
}
