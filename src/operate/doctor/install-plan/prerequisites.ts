import type { Prerequisite } from './contract.ts'

/** k3s keeps containerd where the GPU operator's toolkit does not look for it. */
const k3sToolkit =
  'k3s: add --set toolkit.env[0].name=CONTAINERD_CONFIG --set toolkit.env[0].value=/var/lib/rancher/k3s/agent/etc/containerd/config.toml --set toolkit.env[1].name=CONTAINERD_SOCKET --set toolkit.env[1].value=/run/k3s/containerd/containerd.sock, and set targets.kubernetes.runtimeClass: nvidia in the Fleet.'

const kserveDeps = 'kserve-deps.env at 00199fe6 (what KServe itself is tested with)'

/** Everything that Fleets may need, each after what it needs itself. */
export const prerequisites: readonly Prerequisite[] = [
  {
    id: 'gpu-operator',
    title: 'NVIDIA GPU operator, with Node Feature Discovery 0.19.0',
    why: 'brings driver, container toolkit, device plugin, DCGM exporter and the labels of nodes with GPUs',
    version: 'v26.7.0',
    source: { project: 'NVIDIA/gpu-operator', place: 'tag v26.7.0' },
    after: [],
    kinds: ['nvidia.com/v1 ClusterPolicy'],
    install: [
      'helm repo add nvidia https://helm.ngc.nvidia.com/nvidia && helm repo update',
      'kubectl create namespace gpu-operator',
      'kubectl label namespace gpu-operator pod-security.kubernetes.io/enforce=privileged',
      'helm install gpu-operator nvidia/gpu-operator --namespace gpu-operator --version {version}',
    ],
    wait: [
      'kubectl wait clusterpolicy/cluster-policy --for=jsonpath={.status.state}=ready --timeout=30m',
      'kubectl get nodes -o custom-columns=NAME:.metadata.name,GPU:.status.allocatable.nvidia\\.com/gpu',
    ],
    uninstall: [
      'helm uninstall gpu-operator --namespace gpu-operator',
      'kubectl delete crd clusterpolicies.nvidia.com nvidiadrivers.nvidia.com gpuclusters.nvidia.com',
      'kubectl delete namespace gpu-operator',
    ],
    notes: [
      'Nodes that have the driver already: add --set driver.enabled=false; those with the container toolkit too: --set toolkit.enabled=false.',
      'Clusters that have Node Feature Discovery already: add --set nfd.enabled=false.',
      k3sToolkit,
      'kubeadm: nothing more; containerd lies where the toolkit looks for it.',
      'Managed clusters: GKE and AKS install the driver on GPU pools themselves where asked (driver.enabled=false); EKS’s GPU images have driver and toolkit. A pod that waits while the cluster autoscaler makes a node is told by `fairlead doctor` as waiting for a node.',
    ],
  },
  {
    id: 'metrics-server',
    title: 'metrics-server',
    why: 'serves CPU and memory of pods, which autoscalers and `kubectl top` ask for',
    version: 'v0.8.1',
    chartVersion: '3.13.1',
    source: { project: 'kubernetes-sigs/metrics-server', place: 'charts/metrics-server/Chart.yaml of 2026-08-04' },
    after: [],
    kinds: ['metrics.k8s.io/v1beta1 PodMetrics'],
    install: [
      'helm repo add metrics-server https://kubernetes-sigs.github.io/metrics-server/ && helm repo update',
      'helm install metrics-server metrics-server/metrics-server --namespace kube-system --version {chartVersion}',
    ],
    wait: ['kubectl wait apiservice/v1beta1.metrics.k8s.io --for=condition=Available --timeout=5m'],
    uninstall: ['helm uninstall metrics-server --namespace kube-system'],
    notes: [
      'k3s brings it: nothing to install.',
      'kubeadm: kubelets with self-signed certificates need --set args={--kubelet-insecure-tls}, or serving certificates that are approved.',
    ],
  },
  {
    id: 'longhorn',
    title: 'Longhorn',
    why: 'makes volumes that several nodes share, for models that are kept in a cluster',
    version: 'v1.12.2',
    chartVersion: '1.12.2',
    source: { project: 'longhorn/longhorn-manager', place: 'tag v1.12.2 of 2026-11-09' },
    after: [],
    kinds: ['longhorn.io/v1beta2 Volume'],
    install: [
      'helm repo add longhorn https://charts.longhorn.io && helm repo update',
      'helm install longhorn longhorn/longhorn --namespace longhorn-system --create-namespace --version {chartVersion}',
    ],
    wait: [
      'kubectl rollout status daemonset/longhorn-manager --namespace longhorn-system --timeout=15m',
      'kubectl get storageclass longhorn',
    ],
    uninstall: [
      'kubectl patch settings.longhorn.io deleting-confirmation-flag --namespace longhorn-system --type=merge --patch {"value":"true"}',
      'helm uninstall longhorn --namespace longhorn-system',
      'kubectl delete namespace longhorn-system',
    ],
    notes: [
      'Every node needs open-iscsi, and an NFS client for volumes that several nodes write.',
      'Any other class will do: name it with `storage.models.storageClass`.',
      'Uninstalling removes its volumes, and the models on them.',
    ],
  },
  {
    id: 'gateway-api',
    title: 'Gateway API',
    why: 'brings the kinds Gateway and HTTPRoute',
    version: 'v1.6.1',
    source: { project: 'kubernetes-sigs/gateway-api', place: 'tag v1.6.1' },
    after: [],
    kinds: ['gateway.networking.k8s.io/v1 Gateway', 'gateway.networking.k8s.io/v1 HTTPRoute'],
    install: [
      'kubectl apply --server-side -f https://github.com/kubernetes-sigs/gateway-api/releases/download/{version}/standard-install.yaml',
    ],
    wait: [
      'kubectl wait crd/gateways.gateway.networking.k8s.io crd/httproutes.gateway.networking.k8s.io --for=condition=Established --timeout=2m',
    ],
    uninstall: [
      'kubectl delete -f https://github.com/kubernetes-sigs/gateway-api/releases/download/{version}/standard-install.yaml',
    ],
    notes: [
      'The kinds alone do nothing: a controller has to make Gateways of a GatewayClass. The next step is one; another that knows InferencePools will do.',
    ],
  },
  {
    id: 'envoy-gateway',
    title: 'Envoy Gateway',
    why: 'makes Gateways: it is the controller behind a GatewayClass',
    version: 'v1.7.0',
    source: { project: 'kserve/kserve', place: kserveDeps },
    after: ['gateway-api'],
    kinds: ['gateway.envoyproxy.io/v1alpha1 EnvoyProxy'],
    install: [
      'helm install eg oci://docker.io/envoyproxy/gateway-helm --version {version} --namespace envoy-gateway-system --create-namespace --skip-crds',
    ],
    wait: [
      'kubectl wait deployment/envoy-gateway --namespace envoy-gateway-system --for=condition=Available --timeout=5m',
    ],
    uninstall: ['helm uninstall eg --namespace envoy-gateway-system'],
    notes: [
      'InferencePools behind it need Envoy AI Gateway (v0.6.0 by the same file), or another controller that knows them.',
    ],
  },
  {
    id: 'inference-extension',
    title: 'Gateway API Inference Extension',
    why: 'brings the kind InferencePool',
    version: 'v1.6.0',
    source: { project: 'kubernetes-sigs/gateway-api-inference-extension', place: 'tag v1.6.0' },
    after: [],
    kinds: ['inference.networking.k8s.io/v1 InferencePool'],
    install: [
      'kubectl apply --server-side -f https://github.com/kubernetes-sigs/gateway-api-inference-extension/releases/download/{version}/manifests.yaml',
    ],
    wait: ['kubectl wait crd/inferencepools.inference.networking.k8s.io --for=condition=Established --timeout=2m'],
    uninstall: [
      'kubectl delete -f https://github.com/kubernetes-sigs/gateway-api-inference-extension/releases/download/{version}/manifests.yaml',
    ],
  },
  {
    id: 'llm-d-router',
    title: 'Custom resources of llm-d’s router',
    why: 'brings the kinds InferenceObjective and InferenceModelRewrite; the picker itself is rendered with each pool',
    version: 'v0.10.0',
    source: { project: 'llm-d/llm-d-router', place: 'tag v0.10.0' },
    after: ['inference-extension'],
    kinds: ['llm-d.ai/v1alpha2 InferenceObjective', 'llm-d.ai/v1alpha2 InferenceModelRewrite'],
    install: ['kubectl apply --server-side -k https://github.com/llm-d/llm-d-router/config/crd?ref={version}'],
    wait: [
      'kubectl wait crd/inferenceobjectives.llm-d.ai crd/inferencemodelrewrites.llm-d.ai --for=condition=Established --timeout=2m',
    ],
    uninstall: ['kubectl delete -k https://github.com/llm-d/llm-d-router/config/crd?ref={version}'],
  },
  {
    id: 'cert-manager',
    title: 'cert-manager',
    why: 'makes and renews certificates, and the webhooks of KServe need it',
    version: 'v1.21.1',
    source: { project: 'cert-manager/cert-manager', place: 'tag v1.21.1' },
    after: [],
    kinds: ['cert-manager.io/v1 Certificate'],
    install: [
      'helm install cert-manager oci://quay.io/jetstack/charts/cert-manager --version {version} --namespace cert-manager --create-namespace --set crds.enabled=true',
    ],
    wait: [
      'kubectl wait deployment/cert-manager-webhook --namespace cert-manager --for=condition=Available --timeout=5m',
    ],
    uninstall: ['helm uninstall cert-manager --namespace cert-manager', 'kubectl delete namespace cert-manager'],
    notes: ['Uninstalling with its definitions removes every Certificate; the Secrets stay.'],
  },
  {
    id: 'knative',
    title: 'Knative Serving, with Kourier',
    why: 'runs InferenceServices of mode Knative, also from zero',
    version: 'v1.21.1',
    source: { project: 'kserve/kserve', place: kserveDeps },
    after: [],
    kinds: ['serving.knative.dev/v1 Service'],
    install: [
      'kubectl apply --server-side -f https://github.com/knative/serving/releases/download/knative-{version}/serving-crds.yaml',
      'kubectl apply --server-side -f https://github.com/knative/serving/releases/download/knative-{version}/serving-core.yaml',
      'kubectl apply --server-side -f https://github.com/knative-extensions/net-kourier/releases/latest/download/kourier.yaml',
      'kubectl patch configmap/config-network --namespace knative-serving --type=merge --patch {"data":{"ingress-class":"kourier.ingress.networking.knative.dev"}}',
    ],
    wait: ['kubectl wait deployment --all --namespace knative-serving --for=condition=Available --timeout=10m'],
    uninstall: [
      'kubectl delete -f https://github.com/knative-extensions/net-kourier/releases/latest/download/kourier.yaml',
      'kubectl delete -f https://github.com/knative/serving/releases/download/knative-{version}/serving-core.yaml',
      'kubectl delete -f https://github.com/knative/serving/releases/download/knative-{version}/serving-crds.yaml',
    ],
    notes: ['Kourier is not pinned here: take the release that belongs to that of Knative.'],
  },
  {
    id: 'kserve',
    title: 'KServe',
    why: 'makes pods of InferenceServices and LLMInferenceServices',
    version: 'v0.20.0',
    source: { project: 'kserve/kserve', place: 'tag v0.20.0' },
    after: ['cert-manager', 'gateway-api', 'inference-extension', 'knative', 'lws'],
    kinds: ['serving.kserve.io/v1beta1 InferenceService'],
    install: [
      'helm install kserve-crd oci://ghcr.io/kserve/charts/kserve-crd --version {version} --namespace kserve --create-namespace',
      'helm install kserve oci://ghcr.io/kserve/charts/kserve-resources --version {version} --namespace kserve',
    ],
    wait: [
      'kubectl wait deployment/kserve-controller-manager --namespace kserve --for=condition=Available --timeout=10m',
    ],
    uninstall: ['helm uninstall kserve --namespace kserve', 'helm uninstall kserve-crd --namespace kserve'],
    notes: ['Uninstalling kserve-crd removes every InferenceService.'],
  },
  {
    id: 'lws',
    title: 'LeaderWorkerSet',
    why: 'runs replicas that span several machines',
    version: 'v0.10.0',
    source: { project: 'kubernetes-sigs/lws', place: 'tag v0.10.0' },
    after: [],
    kinds: ['leaderworkerset.x-k8s.io/v1 LeaderWorkerSet'],
    install: [
      'kubectl apply --server-side -f https://github.com/kubernetes-sigs/lws/releases/download/{version}/manifests.yaml',
    ],
    wait: [
      'kubectl wait deployment/lws-controller-manager --namespace lws-system --for=condition=Available --timeout=5m',
    ],
    uninstall: ['kubectl delete -f https://github.com/kubernetes-sigs/lws/releases/download/{version}/manifests.yaml'],
  },
  {
    id: 'prometheus',
    title: 'Prometheus operator, Prometheus, Alertmanager and Grafana (kube-prometheus-stack)',
    why: 'scrapes gateway and engines, shows the dashboards, sends the alerts, and is what autoscalers ask',
    version: '83.4.0',
    source: { project: 'kserve/kserve', place: kserveDeps },
    after: [],
    kinds: ['monitoring.coreos.com/v1 PodMonitor', 'monitoring.coreos.com/v1 PrometheusRule'],
    install: [
      'helm repo add prometheus-community https://prometheus-community.github.io/helm-charts && helm repo update',
      'helm install prometheus prometheus-community/kube-prometheus-stack --namespace monitoring --create-namespace --version {version} --set prometheus.prometheusSpec.podMonitorSelectorNilUsesHelmValues=false --set prometheus.prometheusSpec.ruleSelectorNilUsesHelmValues=false',
    ],
    wait: [
      'kubectl wait crd/podmonitors.monitoring.coreos.com --for=condition=Established --timeout=2m',
      'kubectl rollout status statefulset --namespace monitoring --selector app.kubernetes.io/name=prometheus --timeout=10m',
    ],
    uninstall: ['helm uninstall prometheus --namespace monitoring', 'kubectl delete namespace monitoring'],
    notes: ['The selectors are opened so that monitors and rules of a Fleet are found without a label of the release.'],
  },
  {
    id: 'prometheus-adapter',
    title: 'prometheus-adapter',
    why: 'serves metrics of Prometheus to HorizontalPodAutoscalers',
    version: '5.3.0',
    source: { project: 'kserve/kserve', place: kserveDeps },
    after: ['prometheus'],
    kinds: ['custom.metrics.k8s.io/v1beta1 MetricValueList'],
    install: [
      'fairlead render --output deploy',
      'helm repo add prometheus-community https://prometheus-community.github.io/helm-charts && helm repo update',
      'helm install prometheus-adapter prometheus-community/prometheus-adapter --namespace monitoring --version {version} --values deploy/prometheus-adapter/values.yaml',
    ],
    wait: ['kubectl wait apiservice/v1beta1.custom.metrics.k8s.io --for=condition=Available --timeout=5m'],
    uninstall: ['helm uninstall prometheus-adapter --namespace monitoring'],
    notes: ['Its rules are rendered with the Fleet: the first command writes them.'],
  },
  {
    id: 'keda',
    title: 'KEDA',
    why: 'scales by queries to Prometheus, also from zero',
    version: 'v2.20.2',
    chartVersion: '2.20.2',
    source: { project: 'kedacore/keda', place: 'tag v2.20.2' },
    after: ['prometheus'],
    kinds: ['keda.sh/v1alpha1 ScaledObject'],
    install: [
      'helm repo add kedacore https://kedacore.github.io/charts && helm repo update',
      'helm install keda kedacore/keda --namespace keda --create-namespace --version {chartVersion}',
    ],
    wait: ['kubectl wait deployment/keda-operator --namespace keda --for=condition=Available --timeout=5m'],
    uninstall: ['helm uninstall keda --namespace keda', 'kubectl delete namespace keda'],
    notes: ['Uninstalling while ScaledObjects are there leaves them with finalizers: delete them first.'],
  },
]
