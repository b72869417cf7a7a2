import type { Descriptor, ImageDestination, ImageSource, ManifestContent } from '../contract.ts'
import type { RegistryClient, RepositoryPlace } from './registry-client.ts'

/** A repository of a registry, to copy from or to. */
export class RegistryRepository implements ImageSource, ImageDestination {
  readonly name: string
  readonly #client: RegistryClient
  readonly #place: RepositoryPlace

  constructor(client: RegistryClient, place: RepositoryPlace) {
    this.#client = client
    this.#place = place
    this.name = `${new URL(place.registry).host}/${place.repository}`
  }

  manifest(reference: string, signal: AbortSignal): Promise<ManifestContent> {
    return this.#client.manifest({ ...this.#place, reference }, signal)
  }

  blob(descriptor: Descriptor, signal: AbortSignal): AsyncIterable<Buffer> {
    return this.#client.blob(this.#place, descriptor, signal)
  }

  digestOf(reference: string, signal: AbortSignal): Promise<string | undefined> {
    return this.#client.digestOf({ ...this.#place, reference }, signal)
  }

  hasBlob(descriptor: Descriptor, signal: AbortSignal): Promise<boolean> {
    return this.#client.hasBlob(this.#place, descriptor, signal)
  }

  putBlob(descriptor: Descriptor, open: () => AsyncIterable<Buffer>, signal: AbortSignal): Promise<void> {
    return this.#client.putBlob(this.#place, descriptor, open(), signal)
  }

  putManifest(manifest: ManifestContent, reference: string, signal: AbortSignal): Promise<void> {
    return this.#client.putManifest({ ...this.#place, reference }, manifest, signal)
  }
}
