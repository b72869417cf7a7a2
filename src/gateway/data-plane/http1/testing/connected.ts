import { connect, createServer, type AddressInfo, type Socket } from 'node:net'
import { onTestFinished } from 'vitest'

/** Two ends of a connection, until the test is over; the far one does not read yet. */
export async function connected(): Promise<{ readonly near: Socket; readonly far: Socket }> {
  const accepted = Promise.withResolvers<Socket>()
  const server = createServer({ pauseOnConnect: true }, accepted.resolve)
  const listening = Promise.withResolvers<void>()
  server.listen(0, '127.0.0.1', listening.resolve)
  await listening.promise
  const near = connect((server.address() as AddressInfo).port, '127.0.0.1')
  const far = await accepted.promise
  near.on('error', () => {})
  far.on('error', () => {})
  onTestFinished(() => {
    near.destroy()
    far.destroy()
    server.close()
  })
  return { near, far }
}
