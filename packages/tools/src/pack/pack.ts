import { createOffer } from '../offer/offer.ts';
import type { Listed } from '../catalogue/listed.ts';
import { instructionsFor } from '../stdio/api/snapshot-of.ts';
import type { CatalogueSnapshot } from '../stdio/snapshot.ts';
import type { About } from './about.ts';
import { checkListing } from './listing/listing.ts';
import type { Listing } from './listing/listing.ts';
import { manifestOf } from './manifest.ts';
import { packageJsonOf } from './package-json.ts';
import type { PackageName } from './package-name.ts';
import { provenanceOf } from './provenance.ts';
import type { PackSource } from './provenance.ts';
import { readmeOf } from './readme.ts';
import type { PackRuntime } from './runtime.ts';
import { addressOf, variablesOf } from './settings.ts';
import type { PackedSettings, PackTarget } from './settings.ts';
import { writeZip } from './zip.ts';
import type { Files } from './zip.ts';

export interface PackInput {
  readonly name: PackageName;
  readonly about: About;
  /** With as much access as users may have. Whose it is, the package says for it. */
  readonly snapshot: Omit<CatalogueSnapshot, 'server' | 'instructions'>;
  readonly target: PackTarget;
  readonly source: PackSource;
  /** As `latchkey compile` says it, or the Latchkey that offers the tools. */
  readonly catalogueHash: string;
  /** The release of Latchkey that makes it. */
  readonly compilerVersion: string;
  readonly runtime: PackRuntime;
  /** What was wrong with pages that `about` names and that were opened, by their address. */
  readonly pageFaults?: ReadonlyMap<string, string> | undefined;
}

export interface Packed {
  /** The npm package: what `npm publish` of a folder with these files publishes. */
  readonly packageFiles: Files;
  /** The MCP bundle (`.mcpb`), and what it is called. */
  readonly bundle: Buffer;
  readonly bundleName: string;
  readonly listing: Listing;
  /** What the form of a directory is filled in with, as JSON. */
  readonly kit: string;
}

/** An npm package and an MCP bundle of these tools. Pure: the same input gives the same bytes. */
export function packConnector(input: PackInput): Packed {
  const { about, name, pageFaults, runtime, target } = input;
  const snapshot = branded(input);
  const settings: PackedSettings = { target, variables: variablesOf(name.prefix) };
  const tools = listedAtMost(snapshot);
  const hosts = hostsOf(target, snapshot);
  const provenance = provenanceOf(snapshot, { ...input, program: runtime.program });
  const files = new Map<string, Uint8Array>([
    ['README.md', Buffer.from(readmeOf({ about, hosts, name, provenance, settings, tools }))],
    ['THIRD-PARTY-NOTICES.txt', runtime.notices],
    ['provenance.json', json(provenance)],
    ['server/main.js', runtime.program],
    ['server/settings.json', json(settings)],
    ['server/tools.json', json(snapshot)],
    ...(about.icon === undefined ? [] : [['icon.png', about.icon] as const]),
  ]);
  const packageJson = json(packageJsonOf(name, about, [...files.keys()]));
  const manifest = json(manifestOf(name, about, settings, { hosts, tools }));
  const listing = checkListing({ about, address: addressOf(target), pageFaults, snapshot, tools });
  return {
    packageFiles: new Map([['package.json', packageJson], ...files]),
    bundle: writeZip(new Map([['manifest.json', manifest], ['package.json', packageJson], ...files])),
    bundleName: `${name.short}-${about.version}.mcpb`,
    listing,
    kit: json(kitOf(about, tools, listing)).toString(),
  };
}

/** The tools as the package's own: apps are told its name and title, not those of an organisation. */
function branded({ about: { title, version }, name, snapshot }: PackInput): CatalogueSnapshot {
  const { access, mode } = snapshot;
  return {
    ...snapshot,
    server: { name: name.short, title, version },
    instructions: instructionsFor(title, access, mode),
  };
}

function listedAtMost({ access, apis, mode, pinned, tools }: CatalogueSnapshot): readonly Listed[] {
  return createOffer(tools, { apis, mode, pinned }).listed(access);
}

/** Every host that a request may go to, the target's own first. */
function hostsOf(target: PackTarget, { tools }: CatalogueSnapshot): string[] {
  const others = tools.flatMap((tool) => {
    const own = target.kind === 'api' && tool.through === 'api' ? tool.tool.binding.baseUrl : undefined;
    return own !== undefined && URL.canParse(own) ? [new URL(own).host] : [];
  });
  return [...new Set([new URL(addressOf(target)).host, ...others])];
}

function kitOf(about: About, tools: readonly Listed[], { items }: Listing): object {
  const { icon: _, ...texts } = about;
  return {
    about: texts,
    tools: tools.map(({ annotations, description, name, title }) => ({
      name,
      title,
      description,
      annotations,
    })),
    asked: items,
  };
}

function json(value: unknown): Buffer {
  return Buffer.from(`${JSON.stringify(value, undefined, 2)}\n`);
}
