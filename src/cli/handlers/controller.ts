import { runController } from '../../controller/index.ts'
import { exitCodes } from '../../errors/index.ts'
import { connectToCluster } from '../../kubernetes/index.ts'
import { createLogger, logLevels } from '../../observe/index.ts'
import { clusterTargetNames } from '../../targets/index.ts'
import type { CommandHandler } from '../command.ts'
import { readInteger, readText } from '../option-values.ts'

/** Acts for `fairlead controller`: stays until the signal fires, then ends its work and lets the Lease go. */
export const controller: CommandHandler = async ({ options }, { environment, signal, output }) => {
  const kubeconfig = readText(options['kubeconfig'])
  const context = readText(options['context'])
  const target = clusterTargetNames.find((name) => name === options['target'])
  const level = logLevels.find((known) => known === environment['FAIRLEAD_LOG_LEVEL']) ?? 'info'
  await runController({
    connect: (namespace) =>
      connectToCluster(
        {
          ...(kubeconfig === undefined ? {} : { kubeconfig }),
          ...(context === undefined ? {} : { context }),
          ...(namespace === undefined ? {} : { namespace }),
        },
        environment,
      ),
    namespace: readText(options['namespace']),
    ...(target === undefined ? {} : { targets: [target] }),
    leaseNamespace: readText(options['lease-namespace']),
    host: readText(options['host']) ?? '127.0.0.1',
    port: readInteger(options['port']) ?? 0,
    workers: readInteger(options['workers']) ?? 1,
    offline: options['offline'] === true,
    loadKeys: readText(options['load-keys']),
    environment,
    logger: createLogger({ name: 'controller', level }),
    signal,
    onListening: (port) => output.note(`The controller listens on port ${port}; Ctrl-C stops it.`),
  })
  return exitCodes.done
}
