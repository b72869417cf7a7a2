/**
 * What is measured: the mock engines themselves, nginx as the floor, a Node proxy that does nothing as the ceiling for
 * Node, and Fairlead with everything on.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { onCore } from '../measure/pinning.ts'
import { waitUntil } from '../measure/process.ts'
import type { Workshop } from '../measure/workshop.ts'
import { root } from '../measure/workshop.ts'
import { targetNames, type Target, type Targets } from './contract.ts'
import { startFairlead } from './fairlead.ts'
import { startNginx, nginxVersion } from './nginx.ts'
import { warmUp } from './warm-up.ts'

const key = 'sk-bench-4f1b9a37c2d84e06'

/**
 * Starts every gateway and sees that each one answers.
 * @param engines how many each gateway sends to, the proxies in turn; when absent the proxies have one, Fairlead all
 */
export async function startTargets(
  workshop: Workshop,
  say: (text: string) => void,
  engines?: number,
): Promise<Targets> {
  const enginePorts = workshop.enginePorts.slice(0, engines)
  const proxiedPorts = enginePorts.slice(0, engines ?? 1)
  const direct: Target = { name: targetNames.direct, port: enginePorts[0] ?? 0, key }
  const nginx = nginxVersion()
  if (nginx === undefined) say('note: nginx is not on PATH (Debian package nginx-light): no ratios to it')
  const gateways = [
    ...(nginx === undefined ? [] : [await startNginx(workshop, key, proxiedPorts)]),
    await startBareNode(workshop, proxiedPorts),
    await startFairlead(workshop, key, { enginePorts }),
  ]
  for (const gateway of gateways) {
    if (!(await waitUntil(() => answers(gateway))))
      throw new Error(`${gateway.name} does not answer:\n${log(gateway, workshop)}`)
  }
  const version = (JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string }).version
  const versions = { [targetNames.bareNode]: process.version, [targetNames.fairlead]: version }
  let isWarm = false
  const warm = () => {
    if (!isWarm) for (const gateway of gateways) warmUp(gateway, workshop)
    isWarm = true
  }
  return {
    direct,
    gateways,
    warmUp: warm,
    versions: nginx === undefined ? versions : { [targetNames.nginx]: nginx, ...versions },
  }
}

/** Fairlead with each of these numbers of workers, warm. */
export async function scalingTargets(workshop: Workshop, counts: readonly number[]): Promise<Target[]> {
  const gateways: Target[] = []
  for (const count of counts) {
    const gateway = await startFairlead(workshop, key, { enginePorts: workshop.enginePorts, workers: count })
    if (!(await waitUntil(() => answers(gateway)))) throw new Error(log(gateway, workshop))
    for (let worker = 0; worker < count; worker += 1) warmUp(gateway, workshop)
    gateways.push(gateway)
  }
  return gateways
}

async function startBareNode(workshop: Workshop, enginePorts: readonly number[]): Promise<Target> {
  const { machine } = workshop
  const port = await workshop.freePort()
  const proxy = join(root, 'bench', 'baseline', 'bare-proxy.ts')
  const command = [
    process.execPath,
    '--disable-warning=ExperimentalWarning',
    proxy,
    String(port),
    ...enginePorts.map(String),
  ]
  return {
    name: targetNames.bareNode,
    port,
    key,
    process: workshop.start(`bare-node-${enginePorts.length}`, onCore(machine, machine.gatewayCore, command)),
  }
}

async function answers({ port, key, process }: Target): Promise<boolean> {
  if (process?.isAlive() === false) return true
  try {
    const response = await fetch(`http://127.0.0.1:${port}/v1/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      body: '{"model":"bench","messages":[{"role":"user","content":"hello"}]}',
    })
    await response.arrayBuffer()
    return response.status === 200
  } catch {
    return false
  }
}

/** The end of what a gateway wrote, for one that did not come up. */
function log({ process }: Target, { folder }: Workshop): string {
  return process === undefined ? '' : readFileSync(join(folder, `${process.name}.log`), 'utf8').slice(-2_000)
}
