/** Something that has a digest, as manifests name it (OCI image-spec 1.1, descriptor). */
export interface Descriptor {
  readonly mediaType: string
  /** `sha256:` and 64 hexadecimal digits. */
  readonly digest: string
  readonly size: number
}

/** A manifest or an index, byte for byte: its digest holds for these bytes alone. */
export interface ManifestContent {
  readonly mediaType: string
  readonly digest: string
  readonly bytes: Buffer
}

/** A platform as indices name it, such as os `linux` and architecture `amd64`. */
export interface Platform {
  readonly os: string
  readonly architecture: string
  readonly variant?: string | undefined
}

/** Where an image is read from: a repository of a registry, or a layout on disk. */
export interface ImageSource {
  /** The name of whoever has it, for people. */
  readonly name: string
  /**
   * A manifest by its tag or digest.
   * @throws UserError where there is none, or where it is not what its digest says
   */
  manifest(reference: string, signal: AbortSignal): Promise<ManifestContent>
  /** A blob’s bytes, as they come and unchecked. */
  blob(descriptor: Descriptor, signal: AbortSignal): AsyncIterable<Buffer>
}

/** Where an image is written to. */
export interface ImageDestination {
  readonly name: string
  /** Digest of what a tag names there; undefined where there is none. */
  digestOf(reference: string, signal: AbortSignal): Promise<string | undefined>
  hasBlob(descriptor: Descriptor, signal: AbortSignal): Promise<boolean>
  /** Stores a blob; `open` gives its bytes, which end with an error where they are not those of the descriptor. */
  putBlob(descriptor: Descriptor, open: () => AsyncIterable<Buffer>, signal: AbortSignal): Promise<void>
  /** Stores a manifest whose blobs and manifests are there. */
  putManifest(manifest: ManifestContent, reference: string, signal: AbortSignal): Promise<void>
}

/** An image with everything that it consists of. */
export interface ResolvedImage {
  /** Of `manifests`’ last. */
  readonly digest: string
  /** Each after those that it names; the image itself is the last. */
  readonly manifests: readonly ManifestContent[]
  /** Configurations and layers, each once. */
  readonly blobs: readonly Descriptor[]
  /** Of blobs and manifests together. */
  readonly bytes: number
}
