// `npm run test:cluster`: the tests against a real Kubernetes API server, which it builds from Go modules where there is none.
import { ensureInstall } from './ensure-install.js'
import { checkersEnvironment } from './kubernetes/checkers/provision.js'
import { kubernetesEnvironment, provisionKubernetes } from './kubernetes/provision.js'
import { exitWith, runTests } from './vitest-run.js'

await exitWith(async () => {
  await ensureInstall()
  const environment = await provisionKubernetes().then(kubernetesEnvironment, (error) => {
    const [reason] = error.message.split('\n')
    return { FAIRLEAD_TEST_KUBERNETES_MISSING: `no Kubernetes API server on this machine: ${reason}` }
  })
  return runTests(['--project', 'cluster', ...process.argv.slice(2)], { ...environment, ...checkersEnvironment() })
})
