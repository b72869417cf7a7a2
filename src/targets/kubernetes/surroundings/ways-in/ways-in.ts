import type { PlanWarning } from '../../../../plan/index.ts'
import type { ObjectArtifact } from '../../../rendering/index.ts'
import type { KubernetesContext, ObjectsOf } from '../../context.ts'
import { limitsOf, type IngressSettings, type WayIn } from './contract.ts'
import { gatewayApiOf } from './gateway-api.ts'
import { ingressOf } from './ingress.ts'
import { traefikOf } from './traefik.ts'

const kinds: Readonly<Record<IngressSettings['kind'], (way: WayIn) => ObjectArtifact[]>> = {
  ingress: ingressOf,
  traefik: traefikOf,
  gatewayApi: gatewayApiOf,
}

/** How clients outside the cluster come in, where the Fleet says it. Administration has no way in. */
export const renderWaysIn: ObjectsOf = (context) => {
  const settings = context.settings.ingress
  if (settings === undefined) return {}
  const notes = notesOf(settings, context)
  if (context.gateway === null || notes.some(({ severity }) => severity === 'error')) return { notes }
  const { tlsSecret, clusterIssuer } = settings
  const way: WayIn = {
    context,
    settings,
    tlsSecret: tlsSecret ?? (clusterIssuer === undefined ? undefined : context.names.named('tls')),
    limits: limitsOf(context.fleet),
  }
  return { objects: kinds[settings.kind](way), notes }
}

function notesOf(
  { kind, className, tlsSecret, clusterIssuer }: IngressSettings,
  { gateway, settingsPath, title }: KubernetesContext,
) {
  const path = `${settingsPath}.ingress`
  const notes: PlanWarning[] = []
  const add = (severity: 'error' | 'warning', id: string, field: string, message: string, suggestion: string) =>
    notes.push({ severity, id, path: `${path}${field}`, message: `${title}: ${message}`, suggestion })
  if (gateway === null) {
    add(
      'error',
      'ingress-without-gateway',
      '',
      'clients come in to the gateway, which is left out',
      'keep the gateway (no --without-gateway), or leave ingress out',
    )
  }
  if (kind === 'gatewayApi' && className === undefined) {
    add(
      'error',
      'gateway-class-missing',
      '.className',
      'a Gateway names its class',
      'className: a GatewayClass of the cluster (`kubectl get gatewayclasses`)',
    )
  }
  if (kind === 'ingress' && className === undefined) {
    add(
      'warning',
      'ingress-class-unknown',
      '.className',
      'the cluster’s default class reads this Ingress, and time-outs and body sizes are each controller’s own annotations',
      'className: nginx gets them; with Traefik, kind: traefik',
    )
  }
  if (tlsSecret === undefined && clusterIssuer === undefined) {
    add(
      'warning',
      'ingress-without-tls',
      '',
      'clients come in by plain HTTP, and anybody on the way reads keys and prompts',
      'clusterIssuer: an issuer of cert-manager, or tlsSecret: a Secret with a certificate',
    )
  }
  return notes
}
