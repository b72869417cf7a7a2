import type { Container, Probe } from '../../../kubernetes/index.ts'
import type { Probes, ProbeSettings } from '../probes.ts'

/** The probes of a container, on one of its named ports. */
export const probesAt = (
  { startup, readiness, liveness }: Probes,
  port: string,
): Pick<Container, 'startupProbe' | 'readinessProbe' | 'livenessProbe'> => ({
  startupProbe: probeAt(startup, port),
  readinessProbe: probeAt(readiness, port),
  livenessProbe: probeAt(liveness, port),
})

const probeAt = ({ path, intervalSeconds, timeoutSeconds, failures }: ProbeSettings, port: string): Probe => ({
  httpGet: { path, port },
  periodSeconds: intervalSeconds,
  timeoutSeconds,
  failureThreshold: failures,
})

/** A port’s name as Kubernetes takes it (RFC 6335 section 5.1): `kv-events`. */
export const portName = (name: string): string => name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
