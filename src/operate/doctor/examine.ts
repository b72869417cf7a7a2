import { exitCodes, UserError } from '../../errors/index.ts'
import { createEngineCache } from '../../engine-cache/index.ts'
import type { Environment } from '../../files/index.ts'
import type { TargetName } from '../../fleet/index.ts'
import { openModelStore } from '../../models/index.ts'
import { makePlan, type Plan } from '../../plan/index.ts'
import { isObject, localTarget, type Artifact, type FleetStatus, type Target } from '../../targets/index.ts'
import type { ReadFleet } from '../read-fleet.ts'
import { readGeometries, renderFleet } from '../planning/index.ts'
import { clusterChecks, rememberLists } from './cluster/index.ts'
import { composeChecks } from './compose/index.ts'
import {
  connectToCluster,
  ClusterError,
  explainClusterError,
  type ClusterChoice,
  type ClusterClient,
  type KubernetesObject,
} from '../../kubernetes/index.ts'
import type { Check, CheckResult } from './contract.ts'
import { planInstallation, type InstallPlan } from './install-plan/index.ts'
import { localChecks, type LocalPlace } from './local/index.ts'
import { proofs, servingPlace, type GatewayAddress } from './prove/index.ts'
import { realMachine } from './real-machine.ts'
import { diagnose, gatherSymptoms, type Cause, type WhyQuestion } from './why/index.ts'
import { runChecks, type RunOptions } from './run-checks.ts'

/** A proof sends up to a dozen requests to each model. */
const proofTimeoutMs = 300_000

/** What an examination is given. */
export interface ExamineContext {
  readonly environment: Environment
  readonly signal: AbortSignal
  /** Version of Fairlead, for the images of what it renders. */
  readonly version: string
  /** Folder of the Compose project. */
  readonly folder: string
  readonly onResult?: (result: CheckResult) => void
  /** Which cluster, for the targets that are on one. */
  readonly cluster?: ClusterChoice
  /** Connects to it; by the kubeconfig when absent. */
  readonly connect?: (choice: ClusterChoice, environment: Environment) => Promise<ClusterClient>
}

/** Looks at everything that a Fleet needs where it runs. */
export async function examine(
  read: ReadFleet,
  target: TargetName,
  context: ExamineContext,
): Promise<readonly CheckResult[]> {
  const { environment, signal, onResult } = context
  const machine = realMachine(environment, signal)
  const plan = await planFor(read, target, context)
  const options: RunOptions = {
    signal,
    words: { fleet: read.fleet.name },
    ...(onResult === undefined ? {} : { onResult }),
  }
  const common = { fleet: plan.fleet, file: read.file, plan, environment, machine }
  if (target === 'local') {
    return runChecks(localChecks, { ...common, ...(await foundHere(read, environment)) }, options)
  }
  const { artifacts } = renderFleet(read, { target, version: context.version, environment, gateway: true })
  if (target !== 'compose') return examineCluster(read, plan, artifacts, context)
  const place = { ...common, folder: context.folder, engineImages: gpuImagesOf(artifacts), status: { running: false } }
  return runChecks(composeChecks, place, options)
}

/** Looks at a cluster over one connection. */
async function examineCluster(
  { fleet }: ReadFleet,
  plan: Plan,
  artifacts: readonly Artifact[],
  context: ExamineContext,
): Promise<readonly CheckResult[]> {
  const { environment, signal, onResult, cluster: choice = {}, connect = connectToCluster } = context
  const objects = artifacts.filter(isObject).map(({ object }) => object)
  const cluster = await connect(choice, environment)
  try {
    const namespace = namespaceOf(objects) ?? cluster.namespace
    const machine = realMachine(environment, signal)
    const place = rememberLists({ fleet, plan, objects, cluster, namespace, machine, now: () => new Date() })
    const words = { fleet: fleet.name, namespace }
    const checks = clusterChecks.map((check) => inWordsOf(cluster, check))
    return await runChecks(checks, place, { signal, words, ...(onResult === undefined ? {} : { onResult }) })
  } finally {
    await cluster.close()
  }
}

/** A check whose failing requests are told as the client tells them. */
function inWordsOf<Place>(cluster: ClusterClient, check: Check<Place>): Check<Place> {
  return {
    ...check,
    look: async (place) => {
      try {
        return await check.look(place)
      } catch (error) {
        throw error instanceof ClusterError ? explainClusterError(error, cluster) : error
      }
    },
  }
}

const namespaceOf = (objects: readonly KubernetesObject[]) =>
  objects.find(({ metadata }) => metadata.namespace !== undefined)?.metadata.namespace

/** Sends real requests through a gateway, and looks whether what is configured happens. */
export async function proveOptimisations(
  { fleet }: ReadFleet,
  gateway: GatewayAddress,
  { environment, signal, onResult }: Pick<ExamineContext, 'environment' | 'signal' | 'onResult'>,
): Promise<readonly CheckResult[]> {
  const place = servingPlace(fleet, gateway, realMachine(environment, signal), signal)
  const options = { signal, words: { fleet: fleet.name }, timeoutMs: proofTimeoutMs }
  return runChecks(proofs, place, { ...options, ...(onResult === undefined ? {} : { onResult }) })
}

/** Why a Fleet that runs is slow, out of memory or not up, the likeliest cause first. */
export async function explainWhy(
  read: ReadFleet,
  question: WhyQuestion,
  target: Target,
  context: Pick<ExamineContext, 'environment' | 'signal'>,
): Promise<readonly Cause[]> {
  const plan = await planFor(read, target.name, context)
  const machine = realMachine(context.environment, context.signal)
  return diagnose(question, await gatherSymptoms(plan, target, { ...context, machine }))
}

/**
 * What has to be installed in a cluster before a Fleet is applied.
 * @throws UserError for a target that is no cluster
 */
export async function planPrerequisites(
  read: ReadFleet,
  target: TargetName,
  context: Pick<ExamineContext, 'environment' | 'signal' | 'version'>,
): Promise<InstallPlan> {
  const { environment, version } = context
  if (target === 'local' || target === 'compose') {
    throw new UserError({
      what: `Target ${target} runs in no cluster, and needs nothing of one`,
      mend: 'Look at what it needs with `fairlead doctor`, or name a target with --target.',
      command: 'fairlead doctor --install-plan --target kubernetes',
      exitCode: exitCodes.usage,
    })
  }
  const plan = await planFor(read, target, context)
  const { artifacts } = renderFleet(read, { target, version, environment, gateway: true })
  return planInstallation({
    fleet: plan.fleet,
    target,
    plan,
    objects: artifacts.filter(isObject).map(({ object }) => object),
  })
}

/** The plan of a Fleet for a target, by shapes that are at hand. */
async function planFor(
  read: ReadFleet,
  target: TargetName,
  { environment, signal }: Pick<ExamineContext, 'environment' | 'signal'>,
): Promise<Plan> {
  const geometries = await readGeometries(read.fleet, { environment, signal, offline: true })
  return makePlan(read.fleet, { target, geometries })
}

/** What this machine has already. */
async function foundHere(
  { fleet }: ReadFleet,
  environment: Environment,
): Promise<Pick<LocalPlace, 'status' | 'storedBytes' | 'isInstalled'>> {
  const store = openModelStore(environment)
  const engines = createEngineCache(environment)
  const status: FleetStatus = await localTarget.status(fleet.name, environment)
  return {
    status,
    storedBytes: async ({ source, checksum }) =>
      source === undefined ? undefined : (await store.find({ source, checksum }))?.bytes,
    isInstalled: async (engine) => engine === 'llamacpp' && (await engines.find('llamacpp')) !== undefined,
  }
}

/** Images of the services that reserve GPUs. */
function gpuImagesOf(artifacts: readonly Artifact[]): string[] {
  const project = artifacts.find((artifact) => artifact.kind === 'document' && artifact.path === 'compose.yaml')
  const services = project?.kind === 'document' ? (project.value as ComposeServices).services : {}
  const images = Object.values(services ?? {}).flatMap(({ image, deploy }) =>
    image !== undefined && deploy?.resources?.reservations?.devices !== undefined ? [image] : [],
  )
  return [...new Set(images)]
}

interface ComposeServices {
  readonly services?: Readonly<
    Record<
      string,
      {
        readonly image?: string
        readonly deploy?: { readonly resources?: { readonly reservations?: { readonly devices?: unknown } } }
      }
    >
  >
}
