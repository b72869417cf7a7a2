/**
 * How many replicas each model is to have, by what its gateways see: pure, so that the same code scales processes on one
 * machine, pods in a cluster, and replicas in the simulator.
 */
export type {
  Limit,
  LimitName,
  PoolInput,
  PoolLoad,
  PoolName,
  PoolOutcome,
  ReplicaCounts,
  ScalingDecision,
  ScalingMemory,
  ScalingReason,
  ScalingSettings,
  Signal,
  SignalName,
} from './contract.ts'
export { decidePools } from './decide-all.ts'
export { emptyMemory } from './memory.ts'
