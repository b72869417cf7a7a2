/** How large an index is. */
export interface ExactIndexSize {
  /** Blocks that it knows, over all replicas; equal blocks of several replicas count once. */
  readonly nodes: number
  /**
   * What it tells apart: one for each KV cache group of each data-parallel rank of each replica, and as many again, so
   * that a restarted one begins at once while the old one's blocks are still being taken out.
   */
  readonly lanes: number
}

/** An index as it is handed to other threads (`workerData`, `postMessage`); they only read it. */
export interface ExactIndexMemory {
  readonly size: ExactIndexSize
  readonly buffer: SharedArrayBuffer
}

/** Words a node; two nodes are a cache line. */
export const nodeWords = 8
/** Where a node's words are: its hash, the node before it, its shape, the next of its bucket, who holds it, its children. */
export const highAt = 0
export const lowAt = 1
export const parentAt = 2
export const shapeAt = 3
export const nextAt = 4
export const setAt = 5
/**
 * The shapes of its children: 0 for none; the shape itself where it has one child; else minus the first of a list that
 * has each shape once.
 */
export const childrenAt = 6
/** A hash of the block and of everything before it, which chooses its bucket. */
export const chainAt = 7

/** Words of an entry of a list of shapes: shape, how many children have it, the next entry. */
export const entryWords = 3

/** Where words of the header are. */
export const laneSequenceAt = 0
export const laneLimitAt = 1
export const secretAt = 2
/** Behind the secret's two words: tokens of a block, as the last event said; 0 before the first. */
export const blockTokensAt = 4
/** Grows before a place that was given back is given to another, of a node or of an entry of a list. */
export const reusesAt = 5
const headerWords = 16

/** The node before every first block. */
export const root = 0

/** Sequence numbers, each of many buckets. */
const stripes = 4096

/**
 * The shape of a block: its bytes and its tokens in one positive number; 0 for what is no block. Readers hash as many bytes
 * as the shapes of a node's children say. A block in the middle of an image has none.
 */
export function shapeOf(bytes: number, tokens: number): number {
  return bytes < 0 || bytes > mostBytes || tokens < 1 || tokens > mostTokens ? 0 : bytes | (tokens << 18)
}
export const mostBytes = 0x3ffff
const mostTokens = 0x1fff
export const bytesOfShape = (shape: number): number => shape & mostBytes
export const tokensOfShape = (shape: number): number => shape >>> 18

/** The parts of an index's memory. */
export interface IndexViews {
  readonly header: Int32Array<SharedArrayBuffer>
  /** Grows when a node of one of its buckets is gone and before its place is given to another. */
  readonly stripes: Int32Array<SharedArrayBuffer>
  readonly stripeMask: number
  /** First node of each bucket. */
  readonly heads: Int32Array<SharedArrayBuffer>
  readonly bucketMask: number
  readonly nodes: Int32Array<SharedArrayBuffer>
  readonly entries: Int32Array<SharedArrayBuffer>
  readonly entryCount: number
  /** Words of a set of lanes. */
  readonly words: number
  readonly sets: Int32Array<SharedArrayBuffer>
  readonly setCount: number
  /** Grows when a set's place is given to another. */
  readonly setGenerations: Int32Array<SharedArrayBuffer>
  /** The replica of each lane, from 1 on; 0 for a lane that counts no more. */
  readonly laneReplicas: Int32Array<SharedArrayBuffer>
  /** What each lane is a group of: one number for each rank of each replica. */
  readonly laneUnits: Int32Array<SharedArrayBuffer>
}

/**
 * Lays an index out: at most 60 bytes a node, with up to 1,024 lanes. The system gives pages as they are used.
 * @param secret two random numbers of 32 bits
 */
export function createExactIndexMemory(size: ExactIndexSize, secret: readonly [number, number]): ExactIndexMemory {
  const { lengths } = layout(size)
  const words = lengths.reduce((sum, length) => sum + length, 0)
  const memory = { size, buffer: new SharedArrayBuffer(4 * words) }
  const { header } = viewsOf(memory)
  header[secretAt] = secret[0]
  header[secretAt + 1] = secret[1]
  return memory
}

function layout({ nodes, lanes }: ExactIndexSize) {
  const words = Math.ceil(lanes / 32)
  const buckets = 2 ** Math.ceil(Math.log2(Math.max(2, (nodes * 3) / 4)))
  const entryCount = Math.max(64, Math.ceil(nodes / 2))
  const setCount = Math.max(256, Math.ceil(nodes / 8))
  const stripeCount = Math.min(stripes, buckets)
  const lengths = [
    headerWords,
    stripeCount,
    buckets,
    // One more behind the last, which is looked at as its child.
    nodeWords * (nodes + 2),
    entryWords * (entryCount + 1),
    words * (setCount + 1),
    setCount + 1,
    words * 32,
    words * 32,
  ]
  return { words, entryCount, setCount, lengths, stripeCount, buckets }
}

/** The views of an index's memory, in any thread. */
export function viewsOf({ size, buffer }: ExactIndexMemory): IndexViews {
  const { words, entryCount, setCount, lengths, stripeCount, buckets } = layout(size)
  let offset = 0
  const next = (part: number): Int32Array<SharedArrayBuffer> => {
    const view = new Int32Array(buffer, offset, lengths[part])
    offset += view.byteLength
    return view
  }
  return {
    header: next(0),
    stripes: next(1),
    stripeMask: stripeCount - 1,
    heads: next(2),
    bucketMask: buckets - 1,
    nodes: next(3),
    entries: next(4),
    entryCount,
    words,
    sets: next(5),
    setCount,
    setGenerations: next(6),
    laneReplicas: next(7),
    laneUnits: next(8),
  }
}

/**
 * The hash of a block and of everything before it. It needs no node, so that the buckets of many blocks can be fetched
 * side by side.
 */
export function chainHash(before: number, high: number, low: number): number {
  return Math.imul(before ^ low, 0x9e3779b1) ^ (high >>> 5)
}
