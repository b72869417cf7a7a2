import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { readBoundedFile, writeFileAtomic, type Environment } from '../../files/index.ts'
import { readManifests } from '../../manifests/index.ts'
import type { ProgressReporter } from '../../progress/index.ts'
import { retried } from '../../registries/index.ts'
import { ChartRepositories } from '../charts/index.ts'
import type { Supply } from './supplies.ts'

/** What became of something that a prerequisite is installed from. */
export interface FetchedSupply extends Supply {
  /** `inRegistry`: a chart that is copied as images are; `byHand`: nothing that can be fetched as a file. */
  readonly state: 'fetched' | 'there' | 'inRegistry' | 'byHand' | 'failed'
  /** Relative to the folder; null where it is no file. */
  readonly path: string | null
  /** Images that it names; those of charts are not known. */
  readonly images: readonly string[]
  readonly error?: unknown
}

const fileLimitBytes = 64 * 1024 * 1024

/** Saves charts of repositories and manifests into a folder. What is there already is not fetched again; one that fails keeps no other from it. */
export async function fetchSupplies(
  supplies: readonly Supply[],
  folder: string,
  context: { readonly environment: Environment; readonly progress: ProgressReporter; readonly signal: AbortSignal },
): Promise<FetchedSupply[]> {
  if (supplies.length === 0) return []
  const step = context.progress.step(`Fetching ${supplies.length} charts and manifests of prerequisites`)
  const repositories = new ChartRepositories(context.environment)
  try {
    const fetched = await Promise.all(supplies.map((supply) => fetchOne(supply, folder, repositories, context.signal)))
    step.succeed()
    return fetched
  } catch (error) {
    step.fail('interrupted')
    throw error
  } finally {
    await repositories.close()
  }
}

async function fetchOne(
  supply: Supply,
  folder: string,
  repositories: ChartRepositories,
  signal: AbortSignal,
): Promise<FetchedSupply> {
  const path = pathOf(supply)
  if (path === undefined) {
    const state = supply.kind === 'chart' ? 'inRegistry' : 'byHand'
    return { ...supply, state, path: null, images: [] }
  }
  const file = join(folder, path)
  try {
    const isThere = (await stat(file).catch(() => undefined))?.isFile() === true
    if (!isThere) {
      const bytes = await retried({ signal }, () => fetchBytes(supply, repositories, signal))
      await writeFileAtomic(file, bytes, 0o644)
    }
    const images = supply.kind === 'chart' ? [] : imagesNamedIn(path, await readBoundedFile(file, fileLimitBytes))
    return { ...supply, state: isThere ? 'there' : 'fetched', path, images }
  } catch (error) {
    signal.throwIfAborted()
    return { ...supply, state: 'failed', path: null, images: [], error }
  }
}

function fetchBytes({ from, chart, version }: Supply, repositories: ChartRepositories, signal: AbortSignal) {
  return chart === undefined
    ? repositories.file(new URL(from), signal)
    : repositories.chart(from, chart, version, signal)
}

/** Where a supply is saved, by the prerequisite that it is of; undefined for what is no file. */
function pathOf({ kind, id, from, chart, version }: Supply): string | undefined {
  if (kind === 'kustomization' || from.startsWith('oci://')) return undefined
  const name = chart === undefined ? (new URL(from).pathname.split('/').at(-1) ?? '') : `${chart}-${version}.tgz`
  return `prerequisites/${id}/${name.replaceAll(/[^\w.+-]/g, '-') || 'manifests.yaml'}`
}

/** Images of the workloads in manifests. */
const imagesNamedIn = (path: string, bytes: Buffer): string[] => [
  ...new Set(
    readManifests([{ path, content: bytes.toString('utf8') }]).containers.flatMap(({ image }) =>
      image === undefined || image.text === '' ? [] : [image.text],
    ),
  ),
]
