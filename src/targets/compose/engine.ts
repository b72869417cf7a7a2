import { modelCachePath, type EngineService } from '../rendering/index.ts'

/** An engine as a service of a Compose project. */
export function engineServiceEntry(service: EngineService): Record<string, unknown> {
  const { image, command, gpus, pool } = service
  return {
    image,
    entrypoint: command.slice(0, 1),
    command: command.slice(1),
    restart: 'unless-stopped',
    volumes: [`models:${modelCachePath}`],
    scale: pool.replicas.min,
    ...(gpus === 0
      ? {}
      : {
          deploy: {
            resources: { reservations: { devices: [{ driver: 'nvidia', count: gpus, capabilities: ['gpu'] }] } },
          },
        }),
  }
}
