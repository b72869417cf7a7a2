import type { Environment } from '../../files/index.ts'
import {
  chartsNamed,
  imagesNamed,
  modelsNamed,
  nearest,
  type NamedChart,
  type OnlineAnswer,
  type OnlineFacts,
} from '../../lint/index.ts'
import type { ManifestSet } from '../../manifests/index.ts'
import { HubCatalogue } from '../../models/index.ts'
import { imagePlace, RegistryClient } from '../../registries/index.ts'
import { ChartRepositories } from '../charts/index.ts'

/** Most names that are asked for in a run; a repository of manifests names far fewer. */
const mostNames = 500
/** Questions under way at once. */
const atOnce = 8
/** Names that are offered in place of one that does not exist. */
const mostNear = 3

/** What was found out, and what could not be. */
export interface AskedNames {
  readonly facts: OnlineFacts
  /** For people: which name nobody could tell of, and why. */
  readonly notes: readonly string[]
}

/** Asks the hub and the registries whether what manifests name exists. Never throws for a single name. */
export async function askNames(
  manifests: ManifestSet,
  { environment, signal }: { readonly environment: Environment; readonly signal: AbortSignal },
): Promise<AskedNames> {
  const hub = new HubCatalogue(environment)
  const registries = new RegistryClient(environment)
  const repositories = new ChartRepositories(environment)
  const models = new Map<string, OnlineAnswer>()
  const images = new Map<string, OnlineAnswer>()
  const charts = new Map<string, OnlineAnswer>()
  const notes: string[] = []
  const questions = [
    ...unique(modelsNamed(manifests)).map((id) => async () => void models.set(id, await askHub(hub, id, signal))),
    ...unique(imagesNamed(manifests)).map((image) => async () => {
      const answer = await askRegistry(registries, image, signal)
      if (answer !== undefined) images.set(image, answer)
    }),
    ...uniqueCharts(manifests).map((chart) => async () => {
      const answer = await askChart({ registries, repositories }, chart, signal)
      if (answer !== undefined) charts.set(chart.name, answer)
    }),
  ]
  if (questions.length > mostNames) notes.push(`Of ${questions.length} names, the first ${mostNames} were asked for.`)
  const left = questions.slice(0, mostNames).values()
  const work = async (): Promise<void> => {
    for (const ask of left) {
      await ask().catch((error: unknown) => {
        signal.throwIfAborted()
        notes.push(error instanceof Error ? error.message : String(error))
      })
    }
  }
  try {
    await Promise.all(Array.from({ length: atOnce }, work))
  } finally {
    await Promise.all([hub.close(), registries.close(), repositories.close()])
  }
  return { facts: { models, images, charts }, notes: [...new Set(notes)].toSorted() }
}

const uniqueCharts = (manifests: ManifestSet): NamedChart[] => [
  ...new Map(chartsNamed(manifests).map((chart) => [chart.name, chart])).values(),
]

const unique = (named: readonly { readonly name: string }[]): string[] => [...new Set(named.map(({ name }) => name))]

async function askHub(hub: HubCatalogue, id: string, signal: AbortSignal): Promise<OnlineAnswer> {
  const exists = await hub.has(id, signal).catch((error: unknown) => cannotTell(id, error))
  if (exists) return { exists, near: [] }
  const found = await hub.search(id.split('/').at(-1) ?? id, signal).catch(() => [])
  return { exists, near: nearNames(id, found) }
}

async function askRegistry(
  registries: RegistryClient,
  image: string,
  signal: AbortSignal,
): Promise<OnlineAnswer | undefined> {
  const place = imagePlace(image)
  if (place === undefined) return undefined
  const exists = await registries.has(place, signal).catch((error: unknown) => cannotTell(image, error))
  if (exists || place.reference.includes(':')) return { exists, near: [] }
  const tags = await registries.tags(place, signal).catch(() => [])
  const name = image.replace(/:[\w.-]+$/, '')
  return { exists, near: nearNames(place.reference, tags).map((tag) => `${name}:${tag}`) }
}

/** A chart by its registry, where versions are tags (with `_` for `+`), or by the index of its repository. */
async function askChart(
  { registries, repositories }: { readonly registries: RegistryClient; readonly repositories: ChartRepositories },
  { name, from, chart, version }: NamedChart,
  signal: AbortSignal,
): Promise<OnlineAnswer | undefined> {
  const telling = <Answer>(asked: Promise<Answer>) => asked.catch((error: unknown) => cannotTell(name, error))
  if (chart !== undefined) {
    const index = await telling(repositories.index(from, signal))
    const versions = index.get(chart)
    if (versions === undefined) return { exists: false, near: nearNames(chart, [...index.keys()]) }
    const plain = version?.replace(/^v/, '')
    const exists = plain === undefined || versions.some((each) => each.replace(/^v/, '') === plain)
    return { exists, near: exists ? [] : nearNames(version ?? '', versions) }
  }
  const tag = version?.replaceAll('+', '_')
  const place = imagePlace(`${from.slice('oci://'.length).replace(/\/+$/, '')}${tag === undefined ? '' : `:${tag}`}`)
  if (place === undefined) return undefined
  const isThere = tag === undefined ? registries.hasRepository(place, signal) : registries.has(place, signal)
  const exists = await telling(isThere)
  if (exists || tag === undefined) return { exists, near: [] }
  return { exists, near: nearNames(place.reference, await registries.tags(place, signal).catch(() => [])) }
}

function cannotTell(name: string, error: unknown): never {
  const why =
    error instanceof Error ? (error.cause instanceof Error ? error.cause.message : error.message) : String(error)
  throw new Error(`${name} could not be asked for: ${why}`, { cause: error })
}

/** The likeliest first, then what the one who was asked puts first. */
function nearNames(name: string, found: readonly string[]): string[] {
  const best = nearest(name, found)
  return [...new Set([...(best === undefined ? [] : [best]), ...found])].slice(0, mostNear)
}
