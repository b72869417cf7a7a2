import type { Histogram, LoadReport } from '../../../observe/report/index.ts'
import { addTo } from './histogram.ts'
import type { VariantOutcome } from './judge.ts'

type Variants = LoadReport['models'][number]['variants']
type Variant = Variants[number]['variant']

const nothing: Histogram = { bounds: [], counts: [] }
const none: VariantOutcome = { requests: 0, errors: 0, ttft: nothing, tpot: nothing }

/** What came of the requests of each variant since it is looked at, over all gateways, of which each counts from its own start. */
export class Outcomes {
  /** By gateway, model and variant, as it was told last. */
  #last = new Map<string, VariantOutcome>()
  /** By model and variant, since the beginning. */
  #sums = new Map<string, VariantOutcome>()

  /** Takes what a gateway tells; its first word is where counting begins. */
  take(gateway: string, { models }: Pick<LoadReport, 'models'>): void {
    for (const { model, variants } of models) {
      for (const told of variants) {
        const key = `${model} ${told.variant}`
        const last = this.#last.get(`${gateway} ${key}`)
        this.#last.set(`${gateway} ${key}`, told)
        if (last !== undefined) this.#sums.set(key, plus(this.#sums.get(key) ?? none, told, last))
      }
    }
  }

  /** Forgets what was, and counts from the last words on. */
  begin(): void {
    this.#sums = new Map()
  }

  of(model: string, variant: Variant): VariantOutcome {
    return this.#sums.get(`${model} ${variant}`) ?? none
  }
}

/** A sum with what has come since the last word; a gateway that counts anew has begun at nothing. */
function plus(sum: VariantOutcome, now: VariantOutcome, last: VariantOutcome): VariantOutcome {
  const before = now.requests < last.requests ? none : last
  return {
    requests: sum.requests + now.requests - before.requests,
    errors: sum.errors + now.errors - before.errors,
    ttft: addTo(sum.ttft, now.ttft, before.ttft),
    tpot: addTo(sum.tpot, now.tpot, before.tpot),
  }
}
