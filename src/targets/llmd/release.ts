import type { Fleet } from '../../fleet/index.ts'
import { imageAt } from '../rendering/index.ts'

/** The release of llm-d’s router that everything here is written for. */
const release = 'v0.10.0'

/** llm-d’s images, and the Envoy that its standalone chart has beside the picker. */
export const images = (fleet: Pick<Fleet, 'storage'>) => ({
  picker: imageAt(`ghcr.io/llm-d/llm-d-router-endpoint-picker:${release}`, fleet),
  sidecar: imageAt(`ghcr.io/llm-d/llm-d-router-disagg-sidecar:${release}`, fleet),
  proxy: imageAt('docker.io/envoyproxy/envoy:distroless-v1.33.2', fleet),
})

/** Ports of llm-d’s parts. */
export const routerPorts = {
  /** Envoy beside the picker: where clients of a model go. */
  http: 8081,
  proxyReady: 19_001,
  picker: 9002,
  pickerHealth: 9003,
  pickerMetrics: 9090,
  /** Where members of a pool are called: an engine, or the sidecar in front of one that decodes. */
  member: 8000,
  /** An engine behind its sidecar. */
  behindSidecar: 8200,
} as const

/** How the target calls itself in notes. */
export const targetTitle = 'llm-d'
