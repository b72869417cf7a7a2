import { execFileSync } from 'node:child_process'
import type { LoadReport } from '../measure/load-report.ts'
import { onCore } from '../measure/pinning.ts'
import type { Workshop } from '../measure/workshop.ts'
import type { Target } from './contract.ts'

/**
 * Requests after which V8 has compiled what is hot. A gateway goes on getting faster for longer than a proxy, since it has
 * more to compile: Fairlead was seen to need 2.0 times the CPU of the bare proxy after 8,000 requests, and 1.5 times after
 * 85,000, which is what one that serves has behind it within minutes.
 */
const enough = { unary: 60_000, streams: 2_000 }
/** A machine that is slower than this is measured as it is. */
const longestTries = 20

/** Puts both kinds of load on a gateway, so that what compiles itself while it runs has done so. */
export function warmUp({ port, key }: Target, { tool, machine, mock }: Workshop): void {
  const load = (...shape: string[]) => {
    const asked = ['--conns', '32', '--warmup', '0s', '--duration', '1s', '--port', String(port), '--key', key]
    const [program = '', ...args] = onCore(machine, machine.loadCore, [tool, 'load', ...asked, ...shape])
    const { allRequests } = JSON.parse(
      execFileSync(program, [...args, '--mock-pid', String(mock.pid)], { encoding: 'utf8' }),
    ) as LoadReport
    return allRequests
  }
  for (let tries = 0, sent = 0; sent < enough.unary && tries < longestTries; tries += 1) sent += load()
  for (let tries = 0, sent = 0; sent < enough.streams && tries < longestTries; tries += 1) {
    sent += load('--stream', '--events', '20')
  }
}
