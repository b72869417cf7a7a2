import type { FieldPath } from '../diagnostic.ts'
import { impliedEngine } from '../schema/resolve.ts'
import type { Check, CheckContext, Finding } from './check.ts'

interface Scale {
  readonly minReplicas?: number | undefined
  readonly maxReplicas?: number | undefined
}

/** Fewest is not more than most, and a number of replicas is fixed or a range. */
export const scalesAreRanges: Check = (context) =>
  context.fleet.models.flatMap((model, index) => {
    const at: FieldPath = ['models', index]
    return [
      ...checkScale(model, at, context),
      ...(model.prefill === undefined ? [] : checkScale(model.prefill, [...at, 'prefill'], context)),
      ...(model.decode === undefined ? [] : checkScale(model.decode, [...at, 'decode'], context)),
    ]
  })

function checkScale(scale: Scale, at: FieldPath, { wrote }: CheckContext): Finding[] {
  const { minReplicas, maxReplicas } = scale
  const minimum: FieldPath = [...at, 'minReplicas']
  const findings: Finding[] = []
  if (minReplicas !== undefined && maxReplicas !== undefined && minReplicas > maxReplicas) {
    const message = `${minReplicas} is more than maxReplicas, ${maxReplicas}`
    findings.push({ path: minimum, message, suggestion: 'swap the two', from: [[...at, 'maxReplicas']] })
  }
  if (minReplicas !== undefined && maxReplicas === undefined) {
    findings.push({
      path: minimum,
      message: 'stands without maxReplicas',
      suggestion: 'add maxReplicas, or write replicas for a fixed number',
    })
  }
  if (maxReplicas !== undefined && wrote([...at, 'replicas'])) {
    const message = 'a fixed number stands beside maxReplicas'
    findings.push({ path: [...at, 'replicas'], message, suggestion: 'write replicas, or minReplicas and maxReplicas' })
  }
  return findings
}

/** Engines whose replicas may prefill for others. */
const splittingEngines = new Set(['vllm', 'sglang', 'simulated'])

/** Settings that an engine refuses together. */
export const settingsFitTogether: Check = ({ fleet }) =>
  fleet.models.flatMap((model, index) => {
    const at: FieldPath = ['models', index]
    const engine = model.engine ?? impliedEngine(model)
    const findings: Finding[] = []
    if ((model.prefill === undefined) !== (model.decode === undefined)) {
      const [is, missing] = model.prefill === undefined ? ['decode', 'prefill'] : ['prefill', 'decode']
      findings.push({
        path: [...at, is],
        at: 'key',
        message: `stands without ${missing}`,
        suggestion: `add ${missing}, or remove ${is}`,
      })
    }
    if (engine === 'external') {
      for (const role of ['prefill', 'decode'] as const) {
        if (model[role] === undefined || model[role].addresses.length > 0) continue
        const message = 'missing; engine external needs to know where these replicas are'
        findings.push({ path: [...at, role, 'addresses'], message, suggestion: 'add addresses: [http://host:port]' })
      }
    } else if (model.prefill !== undefined && engine !== undefined && !splittingEngines.has(engine)) {
      const message = `engine ${engine} cannot split prefill and decode`
      findings.push({
        path: [...at, 'prefill'],
        at: 'key',
        message,
        suggestion: 'use engine vllm, sglang or simulated, or external with addresses, or remove prefill and decode',
        from: [[...at, 'engine']],
      })
    }
    if (
      model.chunkedPrefill === false &&
      model.context !== undefined &&
      model.maxBatchedTokens !== undefined &&
      model.maxBatchedTokens < model.context
    ) {
      const message = `${model.maxBatchedTokens} tokens a step cannot hold a prompt of ${model.context} (context) without chunkedPrefill`
      findings.push({
        path: [...at, 'maxBatchedTokens'],
        message,
        suggestion: `write ${model.context} or more, or chunkedPrefill: true`,
        from: [[...at, 'context']],
      })
    }
    const speculative = model.speculative
    if (
      speculative !== undefined &&
      ['draftModel', 'eagle', 'eagle3', 'medusa'].includes(speculative.method) &&
      speculative.model === undefined
    ) {
      const path = [...at, 'speculative', 'model']
      findings.push({
        path,
        message: `missing; method ${speculative.method} needs a draft`,
        suggestion: 'add model: hf://owner/name',
        from: [[...at, 'speculative']],
      })
    }
    if (model.chat.template !== undefined && model.chat.templateFile !== undefined) {
      findings.push({
        path: [...at, 'chat', 'templateFile'],
        message: 'stands beside template',
        suggestion: 'remove one of the two',
      })
    }
    return findings
  })

/** Deadlines grow: a connection stands before the first byte, and that comes before the end. */
export const deadlinesGrow: Check = ({ fleet: { gateway } }) => {
  const { connect, ttft, total } = gateway.deadlines
  const at: FieldPath = ['gateway', 'deadlines']
  const findings: Finding[] = []
  if (connect > ttft) {
    findings.push({
      path: [...at, 'connect'],
      message: 'longer than ttft, which includes it',
      suggestion: 'write less than ttft',
      from: [[...at, 'ttft']],
    })
  }
  if (ttft > total) {
    findings.push({
      path: [...at, 'ttft'],
      message: 'longer than total, which includes it',
      suggestion: 'write less than total',
      from: [[...at, 'total']],
    })
  }
  return findings
}
