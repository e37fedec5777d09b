import { parseResourcePath, type Resource } from './resource.ts';

const PLACES_MAX = 1_000;

/** `parseResourcePath`, which remembers the places that are asked for: nearly every call comes to one of a few. */
export function createResourceAt(connectorPaths: readonly string[]): (path: string) => Resource | undefined {
  const places = new Map<string, Resource>();
  return (path) => {
    const known = places.get(path);
    if (known !== undefined) return known;
    const resource = parseResourcePath(path, connectorPaths);
    if (resource === undefined) return undefined;
    // Anybody can ask for any: what is remembered is few, and made again in no time.
    if (places.size >= PLACES_MAX) places.clear();
    places.set(path, resource);
    return resource;
  };
}
