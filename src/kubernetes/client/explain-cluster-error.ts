import { exitCodes, UserError, type UserErrorParts } from '../../errors/index.ts'
import type { ClusterError, RequestSubject } from './cluster-error.ts'
import type { ClusterErrorReason } from './contract.ts'
import { roleThatGrants } from './role-that-grants.ts'
import { mendWebhookRefusal, readWebhookRefusal, tellWebhookRefusal, webhooksCommand } from './webhook-refusal.ts'

/** Where the person looks for the cluster, for words and commands. */
export interface ClusterPlace {
  readonly context: string
  readonly server: string
}

/** `Deployment lab/llama`, or `deployments in lab` for a request about many. */
function subjectName({ kind, resource, namespace, name }: RequestSubject): string {
  if (name === undefined || name === '') return namespace === undefined ? resource : `${resource} in ${namespace}`
  return namespace === undefined ? `${kind} ${name}` : `${kind} ${namespace}/${name}`
}

const inNamespace = ({ namespace }: RequestSubject): string => (namespace === undefined ? '' : ` -n ${namespace}`)

/** Group-qualified as kubectl takes it: `deployments.apps`. */
function qualified({ apiVersion, resource }: RequestSubject): string {
  const [group] = apiVersion.includes('/') ? apiVersion.split('/') : []
  return group === undefined ? resource : `${resource}.${group}`
}

const someone: RequestSubject = { verb: 'get', apiVersion: 'v1', kind: 'object', resource: 'objects' }

/** Most fields that are shown; the rest is counted. */
const shownFields = 10

function fieldLines({ fields, message }: ClusterError): string {
  if (fields.length === 0) return message
  const lines = fields
    .slice(0, shownFields)
    .map(({ field, manager, message: why }) =>
      manager === undefined ? `${field}: ${why}` : `${field}: owned by ${manager}`,
    )
  if (fields.length > shownFields) lines.push(`and ${fields.length - shownFields} more`)
  return lines.join('\n')
}

/** OpenSSL's words for a certificate at the wrong time (crypto/x509/x509_txt.c). */
const wrongTime = /not yet valid|has expired/

/** A certificate that holds at another time says as much of the clock here as of itself. */
const mendCertificate = (message: string): Pick<Words, 'mend' | 'command'> =>
  wrongTime.test(message)
    ? {
        mend: `It is ${new Date().toISOString().slice(0, 16)}Z by the clock of this machine. Where that is wrong, set it; else have whoever runs the cluster renew its certificate.`,
        command: 'timedatectl status',
      }
    : {
        mend: 'Fetch the kubeconfig anew: the certificate is for another name or of another authority.',
        command: 'kubectl config view --minify',
      }

type Words = Pick<UserErrorParts, 'what' | 'why' | 'mend' | 'command'>

const words: Record<ClusterErrorReason, (error: ClusterError, subject: RequestSubject, place: ClusterPlace) => Words> =
  {
    unreachable: ({ message }, _subject, { context, server }) => ({
      what: 'The cluster cannot be reached',
      why: `${server} (context ${context}): ${message}`,
      mend: 'Check that the cluster runs and that this machine reaches it (VPN, proxy); or choose another context.',
      command: context === 'in-cluster' ? 'kubectl cluster-info' : `kubectl --context ${context} cluster-info`,
    }),
    certificate: ({ message }, _subject, { context, server }) => ({
      what: "The cluster's certificate does not hold",
      why: `${server} (context ${context}): ${message}`,
      ...mendCertificate(message),
    }),
    unauthorized: (_error, _subject, { context, server }) => ({
      what: 'The cluster does not know who asks',
      why: `${server} refuses the credentials of context ${context}: the token or the certificate has expired or is of another cluster.`,
      mend: 'Log in to the cluster again, or fetch its kubeconfig anew.',
      command: `kubectl${context === 'in-cluster' ? '' : ` --context ${context}`} auth whoami`,
    }),
    forbidden: ({ message }, subject) => ({
      what: `Not allowed to ${subject.verb} ${qualified(subject)}${subject.subresource === undefined ? '' : `/${subject.subresource}`}`,
      why: message,
      mend: `Whoever administers the cluster can allow it:\n${roleThatGrants(subject, message)}`,
      command: `kubectl auth can-i ${subject.verb} ${qualified(subject)}${inNamespace(subject)}`,
    }),
    'not-found': ({ message }, subject) => ({
      what: `${subjectName(subject)} is not there`,
      why: message,
      mend: 'Check the name and the namespace.',
      command: `kubectl get ${qualified(subject)}${inNamespace(subject)}`,
    }),
    'no-such-kind': ({ message }, subject) => ({
      what: `The cluster has no ${subject.kind} of ${subject.apiVersion}`,
      why: `${message.endsWith('.') ? message : `${message}.`} Its definition is not installed or was deleted, or the cluster has another version of it.`,
      mend: 'Install what brings the kind, or leave it out of the Fleet.',
      command: `kubectl api-resources --api-group=${subject.apiVersion.split('/')[0] ?? ''}`,
    }),
    conflict: (error, subject) =>
      error.fields.some(({ manager }) => manager !== undefined)
        ? {
            what: `${subjectName(subject)} has fields that somebody else owns`,
            why: fieldLines(error),
            mend: 'Leave these fields to their owner, or take them over with --force-conflicts.',
            command: `kubectl get ${qualified(subject)} ${subject.name ?? ''}${inNamespace(subject)} -o yaml --show-managed-fields`,
          }
        : {
            what: `${subjectName(subject)} was changed by somebody else at the same time`,
            why: error.message,
            mend: 'Run the command again; it starts from what is there now.',
          },
    invalid: (error, subject) => ({
      what: `The cluster refuses ${subjectName(subject)}: it is not valid`,
      why: fieldLines(error),
      mend: 'Change the Fleet field that sets it. The cluster may also be of a version that lacks a field.',
      command: `kubectl explain ${qualified(subject)}`,
    }),
    quota: ({ message }, subject) => ({
      what: `A quota has no room for ${subjectName(subject)}`,
      why: message,
      mend: 'Ask for less in the Fleet (replicas, GPUs, memory), or have the quota raised.',
      command: `kubectl describe resourcequota${inNamespace(subject)}`,
    }),
    admission: ({ message }, subject) => {
      const refusal = readWebhookRefusal(message)
      const what = `The cluster's admission refuses ${subjectName(subject)}`
      if (refusal !== undefined) {
        return {
          what,
          why: tellWebhookRefusal(refusal),
          mend: `${mendWebhookRefusal(refusal)} Then run the command again.`,
          command: webhooksCommand,
        }
      }
      return {
        what,
        why: message,
        mend: message.includes('is being terminated')
          ? 'Wait until the namespace is gone, then run the command again.'
          : 'Change what the rule forbids, or ask whoever made the rule.',
        command: `kubectl get events${inNamespace(subject)}`,
      }
    },
    gone: ({ message }) => ({
      what: 'The cluster changed faster than it could be read',
      why: message,
      mend: 'Run the command again.',
    }),
    'too-many-requests': ({ message }) => ({
      what: 'The cluster is too busy',
      why: message,
      mend: 'Run the command again in some minutes.',
      command: 'kubectl get --raw /readyz?verbose',
    }),
    timeout: ({ message }, subject, { server }) => ({
      what: `The cluster did not answer in time (${subject.verb} ${subjectName(subject)})`,
      why: `${server}: ${message}`,
      mend: 'Run the command again; look whether the API server and its webhooks are well.',
      command: 'kubectl get --raw /readyz?verbose',
    }),
    cancelled: ({ message }) => ({ what: 'Interrupted', why: message }),
    internal: ({ message, status }, subject) => ({
      what: `The cluster failed to ${subject.verb} ${subjectName(subject)}`,
      why: status === 0 ? message : `HTTP status ${status}: ${message}`,
      mend: 'Look into the log of the API server.',
      command: 'kubectl get --raw /readyz?verbose',
    }),
  }

/** What a person is told when a request to a cluster failed. */
export function explainClusterError(error: ClusterError, place: ClusterPlace): UserError {
  const subject = error.subject ?? someone
  const { reason } = error
  return new UserError({
    ...words[reason](error, subject, place),
    where: error.subject === undefined ? place.context : `${subjectName(subject)} (context ${place.context})`,
    exitCode: reason === 'cancelled' ? exitCodes.interrupted : exitCodes.failed,
    cause: error,
  })
}
