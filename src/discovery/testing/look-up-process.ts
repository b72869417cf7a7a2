/**
 * Looks names up by the system's resolver, which /etc/resolv.conf sends to a DNS server in this process; prints what it
 * found. It runs in namespaces of its own, where that file is another one and port 53 is free.
 */
import { lookUpByTheSystem } from '../look-up.ts'
import { DnsServer } from './dns-server.ts'

const server = await DnsServer.start(53)
server.zone
  .set('m-engines.lab.svc.cluster.local', ['10.244.0.6', '10.244.0.5'])
  .set('both.lab.svc.cluster.local', ['fd00::5', '10.244.0.5'])
  .set('six.lab.svc.cluster.local', ['fd00::5', 'fd00::6'])
  .set('headless.lab.svc.cluster.local', [])
  .set('broken.lab.svc.cluster.local', 'servfail')
  .set('mute.lab.svc.cluster.local', 'silence')

const names = ['m-engines', 'm-engines.lab.svc', 'both', 'six', 'headless', 'nobody', 'broken', 'mute', 'hosted']
const found: Record<string, unknown> = {}
for (const name of [...names, 'mute.lab.svc.cluster.local.']) {
  try {
    found[name] = [...(await lookUpByTheSystem(name))].sort()
  } catch (error) {
    found[name] = (error as NodeJS.ErrnoException).code
  }
}
process.stdout.write(JSON.stringify(found))
server.close()
