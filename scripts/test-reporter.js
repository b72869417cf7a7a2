// A vitest reporter that writes down what `npm test` tells at its end: counts, and what did not run and why.
import { writeFileSync } from 'node:fs'

const firstLine = (errors) => errors?.[0]?.message?.split('\n')[0] ?? 'unknown error'

/** Why a test did not run; undefined when a person left it out. */
function reasonOf(test, isFiltered) {
  const { note } = test.result()
  if (note !== undefined) return note
  // vitest marks what a name pattern leaves out like what is skipped in the source.
  if (isFiltered) return undefined
  if (test.options.mode === 'todo') return 'not written yet'
  return test.options.mode === 'skip' ? 'skipped without a reason' : 'its set-up failed or the run ended before it'
}

/** Suites whose hooks failed, at any depth. */
function* failedSuites(children) {
  for (const suite of children.suites()) {
    if (suite.errors().length > 0) yield suite
    yield* failedSuites(suite.children)
  }
}

/** Writes `{ passed, failed, skipped: [{ name, reason }], failures: [name] }` to FAIRLEAD_TEST_SUMMARY. */
export default class SummaryReporter {
  onInit(vitest) {
    this.isFiltered = vitest.config.testNamePattern !== undefined
  }

  onTestRunEnd(modules, unhandledErrors) {
    const summary = { passed: 0, failures: [], skipped: [] }
    for (const module of modules) {
      const place = module.relativeModuleId ?? module.moduleId
      if (module.errors().length > 0) summary.failures.push(`${place}: ${firstLine(module.errors())}`)
      for (const suite of failedSuites(module.children))
        summary.failures.push(`${place} > ${suite.fullName}: ${firstLine(suite.errors())}`)
      for (const test of module.children.allTests()) this.count(summary, test, `${place} > ${test.fullName}`)
    }
    for (const error of unhandledErrors) summary.failures.push(`outside of any test: ${firstLine([error])}`)
    const { passed, failures, skipped } = summary
    writeFileSync(
      process.env.FAIRLEAD_TEST_SUMMARY,
      JSON.stringify({ passed, failed: failures.length, failures, skipped }),
    )
  }

  count(summary, test, name) {
    const { state, errors } = test.result()
    if (state === 'passed') summary.passed += 1
    else if (state === 'failed') summary.failures.push(`${name}: ${firstLine(errors)}`)
    else {
      const reason = reasonOf(test, this.isFiltered)
      if (reason !== undefined) summary.skipped.push({ name, reason })
    }
  }
}
