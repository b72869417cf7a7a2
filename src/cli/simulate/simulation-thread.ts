/**
 * A thread that simulates, so that Ctrl-C ends a long simulation and progress is drawn meanwhile. Started by
 * `simulator-thread.ts`.
 */
import { parentPort } from 'node:worker_threads'
import { simulate, type Workload } from '../../simulate/index.ts'
import type { FromThread, ToThread } from './thread-messages.ts'

if (parentPort === null) throw new Error('a simulation thread is started by fairlead simulate')
const port = parentPort
const post = (message: FromThread): void => port.postMessage(message)
const clock = () => performance.now()

let workload: Workload = { name: '', blockTokens: 1, requests: [] }
port.on('message', (message: ToThread) => {
  workload = message.workload ?? workload
  try {
    post({ kind: 'result', result: simulate({ ...message.simulation, workload }, { clock }) })
  } catch (error) {
    post({ kind: 'thrown', error })
  }
})
