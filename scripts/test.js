// `npm test`: installs what is missing, provides what tests need without root, runs vitest, and says what did not run.
import { ensureInstall } from './ensure-install.js'
import { checkersEnvironment } from './kubernetes/checkers/provision.js'
import { findKubernetes, kubernetesEnvironment } from './kubernetes/provision.js'
import { provisionHadolint, provisionPython } from './test-python.js'
import { exitWith, runTests } from './vitest-run.js'

await exitWith(async () => {
  await ensureInstall()
  const { python, reason } = await provisionPython()
  const { hadolint, reason: noHadolint } = await provisionHadolint()
  return runTests(process.argv.slice(2), {
    // Tests that need the Python client or hadolint skip with these reasons when they are missing.
    ...(python === undefined ? { FAIRLEAD_TEST_PYTHON_MISSING: reason } : { FAIRLEAD_TEST_PYTHON: python }),
    ...(hadolint === undefined ? { FAIRLEAD_TEST_HADOLINT_MISSING: noHadolint } : { FAIRLEAD_TEST_HADOLINT: hadolint }),
    ...kubernetesEnvironment(findKubernetes()),
    ...checkersEnvironment(),
  })
})
