export type { About } from './pack/about.ts';
export { credentialPlaceOf } from './pack/credential-place.ts';
export { describeListing } from './pack/listing/describe.ts';
export type { Packed, PackInput } from './pack/pack.ts';
export { packConnector } from './pack/pack.ts';
export type { PackageName } from './pack/package-name.ts';
export { readPackageName } from './pack/package-name.ts';
export type { PackRuntime } from './pack/runtime.ts';
export { readRuntime } from './pack/runtime.ts';
