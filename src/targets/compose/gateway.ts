import { gatewayFolder, type GatewayService } from '../rendering/index.ts'

/** The gateway as a service of a Compose project. */
export function gatewayServiceEntry(service: GatewayService, port: number): Record<string, unknown> {
  return {
    image: service.image,
    entrypoint: service.command.slice(0, 1),
    command: service.command.slice(1),
    restart: 'unless-stopped',
    environment: Object.fromEntries(
      service.environment.flatMap((entry) => ('value' in entry ? [[entry.name, entry.value]] : [])),
    ),
    volumes: [`./gateway:${gatewayFolder}:ro`],
    ports: [`${port}:${port}`],
  }
}
