/** The network of the test cluster. The ranges are those of the API server's arguments and of no real network: it is closed. */
export const addresses = {
  /** The bridge that every Pod is on; the API server's address as well. */
  gateway: '10.244.0.1',
  podPrefixLength: 16,
  /** Services; the API server hands these out. */
  services: '10.0.0.0/24',
  dns: '10.0.0.10',
  nodes: '10.100.0.0/24',
} as const

/** The address of the nth node. */
export const nodeAddress = (index: number): string => `10.100.0.${index + 1}`

/** Addresses of Pods, each given once, so that nobody takes a new Pod for one that is gone. */
export class PodAddresses {
  #given = 0

  next(): string {
    this.#given += 1
    // 10.244.1.1 onwards: the first 256 belong to the bridge.
    const number = 256 + this.#given + Math.floor(this.#given / 255)
    return `10.244.${Math.floor(number / 256)}.${number % 256}`
  }
}
