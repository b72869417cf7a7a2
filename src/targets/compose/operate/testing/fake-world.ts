import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Environment } from '../../../../files/index.ts'

/** A container that is none. */
export interface FakeContainer {
  readonly id: string
  readonly name: string
  readonly project: string
  readonly service: string
  readonly number: number
  readonly folder: string
  readonly image: string
  readonly hash: string
  readonly labels: Readonly<Record<string, string>>
  readonly ports: readonly string[]
  readonly hasHealth: boolean
  state: string
  /** How often somebody looked at it since it started. */
  seen: number
  readonly createdAtMs: number
}

/** What there is on a fake Docker host. */
export interface FakeWorld {
  containers: FakeContainer[]
  volumes: string[]
  networks: string[]
  events: {
    readonly action: string
    readonly timeMs: number
    readonly container: FakeContainer
    readonly attributes: Readonly<Record<string, string>>
  }[]
}

/** What a test orders to go wrong. */
export interface FakeFaults {
  /** What everything that needs the daemon fails with. */
  readonly daemon?: string
  readonly noCompose?: boolean
  /** Version of Compose; 2.40.3 when absent. */
  readonly version?: string
  /** Services whose containers end at once, again and again. */
  readonly crashing?: readonly string[]
  readonly neverHealthy?: readonly string[]
  /** What `up` fails with. */
  readonly upFails?: string
  /** How long `up` takes. */
  readonly upTakesMs?: number
  /** What containers of a service have said. */
  readonly logLines?: Readonly<Record<string, readonly string[]>>
}

/** A Docker host of its own for a test. */
export interface FakeDockerHost {
  /** With a PATH where `docker` is the fake, and a home of its own. */
  readonly environment: Environment
  /** Folder that the test may write into. */
  readonly folder: string
  order(faults: FakeFaults): void
  /** Every command line so far. */
  asked(): readonly string[]
  world(): FakeWorld
  close(): void
}

/** Sets one up. */
export function fakeDockerHost(): FakeDockerHost {
  const folder = mkdtempSync(join(tmpdir(), 'fairlead-compose-'))
  const state = join(folder, 'docker')
  const binaries = join(folder, 'bin')
  mkdirSync(state)
  mkdirSync(binaries)
  const program = fileURLToPath(new URL('fake-docker.ts', import.meta.url))
  const line = `exec "${process.execPath}" --disable-warning=ExperimentalWarning "${program}" "$@"`
  writeFileSync(join(binaries, 'docker'), `#!/bin/sh\n${line}\n`)
  chmodSync(join(binaries, 'docker'), 0o755)
  return {
    folder,
    environment: {
      HOME: folder,
      PATH: `${binaries}:/usr/bin:/bin`,
      XDG_STATE_HOME: join(folder, 'state'),
      FAKE_DOCKER: state,
    },
    order: (faults) => writeFileSync(join(state, 'faults.json'), JSON.stringify(faults)),
    asked: () => readFileSync(join(state, 'asked.txt'), 'utf8').trim().split('\n'),
    world: () => JSON.parse(readFileSync(join(state, 'world.json'), 'utf8')) as FakeWorld,
    close: () => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }),
  }
}
