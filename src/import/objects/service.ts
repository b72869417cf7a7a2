import { clientPort, leadsTo, servicesOf } from '../address.ts'
import type { ManifestDocument } from '../../manifests/contract.ts'
import { countAt, fieldsAt, itemsAt, shown, textAt } from '../container/fields.ts'
import { dropped, needsYou, place } from '../verdict.ts'
import { noteField, type ObjectContext, type ObjectReader } from './context.ts'

const isLabel = (text: string) => /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/.test(text)

/** A Service before engines becomes the gateway's: clients keep its name and port. */
export const readService: ObjectReader = (document, context) => {
  const { invocations, fleet, set } = context
  const what = `Service ${document.name}`
  if (!invocations.some((invocation) => leadsTo(document, invocation))) {
    const verdict = needsYou('It leads to no engine of these files.', 'Keep it if something else uses it.')
    noteField(context, document, ['metadata', 'name'], what, verdict, undefined, 'object')
    return
  }
  const port = clientPort(document, invocations)
  if (textAt(document, ['spec', 'clusterIP']) === 'None' && servicesOf(set, invocations)[0] !== document) {
    noteField(
      context,
      document,
      ['metadata', 'name'],
      what,
      dropped('Fairlead makes the headless Services of replicas itself.'),
      undefined,
      'object',
    )
    return
  }
  const from = document.at(['metadata', 'name'])
  const isFirst = servicesOf(set, invocations)[0] === document
  if (!isLabel(document.name)) {
    noteField(
      context,
      document,
      ['metadata', 'name'],
      what,
      needsYou('It has no name that a Fleet takes.', 'Write targets.kubernetes.serviceName.'),
      undefined,
      'object',
    )
  } else if (isFirst) {
    const verdict = place({
      draft: fleet,
      field: 'targets.kubernetes.serviceName',
      value: document.name,
      from,
      ofFleet: true,
    })
    noteField(context, document, ['metadata', 'name'], what, verdict, undefined, 'object')
  } else {
    const listen = String(
      fleet.get('targets.kubernetes.servicePort') ??
        String(fleet.get('gateway.listen') ?? '')
          .split(':')
          .at(-1),
    )
    const alias = {
      name: document.name,
      ...(port === undefined || String(port.value) === listen ? {} : { port: port.value }),
    }
    fleet.push('targets.kubernetes.serviceAliases', alias, from)
    noteField(
      context,
      document,
      ['metadata', 'name'],
      what,
      { outcome: 'kept', field: 'targets.kubernetes.serviceAliases', ofFleet: true },
      undefined,
      'object',
    )
  }
  for (const { path, position } of itemsAt(document, ['spec', 'ports'])) {
    const number = countAt(document, [...path, 'port'])
    const isClients = port !== undefined && document.at([...path, 'port']).offset === port.position.offset
    const verdict = isClients
      ? {
          outcome: 'kept' as const,
          field: isFirst ? 'gateway.listen' : 'targets.kubernetes.serviceAliases',
          ofFleet: true,
        }
      : dropped('Only the API is reached by clients; metrics are scraped where Fairlead serves them.')
    context.account.note('port', `port ${number ?? ''}`, position, verdict)
    const nodePort = countAt(document, [...path, 'nodePort'])
    if (nodePort !== undefined)
      noteField(context, document, [...path, 'nodePort'], `nodePort: ${nodePort}`, unsaid('fixed ports of nodes'))
  }
  const type = textAt(document, ['spec', 'type'])
  if (type !== undefined) {
    const isKnown = ['ClusterIP', 'NodePort', 'LoadBalancer'].includes(type)
    const verdict = !isKnown
      ? needsYou(`A Fleet knows no Service of type ${type}.`, 'Write targets.kubernetes.serviceType.')
      : type === 'ClusterIP'
        ? { outcome: 'kept' as const, field: 'targets.kubernetes.serviceType', ofFleet: true }
        : place({
            draft: fleet,
            field: 'targets.kubernetes.serviceType',
            value: type,
            from: document.at(['spec', 'type']),
            ofFleet: true,
          })
    noteField(context, document, ['spec', 'type'], `type: ${type}`, verdict)
  }
  const affinity = textAt(document, ['spec', 'sessionAffinity'])
  if (affinity === 'ClientIP') {
    const verdict = place({
      draft: fleet,
      field: 'targets.kubernetes.sessionAffinity',
      value: true,
      from: document.at(['spec', 'sessionAffinity']),
      ofFleet: true,
    })
    noteField(context, document, ['spec', 'sessionAffinity'], 'sessionAffinity: ClientIP', verdict)
  }
  noteLeftovers(document, context)
}

/** What a Fleet does not say of the gateway's Service. */
const unsaid = (what: string) =>
  needsYou(`A Fleet does not say ${what} of the gateway’s Service.`, 'Keep it by a patch of the rendered Service.')

/** Fields that are read, and those that say what every Service says. */
const readFields = new Set(['ports', 'type', 'selector', 'sessionAffinity', 'clusterIP', 'clusterIPs', 'ipFamilies'])
const ownAnnotations = /^(kubectl\.kubernetes\.io|prometheus\.io)\//

/** Fields and annotations that a cluster or its load balancer acts on, and that a Fleet has no place for. */
function noteLeftovers(document: ManifestDocument, context: ObjectContext): void {
  for (const { name, value, path } of fieldsAt(document, ['spec'])) {
    if (readFields.has(name)) continue
    const text = shown(value)
    noteField(context, document, path, text === '' ? name : `${name}: ${text}`, unsaid(name))
  }
  for (const { name, value, path } of fieldsAt(document, ['metadata', 'annotations'])) {
    if (ownAnnotations.test(name)) continue
    const verdict = needsYou(
      'A Fleet has no annotations of the gateway’s Service alone.',
      'Write it into targets.kubernetes.annotations, for all objects, or keep it by a patch of the rendered Service.',
    )
    noteField(context, document, path, `${name}: ${shown(value)}`, verdict)
  }
}
