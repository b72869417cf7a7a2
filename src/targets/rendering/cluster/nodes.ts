import type { PlanWarning } from '../../../plan/index.ts'
import type { EngineService } from '../engine-service.ts'
import { literal } from './container-environment.ts'

/** Commands of a replica over several machines, the variables of a LeaderWorkerSet in them. */
export interface NodeCommands {
  readonly leader: readonly string[]
  readonly worker: readonly string[]
}

/** What a LeaderWorkerSet tells every container of a group (lws.sigs.k8s.io, “Labels, annotations and environment variables”). */
const leaderAddress = '$(LWS_LEADER_ADDRESS)'
const workerIndex = '$(LWS_WORKER_INDEX)'

/** Where SGLang’s machines meet. */
const sglangPort = 20_000

/**
 * What each machine runs, without Ray: the engines’ own processes find each other at the leader’s address. vLLM
 * (docs/serving/parallelism_scaling.md, docs/serving/data_parallel_deployment.md): machines that share a copy of the model are
 * numbered nodes; copies of the model on machines of their own are data-parallel ranks. SGLang has one way for both
 * (docs/references/multi_node_deployment). Null for engines that know no other machine.
 */
export function nodeCommands({ model, command, nodes, pool }: EngineService): NodeCommands | null {
  const own = command.map(literal)
  const { dataParallel = 1 } = pool.settings ?? {}
  if (model.engine === 'sglang') {
    const meet = ['--dist-init-addr', `${leaderAddress}:${sglangPort}`, '--nnodes', String(nodes), '--node-rank']
    return { leader: [...own, ...meet, '0'], worker: [...own, ...meet, workerIndex] }
  }
  if (model.engine !== 'vllm') return null
  if (dataParallel > 1) {
    if (dataParallel % nodes !== 0) return null
    const each = dataParallel / nodes
    const meet = ['--data-parallel-size-local', String(each), '--data-parallel-address', leaderAddress]
    const worker = [...own, ...meet, '--headless']
    return {
      leader: [...own, ...meet],
      // One rank a machine: its number is the machine’s. Several: the kubelet cannot multiply, so a shell does.
      worker:
        each === 1
          ? [...worker, '--data-parallel-start-rank', workerIndex]
          : throughShell(worker, `--data-parallel-start-rank $$((LWS_WORKER_INDEX * ${each}))`),
    }
  }
  const meet = ['--distributed-executor-backend', 'mp', '--nnodes', String(nodes), '--master-addr', leaderAddress]
  return {
    leader: [...own, ...meet, '--node-rank', '0'],
    worker: [...own, ...meet, '--node-rank', workerIndex, '--headless'],
  }
}

/** The words and more that a shell computes; the words themselves reach the program as they are. */
const throughShell = (words: readonly string[], more: string): string[] => [
  'sh',
  '-c',
  `exec "$@" ${more}`,
  'sh',
  ...words,
]

/** Why a replica cannot span machines, as a note. */
export function nodeNotes(service: EngineService, target: string): PlanWarning[] {
  const { nodes, model, path, pool } = service
  if (nodes === 1 || nodeCommands(service) !== null) return []
  const dataParallel = pool.settings?.dataParallel ?? 1
  return [
    {
      severity: 'error',
      id: 'engine-over-nodes',
      path: `${path}.parallelism.nodes`,
      message:
        model.engine === 'vllm'
          ? `${target}: ${dataParallel} data-parallel copies do not divide evenly over ${nodes} nodes`
          : `${target}: replicas of ${model.engine} stay on one node`,
      suggestion:
        model.engine === 'vllm'
          ? 'parallelism.data a multiple of parallelism.nodes'
          : 'engine: vllm, or parallelism.nodes: 1',
    },
  ]
}
