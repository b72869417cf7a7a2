import { UserError } from '../../errors/index.ts'
import type { Environment } from '../../files/index.ts'
import { defaultDownloadSettings, HttpClient, type DownloadSettings } from '../download/index.ts'
import { artifactSource } from './artifact-source.ts'
import { RegistryGone, type Registry } from './ask-registry.ts'
import { keepArtifact, readKeptArtifact } from './kept-artifacts.ts'
import { askKubeflow } from './kubeflow.ts'
import { askMlflow } from './mlflow.ts'
import type { RegistryArtifact } from './registry-artifact.ts'
import { registryFacts, type RegistryPlace } from './registry-place.ts'
import { checkMoves, parseRegistrySource } from './registry-source.ts'

/** A source of a registry as the files that it means now. */
export interface ResolvedArtifact {
  /** What the Fleet could say in place of it. */
  readonly source: string
  readonly version: string
  /** Whether it may mean another version tomorrow. */
  readonly moves: boolean
  /** The S3-compatible endpoint that the registry names along with it. */
  readonly endpoint?: string
  /** Present where it is what the registry said earlier, at this time (ISO 8601); with the reason where it was asked and did not answer. */
  readonly kept?: { readonly toldAt: string; readonly because?: string }
}

/** What a source is resolved with. */
export interface ResolveContext {
  readonly place: RegistryPlace
  readonly environment: Environment
  readonly signal: AbortSignal
  /** Why nothing is asked, and what was kept has to do; absent where the registry is asked. */
  readonly offlineBecause?: string
  /** Whether a version that was told once is not asked for again; it is when absent. */
  readonly prefersKept?: boolean
  readonly settings?: DownloadSettings
}

/** A name is not worth a long wait: what was kept serves, or the person should hear at once. */
const quickly = { attempts: 2, connectTimeoutMs: 5000, stallMs: 10_000 } as const

/**
 * Asks a registry what a source means. An answer is kept, and serves when the registry does not answer later.
 * @throws RegistryGone when it does not answer, or must not be asked, and nothing was kept; UserError when there is no such version,
 * it is not ready, or no target can fetch it
 */
export async function resolveRegistrySource(asked: string, context: ResolveContext): Promise<ResolvedArtifact> {
  const { place, environment, offlineBecause, prefersKept = false } = context
  const parsed = parseRegistrySource(asked, place.address)
  const question = { environment, address: place.address, asked }
  const facts = registryFacts[parsed.registry]
  const ask = parsed.registry === 'mlflow' ? askMlflow : askKubeflow
  let kept: ResolvedArtifact['kept']
  const recall = async (because?: string) => {
    const before = await readKeptArtifact(question)
    if (before !== undefined) kept = { toldAt: before.toldAt, ...(because === undefined ? {} : { because }) }
    return before
  }
  let artifact: RegistryArtifact | undefined = prefersKept && !checkMoves(parsed) ? await recall() : undefined
  try {
    if (artifact === undefined && offlineBecause !== undefined) throw notAsked(asked, offlineBecause)
    artifact ??= await withRegistry(context, facts.title, (registry) => ask(registry, parsed))
  } catch (error) {
    if (!(error instanceof RegistryGone)) throw error
    artifact = await recall(offlineBecause === undefined ? error.parts.what : undefined)
    if (artifact === undefined) throw error
  }
  const { version, uri } = artifact
  const found = artifactSource(uri)
  if ('problem' in found) {
    throw new UserError({
      what: `${asked} is version ${version}, and ${found.problem}`,
      mend: found.mend,
    })
  }
  if (kept === undefined) await keepArtifact(question, { version, uri: uriOf(found) })
  return { ...found, version, moves: checkMoves(parsed), ...(kept === undefined ? {} : { kept }) }
}

/** What is kept: what is used of a registry’s words, and nothing else that stood in them. */
const uriOf = ({ source, endpoint }: { readonly source: string; readonly endpoint?: string }): string =>
  endpoint === undefined ? source : `${source}?endpoint=${encodeURIComponent(endpoint)}`

async function withRegistry<Value>(
  { place, environment, signal, settings = { ...defaultDownloadSettings, ...quickly } }: ResolveContext,
  title: string,
  act: (registry: Registry) => Promise<Value>,
): Promise<Value> {
  const client = new HttpClient(environment, settings)
  try {
    return await act({ place, title, client, settings, signal })
  } finally {
    await client.close()
  }
}

const notAsked = (asked: string, because: string) =>
  new RegistryGone({
    what: `What ${asked} means is not known here`,
    why: `${because}, and no earlier answer was kept on this machine.`,
    mend: 'Run the command once where the registry may be asked, or name the files themselves, such as s3://bucket/path.',
  })
