import { Component } from '../../test/cluster/harness/component.ts'
import { basename, dirname, join } from 'node:path'
import type { ControlPlane } from '../../test/cluster/harness/control-plane.ts'
import { provisionKwok } from './provision.ts'

/** kwok as the kubelet of nodes that are objects alone: their pods run nothing and are ready at once. Ends with this process. */
export async function startKwok({
  folder,
  kubeconfig,
}: Pick<ControlPlane, 'folder' | 'kubeconfig'>): Promise<Component> {
  const program = await provisionKwok()
  return new Component(dirname(program), folder, basename(program), [
    `--kubeconfig=${kubeconfig}`,
    `--config=${join(import.meta.dirname, 'stages.yaml')}`,
    '--manage-nodes-with-annotation-selector=kwok.x-k8s.io/node=fake',
    '--node-lease-duration-seconds=40',
  ])
}
