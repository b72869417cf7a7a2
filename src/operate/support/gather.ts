import { arch, cpus, freemem, loadavg, platform, release, totalmem, uptime } from 'node:os'
import { gzipSync } from 'node:zlib'
import { fleetStateFolder, type Environment } from '../../files/index.ts'
import type { ClusterChoice } from '../../kubernetes/index.ts'
import { makePlan } from '../../plan/index.ts'
import { fleetFileOf, type Target } from '../../targets/index.ts'
import { examine, realMachine } from '../doctor/index.ts'
import { planActions, readChatTemplates, readGeometries, renderSource, resolveSources } from '../planning/index.ts'
import { readFleet, readFleetText, type ReadFleet } from '../read-fleet.ts'
import { Bundle, type MissingPart } from './bundle.ts'
import { gatherLogs } from './gather-logs.ts'
import { createRedactor, secretsAmong } from './redact.ts'
import { tarOf } from './tar.ts'
import { within } from './within.ts'

/** What a bundle is made of. */
export interface SupportQuestion {
  readonly fleet: string
  readonly target: Target
  /** Its file; as the target knows it when absent. */
  readonly read?: ReadFleet
  /** Which cluster the doctor looks at, for the targets that are on one. */
  readonly cluster?: ClusterChoice
  /** Folder of the Compose project, for the doctor. */
  readonly folder: string
  readonly environment: Environment
  readonly version: string
  /** Lines from the end of each log. */
  readonly logLines: number
  readonly now: Date
  readonly signal: AbortSignal
  /** Called before each part is read. */
  readonly onPart?: (path: string) => void
}

/** An archive for somebody who helps. */
export interface SupportBundle {
  /** A gzipped tar, all of it in one folder. */
  readonly archive: Buffer
  readonly files: readonly { readonly path: string; readonly bytes: number }[]
  readonly missing: readonly MissingPart[]
}

/** A part that is read by itself. */
interface Part {
  readonly path: string
  readonly read: (signal: AbortSignal) => Promise<unknown>
}

const limits = { fileBytes: 2 ** 20, allBytes: 64 * 2 ** 20 }
/** The doctor asks registries and hubs; everything else answers within a few seconds or not at all. */
const partMs = 45_000
const logsMs = 90_000
/** After it nothing is begun any more. */
const allMs = 240_000
/** Parts that are read at the same time. */
const atOnce = 6

/**
 * Everything about a Fleet that somebody who helps needs, without secrets and bounded in size and time. What cannot be had is
 * noted with its reason and keeps nothing else out.
 * @throws only the reason of the signal
 */
export async function gatherSupportBundle(question: SupportQuestion): Promise<SupportBundle> {
  const { fleet, target, environment, now, signal } = question
  const bundle = new Bundle(createRedactor(secretsAmong(environment)), limits)
  const late = AbortSignal.timeout(allMs)
  const evidence = await within(partMs, signal, () => target.evidence(fleet, environment)).catch((problem: unknown) => {
    signal.throwIfAborted()
    bundle.miss(target.name, problem)
    return []
  })
  const waiting = [...partsOf(question), ...evidence]
  const takeNext = async (): Promise<void> => {
    for (let part = waiting.shift(); part !== undefined; part = waiting.shift()) {
      if (late.aborted) bundle.miss(part.path, `it was not read within ${allMs / 1000} s`)
      else await take(part, question, bundle)
    }
  }
  const logs = async (): Promise<void> => {
    question.onPart?.('logs')
    await gatherLogs(question, bundle, logsMs)
  }
  await Promise.all([logs(), ...Array.from({ length: atOnce }, takeNext)])
  signal.throwIfAborted()
  const files = bundle.files()
  const folder = folderOf(fleet, now)
  const archive = gzipSync(
    tarOf(
      files.map(({ path, content }) => ({ path: `${folder}/${path}`, content })),
      now,
    ),
  )
  return {
    archive,
    files: files.map(({ path, content }) => ({ path, bytes: content.length })),
    missing: bundle.missing,
  }
}

/** Name of a bundle, such as `support-lab-20261122T101500Z`. */
export function folderOf(fleet: string, now: Date): string {
  return `support-${fleet.slice(0, 40)}-${now.toISOString().replaceAll(/[-:]|\.\d+/g, '')}`
}

async function take({ path, read }: Part, { signal, onPart }: SupportQuestion, bundle: Bundle): Promise<void> {
  onPart?.(path)
  try {
    bundle.add(path, await within(partMs, signal, read))
  } catch (problem) {
    signal.throwIfAborted()
    bundle.miss(path, problem)
  }
}

/** What is the same for every target. */
function partsOf(question: SupportQuestion): readonly Part[] {
  const { fleet: name, target, environment, version, folder, cluster } = question
  let opened: Promise<ReadFleet> | undefined
  const open = () => (opened ??= openFleet(question))
  return [
    {
      path: 'versions.json',
      read: async () => ({ fairlead: version, node: process.versions.node, target: target.name }),
    },
    { path: 'machine.json', read: () => describeMachine(question) },
    { path: 'gpus.txt', read: (signal) => describeGpus(environment, signal) },
    { path: 'fleet.yaml', read: async () => (await open()).text },
    {
      path: 'plan.json',
      read: async (signal) => {
        const { fleet } = await open()
        return makePlan(fleet, {
          target: target.name,
          geometries: await geometriesOf(await open(), environment, signal),
        })
      },
    },
    { path: 'changes.json', read: async (signal) => changesOf(await open(), question, signal) },
    {
      path: 'doctor.json',
      read: async (signal) =>
        examine(await open(), target.name, {
          environment,
          signal,
          version,
          folder,
          ...(cluster === undefined ? {} : { cluster }),
        }),
    },
    { path: 'status.json', read: () => target.status(name, environment) },
    {
      path: 'events.jsonl',
      read: (signal) => collect(target.events(name, environment, { follow: false, signal })),
    },
    { path: 'revisions.json', read: () => target.revisions(name, environment) },
  ]
}

async function collect<Value>(values: AsyncIterable<Value>): Promise<readonly Value[]> {
  const collected: Value[] = []
  for await (const value of values) collected.push(value)
  return collected
}

/** The Fleet as it is meant: the file that was named, else that of its supervisor, else that of the revision in force. */
async function openFleet({ fleet, target, read, environment }: SupportQuestion): Promise<ReadFleet> {
  if (read !== undefined) return read
  const file = target.name === 'local' ? await fleetFileOf(fleet, environment) : undefined
  if (file !== undefined) return readFleet(file, environment, { purpose: 'plan' })
  const revisions = await target.revisions(fleet, environment)
  const current = revisions.find(({ isCurrent }) => isCurrent) ?? revisions[0]
  if (current === undefined) throw new Error('no Fleet file was named, and the target keeps none')
  return readFleetText(Buffer.from(current.fleetText), `revision ${current.number}`, environment, { purpose: 'plan' })
}

const geometriesOf = ({ fleet }: ReadFleet, environment: Environment, signal: AbortSignal) =>
  readGeometries(fleet, { environment, signal, offline: true })

/** What `apply` would change. */
async function changesOf(
  read: ReadFleet,
  { target, environment, version }: SupportQuestion,
  signal: AbortSignal,
): Promise<unknown> {
  if (target.name === 'local') return planActions(read, environment, target)
  // No registry is asked for a bundle: what it said when the Fleet was applied is what runs.
  const { read: resolved } = await resolveSources(read, { environment, signal, offline: true })
  const geometries = await geometriesOf(resolved, environment, signal)
  const files = await readChatTemplates(resolved)
  const { source } = renderSource(resolved, {
    target: target.name,
    version,
    environment,
    gateway: true,
    files,
    geometries,
  })
  const { actions, hasChanges, reason } = await planActions(source, environment, target)
  return { actions, hasChanges, ...(reason === undefined ? {} : { reason }) }
}

/** The machine on which the bundle is made. Of its environment only names that are ours, and no values. */
async function describeMachine({ fleet, environment, signal }: SupportQuestion): Promise<unknown> {
  const machine = realMachine(environment, signal)
  const [cpu] = cpus()
  return {
    platform: `${platform()}-${arch()}`,
    release: release(),
    cpu: cpu?.model ?? null,
    cores: machine.cores,
    loadAverage: loadavg(),
    uptimeSeconds: Math.round(uptime()),
    memoryBytes: { total: totalmem(), free: freemem(), available: machine.availableMemoryBytes },
    freeDiskBytes: (await machine.freeDiskBytes(fleetStateFolder(environment, fleet))) ?? null,
    environment: Object.keys(environment)
      .filter((name) => /^(FAIRLEAD_|CUDA_|NVIDIA_|XDG_|HF_|VLLM_)/.test(name))
      .toSorted(),
  }
}

async function describeGpus(environment: Environment, signal: AbortSignal): Promise<string> {
  const result = await realMachine(environment, signal).run('nvidia-smi', [])
  if (result === undefined) throw new Error('there is no nvidia-smi on this machine')
  if (result.code !== 0) throw new Error(result.stderr === '' ? result.stdout : result.stderr)
  return result.stdout
}
