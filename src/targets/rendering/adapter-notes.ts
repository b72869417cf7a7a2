import type { PlanWarning } from '../../plan/index.ts'
import type { EngineService } from './engine-service.ts'

/** What engines read by themselves: names on the hub, and folders that are mounted. */
const isReadByEngine = (source: string): boolean => /^(hf|file):\/\//.test(source) || !source.includes('://')

/** Says which adapters nobody would bring to an engine: it takes their address for a folder, and does not start. */
export function adapterNotes(engines: readonly EngineService[], title: string): PlanWarning[] {
  const models = new Map(engines.map(({ path, model }) => [path.replace(/\..*$/, ''), model]))
  return [...models].flatMap(([path, { name, adapters }]) =>
    adapters.flatMap(({ source }, index) =>
      isReadByEngine(source)
        ? []
        : [
            {
              severity: 'error' as const,
              id: 'adapter-source',
              path: `${path}.adapters[${index}].source`,
              message: `${title}: nobody fetches ${source} for ${name}; its engine reads adapters from the hub or from a folder`,
              suggestion: 'write hf://owner/name, or file:///path/of/adapter, which is mounted',
            },
          ],
    ),
  )
}
