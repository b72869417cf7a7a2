/** FNV-1a over whole numbers, 32 bits (Fowler, Noll, Vo; offset basis and prime of the 32-bit variant). */
export function hashNumbers(values: Iterable<number>, basis = 0x811c9dc5): number {
  let hash = basis
  for (const value of values) {
    hash = Math.imul(hash ^ (value & 0xffff), 0x01000193)
    hash = Math.imul(hash ^ (value >>> 16), 0x01000193)
  }
  return hash >>> 0
}
