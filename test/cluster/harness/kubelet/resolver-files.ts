import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Pod } from '../../../../src/kubernetes/index.ts'
import { addresses } from '../network/addresses.ts'

/** Writes what a Pod resolves names with (dnsPolicy ClusterFirst), and its own name; returns the paths. */
export function writeResolverFiles(
  folder: string,
  pod: Pod,
  address: string,
): { readonly resolver: string; readonly hosts: string } {
  const namespace = pod.metadata?.namespace ?? 'default'
  const resolver = join(folder, 'resolv.conf')
  const hosts = join(folder, 'hosts')
  const search = [`${namespace}.svc.cluster.local`, 'svc.cluster.local', 'cluster.local']
  writeFileSync(resolver, `search ${search.join(' ')}\nnameserver ${addresses.dns}\noptions ndots:5\n`)
  const aliases = (pod.spec?.hostAliases ?? []).map(({ ip, hostnames = [] }) => `${ip} ${hostnames.join(' ')}\n`)
  const { hostname = pod.metadata?.name ?? '', subdomain } = pod.spec ?? {}
  const full = subdomain === undefined ? '' : `${hostname}.${subdomain}.${namespace}.svc.cluster.local `
  writeFileSync(hosts, `127.0.0.1 localhost\n::1 localhost\n${address} ${full}${hostname}\n${aliases.join('')}`)
  return { resolver, hosts }
}
