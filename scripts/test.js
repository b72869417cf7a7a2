// `npm test`: installs what is missing, provides what tests need without root, runs vitest, and says what did not run.
import { ensureInstall } from './ensure-install.js'
import { findKubernetes, kubernetesEnvironment } from './kubernetes/provision.js'
import { provisionPython } from './test-python.js'
import { exitWith, runTests } from './vitest-run.js'

await exitWith(async () => {
  await ensureInstall()
  const { python, reason } = await provisionPython()
  return runTests(process.argv.slice(2), {
    // Tests that need the Python client skip with this reason when it is missing.
    ...(python === undefined ? { FAIRLEAD_TEST_PYTHON_MISSING: reason } : { FAIRLEAD_TEST_PYTHON: python }),
    ...kubernetesEnvironment(findKubernetes()),
  })
})
