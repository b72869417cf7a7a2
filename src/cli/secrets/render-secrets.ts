import type { FleetSecret, SecretState, Target } from '../../operate/index.ts'
import { readersBy, secretTitle, secretUses } from '../../operate/secrets/index.ts'
import { renderTable } from '../console/index.ts'
import type { Paint } from '../output.ts'

const columns = [
  { title: 'SECRET' },
  { title: 'STATE' },
  { title: 'READ BY' },
  { title: 'WHERE' },
  { title: 'FLEET' },
] as const

const readersOf = ({ uses }: FleetSecret): string => [...new Set(uses.flatMap(({ readers }) => readers))].join(', ')

/** The secrets of a Fleet as a table, and below it what is to be known of each. */
export function renderSecrets(
  states: readonly SecretState[],
  mendOf: (state: SecretState) => string,
  paint: Paint,
): string[] {
  const rows = states.map((secret) => [
    secretTitle(secret),
    secret.state,
    readersOf(secret),
    secret.place,
    secretUses(secret),
  ])
  const told = states.filter(({ detail }) => detail !== '')
  return [
    ...renderTable(columns, rows),
    ...(told.length === 0 ? [] : ['']),
    ...told.flatMap((secret) => {
      const line = `${paintState(secret.state, paint)} ${secretTitle(secret)}: ${secret.detail}`
      return secret.state === 'absent' ? [line, `    ${paint.bold(mendOf(secret))}`] : [line]
    }),
  ]
}

function paintState(state: SecretState['state'], paint: Paint): string {
  if (state === 'absent') return paint.red(state)
  return state === 'present' ? paint.green(state) : paint.yellow(state)
}

/** How those who read a secret come to its new value, a line for each way. */
export function tellPickup(secret: FleetSecret, fleet: string, target: Target['name']): string[] {
  const [reload, restart, apply] = (['reload', 'restart', 'apply'] as const).map((way) => readersBy(secret, way))
  const place = target === 'local' ? '' : ` --target ${target}`
  const begin = target === 'local' ? `fairlead down ${fleet} && fairlead up` : `fairlead apply${place}`
  return [
    ...(reload === undefined || reload.length === 0 ? [] : [reloadText(secret, reload, target)]),
    ...(restart ?? []).map(
      (each) => `${each} reads it when it starts: fairlead restart ${each} --fleet ${fleet}${place}`,
    ),
    ...(apply === undefined || apply.length === 0 ? [] : [`${apply.join(', ')} gets it with the next start: ${begin}`]),
  ]
}

function reloadText({ kind }: FleetSecret, readers: readonly string[], target: Target['name']): string {
  if (kind === 'registry-login') return 'It is used the next time that an image is pulled.'
  // The kubelet looks at Secrets once in its sync period and caches them as long (kubelet, `syncFrequency`: 1 min).
  const when =
    target === 'local' || target === 'compose' ? 'at once' : 'within two minutes, when its pod has the changed file'
  return `${readers.join(', ')} follows it and takes it ${when}, without a restart.`
}
