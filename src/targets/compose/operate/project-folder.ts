import { readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { z } from 'zod'
import { UserError } from '../../../errors/index.ts'
import { fleetStateFolder, type Environment } from '../../../files/index.ts'
import type { FleetSource, RenderedSource, SecretState } from '../../contract.ts'
import { filesOf, type OutputFile } from '../../rendering/output/index.ts'
import type { Artifact } from '../../rendering/index.ts'
import { absenceText, absentOf, mendOf } from '../../secrets/index.ts'
import { variablesOf } from './dotenv.ts'
import { variablePlace } from './secrets.ts'

/** Where a project lies whose folder nobody chose. */
export function usualFolder(fleet: string, environment: Environment): string {
  return join(fleetStateFolder(environment, fleet), 'compose')
}

/** What was rendered of a Fleet. */
export function renderedOf({ rendered, fleet }: FleetSource): RenderedSource {
  if (rendered !== undefined) return rendered
  throw new Error(`Fleet ${fleet.name} was not rendered for target compose`)
}

/** The files of a project, by path. */
export const projectFiles = (artifacts: readonly Artifact[]): OutputFile[] => filesOf(artifacts)

/** Of a Compose file, what says which values of a person it needs. */
const needs = z.object({
  services: z.record(
    z.string(),
    z.object({
      profiles: z.array(z.string()).optional(),
      environment: z.record(z.string(), z.unknown()).optional(),
      secrets: z.array(z.object({ source: z.string() })).optional(),
    }),
  ),
  secrets: z.record(z.string(), z.object({ file: z.string() })).optional(),
})

/** Something of a person's that is not there. */
export interface MissingValue {
  readonly subject: string
  readonly detail: string
  /** The command that mends it, where there is one. */
  readonly command?: string
}

/** What of a Fleet is being applied, by which what is missing is told with its field; absent for an earlier project. */
export interface MissingOf {
  readonly source: Pick<FleetSource, 'fleet' | 'shownAs'>
  readonly secrets: readonly SecretState[]
}

/**
 * Variables and secret files that what starts by default needs and that are not there, all at once; Compose tells one after
 * the other.
 * @param document compose.yaml, parsed
 */
export async function missingValues(
  document: unknown,
  folder: string,
  environment: Environment,
  { source, secrets: named }: Partial<MissingOf> = {},
): Promise<readonly MissingValue[]> {
  const absentNamed = new Map(absentOf(named ?? []).map((secret) => [secret.place, secret]))
  const told = (place: string, missing: MissingValue): MissingValue => {
    const secret = absentNamed.get(place)
    absentNamed.delete(place)
    return secret === undefined || source === undefined
      ? missing
      : {
          subject: missing.subject,
          detail: absenceText(secret, source, 'compose'),
          command: mendOf(secret, source, 'compose'),
        }
  }
  const parsed = needs.safeParse(document)
  if (!parsed.success) return []
  const { services, secrets = {} } = parsed.data
  const started = Object.values(services).filter(({ profiles = [] }) => profiles.length === 0)
  const set = await variablesOf(join(folder, '.env'))
  const wanted = new Set(
    started.flatMap(({ environment: variables = {} }) =>
      Object.values(variables).flatMap((value) =>
        [...String(value).matchAll(/(?<!\$)\$\{(\w+):\?/g)].map(([, name = '']) => name),
      ),
    ),
  )
  const variables = [...wanted]
    .filter((name) => (set.get(name) ?? environment[name] ?? '') === '')
    .map((name) =>
      told(variablePlace(name, folder), { subject: `variable ${name}`, detail: `set it in ${join(folder, '.env')}` }),
    )
  const sources = new Set(started.flatMap(({ secrets: mounted = [] }) => mounted.map(({ source }) => source)))
  const files = [...sources].flatMap((source) =>
    secrets[source] === undefined ? [] : [resolve(folder, secrets[source].file)],
  )
  const absent = await Promise.all(
    files.map(async (file) => ((await readFile(file).catch(() => undefined)) === undefined ? [file] : [])),
  )
  return [
    ...variables,
    ...absent.flat().map((file) => told(file, { subject: `secret ${file}`, detail: 'write it, readable for others' })),
    // What lies in the folder that the gateway mounts whole, Compose does not miss.
    ...[...absentNamed.values()].map((secret) => told(secret.place, { subject: `secret ${secret.place}`, detail: '' })),
  ]
}

/** Refuses to start what would not run. */
export function refuseMissing(missing: readonly MissingValue[], folder: string): UserError {
  return new UserError({
    what: `${missing.length === 1 ? 'A value' : `${missing.length} values`} of yours ${missing.length === 1 ? 'is' : 'are'} missing in ${folder}`,
    why: missing.map(({ subject, detail }) => `${subject}: ${detail}`).join('\n'),
    mend: 'The project is written, and nothing was started. Fill them in, and apply again.',
    command: missing[0]?.command ?? `cp ${join(folder, '.env.example')} ${join(folder, '.env')}`,
  })
}
