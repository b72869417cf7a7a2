import type { InstallableEngine } from '../../engine-cache/contract.ts'
import type { Launch } from '../../engines/contract.ts'
import { formatBytes } from '../../files/index.ts'
import type { Model } from '../../fleet/index.ts'
import type { ReplicaRole } from '../../scheduling/index.ts'
import type { PlannedAction } from '../contract.ts'
import { urlOf, type Listen } from './ports.ts'

/** One thing that `up` does on this machine. */
export type LocalAction =
  | {
      readonly kind: 'install-engine'
      readonly engine: InstallableEngine
      readonly expectedBytes: number
      readonly version: string | undefined
    }
  | { readonly kind: 'pull-model'; readonly model: Model; readonly storedBytes: number | undefined }
  | { readonly kind: 'start-gateway'; readonly listen: Listen; readonly admin: Listen }
  | {
      readonly kind: 'start-replica'
      readonly id: string
      readonly model: Model
      readonly role: ReplicaRole
      readonly launch: Launch
      readonly threads: number
    }
  | { readonly kind: 'use-external'; readonly model: Model }
  | { readonly kind: 'scaled-to-zero'; readonly model: Model }
  | { readonly kind: 'keep-running'; readonly fleet: string; readonly pid: number; readonly address: string }
  | { readonly kind: 'warn'; readonly subject: string; readonly message: string }

/** Whether an action downloads, which may take minutes. */
export function fetchesSomething(action: LocalAction): boolean {
  if (action.kind === 'install-engine') return action.version === undefined
  return action.kind === 'pull-model' && action.storedBytes === undefined
}

/** A command line as a person would type it. */
function typed({ program, args }: Launch): string {
  return [program.kind === 'binary' ? program.name : `fairlead’s ${program.name} server`, ...args]
    .map((word, index) => (index > 0 && !/^[\w@%+=:,./-]+$/.test(word) ? `'${word.replaceAll("'", `'\\''`)}'` : word))
    .join(' ')
}

/** The field that keeps a model without replicas at first. */
const zeroField = ({ maxReplicas, decode }: Model) =>
  (decode === undefined ? maxReplicas : decode.maxReplicas) === undefined ? 'replicas' : 'minReplicas'

/** An action in the words of every target. */
export function describeAction(action: LocalAction): PlannedAction {
  switch (action.kind) {
    case 'install-engine':
      return action.version === undefined
        ? { verb: 'install', subject: `engine ${action.engine}`, detail: `about ${formatBytes(action.expectedBytes)}` }
        : { verb: 'keep', subject: `engine ${action.engine}`, detail: `${action.version} is installed` }
    case 'pull-model':
      return action.storedBytes === undefined
        ? { verb: 'download', subject: `model ${action.model.name}`, detail: action.model.source ?? '' }
        : {
            verb: 'keep',
            subject: `model ${action.model.name}`,
            detail: `${formatBytes(action.storedBytes)} in the model store`,
          }
    case 'start-gateway':
      return {
        verb: 'start',
        subject: 'gateway',
        detail: `${urlOf(action.listen)}, administration on ${urlOf(action.admin)}`,
      }
    case 'start-replica':
      return {
        verb: 'start',
        subject: `replica ${action.id}`,
        detail: `${typed(action.launch)} (on a free port, ${action.threads} ${action.threads === 1 ? 'thread' : 'threads'})`,
      }
    case 'use-external':
      return {
        verb: 'keep',
        subject: `model ${action.model.name}`,
        detail: `external, nothing to start: ${action.model.addresses.join(', ')}`,
      }
    case 'scaled-to-zero':
      return {
        verb: 'keep',
        subject: `model ${action.model.name}`,
        detail: `${zeroField(action.model)}: 0, nothing to start`,
      }
    case 'keep-running':
      return {
        verb: 'keep',
        subject: `fleet ${action.fleet}`,
        detail: `runs already as pid ${action.pid} on ${action.address}; \`fairlead down ${action.fleet}\` stops it`,
      }
    case 'warn':
      return { verb: 'warn', subject: action.subject, detail: action.message }
  }
}
