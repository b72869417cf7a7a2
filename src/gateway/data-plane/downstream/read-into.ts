import { Socket } from 'node:net'

/** What a socket keeps of itself that Node has no public name for (lib/net.js, Node 24). */
const handleName = '_handle'
/** The server that counts the socket among its connections until it closes. */
const serverName = '_server'

/**
 * The same connection as a socket that reads into one buffer, over and over, instead of a new one of 64 kB for each read
 * that is then cut down. Node offers that for connections that it opens (`onread`) and not for those that it accepts.
 * @param accepted not reading yet, by `pauseOnConnect`
 * @param onread called on the new socket with how many bytes are in the buffer; false stops reading
 * @returns null where Node's inside is not as it is known
 */
export function readInto(
  accepted: Socket,
  buffer: Buffer,
  onread: (this: Socket, length: number) => boolean,
): Socket | null {
  const handle: unknown = Reflect.get(accepted, handleName)
  const server: unknown = Reflect.get(accepted, serverName)
  if (typeof handle !== 'object' || handle === null || server === undefined) return null
  const options: object = { handle, onread: { buffer, callback: onread } }
  const socket = new Socket(options)
  Reflect.set(socket, serverName, server)
  Reflect.set(accepted, handleName, null)
  Reflect.set(accepted, serverName, null)
  return socket
}
