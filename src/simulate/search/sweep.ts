import type { EngineShape, Simulation } from '../contract.ts'
import { withEngine, withReplicas } from './with-replicas.ts'

/** What a sweep may change. */
export const sweepAxes = ['replicas', 'rate', 'gpu', 'split'] as const
/** One of them. */
export type SweepAxis = (typeof sweepAxes)[number]

/** A place on the way. */
export interface SweepPoint {
  /** Number of replicas, rate, replicas that prefill, or the GPU. */
  readonly value: number | string
  readonly simulation: Simulation
}

/** An engine shape to choose from. */
export interface EngineChoice {
  /** The GPU, with its number where a replica has several: `l40s`, `2 × l4`. */
  readonly name: string
  readonly engine: EngineShape
}

/** Of the number of replicas. */
const replicaShares = [0.25, 0.5, 0.75, 1, 1.25, 1.5, 2]
/** Of the rate. */
const rateShares = [0.25, 0.5, 0.75, 1, 1.25, 1.5, 2, 3, 4]
/** Of the replicas, those that prefill. */
const prefillShares = [0, 1 / 8, 1 / 4, 3 / 8, 1 / 2, 5 / 8, 3 / 4]

/** Simulations along an axis, around the one that is given; `choices` are the GPUs of a sweep over them. */
export function sweepPoints(
  axis: SweepAxis,
  base: Simulation,
  choices: readonly EngineChoice[] = [],
): readonly SweepPoint[] {
  switch (axis) {
    case 'replicas':
      return distinct(replicaShares.map((share) => Math.max(1, Math.round(share * base.replicas)))).map((value) => ({
        value,
        simulation: withReplicas(base, value),
      }))
    case 'rate':
      return rateShares.map((share) => {
        const value = Number((share * base.rate).toPrecision(6))
        return { value, simulation: { ...base, rate: value } }
      })
    case 'split':
      return distinct(prefillShares.map((share) => Math.round(share * base.replicas)))
        .filter((value) => value < base.replicas)
        .map((value) => ({ value, simulation: { ...base, prefillReplicas: value } }))
    case 'gpu':
      return choices.map(({ name, engine }) => ({ value: name, simulation: withEngine(base, engine) }))
  }
}

const distinct = (values: readonly number[]) => [...new Set(values)]
