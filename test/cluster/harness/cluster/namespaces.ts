import { spawnSync } from 'node:child_process'

/** How a process gets namespaces of its own here: a command to put before its own, or what is missing. */
export type Namespaces = { readonly command: readonly string[] } | { readonly missing: string }

const flags = ['--net', '--mount', '--pid', '--fork', '--kill-child=SIGKILL', '--mount-proc']
/** As root; as an ordinary user who is root in a user namespace of theirs. */
const commands = [
  ['unshare', ...flags],
  ['unshare', '--map-root-user', ...flags],
]
/** What the network of Pods is made of. */
const trial = 'ip link set lo up && ip link add pods type bridge && ip link add one type veth peer name other'

/**
 * A network of its own for a whole cluster: processes in it reach each other and nothing else, and all of them end when the
 * first one does.
 */
export function findNamespaces(): Namespaces {
  const reasons: string[] = []
  for (const command of commands) {
    const [program = '', ...rest] = command
    const { status, stderr, error } = spawnSync(program, [...rest, 'sh', '-c', trial], { encoding: 'utf8' })
    if (status === 0) return { command }
    reasons.push(`${command.slice(0, 2).join(' ')}: ${(error?.message ?? stderr).trim().split('\n')[0]}`)
  }
  return {
    missing: `no cluster with running Pods: it takes Linux with unshare, ip (iproute2), bridge and veth devices, as root or in user namespaces (${reasons.join('; ')})`,
  }
}
