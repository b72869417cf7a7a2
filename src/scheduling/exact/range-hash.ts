/** Odd constants of good dispersion (xxHash, 32-bit primes). */
const primeA = 0x9e3779b1 | 0
const primeB = 0x85ebca77 | 0
const primeC = 0xc2b2ae3d | 0
const primeD = 0x27d4eb2f | 0

/** A hash of 64 bits in two halves; filled anew by each call. */
export const hashed = new Int32Array(2)

/**
 * Hashes a range of bytes into `hashed`. Every word enters two of four lanes, so that a collision needs two at once; the
 * lanes are mixed by the finaliser of MurmurHash3. Some 0.3 ns a byte.
 * @param seed what belongs to the block beside its bytes: adapter, salt, images
 * @param secretA a number of the process, so that nobody outside can make two prompts look alike
 */
export function hashRange(
  bytes: DataView,
  start: number,
  length: number,
  seed: number,
  secretA: number,
  secretB: number,
): void {
  let a = secretA ^ seed
  let b = secretB ^ length
  let c = Math.imul(secretA, primeC) + seed
  let d = Math.imul(secretB, primeD) ^ seed
  let at = start
  for (const end = start + (length & ~7); at < end; at += 8) {
    const x = bytes.getInt32(at, true)
    const y = bytes.getInt32(at + 4, true)
    a = Math.imul(a ^ x, primeA)
    b = Math.imul(b ^ y, primeB)
    c = Math.imul(c + y, primeC)
    d = Math.imul(d + x, primeD)
    a ^= a >>> 15
    b ^= b >>> 13
    c ^= c >>> 16
    d ^= d >>> 14
  }
  if (length & 4) {
    const x = bytes.getInt32(at, true)
    a = Math.imul(a ^ x, primeB)
    d = Math.imul(d + x, primeC)
    at += 4
  }
  if (length & 3) {
    let rest = bytes.getUint8(at)
    if ((length & 3) > 1) rest |= bytes.getUint8(at + 1) << 8
    if ((length & 3) > 2) rest |= bytes.getUint8(at + 2) << 16
    b = Math.imul(b ^ rest, primeA)
    c = Math.imul(c + rest, primeD)
  }
  const high = mix(a + Math.imul(b, primeC) + mix(c ^ Math.imul(d, primeB)))
  hashed[0] = high
  hashed[1] = mix(c + Math.imul(d, primeA) + mix(b ^ Math.imul(a, primeD)))
}

/** The finaliser of MurmurHash3 (32 bits): every bit of the input changes every bit of the output. */
export function mix(value: number): number {
  let hash = value
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return hash ^ (hash >>> 16)
}
