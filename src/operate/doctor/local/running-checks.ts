import { failed, notApplicable, ok, type Check } from '../contract.ts'
import type { LocalPlace } from './place.ts'

const targets = ['local'] as const
const notRunning = notApplicable('the Fleet does not run')

/** The Fleet as it runs. */
export const runningChecks: readonly Check<LocalPlace>[] = [
  {
    id: 'local.replicas',
    targets,
    what: 'every replica that was started serves',
    why: 'Those that do not leave their share of the load to the others.',
    how: 'the states that the supervisor writes, with what the end of an engine means',
    mend: 'Read its log; what its end means stands beside it.',
    command: 'fairlead logs',
    after: [],
    look: ({ status }) => {
      if (!status.running) return notRunning
      const broken = status.replicas.filter(({ state }) => state !== 'ready')
      return broken.length === 0
        ? ok(`${status.replicas.length} are ready`)
        : failed(
            broken
              .map(({ id, state, lastError }) => `${id} is ${state}${lastError === null ? '' : `: ${lastError}`}`)
              .join('; '),
          )
    },
  },
  {
    id: 'local.gateway-answers',
    targets,
    what: 'the gateway answers',
    why: 'Clients reach models through it only.',
    how: 'asks its /readyz',
    mend: 'Look at its log.',
    command: 'fairlead logs gateway',
    after: [],
    look: async ({ status, machine }) => {
      if (!status.running || status.gateway === null) return notRunning
      const answer = await machine.ask(`${status.gateway.address}/readyz`)
      if ('problem' in answer) return failed(`${status.gateway.address} cannot be asked (${answer.problem})`)
      return answer.status === 200
        ? ok(status.gateway.address)
        : failed(`${status.gateway.address}/readyz answers ${answer.status}`)
    },
  },
  {
    id: 'local.metrics-flow',
    targets,
    what: 'metrics flow',
    why: 'Dashboards, alerts and autoscaling see nothing without.',
    how: 'reads /metrics of the gateway, and of each replica that is ready',
    mend: 'Look whether a firewall or another program stands between.',
    after: ['local.gateway-answers'],
    look: async ({ status, machine }) => {
      if (!status.running || status.gateway === null) return notRunning
      const asked = [
        { name: 'gateway', url: `${status.gateway.admin}/metrics`, wanted: 'fairlead_build_info' },
        ...status.replicas
          .filter(({ state, engine }) => state === 'ready' && engine !== 'external')
          .map(({ id, address }) => ({ name: id, url: `${address}/metrics`, wanted: '# ' })),
      ]
      for (const { name, url, wanted } of asked) {
        const answer = await machine.ask(url)
        if ('problem' in answer) return failed(`${name} does not answer ${url} (${answer.problem})`)
        if (answer.status !== 200 || !answer.body.includes(wanted))
          return failed(`${name} answers ${answer.status} to ${url}, without metrics`)
      }
      return ok(`${asked.length} of ${asked.length} export them`)
    },
  },
]
