import type { KubernetesObject } from '../../../kubernetes/index.ts'
import { prometheus } from './asked-connections.ts'
import { mayConnect, type Party } from './connections.ts'
import { renderedPods } from './rendered-pods.ts'

/** Ports that something of a Fleet or around it serves, and one that nothing does. */
const ports = [
  80, 443, 988, 5557, 5558, 5600, 6379, 6443, 8000, 8001, 8012, 8080, 8081, 8112, 8200, 9002, 9003, 9090, 19_001,
  44_444,
]

/** Whom a Fleet in namespace `default` may have to do with. */
const around: readonly Named[] = [
  ['prometheus', prometheus],
  ['autoscaler', { namespace: 'knative-serving', labels: { app: 'autoscaler' } }],
  [
    'KServe’s picker',
    {
      namespace: 'default',
      labels: {
        'app.kubernetes.io/part-of': 'llminferenceservice',
        'app.kubernetes.io/component': 'llminferenceservice-router-scheduler',
      },
    },
  ],
  ['neighbour', { namespace: 'default', labels: {} }],
  ['stranger', { namespace: 'other', labels: { 'fairlead.dev/fleet': 'lab' } }],
  ['internet', { address: '203.0.113.7' }],
  ['GKE’s metadata', { address: '169.254.169.252' }],
  ['the node’s metadata', { address: '169.254.169.254' }],
]

type Named = readonly [name: string, party: Party]

/**
 * Of each pod of a Fleet, and of all around it, which ports are open and for whom: `lab-llama 8000: lab-gateway`. `*` is every port.
 * What parties around a Fleet do among themselves is no business of its policies.
 */
export function openPorts(objects: readonly KubernetesObject[]): string[] {
  const own = renderedPods(objects).map(({ name, namespace, labels }): Named => {
    const role = labels['fairlead.dev/role'] ?? 'both'
    const object = name.replace(/-[0-9a-f]{6}$/, '')
    return [role === 'both' || object.endsWith(role) ? object : `${object} ${role}`, { namespace, labels }]
  })
  const ofFleet = own.flatMap((called) => portsOf(called, [...own, ...around], objects))
  return [...ofFleet, ...around.flatMap((called) => portsOf(called, own, objects))]
}

/** The ports of a party by who may call them. */
function portsOf([name, called]: Named, callers: readonly Named[], objects: readonly KubernetesObject[]): string[] {
  const may = ([, caller]: Named, port: number) => mayConnect(objects, caller, called, { port })
  const free = callers.filter((caller) => ports.every((port) => may(caller, port)))
  const rest = callers.filter((caller) => !free.includes(caller))
  const byCallers = Map.groupBy(ports, (port) => inShort(rest.filter((caller) => may(caller, port))))
  byCallers.delete('')
  const some = [...byCallers].map(([who, open]) => `${name} ${open.join(' ')}: ${who}`)
  return free.length === 0 ? some : [`${name} *: ${inShort(free)}`, ...some]
}

/** Callers by their names; all pods, and all pods and addresses, by one word. */
function inShort(callers: readonly Named[]): string {
  const missing = around.filter((party) => !callers.includes(party))
  if (missing.length === 0) return 'anybody'
  if (missing.every(([, party]) => 'address' in party)) return 'any pod'
  return callers.map(([name]) => name).join(', ')
}
