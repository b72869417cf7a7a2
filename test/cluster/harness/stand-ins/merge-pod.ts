import type { Container, PodSpec } from '../../../../src/kubernetes/index.ts'

/** Items of both lists; of one name, the second’s fields lie over the first’s. */
function byKey<Item extends object>(
  base: readonly Item[] = [],
  over: readonly Item[] = [],
  key: (item: Item) => unknown,
): Item[] {
  const merged = new Map(base.map((item) => [key(item), item]))
  for (const item of over) merged.set(key(item), { ...merged.get(key(item)), ...item })
  return [...merged.values()]
}

/** A probe’s times over a preset’s, whose question stays where none is asked. */
function probes(base: Container, over: Container): Partial<Container> {
  const both = (name: 'startupProbe' | 'readinessProbe' | 'livenessProbe') =>
    base[name] === undefined && over[name] === undefined ? {} : { [name]: { ...base[name], ...over[name] } }
  return { ...both('startupProbe'), ...both('readinessProbe'), ...both('livenessProbe') }
}

const container = (base: Container, over: Container): Container => ({
  ...base,
  ...over,
  ...probes(base, over),
  env: byKey(base.env, over.env, ({ name }) => name),
  ports: byKey(base.ports, over.ports, ({ containerPort }) => containerPort),
  volumeMounts: byKey(base.volumeMounts, over.volumeMounts, ({ mountPath }) => mountPath),
})

/** A pod laid over a preset, as a strategic merge does with the lists that Fleets use. */
export function mergePod(base: PodSpec, over: PodSpec): PodSpec {
  const containers = base.containers.map((each) => {
    const own = over.containers.find(({ name }) => name === each.name)
    return own === undefined ? each : container(each, own)
  })
  const others = over.containers.filter(({ name }) => !base.containers.some((each) => each.name === name))
  return {
    ...base,
    ...over,
    containers: [...containers, ...others],
    volumes: byKey(base.volumes, over.volumes, ({ name }) => name),
  }
}
