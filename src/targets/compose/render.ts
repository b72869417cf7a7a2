import { engineServices, gatewayPorts, gatewayService, type Renderer } from '../rendering/index.ts'
import { engineServiceEntry } from './engine.ts'
import { gatewayServiceEntry } from './gateway.ts'

/** A Compose project (https://github.com/compose-spec/compose-spec/blob/main/spec.md). */
export const composeRenderer: Renderer = {
  name: 'compose',
  title: 'Docker Compose',
  render: (plan, options) => {
    const { fleet } = plan
    const engines = engineServices(plan, options)
    const gateway = gatewayService(plan, engines, ({ name }) => name, options)
    const settings = fleet.targets.compose
    const gatewayName = settings.serviceName ?? 'gateway'
    const value = {
      name: settings.project ?? fleet.name,
      services: {
        ...(options.gateway ? { [gatewayName]: gatewayServiceEntry(gateway, gatewayPorts.http) } : {}),
        ...Object.fromEntries(engines.map((service) => [service.name, engineServiceEntry(service)])),
      },
      volumes: { models: {} },
    }
    const files = options.gateway ? gateway.files : {}
    return {
      artifacts: [
        { kind: 'document', path: 'compose.yaml', value },
        ...Object.entries(files).map(([name, text]) => ({ kind: 'text' as const, path: `gateway/${name}`, text })),
      ],
      notes: [],
    }
  },
}
