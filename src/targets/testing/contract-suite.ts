import { setTimeout as delay } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { UserError } from '../../errors/index.ts'
import type { Environment } from '../../files/index.ts'
import type { ApplyContext, FleetSource, FleetStatus, Target, WorkContext } from '../contract.ts'
import { silentProgress } from '../local/testing/silent-progress.ts'

/** A place of its own for a test, where a target runs Fleets. */
export interface ContractPlace {
  readonly target: Target
  readonly environment: Environment
  /** Fleet `lab` with the model `small`, of so many replicas. */
  source(replicas: number): FleetSource
  close(): Promise<void>
}

/** A target as the suite meets it. */
export interface ContractSubject {
  readonly name: string
  readonly create: () => Promise<ContractPlace>
  /** What the target cannot, which it says with a way on. */
  readonly cannot?: readonly ('scale' | 'rollback')[]
  /** Longest that one change may take here, in milliseconds. */
  readonly patienceMs?: number
  /** What is held of it, where another target of the same operating half is held to the rest; everything when absent. */
  readonly only?: readonly ContractPart[]
  /** Whether the parts are held at the same time, each in a place of its own. */
  readonly isConcurrent?: boolean
}

/** The parts of the suite: the verbs after each other, secrets, what is not there, two at once, an end in the middle. */
export type ContractPart = 'life' | 'secret' | 'absent fleet' | 'absent model' | 'two operators' | 'interruption'

const usualPatienceMs = 60_000

/** Resolves to the mistake that work ends with; anything else fails the test. */
async function mistakeOf(work: Promise<unknown>): Promise<UserError> {
  const failure = await work.then(
    () => undefined,
    (error: unknown) => error,
  )
  expect(failure).toBeInstanceOf(UserError)
  const mistake = failure as UserError
  // Whoever made it is told how to go on.
  expect(mistake.parts.mend ?? mistake.parts.command).toBeTypeOf('string')
  return mistake
}

/** A target that knows that the Fleet is not there may say so in place of an empty list. */
function noneForMistake(failure: unknown): readonly never[] {
  if (failure instanceof UserError) return []
  throw failure
}

async function take<Value>(values: AsyncIterable<Value>): Promise<readonly Value[]> {
  const taken: Value[] = []
  for await (const value of values) taken.push(value)
  return taken
}

const readyOf = (status: FleetStatus) =>
  status.running
    ? (status.pools?.reduce((sum, { ready }) => sum + ready, 0) ??
      status.replicas.filter(({ state }) => state === 'ready').length)
    : -1

/** What a part of the suite works with: a place of its own, and the verbs over it. */
type Verbs = ReturnType<typeof verbsIn>

function verbsIn(
  place: ContractPlace,
  ending: AbortController,
  { cannot = [], patienceMs = usualPatienceMs }: Pick<ContractSubject, 'cannot' | 'patienceMs'>,
) {
  const work = (signal: AbortSignal = ending.signal): WorkContext => ({
    environment: place.environment,
    progress: silentProgress(),
    signal,
    timeoutMs: patienceMs,
  })
  /** Brings it up; where `apply` stays, it goes on beside. */
  const applied = async (replicas: number, more: Partial<ApplyContext> = {}): Promise<void> => {
    const { promise, resolve } = Promise.withResolvers<void>()
    const applying = place.target.apply(place.source(replicas), { ...work(), onReady: () => resolve(), ...more })
    applying.catch(() => undefined)
    await Promise.race([promise, applying])
  }
  const status = () => place.target.status('lab', place.environment)
  const untilReady = async (replicas: number): Promise<FleetStatus> => {
    for (const deadline = Date.now() + patienceMs; ; await delay(100)) {
      const current = await status()
      if (readyOf(current) === replicas && (current.gateway === null || current.gateway.state === 'ready'))
        return current
      if (Date.now() > deadline) throw new Error(`waited in vain for ${replicas}: ${JSON.stringify(current)}`)
    }
  }
  const deleted = () => place.target.delete('lab', {}, work())

  /** To two replicas and back. */
  const scales = async (): Promise<void> => {
    const { target } = place
    expect(await target.scale('lab', { model: 'small', replicas: 2 }, work())).toMatchObject({ before: 1, after: 2 })
    await untilReady(2)
    // What the Fleet file says holds again.
    await applied(1)
    await untilReady(1)
  }
  const refusesToScale = async (): Promise<void> => {
    await mistakeOf(place.target.scale('lab', { model: 'small', replicas: 2 }, work()))
  }
  /** From three replicas back to one. */
  const rollsBack = async (): Promise<void> => {
    const { target, environment } = place
    await applied(3)
    await untilReady(3)
    const [newest, before] = await target.revisions('lab', environment)
    expect(newest).toMatchObject({ isCurrent: true })
    expect(before).toMatchObject({ isCurrent: false, fleetText: expect.stringContaining('lab') })
    expect((await target.rollback('lab', {}, work())).number).toBe(before?.number)
    await untilReady(1)
    const [after] = await target.revisions('lab', environment)
    expect(after?.number).toBeGreaterThan(newest?.number ?? Infinity)
    await mistakeOf(target.rollback('lab', { revision: 4711 }, work()))
  }
  const refusesToRollBack = async (): Promise<void> => {
    const { target, environment } = place
    expect(await target.revisions('lab', environment)).toEqual([])
    await mistakeOf(target.rollback('lab', {}, work()))
  }
  const scaled = cannot.includes('scale') ? refusesToScale : scales
  const rolledBack = cannot.includes('rollback') ? refusesToRollBack : rollsBack

  return { ...place, signal: ending.signal, work, applied, status, untilReady, deleted, scaled, rolledBack }
}

/**
 * What every target holds: the verbs after each other and against each other, what is not there, two at once, and an end in the
 * middle. Whoever operates Fleets on one target can so on any other.
 */
export function describeTargetContract(subject: ContractSubject): void {
  const { name, create, patienceMs = usualPatienceMs, only, isConcurrent = false } = subject
  const hold = (part: ContractPart, title: string, test: (verbs: Verbs) => Promise<void>, patiences: number) => {
    if (only?.includes(part) === false) return
    const run = async () => {
      const ending = new AbortController()
      const place = await create()
      try {
        await test(verbsIn(place, ending, subject))
      } finally {
        ending.abort()
        await place.close()
      }
    }
    const declare = isConcurrent ? it.concurrent : it
    declare(title, run, patiences * patienceMs)
  }
  // proves B7 (real part)
  describe(`target ${name} as a target`, () => {
    hold(
      'life',
      'brings a Fleet up, tells of it, changes it, goes back, removes it, and brings it up again',
      async ({
        target,
        environment,
        source,
        signal,
        work,
        applied,
        status,
        untilReady,
        deleted,
        scaled,
        rolledBack,
      }) => {
        const query = { follow: false, signal }
        expect((await status()).running).toBe(false)
        expect((await target.plan(source(1), environment)).hasChanges).toBe(true)
        await applied(1)
        const first = await untilReady(1)
        expect(first).toMatchObject({ fleet: 'lab', target: target.name, running: true })
        expect(await target.list(environment)).toContain('lab')
        expect((await target.plan(source(1), environment)).hasChanges).toBe(false)

        const [replica] = first.replicas
        expect(replica?.model).toBe('small')
        for (const subject of ['small', replica?.id ?? '', 'gateway']) {
          expect((await take(target.logs('lab', environment, { ...query, subject, tail: 20 }))).length).toBeGreaterThan(
            0,
          )
        }
        expect(await take(target.events('lab', environment, query))).toEqual(
          expect.arrayContaining([expect.objectContaining({ subject: expect.stringContaining(replica?.id ?? '') })]),
        )

        const evidence = await target.evidence('lab', environment)
        expect(evidence.map(({ path }) => path)).toContainEqual(expect.stringMatching(/^gateway\/(.+\/)?metrics\.txt$/))
        const own = evidence.filter(({ path }) => !path.startsWith('gateway/'))
        for (const { read } of own) expect(await read(signal)).toBeTruthy()

        await scaled()
        expect((await target.restart('lab', { subject: 'small' }, work())).length).toBeGreaterThan(0)
        await untilReady(1)

        await rolledBack()

        expect((await deleted()).wasThere).toBe(true)
        expect((await status()).running).toBe(false)
        expect(await target.list(environment)).not.toContain('lab')
        expect((await deleted()).wasThere).toBe(false)
        await applied(1)
        await untilReady(1)
        expect((await deleted()).wasThere).toBe(true)
      },
      10,
    )

    hold(
      'secret',
      'keeps a secret that the Fleet refers to, tells no value of it, and takes no other',
      async ({ target, environment, source, work }) => {
        const plain = source(1)
        const key = { name: 'a', value: { file: 'keys/a' }, scopes: [], models: [] }
        const asked = { ...plain, fleet: { ...plain.fleet, access: { ...plain.fleet.access, keys: [key] } } }
        const set = (name: string, text: string) => target.setSecret(asked, { name, value: async () => text }, work())
        const first = await set('keys/a', 'sk-first-0123456789')
        const second = await set('keys/a', 'sk-other-0123456789')
        expect([first.replaced, second.replaced]).toEqual([false, true])
        const told = await target.secrets(asked, environment)
        expect(told).toMatchObject([{ name: 'keys/a', kind: 'api-key', uses: [{ path: 'access.keys[0].value' }] }])
        expect(told[0]?.state).not.toBe('absent')
        expect(JSON.stringify([first, second, told])).not.toContain('0123456789')
        const { parts } = await mistakeOf(set('nosuch', 'sk-first-0123456789'))
        expect(parts.why).toContain('keys/a')
      },
      1,
    )

    hold(
      'absent fleet',
      'says of a Fleet that is not there that it is not',
      async ({ target, environment, signal, work }) => {
        const query = { follow: false, tail: 1, signal }
        expect(await target.status('nosuch', environment)).toMatchObject({
          fleet: 'nosuch',
          running: false,
          replicas: [],
        })
        expect((await target.delete('nosuch', {}, work())).wasThere).toBe(false)
        expect(await target.revisions('nosuch', environment).catch(noneForMistake)).toEqual([])
        await mistakeOf(target.scale('nosuch', { model: 'small', replicas: 2 }, work()))
        expect((await target.evidence('nosuch', environment).catch(noneForMistake)).length).toBeLessThan(3)
        await mistakeOf(target.restart('nosuch', {}, work()))
        await mistakeOf(target.rollback('nosuch', {}, work()))
        await mistakeOf(take(target.logs('nosuch', environment, query)))
        await mistakeOf(take(target.events('nosuch', environment, query)))
      },
      1,
    )

    hold(
      'absent model',
      'says of a model that is not there which there are, and leaves the others',
      async ({ target, environment, signal, work, applied, untilReady, deleted }) => {
        await applied(1)
        await untilReady(1)
        const query = { follow: false, tail: 1, signal, subject: 'nosuch' }
        await mistakeOf(target.scale('lab', { model: 'nosuch', replicas: 2 }, work()))
        await mistakeOf(take(target.logs('lab', environment, query)))
        const { message, parts } = await mistakeOf(target.restart('lab', { subject: 'nosuch' }, work()))
        expect(`${message} ${parts.why ?? ''} ${parts.mend ?? ''}`).toContain('small')
        await untilReady(1)
        await deleted()
      },
      3,
    )

    hold(
      'two operators',
      'ends well where two operators apply at once',
      async ({ applied, untilReady, deleted }) => {
        const both = await Promise.allSettled([applied(2), applied(2)])
        expect(both.some(({ status: end }) => end === 'fulfilled')).toBe(true)
        const refused = both.flatMap((end) => (end.status === 'rejected' ? [end.reason as unknown] : []))
        expect(refused.filter((reason) => !(reason instanceof UserError))).toEqual([])
        await untilReady(2)
        await deleted()
      },
      4,
    )

    hold(
      'interruption',
      'comes up by the next apply after one that was ended in the middle',
      async ({ target, source, work, applied, untilReady, deleted }) => {
        const interrupted = new AbortController()
        const first = target.apply(source(2), {
          ...work(interrupted.signal),
          progress: {
            note: () => undefined,
            // As soon as anything is under way.
            step: (title) => {
              setTimeout(() => interrupted.abort(), 50)
              return silentProgress().step(title)
            },
          },
        })
        await first.catch(() => undefined)
        expect(interrupted.signal.aborted).toBe(true)
        await applied(2)
        await untilReady(2)
        expect((await deleted()).wasThere).toBe(true)
      },
      4,
    )
  })
}
