import { generateKeyPairSync, randomUUID } from 'node:crypto'
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { until } from '../../harness/until.ts'
import { freePort } from '../../../src/gateway/testing/free-port.ts'
import { ApiClient, type Access } from './api-client.ts'
import { auditArguments, auditFileIn } from './audit.ts'
import { Component } from './component.ts'
import { storeDefinitions } from './definitions.ts'
import { writeKubeconfig } from './kubeconfig.ts'
import { makeScratchFolder } from './scratch-folder.ts'

/** A Kubernetes control plane on loopback. It has no kubelet: Pods are objects, and run nothing. */
export interface ControlPlane extends Access {
  /** For any Kubernetes client, as cluster administrator. */
  readonly kubeconfig: string
  /** Where its data and logs are. */
  readonly folder: string
  /** What service accounts have asked of it, for `auditedRequests`. */
  readonly auditFile: string
  /** Ends every process and removes the folder. */
  stop(): Promise<void>
}

export interface ControlPlaneOptions {
  /** The folder with etcd, kube-apiserver and the rest. */
  readonly binaries: string
  /** Whether Deployments make Pods, namespaces end and Pods are given to nodes; without, objects are only judged and stored. */
  readonly controllers?: boolean
  /** Whether the custom resource definitions of test/cluster/crds are there. */
  readonly definitions?: boolean
  /** Whether it holds thousands of Pods: its parts may ask more of the API server, and nothing scales horizontally. */
  readonly isLarge?: boolean
  /** Where data and logs go, a folder of the caller's; without, one that the control plane makes and removes. */
  readonly folder?: string
  /** The server's own address in the network of its Pods; without, it is on loopback alone, and Pods could not ask it. */
  readonly address?: string
}

/** The first start on a machine with busy processors takes this long. */
const readyWithinMs = 180_000
/** A node that is silent for so long counts as unreachable; long enough for a busy machine. */
const silentNodeSeconds = 20
/** Pods leave an unreachable node after this time; Kubernetes' own default is 300 s. */
const evictAfterSeconds = 2
/** Another process may take a port between its choice and its use. */
const mostAttempts = 3

const groups: Readonly<Record<string, string>> = {
  admin: 'admin,admin,"system:masters"',
  controllers: 'system:kube-controller-manager,controllers,"system:masters"',
  scheduler: 'system:kube-scheduler,scheduler',
}

/** Keys of service accounts, and a token for each user. */
function writeCredentials(folder: string): Record<'admin' | 'controllers' | 'scheduler', string> {
  mkdirSync(join(folder, 'pki'), { recursive: true })
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const mode = 0o600
  writeFileSync(join(folder, 'pki', 'sa.key'), privateKey.export({ type: 'sec1', format: 'pem' }), { mode })
  writeFileSync(join(folder, 'pki', 'sa.pub'), publicKey.export({ type: 'spki', format: 'pem' }))
  const tokens = { admin: randomUUID(), controllers: randomUUID(), scheduler: randomUUID() }
  const lines = Object.entries(tokens).map(([name, token]) => `${token},${groups[name]}\n`)
  writeFileSync(join(folder, 'pki', 'tokens.csv'), lines.join(''), { mode })
  return tokens
}

function etcdArguments(folder: string, clients: number, peers: number): string[] {
  const client = `http://127.0.0.1:${clients}`
  const peer = `http://127.0.0.1:${peers}`
  return [
    '--name=default',
    `--data-dir=${join(folder, 'etcd')}`,
    `--listen-client-urls=${client}`,
    `--advertise-client-urls=${client}`,
    `--listen-peer-urls=${peer}`,
    `--initial-advertise-peer-urls=${peer}`,
    `--initial-cluster=default=${peer}`,
    // The data ends with the test run; waiting for the disk would only slow it.
    '--unsafe-no-fsync',
    '--log-level=warn',
  ]
}

/** What makes the Service `kubernetes` lead to the server, and a node that is gone be noticed within seconds. */
function clusterArguments(address: string): string[] {
  return [
    '--bind-address=0.0.0.0',
    `--advertise-address=${address}`,
    '--kubelet-preferred-address-types=InternalIP',
    // Else it speaks SPDY to kubelets for clients that speak WebSockets, which the kubelet of the tests does not.
    '--feature-gates=TranslateStreamCloseWebsocketRequests=false',
    `--default-not-ready-toleration-seconds=${evictAfterSeconds}`,
    `--default-unreachable-toleration-seconds=${evictAfterSeconds}`,
  ]
}

const loopbackArguments = [
  '--bind-address=127.0.0.1',
  '--advertise-address=127.0.0.1',
  '--endpoint-reconciler-type=none',
]

function apiServerArguments(folder: string, etcd: number, port: number, address: string | undefined): string[] {
  const pki = join(folder, 'pki')
  return [
    `--etcd-servers=http://127.0.0.1:${etcd}`,
    ...(address === undefined ? loopbackArguments : clusterArguments(address)),
    `--secure-port=${port}`,
    `--cert-dir=${pki}`,
    '--service-cluster-ip-range=10.0.0.0/24',
    '--allow-privileged=true',
    '--authorization-mode=RBAC',
    `--token-auth-file=${join(pki, 'tokens.csv')}`,
    '--service-account-issuer=https://kubernetes.default.svc',
    `--service-account-key-file=${join(pki, 'sa.pub')}`,
    `--service-account-signing-key-file=${join(pki, 'sa.key')}`,
    ...auditArguments(folder),
    '--profiling=false',
  ]
}

/** The defaults (20 and 50 requests a second) are for small clusters: they take minutes for a thousand Pods. */
const largeArguments = ['--kube-api-qps=300', '--kube-api-burst=600']

/** These ask a cloud for routes, balancers and addresses. */
const ofClouds = ['-node-route-controller', '-service-lb-controller', '-node-ipam-controller']

function controllerArguments(folder: string, kubeconfig: string, isLarge: boolean): string[] {
  return [
    `--kubeconfig=${kubeconfig}`,
    '--leader-elect=false',
    '--secure-port=0',
    `--service-account-private-key-file=${join(folder, 'pki', 'sa.key')}`,
    `--root-ca-file=${join(folder, 'pki', 'apiserver.crt')}`,
    `--controllers=${['*', ...ofClouds, ...(isLarge ? ['-horizontal-pod-autoscaler-controller'] : [])].join(',')}`,
    ...(isLarge ? largeArguments : ['--horizontal-pod-autoscaler-sync-period=1s']),
    // Nodes beat every second here. The defaults (5 s, 50 s) are for nodes that beat every 10 s.
    '--node-monitor-period=1s',
    `--node-monitor-grace-period=${silentNodeSeconds}s`,
  ]
}

function schedulerArguments(kubeconfig: string, isLarge: boolean): string[] {
  const access = ['kubeconfig', 'authentication-kubeconfig', 'authorization-kubeconfig']
  return [
    ...access.map((name) => `--${name}=${kubeconfig}`),
    '--leader-elect=false',
    '--secure-port=0',
    ...(isLarge ? largeArguments : []),
  ]
}

/** Waits until a path answers 200; fails at once when a component has ended. */
async function untilServed(client: ApiClient, components: readonly Component[], path: string): Promise<void> {
  let last = 'nothing'
  const isServed = async () => {
    const ended = components.find(({ hasEnded }) => hasEnded)
    if (ended !== undefined) throw new Error(`${ended.name} ended:\n${ended.log()}`)
    try {
      const { status, body } = await client.get(path)
      last = `${status}: ${body.message ?? ''}`
      return status === 200
    } catch (error) {
      last = String(error)
      return false
    }
  }
  const logs = () => components.map((component) => `${component.name}:\n${component.log()}`).join('\n')
  await until(isServed, () => `${path} is not served, and was answered ${last}\n${logs()}`, readyWithinMs)
}

/** Waits for etcd, which an API server would do by itself. */
async function storeDefinitionsIn(etcdUrl: string, components: readonly Component[]): Promise<void> {
  const logs = () => components.map((component) => component.log()).join('\n')
  const isHealthy = async () => {
    if (components.some(({ hasEnded }) => hasEnded)) throw new Error(`etcd ended:\n${logs()}`)
    const answer = await fetch(`${etcdUrl}/health`).catch(() => undefined)
    return answer?.ok === true
  }
  await until(isHealthy, logs, readyWithinMs)
  await storeDefinitions(etcdUrl)
}

async function startOnce(options: ControlPlaneOptions): Promise<ControlPlane> {
  const { binaries, address, isLarge = false } = options
  const folder = options.folder ?? makeScratchFolder()
  const components: Component[] = []
  const run = (name: string, args: readonly string[]) => components.push(new Component(binaries, folder, name, args))
  let client: ApiClient | undefined
  const stop = async () => {
    await client?.close()
    // What was started last ends first: an API server without etcd would wait for it.
    for (const component of components.toReversed()) await component.stop()
    rmSync(folder, { recursive: true, force: true })
  }
  try {
    const tokens = writeCredentials(folder)
    const [etcd, peers, port] = [await freePort(), await freePort(), await freePort()]
    const access = {
      url: `https://${address ?? '127.0.0.1'}:${port}`,
      caFile: join(folder, 'pki', 'apiserver.crt'),
      token: tokens.admin,
    }
    run('etcd', etcdArguments(folder, etcd, peers))
    if (options.definitions === true) await storeDefinitionsIn(`http://127.0.0.1:${etcd}`, components)
    run('kube-apiserver', apiServerArguments(folder, etcd, port, address))
    const isCertified = () => existsSync(access.caFile) || components.some(({ hasEnded }) => hasEnded)
    await until(isCertified, () => components.map((component) => component.log()).join('\n'), readyWithinMs)
    client = new ApiClient(access)
    await untilServed(client, components, '/readyz')
    await untilServed(client, components, '/api/v1/namespaces/default')
    const kubeconfig = writeKubeconfig(folder, 'admin', access)
    if (options.controllers === true) {
      const as = (name: 'controllers' | 'scheduler') =>
        writeKubeconfig(folder, name, { ...access, token: tokens[name] })
      run('kube-controller-manager', controllerArguments(folder, as('controllers'), isLarge))
      run('kube-scheduler', schedulerArguments(as('scheduler'), isLarge))
      await untilServed(client, components, '/api/v1/namespaces/default/serviceaccounts/default')
    }
    return { ...access, kubeconfig, folder, auditFile: auditFileIn(folder), stop }
  } catch (error) {
    await stop()
    throw error
  }
}

/** Starts etcd and an API server, ready to serve. */
export async function startControlPlane(options: ControlPlaneOptions): Promise<ControlPlane> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await startOnce(options)
    } catch (error) {
      const isPortTaken = error instanceof Error && error.message.includes('address already in use')
      if (!isPortTaken || attempt === mostAttempts) throw error
    }
  }
}
