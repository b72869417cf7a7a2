import type { BlockStored } from '../events.ts'

/** An engine says that it holds blocks of a prompt: from its beginning on, or behind the block that it names `parent`. */
export function storedEvent(
  tokenIds: readonly number[],
  blockHashes: readonly bigint[],
  blockSize: number,
  parent: bigint | null = null,
): BlockStored {
  return {
    kind: 'stored',
    blockHashes: [...blockHashes],
    parentBlockHash: parent,
    tokenIds: [...tokenIds],
    blockSize,
    loraId: null,
    loraName: null,
    medium: 'GPU',
    extraKeys: null,
    group: 0,
    specKind: null,
  }
}
