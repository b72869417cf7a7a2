import { Socket, type SocketConstructorOpts } from 'node:net'

/** What a socket keeps of itself that Node has no public name for (lib/net.js, Node 24). */
interface Accepted {
  _handle?: object | null
  _server?: object | null
}

/**
 * The same connection as a socket that reads into one buffer, over and over, instead of a new one of 64 kB for each read
 * that is then cut down. Node offers that for connections that it opens (`onread`) and not for those that it accepts.
 * @param accepted not reading yet, by `pauseOnConnect`
 * @param onread called with how many bytes are in the buffer; false stops reading
 * @returns null where Node's inside is not as it is known
 */
export function readInto(accepted: Socket, buffer: Buffer, onread: (length: number) => boolean): Socket | null {
  const inside = accepted as unknown as Accepted
  const handle = inside._handle
  if (handle === undefined || handle === null || inside._server === undefined) return null
  const options = { handle, onread: { buffer, callback: onread } }
  const socket = new Socket(options as unknown as SocketConstructorOpts)
  // The server counts its connections by it, until they close.
  ;(socket as unknown as Accepted)._server = inside._server
  inside._handle = null
  inside._server = null
  return socket
}
