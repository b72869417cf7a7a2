import { type EngineService } from '../../rendering/index.ts'
import { routerPorts } from '../release.ts'

/** An engine as llm-d wants it to listen and to speak of its cache. */
export function asMember(service: EngineService): EngineService {
  const { autoscale } = service.model
  const { replicas } = service.pool
  // Fairlead's own scaler knows nothing of pools, so the workloads say how many replicas there are; and a picker without a
  // replica refuses what comes, so nothing would wake a model from zero.
  const by = autoscale.by === 'fairlead' ? ('none' as const) : autoscale.by
  const model = { ...service.model, autoscale: { ...autoscale, by } }
  const pool = { ...service.pool, replicas: { ...replicas, min: replicas.max > 0 ? Math.max(1, replicas.min) : 0 } }
  return withEvents(behindSidecar({ ...service, model, pool }))
}

/** One that decodes leaves its port to the sidecar, which all traffic comes through. */
function behindSidecar(service: EngineService): EngineService {
  if (service.role !== 'decode') return service
  return {
    ...service,
    command: replaced(service.command, '--port', () => String(routerPorts.behindSidecar)),
    ports: service.ports.map(({ name, port }) => ({ name, port: name === 'http' ? routerPorts.behindSidecar : port })),
  }
}

/** Variable that has the pod’s address, as the kubelet puts it in. */
export const podAddress = '$(POD_IP)'

/** KV events under the topic by which the picker knows whose they are, and block hashes that are alike in all replicas. */
function withEvents(service: EngineService): EngineService {
  if (!service.ports.some(({ name }) => name === 'kvEvents')) return service
  const topic = `kv@${podAddress}:${routerPorts.member}@${service.model.name}`
  const own = new Set(service.environment.map(({ name }) => name))
  const added = [
    { name: 'POD_IP', from: 'address' as const },
    { name: 'PYTHONHASHSEED', value: '0' },
  ]
  return {
    ...service,
    command: replaced(service.command, '--kv-events-config', (text) => JSON.stringify({ ...JSON.parse(text), topic })),
    environment: [...added.filter(({ name }) => !own.has(name)), ...service.environment],
  }
}

/** A command with another value behind one of its flags. */
const replaced = (command: readonly string[], flag: string, value: (old: string) => string): string[] =>
  command.map((word, index) => (command[index - 1] === flag ? value(word) : word))
