import { dirname } from 'node:path'
import { readSecret } from '../../access/index.ts'
import { exitCodes, UserError } from '../../errors/index.ts'
import type { Environment } from '../../files/index.ts'
import { findingsOf, formatDiagnostics, type Diagnostic, type Fleet, type SecretReference } from '../../fleet/index.ts'
import {
  isRegistrySource,
  registryAddress,
  registryCredentials,
  RegistryGone,
  resolveRegistrySource,
  type RegistryCredentials,
  type RegistryName,
  type ResolveContext,
  type ResolvedArtifact,
} from '../../models/index.ts'
import type { ReadFleet } from '../read-fleet.ts'
import { pinText } from './pin-text.ts'

/** What sources of registries are resolved with. */
export interface ResolveSourcesContext {
  readonly environment: Environment
  readonly signal: AbortSignal
  /** Whether nothing is asked: what was told earlier has to do. */
  readonly offline: boolean
  /**
   * Whose words are followed. A Fleet that a person has at hand names registries, and secrets of that person’s environment. A Fleet of
   * somebody else’s must not make the process send its secrets somewhere, nor change by itself: the registry is that of the
   * process’s own environment, names that move are refused, and a version is asked for once. The person’s when absent.
   */
  readonly trust?: 'fleet' | 'environment'
  /** How registries are asked; tests shorten the times. */
  readonly settings?: ResolveContext['settings']
}

/** One source and what it means. */
export interface ResolvedSource extends ResolvedArtifact {
  /** Field of the Fleet. */
  readonly path: string
  /** As the Fleet has it. */
  readonly asked: string
  /** Host of the registry. */
  readonly host: string
}

/** A Fleet whose sources all say where the files are. */
export interface ResolvedFleet<Read extends FleetText> {
  readonly read: Read
  readonly sources: readonly ResolvedSource[]
  readonly notes: readonly Diagnostic[]
}

/** What of a Fleet that was read is needed, and changed. */
type FleetText = Pick<ReadFleet, 'fleet' | 'file' | 'shownAs' | 'text' | 'positionOf'>

/** The place of a source in a Fleet. */
interface SourcePlace {
  readonly path: string
  readonly source: string
}

/**
 * Sources of model registries become the files that they mean now. What a Fleet without such sources is given comes back as it is, and
 * nothing is asked.
 * @throws UserError with every source that cannot be resolved, each at its line
 */
export async function resolveSources<Read extends FleetText>(
  read: Read,
  context: ResolveSourcesContext,
): Promise<ResolvedFleet<Read>> {
  const places = sourcesIn(read.fleet).filter(({ source }) => isRegistrySource(source))
  if (places.length === 0) return { read, sources: [], notes: [] }
  const resolver = new Resolver(read, context)
  const sources: ResolvedSource[] = []
  const errors: Diagnostic[] = []
  const notes: Diagnostic[] = []
  for (const place of places) {
    const found = await resolver.resolve(place)
    if ('error' in found) errors.push(diagnosticOf('error', place, found.error, read))
    else {
      sources.push(found)
      for (const note of notesOn(found, read.fleet)) notes.push(diagnosticOf('warning', place, note, read))
    }
  }
  if (errors.length > 0) throw refuseSources(errors, read)
  const meanings = new Map(sources.map(({ path, source }) => [path, source]))
  const pinnedText = pinText(read.text, sources, read.positionOf)
  return { read: { ...read, fleet: withSources(read.fleet, meanings), pinnedText }, sources, notes }
}

/** Asks each registry, each source once; a registry that does not answer is not asked again. */
class Resolver {
  readonly #read: FleetText
  readonly #context: ResolveSourcesContext
  readonly #found = new Map<string, Promise<ResolvedArtifact & { readonly host: string }>>()
  readonly #gone = new Map<RegistryName, string>()

  constructor(read: FleetText, context: ResolveSourcesContext) {
    this.#read = read
    this.#context = context
  }

  async resolve({ path, source }: SourcePlace): Promise<ResolvedSource | { readonly error: Told }> {
    try {
      const asking = this.#found.get(source) ?? this.#ask(source)
      this.#found.set(source, asking)
      return { ...(await asking), path, asked: source }
    } catch (error) {
      if (!(error instanceof UserError)) throw error
      const { what, why, mend } = error.parts
      const message = [what, why].filter((part) => part !== undefined).join('. ')
      return { error: { message, ...(mend === undefined ? {} : { suggestion: mend }) } }
    }
  }

  async #ask(source: string): Promise<ResolvedArtifact & { readonly host: string }> {
    const { environment, signal, offline, settings } = this.#context
    const { storage } = this.#read.fleet
    const registry: RegistryName = source.startsWith('models:/') ? 'mlflow' : 'kubeflow'
    const address = this.#addressOf(registry)
    const offlineBecause = storage.models.offline
      ? 'storage.models.offline is set'
      : offline
        ? '--offline is set'
        : this.#gone.get(registry)
    const credentials = offlineBecause === undefined ? await this.#credentialsFor(registry, address) : {}
    const { host } = new URL(address)
    try {
      const found = await resolveRegistrySource(source, {
        place: { address, credentials },
        environment,
        signal,
        // Fleets are looked at again and again there; what runs does not hang on the registry’s health.
        prefersKept: this.#context.trust === 'environment',
        ...(offlineBecause === undefined ? {} : { offlineBecause }),
        ...(settings === undefined ? {} : { settings }),
      })
      const because = found.kept?.because ?? this.#gone.get(registry)
      if (because !== undefined) this.#gone.set(registry, because)
      if (found.moves && this.#context.trust === 'environment') throw refuseMoving(source, found)
      const kept = found.kept === undefined || because === undefined ? {} : { kept: { ...found.kept, because } }
      return { ...found, ...kept, host }
    } catch (error) {
      if (error instanceof RegistryGone && !this.#gone.has(registry)) this.#gone.set(registry, error.parts.what)
      throw error
    }
  }

  #addressOf(registry: RegistryName): string {
    const { environment, trust } = this.#context
    const { mlflow, modelRegistry } = this.#read.fleet.storage.models
    const given = registry === 'mlflow' ? mlflow : modelRegistry
    if (trust !== 'environment') return registryAddress(registry, given, environment)
    const own = controllerAddress(registry, environment)
    if (given === undefined || registryAddress(registry, given, environment) === own) return own
    throw new UserError({
      what: `The controller asks no registry but its own, ${new URL(own).host}`,
      mend: 'Leave the address out of the Fleet, or name the files themselves, such as s3://bucket/path.',
    })
  }

  async #credentialsFor(registry: RegistryName, address: string): Promise<RegistryCredentials> {
    const { environment, trust } = this.#context
    const own = registryCredentials(registry, address, environment)
    if (trust === 'environment') return own
    const { mlflowToken, mlflowUser, mlflowPassword, modelRegistryToken } = this.#read.fleet.storage.models
    const secret = (reference: SecretReference, field: string) =>
      readSecret(reference, `storage.models.${field}`, { environment, baseFolder: dirname(this.#read.file) })
    if (registry === 'kubeflow') {
      return modelRegistryToken === undefined ? own : { token: await secret(modelRegistryToken, 'modelRegistryToken') }
    }
    if (mlflowToken !== undefined) return { token: await secret(mlflowToken, 'mlflowToken') }
    if (mlflowUser === undefined || mlflowPassword === undefined) return own
    return { user: mlflowUser, password: await secret(mlflowPassword, 'mlflowPassword') }
  }
}

/** Where the controller has its registries from; the second is as Kubeflow’s own storage initializer for KServe reads it (`cmd/csi`). */
const addressVariables = { mlflow: 'MLFLOW_TRACKING_URI', kubeflow: 'MODEL_REGISTRY_BASE_URL' } as const

function controllerAddress(registry: RegistryName, environment: Environment): string {
  const variable = addressVariables[registry]
  const found = environment[variable]?.trim()
  if (found === undefined || found === '') {
    throw new UserError({
      what: `The controller asks registries of its own environment alone, and ${variable} is not set there`,
      mend: `Have whoever administers the cluster set ${variable} for it, or name the files themselves, such as s3://bucket/path.`,
    })
  }
  const scheme = environment['MODEL_REGISTRY_SCHEME'] || 'http'
  return registryAddress(registry, found.includes('://') ? found : `${scheme}://${found}`, environment)
}

/** What there is to say of a source. */
type Told = Pick<Diagnostic, 'message' | 'suggestion'>

function refuseMoving(source: string, { version }: ResolvedArtifact): UserError {
  return new UserError({
    what: `${source} may mean another version tomorrow, and nobody would have asked for the change`,
    mend: `Name a version; it is ${version} now.`,
  })
}

/** Names that move, answers that are old, and an endpoint that nobody would look at. */
function notesOn(found: ResolvedSource, { storage }: Fleet): Told[] {
  const { asked, source, version, moves, kept, endpoint } = found
  const told: Told[] = []
  if (moves) {
    told.push({
      message: `${asked} is version ${version} now, and may mean another one the next time; what is applied stays with ${source}`,
      suggestion: `name the version to have the same again: ${pinnedForm(asked, version)}`,
    })
  }
  if (kept?.because !== undefined) {
    told.push({
      message: `${kept.because}; ${asked} is taken as it was told at ${kept.toldAt}: version ${version}, ${source}`,
      suggestion: 'run the command again once the registry answers',
    })
  }
  if (endpoint !== undefined && endpoint.replace(/\/+$/, '') !== storage.models.endpoint?.replace(/\/+$/, '')) {
    told.push({
      message: `the registry says that the files lie at the endpoint ${endpoint}, which is not storage.models.endpoint`,
      suggestion: `storage.models.endpoint: ${endpoint}`,
    })
  }
  return told
}

/** A source with its version in place of an alias. */
const pinnedForm = (asked: string, version: string): string =>
  asked.startsWith('models:/')
    ? `${asked.replace(/(?:@[^/@]*|\/latest)$/, '')}/${version}`
    : `${(asked.split('?')[0] ?? asked).replace(/\/+$/, '')}/${version}`

/** Every source of a Fleet, in the order of its fields. */
function sourcesIn({ models }: Fleet): SourcePlace[] {
  return models.flatMap(({ source, fallbackSources, adapters }, index) => {
    const at = `models[${index}]`
    return [
      ...(source === undefined ? [] : [{ path: `${at}.source`, source }]),
      ...fallbackSources.map((each, place) => ({ path: `${at}.fallbackSources[${place}]`, source: each })),
      ...adapters.map((adapter, place) => ({ path: `${at}.adapters[${place}].source`, source: adapter.source })),
    ]
  })
}

function withSources(fleet: Fleet, meanings: ReadonlyMap<string, string>): Fleet {
  const meant = (path: string, source: string) => meanings.get(path) ?? source
  const models = fleet.models.map((model, index) => {
    const at = `models[${index}]`
    return {
      ...model,
      ...(model.source === undefined ? {} : { source: meant(`${at}.source`, model.source) }),
      fallbackSources: model.fallbackSources.map((each, place) => meant(`${at}.fallbackSources[${place}]`, each)),
      adapters: model.adapters.map((adapter, place) => ({
        ...adapter,
        source: meant(`${at}.adapters[${place}].source`, adapter.source),
      })),
    }
  })
  return { ...fleet, models }
}

function diagnosticOf(
  severity: Diagnostic['severity'],
  { path }: SourcePlace,
  { message, suggestion }: Told,
  { shownAs, positionOf }: FleetText,
): Diagnostic {
  const { line, column } = positionOf(path) ?? { line: 1, column: 1 }
  return { severity, file: shownAs, line, column, path, message, ...(suggestion === undefined ? {} : { suggestion }) }
}

function refuseSources(errors: readonly Diagnostic[], { text, shownAs }: FleetText): UserError {
  return new UserError({
    what: `${errors.length === 1 ? 'A source' : `${errors.length} sources`} of ${shownAs} cannot be resolved`,
    why: formatDiagnostics(errors, text),
    findings: findingsOf(errors),
    mend: 'Mend what is listed and run the command again.',
    exitCode: exitCodes.answerIsNo,
  })
}
