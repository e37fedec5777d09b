import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { addNode, openRoot } from './debian-root.ts';
import type { Step } from './dockerfile.ts';

/** What the last stage came to. */
export interface Image {
  readonly root: string;
  /** As `chroot --userspec` wants it, and its number. */
  readonly user: string;
  readonly uid: number;
  readonly environment: Record<string, string>;
  readonly health: readonly string[];
  /** The arguments of `chroot` that start it; `args` in the place of CMD, if there are any. */
  command(args: readonly string[]): string[];
}

interface Stage {
  readonly root: string;
  readonly environment: Record<string, string>;
  user: string;
  folder: string;
  entry: string[];
  args: string[];
  health: string[];
}

const PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/**
 * Takes the steps of a Dockerfile in roots of a clean Debian: `base`, for whatever image a stage begins with, and with
 * `node` for one of Node. It knows the instructions and options that ours has, and throws at any other.
 */
export function runDockerfile(
  steps: readonly Step[],
  {
    base,
    context,
    folder,
    node,
    roots,
    say,
  }: {
    base: string;
    /** What `COPY` copies from. */
    context: { folder: string; files: readonly string[] };
    folder: string;
    /** The program. */
    node: string;
    /** Which roots were opened, for who closes them. */
    roots: string[];
    say: (line: string) => void;
  },
): Image {
  const stages = new Map<string, Stage>();
  const given: Record<string, string> = {};
  let stage: Stage | undefined;
  const now = (): Stage => {
    if (stage === undefined) throw new Error('a step before the first FROM');
    return stage;
  };

  function from(rest: string): void {
    const [image = '', , name = 'last'] = rest.split(/\s+/);
    const root = join(folder, name);
    roots.push(root);
    openRoot(base, root);
    const version = /^node:([\d.]+)-slim$/.exec(image)?.[1];
    if (version !== undefined) {
      const found = execFileSync(node, ['--version'], { encoding: 'utf8' }).trim();
      if (found !== `v${version}`) throw new Error(`Node ${found} is here, and ${version} is wanted`);
      addNode(root, node);
    } else if (!/^debian:\w+-slim$/.test(image)) throw new Error(`there is no ${image} here`);
    stage = { root, environment: { PATH }, user: '0:0', folder: '/', entry: [], args: [], health: [] };
    stages.set(name, stage);
  }

  function copy(rest: string): void {
    const { folder: workdir, root } = now();
    const words = rest.split(/\s+/);
    const options = Object.fromEntries(
      words
        .filter((word) => word.startsWith('--'))
        .map((word) => word.slice(2).split('=', 2) as [string, string]),
    );
    const [source = '', to = ''] = words.filter((word) => !word.startsWith('--'));
    const target = join(root, to.startsWith('/') ? to : join(workdir, to));
    mkdirSync(dirname(target), { recursive: true });
    if (options['from'] !== undefined) {
      execFileSync('cp', ['-aT', join(stages.get(options['from'])?.root ?? '', source), target]);
      return;
    }
    const files = context.files.filter((path) => source === '.' || path === source);
    if (files.length === 0) throw new Error(`the build is not given ${source}`);
    for (const path of files)
      cpSync(join(context.folder, path), source === '.' ? join(target, path) : target);
    if (options['chown'] !== undefined)
      execFileSync('chroot', [root, 'chown', '-R', options['chown'], target.slice(root.length)]);
  }

  function run(command: string): void {
    const { environment, folder: workdir, root, user } = now();
    const env = { ...environment, HOME: user === '0:0' ? '/root' : '/home/node', ...fromThisMachine(root) };
    execFileSync('chroot', [`--userspec=${user}`, root, '/bin/sh', '-c', `cd ${workdir} && ${command}`], {
      env,
      stdio: 'inherit',
    });
  }

  for (const { rest: written, what } of steps) {
    const rest = written.replaceAll(/\$\{(\w+)\}/g, (_, name: string) => given[name] ?? '');
    say(`${what} ${rest}`);
    switch (what) {
      case 'ARG':
      case 'ENV':
        for (const pair of rest.split(/\s+/)) {
          const [name = '', value = ''] = pair.split('=', 2);
          (what === 'ARG' ? given : now().environment)[name] = value;
        }
        break;
      case 'FROM':
        from(rest);
        break;
      case 'RUN':
        run(rest);
        break;
      case 'COPY':
        copy(rest);
        break;
      case 'USER':
        now().user = /^\d/.test(rest) ? rest : '1000:1000';
        break;
      case 'WORKDIR':
        now().folder = rest;
        mkdirSync(join(now().root, rest), { recursive: true });
        break;
      case 'ENTRYPOINT':
        now().entry = JSON.parse(rest) as string[];
        break;
      case 'CMD':
        now().args = JSON.parse(rest) as string[];
        break;
      case 'HEALTHCHECK':
        now().health = JSON.parse(rest.slice(rest.indexOf('['))) as string[];
        break;
      case 'EXPOSE':
      case 'STOPSIGNAL':
      case 'VOLUME':
        break;
      default:
        throw new Error(`${what} is not known here`);
    }
  }
  const { args, entry, environment, folder: workdir, health, root, user } = now();
  return {
    root,
    user,
    uid: Number(user.split(':', 1)[0]),
    environment,
    health,
    command: (more) => [
      `--userspec=${user}`,
      root,
      '/bin/sh',
      '-c',
      `cd ${workdir} && exec "$@"`,
      'sh',
      ...entry,
      ...(more.length > 0 ? more : args),
    ],
  };
}

/** How this machine reaches the registry, if that takes something: certificates, another address. */
function fromThisMachine(root: string): Record<string, string> {
  const certificates = process.env['NODE_EXTRA_CA_CERTS'];
  const taken = Object.entries(process.env).filter(([name]) =>
    /^(?:https?_proxy|no_proxy|npm_config_registry)$/i.test(name),
  );
  const env = Object.fromEntries(taken.map(([name, value]) => [name, value ?? '']));
  if (certificates === undefined) return env;
  cpSync(certificates, `${root}/etc/extra-certificates.pem`, { dereference: true });
  return { ...env, NODE_EXTRA_CA_CERTS: '/etc/extra-certificates.pem' };
}
