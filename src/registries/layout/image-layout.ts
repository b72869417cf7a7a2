import { createReadStream } from 'node:fs'
import { open, readFile, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { UserError } from '../../errors/index.ts'
import { createFolder, readBoundedFile, writeFileAtomic } from '../../files/index.ts'
import { diskFullError, isDiskFull } from '../../models/index.ts'
import type { Descriptor, ImageDestination, ImageSource, ManifestContent } from '../contract.ts'
import { descriptor, digestForm, digestOfBytes, manifestLimitBytes, manifestTypes, mediaTypeOf } from '../manifest.ts'

/** What an image is called in a layout (image-spec, pre-defined annotation keys). */
const nameAnnotation = 'org.opencontainers.image.ref.name'
const layoutVersion = '1.0.0'

const index = z.object({
  schemaVersion: z.literal(2),
  manifests: z
    .array(descriptor.extend({ annotations: z.record(z.string(), z.string().max(4096)).optional() }))
    .max(10_000),
})
type Entry = z.output<typeof index>['manifests'][number]

/** An OCI image layout: a folder with images, each blob a file named by its digest (image-spec 1.1, image layout). */
export class ImageLayout implements ImageSource {
  readonly name: string
  readonly #folder: string
  #entries: readonly Entry[]
  /** Writes of the index, one after the other. */
  #written: Promise<void> = Promise.resolve()
  /** Blobs that are being stored; images share layers. */
  readonly #storing = new Map<string, Promise<void>>()

  private constructor(folder: string, entries: readonly Entry[]) {
    this.name = folder
    this.#folder = folder
    this.#entries = entries
  }

  /** Opens a layout. @throws UserError where there is none */
  static async open(folder: string): Promise<ImageLayout> {
    const text = await readBoundedFile(join(folder, 'index.json'), manifestLimitBytes)
    const parsed = index.safeParse(parseJson(text.toString('utf8')))
    if (parsed.success) return new ImageLayout(folder, parsed.data.manifests)
    throw new UserError({
      what: `${folder} is no OCI image layout`,
      where: join(folder, 'index.json'),
      why: 'Its index.json is no image index.',
      mend: 'Name the folder that `fairlead images bundle` wrote.',
    })
  }

  /** Opens a layout, or makes an empty one. */
  static async create(folder: string): Promise<ImageLayout> {
    const isThere = await stat(join(folder, 'index.json')).catch(() => undefined)
    if (isThere !== undefined) return ImageLayout.open(folder)
    await createFolder(join(folder, 'blobs', 'sha256'))
    await writeFileAtomic(join(folder, 'oci-layout'), JSON.stringify({ imageLayoutVersion: layoutVersion }), 0o644)
    const layout = new ImageLayout(folder, [])
    await layout.#writeIndex()
    return layout
  }

  /** Names of the images in it. */
  names(): string[] {
    return this.#entries.flatMap(({ annotations }) => annotations?.[nameAnnotation] ?? [])
  }

  async manifest(reference: string, _signal: AbortSignal): Promise<ManifestContent> {
    const entry = this.#entries.find(({ annotations }) => annotations?.[nameAnnotation] === reference)
    const digest = entry?.digest ?? reference
    if (!digestForm.test(digest)) throw this.#lacks(reference)
    const bytes = await readFile(this.#pathOf(digest)).catch(() => undefined)
    if (bytes === undefined || bytes.length > manifestLimitBytes) throw this.#lacks(digest)
    const got = digestOfBytes(bytes)
    if (got === digest) return { mediaType: entry?.mediaType ?? mediaTypeOf(bytes), digest, bytes }
    throw new UserError({
      what: `${this.#folder} has a manifest that is not what its digest says`,
      where: this.#pathOf(digest),
      why: `It is ${got}.`,
      mend: 'Make the bundle again, or copy it again.',
    })
  }

  async *blob({ digest, size }: Descriptor, signal: AbortSignal): AsyncGenerator<Buffer> {
    const path = this.#pathOf(digest)
    // One that is too short would be waited for, as that of a registry.
    if ((await stat(path).catch(() => undefined))?.size !== size) throw this.#lacks(`${digest} with its ${size} bytes`)
    yield* createReadStream(path, { signal, highWaterMark: 1024 * 1024 })
  }

  /** Where an image of the layout is written to; its reference there is its whole name. */
  destination(): ImageDestination {
    return {
      name: this.#folder,
      digestOf: async (reference) =>
        this.#entries.find(({ annotations }) => annotations?.[nameAnnotation] === reference)?.digest,
      // Files get their names once they are whole and checked.
      hasBlob: async ({ digest, size }) => (await stat(this.#pathOf(digest)).catch(() => undefined))?.size === size,
      putBlob: (blob, bytes) => this.#putBlob(blob, bytes),
      putManifest: async (manifest, reference) => {
        await writeFileAtomic(this.#pathOf(manifest.digest), manifest.bytes, 0o644)
        if (reference === manifest.digest) return
        const entry: Entry = {
          mediaType: manifest.mediaType,
          digest: manifest.digest,
          size: manifest.bytes.length,
          annotations: { [nameAnnotation]: reference },
        }
        const others = this.#entries.filter(({ annotations }) => annotations?.[nameAnnotation] !== reference)
        this.#entries = [...others, entry]
        await this.#writeIndex()
      },
    }
  }

  async #putBlob(blob: Descriptor, bytes: () => AsyncIterable<Buffer>): Promise<void> {
    const underWay = this.#storing.get(blob.digest)
    if (underWay !== undefined) return underWay
    const storing = this.#store(blob, bytes).finally(() => this.#storing.delete(blob.digest))
    this.#storing.set(blob.digest, storing)
    return storing
  }

  async #store({ digest, size }: Descriptor, bytes: () => AsyncIterable<Buffer>): Promise<void> {
    const path = this.#pathOf(digest)
    const temporary = `${path}.${process.pid}.tmp`
    try {
      const file = await open(temporary, 'w', 0o644)
      try {
        for await (const piece of bytes()) await file.writeFile(piece)
        await file.sync()
      } finally {
        await file.close()
      }
      await rename(temporary, path)
    } catch (error) {
      await rm(temporary, { force: true })
      throw isDiskFull(error) ? await diskFullError(this.#folder, size, error) : error
    }
  }

  #writeIndex(): Promise<void> {
    const write = () => {
      const manifests = this.#entries.toSorted((one, other) => (nameOf(one) < nameOf(other) ? -1 : 1))
      const document = { schemaVersion: 2, mediaType: manifestTypes[0], manifests }
      return writeFileAtomic(join(this.#folder, 'index.json'), `${JSON.stringify(document, null, 2)}\n`, 0o644)
    }
    this.#written = this.#written.then(write, write)
    return this.#written
  }

  #pathOf(digest: string): string {
    return join(this.#folder, 'blobs', 'sha256', digest.slice('sha256:'.length))
  }

  #lacks(what: string): UserError {
    return new UserError({
      what: `${this.#folder} lacks ${what}`,
      where: this.#folder,
      mend: 'Copy the whole folder, or make the bundle again: what is there already is not fetched again.',
    })
  }
}

const nameOf = ({ annotations }: Entry) => annotations?.[nameAnnotation] ?? ''

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
