import { describe, expect, it } from 'vitest'
import { fleetReference } from '../../fleet/index.ts'
import { runCli } from '../testing/run-in-process.ts'

const explain = (...args: readonly string[]) => runCli(['explain', ...args])

describe('fairlead explain', () => {
  it('shows a field whole', async () => {
    const { code, stdout } = await explain('models.profile')
    expect(code).toBe(0)
    expect(stdout).toMatchInlineSnapshot(`
      "models[].profile
        What the engine is tuned for; each becomes settings that \`plan\` shows.

        Takes       one of throughput, latency, memory, balanced
        Default     none
        Variable    FAIRLEAD_MODELS_<NAME>_PROFILE
        Acts today  the engine’s command line (llamacpp, simulated); the engine’s
                    command line (vllm, sglang); \`fairlead plan\`
        Becomes     --gpu-memory-utilization, --max-num-seqs,
                    --max-num-batched-tokens, --performance-mode of vllm 0.32.0
                    --mem-fraction-static, --max-running-requests,
                    --chunked-prefill-size, --max-prefill-tokens of sglang 0.5.23
                    --ctx-size, --parallel, --batch-size of llamacpp b10434
        Targets     local: as above
                    compose: compose.yaml services.*.command[]
                    kubernetes: Deployment spec.template.spec.containers[].command[]
                    kserve: InferenceService spec.predictor.model.args[]
                    llmd: Deployment spec.template.spec.containers[].command[]

        Example
          models:
            - name: llama-3.1-8b
              profile: latency
      "
    `)
  })

  it('gives the same to programs', async () => {
    const { stdout } = await explain('models.context', '--json')
    expect(JSON.parse(stdout)).toMatchObject({
      path: 'models[].context',
      unit: 'tokens',
      variable: 'FAIRLEAD_MODELS_<NAME>_CONTEXT',
      engines: [{ engine: 'vllm', flags: ['--max-model-len'] }, {}, {}],
    })
  })

  it('stays within 80 columns, so that no line breaks on a terminal', { timeout: 120_000 }, async () => {
    // Each takes some renderings, so every tenth has to do.
    const tenth = fleetReference().filter((_, index) => index % 10 === 3)
    for (const { path } of tenth) {
      const { code, stdout } = await explain(path)
      expect(code).toBe(0)
      const wide = stdout.split('\n').filter((line) => line.length > 80 && !/sha256:|--served/.test(line))
      expect(wide).toEqual([])
    }
  })

  it('lists the sections where no field is named', async () => {
    expect((await explain()).stdout).toMatch(/^ {2}gateway +The process that clients talk to\.$/m)
  })

  it('leads from an engine’s flag, and from a misspelling, to the field', async () => {
    for (const flag of ['max-model-len', 'max_model_len'])
      expect(await explain(flag)).toMatchObject({ code: 0, stdout: expect.stringMatching(/^models\[\]\.context\n/) })
    expect(await explain('models.contxt')).toMatchObject({
      code: 64,
      stderr: expect.stringContaining('type  fairlead explain models.context'),
    })
    expect((await explain('gateway.listn')).stderr).toContain('gateway.listen')
    expect((await explain('zzzz')).stderr).toContain('type  fairlead explain')
  })
})
