import { sizeModel, type GpuSpec, type MemoryItem, type ModelGeometry } from '../sizing/index.ts'
import type { ProcessorMemory } from './contract.ts'
import type { Decisions } from './decisions.ts'
import type { Replica } from './replica.ts'
import { sizingRequest } from './size-replica.ts'

/** Sequences that target local starts llama.cpp with where the Fleet names no number (src/engines/llamacpp). */
const defaultSequences = 4

/**
 * The machine’s own memory in place of a GPU’s, without end: what is asked is only how much is taken. Speed on a processor
 * is not estimated, since it hangs on the machine.
 */
const machine: GpuSpec = {
  key: 'processor',
  title: 'the machine’s memory',
  vendor: 'nvidia',
  names: [],
  memoryMiB: 2 ** 30,
  usableMiB: 2 ** 30,
  bandwidthGBs: 1,
  flops: { fp16: 1, bf16: 1, fp32: 1 },
  quantizations: ['none', 'gguf'],
  kvFp8: false,
  bf16: true,
  sources: {},
}

/** The lines of a budget that are there without a GPU too. */
const lines = new Set<MemoryItem['name']>(['weights', 'activations', 'kv', 'extra'])

/** Memory that llama.cpp takes of a machine without a GPU. */
export function sizeOnProcessor(replica: Replica, geometry: ModelGeometry, decisions: Decisions): ProcessorMemory {
  if (!decisions.has('maxSequences')) {
    decisions.set('maxSequences', defaultSequences, 'default', 'the default for llama.cpp on target local')
  }
  // The machine is one place for all of it, whatever the Fleet says of GPUs.
  const request = { ...sizingRequest(replica, { geometry, gpu: machine }, decisions), count: 1 }
  const { memory, resolved, kvBytesPerToken } = sizeModel(request)
  const items = memory.filter(({ name }) => lines.has(name))
  return {
    items,
    bytes: items.reduce((sum, { bytes }) => sum + bytes, 0),
    kvBytesPerToken,
    sequences: resolved.maxSequences,
    context: resolved.context,
  }
}
