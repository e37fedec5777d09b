import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test, type TestContext } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { SERVE_HELP } from '../../packages/server/src/commands/serve-help.ts';
import { needsCheckTools, needsHelm } from './support/check-tools.ts';
import { faultsByType, type Manifest } from './support/kubernetes-types.ts';

// The chart, rendered by Helm itself. There is no cluster here: what would come of it is read, not run.
const CHART = fileURLToPath(new URL('../../deploy/helm/latchkey', import.meta.url));
const VALUES = ['--values', `${CHART}/ci/values.yaml`];
const ONE_HOST = [
  'image.repository=latchkey',
  'existingSecret=s',
  'gateway.host=mcp.example.com',
  'web.enabled=false',
  'gateway.autoscaling.enabled=false',
  'migrate.enabled=false',
  'ingress.enabled=false',
  'networkPolicy.enabled=false',
].flatMap((value) => ['--set', value]);
const MONITORED = [
  ...VALUES,
  ...['serviceMonitor.enabled=true', 'serviceMonitor.labels.release=prometheus'].flatMap((value) => [
    '--set',
    value,
  ]),
];
const run = promisify(execFile);

interface Container {
  args: string[];
  env: { name: string; value?: string; valueFrom?: { secretKeyRef: { name: string; key: string } } }[];
  envFrom?: { secretRef?: { name: string }; configMapRef?: { name: string; optional?: boolean } }[];
  image: string;
  securityContext: object;
  readinessProbe?: { httpGet: { path: string }; periodSeconds: number };
  startupProbe?: { periodSeconds: number; failureThreshold: number };
  livenessProbe?: { httpGet: { path: string } };
}

interface Pod {
  automountServiceAccountToken: boolean;
  containers: [Container];
  securityContext: object;
  terminationGracePeriodSeconds?: number;
}

const rendered = new Map<readonly string[], Promise<Manifest[]>>();

/** Once for each of them. */
async function render(context: TestContext, given: readonly string[]): Promise<Manifest[]> {
  const helm = await needsHelm(context);
  const known =
    rendered.get(given) ??
    run(helm, ['template', 'acme', CHART, ...given]).then(({ stdout }) =>
      parseAllDocuments(stdout)
        .map((document) => document.toJS() as Manifest | null)
        .filter((manifest) => manifest !== null),
    );
  rendered.set(given, known);
  return known;
}

function podOf({ spec }: Manifest): Pod {
  return (spec as { template: { spec: Pod } }).template.spec;
}

const named = (manifests: readonly Manifest[]) =>
  manifests.map(({ kind, metadata }) => `${kind} ${metadata.name}`).toSorted((a, b) => (a < b ? -1 : 1));

test('the chart passes helm lint --strict', async (context) => {
  const { stdout } = await run(await needsHelm(context), ['lint', '--strict', CHART, ...VALUES]);
  expect(stdout).toContain('1 chart(s) linted, 0 chart(s) failed');
});

test('it renders a gateway and a web host, and a job that migrates first', async (context) => {
  expect(named(await render(context, VALUES))).toEqual([
    'ConfigMap acme-latchkey',
    'Deployment acme-latchkey-gateway',
    'Deployment acme-latchkey-web',
    'HorizontalPodAutoscaler acme-latchkey-gateway',
    'HorizontalPodAutoscaler acme-latchkey-web',
    'Ingress acme-latchkey-gateway',
    'Ingress acme-latchkey-web',
    'Job acme-latchkey-migrate',
    'NetworkPolicy acme-latchkey',
    'PodDisruptionBudget acme-latchkey-gateway',
    'PodDisruptionBudget acme-latchkey-web',
    'Service acme-latchkey-gateway',
    'Service acme-latchkey-web',
    'ServiceAccount acme-latchkey',
  ]);
});

test('with one host and all else off there is one deployment that serves everything', async (context) => {
  const manifests = await render(context, ONE_HOST);
  expect(named(manifests)).toEqual([
    'Deployment acme-latchkey-gateway',
    'PodDisruptionBudget acme-latchkey-gateway',
    'Service acme-latchkey-gateway',
    'ServiceAccount acme-latchkey',
  ]);
  const [container] = manifests
    .filter(({ kind }) => kind === 'Deployment')
    .map((one) => podOf(one).containers[0]);
  expect(container?.args).toEqual(['serve']);
  expect(container?.env.map(({ name }) => name)).not.toContain('PUBLIC_WEB_BASE_URL');
});

test('with a monitor the Prometheus Operator finds the services of both halves, and shows the token that pods ask for', async (context) => {
  const manifests = await render(context, MONITORED);
  const ofKind = (wanted: string) => manifests.filter(({ kind }) => kind === wanted);
  expect(named(manifests)).toEqual(
    [...named(await render(context, VALUES)), 'ServiceMonitor acme-latchkey'].toSorted(),
  );
  const [monitor] = ofKind('ServiceMonitor');
  if (monitor === undefined) throw new Error('there is no monitor');
  const { endpoints, selector } = monitor.spec as {
    endpoints: [{ authorization: { credentials: object }; interval: string; path: string; port: string }];
    selector: { matchLabels: object };
  };
  expect(monitor.metadata.labels).toMatchObject({ release: 'prometheus' });
  const services = ofKind('Service');
  expect(services).toHaveLength(2);
  for (const { metadata, spec } of services) {
    expect(metadata.labels).toMatchObject(selector.matchLabels);
    expect(spec).toMatchObject({ ports: [{ name: endpoints[0].port }] });
  }
  for (const { containers } of ofKind('Deployment').map(podOf)) {
    const token = containers[0].env.find(({ name }) => name === 'LATCHKEY_METRICS_TOKEN');
    expect(token?.valueFrom?.secretKeyRef).toMatchObject(endpoints[0].authorization.credentials);
  }
  expect(endpoints).toMatchObject([{ path: '/metrics', interval: '30s' }]);
});

test('Kubernetes knows each field of it by its type, and would not know one that is misspelt', async (context) => {
  const folder = needsCheckTools(context);
  const manifests = [...(await render(context, MONITORED)), ...(await render(context, ONE_HOST))];
  const misspelt = manifests
    .slice(manifests.findIndex(({ kind }) => kind === 'Deployment'))
    .slice(0, 1)
    .map((manifest) => ({ ...manifest, spec: { ...(manifest.spec as object), replicass: 2 } }));
  const faults = await faultsByType(folder, [...manifests, ...misspelt]);
  expect(faults.trim().split('\n')).toEqual([
    expect.stringMatching(/'"replicass"' does not exist in type 'IDeploymentSpec'/),
  ]);
});

test('every pod is nobody’s root, cannot write its program, speaks to no cluster and has its secrets by reference', async (context) => {
  const pods = (await render(context, VALUES))
    .filter(({ kind }) => ['Deployment', 'Job'].includes(kind))
    .map(podOf);
  expect(pods).toHaveLength(3);
  for (const { automountServiceAccountToken, containers, securityContext } of pods) {
    const [{ env, securityContext: own }] = containers;
    expect(automountServiceAccountToken).toBe(false);
    expect(securityContext).toMatchObject({
      runAsNonRoot: true,
      runAsUser: 10001,
      seccompProfile: { type: 'RuntimeDefault' },
    });
    expect(own).toEqual({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    });
    // By reference or in plain sight: each as it should be.
    for (const { name, value, valueFrom } of env)
      expect({ name, plain: value !== undefined, from: valueFrom?.secretKeyRef.name }).toEqual(
        /SECRET|TOKEN|DATABASE_URL|REDIS_URL/.test(name)
          ? { name, plain: false, from: 'latchkey-secrets' }
          : { name, plain: true, from: undefined },
      );
  }
});

test('pods have the two halves’ commands, the probes of each purpose, and the time that a stop takes', async (context) => {
  const deployments = (await render(context, VALUES)).filter(({ kind }) => kind === 'Deployment');
  const pods = deployments.map(podOf);
  expect(pods.map(({ containers }) => containers[0].args)).toEqual([
    ['serve', '--only', 'gateway'],
    ['serve', '--only', 'web'],
  ]);
  for (const { containers, terminationGracePeriodSeconds = 0 } of pods) {
    const [{ env, livenessProbe, readinessProbe }] = containers;
    expect(livenessProbe?.httpGet.path).toBe('/healthz');
    expect(readinessProbe?.httpGet.path).toBe('/readyz');
    const drain = Number(env.find(({ name }) => name === 'LATCHKEY_DRAIN_SECONDS')?.value);
    expect(drain).toBeGreaterThanOrEqual(2 * (readinessProbe?.periodSeconds ?? Infinity));
    expect(terminationGracePeriodSeconds).toBeGreaterThanOrEqual(drain + 15);
  }
});

test('a pod that migrates has the time that the job has, and pods ask for names wherever they are told', async (context) => {
  const manifests = await render(context, VALUES);
  const ofKind = (wanted: string) => manifests.filter(({ kind }) => kind === wanted);
  const [job] = ofKind('Job').map(({ spec }) => spec as { activeDeadlineSeconds: number });
  for (const { containers } of ofKind('Deployment').map(podOf)) {
    const { failureThreshold = 0, periodSeconds = 0 } = containers[0].startupProbe ?? {};
    expect(failureThreshold * periodSeconds).toBeGreaterThanOrEqual(job?.activeDeadlineSeconds ?? Infinity);
  }
  const [policy] = ofKind('NetworkPolicy').map(
    ({ spec }) => spec as { egress: { to: object[]; ports?: object[] }[] },
  );
  const [names, others] = policy?.egress ?? [];
  expect(names?.to).toEqual([{ namespaceSelector: {} }, { ipBlock: { cidr: '169.254.20.10/32' } }]);
  expect(others?.to).toContainEqual({ namespaceSelector: {} });
});

test('the pods that serve take more variables from Secrets and ConfigMaps, where some are named', async (context) => {
  const deployed = async (given: readonly string[]) =>
    (await render(context, given)).filter(({ kind }) => kind === 'Deployment').map(podOf);
  for (const { containers } of await deployed(VALUES))
    expect(containers[0].envFrom).toEqual([
      { secretRef: { name: 'latchkey-collector' } },
      { configMapRef: { name: 'latchkey-limits', optional: true } },
    ]);
  for (const { containers } of await deployed(ONE_HOST)) expect(containers[0]).not.toHaveProperty('envFrom');
});

test('each variable that it sets is one that `latchkey serve --help` explains', async (context) => {
  const pods = (await render(context, VALUES)).filter(({ kind }) => kind === 'Deployment').map(podOf);
  for (const { name } of pods.flatMap(({ containers }) => containers[0].env))
    expect(SERVE_HELP).toMatch(new RegExp(`\\b${name}\\b`));
});

test.for<[string, string[], RegExp]>([
  ['no Secret', ['--set', 'existingSecret='], /\/existingSecret/],
  ['no image', ['--set', 'image.repository='], /\/image\/repository/],
  ['no host', ['--set', 'web.host='], /\/web\/host/],
  ['an address for a host', ['--set', 'gateway.host=https://mcp.example.com'], /\/gateway\/host/],
  ['a value that there is not', ['--set', 'gateway.replica=2'], /replica/],
  ['a port that no probe knows', ['--set', 'env.PORT=80'], /PORT/],
  ['a host that the service does not reach', ['--set', 'env.HOST=127.0.0.1'], /HOST/],
  ['a folder that is read-only', ['--set', 'env.LATCHKEY_DATA_DIR=/app'], /LATCHKEY_DATA_DIR/],
  [
    'a monitor that looks at no interval',
    ['--set', 'serviceMonitor.interval=often'],
    /\/serviceMonitor\/interval/,
  ],
  [
    'variables from something without a name',
    ['--set', 'envFrom[2].secretRef.optional=true'],
    /\/envFrom\/2/,
  ],
  ['variables from what there is not', ['--set', 'envFrom[2].secret.name=s'], /\/envFrom\/2/],
  ['a secret in plain sight', ['--set', 'env.LATCHKEY_SECRET=x'], /LATCHKEY_SECRET/],
  [
    'documents without the file that names them',
    ['--set', String.raw`config.latchkey\.yaml=null`],
    /latchkey\.yaml/,
  ],
])('%s is refused before anything is rendered', async ([, change, sentence], context) => {
  const helm = await needsHelm(context);
  await expect(run(helm, ['template', 'acme', CHART, ...VALUES, ...change])).rejects.toMatchObject({
    stderr: expect.stringMatching(sentence),
  });
});

test('the chart is of the release that it belongs to', async () => {
  const chart = await readFile(`${CHART}/Chart.yaml`, 'utf8');
  const { version } = JSON.parse(
    await readFile(new URL('../../packages/server/package.json', import.meta.url), 'utf8'),
  ) as { version: string };
  expect(chart).toContain(`\nversion: ${version}\n`);
  expect(chart).toContain(`\nappVersion: ${version}\n`);
});
