import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { runPages, withoutChance } from './harness/page-runs.ts'
import { until } from './harness/until.ts'
import { freePort } from '../src/gateway/testing/free-port.ts'
import { openWorld, repository, type Running } from './harness/world.ts'

// Each its own free port, in place of those of the pages; numbers are not compared.
const elsewhere = async (): Promise<Record<string, string>> =>
  process.env['FAIRLEAD_UPDATE_PAGES'] === '1' ? {} : { FAIRLEAD_GATEWAY_LISTEN: `127.0.0.1:${await freePort()}` }

// proves B7 (real part)
describe('docs/operate', () => {
  it('shows what the commands print on this machine', { timeout: 900_000 }, async () => {
    const world = await openWorld({ cache: 'shared' })
    const behind: Running[] = []
    try {
      const runs = await runPages('local', world, async (line) => {
        const [, ...args] = line.replace(/ &$/, '').split(' ')
        const program = join(repository, 'bin', 'fairlead.js')
        // What comes after dashes is another program’s.
        const end = args.includes('--') ? args.indexOf('--') : args.length
        const running = world.start(process.execPath, [program, ...args.toSpliced(end, 0, '--no-color')], {
          environment: await elsewhere(),
        })
        if (!line.endsWith(' &')) {
          const { stdout, stderr, code } = await running.finished
          // What went wrong is told on standard error; what stands before it there is progress.
          const told = code === 1 ? `${stdout}${stderr.slice(stderr.indexOf('error: '))}` : stdout
          return told.replaceAll(join(world.folder, 'home'), '/home/you')
        }
        behind.push(running)
        await until(
          () => running.output().includes('is ready') && running.output().includes('Stop it'),
          () => `\`${line}\` is ready; it said:\n${running.output()}`,
          120_000,
        )
        return ''
      })
      expect(runs.length).toBeGreaterThan(10)
      for (const { page, line, printed, now } of runs) {
        expect(withoutChance(now), `${page}: $ ${line}`).toBe(withoutChance(printed))
      }
    } finally {
      await world.close()
    }
  })
})
