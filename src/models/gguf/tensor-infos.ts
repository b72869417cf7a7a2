import type { ByteCursor } from './byte-cursor.ts'
import { GgufProblem } from './gguf-problem.ts'
import { tensorTypes } from './tensor-types.ts'

/** What the tensor infos say together. */
export interface TensorSummary {
  readonly count: number
  /** Elements of all tensors: the parameter count. */
  readonly elements: number
  /** Bytes of all tensors of known types. */
  readonly bytes: number
  /** Where the last tensor ends, from the start of the tensor data. */
  readonly end: number
  /** Numbers of tensor types that this version does not know; their sizes are not checked. */
  readonly unknownTypes: readonly number[]
}

/** The largest models have some ten thousand tensors. */
const maxTensors = 1_048_576
/** `GGML_MAX_DIMS` of ggml.h. */
const maxDimensions = 4
const maxNameBytes = 65_535

function malformed(name: string, what: string): GgufProblem {
  return new GgufProblem('malformed', `its tensor "${name.slice(0, 64)}" ${what}`)
}

function checked(name: string, value: number): number {
  if (!Number.isSafeInteger(value)) throw malformed(name, 'is impossibly large')
  return value
}

/** Walks `count` tensor infos; keeps sums only, so that memory does not grow with the header. */
export function readTensorInfos(cursor: ByteCursor, count: number, alignment: number): TensorSummary {
  if (count > maxTensors) throw new GgufProblem('malformed', `its header claims ${count} tensors`)
  const unknownTypes = new Set<number>()
  let elements = 0
  let bytes = 0
  let end = 0
  for (let index = 0; index < count; index += 1) {
    const name = cursor.text(maxNameBytes)
    if (name === undefined) throw new GgufProblem('malformed', 'one of its tensors has a name of more than 65535 bytes')
    const dimensions = cursor.u32()
    if (dimensions > maxDimensions) throw malformed(name, `has ${dimensions} dimensions`)
    let rowElements = 1
    let tensorElements = 1
    for (let dimension = 0; dimension < dimensions; dimension += 1) {
      const length = cursor.u64()
      if (dimension === 0) rowElements = length
      tensorElements = checked(name, tensorElements * length)
    }
    const typeNumber = cursor.u32()
    const offset = cursor.u64()
    if (offset % alignment !== 0) throw malformed(name, 'does not begin on the alignment that the header states')
    const type = tensorTypes.get(typeNumber)
    let tensorBytes = 0
    if (type === undefined) unknownTypes.add(typeNumber)
    else {
      if (rowElements % type.blockElements !== 0) throw malformed(name, `has rows that ${type.name} cannot hold`)
      tensorBytes = checked(name, (tensorElements / type.blockElements) * type.blockBytes)
    }
    elements = checked(name, elements + tensorElements)
    bytes = checked(name, bytes + tensorBytes)
    end = Math.max(end, checked(name, offset + tensorBytes))
  }
  return { count, elements, bytes, end, unknownTypes: [...unknownTypes] }
}
