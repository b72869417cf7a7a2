import type { KvEvent } from '../src/engines/index.ts'

/** An engine says that it holds blocks of a prompt from its beginning on. */
export function storedEvent(
  tokenIds: readonly number[],
  blockHashes: readonly bigint[],
  blockSize: number,
): Extract<KvEvent, { readonly kind: 'stored' }> {
  return {
    kind: 'stored',
    blockHashes: [...blockHashes],
    parentBlockHash: null,
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
