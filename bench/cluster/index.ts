/**
 * `npm run bench -- cluster`: what a Fleet of 200 models with 1,000 replicas costs its operator, on a real API server with its
 * controllers and scheduler, and nodes and pods by kwok. Times are those of the commands as a person runs them.
 */
import { spawn } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { loadavg } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { parse } from 'yaml'
import { ApiClient } from '../../test/cluster/harness/api-client.ts'
import { startControlPlane, type ControlPlane } from '../../test/cluster/harness/control-plane.ts'
import { installFleetDefinition } from '../../test/cluster/harness/fleet-definition.ts'
import { freePort } from '../../src/gateway/testing/free-port.ts'
import { until } from '../../test/harness/until.ts'
import { renderTable } from '../report/render-table.ts'
import { fairlead, runFairlead } from './commands.ts'
import { startKwok } from './kwok.ts'
import { largeFleet, nodes, size, volumes } from './large-fleet.ts'
import { cpuSecondsOf, memoryOf } from './process-use.ts'
import { provisionKubernetes } from './provision.ts'

const namespace = 'large'
/** The controller’s processor is counted for so long, once it has come to rest. */
const restSeconds = 60
const mebibyte = 2 ** 20

/** A figure with the bar that it is held to; none where nobody promised one. */
interface Figure {
  readonly what: string
  readonly value: string
  readonly bar?: string
  readonly isHeld?: boolean
}

const bounded = (what: string, value: number, bar: number, unit: string): Figure => ({
  what,
  value: `${value.toFixed(value < 10 ? 2 : 0)} ${unit}`,
  bar: `${bar} ${unit}`,
  isHeld: value <= bar,
})

/** Measures, prints a table, and ends all that it started; rejects when a command fails. */
export async function measureCluster(say: (text: string) => void): Promise<void> {
  const binaries = await provisionKubernetes()
  const plane = await startControlPlane({ binaries, controllers: true, definitions: true, isLarge: true })
  const client = new ApiClient(plane)
  const kwok = await startKwok(plane)
  try {
    await fillCluster(client)
    const figures = [...(await measureCommands(plane, say)), ...(await measureController(plane, client, say))]
    const load = loadavg()[0] ?? 0
    say(
      renderTable(
        ['', 'measured', 'bar', ''],
        figures.map(({ what, value, bar = '', isHeld }) => [
          what,
          value,
          bar,
          isHeld === undefined ? '' : isHeld ? 'held' : 'MISSED',
        ]),
      ),
    )
    say(`load of the machine at the end: ${load.toFixed(1)}`)
    if (figures.some(({ isHeld }) => isHeld === false)) process.exitCode = 1
  } finally {
    await kwok.stop()
    await client.close()
    await plane.stop()
  }
}

/** Gives the cluster its nodes, volumes and namespace. */
async function fillCluster(client: ApiClient): Promise<void> {
  const created = async (path: string, object: object) => {
    const { status, body } = await client.post(path, object)
    if (status !== 201) throw new Error(`${path} was answered ${status}: ${body.message ?? ''}`)
  }
  await created('/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } })
  for (const node of nodes()) await created('/api/v1/nodes', node)
  for (const volume of volumes()) await created('/api/v1/persistentvolumes', volume)
}

/** What a person waits for. */
async function measureCommands({ folder, kubeconfig }: ControlPlane, say: (text: string) => void): Promise<Figure[]> {
  const file = join(folder, 'large.yaml')
  writeFileSync(file, largeFleet(namespace))
  const at = ['--target', 'kubernetes', '--kubeconfig', kubeconfig, '--namespace', namespace]
  const on = [file, ...at, '--offline']
  say('plan')
  const planned = await runFairlead(['plan', file, ...at, '--json'], [0, 2])
  const objects = (planned.stdout.match(/"verb": ?"create"/g) ?? []).length
  say(`apply ${objects} objects until ${size.models * size.replicas} replicas are ready`)
  const applied = await runFairlead(['apply', ...on, '--no-smoke', '--timeout', '15m'])
  say(`applied in ${applied.seconds.toFixed(0)} s; plan, apply and status again`)
  const again = await runFairlead(['plan', file, ...at, '--detailed-exitcode'])
  const reapplied = await runFairlead(['apply', ...on, '--no-smoke'])
  const bare = await runFairlead(['version'])
  await runFairlead(['status', 'large', ...at])
  const status = await runFairlead(['status', 'large', ...at])
  const deleted = await runFairlead(['delete', 'large', ...at, '--yes'])
  return [
    { what: 'objects', value: String(objects) },
    bounded('plan and apply until ready', planned.seconds + applied.seconds, 60, 's'),
    { what: '  of it plan', value: `${planned.seconds.toFixed(1)} s` },
    { what: 'plan again, nothing to change', value: `${again.seconds.toFixed(1)} s` },
    { what: 'apply again, nothing to change', value: `${reapplied.seconds.toFixed(1)} s` },
    bounded(`status of ${size.models * size.replicas} replicas`, status.seconds - bare.seconds, 1, 's'),
    { what: '  with the start of the command', value: `${status.seconds.toFixed(2)} s` },
    { what: 'delete', value: `${deleted.seconds.toFixed(1)} s` },
  ]
}

/** What the controller takes of a machine while nothing changes. */
async function measureController(
  { kubeconfig }: ControlPlane,
  client: ApiClient,
  say: (text: string) => void,
): Promise<Figure[]> {
  say('the controller, with the same Fleet as an object')
  await installFleetDefinition(client)
  const words = [
    'controller',
    '--kubeconfig',
    kubeconfig,
    '--namespace',
    namespace,
    '--offline',
    '--target',
    'kubernetes',
  ]
  const port = String(await freePort())
  const child = spawn(process.execPath, [fairlead, ...words, '--port', port], { stdio: 'ignore' })
  const pid = child.pid
  if (pid === undefined) throw new Error('the controller did not start')
  try {
    const { name, ...spec } = parse(largeFleet(namespace)) as { name: string }
    const path = `/apis/fairlead.dev/v1alpha1/namespaces/${namespace}/fleets`
    const object = { apiVersion: 'fairlead.dev/v1alpha1', kind: 'Fleet', metadata: { name, namespace }, spec }
    const beganAt = performance.now()
    const { status, body } = await client.post(path, object)
    if (status !== 201) throw new Error(`the Fleet was answered ${status}: ${body.message ?? ''}`)
    const isReady = async () => {
      if (child.exitCode !== null) throw new Error(`the controller ended with ${child.exitCode}`)
      const { body: fleet } = await client.get(`${path}/${name}`)
      const { conditions = [] } = (fleet['status'] ?? {}) as { conditions?: { type: string; status: string }[] }
      return conditions.some(({ type, status: holds }) => type === 'Ready' && holds === 'True')
    }
    await until(isReady, () => 'the Fleet object is not ready', 15 * 60_000)
    const readySeconds = (performance.now() - beganAt) / 1_000
    await delay(restSeconds * 500)
    const before = cpuSecondsOf(pid)
    await delay(restSeconds * 1_000)
    const share = ((cpuSecondsOf(pid) - before) / restSeconds) * 100
    return [
      { what: 'Fleet object ready', value: `${readySeconds.toFixed(0)} s` },
      bounded('controller at rest, of a core', share, 5, '%'),
      { what: '  its memory', value: `${Math.round(memoryOf(pid) / mebibyte)} MiB` },
    ]
  } finally {
    child.kill('SIGTERM')
  }
}
