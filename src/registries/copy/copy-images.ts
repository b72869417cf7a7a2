import type { ProgressReporter, ProgressStep } from '../../progress/index.ts'
import type { Descriptor, ImageDestination, ImageSource, ResolvedImage } from '../contract.ts'
import { checkedBytes } from './checked-bytes.ts'
import { retried, type RetryContext } from './retried.ts'

/** An image that is to be copied. */
export interface ImageCopy {
  /** As people know it. */
  readonly title: string
  readonly image: ResolvedImage
  readonly source: ImageSource
  readonly destination: ImageDestination
  /** What it is called there: a tag, or its digest. */
  readonly reference: string
}

/** How copying went. */
export type CopyOutcome =
  /** `wasThere` when nothing had to be copied; `copiedBytes` are those of blobs that were not. */
  | { readonly state: 'done'; readonly wasThere: boolean; readonly copiedBytes: number }
  | { readonly state: 'failed'; readonly error: unknown }

/** What copying is done with. */
export interface CopyContext extends RetryContext {
  readonly progress: ProgressReporter
}

/** Blobs under way at once, over all images: as many as a browser has connections to a server. */
const atOnce = 6

/**
 * Copies images: blobs first, a bounded number at once, those that are there already not at all; then manifests, each after what
 * it names, and the tag last. So an image that can be pulled is whole, and copying again goes on where it was interrupted. One
 * image that fails does not keep the others from being copied.
 */
export async function copyImages(copies: readonly ImageCopy[], context: CopyContext): Promise<readonly CopyOutcome[]> {
  const slots = new Slots(atOnce)
  const outcomes = copies.map((copy) =>
    copyImage(copy, slots, context).catch((error: unknown): CopyOutcome => {
      context.signal.throwIfAborted()
      return { state: 'failed', error }
    }),
  )
  return Promise.all(outcomes)
}

async function copyImage(copy: ImageCopy, slots: Slots, context: CopyContext): Promise<CopyOutcome> {
  const { title, image, destination, reference } = copy
  const failure = new AbortController()
  const signal = AbortSignal.any([context.signal, failure.signal])
  const work = { ...context, signal }
  if (await slots.run(signal, () => retried(work, () => hasAlready(copy, signal))))
    return { state: 'done', wasThere: true, copiedBytes: 0 }
  let step: ProgressStep | undefined
  let doneBytes = 0
  let copiedBytes = 0
  const advance = (bytes: number) => step?.advance((doneBytes += bytes))
  try {
    const blobs = image.blobs.map((blob) =>
      slots.run(signal, async () => {
        step ??= context.progress.step(
          title,
          image.blobs.reduce((sum, { size }) => sum + size, 0),
        )
        if (await copyBlob(blob, copy, work, advance)) copiedBytes += blob.size
      }),
    )
    await Promise.all(blobs).catch(async (error: unknown) => {
      failure.abort(error)
      await Promise.allSettled(blobs)
      throw error
    })
    for (const manifest of image.manifests) {
      const isLast = manifest.digest === image.digest
      await retried(work, () => destination.putManifest(manifest, isLast ? reference : manifest.digest, signal))
    }
    step?.succeed()
    return { state: 'done', wasThere: false, copiedBytes }
  } catch (error) {
    step?.fail(context.signal.aborted ? 'interrupted' : error instanceof Error ? error.message : String(error))
    throw error
  }
}

/** A registry takes no manifest whose parts it has not, so that one that has the tag has the image. */
const hasAlready = async ({ destination, reference, image }: ImageCopy, signal: AbortSignal): Promise<boolean> =>
  (await destination.digestOf(reference, signal)) === image.digest

/** Copies one blob where it is not there; tells whether it was not. */
function copyBlob(
  blob: Descriptor,
  { source, destination }: ImageCopy,
  context: CopyContext,
  advance: (bytes: number) => void,
): Promise<boolean> {
  const { signal } = context
  return retried(context, async () => {
    if (await destination.hasBlob(blob, signal)) {
      advance(blob.size)
      return false
    }
    let sent = 0
    const counted = async function* (): AsyncGenerator<Buffer> {
      for await (const piece of checkedBytes(source.blob(blob, signal), blob, source.name)) {
        yield piece
        sent += piece.length
        advance(piece.length)
      }
    }
    try {
      await destination.putBlob(blob, counted, signal)
    } catch (error) {
      advance(-sent)
      throw error
    }
    return true
  })
}

/** Lets a bounded number of jobs run at once, in the order in which they came. */
class Slots {
  #free: number
  readonly #waiting: (() => void)[] = []

  constructor(atOnceAtMost: number) {
    this.#free = atOnceAtMost
  }

  async run<Result>(signal: AbortSignal, job: () => Promise<Result>): Promise<Result> {
    if (this.#free > 0) this.#free -= 1
    else await new Promise<void>((resolve) => this.#waiting.push(resolve))
    try {
      signal.throwIfAborted()
      return await job()
    } finally {
      const next = this.#waiting.shift()
      if (next === undefined) this.#free += 1
      else next()
    }
  }
}
