import { ClusterError, type RequestSubject } from './cluster-error.ts'

/** Channels of commands (staging/src/k8s.io/apimachinery/pkg/util/remotecommand/constants.go). */
export const channelNumbers = { input: 0, output: 1, errors: 2, status: 3, resize: 4 } as const

/** A subresource of a pod, for errors. */
export const podSubject = (subresource: 'exec' | 'attach', namespace: string, pod: string) =>
  ({ verb: 'create', apiVersion: 'v1', kind: 'Pod', resource: 'pods', subresource, namespace, name: pod }) as const

/** Which streams a command has. */
interface CommandFlags {
  readonly stdin?: boolean
  readonly stdout?: boolean
  readonly stderr?: boolean
  readonly tty?: boolean
}

/** Path and query of a command; without one, of what a container runs. */
export function commandPath(
  { namespace, name, subresource }: ReturnType<typeof podSubject>,
  container: string | undefined,
  command: readonly string[],
  flags: CommandFlags,
): string {
  const query = new URLSearchParams()
  for (const [flag, is] of Object.entries(flags)) if (is === true) query.set(flag, 'true')
  if (container !== undefined) query.set('container', container)
  for (const part of command) query.append('command', part)
  const pod = `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods/${encodeURIComponent(name)}`
  return `${pod}/${subresource}?${query.toString()}`
}

interface CommandStatus {
  readonly status?: string
  readonly message?: string
  readonly details?: { readonly causes?: readonly { readonly reason?: string; readonly message?: string }[] }
}

/**
 * The exit code that the last channel tells, as a Status.
 * @throws ClusterError where the command did not run, or the connection ended before it
 */
export function exitCodeOf(text: string, subject: RequestSubject, server: string): number {
  if (text === '') {
    throw new ClusterError({
      reason: 'unreachable',
      message: 'The connection ended before the command did.',
      subject,
      server,
    })
  }
  const said = JSON.parse(text) as CommandStatus
  if (said.status === 'Success') return 0
  const code = said.details?.causes?.find(({ reason }) => reason === 'ExitCode')?.message
  if (code !== undefined) return Number(code)
  throw new ClusterError({ reason: 'internal', message: said.message ?? 'The command did not run.', subject, server })
}
